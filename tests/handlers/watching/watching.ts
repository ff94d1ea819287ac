/** Builders for the watcher's tests. */
import type { InventoryDatabase, InventoryLine } from "../../../handlers/lib/types";

/** When the watcher runs. */
export const now = new Date("2026-10-05T07:00:00.000Z");
export const shop = "111122223333";
export const billing = "222233334444";

export const database = (identifier: string, more: Partial<InventoryDatabase> = {}): InventoryDatabase => ({
    database: `instance.${identifier}`, resourceId: "db-ABCDEFGH", engine: "postgres", wanted: true, snapshots: 7, newestSnapshot: "2026-10-05T02:10:00.000Z", protectedAt: "2026-10-05T02:10:00.000Z", unprotectedHours: 4.8, rpoHours: 36, ...more,
});

export const inventory = (account: string, databases: readonly InventoryDatabase[], at = "2026-10-05T06:05:00.000Z", name = ""): InventoryLine => ({ message: "inventory", at, account, name, part: 1, parts: 1, databases });
