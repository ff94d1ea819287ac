import type { InventoryDatabase, InventoryLine } from "../types";
import type { Line } from "./logLines";

/** What the sealer said of one finished export. */
export interface Sealed {
    readonly account: string;
    readonly outcome: string;
    readonly bytes: number;
}

/** One line at ERROR, an alarm or not. */
export interface Trouble {
    /** The alarm's code, or what else the line calls itself. */
    readonly code: string;
    /** 12 digits; absent: it concerns none alone. */
    readonly account?: string;
    readonly database?: string;
    readonly reason: string;
}

const isAccount = (value: unknown): value is string => typeof value === "string" && /^\d{12}$/.test(value);
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isPart = (value: unknown): value is number => isCount(value) && Number.isInteger(value) && value >= 1 && value <= 10_000;
const isText = (value: unknown): value is string => typeof value === "string";

/** A `sealed` line; `undefined`: it isn't one. */
export function sealedOf({ account, outcome, bytes }: Line): Sealed | undefined {
    return isAccount(account) && isText(outcome) && isCount(bytes) ? { account, outcome, bytes } : undefined;
}

/** A line at ERROR; whatever it lacks, it is told. */
export function troubleOf({ message, account, database, reason, detail, error, ended }: Line): Trouble | undefined {
    if (!isText(message)) return undefined;
    const why = [reason, detail, error, ended && `the round ended early: ${String(ended)}`].find((each): each is string => isText(each) && each !== "") ?? "";
    return { code: message.slice(0, 100), ...(isAccount(account) && { account }), ...(isText(database) && { database: database.slice(0, 300) }), reason: why.slice(0, 300) };
}

/** An `inventory` line; `undefined`: it isn't one, or one of its databases isn't. Half a part would hide databases. */
export function inventoryOf({ at, account, name, part, parts, databases }: Line): InventoryLine | undefined {
    const isWhole = isText(at) && !Number.isNaN(Date.parse(at)) && isAccount(account) && isText(name) && isPart(part) && isPart(parts) && part <= parts;
    if (!isWhole || !Array.isArray(databases) || !databases.every(isDatabase)) return undefined;
    return { message: "inventory", at, account, name, part, parts, databases };
}

/** Checks what the digest uses. */
function isDatabase(value: unknown): value is InventoryDatabase {
    if (typeof value !== "object" || value === null) return false;
    const { database, wanted, snapshots, rpoHours, unprotectedHours, why, reason } = value as Record<string, unknown>;
    const isRight = isText(database) && typeof wanted === "boolean" && isCount(snapshots) && isCount(rpoHours);
    return isRight && (unprotectedHours === undefined || isCount(unprotectedHours)) && [why, reason].every((each) => each === undefined || isText(each));
}
