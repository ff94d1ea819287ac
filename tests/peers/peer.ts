/** Servers that we didn't write, as processes of their own on loopback. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, openSync, closeSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Peer {
    readonly url: string;
    /** The last lines that it wrote: 40, as a failed test's message takes. */
    log(lines?: number): string;
    stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Asks again and again, up to a minute. */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined | false>, patience = 60_000): Promise<T> {
    for (const until = Date.now() + patience; ; await wait(200)) {
        const answer = await ask();
        if (answer) return answer;
        if (Date.now() > until) throw new Error(`Waited ${patience / 1000} s in vain for ${what}`);
    }
}

/** Milliseconds that a peer may take to answer its first request: Python imports a lot. */
const patience = 120_000;

/** Starts a server and waits for its first answer. It lives until `stop`, and not longer than this process. */
export async function startPeer(options: {
    readonly command: string;
    readonly arguments: (port: number, folder: string) => readonly string[];
    readonly environment?: (port: number, folder: string) => Record<string, string>;
    /** Any answer at this path means that it is up. */
    readonly ready: string;
}): Promise<Peer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-peer-"));
    const logFile = join(folder, "log");
    const output = openSync(logFile, "w");
    const child = spawn(options.command, options.arguments(port, folder), {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder, ...options.environment?.(port, folder) },
        stdio: ["ignore", output, output],
    });
    closeSync(output);
    const log = (lines = 40) => readFileSync(logFile, "utf8").split("\n").slice(-lines).join("\n");
    const kill = () => void child.kill("SIGKILL");
    process.once("exit", kill);
    const gone = new Promise<string>((resolve) => {
        child.once("error", (error) => resolve(error.message));
        child.once("exit", (code, signal) => resolve(`it ended with ${code ?? signal}`));
    });
    let ended: string | undefined;
    void gone.then((how) => (ended = how));
    const url = `http://127.0.0.1:${port}`;
    const stop = async () => {
        process.off("exit", kill);
        if (!ended) child.kill("SIGTERM");
        const hangs = setTimeout(kill, 5000);
        await gone;
        clearTimeout(hangs);
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    };
    for (const until = Date.now() + patience; ; await wait(100)) {
        if (ended === undefined && (await answers(url + options.ready))) return { url, log, stop };
        if (ended === undefined && Date.now() < until) continue;
        const why = `${options.command} doesn't answer at ${url}: ${ended ?? `nothing within ${patience / 1000} s`}. Its last lines:\n${log()}`;
        await stop();
        throw new Error(why);
    }
}

async function answers(url: string): Promise<boolean> {
    try {
        await (await fetch(url)).arrayBuffer();
        return true;
    } catch {
        return false;
    }
}
