import type { Trouble } from "./said";

/** One matter, and how often it was said. */
export interface Matter extends Trouble {
    times: number;
}

/** All matters of one code. */
export interface Group {
    readonly matters: Record<string, Matter>;
    /** Different matters, as far as they are told apart. */
    count: number;
    /** Lines about matters that aren't told apart any more. */
    uncounted: number;
}

/** By code. */
export type Troubles = Record<string, Group>;

/** Matters of one code that are told apart: a hostile account may make as many names as it likes. */
const most = 1000;

/** What the functions repeat with each look is one matter. */
export function addTrouble(to: Troubles, trouble: Trouble): void {
    const { code, account, database, reason } = trouble;
    const group = (to[code] ??= { matters: {}, count: 0, uncounted: 0 });
    const key = JSON.stringify([account, database, reason]);
    const known = group.matters[key];
    if (known) known.times++;
    else if (group.count < most) {
        group.matters[key] = { ...trouble, times: 1 };
        group.count++;
    } else group.uncounted++;
}

/** What was sealed within a day. */
export interface Totals {
    complete: number;
    partial: number;
    /** Failed or canceled. */
    failed: number;
    bytes: number;
}

export const noTotals = (): Totals => ({ complete: 0, partial: 0, failed: 0, bytes: 0 });

/** Adds one export. */
export function addToTotals(totals: Totals, { outcome, bytes }: { readonly outcome: string; readonly bytes: number }): void {
    totals[outcome === "complete" || outcome === "partial" ? outcome : "failed"]++;
    totals.bytes += bytes;
}
