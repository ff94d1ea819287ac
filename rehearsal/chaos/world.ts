/** The stack's text and graph in a world without IAM, made once per history. */
import { arnsOf, namesOf } from "../../components/arns";
import type { Settings } from "../../components/settings";
import { deploy } from "../aws/deploy";
import type { Around } from "../aws/lambdaSdk";
import { inProcess } from "../aws/lambdaInProcess";
import type { SimDatabase, World } from "../aws/types";
import { createWorld, mulberry32 } from "../aws/world";
import type { Rendered, RenderedResource } from "../graph";
import { day, firstDay } from "../nights";
import type { ExportTrouble, History } from "./history";

/** What chaos plays: a rendered stack with its settings. */
export interface Stack {
    readonly rendered: Rendered;
    readonly settings: Settings;
}

/** The same stack with another text, schedule or queue. Resources are plain data. */
export const changed = ({ rendered, settings }: Stack, resource: (resource: RenderedResource) => RenderedResource | undefined, functions = rendered.functions): Stack => ({
    settings,
    rendered: { ...rendered, functions, resources: rendered.resources.flatMap((each) => resource(each) ?? []) },
});

/** The sweep every so many minutes instead of 15: a tenth of the looks, a tenth of the time, and the same promises. */
export const sweptEvery = (stack: Stack, minutes: number): Stack =>
    changed(stack, (resource) => (resource.type === "aws:scheduler/schedule:Schedule" && /^rate/.test(resource.inputs.scheduleExpression) ? { ...resource, inputs: { ...resource.inputs, scheduleExpression: `rate(${minutes} minutes)` } } : resource));

export interface Note {
    readonly at: number;
    readonly text: string;
}

export interface Crash {
    readonly at: number;
    readonly by: string;
    readonly name: string;
    readonly message: string;
}

/** What a history is played on. */
export interface Stage {
    readonly history: History;
    readonly stack: Stack;
    readonly world: World;
    /** Chance that the history leaves open; never the world's own, so that a fault doesn't change its ids. */
    readonly random: () => number;
    readonly start: number;
    /** After the last snapshot's window and some looks. */
    readonly end: number;
    readonly accounts: readonly string[];
    readonly arns: ReturnType<typeof arnsOf>;
    readonly destination: { readonly partition: string; readonly bucket: string; readonly keyArn: string; readonly exportRole: string };
    /** What happened that the world itself doesn't show. */
    readonly notes: Note[];
    note(text: string): void;
    /** Ends of invocations that weren't answers: by function. */
    readonly crashes: Crash[];
    /** Ids of tasks that somebody else started. */
    readonly strangers: Set<string>;
    /** By task id: how its export was to end, when not well. */
    readonly endings: Map<string, ExportTrouble>;
    /** Versions that somebody wrote over ours. */
    readonly shadows: Set<string>;
    /** By task id: when somebody wrote over its names, or hid them. */
    readonly tampered: Map<string, number>;
    /** By id of a task that somebody started in our form: the database that its prefix names, and its source isn't of. */
    readonly forgeries: Map<string, SimDatabase>;
    /** Databases that were deleted, and when. */
    readonly dropped: { readonly database: SimDatabase; readonly at: number }[];
}

export const accountOf = ({ accounts }: Pick<Stage, "accounts">, place: number) => accounts[place % accounts.length] as string;

const allowed = { allowed: true, why: "not judged" };
const tail = 8 * 3_600_000;

/** @param around stands around every call of the functions */
export function stage(stack: Stack, history: History, around: (stage: Stage) => Around): Stage {
    const { settings, rendered } = stack;
    const start = firstDay + history.firstDay * day;
    const crashes: Crash[] = [];
    const notes: Note[] = [];
    // The functions call only after the stage is set.
    const late: { around?: Around } = {};
    const runtime = inProcess((...call) => late.around!(...call));
    const world: World = createWorld({
        region: settings.region,
        partition: settings.partition,
        start,
        seed: history.seed,
        judge: () => allowed,
        runtime: (each, options) => {
            const inner = runtime(each, options);
            return {
                stop: () => inner.stop(),
                async call(invocation) {
                    const outcome = await inner.call(invocation);
                    if (outcome.error) crashes.push({ at: each.clock.now, by: invocation.context.functionName, ...outcome.error });
                    return outcome;
                },
            };
        },
    });
    deploy(rendered, world);
    const place = { stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id };
    const names = namesOf(place);
    const set: Stage = {
        history, stack, world, start, notes, crashes,
        random: mulberry32(history.seed ^ 0x5bd1e995),
        end: start + (history.days + settings.databases.lookbackDays) * day + tail,
        accounts: settings.sourceAccounts.slice(0, history.accounts.length).map(({ id }) => id),
        arns: arnsOf(place),
        destination: { partition: settings.partition, bucket: names.bucket, keyArn: rendered.functions.start?.environment.VAULT_KEY_ARN ?? "", exportRole: names.exportRole },
        note: (text) => void notes.push({ at: world.clock.now, text }),
        strangers: new Set(),
        endings: new Map(),
        shadows: new Set(),
        tampered: new Map(),
        forgeries: new Map(),
        dropped: [],
    };
    late.around = around(set);
    return set;
}
