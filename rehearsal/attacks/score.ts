/** Does every statement earn its place? Each mutant of each rendered policy, against the attack table. */
import { judgeAttack, type AttackVerdict } from "./judge";
import { mutantsOf, mutated, type Mutant, type Plain } from "./mutants";
import type { Documents } from "./documents";
import type { Attack, Stage } from "./types";

/** A configuration, rendered, with its table. */
export interface Shape {
    readonly name: string;
    readonly stage: Stage;
    readonly documents: Documents;
    readonly attacks: readonly Attack[];
}

export interface Score {
    /** In words: `vault bucket policy`. */
    readonly document: string;
    readonly mutants: number;
    /** Names: a case of the table was stopped by others, or by nobody. */
    readonly noticed: readonly string[];
    /** The evaluator's grammar refuses the document, and so does AWS. */
    readonly refused: number;
    /** No case noticed. */
    readonly survivors: readonly string[];
}

interface Judged {
    readonly attack: Attack;
    readonly verdict: AttackVerdict;
    /** Ids of the documents that have a say. */
    readonly documents: ReadonlySet<string>;
}

/**
 * @param known names of mutants that aren't tried, since another shape's table notices them
 * @param progress what is at work
 */
export function scoresOf({ stage, documents, attacks }: Shape, known: ReadonlySet<string> = new Set(), progress: (text: string) => void = () => {}): Score[] {
    const cases = (guardrails: boolean) => attacks.map((attack): Judged => ({ attack, verdict: judgeAttack(documents, stage, attack, { guardrails }), documents: touched(documents, attack) }));
    // What other policies say of a call doesn't depend on the guardrails.
    const [bare, bound] = [cases(false), cases(true)];
    return [...documents.byId].flatMap(([id, document]) => {
        const name = documentName(stage, id);
        if (name === undefined) return [];
        const named = (mutant: Mutant) => inWords(stage, `${name} / ${mutant.name}`);
        const mutants = mutantsOf(document, widestOf(id)).filter((mutant) => !known.has(named(mutant)));
        if (mutants.length === 0) return [];
        progress(name);
        const guardrails = /^(scp|rcp) /.test(id);
        const touching = (guardrails ? bound : bare).filter(({ documents: all }) => all.has(id));
        const fates = mutants.map((mutant) => ({ mutant, fate: fateOf(stage, documents.replace(id, mutated(document, mutant)), mutant, touching, guardrails) }));
        const of = (wanted: Fate) => fates.filter(({ fate }) => fate === wanted).map(({ mutant }) => named(mutant));
        return [{ document: name, mutants: mutants.length, noticed: of("noticed"), refused: of("refused").length, survivors: of("survived") }];
    });
}

type Fate = "noticed" | "refused" | "survived";

/** The likeliest case first, and none that can't notice. */
function fateOf(stage: Stage, documents: Documents, mutant: Mutant, touching: readonly Judged[], guardrails: boolean): Fate {
    const able = touching.filter((judged) => canNotice(mutant, judged));
    for (const { attack, verdict } of [...able.filter((judged) => isLikely(mutant, judged)), ...able.filter((judged) => !isLikely(mutant, judged))]) {
        try {
            const { stoppedBy } = judgeAttack(documents, stage, attack, { guardrails });
            if (stoppedBy.join() !== verdict.stoppedBy.join()) return "noticed";
        } catch (error) {
            if (/^invalid \w+ policy/.test((error as Error).message)) return "refused";
            throw error;
        }
    }
    return "survived";
}

/** Of an action that the statement speaks of only now, or else before too; refused as yet where it lets in more, allowed where it refuses more. */
function isLikely({ before, after, fits: which }: Mutant, { attack: { call }, verdict }: Judged): boolean {
    if (which === "fewer" || !after) return fits(before, call.action);
    const spoken = JSON.stringify(before.Action) === JSON.stringify(after.Action) ? fits(after, call.action) : !fits(before, call.action) && fits(after, call.action);
    return spoken && verdict.allowed === (before.Effect === "Deny");
}

/** Fewer refusals are only noticed by what the statement refused, and nothing by calls that it speaks of neither before nor after. */
function canNotice({ before, after, fits: fewer }: Mutant, { attack, verdict }: Judged): boolean {
    if (before.Effect === "Deny" && fewer === "fewer") return verdict.sids.includes(before.Sid);
    if (before.Effect === "Allow" && fewer === "more" && verdict.allowed) return false;
    if (before.Effect === "Deny" && fewer === "more" && attack.also === undefined && verdict.sids.includes(before.Sid)) return false;
    return [attack.call, ...(attack.also ?? [])].some(({ action }) => fits(before, action) || (after !== undefined && fits(after, action)));
}

function fits({ Action: actions }: Plain, action: string): boolean {
    if (actions === undefined) return true;
    return [actions].flat().some((pattern) => new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(action));
}

function touched(documents: Documents, { call, also = [], identity, resourcePolicy }: Attack): ReadonlySet<string> {
    return new Set(
        [call, ...also].flatMap((each) => {
            const { scps, rcps } = documents.guardrailIds(each);
            const { roleArn } = each.principal;
            return [...(resourcePolicy ? [] : [documents.resourceId(each)]), ...(identity || !roleArn ? [] : [documents.identityId(roleArn)]), ...scps, ...rcps];
        }),
    );
}

/** A bucket's policy speaks of the bucket and its objects, that of a queue, a key, a topic or a bus of nothing else than it. */
function widestOf(id: string): string | undefined {
    const [kind, arn = ""] = id.split(" ");
    if (kind === "trust") return undefined;
    if (kind !== "resource") return "*";
    return arn.split(":")[2] === "s3" ? `${arn}/*` : undefined;
}

/** Undefined: of a source account that no case attacks. Its roles come from the same builders as those of the one attacked. */
function documentName({ arns, names, keyArn, noticesKeyArn, sources, backup, partition }: Stage, id: string): string | undefined {
    const [kind = "", what = ""] = id.split(/ (.*)/);
    if (kind === "scp") return `service control policy ${what.split(" ")[1]} on ${what.startsWith("backup") ? "the backup account" : "source accounts"}`;
    if (kind === "rcp") return `resource control policy ${what} on the backup account`;
    const resources: Record<string, string> = {
        [arns.bucket]: "vault bucket policy",
        [`arn:${partition}:s3:::${names.trailBucket}`]: "trail bucket policy",
        [keyArn]: "vault key policy",
        [noticesKeyArn]: "notices key policy",
        [arns.bus]: "hub bus policy",
        [arns.triggerQueue]: "trigger queue policy",
        [arns.undeliveredQueue]: "undelivered queue policy",
        [arns.notices]: "notices topic policy",
    };
    if (kind === "resource") return resources[what] ?? id;
    const account = what.split(":")[4];
    const role = what.slice(what.lastIndexOf("/") + 1).replace(`${names.prefix}-`, "");
    const source = sources.find((each) => each.account === account);
    if (!source && account !== backup) return undefined;
    return `${role} role${source?.kind === "member" ? " of the StackSet" : ""}, ${kind}`;
}

/** Without what differs from stack to stack, so that a survivor has one name in all shapes. */
function inWords({ keyArn, noticesKeyArn, names, backup, sources, tenant, region, settings }: Stage, text: string): string {
    const others = settings.sourceAccounts.map(({ id }) => id).filter((id) => id !== sources[0]?.account);
    const words: [string, string][] = [[keyArn, "<vault key>"], [noticesKeyArn, "<notices key>"], [names.prefix, "<prefix>"], [backup, "<backup>"], ...sources.map(({ account, kind }): [string, string] => [account, `<${kind}>`]), [tenant, "<tenant>"], ...others.map((id): [string, string] => [id, "<other>"]), [region, "<region>"]];
    return words.reduce((all, [from, to]) => all.replaceAll(from, to), text);
}
