/**
 * Who stops an attack? Asked of the evaluator for each case, never decided by code of ours but for what no policy says: "lock" and "aws".
 *
 * A control stops an attack when
 * - one of its statements denies it (the evaluator names every such statement), or
 * - nobody denies it, and the control is one whose Allow is missing.
 * The guardrails only deny, so the second half is asked without them: what stops an attack with guardrails is what stops it without
 * them, and the guardrails that deny it. So a statement that denies what another denies too is still seen, and still tested.
 */
import type { Document } from "../../components/policies/document";
import { withAwsKeys } from "../aws/context";
import { judge } from "../aws/judge";
import type { Call } from "../aws/types";
import type { Documents } from "./documents";
import type { Attack, Control, Stage } from "./types";

export interface AttackVerdict {
    readonly allowed: boolean;
    /** In the order of their names. */
    readonly stoppedBy: readonly Control[];
    /** Of the statements that deny. */
    readonly sids: readonly string[];
}

const everything = JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "Administrator", Effect: "Allow", Action: "*", Resource: "*" }] } satisfies Document);

export function judgeAttack(documents: Documents, stage: Stage, { call, identity, expect }: Attack, { guardrails }: { guardrails: boolean }): AttackVerdict {
    const context = withAwsKeys({ ...call, context: { ...call.context } }, stage.settings.region, stage);
    const asked = { ...call, context };
    const own = identity ? identity.map((each) => JSON.stringify(each)) : identityOf(documents, call);
    const resourcePolicy = documents.text(documents.resourceId(call));
    const bare = judge(asked, own, resourcePolicy);
    const { scps, rcps } = documents.guardrailIds(call);
    const texts = (ids: readonly string[]) => ids.map((id) => documents.text(id)!);
    const bound = guardrails && scps.length + rcps.length > 0 ? judge(asked, own, resourcePolicy, { scps: texts(scps), rcps: texts(rcps) }).deniedBy : [];
    const reasons = [...bare.deniedBy, ...bound.filter(({ control }) => control === "scp" || control === "rcp")];
    const declared = "stoppedBy" in expect ? expect.stoppedBy.filter((control) => control === "lock") : [];
    const stoppedBy = [...reasons.map(({ control }) => nameOf(control, call, resourcePolicy !== undefined)), ...beyondPolicies(call), ...declared];
    return { allowed: stoppedBy.length === 0, stoppedBy: [...new Set(stoppedBy)].sort(), sids: reasons.map(({ sid }) => sid).filter(Boolean) };
}

function identityOf(documents: Documents, { principal: { roleArn, service } }: Call): string[] {
    if (service) return [];
    return [(roleArn && documents.text(documents.identityId(roleArn))) ?? everything];
}

const resourcePolicies: Record<string, Control> = { s3: "bucket policy", kms: "key policy", sqs: "queue policy", events: "bus policy", sns: "topic policy", sts: "trust" };

function nameOf(control: string, { action }: Call, hasPolicy: boolean): Control {
    if (control !== "resource policy" && control !== "trust") return control as Control;
    // Without a policy there nobody of another account gets in, whatever his own says:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
    return (hasPolicy && resourcePolicies[action.slice(0, action.indexOf(":"))]) || "aws";
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html#cross-account-use */
const crossing = /^kms:(Decrypt|Encrypt|GenerateDataKey\w*|ReEncrypt\w+|GetPublicKey|Sign|Verify|GenerateMac|VerifyMac|DeriveSharedSecret|CreateGrant|DescribeKey|GetKeyRotationStatus|ListGrants|RetireGrant|RevokeGrant)$/;

/** What AWS refuses whatever policies say. The lock isn't among it: it depends on what is stored, and is played. */
function beyondPolicies({ principal, action, resourceAccount }: Call): Control[] {
    const foreign = principal.account !== undefined && principal.account !== resourceAccount;
    return foreign && action.startsWith("kms:") && !crossing.test(action) ? ["aws"] : [];
}
