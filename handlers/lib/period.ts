import type { Frequency } from "./types";

/** Milliseconds. */
export const day = 86_400_000;

/** yyyy-mm-dd, UTC. */
export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Midnight UTC that begins the day, ISO week (Monday) or calendar month of a time in milliseconds; `every` gives the day's. */
export function periodStart(frequency: Frequency, time: number): number {
    const days = Math.floor(time / day);
    // Day 0 was a Thursday.
    if (frequency === "weekly") return (Math.floor((days + 3) / 7) * 7 - 3) * day;
    return (frequency === "monthly" ? days + 1 - new Date(days * day).getUTCDate() : days) * day;
}

const nouns = { every: "moment", daily: "day", weekly: "week", monthly: "month" } as const;

/** "day", "week" or "month", for reasons in words. */
export const periodNoun = (frequency: Frequency): string => nouns[frequency];
