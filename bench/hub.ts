/** What bounds the hub, taken from the graph that would be deployed. Pure. */
import type { Rendered, RenderedResource } from "../rehearsal/graph";

export interface Hub {
    /** MiB by function: `starter`, `sweeper`, `sealer`. */
    readonly memoryMiB: Readonly<Record<string, number>>;
    /** Triggers that the starter is given at once. */
    readonly batchSize: number;
    /** That Lambda runs at once. */
    readonly starters: number;
    readonly sealers: number;
    /** Until a batch whose function died comes back, in seconds. */
    readonly comesBack: number;
    /** Between two sweeps, in seconds. */
    readonly sweepSeconds: number;
    /** A trigger that nobody took by then is dropped; in seconds. */
    readonly triggerAge: number;
}

/** Name of a function or queue without the stack's: `starter`. */
export const short = (name: string): string => name.split("-").pop()!;

export function hubOf({ resources }: Rendered): Hub {
    const ofType = (type: string) => resources.filter((each) => each.type === `aws:${type}`);
    const functions = ofType("lambda/function:Function").map(({ inputs }) => inputs);
    const mappingOf = (name: string) => one(ofType("lambda/eventSourceMapping:EventSourceMapping"), ({ functionName }) => String(functionName).endsWith(`-${name}`));
    const [starter, sealer] = [mappingOf("starter"), mappingOf("sealer")];
    const triggers = one(ofType("sqs/queue:Queue"), ({ name }) => String(starter.eventSourceArn).endsWith(`:${name}`));
    const [, minutes] = /^rate\((\d+) minutes\)$/.exec(one(ofType("scheduler/schedule:Schedule"), ({ name }) => short(name) === "sweep").scheduleExpression) ?? [];
    return {
        memoryMiB: Object.fromEntries(functions.map(({ name, memorySize }) => [short(name), memorySize])),
        batchSize: starter.batchSize,
        starters: starter.scalingConfig.maximumConcurrency,
        sealers: sealer.scalingConfig.maximumConcurrency,
        comesBack: triggers.visibilityTimeoutSeconds,
        sweepSeconds: Number(minutes) * 60,
        triggerAge: triggers.messageRetentionSeconds,
    };
}

function one(resources: readonly RenderedResource[], fits: (inputs: RenderedResource["inputs"]) => boolean): RenderedResource["inputs"] {
    const [found, ...more] = resources.filter(({ inputs }) => fits(inputs));
    if (!found || more.length) throw new Error(`The graph holds ${more.length ? "several" : "none"} of what the benchmark looks for`);
    return found.inputs;
}
