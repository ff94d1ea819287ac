/** Python packages in virtual environments of the project's own, kept in `.cache/`. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../rendered";

/**
 * The folder of the executables of an environment that holds exactly these requirements.
 * @param requirements pinned, such as `moto[server]==5.2.5`
 */
export async function venv(requirements: readonly string[]): Promise<string> {
    const name = createHash("sha256").update(requirements.join("\n")).digest("hex").slice(0, 12);
    const folder = join(root, ".cache", `python-${name}`);
    // The mark comes last: what was interrupted is made anew.
    const mark = join(folder, "done");
    if (!existsSync(mark)) {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(join(root, ".cache"), { recursive: true });
        run("python3", "-m", "venv", folder);
        run(join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", ...requirements);
        mkdirSync(mark);
    }
    return join(folder, "bin");
}

function run(command: string, ...args: string[]): void {
    try {
        execFileSync(command, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
    } catch (error) {
        const { code, stderr = "" } = error as { code?: string; stderr?: string };
        if (code === "ENOENT") throw new Error(`${command} isn't there. The tests against Python packages need Python 3.10 or newer, with its module venv: https://www.python.org/downloads/`);
        throw new Error(`${command} ${args.join(" ")} failed: ${stderr.slice(-2000)}`);
    }
}
