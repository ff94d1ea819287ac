/** The attacks in the rehearsal's report. Pure. */
import { actorNames } from "./actors";
import { actors, outsideGrid, type Cell } from "./grid";
import type { AttackResult } from "./playAll";
import { rows } from "./rows";
import { harms } from "./types";

/** On a narrow screen each row is a block: a table of eleven columns would be cut. */
export const attackStyle = `
.grid{min-width:980px;table-layout:fixed;font-size:.78rem}.grid th:first-child{width:7.5rem}.grid td,.grid th{padding:.35rem .5rem .35rem 0}.grid td span{display:block}.grid td span+span{margin-top:.15rem}.grid small{color:var(--soft);display:block;font-size:.92em;line-height:1.3}.none{color:var(--line)}.open td:last-child{min-width:11rem;overflow-wrap:normal}
@media(max-width:1000px){.stack{min-width:0}.stack tbody,.stack tr,.stack th,.stack td{display:block;width:auto}.stack tr{border-bottom:1px solid var(--line);padding:.5rem 0}.stack tr:first-child,.stack .none{display:none}.stack th,.stack td{border:0;padding:.1rem 0}.grid.stack th:first-child{width:auto}.stack td[data-of]::before{content:attr(data-of) ": ";color:var(--soft)}.grid td span,.grid td small{display:inline}.grid td small::before{content:" "}.grid td span+span::before,.grid td small+span::before{content:"; "}}`;

const controlWords = `"lock" is Object Lock, "scp" and "rcp" are the organization's service and resource control policies, "aws" is what AWS refuses whatever policies say; the others are the policy of the thing that is attacked, the trust of a role, and the rights of the attacker's own identity`;

type Escape = (text: unknown) => string;

export function attackSection(result: AttackResult, escape: Escape): string {
    const { counts, played, lockAlone, findings, unguarded } = result;
    const verdict = findings.length > 0 ? `<p class="bad">${findings.length} end otherwise than the table says; they are listed at the top.</p>` : "";
    return `<h2>Attacks</h2><p>${counts.tried} calls that would harm: <b class="good">${counts.stopped} stopped</b> with the organization's guardrails attached, ${counts.stopped - unguarded.length} without them, <b class="warn">${counts.notPreventable} not preventable</b>, <b class="${counts.succeeded ? "bad" : "good"}">${counts.succeeded} succeeded</b>. An independent evaluator judged each on the documents as rendered. ${played} were played on the vault as the nights left it, and what is stored was compared before and after; ${lockAlone} of these with every policy opened, so that only the lock is left. ${counts.legitimate} legitimate calls went on.</p>${verdict}
<p>${actors.map((actor) => `<b>${actor}</b> ${escape(actorNames[actor])}`).join("; ")}.</p>
<p>"Stopped" names who refused, most often first: ${controlWords}. "Detected" and "unseen" aren't preventable; an alarm or a rule tells of the first, if only under the condition given below. A dash: the threat model knows no way. ${outsideGrid(counts, result.cells)} cases of roles that no actor stands for (forwarder, schedules, reader) are counted above and not here.</p>
<div class="scroll"><table class="grid stack"><tr><th></th>${actors.map((actor) => `<th title="${escape(actorNames[actor])}">${actor}</th>`).join("")}</tr>${harms.map((harm) => `<tr><th>${escape(harm)}</th>${actors.map((actor) => cellHtml(result.cells.find((each) => each.harm === harm && each.actor === actor))).join("")}</tr>`).join("")}</table></div>
<h2>Attacks that nothing prevents</h2>${openTable(result.cells, escape)}
<h2>Without the organization's guardrails</h2>${
        unguarded.length > 0
            ? `<p>${unguarded.length} of the ${counts.stopped} are stopped by service and resource control policies alone. They are open to whoever can't attach these.</p>${unguardedTable(result, escape)}`
            : "<p>Everything that is stopped is stopped without them too.</p>"
    }`;
}

function cellHtml(cell: Cell | undefined): string {
    if (!cell) return `<td class="none">–</td>`;
    const { actor, stopped, by, detected, unseen } = cell;
    const line = (look: string, cases: number, word: string) => (cases > 0 ? `<span class="${look}">${cases} ${word}</span>` : "");
    return `<td data-of="${actor}">${line("good", stopped, "stopped")}${stopped > 0 ? `<small>${by.map(({ control }) => control).join(", ")}</small>` : ""}${line("", detected.length, "detected")}${line("warn", unseen.length, "unseen")}</td>`;
}

function openTable(cells: readonly Cell[], escape: Escape): string {
    const lines = cells.flatMap(({ actor, detected, unseen }) => [...detected, ...unseen].map(({ name, reason, detectedBy }) => `<td data-of="Who">${actor}</td><td data-of="Does">${escape(name)}</td><td data-of="Why nothing prevents it">${escape(reason)}</td><td data-of="What detects it">${escape(detectedBy)}</td>`));
    return `<div class="scroll"><table class="open stack"><tr><th>Who</th><th>Does</th><th>Why nothing prevents it</th><th>What detects it</th></tr>${[...new Set(lines)].map((line) => `<tr>${line}</tr>`).join("")}</table></div>`;
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
