/** The attacks in the rehearsal's report. Pure. */
import { actorNames } from "./actors";
import { actors, type Cell } from "./grid";
import type { AttackResult } from "./playAll";
import { rows } from "./rows";
import { harms } from "./types";

export const attackStyle = `
.grid{min-width:980px;table-layout:fixed;font-size:.78rem}.grid th:first-child{width:7.5rem}.grid td,.grid th{padding:.35rem .5rem .35rem 0}.grid td span{display:block}.grid td span+span{margin-top:.15rem}.grid small{color:var(--soft);display:block;font-size:.92em;line-height:1.3}.none{color:var(--line)}.open td:last-child{min-width:11rem;overflow-wrap:normal}`;

type Escape = (text: unknown) => string;

export function attackSection(result: AttackResult, escape: Escape): string {
    const { counts, played, lockAlone, findings, unguarded } = result;
    const verdict = findings.length > 0 ? `<p class="bad">${findings.length} end otherwise than the table says; they are listed at the top.</p>` : "";
    return `<h2>Attacks</h2><p>${counts.tried} calls that would harm: <b class="good">${counts.stopped} stopped</b>, <b class="warn">${counts.notPreventable} not preventable</b>, <b class="${counts.succeeded ? "bad" : "good"}">${counts.succeeded} succeeded</b>. An independent evaluator judged each on the documents as rendered, with the organization's guardrails. ${played} were played on the vault as the nights left it, and what is stored was compared before and after; ${lockAlone} of these with every policy opened, so that only the lock is left. ${counts.legitimate} legitimate calls went on.</p>${verdict}
<div class="scroll"><table class="grid"><tr><th></th>${actors.map((actor) => `<th title="${escape(actorNames[actor])}">${actor}</th>`).join("")}</tr>${harms.map((harm) => `<tr><th>${escape(harm)}</th>${actors.map((actor) => cellHtml(result.cells.find((each) => each.harm === harm && each.actor === actor))).join("")}</tr>`).join("")}</table></div>
<p>${actors.map((actor) => `${actor} ${escape(actorNames[actor])}`).join("; ")}. "Stopped" names who refused, most often first; "detected" and "unseen" aren't preventable. A dash: the threat model knows no way.</p>
<h2>Attacks that nothing prevents</h2>${openTable(result.cells, escape)}
<h2>Without the organization's guardrails</h2>${
        unguarded.length > 0
            ? `<p>${unguarded.length} of the ${counts.stopped} are stopped by service and resource control policies alone. They are open to whoever can't attach these.</p>${unguardedTable(result, escape)}`
            : "<p>Everything that is stopped is stopped without them too.</p>"
    }`;
}

function cellHtml(cell: Cell | undefined): string {
    if (!cell) return `<td class="none">–</td>`;
    const { stopped, by, detected, unseen } = cell;
    const line = (look: string, cases: number, word: string) => (cases > 0 ? `<span class="${look}">${cases} ${word}</span>` : "");
    return `<td>${line("good", stopped, "stopped")}${stopped > 0 ? `<small>${by.map(({ control }) => control).join(", ")}</small>` : ""}${line("warn", detected.length, "detected")}${line("bad", unseen.length, "unseen")}</td>`;
}

function openTable(cells: readonly Cell[], escape: Escape): string {
    const lines = cells.flatMap(({ actor, detected, unseen }) => [...detected, ...unseen].map(({ name, reason, detectedBy }) => `<td class="name">${actor}</td><td>${escape(name)}</td><td>${escape(reason)}</td><td class="${unseen.some((each) => each.detectedBy === detectedBy) ? "bad" : "warn"}">${escape(detectedBy)}</td>`));
    return `<div class="scroll"><table class="open"><tr><th>Who</th><th>Does</th><th>Why nothing prevents it</th><th>What detects it</th></tr>${[...new Set(lines)].map((line) => `<tr>${line}</tr>`).join("")}</table></div>`;
}

function unguardedTable({ unguarded }: AttackResult, escape: Escape): string {
    const actions = new Map<string, (typeof unguarded)[number][]>();
    for (const attack of unguarded) {
        const action = attack.row === "design" ? "beside the threat model" : rows[attack.row]!.action;
        actions.set(action, [...(actions.get(action) ?? []), attack]);
    }
    const lines = [...actions].map(([action, all]) => `<tr><td>${escape(action)}</td><td class="name">${[...new Set(all.map(({ actor }) => actor))].sort().join(", ")}</td><td>${all.length}</td></tr>`);
    return `<div class="scroll"><table><tr><th>Action</th><th>Open to</th><th>Cases</th></tr>${lines.join("")}</table></div>`;
}
