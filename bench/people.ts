/** `npm run bench -- people`: how long a person waits after `git clone`, and what lands on the disk. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark, How } from "./benchmark";
import { number, table } from "./table";

interface People {
    readonly commands: readonly { readonly command: string; readonly seconds: number; readonly goal?: number }[];
    /** Lines of `npm ls --all`. */
    readonly packages: number;
    readonly bytes: number;
    /** By folder of node_modules, the largest first. */
    readonly largest: readonly { readonly name: string; readonly bytes: number }[];
}

const root = join(__dirname, "..");

const bytesIn = (folder: string): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0), 0);

/** What is committed, in a folder of its own. npm's cache is the machine's. */
async function measure({ quick, progress }: How): Promise<People> {
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-clone-"));
    const run = (command: string, ...rest: string[]) => execFileSync(command, rest, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", maxBuffer: 1 << 28 });
    try {
        execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${root}`, folder], { stdio: ["ignore", "pipe", "pipe"] });
        const timed = (goal: number | undefined, command: string, ...rest: string[]) => {
            progress(`people: ${command} ${rest[0]}`);
            const began = Date.now();
            run(command, ...rest);
            return { command: `${command} ${rest[0]}`, seconds: (Date.now() - began) / 1000, ...(goal !== undefined && { goal }) };
        };
        const commands = [timed(undefined, "npm", "ci", "--no-audit", "--no-fund"), timed(15, "npm", "start"), ...(quick ? [] : [timed(60, "npm", "test")])];
        const modules = join(folder, "node_modules");
        const largest = readdirSync(modules).map((name) => ({ name, bytes: statSync(join(modules, name)).isDirectory() ? bytesIn(join(modules, name)) : 0 })).sort((a, b) => b.bytes - a.bytes);
        return { commands, packages: run("npm", "ls", "--all").trim().split("\n").length, bytes: largest.reduce((sum, { bytes }) => sum + bytes, 0), largest: largest.slice(0, 8) };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

const mb = (bytes: number) => number(bytes / 1e6, 1);

export const people: Benchmark<People> = {
    name: "people",
    about: "how long a person waits after a clone",
    measure,
    section: ({ commands, packages, bytes, largest }) => `A fresh clone of what is committed, once; npm's cache is the machine's, so what \`npm ci\` fetches it may have already.

${table(["command", "seconds", "goal"], commands.map(({ command, seconds, goal }) => [command, number(seconds, 1), goal === undefined ? "-" : number(goal)]))}

\`npm ls --all\` has ${number(packages)} lines, node_modules ${mb(bytes)} MB; of them:

${table(["folder", "MB"], largest.map((each) => [each.name, mb(each.bytes)]))}`,
    rows: ({ commands }) => commands.map(({ command, seconds, goal }) => ({ what: `\`${command}\` in a fresh clone`, measured: `${number(seconds)} s`, beside: "-", goal: goal === undefined ? "-" : `${goal} s` })),
};
