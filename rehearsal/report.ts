/** The rehearsal as one self-contained HTML page. Pure. */
import { arnsOf, namesOf } from "../components/arns";
import type { AttackResult } from "./attacks/playAll";
import { attackSection, attackStyle } from "./attacks/playHtml";
import type { SimTask } from "./aws/types";
import { day, hour } from "./nights";
import type { Rehearsal } from "./rehearse";
import { clock, grouped, isKept } from "./timeline";
import type { Fate, SnapshotFate } from "./fates";
import type { Verdict } from "./verdict";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: unknown) => String(text).replace(/[&<>"]/g, (character) => escapes[character] ?? character);
const when = (time: number) => new Date(time).toISOString().slice(0, 16).replace("T", " ");

const fateWords: Record<Fate, string> = {
    exported: "sealed", partial: "partial", waiting: "waiting", skipped: "not wanted", givenUp: "given up", notReady: "account not ready", expiredUnprotected: "expired unprotected", lost: "lost",
};

const style = `
:root{color-scheme:light dark;--ink:#1d2733;--soft:#5c6b7a;--line:#d9e0e7;--paper:#fff;--card:#f5f7f9;--good:#1f7a4d;--bad:#b3261e;--warn:#9a6700;--blue:#2563a8}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa8b5;--line:#33404c;--paper:#12181e;--card:#1b232b;--good:#5cc28f;--bad:#ff8a80;--warn:#e0b050;--blue:#7ab3ef}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:1080px;padding:2rem 1.5rem 4rem}
h1{font-size:1.7rem;margin:0}h2{margin:2.5rem 0 .8rem;font-size:1.15rem}p{margin:.3rem 0;color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:.8rem;margin:1.5rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.7rem 1rem}.card b{display:block;font-size:1.6rem}.card span{color:var(--soft);font-size:.85rem}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
table{border-collapse:collapse;width:100%;font-size:.86rem}th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.name{white-space:nowrap}@media(max-width:800px){td.short{white-space:normal}}td:last-child{overflow-wrap:anywhere}svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font:12px system-ui,sans-serif}svg .soft{fill:var(--soft)}.scroll{overflow-x:auto}`;

export function report(rehearsal: Rehearsal, verdict: Verdict, fates: readonly SnapshotFate[], attacks?: AttackResult): string {
    const { snapshots, exports, minutesToStart, minutesToSeal, faults, alarms, violations, deniedCalls } = verdict;
    const card = (value: string | number, label: string, look = "") => `<div class="card"><b class="${look}">${escape(value)}</b><span>${escape(label)}</span></div>`;
    const zero = (value: number, label: string) => card(value, label, value ? "bad" : "good");
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>rds-vault rehearsal, ${escape(verdict.stack)}</title><style>${style}${attacks ? attackStyle : ""}</style></head><body>
<h1>${isKept(verdict) ? "Every promise was kept" : '<span class="bad">A promise was broken</span>'}</h1>
<p>Rehearsal of the stack <b>${escape(verdict.stack)}</b>: ${verdict.virtualHours} hours in a simulated AWS, seed ${verdict.seed}, from ${when(rehearsal.start)} UTC, where day 1 begins. The policies, event patterns and Lambda text are those that <code>pulumi up</code> would deploy; an independent IAM evaluator judged every call.</p>
<div class="cards">${card(snapshots.created, "snapshots created")}${card(snapshots.eligible, "wanted")}${card(snapshots.exported, "sealed")}${card(snapshots.partial, "partial", snapshots.partial ? "warn" : "")}${card(snapshots.waiting, "waiting")}${card(snapshots.givenUp, "given up, alarmed", snapshots.givenUp ? "warn" : "")}${zero(snapshots.lost, "lost")}${zero(exports.duplicates, "duplicates")}${attacks ? zero(attacks.counts.succeeded, `of ${attacks.counts.tried} attacks succeeded with the guardrails attached; ${attacks.counts.stopped} stopped, ${attacks.counts.stopped - attacks.unguarded.length} without them`) : ""}${card(`${minutesToStart.p50} min`, `median to start, longest ${minutesToStart.max}`)}${card(`${minutesToSeal.p50} min`, `COMPLETE to sealed, longest ${minutesToSeal.max}`)}</div>
${[...violations, ...(attacks?.findings ?? []), ...deniedCalls].map((line) => `<p class="bad">${escape(line)}</p>`).join("")}
<h2>The way of a snapshot</h2>${flowPicture(rehearsal, verdict)}
<h2>Export slots</h2><p>Five per account. A bar is an export: red one that failed, brown one that was canceled or hasn't ended; the shade behind is the time in which anything waited.${rehearsal.settings.sourceAccounts.length > pictures ? ` Drawn are the ${pictures} busiest of ${rehearsal.settings.sourceAccounts.length} accounts.` : ""}</p>${drawn(rehearsal).map(({ id, name }) => slotPicture(rehearsal, fates, id, name)).join("")}
<h2>Faults played</h2><div class="scroll"><table><tr><th>When</th><th>Fault</th><th>What came of it</th></tr>${faults.map((fault) => `<tr><td class="name">${clock(Date.parse(fault.when))}</td><td>${escape(fault.name)}</td><td>${escape(fault.effect)}</td></tr>`).join("")}</table></div>
<h2>Alarms</h2>${alarms.length ? `<p>CloudWatch's alarms as they would be deployed, on what the functions said of themselves and on the queues, and the tamper rules on what CloudTrail would have told.</p><div class="scroll"><table><tr><th>When</th><th>Alarm</th><th>About</th></tr>${grouped(alarms).map((alarm) => `<tr><td class="name">${clock(Date.parse(alarm.when))}</td><td class="name short">${escape(alarm.name)}</td><td>${escape(alarm.about)}${alarm.others ? ` <i>${escape(alarm.others.trim())}</i>` : ""}</td></tr>`).join("")}</table></div>` : "<p>None rang.</p>"}
${attacks ? attackSection(attacks, escape) : ""}
<h2>Every snapshot and its fate</h2><div class="scroll"><table><tr><th>Account</th><th>Snapshot</th><th>Available</th><th>Started</th><th>Fate</th><th>Reason</th></tr>${fates.map((fate) => fateRow(rehearsal, fate)).join("")}</table></div>
</body></html>
`;
}

/** Accounts whose slots are drawn. */
const pictures = 20;

function drawn({ settings: { sourceAccounts }, world }: Rehearsal) {
    if (sourceAccounts.length <= pictures) return sourceAccounts;
    return [...sourceAccounts].sort((a, b) => world.rds.tasks(b.id).length - world.rds.tasks(a.id).length).slice(0, pictures);
}

const looks: Record<Fate, string> = { exported: "good", partial: "warn", waiting: "warn", skipped: "", givenUp: "bad", notReady: "warn", expiredUnprotected: "bad", lost: "bad" };

function fateRow({ settings }: Rehearsal, { snapshot, fate, reason, tasks }: SnapshotFate): string {
    const name = settings.sourceAccounts.find(({ id }) => id === snapshot.account)?.name ?? snapshot.account;
    const first = tasks[0] ? clock(tasks[0].startedAt) : "";
    return `<tr><td class="name">${escape(name)}</td><td class="name">${escape(snapshot.identifier)}</td><td class="name">${snapshot.availableAt === undefined ? "" : clock(snapshot.availableAt)}</td><td class="name">${first}</td><td class="name ${looks[fate]}">${fateWords[fate]}</td><td>${escape(reason)}</td></tr>`;
}

/** Source accounts on the left, hub and vault on the right, with the counts of this rehearsal on the arrows. */
function flowPicture({ settings, world }: Rehearsal, verdict: Verdict): string {
    const { bucket } = namesOf({ stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id });
    const written = (prefix: string) => world.s3.versions(bucket, prefix).filter(({ deleteMarker }) => !deleteMarker).length;
    const objects = written("");
    const box = (x: number, y: number, width: number, title: string, note: string) =>
        `<rect x="${x}" y="${y}" width="${width}" height="58" rx="8" fill="var(--card)" stroke="var(--line)"/><text x="${x + 12}" y="${y + 25}" font-weight="600">${escape(title)}</text><text class="soft" x="${x + 12}" y="${y + 44}">${escape(note)}</text>`;
    const arrow = (x1: number, y1: number, x2: number, y2: number, label: string, dy = -8) =>
        `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="var(--blue)" stroke-width="1.5" marker-end="url(#tip)"/><text class="soft" text-anchor="middle" x="${(x1 + x2) / 2}" y="${(y1 + y2) / 2 + dy}">${escape(label)}</text>`;
    const calls = (action: string) => verdict.calls[action] ?? 0;
    const arns = arnsOf({ stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id });
    const sent = (queue: string) => world.calls.filter(({ action, resource, allowed }) => action === "sqs:SendMessage" && resource === queue && allowed).length;
    return `<svg viewBox="0 0 1040 298" role="img" aria-label="Flow from source accounts through the hub into the vault"><defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="var(--blue)"/></marker></defs>
<text class="soft" x="10" y="16">${settings.sourceAccounts.length} source accounts</text><text class="soft" x="700" y="16">backup account ${settings.backupAccount.id}</text>
${box(10, 30, 230, "RDS and Aurora", `${verdict.snapshots.created} snapshots`)}${box(400, 30, 200, "hub bus and queue", "enrolled accounts only")}${box(800, 30, 230, "starter", "observes, plans, starts")}
${box(800, 124, 230, "sealer", "verifies, writes manifests")}${box(10, 218, 230, "export.rds.amazonaws.com", "assumes the export role")}${box(800, 218, 230, "vault, COMPLIANCE", `${objects} versions, ${settings.vault.retentionDays} days`)}
${arrow(240, 59, 398, 59, `${calls("events:PutEvents")} events`)}${arrow(600, 59, 798, 59, `${sent(arns.triggerQueue)} triggers, sweep included`)}
${arrow(800, 80, 242, 228, `${verdict.exports.started} exports started, as the access role`, -44)}${arrow(240, 253, 798, 253, `${written("exports/")} objects under the account's own prefix`, 20)}
${arrow(915, 88, 915, 122, "")}${arrow(915, 182, 915, 216, "")}<text class="soft" x="925" y="110">${sent(arns.sealQueue)} seal requests</text><text class="soft" x="925" y="204">${written("manifests/")} manifests</text></svg>`;
}

/** Lanes for the five slots of one account over the whole rehearsal. */
function slotPicture({ world, start, end }: Rehearsal, fates: readonly SnapshotFate[], account: string, name: string): string {
    const x = (time: number) => 90 + ((time - start) / (end - start)) * 940;
    const lanes: number[] = [];
    const lane = ({ startedAt, endedAt = end }: SimTask) => {
        const free = lanes.findIndex((until) => until <= startedAt);
        const index = free < 0 ? lanes.length : free;
        lanes[index] = endedAt;
        return index;
    };
    const bars = [...world.rds.tasks(account)].sort((a, b) => a.startedAt - b.startedAt).map((task) => {
        const until = task.endedAt ?? end;
        const colour = task.status === "FAILED" ? "var(--bad)" : task.status === "CANCELED" || task.endedAt === undefined ? "var(--warn)" : "var(--blue)";
        const title = `${task.sourceArn.split(":").slice(6).join(":")}, ${task.status}, ${Math.round((until - task.startedAt) / 60000)} min`;
        return `<rect x="${x(task.startedAt).toFixed(1)}" y="${20 + lane(task) * 14}" width="${Math.max(1.5, x(until) - x(task.startedAt)).toFixed(1)}" height="11" rx="2" fill="${colour}"><title>${escape(title)}</title></rect>`;
    });
    const waits = fates
        .filter(({ snapshot, tasks }) => snapshot.account === account && tasks[0])
        .map(({ snapshot, tasks }) => `<rect x="${x(snapshot.availableAt ?? start).toFixed(1)}" y="18" width="${Math.max(0, x(tasks[0]?.startedAt ?? 0) - x(snapshot.availableAt ?? 0)).toFixed(1)}" height="72" fill="var(--warn)" opacity=".05"/>`);
    const ticks = Array.from({ length: Math.floor((end - start) / (6 * hour)) }, (_, index) => start + index * 6 * hour).map(
        (time) => `<line x1="${x(time)}" x2="${x(time)}" y1="16" y2="92" stroke="var(--line)"/><text class="soft" x="${x(time) + 2}" y="12">${(time - start) % day === 0 ? clock(time).slice(0, -6) : when(time).slice(11)}</text>`,
    );
    return `<svg viewBox="0 0 1040 98" role="img" aria-label="Export slots of ${escape(name)}"><text x="0" y="56">${escape(name)}</text>${ticks.join("")}${waits.join("")}${bars.join("")}</svg>`;
}
