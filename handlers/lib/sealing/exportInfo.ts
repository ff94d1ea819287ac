import { isObject, parseJson } from "./json";

/** What RDS says of one table. */
export interface TableState {
    /** `db.schema.table`, `db.table`, or a database alone. */
    readonly target: string;
    readonly complete: boolean;
    /** Whether `sizeGB` is more than 0: then there are rows, and a file. */
    readonly filled: boolean;
    /** Why not, in RDS's words. */
    readonly reason: string;
}

/** What an info file says; `unreadable` says why it says nothing. */
export type InfoFile =
    | { readonly is: "info"; readonly status: string }
    | { readonly is: "tables"; readonly tables: readonly TableState[] }
    | { readonly is: "unreadable"; readonly why: string };

/** V8 cuts without copying, so that each short piece would hold the text it was cut from. The way through JSON copies. */
const cut = (text: string, length: number): string => (text.length <= length ? text : (JSON.parse(JSON.stringify(text.slice(0, length))) as string));
const text = (value: unknown): string => (typeof value === "string" ? cut(value, 300) : "");
const unreadable = (why: string): InfoFile => ({ is: "unreadable", why });
/** PostgreSQL has three names of 63 bytes, MySQL two of 64 characters; the rest is room for dots and quotes. */
const longestName = 260;

/** `export_info_<id>.json`; its form is as reported by users (README: not yet proven). */
export function readInfo(json: string, taskId: string): InfoFile {
    const info = parseJson(json);
    if (!isObject(info)) return unreadable("it is no JSON object");
    if (info.exportTaskIdentifier !== taskId) return unreadable(`its exportTaskIdentifier is ${text(info.exportTaskIdentifier) || "missing"}, not ${taskId}`);
    if (typeof info.status !== "string") return unreadable("it has no status");
    return { is: "info", status: cut(info.status, 100).toUpperCase() };
}

/**
 * `export_tables_info_<id>_from_<a>_to_<b>.json`; its form is as reported by users (README: not yet proven). Whether `a` counts from 0 or
 * 1, and whether `b` is the last table or the one behind it, isn't known: one table more or less passes.
 */
export function readTables(json: string, taskId: string, { from, to }: { readonly from: number; readonly to: number }): InfoFile {
    const page = parseJson(json);
    if (!isObject(page) || !Array.isArray(page.perTableStatus)) return unreadable("it is no JSON object with perTableStatus");
    if (page.exportTaskIdentifier !== undefined && page.exportTaskIdentifier !== taskId) return unreadable(`its exportTaskIdentifier isn't ${taskId}`);
    const listed = page.perTableStatus.length;
    if (Math.abs(listed - (to - from + 1)) > 1) return unreadable(`it lists ${listed} tables, but is named for those from ${from} to ${to}`);
    const tables: TableState[] = [];
    for (const entry of page.perTableStatus as unknown[]) {
        if (!isObject(entry) || typeof entry.target !== "string" || !entry.target || entry.target.length > longestName || typeof entry.status !== "string") {
            return unreadable(`entry ${tables.length} of perTableStatus has no target or no status`);
        }
        const complete = entry.status.toUpperCase() === "COMPLETE";
        tables.push({ target: entry.target, complete, filled: Number(entry.sizeGB) > 0, reason: complete ? "" : text(entry.warningMessage) || text(entry.status) || "no reason given" });
    }
    return { is: "tables", tables };
}

/** What a task's WarningMessage says. */
export interface Warning {
    readonly skipped: readonly { readonly target: string; readonly reason: string }[];
    /** What names no table, as sentences; nobody can accept that. */
    readonly unknown: readonly string[];
}

const names = ["target", "tableName", "table", "name"] as const;

/**
 * `{"skippedTables":[…],"skippedObjectives":[…],"general":[{"reason":…}]}`:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.Monitoring.html. The form of an entry of skippedTables isn't documented (README: not yet proven).
 */
export function readWarning(message: string | undefined): Warning {
    if (!message?.trim()) return { skipped: [], unknown: [] };
    const warning = parseJson(message);
    if (!isObject(warning)) return { skipped: [], unknown: [`RDS warns: ${text(message)}`] };
    const skipped: { target: string; reason: string }[] = [];
    const unknown: string[] = [];
    for (const [key, value] of Object.entries(warning)) {
        for (const entry of Array.isArray(value) ? (value as unknown[]) : value ? [value] : []) {
            const target = key !== "skippedTables" ? undefined : typeof entry === "string" ? entry : isObject(entry) ? names.map((name) => entry[name]).find((name) => typeof name === "string" && name) : undefined;
            const reason = isObject(entry) ? text(entry.reason) : "";
            if (typeof target === "string" && target && target.length <= longestName) skipped.push({ target, reason: reason || "skipped, says WarningMessage" });
            else unknown.push(`RDS warns (${key.slice(0, 100)}): ${reason || text(JSON.stringify(entry))}`);
        }
    }
    return { skipped, unknown };
}
