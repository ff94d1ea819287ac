/** The coverage as a person reads it in a terminal. Pure: colours come in. */
import type { Colours } from "../rehearsal/timeline";
import type { Coverage } from "./coverage";
import type { Row } from "./rows";
import { plain, size, some, span, when } from "./words";

const head = ["STATE", "ACCOUNT", "DATABASE", "LAST SEALED", "AGE", "ALLOWED", "LOCKED UNTIL", "POINTS", "BYTES", "REASON"];
/** Numbers stand to the right. */
const right = new Set(["AGE", "ALLOWED", "POINTS", "BYTES"]);
/** More of one cause than this says nothing new; the JSON has all. */
const most = 20;

/** One sentence: whether all is well. */
export function verdict({ sums, accounts }: Pick<Coverage, "sums" | "accounts">): string {
    const unseen = accounts.filter((account) => account.unseen !== undefined).length;
    const blind = unseen ? `; ${some(unseen, "account")} not looked at` : "";
    if (sums.unprotected) return `${sums.unprotected} of ${some(sums.wanted, "wanted database")} ${sums.unprotected === 1 ? "is" : "are"} unprotected${blind}`;
    if (!sums.wanted) return `No wanted database is known${blind}`;
    if (unseen) return `All that is known is within the time allowed (${some(sums.wanted, "wanted database")}), but ${unseen === 1 ? "an account wasn't" : `${unseen} accounts weren't`} looked at`;
    return `${sums.wanted === 1 ? "The one wanted database is" : `All ${sums.wanted} wanted databases are`} within the time allowed`;
}

/** Account, else why nobody knows its databases. */
export const unseenAccounts = ({ accounts }: Pick<Coverage, "accounts">): string[] =>
    accounts.flatMap(({ id, name, unseen }) => (unseen === undefined ? [] : [`${plain(name)} (${id}): ${plain(unseen)}`]));

/** What stands above everything else: that something is missing. */
export function missing({ unreadable }: Pick<Coverage, "unreadable">, colours: Colours): string[] {
    if (!unreadable.length) return [];
    const lines = unreadable.slice(0, most).map(({ path, reason }) => `  ${plain(path)}: ${plain(reason)}`);
    return [colours.red(`INCOMPLETE: ${some(unreadable.length, "thing")} can't be read, so this doesn't tell all:`), ...lines, ...(unreadable.length > most ? [`  … and ${unreadable.length - most} more; --json has all`] : []), ""];
}

/** Summary line first, then the databases, the unprotected on top. */
export function asTable(coverage: Coverage, colours: Colours): string[] {
    const { rows, sums, stack, region, now, hints } = coverage;
    const unseen = unseenAccounts(coverage);
    const paint = (row: Row) => (row.unprotected ? colours.red : row.status === "protected" ? colours.green : row.wanted && row.status !== "gone" ? colours.yellow : colours.dim);
    const well = !sums.unprotected && !unseen.length && sums.wanted > 0 && coverage.complete;
    const cells = rows.map(cellsOf);
    const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
    const line = (row: readonly string[]) => row.map((text, column) => (right.has(head[column] ?? "") ? text.padStart(widths[column] ?? 0) : column === head.length - 1 ? text : text.padEnd(widths[column] ?? 0))).join("  ").trimEnd();
    const forgotten = rows.filter(({ status }) => status === "unwanted" || status === "no snapshots");
    return [
        ...missing(coverage, colours),
        (well ? colours.green : colours.red)(`${verdict(coverage)}.`),
        `Stack ${stack} in ${region}, ${when(now)} UTC: ${some(sums.restorePoints, "restore point")} (${size(sums.bytes)}), ${sums.unwanted} unwanted, ${sums.noSnapshots} without snapshots, ${sums.gone} gone.`,
        ...unseen.map((text) => colours.yellow(`Not looked at: ${text}`)),
        ...hints.map((hint) => colours.yellow(`Note: ${plain(hint)}`)),
        "",
        ...(rows.length ? [colours.bold(line(head)), ...rows.map((row, index) => paint(row)(line(cells[index] ?? [])))] : ["No database is known."]),
        ...(forgotten.length ? ["", colours.bold("Forgotten? No filter wants these, or RDS lists no snapshot of them:"), ...forgotten.map((row) => `  ${nameOf(row)}: ${plain(row.reason)}`)] : []),
    ];
}

export const nameOf = ({ accountName, database }: Row): string => `${plain(accountName)}/${plain(database)}`;

const cellsOf = (row: Row): string[] => [
    row.unprotected ? `! ${row.status}` : row.status,
    plain(row.accountName),
    plain(row.database),
    row.lastSealed === undefined ? "never" : when(row.lastSealed),
    row.ageHours === undefined ? "?" : row.lastSealed === undefined && !row.wanted ? "-" : span(row.ageHours),
    span(row.rpoHours),
    row.lockedUntil === undefined ? "-" : when(row.lockedUntil),
    String(row.restorePoints),
    size(row.bytes),
    plain(row.reason),
];
