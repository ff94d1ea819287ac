// Doesn't prove what a policy allows, which the attack table does, but that its actions, resources and conditions are AWS's own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Document } from "../../components/policies/document";
import { breakGlassPolicy, breakGlassTrust } from "../../components/policies/breakGlass";
import { backupDeployPolicy, deployTrust, managementDeployPolicy, rolloutDeployPolicy, sourceDeployPolicy } from "../../components/policies/deployRole";
import { documentsOf } from "../../rehearsal/attacks/documents";
import { venv } from "../peers/python";
import { checkFindings, type Explanation, type Finding } from "./findings";
import { stacks } from "./stacks";

const explanations: readonly Explanation[] = [
    {
        rule: "MISMATCHED_TYPE_BUT_USABLE", where: /resource arn:aws:s3:::rds-vault-[\w-]+-444455556666$/, says: /^Type mismatch: StringNotEquals requires a value of type String but given Arn$/,
        reason: "the key that an upload names must be ours to the letter: comparing as ARNs would let wildcards in",
    },
    {
        rule: "RESOURCE_MISMATCH", where: /resource arn:aws:kms:[\w-]+:444455556666:key\/1ec99258-[\w-]+$/, says: /'kms:ConnectCustomKeyStore', 'required_format': '\*'/,
        reason: "the notices key gives its account kms:*, as AWS does by default; what isn't asked of a key, its policy doesn't reach",
    },
    {
        rule: "RESOURCE_POLICY_PRIVILEGE_ESCALATION", where: /deploy role backup$/, says: /does allow s3:Put(BucketPolicy|LifecycleConfiguration)$/,
        reason: "the deploy role makes the bucket, so it puts policy and lifecycle; versions under the lock stay, and both calls are mailed",
    },
    {
        rule: "RESOURCE_POLICY_PRIVILEGE_ESCALATION", where: /break-glass role$/, says: /does allow s3:Put(BucketPolicy|LifecycleConfiguration)$/,
        reason: "to put them is what the role is for; it is assumed from another account, and what destroys, the guardrails deny to it too",
    },
    {
        rule: "RESOURCE_STAR", where: /deploy role backup$/, says: /^\['lambda:DeleteEventSourceMapping', 'lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'\]$/,
        reason: "AWS chooses a mapping's id; the condition on lambda:FunctionArn narrows it to our functions",
    },
    { rule: "RESOURCE_STAR", where: /deploy role backup$/, says: /^\['cloudwatch:DescribeAlarms'\]$/, reason: "asked for by prefix, it is checked on all alarms" },
    { rule: "RESOURCE_STAR", where: /deploy role backup$/, says: /^\['cloudtrail:GetEventSelectors', 'cloudtrail:GetTrailStatus'\]$/, reason: "the doctor looks at whatever trail there is, an organization's in another account too" },
    { rule: "RESOURCE_STAR", where: /deploy role management$/, says: /^\['organizations:ListTargetsForPolicy'\]$/, reason: "Pulumi finds an attachment by asking for its policy's targets; it only reads" },
];

/** A trust policy holds for its role, and in a key's policy * is the key: parliament, which knows identities' policies, is told so. */
function spelledOut(id: string, document: Document): object {
    const [kind, arn] = id.split(" ") as [string, string];
    const own = kind === "trust" || arn.split(":")[2] === "kms" ? arn : undefined;
    const statements = document.Statement as { readonly Resource?: unknown }[];
    return { ...document, Statement: statements.map((each) => (own && (each.Resource ?? "*") === "*" ? { ...each, Resource: own } : each)) };
}

/** By stack and what it is attached to. */
function documents(): Record<string, object> {
    return Object.fromEntries(stacks().flatMap(({ name, settings, rendered }) => {
        const place = { stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id };
        const roles = { backup: backupDeployPolicy(place), source: sourceDeployPolicy(place, "111122223333"), rollout: rolloutDeployPolicy(place), management: managementDeployPolicy(place) };
        return [
            ...[...documentsOf(rendered, settings).byId].map(([id, document]) => [`${name} ${id}`, spelledOut(id, document)] as const),
            ...Object.entries(roles).map(([part, document]) => [`${name} deploy role ${part}`, document] as const),
            [`${name} deploy role trust`, spelledOut("trust arn:aws:iam::444455556666:role/rds-vault-deploy", deployTrust("arn:aws:iam::999988887777:role/pipeline"))] as const,
            [`${name} break-glass role`, breakGlassPolicy(place, settings.backupAccount.deployRoleArn)] as const,
            [`${name} break-glass role trust`, spelledOut("trust arn:aws:iam::444455556666:role/break-glass", breakGlassTrust("arn:aws:iam::999988887777:role/responders"))] as const,
        ];
    }));
}

async function parliament(asked: Readonly<Record<string, object>>): Promise<Finding[]> {
    // parliament imports pkg_resources, which setuptools has until its release 81.
    const python = join(await venv(["parliament==1.6.4", "policy-sentry==0.15.2", "setuptools==80.9.0"]), "python");
    const output = execFileSync(python, ["-W", "ignore", join(__dirname, "judge_policies.py")], { input: JSON.stringify(asked), encoding: "utf8", maxBuffer: 1 << 28 });
    return Object.entries(JSON.parse(output) as Record<string, [string, string][]>).flatMap(([where, found]) => found.map(([rule, says]) => ({ rule, where, says })));
}

describe("policies by AWS's tables of actions", () => {
    it("every finding of parliament is mended or explained", async () => {
        const all = documents();
        for (const kind of ["trust", "identity", "resource", "scp backup", "scp sources", "rcp", "deploy role"]) assert.ok(Object.keys(all).some((id) => id.startsWith(`organization ${kind} `)), kind);
        checkFindings(await parliament(all), explanations);
    });

    it("parliament sees an unknown action, a wrong resource and an unknown condition, of what is denied too", async () => {
        const bucket = "arn:aws:s3:::b";
        const one = (statement: object) => ({ Version: "2012-10-17", Statement: [{ Sid: "S", Effect: "Allow", Action: "s3:ListBucket", Resource: bucket, ...statement }] });
        const asked = {
            sound: one({}),
            action: one({ Action: "s3:ListBuckett" }),
            resource: one({ Action: "s3:GetObject" }),
            required: one({ Action: "sqs:SendMessage" }),
            condition: one({ Condition: { StringEquals: { "s3:VersionId": "x" } } }),
            operator: one({ Condition: { NumericEquals: { "s3:prefix": "x" } } }),
            denied: one({ Effect: "Deny", Action: ["s3:ListBucket", "s3:GetObject"] }),
            nothing: one({ Effect: "Deny", Action: "sns:Unsubscribe", Resource: "arn:aws:sns:eu-west-1:444455556666:t" }),
        };
        assert.deepEqual((await parliament(asked)).map(({ where, rule }) => [where, rule]), [
            ["action", "UNKNOWN_ACTION"], ["resource", "IDLE_ACTION"], ["required", "RESOURCE_MISMATCH"], ["required", "IDLE_ACTION"], ["condition", "UNKNOWN_CONDITION_FOR_ACTION"], ["operator", "MISMATCHED_TYPE"],
            ["denied", "IDLE_ACTION"], ["nothing", "IDLE_ACTION"],
        ]);
    });
});
