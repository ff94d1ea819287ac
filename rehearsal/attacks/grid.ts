/** Who tried what harm, and what became of it: the same data for the terminal, the report and docs/proof.md. Pure. */
import type { AttackVerdict } from "./judge";
import { harms, type Actor, type Attack, type Control, type Detection, type Harm } from "./types";

export const actors = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10"] as const satisfies readonly Actor[];

export interface Judged {
    readonly attack: Attack;
    readonly verdict: Pick<AttackVerdict, "allowed" | "stoppedBy">;
}

/** A case that isn't preventable. */
export interface Open {
    readonly id: string;
    readonly name: string;
    readonly reason: string;
    readonly detectedBy: string;
}

export interface Cell {
    readonly actor: Actor;
    readonly harm: Harm;
    /** Cases. */
    readonly stopped: number;
    /** Who refused, the one that refused most cases first; a case may be refused by several. */
    readonly by: readonly { readonly control: Control; readonly cases: number }[];
    /** Stopped by one control alone. */
    readonly alone: number;
    readonly detected: readonly Open[];
    /** Open, and nothing notices it. */
    readonly unseen: readonly Open[];
}

export interface Counts {
    readonly tried: number;
    readonly stopped: number;
    /** Against what the table says. */
    readonly succeeded: number;
    readonly notPreventable: number;
    /** Calls that must go on, and that nothing refuses. */
    readonly legitimate: number;
}

const isOpen = ({ attack: { expect } }: Judged) => "open" in expect;
const isAttack = ({ attack: { expect } }: Judged) => !("allowed" in expect);

/** What the policies must say of a case: without the lock, which is played (play.ts). */
export const policiesOf = (expect: Attack["expect"]): readonly Control[] => ("stoppedBy" in expect ? expect.stoppedBy.filter((control) => control !== "lock") : []);

export const declaresLock = ({ expect }: Attack): boolean => "stoppedBy" in expect && expect.stoppedBy.includes("lock");

/** Cells that have cases, by harm and actor. */
export function cellsOf(judged: readonly Judged[]): Cell[] {
    return harms.flatMap((harm) =>
        actors.flatMap((actor): Cell[] => {
            const cases = judged.filter(({ attack }) => attack.harm === harm && attack.actor === actor).filter(isAttack);
            if (cases.length === 0) return [];
            const stopped = cases.filter((each) => !isOpen(each) && !each.verdict.allowed);
            const open = cases.filter(isOpen).map(openOf);
            return [{ actor, harm, stopped: stopped.length, by: countControls(stopped), alone: stopped.filter((each) => refusing(each).length === 1).length, detected: open.filter(isSeen), unseen: open.filter((each) => !isSeen(each)) }];
        }),
    );
}

export function countsOf(judged: readonly Judged[]): Counts {
    const attacks = judged.filter(isAttack);
    const open = attacks.filter(isOpen);
    const stopped = attacks.filter((each) => !isOpen(each) && !each.verdict.allowed);
    return {
        tried: attacks.length,
        stopped: stopped.length,
        succeeded: attacks.length - open.length - stopped.length,
        notPreventable: open.length,
        legitimate: judged.filter((each) => !isAttack(each) && each.verdict.allowed).length,
    };
}

/** What became of one action of the threat model; cases of the program's own roles included. */
export interface RowCounts {
    readonly row: Attack["row"];
    readonly actors: readonly Actor[];
    readonly stopped: number;
    readonly notPreventable: number;
}

export function rowsOf(judged: readonly Judged[]): RowCounts[] {
    const attacks = judged.filter(isAttack);
    return [...new Set(attacks.map(({ attack: { row } }) => row))].sort(byNumber).map((row) => {
        const all = attacks.filter(({ attack }) => attack.row === row);
        const { stopped, notPreventable } = countsOf(all);
        return { row, actors: actors.filter((actor) => all.some(({ attack }) => attack.actor === actor)), stopped, notPreventable };
    });
}

const byNumber = (a: Attack["row"], b: Attack["row"]) => (a === "design" ? Infinity : a) - (b === "design" ? Infinity : b);

/** Cases of roles that no actor stands for: counted, and in no cell. */
export const outsideGrid = ({ tried }: Counts, all: readonly Cell[]): number => tried - all.reduce((sum, { stopped, detected, unseen }) => sum + stopped + detected.length + unseen.length, 0);

/** Cases that end otherwise than the table says; each a sentence. */
export function findingsOf(judged: readonly Judged[]): string[] {
    return judged.flatMap(({ attack: { id, call, expect }, verdict }) => {
        const wanted = policiesOf(expect);
        const said = (controls: readonly string[]) => controls.join(", ") || "nobody";
        return said(wanted) === said(verdict.stoppedBy) ? [] : [`${id} (${call.action}) is stopped by ${said(verdict.stoppedBy)}; the table says ${said(wanted)}`];
    });
}

function openOf({ attack: { id, name, expect } }: Judged): Open {
    const { open, detectedBy } = expect as { open: string; detectedBy: Detection };
    return { id, name, reason: open, detectedBy: inWords(detectedBy) };
}

function inWords({ rules = [], alarms = [], note }: Detection): string {
    const seen = [...rules.map((topic) => `rule ${topic}`), ...alarms.map((topic) => `alarm ${topic}`)].join(", ") || "nothing";
    return note ? `${seen} (${note})` : seen;
}

const isSeen = ({ detectedBy }: Open) => !detectedBy.startsWith("nothing");

const refusing = ({ attack, verdict }: Judged): readonly Control[] => [...verdict.stoppedBy, ...(declaresLock(attack) ? ["lock" as const] : [])];

function countControls(stopped: readonly Judged[]): Cell["by"] {
    const counts = new Map<Control, number>();
    for (const each of stopped) for (const control of refusing(each)) counts.set(control, (counts.get(control) ?? 0) + 1);
    return [...counts].map(([control, cases]) => ({ control, cases })).sort((a, b) => b.cases - a.cases || (a.control < b.control ? -1 : 1));
}
