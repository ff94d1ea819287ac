/** A function's execution environment: a child process that runs the archive's text against the real SDK. */
import { fork, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Invocation {
    readonly now: number;
    readonly event: unknown;
    readonly context: { readonly awsRequestId: string; readonly functionName: string; readonly timeoutMs: number };
}

export interface Outcome {
    readonly result?: unknown;
    readonly error?: { readonly name: string; readonly message: string };
    readonly logs: readonly string[];
}

export interface ProcessOptions {
    readonly files: Readonly<Record<string, string>>;
    readonly handler: string;
    /** Asked at each cold start. */
    readonly environment: () => Record<string, string>;
    /** In real time: how long an invocation may hang. */
    readonly patienceMs: number;
}

/** Lambda's runtime has the SDK; here the project's own stands for it. */
const modules = join(__dirname, "../../node_modules");

export class LambdaProcess {
    private child?: ChildProcess;
    private folder?: string;
    private stderr = "";
    private turn: Promise<unknown> = Promise.resolve();

    constructor(private readonly options: ProcessOptions) {}

    /** One invocation after another: there is one environment. */
    call(invocation: Invocation): Promise<Outcome> {
        const mine = this.turn.then(() => this.callNow(invocation));
        this.turn = mine.catch(() => undefined);
        return mine;
    }

    async stop(): Promise<void> {
        await this.end();
        if (this.folder) rmSync(this.folder, { recursive: true, force: true });
        this.folder = undefined;
    }

    private async callNow(invocation: Invocation): Promise<Outcome> {
        const child = (this.child ??= this.start());
        const failed = (name: string, message: string): Outcome => ({ error: { name, message }, logs: [] });
        const outcome = await new Promise<Outcome & { fatal?: boolean }>((resolve) => {
            const died = (code: unknown) =>
                answer({ ...failed("Runtime.ExitError", `Runtime exited: ${String(code)} ${this.stderr}`.trim()), fatal: true });
            const late = setTimeout(
                () => answer({ ...failed("Sandbox.Timedout", `Task timed out after ${this.options.patienceMs / 1000} s of real time`), fatal: true }),
                this.options.patienceMs,
            );
            function answer(outcome: Outcome & { fatal?: boolean }): void {
                clearTimeout(late);
                child.off("message", answer).off("exit", died).off("error", died);
                resolve(outcome);
            }
            child.on("message", answer).on("exit", died).on("error", died);
            child.send(invocation);
        });
        if (outcome.fatal) await this.end();
        return outcome;
    }

    private start(): ChildProcess {
        const { handler, environment } = this.options;
        this.stderr = "";
        const child = fork(join(__dirname, "lambdaChild.cjs"), [], {
            env: {
                PATH: process.env.PATH,
                TZ: "UTC",
                ...environment(),
                NODE_PATH: modules,
                HANDLER: handler,
                HANDLER_FOLDER: (this.folder ??= this.unpack()),
            },
            // Not the parent's: ts-node has no business in there.
            execArgv: [],
            stdio: ["ignore", "ignore", "pipe", "ipc"],
        });
        child.stderr!.on("data", (text) => (this.stderr = (this.stderr + String(text)).slice(-2000)));
        child.once("exit", () => {
            if (this.child === child) this.child = undefined;
        });
        return child;
    }

    private unpack(): string {
        const folder = mkdtempSync(join(tmpdir(), "rds-vault-function-"));
        for (const [path, text] of Object.entries(this.options.files)) {
            mkdirSync(dirname(join(folder, path)), { recursive: true });
            writeFileSync(join(folder, path), text);
        }
        return folder;
    }

    private async end(): Promise<void> {
        const child = this.child;
        this.child = undefined;
        if (!child || child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await gone;
    }
}
