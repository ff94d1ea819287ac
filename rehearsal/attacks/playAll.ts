/** Every attack, judged on the rendered documents and, where the simulated AWS has the call, played on the vault: one result for all who tell of it. */
import { cellsOf, countsOf, findingsOf, type Cell, type Counts, type Judged } from "./grid";
import { attacksOf } from "./index";
import type { Verdicts } from "./judgeAll";
import { playAttacks, type Played } from "./play";
import { stageOf } from "./stage";
import type { Attack } from "./types";
import type { Settings } from "../../components/settings";
import type { World } from "../aws/types";
import type { Rendered } from "../graph";

export interface AttackResult {
    /** A case counts once, judged and played; it succeeded when either did. */
    readonly counts: Counts;
    /** Whatever isn't as the table says; each a sentence. */
    readonly findings: readonly string[];
    readonly cells: readonly Cell[];
    /** Stopped by nothing but the guardrails: open for whoever can't attach them. */
    readonly unguarded: readonly Attack[];
    readonly played: number;
    /** Of these, with every policy opened. */
    readonly lockAlone: number;
}

/**
 * @param settings as written, without the members of an organization
 * @param verdicts of `judgeAll`
 */
export function tryAll(world: World, rendered: Rendered, settings: Settings, verdicts: Verdicts): AttackResult {
    const { played } = playAttacks(world, rendered, settings);
    const attacks = attacksOf(stageOf(rendered, settings));
    if (attacks.length !== verdicts.size) throw new Error(`${verdicts.size} verdicts on ${attacks.length} attacks`);
    return resultOf(attacks.map((attack) => ({ attack, verdict: verdictOn(attack, verdicts) })), played);
}

function verdictOn({ id }: Attack, verdicts: Verdicts) {
    const verdict = verdicts.get(id);
    if (!verdict) throw new Error(`No verdict on ${id}`);
    return verdict;
}

export function resultOf(judged: readonly Judged[], played: readonly Played[]): AttackResult {
    const objections = played.filter(({ objection }) => objection !== undefined);
    const failed = new Set(objections.map(({ attack }) => attack.id));
    const told = judged.map((each) => (failed.has(each.attack.id) ? { ...each, verdict: { ...each.verdict, allowed: true } } : each));
    return {
        counts: countsOf(told),
        findings: [...findingsOf(judged), ...objections.map(({ attack: { id, call }, opened, objection }) => `${id} (${call.action}), played${opened ? " with every policy opened" : ""}, ${objection}`)],
        cells: cellsOf(told),
        // What stops an attack with guardrails is what stops it without them, and the guardrails that deny it (judge.ts). The lock isn't theirs.
        unguarded: judged.map(({ attack }) => attack).filter(({ expect }) => "stoppedBy" in expect && expect.stoppedBy.every((control) => control === "scp" || control === "rcp")),
        played: played.length,
        lockAlone: played.filter(({ opened }) => opened).length,
    };
}
