import type { Sealed } from "./said";
import { size } from "./text";

/** Milliseconds. */
export const day = 86_400_000;
/** Days before yesterday that yesterday is held against. */
export const daysBefore = 14;

/** Bytes sealed, by account and by day: whole days since 1970 in UTC. */
export type Days = Record<string, Record<number, number>>;

/** An account of which more was sealed yesterday than is usual. */
export interface Volume {
    readonly account: string;
    /** Of yesterday. */
    readonly bytes: number;
    /** Of the days before. */
    readonly median: number;
    /** How many days before were counted. */
    readonly days: number;
}

/** Days with data that a median needs. An account's first exports come one by one, then in a burst. */
const fewestDays = 3;
const factor = 3;
/**
 * What yesterday must be above the median. 10 GB cost some $0.35 in the first month ($0.010 per GB for the export, $0.023 to keep it:
 * https://aws.amazon.com/rds/postgresql/pricing/, https://aws.amazon.com/s3/pricing/); accounts as small as that vary without a meaning.
 */
const floor = 10e9;

export const dayOf = (time: number): number => Math.floor(time / day);

/** Adds what was sealed at a time; exports that failed have no bytes and make no day with data. */
export function addTo(days: Days, { account, bytes }: Sealed, at: number): void {
    if (bytes === 0) return;
    const own = (days[account] ??= {});
    own[dayOf(at)] = (own[dayOf(at)] ?? 0) + bytes;
}

/** Accounts of which more was sealed on the day before `now` than three times the median of the 14 days before it. By account. */
export function unusual(days: Days, now: number): Volume[] {
    const yesterday = dayOf(now) - 1;
    return Object.keys(days).sort().flatMap((account) => {
        const own = days[account]!;
        const before = Array.from({ length: daysBefore }, (_, index) => own[yesterday - daysBefore + index] ?? 0);
        // Days before the first with data don't count: nobody can tell them from days before the account was enrolled.
        const known = before.slice(before.findIndex((bytes) => bytes > 0));
        if (known.filter((bytes) => bytes > 0).length < fewestDays) return [];
        const [bytes, median] = [own[yesterday] ?? 0, medianOf(known)];
        return bytes > factor * median && bytes - median > floor ? [{ account, bytes, median, days: known.length }] : [];
    });
}

function medianOf(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const half = Math.floor(sorted.length / 2);
    return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** One sentence for a person. */
export const volumeReason = ({ bytes, median, days }: Volume): string =>
    `${size(bytes)} were sealed yesterday (UTC), the median of the ${days} days before is ${size(median)}. If no database of that size was added, find out who exports`;
