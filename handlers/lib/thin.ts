import { databaseKey, resource8 } from "./database";
import { periodNoun, periodOf } from "./period";
import { parsePrefix } from "./taskId";
import type { Frequency, ManifestName, Snapshot, Task } from "./types";

const thinning: readonly Frequency[] = ["daily", "weekly", "monthly"];

/** Who covers which period of which database. Made by one plan, and filled as it goes. */
export interface Claims {
    /** A snapshot covers the day, week and month of its data (milliseconds). */
    claim(snapshot: Snapshot, time: number): void;
    /** Why a snapshot isn't needed beside those who claimed before; `undefined`: it is. */
    covered(snapshot: Snapshot, time: number, frequency: Frequency): string | undefined;
}

/**
 * Starts with the periods that manifests cover, and tasks of ours whose snapshots are gone and that prove their database's name;
 * they don't know its resource id, so until the manifest stands a re-created database counts as its predecessor. A manifest
 * without a resource id covers nothing: nobody can tell whose data it holds.
 * A partial export leaves its period open, but not for ever: a table that RDS skips every time would be paid for every day.
 */
export function claimsOf(manifests: readonly ManifestName[], tasks: readonly Task[], maxAttempts: number): Claims {
    const claimers = new Map<string, string>();
    const add = (database: string, time: number, claimer: string) => {
        for (const frequency of thinning) {
            const key = `${database}/${periodOf(frequency, time)}`;
            if (!claimers.has(key)) claimers.set(key, claimer);
        }
    };
    const byName = (kind: string, database: string) => `name ${kind}.${database}`;
    const inLedger = (kind: string, database: string, end: string) => `ledger ${kind}.${database}.${end}`;
    const partials = new Map<string, number>();
    for (const { kind, database, resource8: end, dataDate, taskId, outcome } of manifests) {
        const key = inLedger(kind, database, end);
        const time = Date.parse(dataDate);
        if (outcome === "complete") add(key, time, `the sealed export ${taskId}`);
        if (outcome !== "partial") continue;
        for (const frequency of thinning) {
            const period = `${key}/${periodOf(frequency, time)}`;
            const count = (partials.get(period) ?? 0) + 1;
            partials.set(period, count);
            if (count >= maxAttempts && !claimers.has(period)) claimers.set(period, `${count} partial exports, as many as maxAttempts allows,`);
        }
    }
    for (const { id, prefix } of tasks) {
        const { kind, database, date } = parsePrefix(prefix) ?? {};
        if (kind && database && date) add(byName(kind, database), Date.parse(date), `the export ${id}`);
    }
    return {
        claim: (snapshot, time) => add(databaseKey(snapshot), time, snapshot.identifier),
        covered: (snapshot, time, frequency) => {
            if (frequency === "every") return undefined;
            const period = periodOf(frequency, time);
            const { kind, database, resourceId } = snapshot;
            const claimer = [databaseKey(snapshot), inLedger(kind, database, resource8(resourceId)), byName(kind, database)]
                .map((key) => claimers.get(`${key}/${period}`))
                .find(Boolean);
            return claimer && `covered by ${claimer} of the same ${periodNoun(frequency)}`;
        },
    };
}
