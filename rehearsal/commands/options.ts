/** What all commands share: their options, and how they end. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import * as v from "valibot";
import { stackSchema } from "../../components/settingsSchema";
import { stackFile, stackOf } from "../config";

type Extra = NonNullable<ParseArgsConfig["options"]>;

const common = {
    stack: { type: "string" },
    config: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
} as const;

const commonHelp = `  --stack NAME      the stack whose Pulumi.NAME.yaml is read; default prod
  --config FILE     a file of that form instead
  --json            prints one JSON document on stdout and nothing else`;

/** A mistake of the caller's: its message is printed without a stack, with exit status 2. */
export const usageError = (message: string): Error => Object.assign(new Error(message), { name: "UsageError" });

/**
 * Parses `--stack NAME`, `--config FILE`, `--json`, `--help` and a command's own options.
 * @param usage printed with `--help`, and with every mistake; begins with what the command does
 * @param allowPositionals whether the command takes more than options
 * @returns the values, and the configuration file with its stack; default: the stack `prod`
 */
export function parseOptions<const E extends Extra>(usage: string, extra: E, args = process.argv.slice(2), allowPositionals = false) {
    const options = { ...common, ...extra };
    const parse = () => parseArgs({ args: withNumbers(args, options), options, strict: true, allowPositionals });
    let parsed: ReturnType<typeof parse>;
    try {
        parsed = parse();
    } catch (error) {
        throw usageError(`${inWords(error as Error, args)}\n${usage}`);
    }
    const { values, positionals } = parsed;
    const { stack, config, help } = values as { stack?: string; config?: string; help: boolean };
    // A command without --stack in its usage has a stack of its own.
    if (help) throw Object.assign(usageError(usage.includes("--stack NAME") ? `${usage}\n${commonHelp}` : usage), { name: "HelpAsked" });
    if (stack !== undefined && config !== undefined) throw usageError(`Give --stack or --config, not both.\n${usage}`);
    if (stack !== undefined && !v.is(stackSchema, stack)) {
        throw usageError(`--stack: received ${JSON.stringify(stack)}, which is no stack name: at most 12 lower-case letters, digits and hyphens. Name a file with --config.\n${usage}`);
    }
    const file = config ?? stackFile(stack ?? "prod");
    return { ...values, positionals, file, stack: stackOf(file) };
}

/** `--runs -1` as `--runs=-1`: whether the number fits is the command's to say. */
function withNumbers(args: readonly string[], options: Extra): string[] {
    const takesText = (arg: string | undefined) => arg?.startsWith("--") === true && options[arg.slice(2)]?.type === "string";
    return args.flatMap((arg, i) => {
        if (takesText(arg) && isNegative(args[i + 1])) return [`${arg}=${args[i + 1]}`];
        return takesText(args[i - 1]) && isNegative(arg) ? [] : [arg];
    });
}

const isNegative = (arg: string | undefined) => /^-[\d.]/.test(arg ?? "");

/** Of a value that begins with a hyphen parseArgs says three lines. */
function inWords({ message }: Error, args: readonly string[]): string {
    const [, option] = /^Option '(?:-\w, )?(--[\w-]+)' argument is ambiguous/.exec(message) ?? [];
    return option ? `${option}: received ${JSON.stringify(args[args.indexOf(option) + 1])}, wanted a value. Write ${option}=VALUE if it begins with a hyphen.` : message;
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
