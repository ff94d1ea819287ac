import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Rendered } from "../rehearsal/graph";

export const root = join(__dirname, "..");

/** Runs a command of the project as `npm run` does, in a process of its own: Pulumi's SDK keeps its state in globals. */
export function command(name: string, ...args: string[]) {
    const script = ["-r", "ts-node/register/transpile-only", `rehearsal/commands/${name}.ts`, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, script, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
    return { status, stdout, stderr };
}

const rendered: Record<string, Rendered> = {};

/** The graph of a stack or configuration file; rendered once. */
export function renderedStack(...args: string[]): Rendered {
    const key = args.join(" ");
    return (rendered[key] ??= (() => {
        const { status, stdout, stderr } = command("render", "--json", ...args);
        if (status !== 0) throw new Error(`render ${key} exited with ${status}: ${stderr}`);
        return JSON.parse(stdout) as Rendered;
    })());
}
