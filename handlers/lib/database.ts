import { dateOf, day, periodStart } from "./period";
import type { Database, DatabaseRules, Enrolment, Filter, Frequency, Kind, Snapshot, SnapshotType } from "./types";

/** What a filter is matched against. */
export interface Target {
    readonly kind: Kind;
    /** 12 digits. */
    readonly account: string;
    /** Identifier of the instance or cluster. */
    readonly database: string;
}

/** Whether a filter means this database. */
export const matches = (filter: Filter, { kind, account, database }: Target): boolean =>
    (filter.kind ?? kind) === kind && (filter.account ?? account) === account && new RegExp(filter.pattern).test(database);

/** The rules of an account: its own, else the global ones. */
export const rulesFor = (enrolment: Enrolment, account: string): DatabaseRules => enrolment.accounts[account]?.databases ?? enrolment.databases;

/**
 * The snapshot's type for the rules. RDS has no type `awsbackup` for cluster snapshots; they are known by their id:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
 */
export const typeOf = ({ kind, identifier, type }: Snapshot): string => (kind === "cluster" && identifier.startsWith("awsbackup:") ? "awsbackup" : type);

/** An instance and a cluster may share a name, and a re-created database isn't its predecessor: kind and resource id. Of a snapshot or of the database itself. */
export const databaseKey = ({ kind, resourceId, database, identifier }: Pick<Database, "kind" | "resourceId" | "identifier"> & Partial<Pick<Snapshot, "database">>): string =>
    `${kind}.${resourceId || (database ?? identifier)}`;

/** In a manifest's name: snapshot and database were gone before anybody noted the resource id. */
export const unknownResource = "unknown";

/** The end of a resource id that a manifest's name carries. */
export const resource8 = (resourceId: string): string => resourceId.slice(-8) || unknownResource;

/** How often a snapshot of this type is exported: the last matching override, else `every` for manual ones, else the rules' frequency. */
export function frequencyOf(rules: DatabaseRules, type: string, target: Target): Frequency {
    let frequency: Frequency = type === "manual" ? "every" : rules.frequency;
    for (const { databases, snapshotTypes = ["automated", "awsbackup"], frequency: own } of rules.overrides) {
        if (snapshotTypes.includes(type as SnapshotType) && databases.some((filter) => matches(filter, target))) frequency = own;
    }
    return frequency;
}

/** A copied cluster snapshot doesn't tell when its data is from. */
export const isUndatedCopy = ({ kind, copiedFrom }: Snapshot): boolean => kind === "cluster" && copiedFrom !== undefined;

/**
 * When the data is from, in milliseconds: a copy of an old snapshot isn't new. Of an undated copy the copy's own time.
 * `undefined` while RDS gives no time: the snapshot is being created.
 */
export function dataTime({ originalCreatedAt, createdAt }: Snapshot): number | undefined {
    const time = Date.parse(originalCreatedAt ?? createdAt ?? "");
    return Number.isNaN(time) ? undefined : time;
}

/** Data from before this time (milliseconds) isn't wanted any more. */
export function windowStart({ lookbackDays, catchUpFrom }: DatabaseRules, now: Date): number {
    const start = now.getTime() - lookbackDays * day;
    return catchUpFrom === undefined ? start : Math.min(start, Date.parse(catchUpFrom));
}

const byLength: readonly Frequency[] = ["every", "daily", "weekly", "monthly"];

/** The longest frequency in use. */
export function longestFrequency(rules: DatabaseRules): Frequency {
    const used = [rules.frequency, ...rules.overrides.map(({ frequency }) => frequency)];
    return byLength.filter((frequency) => used.includes(frequency)).pop() ?? "every";
}

/**
 * The first data date (yyyy-mm-dd) whose manifests matter: the start of the longest period in use that the window's
 * start lies in, less a week, because a week may begin in the month before.
 */
export function ledgerStart(rules: DatabaseRules, now: Date): string {
    return dateOf(periodStart(longestFrequency(rules), windowStart(rules, now)) - 7 * day);
}
