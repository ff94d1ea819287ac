/** What all commands share: their options, and how they end. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { stackFile, stackOf } from "../config";

type Extra = NonNullable<ParseArgsConfig["options"]>;

const common = {
    stack: { type: "string" },
    config: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
} as const;

/** A mistake of the caller's: its message is printed without a stack, with exit status 2. */
export const usageError = (message: string): Error => Object.assign(new Error(message), { name: "UsageError" });

/**
 * Parses `--stack NAME`, `--config FILE`, `--json`, `--help` and a command's own options.
 * @param usage printed with `--help`, and with every mistake
 * @returns the values, and the configuration file with its stack; default: the stack `prod`
 */
export function parseOptions<const E extends Extra>(usage: string, extra: E, args = process.argv.slice(2)) {
    const parse = () => parseArgs({ args, options: { ...common, ...extra }, strict: true, allowPositionals: false });
    let values: ReturnType<typeof parse>["values"];
    try {
        ({ values } = parse());
    } catch (error) {
        throw usageError(`${(error as Error).message}\n${usage}`);
    }
    const { stack, config, help } = values as { stack?: string; config?: string; help: boolean };
    if (help) throw Object.assign(usageError(usage), { name: "HelpAsked" });
    if (stack !== undefined && config !== undefined) throw usageError(`Give --stack or --config, not both.\n${usage}`);
    const file = config ?? stackFile(stack ?? "prod");
    return { ...values, file, stack: stackOf(file) };
}

/**
 * Runs a command and sets the exit status: what it returns (default 0), 2 for wrong usage or configuration, and 1 for
 * anything unforeseen. Never `process.exit`: it would cut off what is still being written.
 */
export async function runCommand(run: () => Promise<number | void>): Promise<void> {
    try {
        process.exitCode = (await run()) ?? 0;
    } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        if (error.name === "HelpAsked") {
            process.stdout.write(`${error.message}\n`);
            process.exitCode = 0;
            return;
        }
        const expected = error.name === "SettingsError" || error.name === "UsageError";
        process.stderr.write(`${expected ? error.message : error.stack}\n`);
        process.exitCode = expected ? 2 : 1;
    }
}
