/** One database's protection, from its manifests and what the inventory says of it. Pure; times are milliseconds, but ISO in rows. */
import type { ManifestOutcome } from "../handlers/lib/types";
import { reasonOf } from "./reasons";
import { isForgotten, isGone, newestOf, provesWhose, type Judged, type Subject } from "./subjects";
import { hour } from "./words";

export type Status = "protected" | "beyond RPO" | "never protected" | "partial only" | "no snapshots" | "gone" | "unwanted";

/** An export in the picture. */
export interface Point {
    /** Data time. */
    readonly at: string;
    readonly outcome: ManifestOutcome;
    /** Whether it can be restored: complete, and its lock stands. */
    readonly restorable: boolean;
}

export interface Row {
    /** 12 digits. */
    readonly account: string;
    readonly accountName: string;
    /** `<kind>.<identifier>` */
    readonly database: string;
    readonly resourceId: string;
    readonly engine?: string;
    readonly wanted: boolean;
    readonly status: Status;
    /** Whether it is wanted and without protection for longer than its hours; this is what makes the exit status 1. */
    readonly unprotected: boolean;
    /** Sentences or parts of them; empty: all is well. */
    readonly reason: string;
    /** Data time of the newest complete export. */
    readonly lastSealed?: string;
    /** Hours since then; without any complete export, since it could have been protected. */
    readonly ageHours?: number;
    readonly rpoHours: number;
    /** Of the newest complete export. */
    readonly lockedUntil?: string;
    /** Complete exports whose lock still stands. */
    readonly restorePoints: number;
    readonly oldestRestorePoint?: string;
    /** The first of their locks to end. */
    readonly nextLockEnds?: string;
    /** Of the restore points. */
    readonly bytes: number;
    /** The newest partial export since the last complete one. */
    readonly partial?: { readonly at: string; readonly lacking: readonly string[]; readonly problems: readonly string[] };
    /** That RDS lists; absent: no inventory tells. */
    readonly snapshots?: number;
    readonly newestSnapshot?: string;
    /** Since when an export of it can be expected. */
    readonly since?: string;
    readonly points: readonly Point[];
}

const iso = (time: number) => new Date(time).toISOString();
export function rowOf(subject: Subject, now: number): Row {
    const { account, accountName, database, resourceId, manifests, inventory, rpoHours } = subject;
    const last = newestOf(manifests.filter((manifest) => manifest.outcome === "complete" && provesWhose(manifest, subject)));
    const restorable = manifests.filter(({ outcome, retainUntil = 0 }) => outcome === "complete" && retainUntil > now);
    const since = sinceOf(subject);
    const ageHours = last ? Math.max(0, now - last.dataTime) / hour : neverHours(subject, since, now);
    const judged = { last, ageHours, restorable, late: !subject.unscheduled && ageHours !== undefined && ageHours > rpoHours };
    const partial = newestOf(manifests.filter(({ outcome, dataTime }) => outcome === "partial" && dataTime > (last?.dataTime ?? -Infinity)));
    const unprotected = judged.late && subject.unwanted === undefined && !subject.succeeded && !isForgotten(subject, now);
    return {
        account, accountName, database, resourceId, rpoHours, unprotected,
        ...(inventory?.engine && { engine: inventory.engine }),
        wanted: subject.unwanted === undefined,
        status: statusOf(subject, judged),
        reason: reasonOf(subject, judged, unprotected, now),
        ...(last && { lastSealed: iso(last.dataTime) }),
        ...(ageHours !== undefined && { ageHours: Math.round(ageHours * 100) / 100 }),
        ...(last?.retainUntil !== undefined && { lockedUntil: iso(last.retainUntil) }),
        restorePoints: restorable.length,
        ...(restorable.length && { oldestRestorePoint: iso(Math.min(...restorable.map(({ dataTime }) => dataTime))), nextLockEnds: iso(Math.min(...restorable.map(({ retainUntil = 0 }) => retainUntil))) }),
        bytes: restorable.reduce((sum, { bytes }) => sum + bytes, 0),
        ...(partial && { partial: { at: iso(partial.dataTime), lacking: partial.lacking, problems: partial.problems } }),
        ...(inventory && { snapshots: inventory.snapshots }),
        ...(inventory?.newestSnapshot !== undefined && { newestSnapshot: inventory.newestSnapshot }),
        ...(since !== undefined && { since: iso(since) }),
        points: manifests.map((each) => ({ at: iso(each.dataTime), outcome: each.outcome, restorable: restorable.includes(each) })).sort((a, b) => (a.at < b.at ? -1 : 1)),
    };
}

/** A database can't have been protected before it was created, nor before the account's first export. RDS doesn't say yet when one was that is being created. */
function sinceOf({ inventory, accountSince }: Subject): number | undefined {
    if (inventory && inventory.createdAt === undefined) return undefined;
    const times = [inventory?.createdAt === undefined ? NaN : Date.parse(inventory.createdAt), accountSince ?? NaN].filter((time) => !Number.isNaN(time));
    return times.length ? Math.max(...times) : undefined;
}

/** The starter knows best since when: its alarm says the same. */
function neverHours({ inventory, inventoryAt = 0 }: Subject, since: number | undefined, now: number): number | undefined {
    if (inventory?.protectedAt === undefined && inventory?.unprotectedHours !== undefined) return inventory.unprotectedHours + Math.max(0, now - inventoryAt) / hour;
    return since === undefined ? undefined : Math.max(0, now - since) / hour;
}

function statusOf(subject: Subject, { last, late }: Judged): Status {
    if (isGone(subject)) return "gone";
    if (subject.unwanted !== undefined) return "unwanted";
    if (subject.inventory?.snapshots === 0) return "no snapshots";
    if (last) return late ? "beyond RPO" : "protected";
    return subject.manifests.some(({ outcome }) => outcome === "partial") ? "partial only" : "never protected";
}
