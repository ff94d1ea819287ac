/** The coverage as CSV (RFC 4180), for spreadsheets. Pure. */
import type { Coverage } from "./coverage";
import type { Row } from "./rows";

const columns: Readonly<Record<string, (row: Row) => string | number | undefined>> = {
    status: ({ status }) => status,
    unprotected: ({ unprotected }) => (unprotected ? "yes" : "no"),
    wanted: ({ wanted }) => (wanted ? "yes" : "no"),
    account: ({ account }) => account,
    account_name: ({ accountName }) => accountName,
    database: ({ database }) => database,
    resource_id: ({ resourceId }) => resourceId,
    engine: ({ engine }) => engine,
    last_sealed: ({ lastSealed }) => lastSealed,
    age_hours: ({ ageHours }) => ageHours,
    rpo_hours: ({ rpoHours }) => rpoHours,
    locked_until: ({ lockedUntil }) => lockedUntil,
    restore_points: ({ restorePoints }) => restorePoints,
    oldest_restore_point: ({ oldestRestorePoint }) => oldestRestorePoint,
    restore_bytes: ({ bytes }) => bytes,
    partial_tables: ({ partial }) => partial?.lacking.join(", "),
    snapshots: ({ snapshots }) => snapshots,
    newest_snapshot: ({ newestSnapshot }) => newestSnapshot,
    reason: ({ reason }) => reason,
};

const names = Object.keys(columns);

/** What a spreadsheet takes for a formula, full-width signs and leading blanks too: https://owasp.org/www-community/attacks/CSV_Injection */
const formula = /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/;

/** An apostrophe makes a spreadsheet take the rest as text. */
export function cell(value: string | number | undefined): string {
    if (typeof value === "number") return String(value);
    const text = formula.test(value ?? "") ? `'${value}` : (value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

const line = (cells: readonly (string | number | undefined)[]) => `${cells.map(cell).join(",")}\r\n`;

/** A row for each database; before them one for each thing that can't be read, and for each account that wasn't looked at. */
export function asCsv({ unreadable, accounts, rows }: Coverage): string {
    const notice = (values: Readonly<Record<string, string>>) => line(names.map((name) => values[name]));
    return [
        line(names),
        ...unreadable.map(({ path, reason }) => notice({ status: "unreadable", reason: `${path}: ${reason}` })),
        ...accounts.flatMap(({ id, name, unseen }) => (unseen === undefined ? [] : [notice({ status: "account not seen", account: id, account_name: name, reason: unseen })])),
        ...rows.map((row) => line(names.map((name) => columns[name]?.(row)))),
    ].join("");
}
