/** What RDS says of one table. */
export interface TableState {
    /** `db.schema.table`, `db.table`, or a database alone. */
    readonly target: string;
    readonly complete: boolean;
    /** Why not, in RDS's words. */
    readonly reason: string;
}

/** What an info file says; `unreadable` says why it says nothing. */
export type InfoFile =
    | { readonly is: "info"; readonly status: string }
    | { readonly is: "tables"; readonly tables: readonly TableState[] }
    | { readonly is: "unreadable"; readonly why: string };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 300) : "");
const unreadable = (why: string): InfoFile => ({ is: "unreadable", why });
/** A table's name has at most 3 parts of 64 characters or bytes; this is far more. */
const longestName = 1024;

function parse(json: string): unknown {
    try {
        return JSON.parse(json);
    } catch {
        return undefined;
    }
}

/** `export_info_<id>.json`; its form is as reported by users (README: not yet proven). */
export function readInfo(json: string, taskId: string): InfoFile {
    const info = parse(json);
    if (!isObject(info)) return unreadable("it is no JSON object");
    if (info.exportTaskIdentifier !== taskId) return unreadable(`its exportTaskIdentifier is ${text(info.exportTaskIdentifier) || "missing"}, not ${taskId}`);
    if (typeof info.status !== "string") return unreadable("it has no status");
    return { is: "info", status: info.status.toUpperCase().slice(0, 100) };
}

/** `export_tables_info_<id>_from_<a>_to_<b>.json`; its form is as reported by users (README: not yet proven). */
export function readTables(json: string, taskId: string): InfoFile {
    const page = parse(json);
    if (!isObject(page) || !Array.isArray(page.perTableStatus)) return unreadable("it is no JSON object with perTableStatus");
    if (page.exportTaskIdentifier !== undefined && page.exportTaskIdentifier !== taskId) return unreadable(`its exportTaskIdentifier isn't ${taskId}`);
    const tables: TableState[] = [];
    for (const entry of page.perTableStatus as unknown[]) {
        if (!isObject(entry) || typeof entry.target !== "string" || !entry.target || entry.target.length > longestName || typeof entry.status !== "string") {
            return unreadable(`entry ${tables.length} of perTableStatus has no target or no status`);
        }
        const complete = entry.status.toUpperCase() === "COMPLETE";
        tables.push({ target: entry.target, complete, reason: complete ? "" : text(entry.warningMessage) || text(entry.status) || "no reason given" });
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
    const warning = parse(message);
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
