/** What was wanted and isn't there must have been told, and in time. */
import type { SimSnapshot } from "../../aws/types";
import { day } from "../../nights";
import type { Played } from "../play";
import { endBy, isProtected, manifests, obligations, tasksFor, type Obligation } from "../wanted";
import { heard, iso, looksAt, nameOf } from "./looks";

/** Alarms that say of a snapshot: it isn't protected, or nobody can tell. */
const final = /^(given-up|expired-unprotected|partial|stuck|vanished|unsealed|flood)$/;

/** 1: whatever lasted until after its window is sealed, or somebody was told: until its window had closed and what was under way then had to be sealed. */
export function lost(played: Played): string[] {
    return obligations(played).flatMap((obligation) => {
        const { lasting, standIns } = obligation;
        if (!lasting || isProtected(played, obligation)) return [];
        // What ended after the last look nobody could tell.
        const lastLook = looksAt(played, lasting.account).at(-1) ?? 0;
        if (standIns.some((snapshot) => tasksFor(played, snapshot).some(({ startedAt, endedAt = 0 }) => startedAt <= obligation.closed && endedAt > lastLook))) return [];
        const by = Math.max(...standIns.map((snapshot) => endBy(played, obligation, snapshot)));
        const arns = new Set(standIns.map(({ arn }) => arn));
        const ids = new Set(tasksFor(played, lasting).map(({ id }) => id));
        // One loss per period is enough to say; but that another snapshot of it came out partial or was given up is no excuse for this one.
        const told = heard(played).alarms.some(({ at, code, fields: { snapshot, task } }) => {
            const isAbout = code === "expired-unprotected" ? arns.has(String(snapshot)) : snapshot === lasting.arn || ids.has(String(task));
            return final.test(code) && at >= lasting.createdAt && at <= by && isAbout;
        });
        const partials = standIns.flatMap((snapshot) => tasksFor(played, snapshot)).filter(({ id }) => manifests(played).get(id)?.outcome === "partial").length;
        return told || partials >= played.stack.settings.exports.maxAttempts || accountTold(played, lasting, by) ? [] : [sentence(obligation, lasting, by)];
    });
}

const sentence = ({ frequency }: Obligation, lasting: SimSnapshot, by: number) =>
    `${nameOf(lasting)} (${frequency}), available since ${iso(lasting.availableAt ?? 0)}, left its window unprotected, and no alarm said so by ${iso(by)}`;

/**
 * What is older than an account's first export was never promised, and the first export goes alone: while it hangs, the others wait
 * behind its alarm `stuck`. No window's end is told then, but that, the account's own trouble or this database's must have been, in time.
 */
export function accountTold(played: Played, { account, createdAt, kind, database: { identifier } }: SimSnapshot, by: number): boolean {
    const { world, destination } = played;
    const midnight = (time: number) => Math.floor(time / day) * day;
    const older = world.rds.snapshots(account).some((each) => midnight(each.createdAt) <= createdAt && tasksFor(played, each).some(({ status }) => status === "COMPLETE"));
    const before = world.s3.versions(destination.bucket, `manifests/${account}/`).some(({ body }) => body === "{}");
    if (older || before) return false;
    const inFlight = new Set(world.rds.tasks(account).filter(({ endedAt = Infinity }) => endedAt > by).map(({ id }) => id));
    return heard(played).alarms.some(({ at, code, fields }) => {
        const isAbout = fields.database === undefined || fields.database === `${kind}.${identifier}`;
        // Said of the export that all others wait for; it may have begun to hang before this snapshot was there.
        if (code === "stuck" && inFlight.has(String(fields.task))) return at <= by;
        return fields.account === account && isAbout && at >= createdAt && at <= by;
    });
}

/** 1: a snapshot that waited at a look and was gone before its turn. Judged where the next look remembers the one before. */
export function vanished(played: Played): string[] {
    const { traces, stack } = played;
    const window = stack.settings.databases.lookbackDays * day;
    const alone = obligations(played).filter(({ frequency }) => frequency === "every").flatMap(({ snapshots }) => snapshots);
    return alone.flatMap((snapshot) => {
        const { account, arn, availableAt = Infinity, createdAt, deletedAt } = snapshot;
        if (deletedAt === undefined) return [];
        const looks = looksAt(played, account);
        const last = looks.filter((at) => at < deletedAt).at(-1);
        const next = looks.find((at) => at > deletedAt);
        // Waiting beyond doubt: nobody tried yet, or all that was tried came to nothing, but not so often as to give up.
        const tasks = tasksFor(played, snapshot);
        const isWaiting = last !== undefined && availableAt < last && createdAt > last - window && tasks.length < stack.settings.exports.maxAttempts
            && tasks.every(({ status, endedAt = Infinity }) => (status === "FAILED" || status === "CANCELED") && endedAt < last);
        if (!isWaiting || next === undefined) return [];
        const isForgotten = heard(played).resets.some((at) => at >= last && at <= next) || traces.some(({ at, account: whose, stale }) => stale && whose === account && (at === last || at === next));
        // Once per ARN: a list that was out of date may have had it said before.
        // Another one of its name hides it.
        const isHidden = played.world.rds.snapshots(account).some((other) => other.arn === arn && other.createdAt > createdAt && other.createdAt <= next);
        const isSaid = heard(played).alarms.some(({ at, code, fields }) => code === "vanished" && fields.snapshot === arn && at >= createdAt);
        return isForgotten || isHidden || isSaid ? [] : [`${nameOf(snapshot)} was waiting at ${iso(last)} and was deleted at ${iso(deletedAt)}, and no alarm vanished said so`];
    });
}
