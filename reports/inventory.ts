/** Inventory lines: whether they are ones, and the newest whole inventory of each account. Pure. */
import * as v from "valibot";
import type { InventoryDatabase, InventoryLine } from "../handlers/lib/types";
import type { Unreadable } from "./evidence";

const time = v.pipe(v.string(), v.check((text) => !Number.isNaN(Date.parse(text)), "isn't a time"));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const hours = v.pipe(v.number(), v.finite(), v.minValue(0));
const database = v.object({
    database: v.pipe(v.string(), v.regex(/^(instance|cluster)\../s, "isn't <kind>.<identifier>")),
    resourceId: v.string(),
    engine: v.string(),
    sizeGiB: v.optional(v.number()),
    createdAt: v.optional(time),
    wanted: v.boolean(),
    why: v.optional(v.string()),
    snapshots: count,
    newestSnapshot: v.optional(time),
    protectedAt: v.optional(time),
    unprotectedHours: v.optional(hours),
    rpoHours: hours,
    reason: v.optional(v.string()),
});
const line = v.object({
    message: v.literal("inventory"),
    at: time,
    account: v.pipe(v.string(), v.regex(/^\d{12}$/, "isn't 12 digits")),
    name: v.string(),
    part: v.pipe(count, v.minValue(1)),
    parts: v.pipe(count, v.minValue(1)),
    databases: v.array(database),
});

/** @param path as the report is to name it */
export function checkLine(path: string, value: unknown): InventoryLine | Unreadable {
    const read = v.safeParse(line, value);
    if (read.success) return read.output;
    const [issue] = read.issues;
    return { path, reason: `isn't an inventory line: ${v.getDotPath(issue) ?? "it"}: ${issue.message}` };
}

/** What an account's databases were at a time. */
export interface Inventory {
    readonly account: string;
    readonly name: string;
    /** Milliseconds. */
    readonly at: number;
    readonly databases: readonly InventoryDatabase[];
}

/** The newest inventory of each account all of whose parts are there; where there is none, the newest as far as it goes, and what it lacks. */
export function newestInventories(lines: readonly InventoryLine[]): { inventories: Map<string, Inventory>; unreadable: Unreadable[] } {
    const groups = new Map<string, InventoryLine[]>();
    for (const each of lines) groups.set(`${each.account} ${each.at}`, [...(groups.get(`${each.account} ${each.at}`) ?? []), each]);
    const sets = [...groups.values()].map(setOf).sort((a, b) => b.at - a.at);
    const inventories = new Map<string, Inventory>();
    const unreadable: Unreadable[] = [];
    for (const account of new Set(sets.map((set) => set.account))) {
        const own = sets.filter((set) => set.account === account);
        const set = own.find(({ missing }) => !missing.length) ?? own[0]!;
        if (set.missing.length) unreadable.push({ path: `inventory of ${account}`, reason: `of that of ${new Date(set.at).toISOString()} part ${set.missing.join(", ")} of ${set.parts} is missing` });
        inventories.set(account, set);
    }
    return { inventories, unreadable };
}

function setOf(lines: readonly InventoryLine[]): Inventory & { readonly parts: number; readonly missing: readonly number[] } {
    const { account, name, at } = lines[0]!;
    // Two functions may write the same moment's: of a part one is enough.
    const byPart = new Map(lines.map((each) => [each.part, each]));
    const parts = Math.max(...lines.map((each) => each.parts));
    const missing = Array.from({ length: parts }, (_, i) => i + 1).filter((part) => !byPart.has(part));
    return { account, name, at: Date.parse(at), parts, missing, databases: [...byPart.values()].flatMap(({ databases }) => databases) };
}
