import type { Frequency } from "./types";

/** Milliseconds. */
export const day = 86_400_000;

/** yyyy-mm-dd, UTC. */
export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Midnight UTC that begins the day, ISO week (Monday) or calendar month of a time in milliseconds; `every` gives the day's. */
export function periodStart(frequency: Frequency, time: number): number {
    const midnight = Math.floor(time / day) * day;
    const date = new Date(midnight);
    if (frequency === "weekly") return midnight - ((date.getUTCDay() + 6) % 7) * day;
    return frequency === "monthly" ? midnight - (date.getUTCDate() - 1) * day : midnight;
}

const nouns = { every: "moment", daily: "day", weekly: "week", monthly: "month" } as const;

/** "day", "week" or "month", for reasons in words. */
export const periodNoun = (frequency: Frequency): string => nouns[frequency];

/** The period of a time in milliseconds, as a key: `2026-11-23` (day), `week 2026-11-23` (its Monday), `month 2026-11-01`; of `every` the time itself. */
export function periodOf(frequency: Frequency, time: number): string {
    if (frequency === "every") return String(time);
    const start = dateOf(periodStart(frequency, time));
    return frequency === "daily" ? start : `${periodNoun(frequency)} ${start}`;
}
