import type { InventoryDatabase } from "../types";
import type { Canary } from "./canary";
import { inPartsOnly, type Inventories } from "./inventories";
import { counted, cutText, section, shown } from "./text";
import type { Totals, Troubles } from "./troubles";
import { shownBytes, volumeReason, type Volume } from "./volume";

/** What a watcher's run found out. What it couldn't is absent, and said in `gaps`. */
export interface Found {
    readonly now: Date;
    /** Prefix of the stack's names. */
    readonly stack: string;
    /** Names of the listed accounts by id. */
    readonly listed: Readonly<Record<string, string>>;
    /** Whether members of units are enrolled; nobody lists them. */
    readonly hasUnits: boolean;
    readonly canary?: Canary;
    readonly volumes?: readonly Volume[];
    readonly inventories?: Inventories;
    readonly troubles: Troubles;
    readonly totals?: Totals;
    /** Sentences about what couldn't be read, or not to its end. */
    readonly gaps: readonly string[];
}

export interface Digest {
    /** At most 100 characters of ASCII: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
    readonly subject: string;
    readonly text: string;
    /** Databases that are without protection for longer than they may. */
    readonly unprotected: number;
    /** Different matters that the functions said at ERROR. */
    readonly alarms: number;
}

type At<T> = T & { readonly account: string };
/** Lines of a list, and of those that are only hints. */
const [many, few] = [200, 20];

/** The daily mail. Pure. */
export function digestOf(found: Found): Digest {
    const { now, stack, listed, hasUnits, canary, volumes, inventories, troubles, totals, gaps } = found;
    const whole = inventories?.whole ?? {};
    const databases = Object.keys(whole).sort().flatMap((account) => whole[account]!.databases.map((database): At<InventoryDatabase> => ({ ...database, account })));
    const wanted = databases.filter((database) => database.wanted);
    const beyond = wanted.filter(isBeyond).sort((a, b) => hoursOf(b) - hoursOf(a));
    const gone = goneOf(troubles, databases);
    const bare = wanted.filter(({ snapshots }) => snapshots === 0);
    const unwanted = databases.filter((database) => !database.wanted);
    const unseen = inventories ? notSeen(inventories) : [];
    const codes = Object.keys(troubles).sort();
    const alarms = codes.reduce((sum, code) => sum + troubles[code]!.count, 0);
    const unprotected = beyond.length + gone.length;

    const state = stateOf();
    const lines = [
        `${stack}, ${now.toISOString().slice(0, 16).replace("T", " ")} UTC: ${state}.`,
        ...section("NOT ALL COULD BE READ, so more may be wrong than is said here", gaps.map((gap) => shown(gap, 600)), many),
        ...section("THE LOCK IS BROKEN", (canary?.problems ?? []).map((problem) => shown(problem)), many),
        ...section(`UNPROTECTED FOR TOO LONG (${unprotected})`, [...beyond.map(beyondLine), ...gone.map(({ account = "", database = "", reason }) => `${nameOf(account)} ${shown(database)}: ${shown(reason)}`)], many),
        ...section(`WANTED, BUT WITHOUT ANY SNAPSHOT (${bare.length})`, bare.map((each) => placeOf(each)), many),
        ...section(`ACCOUNTS NOT SEEN FOR 24 HOURS (${unseen.length})`, unseen, many),
        ...section("MORE SEALED THAN IS USUAL", (volumes ?? []).map((volume) => `${nameOf(volume.account)}: ${volumeReason(volume)}`), many),
        ...codes.flatMap(groupLines),
        ...quietLines(),
        ...section(`WANTED BY NO FILTER (${unwanted.length})`, unwanted.slice(0, few).map((each) => `${placeOf(each)}${each.why ? `: ${shown(each.why)}` : ""}`), few, unwanted.length),
    ];
    return { subject: shortened(`${stack}: ${state}`), text: cutText(lines), unprotected, alarms };

    /** At a glance: the worst first. */
    function stateOf(): string {
        const said = [
            ...(canary?.problems.length ? ["LOCK BROKEN"] : []),
            ...(unprotected ? [`${counted(unprotected, "database")} unprotected`] : []),
            ...(unseen.length ? [`${counted(unseen.length, "account")} not seen`] : []),
            ...(gaps.length ? ["not all could be read"] : []),
            ...(volumes?.length ? [counted(volumes.length, "unusual volume")] : []),
            ...(alarms ? [counted(alarms, "alarm")] : []),
        ];
        if (said.length) return said.join(", ");
        return `all well, ${counted(wanted.length, "database")} in ${counted(Object.keys(whole).length, "account")}`;
    }

    function nameOf(account: string): string {
        const name = listed[account] || whole[account]?.name;
        return name ? `${shown(name)} (${account})` : account || "(no account)";
    }

    function placeOf({ account, database }: At<Pick<InventoryDatabase, "database">>): string {
        return `${nameOf(account)} ${shown(database)}`;
    }

    function beyondLine(each: At<InventoryDatabase>): string {
        const since = each.protectedAt === undefined ? "never protected, " : "";
        return `${placeOf(each)}: ${since}${hoursOf(each)} hours without protection, ${each.rpoHours} are allowed${each.reason ? `; ${shown(each.reason)}` : ""}`;
    }

    function notSeen(seen: Inventories): string[] {
        const halves = inPartsOnly(seen);
        const missing = Object.keys(listed).sort().filter((account) => !whole[account] && !halves.includes(account));
        return [...missing.map(nameOf), ...halves.map((account) => `${nameOf(account)}: only parts of its inventory`)];
    }

    function groupLines(code: string): string[] {
        const { matters, count, uncounted } = troubles[code]!;
        const told = Object.values(matters).slice(0, few).map(({ account = "", database, reason, times }) => {
            const place = [...(account ? [nameOf(account)] : []), ...(database === undefined ? [] : [shown(database)])].join(" ");
            return `${[place, shown(reason)].filter((each) => each).join(": ")}${times > 1 ? ` (said ${times} times)` : ""}`;
        });
        const more = uncounted ? `, and ${counted(uncounted, "further line")}` : "";
        return section(`ALARM ${shown(code)} (${count}${more})`, told, few, count);
    }

    /** Said each day: that it was looked at. */
    function quietLines(): string[] {
        const lock = canary && !canary.problems.length ? [`Lock: ${canary.key} is kept in COMPLIANCE mode until ${canary.until?.slice(0, 16).replace("T", " ")} UTC.`] : [];
        const sealed = totals ? [`Sealed in 24 hours: ${totals.complete} complete, ${totals.partial} partial, ${totals.failed} failed or canceled; ${shownBytes(totals.bytes)}.`] : [];
        const usual = volumes && !volumes.length ? ["Volumes: no account far above its usual."] : [];
        const units = hasUnits ? ["Accounts of units are known by their inventories only: one that was never swept isn't missed here."] : [];
        return ["", ...sealed, ...lock, ...usual, ...units];
    }
}

const hoursOf = ({ unprotectedHours = 0 }: InventoryDatabase): number => unprotectedHours;
const isBeyond = (database: InventoryDatabase): boolean => hoursOf(database) > database.rpoHours;

/** Databases that the starter alarmed about and no inventory holds: they are gone from their account, and still wanted. */
function goneOf(troubles: Troubles, databases: readonly At<InventoryDatabase>[]) {
    const there: Record<string, true> = {};
    for (const { account, database } of databases) there[`${account} ${database}`] = true;
    const isNew = ({ account, database }: { readonly account?: string; readonly database?: string }) => !there[`${account} ${database}`] && (there[`${account} ${database}`] = true);
    return Object.values(troubles["beyond-rpo"]?.matters ?? {}).filter(isNew);
}

/** SNS takes printable ASCII. */
const shortened = (subject: string): string => {
    const plain = subject.replace(/[^ -~]/g, "?");
    return plain.length > 100 ? `${plain.slice(0, 97)}...` : plain;
};
