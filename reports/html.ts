/** The coverage as one self-contained HTML page, without scripts. Pure. */
import { expected, type Coverage } from "./coverage";
import { picture, windowOf, type Window } from "./picture";
import type { Row } from "./rows";
import { style } from "./style";
import { verdict } from "./table";
import { plain, size, some, span, when } from "./words";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string | number) => plain(String(text)).replace(/[&<>"']/g, (character) => escapes[character] ?? character);

export function asHtml(coverage: Coverage): string {
    const { stack, region, now, source, rows, sums, complete, unreadable, hints, accounts, retentionDays } = coverage;
    const window = windowOf(retentionDays, Date.parse(now));
    const unseen = accounts.filter((account) => account.unseen !== undefined);
    const forgotten = ({ status, unprotected }: Row) => !unprotected && (status === "unwanted" || status === "no snapshots");
    const card = (value: string | number, text: string, look = "") => `<div class="card"><b class="${look}">${escape(value)}</b><span>${escape(text)}</span></div>`;
    const alarming = (value: number, text: string, look = "bad") => card(value, text, value ? look : "good");
    const section = (title: string, note: string, members: readonly Row[]) => (members.length ? `<h2>${title}</h2><p>${note}</p>${tableOf(members, window)}` : "");
    const well = complete && !sums.unprotected && !unseen.length && sums.wanted > 0;
    const alsoAbove = rows.filter(({ unprotected, status }) => unprotected && status === "no snapshots").length;
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width,initial-scale=1"/><title>rds-vault coverage, ${escape(stack)}, ${escape(when(now))}</title><style>${style}</style></head><body>
${complete ? "" : list("This report is incomplete", `${some(unreadable.length, "thing")} can't be read, so nobody can tell what they would have said:`, unreadable.map(({ path, reason }) => `<code>${escape(path)}</code> ${escape(reason)}`))}
<h1 class="${well ? "good" : "bad"}">${escape(verdict(coverage))}</h1>
<p>Stack <b>${escape(stack)}</b> in ${escape(region)} as of <b>${escape(when(now))} UTC</b>; locks of ${retentionDays} days. Read from ${escape(source)}. Every manifest counted here was checked: form, digest, and that its name and its contents agree.</p>
${hints.map((hint) => `<p class="warn">${escape(hint)}</p>`).join("")}
<div class="cards">${card(sums.wanted, "wanted databases")}${card(sums.withinRpo, "within the time allowed")}${alarming(sums.unprotected, "unprotected")}${alarming(sums.unwanted, "wanted by no filter", "warn")}${alarming(sums.noSnapshots, "without snapshots", "warn")}${alarming(sums.gone, "gone from their account", "warn")}${alarming(unseen.length, "accounts not looked at")}${card(sums.restorePoints, `restore points, ${size(sums.bytes)}`)}</div>
${unseen.length ? list("Accounts that weren't looked at", "Databases that nobody exported yet aren't known of these:", unseen.map(({ id, name, unseen: why }) => `<b>${escape(name)}</b> (${escape(id)}): ${escape(why ?? "")}`)) : ""}
${rows.length ? legend(window) : "<p>No database is known.</p>"}
${section("Unprotected", "Wanted, and without a complete export for longer than allowed.", rows.filter(({ unprotected }) => unprotected))}
${section("Within the time allowed", "The newest complete export is young enough, or the database is new.", rows.filter((row) => !row.unprotected && row.wanted && row.status !== "gone" && !forgotten(row)))}
${section("Forgotten?", `No filter wants these, or RDS lists no snapshot of them. Is each of them meant to be so?${alsoAbove ? ` ${some(alsoAbove, "more")} without snapshots stand${alsoAbove === 1 ? "s" : ""} above.` : ""}`, rows.filter(forgotten))}
${section("Gone", "No longer in their account; what was exported stays until its lock ends.", rows.filter((row) => row.status === "gone" && !row.unprotected))}
${accountTable(coverage)}
</body></html>
`;
}

const list = (title: string, note: string, items: readonly string[]) => `<div class="notice"><h2>${title}</h2><p>${note}</p><ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul></div>`;

const legend = ({ from, to }: Window) => {
    const sign = (shape: string, text: string) => `<span><svg viewBox="0 0 12 20" aria-hidden="true">${shape}</svg>${text}</span>`;
    const bar = (look: string, length: number) => `<path class="${look}" d="M6 18v-${length}"/>`;
    const signs = [sign(bar("good", 14), "restore point"), sign(bar("old", 14), "its lock has ended"), sign(bar("part", 7), "partial export"), sign('<circle class="fail" cx="6" cy="14" r="3"/>', "failed or canceled"), sign('<rect class="gap" x="0" y="4" width="12" height="14"/>', "longer than allowed without a complete one")];
    return `<p class="legend">${signs.join(" ")} <span>${when(from).slice(0, 10)} to ${when(to).slice(0, 10)}, a mark each seven days</span></p>`;
};

const tableOf = (rows: readonly Row[], window: Window) =>
    `<table><thead><tr><th>Database</th><th>State</th><th>Last sealed data</th><th>Locked until</th><th>Restore points</th><th>Timeline</th></tr></thead>${rows.map((row) => rowOf(row, window)).join("\n")}</table>`;

function rowOf(row: Row, window: Window): string {
    const look = row.unprotected ? "bad" : row.status === "protected" ? "good" : "warn";
    const named = (label: string, text: string, ...notes: readonly string[]) => `<td data-label="${label}">${escape(text)}${notes.map((note) => `<small>${escape(note)}</small>`).join("")}</td>`;
    const left = row.lockedUntil === undefined ? 0 : (Date.parse(row.lockedUntil) - window.to) / 3_600_000;
    const [kind = "", identifier = ""] = [row.database.slice(0, row.database.indexOf(".")), row.database.slice(row.database.indexOf(".") + 1)];
    return (
        `<tbody><tr><td class="name"><b>${escape(identifier)}</b><small>${escape(`${kind}${row.engine === undefined ? "" : `, ${row.engine}`}`)}</small><small>${escape(`${row.accountName} (${row.account})`)}</small></td>` +
        `<td data-label="State"><span class="chip ${look}">${escape(row.status)}</span></td>` +
        named("Last sealed data", row.lastSealed === undefined ? "never" : when(row.lastSealed), ...ageOf(row)) +
        named("Locked until", row.lockedUntil === undefined ? "–" : when(row.lockedUntil), ...(row.lockedUntil === undefined ? [] : [left > 0 ? `${span(left)} left` : "ended"])) +
        named("Restore points", String(row.restorePoints), ...(row.oldestRestorePoint === undefined ? [] : [`since ${when(row.oldestRestorePoint).slice(0, 10)}`, size(row.bytes)])) +
        `<td class="line">${picture(row, window)}</td></tr>${row.reason || row.partial ? `<tr class="why"><td colspan="6">${escape(row.reason)}${lacking(row)}</td></tr>` : ""}</tbody>`
    );
}

function ageOf({ ageHours, rpoHours, wanted, lastSealed }: Row): string[] {
    if (wanted) return [`${ageHours === undefined ? "age unknown" : span(ageHours)} of ${span(rpoHours)} allowed`];
    return lastSealed === undefined || ageHours === undefined ? [] : [`${span(ageHours)} ago`];
}

/** All names of tables that the newest partial export lacks; the reason names the first. */
const lacking = ({ partial }: Row) => ((partial?.lacking.length ?? 0) > 5 ? `<details><summary>all ${partial?.lacking.length} tables</summary>${escape(partial?.lacking.join(", ") ?? "")}</details>` : "");

function accountTable({ accounts, rows }: Coverage): string {
    const count = (id: string, of: (row: Row) => boolean) => rows.filter((row) => row.account === id && of(row)).length;
    const line = (id: string, name: string, inventoryAt?: string) => `<tr><td><b>${escape(name)}</b><small>${escape(id)}</small></td><td>${inventoryAt === undefined ? "never" : escape(when(inventoryAt))}</td><td>${count(id, expected)}</td><td>${count(id, ({ unprotected }) => unprotected)}</td></tr>`;
    return `<h2>Accounts</h2><table class="accounts"><thead><tr><th>Account</th><th>Looked at</th><th>Wanted</th><th>Unprotected</th></tr></thead><tbody>${accounts.map(({ id, name, inventoryAt }) => line(id, name, inventoryAt)).join("\n")}</tbody></table>`;
}
