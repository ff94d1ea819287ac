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
type Compiled = (...globals: unknown[]) => void;

/** What the text sees as globals. Everything else is this process's own. */
const globals = ["exports", "require", "module", "process", "console", "Date", "Math"];
const builtIn = createRequire(__filename);

/** Compiled texts: the same few run in thousands of worlds. */
const compiled = new Map<string, Compiled>();
function compile(text: string): Compiled {
    const known = compiled.get(text);
    if (known) return known;
    const made = compileFunction(text, globals) as Compiled;
    compiled.set(text, made);
    return made;
}

/** One environment: serves one invocation at a time, and is lost when it dies in the middle of one. */
interface Environment {
    readonly handler: Handler;
    readonly lines: string[];
    /** Ends the current invocation as Lambda does at the timeout. */
    onDeath: () => void;
    dead: boolean;
}

/** Events, answers and errors don't travel as JSON here, so what isn't plain data would pass unseen; the child process shows that. */
export const inProcess = (around?: Around): RuntimeOf => (world, options) => new LambdaInProcess(world, options, around);

class LambdaInProcess implements Runtime {
    private readonly idle: Environment[] = [];

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
        const { lines } = environment;
        const dies = new Promise<Outcome>((resolve) => {
            environment.onDeath = () => resolve({ error: { name: "Sandbox.Timedout", message: `Task timed out after ${context.timeoutMs / 1000} seconds` }, logs: lines.splice(0) });
        });
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
        const [file, name] = [options.handler.slice(0, options.handler.lastIndexOf(".")), options.handler.slice(options.handler.lastIndexOf(".") + 1)];
        const text = options.files[`${file}.js`];
        if (text === undefined) throw new Error(`the archive has no ${file}.js`);
        const env = options.environment();
        const lines: string[] = [];
        const environment: Environment = { handler: notLoaded, lines, onDeath: () => undefined, dead: false };
        const die = () => {
            environment.dead = true;
            environment.onDeath();
            // Nobody waits for it any more.
            return new Promise<never>(() => undefined);
        };
        const modules = sdkModules(world, { env, die, around: this.around });
        const seededCrypto = { ...crypto, randomUUID: () => uuid(world.random) };
        const require = (id: string): unknown => modules(id) ?? (/^(node:)?crypto$/.test(id) ? seededCrypto : builtIn(id));
        const print = (...what: unknown[]) => void lines.push(what.length === 1 && typeof what[0] === "string" ? what[0] : format(...what));
        const console = { log: print, info: print, warn: print, error: print, debug: print };
        const module = { exports: {} as Record<string, unknown> };
        // Chance is the world's, so that a seed tells the whole course.
        const math = Object.create(Math, { random: { value: () => world.random() } }) as typeof Math;
        compile(text)(module.exports, require, module, { env }, console, dateOf(world), math);
        const handler = module.exports[name];
        if (typeof handler !== "function") throw new Error(`${options.handler} is not a function`);
        return Object.assign(environment, { handler: async (event: unknown, context: unknown) => handler(event, context) as unknown });
    }
}

const notLoaded: Handler = () => Promise.reject(new Error("not loaded"));

const errorOf = (thrown: unknown) => {
    const { name, message } = (thrown ?? {}) as Partial<Error>;
    return { name: name ?? "Error", message: String(message ?? thrown) };
};

const dates = new WeakMap<World, DateConstructor>();

/** Date on the virtual clock, one class per world. */
function dateOf(world: World): DateConstructor {
    const known = dates.get(world);
    if (known) return known;
    class VirtualDate extends Date {
        constructor(...args: []) {
            if (args.length) super(...args);
            else super(world.clock.now);
        }
        static override now(): number {
            return world.clock.now;
        }
    }
    dates.set(world, VirtualDate as DateConstructor);
    return VirtualDate as DateConstructor;
}
