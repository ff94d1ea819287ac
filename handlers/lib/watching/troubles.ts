import type { Trouble } from "./said";

/** One matter, and how often it was said. */
export interface Matter extends Trouble {
    times: number;
}

/** All matters of one code and account. */
export interface Group {
    readonly matters: Record<string, Matter>;
    /** Different matters, as far as they are told apart. */
    count: number;
    /** Lines about matters that aren't told apart any more. */
    uncounted: number;
}

/** By code and account; without one: those that concern none alone. */
export type Troubles = Record<string, Record<string, Group>>;

/** Matters of one code and account that are told apart: a hostile account may make as many names as it likes, and they cost no other its own. */
const most = 1000;

/** What the functions repeat with each look is one matter. */
export function addTrouble(to: Troubles, trouble: Trouble): void {
    const { code, account = "", database, reason } = trouble;
    const group = ((to[code] ??= {})[account] ??= { matters: {}, count: 0, uncounted: 0 });
    const key = JSON.stringify([database, reason]);
    const known = group.matters[key];
    if (known) known.times++;
    else if (group.count < most) {
        group.matters[key] = { ...trouble, times: 1 };
        group.count++;
    } else group.uncounted++;
}

/** All matters of a code. */
export const mattersOf = (troubles: Troubles, code: string): Matter[] => Object.values(troubles[code] ?? {}).flatMap(({ matters }) => Object.values(matters));

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
