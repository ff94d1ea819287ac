/** Plays a history to its end. */
import { AwsError } from "../aws/types";
import { callsOf, type Caller } from "./calls";
import type { History } from "./history";
import { playSources } from "./sources";
import { playTroubles } from "./troubles";
import { stage, type Stack, type Stage } from "./world";

/** A finished world, for `violationsOf` to judge. */
export interface Played extends Stage {
    readonly traces: Caller["traces"];
    /** Whether the stack seals what it exports. */
    readonly sealed: boolean;
}

/** The same stack and history give the same world, to the letter. */
export async function play(stack: Stack, history: History): Promise<Played> {
    let caller: Caller | undefined;
    const set = stage(stack, history, (own) => (caller = callsOf(own)).around);
    if (!caller) throw new Error("the stage made no caller");
    throttle(set);
    playSources(set);
    playTroubles(set, caller);
    await set.world.clock.run(set.end);
    return { ...set, traces: caller.traces, sealed: stack.rendered.functions.seal !== undefined };
}

/** Any call of the functions, and what Lambda does for them at their queues. */
function throttle({ world, history: { throttled }, random }: Stage): void {
    if (!throttled) return;
    const slow = /^(rds|sts|s3|sqs):/;
    world.interferences.push(({ action, principal }) =>
        slow.test(action) && /-(starter|sweeper|sealer|access)$/.test(principal.roleArn ?? "") && random() * 100 < throttled
            ? { error: new AwsError(action.startsWith("s3:") ? "SlowDown" : "Throttling", "Rate exceeded"), fault: "throttling" }
            : undefined,
    );
}
