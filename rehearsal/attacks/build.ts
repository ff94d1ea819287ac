/** From a row of what is tried to one case for each who tries it. Pure. */
import type { Call } from "../aws/types";
import { holders, type Holder, type Who } from "./actors";
import type { Attack, Control, Detection, Expectation, Harm, Source, Stage } from "./types";

type Text = string | ((source: Source) => string);
type Context = NonNullable<Call["context"]>;

/** What is tried. A function: differs by the attacked source account. */
export interface Tried {
    /** Of the id. */
    readonly id: string;
    readonly row: Attack["row"];
    readonly harm: Harm;
    /** What who tries it does: "deletes a version of an export". */
    readonly name: string;
    readonly action: string;
    readonly on: Text;
    /** Default: the backup account. */
    readonly owner?: Text;
    readonly context?: Context | ((source: Source) => Context);
    readonly also?: readonly Pick<Call, "action" | "resource" | "resourceAccount" | "context">[];
}

export type Outcome = readonly Control[] | "allowed" | { readonly open: string; readonly detectedBy: Detection };

/** By who tries it, several after commas. */
export type Outcomes = { readonly [who: string]: Outcome };

/** @param detectedBy absent: nothing */
export const open = (reason: string, detectedBy: Detection = {}) => ({ open: reason, detectedBy });

/** Rights over an account of its own, or the one attacked: such cases come once for each source account of the stage. */
const bySource = (who: Who, { on, owner, context }: Tried) => holders[who].length > 1 || [on, owner, context].some((each) => typeof each === "function");

/** Which of these the control policies for the perimeter tell apart depends on whether they know the organization, or only the listed accounts. */
export const perimeter = ({ settings }: Stage) => ({
    /** An account of the organization that isn't enrolled. */
    outsiders: settings.organization ? [] : (["rcp"] satisfies Control[]),
    /** Roles assumed from nowhere of ours. */
    strangersRoles: settings.organization ? (["rcp"] satisfies Control[]) : [],
});

export function tries(stage: Stage, tried: Tried, outcomes: Outcomes): Attack[] {
    return Object.entries(outcomes).flatMap(([whos, outcome]) =>
        whos.split(", ").flatMap((name) => {
            const who = name as Who;
            // With one account nobody is its neighbour.
            if (stage.tenant === stage.outsider && /^A10(?! outside)/.test(who)) return [];
            return (bySource(who, tried) ? stage.sources : stage.sources.slice(0, 1)).map((source) => attack(stage, source, tried, who, outcome));
        }),
    );
}

function attack(stage: Stage, source: Source, tried: Tried, who: Who, outcome: Outcome): Attack {
    const of = (text: Text) => (typeof text === "string" ? text : text(source));
    const { actor, principal, identity, context: always } = (holders[who] as (stage: Stage, source: Source) => Holder)(stage, source);
    const given = typeof tried.context === "function" ? tried.context(source) : tried.context;
    const context = always || given ? { ...always, ...given } : undefined;
    const call = { principal, action: tried.action, resource: of(tried.on), resourceAccount: of(tried.owner ?? stage.backup), ...(context && { context }) };
    return {
        id: [tried.row, who.replaceAll(" ", "-"), tried.id, source.id].filter((each) => each !== "").join("."),
        row: tried.row,
        harm: tried.harm,
        actor,
        name: tried.name,
        call,
        ...(tried.also && { also: tried.also.map((each) => ({ ...each, principal, ...(always && { context: { ...always, ...each.context } }) })) }),
        ...(identity && { identity }),
        expect: expectation(outcome),
    };
}

function expectation(outcome: Outcome): Expectation {
    if (outcome === "allowed") return { allowed: true };
    return "open" in outcome ? outcome : { stoppedBy: [...outcome].sort() };
}
