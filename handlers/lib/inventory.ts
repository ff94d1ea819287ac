import { log } from "./log";
import type { Memory } from "./observe";
import { once } from "./report";
import type { Protection } from "./rpo";
import type { InventoryDatabase, InventoryLine } from "./types";

/** Databases of one line. */
const perPart = 200;
/**
 * Bytes of one line's databases. An event of CloudWatch Logs was 256 KB for long, and a longer line of Lambda was split, which makes two texts of one
 * JSON; since April 2025 it is 1 MB (https://aws.amazon.com/about-aws/whats-new/2025/04/amazon-cloudwatch-logs-increases-log-event-size-1-mb/). Whether
 * that holds for Lambda's own lines in every partition isn't proven, so lines stay below the old limit.
 */
const longest = 195_000;
/** Characters of a reason. */
const longestReason = 300;
/** Milliseconds; slots begin at midnight, 6, 12 and 18 o'clock UTC. */
const slot = 6 * 3_600_000;

/** The account's databases in lines; one with none if it has none. Those that are gone are for alarms, not for an inventory. */
export function inventoryLines(account: string, name: string, all: readonly Protection[], now: Date): InventoryLine[] {
    const parts = inParts(all.filter(({ gone }) => !gone).map(({ told }) => ({ ...told, why: told.why?.slice(0, longestReason), reason: told.reason?.slice(0, longestReason) })));
    return parts.map((databases, index) => ({ message: "inventory", at: now.toISOString(), account, name, part: index + 1, parts: parts.length, databases }));
}

function inParts(databases: readonly InventoryDatabase[]): InventoryDatabase[][] {
    const parts: InventoryDatabase[][] = [[]];
    let bytes = 0;
    for (const database of databases) {
        const own = Buffer.byteLength(JSON.stringify(database)) + 1;
        if (parts[parts.length - 1]!.length >= perPart || bytes + own > longest) {
            parts.push([]);
            bytes = 0;
        }
        parts[parts.length - 1]!.push(database);
        bytes += own;
    }
    return parts;
}

/** Says the inventory once per slot, account and warm function. */
export function sayInventory(lines: () => readonly InventoryLine[], now: Date, { said }: Memory): void {
    const id = `inventory ${Math.floor(now.getTime() / slot)}`;
    if (said[id]) return;
    // Before it counts as said: what can't be made is made again at the next look.
    const made = lines();
    once(said, id, () => made.forEach(({ message, ...fields }) => log("INFO", message, fields)));
}
