/**
 * Who stops an attack? Asked of the evaluator for each case, never decided by code of ours but for what no policy says: "aws". The lock
 * isn't asked here: it depends on what is stored, and play.ts tries it with every policy opened.
 *
 * A control stops an attack when
 * - one of its statements denies it (the evaluator names every such statement), or
 * - nobody denies it, and the control is one whose Allow is missing.
 * The guardrails only deny, so the second half is asked without them: what stops an attack with guardrails is what stops it without
 * them, and the guardrails that deny it. So a statement that denies what another denies too is still seen, and still tested.
 */
import { rolePath } from "../../components/arns";
import type { Document } from "../../components/policies/document";
import { withAwsKeys } from "../aws/context";
import { judge } from "../aws/judge";
import type { Call } from "../aws/types";
import type { Documents } from "./documents";
import type { Attack, Control, Stage } from "./types";

export interface AttackVerdict {
    /** The evaluator's plain answer, asked once with everything that binds the call. */
    readonly allowed: boolean;
    /** In the order of their names. */
    readonly stoppedBy: readonly Control[];
    /** Of the statements that deny. */
    readonly sids: readonly string[];
}

const everything = JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "Administrator", Effect: "Allow", Action: "*", Resource: "*" }] } satisfies Document);

export function judgeAttack(documents: Documents, stage: Stage, { call, also = [], identity, resourcePolicy }: Attack, { guardrails }: { guardrails: boolean }): AttackVerdict {
    const own = identity?.map((each) => JSON.stringify(each)) ?? identityOf(documents, call);
    const answers = [call, ...also].map((each) => answer(documents, stage, each, own, resourcePolicy && JSON.stringify(resourcePolicy), guardrails));
    const reasons = answers.flatMap(({ refusals }) => refusals);
    const stoppedBy = [...new Set(reasons.map(({ control }) => control))].sort();
    return { allowed: answers.every(({ allowed }) => allowed), stoppedBy, sids: reasons.map(({ sid }) => sid).filter(Boolean) };
}

interface Refusal {
    readonly control: Control;
    /** "": no statement, a missing one. */
    readonly sid: string;
}

function answer(documents: Documents, stage: Stage, call: Call, identity: readonly string[], given: string | undefined, guardrails: boolean): { allowed: boolean; refusals: Refusal[] } {
    const asked = { ...call, context: withAwsKeys(call, stage.region, stage) };
    const resourcePolicy = given ?? documents.text(documents.resourceId(call));
    const { scps, rcps } = documents.guardrailIds(call);
    const texts = (ids: readonly string[]) => ids.map((id) => documents.text(id)!);
    const bare = judge(asked, identity, resourcePolicy);
    const bound = guardrails && scps.length + rcps.length > 0 ? judge(asked, identity, resourcePolicy, { scps: texts(scps), rcps: texts(rcps) }) : bare;
    const beyond = beyondPolicies(call, resourcePolicy !== undefined);
    if (!bare.allowed && bare.deniedBy.length + beyond.length === 0) throw new Error(`${call.action} on ${call.resource} is refused, and the evaluator doesn't say by what`);
    // An AWS service has no identity policy that could allow it.
    const counts = ({ control }: { control: string }) => !(call.principal.service && control === "identity policy");
    return {
        allowed: (bound.allowed || (call.principal.service !== undefined && !bound.deniedBy.some(counts))) && beyond.length === 0,
        refusals: [
            ...bare.deniedBy.filter(counts).map(({ control, sid }) => ({ control: nameOf(control, call), sid })),
            ...bound.deniedBy.flatMap(({ control, sid }) => (control === "scp" || control === "rcp" ? [{ control, sid }] : [])),
            ...beyond.map((control) => ({ control, sid: "" })),
        ],
    };
}

function identityOf(documents: Documents, { principal: { roleArn, service } }: Call): string[] {
    if (service) return [];
    const own = roleArn && documents.text(documents.identityId(roleArn));
    // A role of ours without its document would be tried as an administrator, and every case of it would mean something else.
    if (roleArn?.includes(`:role${rolePath}`) && own === undefined) throw new Error(`No policy of the role ${roleArn} is rendered`);
    return [own ?? everything];
}

const resourcePolicies: Record<string, Control> = { s3: "bucket policy", kms: "key policy", sqs: "queue policy", events: "bus policy", sns: "topic policy", sts: "trust" };

function nameOf(control: string, { action }: Call): Control {
    return control === "resource policy" || control === "trust" ? (resourcePolicies[action.slice(0, action.indexOf(":"))] ?? "aws") : (control as Control);
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html#cross-account-use */
const crossing = /^kms:(Decrypt|Encrypt|GenerateDataKey\w*|ReEncrypt\w+|GetPublicKey|Sign|Verify|GenerateMac|VerifyMac|DeriveSharedSecret|CreateGrant|DescribeKey|GetKeyRotationStatus|ListGrants|RetireGrant|RevokeGrant)$/;

/** What AWS refuses whatever policies say. */
function beyondPolicies({ principal, action, resourceAccount, context }: Call, hasPolicy: boolean): Control[] {
    const foreign = principal.account !== undefined && principal.account !== resourceAccount;
    // Without a policy there nobody of another account gets in, whatever his own says:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
    if (foreign && !hasPolicy) return ["aws"];
    if (foreign && action.startsWith("kms:") && !crossing.test(action)) return ["aws"];
    // Nobody puts events of AWS's own: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
    return action === "events:PutEvents" && !principal.service && String(context?.["events:source"]).startsWith("aws.") ? ["aws"] : [];
}
