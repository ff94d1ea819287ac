/** docs/proof.md. Pure. */
import { table } from "../../bench/table";
import { actorNames } from "./actors";
import { actors, outsideGrid, type Cell, type Counts, type RowCounts } from "./grid";
import { rows } from "./rows";
import type { Score } from "./score";
import type { Explanation } from "./survivors";
import { harms, type Attack } from "./types";

/** One configuration's part. */
export interface Proven {
    readonly name: string;
    /** Which configuration file. */
    readonly file: string;
    readonly counts: Counts;
    readonly cells: readonly Cell[];
    readonly rows: readonly RowCounts[];
    readonly findings: readonly string[];
    /** Stopped by the guardrails alone. */
    readonly withoutGuardrails: readonly Attack[];
    /** Of the stopped ones, left to the lock alone without the guardrails. */
    readonly leftToLock: number;
    readonly scores: readonly Score[];
}

export interface Proof {
    /** The first one's grid is shown. */
    readonly shapes: readonly Proven[];
    readonly explanation: Explanation;
    /** What no policy judges, and the tests that play it. */
    readonly elsewhere: readonly { readonly name: string; readonly file: string; readonly title: string }[];
}

export const page = (proof: Proof): string =>
    [head(proof), grid(proof.shapes[0]!), opened(proof.shapes[0]!), cells(proof.shapes[0]!), actions(proof.shapes[0]!), unguarded(proof.shapes[0]!), differences(proof), elsewhere(proof), scores(proof), survivors(proof)].join("\n\n").concat("\n");

/** The grid for a terminal and the page: stopped cases, then `D` only detected, then `X` neither. */
export const gridTable = (all: readonly Cell[]): string =>
    table(["harm", ...actors], harms.map((harm) => [harm, ...actors.map((actor) => cellText(all.find((each) => each.harm === harm && each.actor === actor)))]));

const cellText = (cell: Cell | undefined): string =>
    cell ? [cell.stopped > 0 ? `${cell.stopped}` : "", cell.detected.length > 0 ? `${cell.detected.length} D` : "", cell.unseen.length > 0 ? `${cell.unseen.length} X` : ""].filter(Boolean).join(", ") : "";

function head({ shapes }: Proof): string {
    const counted = shapes.filter(({ counts: { tried } }) => tried > 0);
    return `# Proof

Nobody but whoever administers the organization's management account can destroy or poison the backups: this page says what was tried against that sentence, what stopped it, and what nothing stops. \`npm run proof -- --write\` generates it; \`npm run proof\` fails when it isn't current.

How to read it:

- An attack is one call to AWS by one principal, such as "the administrator of the backup account deletes a version of an export". The table holds all ${Object.keys(rows).length} actions of the threat model (listed under "Each action"), by everybody who could try them, and what this design itself makes possible to try (\`rehearsal/attacks/\`).
- A verdict isn't ours: [@cloud-copilot/iam-simulate](https://github.com/cloud-copilot/iam-simulate) evaluates each call against the documents that \`pulumi up\` would send (\`npm run render\`), under the organization's guardrails (\`npm run guardrails\`). It knows AWS's evaluation logic, and isn't AWS.
- Each case names *every* control that must stop it. A case that another control stops, or one control fewer, is a finding, and there are ${shapes.reduce((sum, { findings }) => sum + findings.length, 0)}. "aws" is what AWS refuses whatever policies say; "lock" is Object Lock, which no policy document shows: each such case is played on a vault whose policies let everybody do everything (\`tests/rehearsal/play.test.ts\`).
- An administrator here has every right that his own account can give. Roles of this program are tried with the policy that they have, and again with every right, as if somebody had widened it. One statement refuses the root user everything; a test asks each of its cases again without that statement.

${table(["configuration", "attacks", "stopped, with the guardrails attached", "of these without them", "not preventable", "succeeded", "legitimate calls, all allowed"], counted.map(({ name, counts: { tried, stopped, notPreventable, succeeded, legitimate }, withoutGuardrails }) => [name, ...[tried, stopped, stopped - withoutGuardrails.length, notPreventable, succeeded, legitimate].map(String)]))}`;
}

function grid({ name, counts, cells: all }: Proven): string {
    return `## Actors and harms

Of ${name}. A number alone counts attacks that were stopped; \`D\` counts those that aren't preventable and that an alarm or a rule of this program tells of, if only under the condition that stands in brackets below; \`X\` counts those that aren't preventable and that nothing in this program detects. An empty cell is one without a path: no row of the threat model gives that actor one.

${actors.map((actor) => `- ${actor}: ${actorNames[actor]}`).join("\n")}

${gridTable(all)}

Roles of the program that no actor stands for (forwarder, schedules, reader) are tried beyond their task too. Their ${outsideGrid(counts, all)} cases are in the counts above and not in the grid.

A6 is the column to read twice, and its empty cells are no comfort. Whoever administers the organization's management account detaches the guardrails and is then A4 without them, or closes the backup account: after 90 days AWS deletes what is in it, locked versions too. So does whoever talks a support desk into handing over that account's root user. Nothing in this program prevents that, and nothing in one organization can: it takes a second copy in another organization or with another provider.

The last row is the other limit: what was corrupt in the database before the snapshot is saved as it was. Older exports stay for as long as they are locked.`;
}

function opened({ cells: all }: Proven): string {
    const open = all.flatMap(({ actor, harm, detected, unseen }) => [...detected, ...unseen].map((each) => ({ actor, harm, ...each })));
    const lines = grouped(open, ({ actor, name, reason, detectedBy }) => [actor, name, reason, detectedBy].join("\n")).map((same) => {
        const [{ actor, name, reason, detectedBy }] = same as [(typeof open)[number]];
        return [actor, name, `${same.length}`, reason, detectedBy];
    });
    return `## Not preventable

Every case behind a \`D\` or an \`X\`: ${open.length} cases in ${lines.length} lines. "alarm" and "rule" are the names of README's alarms and tamper rules.

${table(["actor", "what it does", "cases", "why nothing prevents it", "what detects it"], lines)}`;
}

function cells({ cells: all }: Proven): string {
    const sum = (of: (cell: Cell) => number, some = all) => some.reduce((total, cell) => total + of(cell), 0);
    const destroys = all.filter(({ harm }) => harm === "delete or shorten");
    return `## Each cell

How many cases each control refused. ${sum(({ alone }) => alone)} of the ${sum(({ stopped }) => stopped)} stopped cases rest on one control, so that one mistake in one document opens them; of the ${sum(({ stopped }) => stopped, destroys)} that delete or shorten ${sum(({ alone }) => alone, destroys) || "none"} ${sum(({ alone }) => alone, destroys) === 1 ? "does" : "do"}.

${table(["harm", "actor", "stopped", "by one alone", "by", "only detected", "neither"], all.map(({ harm, actor, stopped, alone, by, detected, unseen }) => [harm, actor, `${stopped}`, `${alone}`, by.map(({ control, cases }) => `${control} ${cases}`).join(", ") || "-", `${detected.length}`, `${unseen.length}`]))}`;
}

function actions({ rows: all }: Proven): string {
    return `## Each action

The actions of the threat model, by number, and who tried them.

${table(["action", "tried by", "stopped", "not preventable"], all.map(({ row, actors: who, stopped, notPreventable }) => [actionOf(row), who.join(", ") || "the program's own roles", `${stopped}`, `${notPreventable}`]))}`;
}

const actionOf = (row: Attack["row"]): string => (row === "design" ? "beside the threat model" : `${row}: ${rows[row]!.action}`);

function unguarded({ withoutGuardrails, leftToLock, counts }: Proven): string {
    const byRow = grouped(withoutGuardrails, ({ row }) => String(row)).map((same) => {
        const [{ row }] = same as [Attack];
        const who = [...new Set(same.map(({ actor }) => actor))].sort();
        return [actionOf(row), who.join(", "), `${same.length}`];
    });
    return `## Without guardrails

Somebody who can't attach the organization's policies has the rest: ${counts.stopped - withoutGuardrails.length} of ${counts.stopped} stopped attacks are stopped without them, ${leftToLock} of these by the lock alone, which is played with every policy opened. The others are open then; most are the backup account's own administrators (A4, its root A5, the deploy role A9), who hold everything that only the organization could take from them. None deletes a locked version by a call to S3. Closing the account (45) does so after 90 days, and a changed key policy (23) can make everything unreadable.

${table(["action", "open to", "cases"], byRow)}`;
}

function differences({ shapes: [first, ...others] }: Proof): string {
    const at = (cell: Cell) => `${cell.harm}, ${cell.actor}`;
    const openAt = (proven: Proven) => new Set(proven.cells.filter(({ detected, unseen }) => detected.length + unseen.length > 0).map(at));
    const lines = others.filter(({ counts }) => counts.tried > 0).map((other) => {
        const [ours, theirs] = [openAt(first!), openAt(other)];
        const only = (from: Set<string>, than: Set<string>) => [...from].filter((each) => !than.has(each)).map((each) => `"${each}"`).join("; ") || "none";
        const same = only(theirs, ours) === only(ours, theirs);
        return `- ${other.name} (\`${other.file}\`): ${other.counts.tried} attacks, ${other.counts.stopped} stopped. ${same ? "Both configurations have the same cells with something that isn't preventable." : `Cells with something that isn't preventable only there: ${only(theirs, ours)}; only in ${first!.name}: ${only(ours, theirs)}.`}`;
    });
    return `## The other configuration

The grid above is of ${first!.name} (\`${first!.file}\`). With more kinds of source accounts the same cases come once for each kind.

${lines.join("\n")}`;
}

const elsewhere = ({ elsewhere: all }: Proof): string => `## What no policy judges

Some attacks are against the program's own judgement, and are played against its code:

${table(["what somebody does", "test"], all.map(({ name, file, title }) => [name, `\`${file}\` "${title}"`]))}`;

function scores({ shapes }: Proof): string {
    const sum = (of: (score: Score) => number, all: readonly Score[]) => all.reduce((total, score) => total + of(score), 0);
    const total = (all: readonly Score[]) => [sum(({ mutants }) => mutants, all), sum(({ noticed }) => noticed.length, all), sum(({ refused }) => refused, all), sum(({ survivors: left }) => left.length, all)].map(String);
    return `## Every statement earns its place

Each statement, action, resource, condition, value and principal of every rendered policy was removed or widened, one at a time. The change counts as noticed when at least one attack is then stopped by other controls, or one legitimate call by any. What survives in every configuration is explained below, or \`npm run proof\` fails; what survives in one and is noticed in another isn't listed, since one function writes the statement for both. The last configuration below is \`Pulumi.prod.yaml\` with a trail of its own and a suspended account: it is asked only about what the other two didn't notice, or don't have. "Refused" are changes that leave a document against the evaluator's grammar.

Roles of further source accounts, and the StackSet's, come from the same functions as those that are shown; of each kind one was changed. The policies that \`npm run deploy-roles\` prints aren't rendered, and weren't.

${shapes.map(({ name, scores: all }) => `### ${name[0]!.toUpperCase()}${name.slice(1)}\n\n${table(["document", "changes", "noticed", "refused", "survived"], [...all.map((score) => [score.document, `${score.mutants}`, `${score.noticed.length}`, `${score.refused}`, `${score.survivors.length}`]), ["all", ...total(all)]])}`).join("\n\n")}`;
}

function survivors({ explanation: { reasons, unexplained } }: Proof): string {
    const list = reasons.map(({ reason, survivors: all }) => `**${reason}**\n\n${all.map((name) => `- \`${name}\``).join("\n")}`);
    return `## Survivors, and why

${unexplained.length} without a reason.

${list.join("\n\n")}`;
}

function grouped<T>(all: readonly T[], by: (each: T) => string): T[][] {
    const groups = new Map<string, T[]>();
    for (const each of all) groups.set(by(each), [...(groups.get(by(each)) ?? []), each]);
    return [...groups.values()];
}

