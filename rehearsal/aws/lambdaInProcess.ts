/**
 * Execution environments without a process and a wire: the archive's text runs here, in this process, with its own Date,
 * environment and console, and finds lambdaSdk.ts in place of the SDK. A boot takes half a millisecond instead of a hundred.
 */
import * as crypto from "node:crypto";
import { createRequire } from "node:module";
import { format } from "node:util";
import { compileFunction } from "node:vm";
import type { Runtime, RuntimeOf } from "./lambda";
import type { Invocation, Outcome, ProcessOptions } from "./lambdaProcess";
import { sdkModules, type Around } from "./lambdaSdk";
import { uuid } from "./ids";
import type { World } from "./types";

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** What an environment gives its text. */
interface Surroundings {
    readonly world: World;
    readonly env: Readonly<Record<string, string>>;
    readonly lines: string[];
    readonly require: (id: string) => unknown;
}

/** A text that has loaded. `present` is what its globals mean: set before each boot and invocation. */
interface Loaded {
    present?: Surroundings;
    /** A fresh handler: the callback factory is called again. */
    readonly boot: () => Handler;
}

/** What the text sees as globals. Everything else is this process's own. */
const globals = ["exports", "require", "module", "process", "console", "Date", "Math", "setTimeout"];
const builtIn = createRequire(__filename);

/**
 * A text is loaded once and then serves every environment of every world: whatever has state lives in the callback factory (so the
 * handlers' rules have it), and functions that are made anew start cold in V8, which costs milliseconds a look. So globals mean
 * those of the invocation that began last; of two at the same moment both are the same function's, and their lines land together.
 */
const loaded = new Map<string, Loaded>();
function load(text: string): Loaded {
    const known = loaded.get(text);
    if (known) return known;
    const factory = text.replace(/\nexports\.handler = (__\w+\(\));\s*$/, "\nexports.boot = () => $1;\n");
    if (factory === text) throw new Error("the archive's text doesn't end as Pulumi's does: exports.handler = …();");
    const run = compileFunction(withoutWith(factory), globals) as (...globals: unknown[]) => void;
    const own = { exports: {} as { boot: () => Handler } };
    const made: Loaded = { boot: () => own.exports.boot() };
    const present = (): Surroundings => {
        if (!made.present) throw new Error("the text uses its surroundings while it loads");
        return made.present;
    };
    const print = (...what: unknown[]) => void present().lines.push(what.length === 1 && typeof what[0] === "string" ? what[0] : format(...what));
    const console = { log: print, info: print, warn: print, error: print, debug: print };
    const process = Object.defineProperty({}, "env", { get: () => present().env });
    // Chance is the world's, so that a seed tells the whole course.
    const math = Object.create(Math, { random: { value: () => present().world.random() } }) as typeof Math;
    run(own.exports, (id: string) => (made.present?.require ?? builtIn)(id), own, process, console, dateOn(() => present().world.clock.now), math, soon);
    loaded.set(text, made);
    return made;
}

/**
 * Pulumi wraps each function in `with`, made anew at each call, which V8 doesn't optimize. The same names as constants, made at the
 * first call, mean the same, since nothing captured changes once the text has loaded.
 */
function withoutWith(text: string): string {
    let found = 0;
    const made = text
        .replace(/\n {2}return \(function\(\) \{\n {4}with\(\{ (.*, )?this: undefined, arguments: undefined \}\) \{\n/g, (_, captured?: string) => {
            const names = captured?.replace(/"(\\.|[^"\\])*"/g, "").split(", ").slice(0, -1).map((each) => each.slice(0, each.indexOf(":"))).join(", ");
            return `\n  return (made${found++} ??= (function() {\n    ${names ? `const { ${names} } = { ${captured} }; ` : ""}{\n`;
        })
        .replace(/\n {2}\}\)\.apply\(undefined, undefined\)\.apply\(this, arguments\);\n/g, "\n  }).apply(undefined, undefined)).apply(this, arguments);\n");
    return found > 0 ? `let ${Array.from({ length: found }, (_, index) => `made${index}`).join(", ")};\n${made}` : text;
}

/** One environment: serves one invocation at a time, and is lost when it dies in the middle of one. */
interface Environment {
    handler: Handler;
    /** Makes its own surroundings the present ones. */
    enter: () => void;
    /** Ends the current invocation as Lambda does at the timeout. */
    onDeath: () => void;
    dead: boolean;
}

/** Events, answers and errors don't travel as JSON here, so what isn't plain data would pass unseen; the child process shows that. */
export const inProcess = (around?: Around): RuntimeOf => (world, options) => new LambdaInProcess(world, options, around);

class LambdaInProcess implements Runtime {
    private readonly idle: Environment[] = [];
    /** One for all: what is printed while two run lands in the answer of the one that ends first, and is never lost. */
    private readonly lines: string[] = [];

    constructor(
        private readonly world: World,
        private readonly options: ProcessOptions,
        private readonly around?: Around,
    ) {}

    /** Concurrent calls get environments of their own, as on Lambda. */
    async call({ event, context }: Invocation): Promise<Outcome> {
        let environment: Environment;
        try {
            environment = this.idle.pop() ?? this.boot();
        } catch (error) {
            return { error: errorOf(error), logs: [] };
        }
        const { lines } = this;
        const dies = new Promise<Outcome>((resolve) => {
            environment.onDeath = () => resolve({ error: { name: "Sandbox.Timedout", message: `Task timed out after ${context.timeoutMs / 1000} seconds` }, logs: lines.splice(0) });
        });
        environment.enter();
        const works = environment.handler(event, { ...context, getRemainingTimeInMillis: () => context.timeoutMs }).then(
            (result): Outcome => ({ result, logs: lines.splice(0) }),
            (error: unknown): Outcome => ({ error: errorOf(error), logs: lines.splice(0) }),
        );
        const outcome = await Promise.race([works, dies]);
        if (!environment.dead) this.idle.push(environment);
        return outcome;
    }

    async stop(): Promise<void> {
        this.idle.length = 0;
    }

    private boot(): Environment {
        const { world, options } = this;
        const text = options.files[`${options.handler.slice(0, options.handler.lastIndexOf("."))}.js`];
        if (text === undefined) throw new Error(`the archive has no file for ${options.handler}`);
        const env = options.environment();
        const environment: Environment = { handler: notLoaded, enter: () => undefined, onDeath: () => undefined, dead: false };
        const die = () => {
            environment.dead = true;
            environment.onDeath();
            // Nobody waits for it any more.
            return new Promise<never>(() => undefined);
        };
        const modules = sdkModules(world, { env, die, dead: () => environment.dead, around: this.around });
        const seededCrypto = { ...crypto, randomUUID: () => uuid(world.random) };
        const require = (id: string): unknown => modules(id) ?? (/^(node:)?crypto$/.test(id) ? seededCrypto : builtIn(id));
        const code = load(text);
        environment.enter = () => void (code.present = { world, env, lines: this.lines, require });
        environment.enter();
        environment.handler = code.boot();
        return environment;
    }
}

/** Waiting takes no virtual time, and real time nobody has. */
const soon = (what: () => void) => void setImmediate(what);

const notLoaded: Handler = () => Promise.reject(new Error("not loaded"));

const errorOf = (thrown: unknown) => {
    const { name, message } = (thrown ?? {}) as Partial<Error>;
    return { name: name ?? "Error", message: String(message ?? thrown) };
};

/** Date on a virtual clock. */
const dateOn = (now: () => number) =>
    class extends Date {
        constructor(...args: []) {
            if (args.length) super(...args);
            else super(now());
        }
        static override now(): number {
            return now();
        }
    };
