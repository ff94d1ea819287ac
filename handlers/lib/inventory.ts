import { log } from "./log";
import type { Memory } from "./observe";
import { once } from "./report";
import type { Protection } from "./rpo";
import type { InventoryLine } from "./types";

/** Of one line; CloudWatch Logs takes events of 1 MB, and a database needs some hundred bytes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const perPart = 200;
/** Milliseconds; slots begin at midnight, 6, 12 and 18 o'clock UTC. */
const slot = 6 * 3_600_000;

/** The account's databases in lines; one with none if it has none. Those that are gone are for alarms, not for an inventory. */
export function inventoryLines(account: string, name: string, all: readonly Protection[], now: Date): InventoryLine[] {
    const databases = all.filter(({ gone }) => !gone).map(({ told }) => told);
    const parts = Math.max(1, Math.ceil(databases.length / perPart));
    return Array.from({ length: parts }, (_, index) => ({
        message: "inventory", at: now.toISOString(), account, name, part: index + 1, parts, databases: databases.slice(index * perPart, (index + 1) * perPart),
    }));
}

/** Says the inventory once per slot, account and warm function. */
export function sayInventory(lines: readonly InventoryLine[], now: Date, { said }: Memory): void {
    once(said, `inventory ${Math.floor(now.getTime() / slot)}`, () => lines.forEach(({ message, ...fields }) => log("INFO", message, fields)));
}
