import { dataTime, databaseKey, frequencyOf, longestFrequency, resource8, rulesFor, unknownResource, type Target } from "./database";
import { unwanted } from "./eligible";
import { grouped, isProtection } from "./history";
import { dateOf, day } from "./period";
import { parseTaskId, stemsOf } from "./taskId";
import type { Database, DatabaseRules, Decision, Frequency, InventoryDatabase, ManifestName, Observed, PlanSettings, Snapshot, SnapshotType } from "./types";

/** What one look knows of a database's protection. */
export interface Protection {
    readonly told: InventoryDatabase;
    /** Not in the account any more; only manifests tell of it. */
    readonly gone: boolean;
    /** Wanted, and without protection for longer than its rpoHours. */
    readonly beyond: boolean;
    /** ISO: since when it is without protection, as far as anybody can tell. */
    readonly since?: string;
}

const hour = 3_600_000;
/** Days for which a database that is gone counts as one that should be there. */
export const remembered = 35;
/** A month's longest. */
const periodHours: Readonly<Record<Frequency, number>> = { every: 24, daily: 24, weekly: 168, monthly: 744 };

/** Hours that a database may be without protection: what one exported daily may, and its own period's length beyond a day. */
export const rpoOf = (frequency: Frequency, rpoHours: number): number => rpoHours + periodHours[frequency] - 24;

/** Days of data whose manifests tell about protection. A week more than the longest RPO, so that one that is missed can be told from one that never was. */
export const protectionDays = (rules: DatabaseRules, rpoHours: number): number => Math.max(remembered, (rpoOf(longestFrequency(rules), rpoHours) * hour) / day + 7);

/** The first data date (yyyy-mm-dd) whose manifests tell about protection. */
export const protectionStart = (rules: DatabaseRules, rpoHours: number, now: Date): string => dateOf(now.getTime() - protectionDays(rules, rpoHours) * day);

/** The protection of every database of an account, and of those that the ledger knows and the account hasn't any more. Pure. */
export function protections(observed: Observed, decisions: readonly Decision[], settings: PlanSettings, now: Date): Protection[] {
    const { account, snapshots, databases = [], older = [] } = observed;
    const rules = rulesFor(settings, account);
    const ledger = [...older, ...observed.manifests].filter((manifest) => manifest.account === account);
    const stemOf = stemsOf(settings.destination);
    const times = new Map(snapshots.map((snapshot) => [stemOf(snapshot), dataTime(snapshot)]));
    const sealed = newest(ledger.filter(isProtection), byResource, (manifest) => times.get(parseTaskId(manifest.taskId)?.stem ?? "") ?? latestData(manifest));
    /** When the account was under protection already. */
    const begun = ledger.reduce<number | undefined>((first, manifest) => Math.min(first ?? Infinity, writtenAt(manifest)), undefined);
    const own = grouped(snapshots, databaseKey);
    const words = grouped(decisions, ({ snapshot }) => databaseKey(snapshot));

    const there = databases.filter(({ memberOf }) => memberOf === undefined).map((database): Protection => {
        const { kind, identifier, resourceId, engine, sizeGiB, createdAt } = database;
        const key = databaseKey(database);
        const listed = own.get(key) ?? [];
        const protectedAt = sealed.get(byResource({ kind, resource8: resource8(resourceId) }));
        const why = whyNot(database) ?? (listed.length || !isReplica(database) ? undefined : "a read replica without snapshots of its own; its source is saved");
        const since = protectedAt ?? latest(Date.parse(createdAt ?? ""), begun);
        return judged({ kind, account, database: identifier }, { resourceId, engine, sizeGiB, createdAt, snapshots: listed.length, newestSnapshot: iso(newestTime(listed)) }, { why, protectedAt, since, reason: reasonOf(words.get(key) ?? [], protectedAt) }, false);
    });
    const gone = grouped(ledger.filter(isGone(databases)), nameOf);
    return [...there, ...[...gone.values()].flatMap((manifests) => ofGone(manifests) ?? [])];

    /** The filters' word. */
    function whyNot(database: Database): string | undefined {
        const made = (own.get(databaseKey(database)) ?? []).filter(({ type }) => type !== "manual");
        return unwanted({ kind: database.kind, account, database: database.identifier }, rules, { engine: database.engine, tags: [database.tags, ...made.map(({ tags }) => tags)] });
    }

    /** Of a database here that is wanted: one whose source is in another Region or account is the only copy that this vault can save. */
    function isReplica({ replicaOf }: Database): boolean {
        return replicaOf !== undefined && databases.some((source) => source.identifier === replicaOf && whyNot(source) === undefined);
    }

    function ofGone(manifests: readonly ManifestName[]): Protection | undefined {
        const { kind, database, resource8: end } = manifests[manifests.length - 1]!;
        const target = { kind, account, database };
        if (unwanted(target, rules, {}) !== undefined) return undefined;
        const protectedAt = newest(manifests.filter(isProtection), nameOf, latestData).get(`${kind}.${database}`);
        const since = protectedAt ?? Math.min(...manifests.map(writtenAt));
        const reason = "it is no longer in the account; if that is as it should be, exclude it";
        return judged(target, { resourceId: `…${end}`, engine: "unknown", snapshots: 0 }, { protectedAt, since, reason }, true);
    }

    function judged(target: Target, about: About, { why, protectedAt, since, reason }: Found, isGoneNow: boolean): Protection {
        const type = scheduledType(rules);
        const rpoHours = rpoOf(frequencyOf(rules, type, target), settings.rpoHours);
        // Snapshots made by hand come when somebody makes one, so where only they are wanted no time without one is too long.
        const hours = since === undefined || type === "manual" ? undefined : Math.max(0, (now.getTime() - since) / hour);
        const told: InventoryDatabase = {
            database: `${target.kind}.${target.database}`, ...about,
            wanted: why === undefined, why, protectedAt: iso(protectedAt),
            unprotectedHours: hours === undefined ? undefined : Math.round(hours * 10) / 10,
            rpoHours, reason,
        };
        return { told, gone: isGoneNow, beyond: told.wanted && (hours ?? 0) > rpoHours, since: iso(since) };
    }
}

type About = Pick<InventoryDatabase, "resourceId" | "engine" | "sizeGiB" | "createdAt" | "snapshots" | "newestSnapshot">;
/** Times in milliseconds. */
type Found = Pick<InventoryDatabase, "why" | "reason"> & { readonly protectedAt?: number; readonly since?: number };

const nameOf = ({ kind, database }: Pick<ManifestName, "kind" | "database">): string => `${kind}.${database}`;
/** A manifest without a resource id protects no database that is there: nobody can tell whose data it holds. */
const byResource = ({ kind, resource8: end }: Pick<ManifestName, "kind" | "resource8">): string => (end === unknownResource ? unknownResource : `${kind}/${end}`);

/** The type whose frequency is the database's. `manual`: it follows no schedule, so there is no RPO. */
export const scheduledType = ({ snapshotTypes }: DatabaseRules): SnapshotType =>
    (["automated", "awsbackup", "manual"] as const).find((type) => snapshotTypes.includes(type)) ?? "automated";

/** The latest moment that the data of an export may be from, its snapshot being gone: the end of its date, or when its manifest was written. */
const latestData = (manifest: ManifestName): number => Math.min(Date.parse(manifest.dataDate) + day - 1, writtenAt(manifest));
const writtenAt = ({ writtenAt: written, dataDate }: ManifestName): number => Date.parse(written ?? "") || Date.parse(dataDate) + day - 1;

/** The newest time by key. */
function newest(manifests: readonly ManifestName[], by: (manifest: ManifestName) => string, timeOf: (manifest: ManifestName) => number): Map<string, number> {
    const times = new Map<string, number>();
    for (const manifest of manifests) {
        const key = by(manifest);
        times.set(key, Math.max(times.get(key) ?? -Infinity, timeOf(manifest)));
    }
    return times;
}

function iso(time: number | undefined): string | undefined {
    return time === undefined ? undefined : new Date(time).toISOString();
}

/** RDS doesn't say of an instance that is being created since when it is there, so nobody knows. */
function latest(created: number, begun: number | undefined): number | undefined {
    return Number.isNaN(created) ? undefined : Math.max(created, begun ?? created);
}

/** Neither its name nor its resource id is in the account. */
function isGone(databases: readonly Database[]): (manifest: ManifestName) => boolean {
    const there = new Set(databases.flatMap(({ kind, identifier, resourceId }) => [nameOf({ kind, database: identifier }), byResource({ kind, resource8: resource8(resourceId) })]));
    return (manifest) => !there.has(nameOf(manifest)) && !there.has(byResource(manifest));
}

function newestTime(listed: readonly Snapshot[]): number | undefined {
    const times = listed.flatMap((snapshot) => dataTime(snapshot) ?? []);
    return times.length ? Math.max(...times) : undefined;
}

/** What the plan says of the newest snapshot that isn't protected; one that stands back for another says less. */
function reasonOf(decisions: readonly Decision[], protectedAt = -Infinity): string {
    const timeOf = ({ snapshot }: Decision) => dataTime(snapshot) ?? Infinity;
    const open = decisions.filter((decision) => decision.code !== "sealed" && timeOf(decision) > protectedAt).sort((a, b) => timeOf(b) - timeOf(a));
    const found = open.find(({ code }) => code !== "thinned") ?? open[0];
    if (found) return `${found.snapshot.identifier}: ${found.reason}`.slice(0, 300);
    return protectedAt === -Infinity ? "RDS lists no snapshot of it" : "RDS lists no newer snapshot of it";
}
