import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Rendered } from "../rehearsal/graph";

export const root = join(__dirname, "..");

/** Runs a command of the project as `npm run` does, in a process of its own: Pulumi's SDK keeps its state in globals. */
export function command(name: string, ...args: string[]) {
    const script = ["-r", "./register.cjs", `rehearsal/commands/${name}.ts`, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, script, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
    return { status, stdout, stderr };
}

const rendered: Record<string, Rendered> = {};

/**
 * The graph of a configuration file; rendered once in a run of the tests, whichever of its processes asks first (setup.ts).
 * @param file from the project's folder; default: the stack prod's
 */
export function renderedStack(file = "Pulumi.prod.yaml"): Rendered {
    const key = resolve(root, file);
    return (rendered[key] ??= JSON.parse(kept(key, () => {
        const { status, stdout, stderr } = command("render", "--json", "--config", key);
        if (status !== 0) throw new Error(`render ${key} exited with ${status}: ${stderr}`);
        return stdout;
    })) as Rendered);
}

function kept(key: string, make: () => string): string {
    const folder = process.env.RDS_VAULT_RENDERED;
    if (!folder) return make();
    const file = join(folder, `${encodeURIComponent(key)}.json`);
    if (existsSync(file)) return readFileSync(file, "utf8");
    const text = make();
    // Whole or not at all: the other process may look at the same moment.
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
    return text;
}
