import type { InventoryDatabase, InventoryLine } from "../types";

/** An account's newest inventory that is whole. */
export interface Inventory {
    /** ISO */
    readonly at: string;
    /** Empty where nobody told it. */
    readonly name: string;
    readonly databases: readonly InventoryDatabase[];
}

/** By account. */
export interface Inventories {
    readonly whole: Record<string, Inventory>;
    /** Parts that still miss others, by the inventory's time and by number. */
    readonly parts: Record<string, Record<string, Record<number, InventoryLine>>>;
}

export const noInventories = (): Inventories => ({ whole: {}, parts: {} });

/** Takes a part; once all of its inventory are there, what is older is forgotten. */
export function addInventory({ whole, parts }: Inventories, line: InventoryLine): void {
    const { account, at, name, part } = line;
    const own = (parts[account] ??= {});
    const found = (own[at] ??= {});
    found[part] = line;
    const lines = Array.from({ length: line.parts }, (_, index) => found[index + 1]);
    if (lines.includes(undefined)) return;
    if (!whole[account] || Date.parse(whole[account].at) <= Date.parse(at)) whole[account] = { at, name, databases: lines.flatMap((each) => each!.databases) };
    for (const each of Object.keys(own)) if (Date.parse(each) <= Date.parse(at)) delete own[each];
}

/** Accounts of which only parts of an inventory are there. */
export const inPartsOnly = ({ whole, parts }: Inventories): string[] => Object.keys(parts).filter((account) => !whole[account] && Object.keys(parts[account]!).length > 0);
