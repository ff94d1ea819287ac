import { databaseKey, resource8 } from "./database";
import { periodNoun, periodStart } from "./period";
import { parsePrefix } from "./taskId";
import type { DatabaseRules, Frequency, ManifestName, Snapshot, Task } from "./types";

const frequencies: readonly Frequency[] = ["daily", "weekly", "monthly"];

/** Who covers which period of which database. Made by one plan, and filled as it goes. */
export interface Claims {
    /** A snapshot covers the periods in use that its data (milliseconds) lies in. */
    claim(snapshot: Snapshot, time: number): void;
    /** Why a snapshot isn't needed beside those who claimed before; `undefined`: it is. */
    covered(snapshot: Snapshot, time: number, frequency: Frequency): string | undefined;
}

/**
 * Starts with the periods that manifests cover, and tasks of ours whose snapshots are gone and that prove their database's name;
 * they don't know its resource id, so until the manifest stands a re-created database counts as its predecessor. A manifest
 * without a resource id covers nothing: nobody can tell whose data it holds.
 * A partial export leaves its period open, but not for ever: a table that RDS skips every time would be paid for every day.
 * A period is known by its start, and by a millisecond or two, since a day, a week and a month may begin together.
 */
export function claimsOf(manifests: readonly ManifestName[], tasks: readonly Task[], rules: DatabaseRules, maxAttempts: number): Claims {
    const thinning = frequencies.filter((frequency) => [rules, ...rules.overrides].some((each) => each.frequency === frequency));
    const periodOf = (frequency: Frequency, time: number) => periodStart(frequency, time) + frequencies.indexOf(frequency);
    /** By period and database. */
    const claimers = new Map<number, Map<string, string>>();
    const add = (database: string, time: number, claimer: string, its = thinning) => {
        for (const frequency of its) {
            const period = periodOf(frequency, time);
            const own = claimers.get(period);
            if (!own) claimers.set(period, new Map([[database, claimer]]));
            else if (!own.has(database)) own.set(database, claimer);
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
            if (count >= maxAttempts) add(key, time, `${count} partial exports, as many as maxAttempts allows,`, [frequency]);
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
            const own = claimers.get(periodOf(frequency, time));
            const { kind, database, resourceId } = snapshot;
            const claimer = own && (own.get(databaseKey(snapshot)) ?? own.get(inLedger(kind, database, resource8(resourceId))) ?? own.get(byName(kind, database)));
            return claimer && `covered by ${claimer} of the same ${periodNoun(frequency)}`;
        },
    };
}
