/** A history as plain data: what is there, when, and everything that goes wrong. fast-check makes and shrinks it. */
import fc from "fast-check";
import type { Frequency, Kind } from "../../handlers/lib/types";

/** How an export ends that doesn't end well. */
export type ExportTrouble =
    | "fails" | "configuration" | "stuck" | "canceled" | "canceling"
    | "skips-table" | "loses-file" | "info-late" | "info-missing" | "info-hostile" | "info-touched" | "shadowed" | "marked-deleted" | "unlocked" | "other-key";

export interface DatabasePlan {
    readonly frequency: Frequency;
    readonly kind: Kind;
    /** That an export of it runs. */
    readonly minutes: number;
    /** Minutes of each day at which automated snapshots begin. */
    readonly times: readonly number[];
    /** Hours that an automated snapshot is kept. */
    readonly keptHours: number;
    /** How each of its exports ends. */
    readonly always?: ExportTrouble;
    /** A manual snapshot of this hour is deleted and made again under its name, so many hours later each. */
    readonly manual?: { readonly hour: number; readonly deletedAfter: number; readonly againAfter: number };
    /** The database is deleted and made again under its name at this hour. */
    readonly recreatedAtHour?: number;
    /** The database is deleted at this hour, for good; its snapshots stay. */
    readonly droppedAtHour?: number;
    /** Its period was covered before the history begins, and only the ledger tells. */
    readonly coveredBefore: boolean;
}

/** A database is named by how often it is wanted and how its exports end. */
export const nameOf = ({ frequency, always }: DatabasePlan, index: number) => `${frequency}-${index}${always ? `-${always}` : ""}`;

/** Hours count from the beginning. `account` and `database` are places, taken modulo what is there. */
export type Trouble =
    | { readonly kind: "outage"; readonly hour: number; readonly hours: number }
    | { readonly kind: "broken"; readonly what: "assume" | "start" | "pass" | "write" | "ledger" | "seal"; readonly account: number; readonly hour: number; readonly hours: number }
    | { readonly kind: "slots-taken"; readonly account: number; readonly count: number; readonly hour: number; readonly hours: number }
    | { readonly kind: "squatter"; readonly account: number; readonly database: number; readonly hour: number }
    | { readonly kind: "doubled"; readonly account: number; readonly hour: number; readonly minute: number }
    | { readonly kind: "two-sealers"; readonly hour: number }
    | { readonly kind: "forger"; readonly account: number; readonly database: number; readonly hour: number; readonly id: "of-victim" | "of-own" | "made-up" }
    | { readonly kind: "poison"; readonly hour: number }
    | { readonly kind: "forged"; readonly account: number; readonly hour: number };

export interface History {
    /** Of all chance that the plan leaves open. */
    readonly seed: number;
    /** The day it begins, counted from Monday, 5 October 2026. */
    readonly firstDay: number;
    /** With snapshots; the world goes on until the last one has left the window. */
    readonly days: number;
    readonly accounts: readonly (readonly DatabasePlan[])[];
    /** Of a hundred. */
    readonly events: { readonly lost: number; readonly repeated: number; readonly late: number };
    /** Of a hundred calls. */
    readonly throttled: number;
    /** Of a hundred starts: refused for the limit, though there are slots. */
    readonly limited: number;
    /** Of a hundred starts: accepted, but the caller sees a timeout. */
    readonly timeouts: number;
    /** How old a list of snapshots may be. */
    readonly staleMinutes: number;
    /** The invocation dies at the n-th call of all, before or after it took effect. */
    readonly deaths: readonly { readonly call: number; readonly after: boolean }[];
    /** How the n-th export of all ends. */
    readonly exports: readonly { readonly nth: number; readonly trouble: ExportTrouble }[];
    readonly troubles: readonly Trouble[];
}

const troublesOfOne: readonly ExportTrouble[] = [
    "fails", "configuration", "stuck", "canceled", "canceling", "skips-table", "loses-file", "info-late", "info-missing", "info-hostile", "info-touched", "shadowed", "marked-deleted",
    "unlocked", "other-key",
];
/** Nothing three times out of four, then up to `max`. */
const percent = (max: number) => fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max }) });
/** Missing four times out of five. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const databasePlan: fc.Arbitrary<DatabasePlan> = fc.record({
    frequency: fc.constantFrom<Frequency[]>("every", "daily", "weekly", "monthly"),
    kind: fc.constantFrom<Kind[]>("instance", "cluster"),
    minutes: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 5, max: 60 }) }, { weight: 1, arbitrary: fc.integer({ min: 60, max: 600 }) }),
    times: fc.uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 1, maxLength: 2 }),
    keptHours: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 60, max: 240 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) }),
    always: rarely(fc.constantFrom<ExportTrouble[]>("fails", "configuration", "skips-table")),
    manual: rarely(fc.record({ hour: fc.integer({ min: 0, max: 40 }), deletedAfter: fc.integer({ min: 1, max: 20 }), againAfter: fc.integer({ min: 0, max: 10 }) })),
    recreatedAtHour: rarely(fc.integer({ min: 1, max: 72 })),
    droppedAtHour: rarely(fc.integer({ min: 1, max: 72 })),
    coveredBefore: fc.boolean(),
}, { requiredKeys: ["frequency", "kind", "minutes", "times", "keptHours", "coveredBefore"] });

const account = fc.nat(2);
const hour = fc.integer({ min: 0, max: 96 });
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
    fc.record({ kind: fc.constant("outage" as const), hour, hours: fc.constantFrom(2, 30) }),
    fc.record({ kind: fc.constant("broken" as const), what: fc.constantFrom("assume" as const, "start" as const, "pass" as const, "write" as const, "ledger" as const, "seal" as const), account, hour, hours: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ kind: fc.constant("slots-taken" as const), account, count: fc.integer({ min: 1, max: 5 }), hour, hours: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ kind: fc.constant("squatter" as const), account, database: fc.nat(5), hour }),
    fc.record({ kind: fc.constant("doubled" as const), account, hour, minute: fc.nat(59) }),
    fc.record({ kind: fc.constant("two-sealers" as const), hour }),
    fc.record({ kind: fc.constant("forger" as const), account, database: fc.nat(5), hour, id: fc.constantFrom("of-victim" as const, "of-own" as const, "made-up" as const) }),
    fc.record({ kind: fc.constant("poison" as const), hour }),
    fc.record({ kind: fc.constant("forged" as const), account, hour }),
);

/** Histories of two to five days in one to three accounts. */
export const histories: fc.Arbitrary<History> = fc.record({
    seed: fc.nat(0x7fffffff),
    // A Monday, the Thursday before a new week, the Thursday before a new month.
    firstDay: fc.constantFrom(0, 3, 24),
    days: fc.integer({ min: 1, max: 3 }),
    accounts: fc.array(fc.array(databasePlan, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    events: fc.record({ lost: percent(100), repeated: percent(60), late: percent(60) }),
    throttled: percent(30),
    limited: percent(60),
    timeouts: percent(60),
    staleMinutes: percent(40),
    deaths: fc.array(fc.record({ call: fc.integer({ min: 1, max: 4000 }), after: fc.boolean() }), { maxLength: 4 }),
    exports: fc.uniqueArray(fc.record({ nth: fc.nat(40), trouble: fc.constantFrom(...troublesOfOne) }), { maxLength: 6, selector: ({ nth }) => nth }),
    troubles: fc.array(trouble, { maxLength: 5 }),
});
