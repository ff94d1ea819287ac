/** The archives of `npm run render -- --functions`, each in an environment of its own on the Node that is asked for. */
import { execFileSync, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rendered } from "../../rehearsal/graph";
import { command, root } from "../rendered";

/** The project's Node, and the one that the functions' runtime nodejs24.x is. */
export const nodeVersions = ["20", "24"] as const;
export type NodeVersion = (typeof nodeVersions)[number];

const found: Partial<Record<NodeVersion, string>> = {};

/** The executable of a Node, out of npm's cache or the registry. */
export function nodeOf(version: NodeVersion): string {
    if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
    try {
        // npm's own settings of this run aren't the other npm's.
        return (found[version] ??= execFileSync("npx", ["-y", "-p", `node@${version}`, "node", "-p", "process.execPath"], { cwd: tmpdir(), encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim().split("\n").pop()!);
    } catch (error) {
        throw new Error(`Node ${version} can't be had from the npm registry (npx -y -p node@${version} node): ${(error as Error).message}`);
    }
}

export interface Functions {
    readonly rendered: Rendered;
    /** Holds each archive as a folder. */
    readonly folder: string;
}

const written: Record<string, Functions> = {};

/** The graph of a stack or configuration file, and its archives; without arguments, of the prod stack. */
export function renderedFunctions(...stack: string[]): Functions {
    return (written[stack.join(" ")] ??= write(stack));
}

function write(stack: readonly string[]): Functions {
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-wire-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const { status, stdout, stderr } = command("render", "--json", "--functions", folder, ...stack);
    if (status !== 0) throw new Error(`render exited with ${status}: ${stderr}`);
    return { rendered: JSON.parse(stdout) as Rendered, folder };
}

export interface Line {
    readonly message?: string;
    readonly [field: string]: unknown;
}

export interface Answer {
    readonly node: string;
    readonly result?: { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };
    readonly error?: string;
    readonly lines: readonly Line[];
}

export interface Environment {
    /** @param timeoutMs default: a minute */
    invoke(event: unknown, timeoutMs?: number): Promise<Answer>;
    stop(): Promise<void>;
}

/** Starts one; what it remembers lasts as long as it. */
export function startFunction(name: "start" | "seal" | "sweep" | "watch", version: NodeVersion, environment: Record<string, string>, { rendered, folder } = renderedFunctions()): Environment {
    const fn = rendered.functions[name]!;
    const child = fork(join(__dirname, "functionChild.cjs"), [], {
        execPath: nodeOf(version),
        execArgv: [],
        env: {
            PATH: process.env.PATH,
            ...fn.environment,
            AWS_REGION: "eu-west-1",
            AWS_SECRET_ACCESS_KEY: "secret",
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
            ...environment,
            NODE_PATH: join(root, "node_modules"),
            HANDLER: fn.handler,
            HANDLER_FOLDER: join(folder, name),
        },
    });
    const gone = new Promise<never>((_, reject) => child.once("exit", (code) => reject(new Error(`The function's process ended with ${code}`))));
    gone.catch(() => undefined);
    return {
        async invoke(event, timeoutMs = 60_000) {
            const answer = new Promise((resolve) => child.once("message", resolve));
            child.send({ event, timeoutMs });
            const { logs, ...rest } = (await Promise.race([answer, gone])) as Omit<Answer, "lines"> & { logs: string[] };
            return { ...rest, lines: logs.map((text) => parsed(text)) };
        },
        async stop() {
            child.kill("SIGKILL");
            await gone.catch(() => undefined);
        },
    };
}

function parsed(text: string): Line {
    try {
        return JSON.parse(text) as Line;
    } catch {
        return { text };
    }
}

/** A batch as Lambda's poller makes it. */
export const batch = (...bodies: readonly unknown[]) => ({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body: typeof body === "string" ? body : JSON.stringify(body) })) });

/** The lines that say this. */
export const said = ({ lines }: Answer, message: string) => lines.filter((line) => line.message === message);
