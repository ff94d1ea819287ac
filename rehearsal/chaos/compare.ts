/** How many wanted snapshots each design loses in the same worlds. */
import type { SimTask } from "../aws/types";
import { accountTold } from "./invariants/losses";
import type { Played } from "./play";
import { coveredBefore, obligations, tasksFor, type Obligation } from "./wanted";

export interface Losses {
    /** Snapshots, or periods of a database, that were there long enough. */
    readonly wanted: number;
    readonly lost: number;
    /** Lost, and nobody was told. */
    readonly silent: number;
}

export const none: Losses = { wanted: 0, lost: 0, silent: 0 };

export const sum = (a: Losses, b: Losses): Losses => ({ wanted: a.wanted + b.wanted, lost: a.lost + b.lost, silent: a.silent + b.silent });

/** Counted alike for any design: an export that ended well and lacks nothing. A dead letter counts as telling, and so does any alarm about it, or about its whole account, at any time. */
export function losses(played: Played): Losses {
    const { world, endings, arns, end } = played;
    const incomplete = /^(skips-table|loses-file)$/;
    const isWhole = ({ id, status, endedAt = end }: SimTask) => status === "COMPLETE" && endedAt <= end && !incomplete.test(endings.get(id) ?? "");
    const isKept = ({ standIns, frequency }: Obligation) => standIns.some((snapshot) => coveredBefore(played, snapshot, frequency) || tasksFor(played, snapshot).some(isWhole));
    const told = [
        ...world.sqs.messages(arns.triggerDeadLetters).map(({ body }) => body),
        ...world.lambda.logs.flatMap(({ json, text }) => (json?.level === "ERROR" ? [text] : [])),
    ].join("\n");
    // What fails every time is lost to any design.
    const due = obligations(played).filter(({ lasting }) => lasting && !/-(fails|configuration|skips-table)$/.test(lasting.database.identifier));
    const lost = due.filter((each) => !isKept(each));
    const isTold = ({ standIns, lasting }: Obligation) =>
        standIns.some((snapshot) => told.includes(snapshot.arn) || tasksFor(played, snapshot).some(({ id }) => told.includes(id))) || accountTold(played, lasting!, end);
    return { wanted: due.length, lost: lost.length, silent: lost.filter((each) => !isTold(each)).length };
}
