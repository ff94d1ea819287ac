import type { InventoryDatabase } from "../types";
import type { Canary } from "./canary";
import { inPartsOnly, type Inventories } from "./inventories";
import { counted, cutText, fairSection, section, shown, size } from "./text";
import { isSilent, silence, type Trails } from "./trails";
import { mattersOf, type Matter, type Totals, type Troubles } from "./troubles";
import { volumeReason, type Volume } from "./volume";

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
    readonly trails?: Trails;
    readonly volumes?: readonly Volume[];
    readonly inventories?: Inventories;
    /** Names of the accounts that told an inventory on the day before the last 24 hours, by id. */
    readonly seenBefore?: Readonly<Record<string, string>>;
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
/** Things of one account that are told: of lists, and of what is only a hint or may be made by whoever has the account. */
const [each, few] = [20, 3];

/** The daily mail. Pure. */
export function digestOf(found: Found): Digest {
    const { now, stack, listed, hasUnits, canary, trails, volumes, inventories, seenBefore = {}, troubles, totals, gaps } = found;
    const whole = inventories?.whole ?? {};
    const databases = Object.keys(whole).sort().flatMap((account) => whole[account]!.databases.map((database): At<InventoryDatabase> => ({ ...database, account })));
    const wanted = databases.filter((database) => database.wanted);
    const beyond = wanted.filter(isBeyond).sort((a, b) => hoursOf(b) - hoursOf(a));
    const gone = goneOf(troubles, databases);
    const bare = wanted.filter(({ snapshots }) => snapshots === 0);
    const unwanted = databases.filter((database) => !database.wanted);
    const unseen = inventories ? notSeen(inventories) : [];
    const codes = Object.keys(troubles).sort();
    const alarms = codes.reduce((sum, code) => sum + groupsOf(code).reduce((all, { count }) => all + count, 0), 0);
    const unprotected = beyond.length + gone.length;

    const state = stateOf();
    const lines = [
        `${stack}, ${now.toISOString().slice(0, 16).replace("T", " ")} UTC: ${state}.`,
        ...section("NOT ALL COULD BE READ, so more may be wrong than is said here", gaps.map((gap) => shown(gap, 600))),
        ...section("THE LOCK IS BROKEN", (canary?.problems ?? []).map((problem) => shown(problem))),
        ...section("NOBODY WOULD SEE TAMPERING", trails && isSilent(trails) ? [shown(silence(trails), 1000)] : []),
        ...fairSection(`UNPROTECTED FOR TOO LONG (${unprotected})`, [...beyond.map((of) => ({ account: of.account, told: beyondLine(of) })), ...gone.map((of) => ({ account: of.account, told: goneLine(of) }))], { each, nameOf, line: ({ told }) => told }),
        ...fairSection(`WANTED, BUT WITHOUT ANY SNAPSHOT (${bare.length})`, bare, { each, nameOf, line: placeOf }),
        ...section(`ACCOUNTS NOT SEEN FOR 24 HOURS (${unseen.length})`, unseen),
        ...section("MORE SEALED THAN IS USUAL", (volumes ?? []).map((volume) => `${nameOf(volume.account)}: ${volumeReason(volume)}`)),
        ...codes.flatMap(groupLines),
        ...quietLines(),
        ...fairSection(`WANTED BY NO FILTER (${unwanted.length})`, unwanted, { each: few, nameOf, line: (of) => `${placeOf(of)}${of.why ? `: ${shown(of.why)}` : ""}` }),
    ];
    return { subject: shortened(`${stack}: ${state}`), text: cutText(lines), unprotected, alarms };

    /** At a glance: the worst first. */
    function stateOf(): string {
        const said = [
            ...(canary?.problems.length ? ["LOCK BROKEN"] : []),
            ...(trails && isSilent(trails) ? ["NO TRAIL LOGS"] : []),
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
        if (listed[account]) return `${shown(listed[account])} (${account})`;
        // A member names itself, as another account if it likes.
        const name = whole[account]?.name || seenBefore[account];
        return name ? `${account} "${shown(name).replace(/"/g, "'")}"` : account || "(no account)";
    }

    function placeOf({ account, database }: At<Pick<InventoryDatabase, "database">>): string {
        return `${nameOf(account)} ${shown(database)}`;
    }

    function beyondLine(of: At<InventoryDatabase>): string {
        const since = of.protectedAt === undefined ? "never protected, " : "";
        return `${placeOf(of)}: ${since}${hoursOf(of)} hours without protection, ${of.rpoHours} are allowed${of.reason ? `; ${shown(of.reason)}` : ""}`;
    }

    function goneLine({ account = "", database = "", reason }: Matter): string {
        return `${nameOf(account)} ${shown(database)}: ${shown(reason)}`;
    }

    function notSeen(seen: Inventories): string[] {
        const halves = inPartsOnly(seen);
        // Members of units are in no list: who told of itself the day before.
        const known = { ...listed, ...seenBefore };
        const missing = Object.keys(known).sort().filter((account) => !whole[account] && !halves.includes(account));
        return [...missing.map(nameOf), ...halves.map((account) => `${nameOf(account)}: only parts of its inventory`)];
    }

    function groupLines(code: string): string[] {
        const matters = mattersOf(troubles, code);
        const uncounted = groupsOf(code).reduce((sum, group) => sum + group.uncounted, 0);
        const more = uncounted ? `, and ${counted(uncounted, "further line")}` : "";
        return fairSection(`ALARM ${shown(code)} (${matters.length}${more})`, matters, { each: few, nameOf, line: matterLine });
    }

    function matterLine({ account = "", database, reason, times }: Matter): string {
        const place = [...(account ? [nameOf(account)] : []), ...(database === undefined ? [] : [shown(database)])].join(" ");
        return `${[place, shown(reason)].filter((part) => part).join(": ")}${times > 1 ? ` (said ${times} times)` : ""}`;
    }

    function groupsOf(code: string) {
        return Object.values(troubles[code] ?? {});
    }

    /** Said each day: that it was looked at. */
    function quietLines(): string[] {
        const lock = canary && !canary.problems.length ? [`Lock: ${canary.key} is kept in COMPLIANCE mode until ${canary.until?.slice(0, 16).replace("T", " ")} UTC.`] : [];
        const sealed = totals ? [`Sealed in 24 hours: ${totals.complete} complete, ${totals.partial} partial, ${totals.failed} failed or canceled; ${size(totals.bytes)}.`] : [];
        const usual = volumes && !volumes.length ? ["Volumes: no account far above its usual."] : [];
        const trail = trails?.logging.length ? [`Trail: ${trails.logging.map((arn) => shown(arn)).join(", ")} logs.`] : [];
        const blind = trails && !trails.logging.length && trails.unseen.length ? [`Trail: whether ${trails.unseen.map((arn) => shown(arn)).join(", ")} logs couldn't be seen.`] : [];
        const units = hasUnits ? ["Accounts of units are known by their inventories only: one that falls silent is named on the day after, once; one that was never swept isn't missed here."] : [];
        return ["", ...sealed, ...lock, ...trail, ...blind, ...usual, ...units];
    }
}

const hoursOf = ({ unprotectedHours = 0 }: InventoryDatabase): number => unprotectedHours;
const isBeyond = (database: InventoryDatabase): boolean => hoursOf(database) > database.rpoHours;

/** Databases that the starter alarmed about and no inventory holds: they are gone from their account, and still wanted. */
function goneOf(troubles: Troubles, databases: readonly At<InventoryDatabase>[]) {
    const there: Record<string, true> = {};
    for (const { account, database } of databases) there[`${account} ${database}`] = true;
    const isNew = ({ account, database }: { readonly account?: string; readonly database?: string }) => !there[`${account} ${database}`] && (there[`${account} ${database}`] = true);
    return mattersOf(troubles, "beyond-rpo").filter(isNew);
}

/** SNS takes printable ASCII. */
const shortened = (subject: string): string => {
    const plain = subject.replace(/[^ -~]/g, "?");
    return plain.length > 100 ? `${plain.slice(0, 97)}...` : plain;
};
