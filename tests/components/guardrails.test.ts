// Doesn't prove that AWS fills the context keys as told here, nor that service-linked roles are the only ones exempt (README, not yet proven).
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arnsOf, namesOf } from "../../components/arns";
import { guardrailDocuments, guardrailsOf, type GuardrailArgs } from "../../components/guardrails/documents";
import { unheldTargets } from "../../components/guardrails/unheld";
import { documentSizes, outgrownLimits } from "../../components/limits";
import { breakGlassPolicy } from "../../components/policies/breakGlass";
import { trailBucketArn } from "../../components/policies/trail";
import { guardsOn, withAwsKeys } from "../../rehearsal/aws/context";
import { judge } from "../../rehearsal/aws/judge";
import type { Call, Guards, Principal } from "../../rehearsal/aws/types";
import { settingsFromFile } from "../../rehearsal/config";
import { command, renderedStack, root } from "../rendered";

const [backup, shop, billing, stranger]: [string, string, string, string] = ["444455556666", "111122223333", "222233334444", "999988887777"];
const region = "eu-west-1";
const place = { stack: "prod", region, backupAccountId: backup };
const arns = arnsOf(place);
const names = namesOf(place);
const keyArn = `arn:aws:kms:${region}:${backup}:key/00000000-0000-4000-8000-000000000000`;
const role = (account: string, name: string): Principal => ({ arn: `arn:aws:sts::${account}:assumed-role/${name.split("/").pop()}/s`, account, roleArn: `arn:aws:iam::${account}:role/${name}` });
const deploy = role(backup, "rds-vault-deploy");
const breakGlass = role(backup, "break-glass");
const admin = role(backup, "admin");
const args: GuardrailArgs = {
    place, deployRoleArn: deploy.roleArn!, sourceDeployRoleArns: [`arn:aws:iam::${shop}:role/rds-vault-deploy`], sources: [shop], breakGlassRoleArn: breakGlass.roleArn!,
};
const texts = (documents: readonly object[]) => documents.map((each) => JSON.stringify(each));
const attached = (given: GuardrailArgs) => {
    const { backupAccount, sourceAccounts, backupResources } = guardrailDocuments(given);
    return (account: string): Guards => ({ scps: account === backup ? texts(backupAccount) : account === shop ? texts(sourceAccounts) : [], rcps: account === backup ? texts(backupResources) : [] });
};

const anything = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
/** A resource policy that lets everybody in; for a role, its trust, which knows no resource. A key's policy names it "*". */
const open = (action: string, resource: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "*", ...(!action.startsWith("sts:") && { Resource: action.startsWith("kms:") ? "*" : resource }) }] });

/** The Sids that refuse a call of somebody whose own policies, and whose resource's, allow everything. */
function refusals(call: Omit<Call, "resourceAccount">, given = args, owner = backup, organization?: string, guards = attached(given)): string[] {
    const whole = { ...call, resourceAccount: owner };
    const keys: Record<string, string> = organization && call.principal.account ? { "aws:PrincipalOrgID": organization } : {};
    const context = { ...keys, ...withAwsKeys(whole, region) };
    const foreign = call.principal.account !== owner;
    const policy = foreign || call.action.startsWith("kms:") ? open(call.action, call.resource) : undefined;
    const verdict = judge({ ...whole, context }, call.principal.service ? [] : [anything], policy, guardsOn(whole, guards, () => false));
    return verdict.deniedBy.map(({ control, sid }) => `${control} ${sid}`).sort();
}

const objects = `${arns.bucket}/exports/${shop}/x`;
const rootUser: Principal = { arn: `arn:aws:iam::${backup}:root`, account: backup };

describe("guardrails of the backup account", () => {
    type Case = [name: string, by: Principal, action: string, on: string, refused: string[], context?: Record<string, string>];
    const cases: Case[] = [
        ["an administrator leaves the organization", admin, "organizations:LeaveOrganization", "*", ["scp DenyExit"]],
        ["so does the break-glass role", breakGlass, "organizations:LeaveOrganization", "*", ["scp DenyExit"]],
        ["root looks at a bucket", rootUser, "s3:ListBucket", arns.bucket, ["scp DenyRoot"]],
        ["somebody works in another Region", admin, "lambda:CreateFunction", `arn:aws:lambda:ap-south-1:${backup}:function:x`, ["scp DenyOtherRegions"], { "aws:RequestedRegion": "ap-south-1" }],
        ["somebody ends the key", admin, "kms:ScheduleKeyDeletion", keyArn, ["rcp DenyKeyDestruction", "scp DenyKeyDestruction"]],
        ["so does the break-glass role", breakGlass, "kms:ScheduleKeyDeletion", keyArn, ["rcp DenyKeyDestruction", "scp DenyKeyDestruction"]],
        ["the deploy role changes the key's policy", deploy, "kms:PutKeyPolicy", keyArn, ["rcp DenyKeyPolicyChanges", "scp DenyKeyChanges"], { "kms:BypassPolicyLockoutSafetyCheck": "false" }],
        ["the break-glass role does", breakGlass, "kms:PutKeyPolicy", keyArn, [], { "kms:BypassPolicyLockoutSafetyCheck": "false" }],
        ["but not so as to lock everybody out", breakGlass, "kms:PutKeyPolicy", keyArn, ["rcp DenyLockoutBypass"], { "kms:BypassPolicyLockoutSafetyCheck": "true" }],
        ["somebody makes a key of imported material", admin, "kms:CreateKey", "*", ["scp DenyKeysOfOtherOrigin"], { "kms:KeyOrigin": "EXTERNAL" }],
        ["somebody makes a key", admin, "kms:CreateKey", "*", [], { "kms:KeyOrigin": "AWS_KMS" }],
        ["somebody lends the key", admin, "kms:CreateGrant", keyArn, ["rcp DenyGrantsToOthers", "scp DenyGrantsToOthers"], { "kms:GrantIsForAWSResource": "false" }],
        ["somebody takes back a grant", admin, "kms:RevokeGrant", keyArn, ["scp DenyTakingBackGrants"]],
        ["the deploy role removes the bucket's policy", deploy, "s3:DeleteBucketPolicy", arns.bucket, ["rcp DenyDestruction", "scp DenyBucketDestruction"]],
        ["the deploy role changes it", deploy, "s3:PutBucketPolicy", arns.bucket, ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["the break-glass role does", breakGlass, "s3:PutBucketPolicy", arns.bucket, []],
        ["the deploy role lifts the lock", deploy, "s3:PutBucketObjectLockConfiguration", arns.bucket, ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["a lifecycle that hides everything", admin, "s3:PutLifecycleConfiguration", arns.bucket, ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["the same on somebody's own bucket", admin, "s3:PutLifecycleConfiguration", "arn:aws:s3:::other", []],
        ["a replication of the trail's bucket", admin, "s3:PutReplicationConfiguration", trailBucketArn(place), ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["an access point", admin, "s3:CreateAccessPoint", `arn:aws:s3:${region}:${backup}:accesspoint/x`, ["scp DenyWaysAround"]],
        ["access to the bucket's data as a grant", admin, "s3:CreateAccessGrant", `arn:aws:s3:${region}:${backup}:access-grants/default/grant/x`, ["scp DenyWaysAround"]],
        ["the account's block of public access lifted", deploy, "s3:PutAccountPublicAccessBlock", "*", ["scp DenyPublicAccessChanges"]],
        ...["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner", "s3:InitiateReplication", "s3:UpdateObjectEncryption"].map(
            (action): Case => [`${action} by the break-glass role`, breakGlass, action, objects, ["rcp DenyDestruction", "scp DenyDestruction"]],
        ),
        ["an archived export brought back for a restore", admin, "s3:RestoreObject", objects, []],
        ["the break-glass role ends a version", breakGlass, "s3:DeleteObjectVersion", objects, ["rcp DenyDestruction", "scp DenyDestruction"]],
        ["somebody hides an object", admin, "s3:DeleteObject", objects, ["scp DenyDestruction"]],
        ["somebody writes over one", admin, "s3:PutObject", objects, ["scp DenyWritingByOthers"]],
        ["somebody restores from it", admin, "s3:GetObjectVersion", objects, []],
        ["the sealer writes a manifest", role(backup, `rds-vault/${names.sealer}`), "s3:PutObject", `${arns.bucket}/manifests/x`, []],
        ["somebody turns off the rule", admin, "events:DisableRule", arns.hubRule, ["scp DenyRuleChanges"]],
        ["the deploy role does", deploy, "events:PutRule", arns.hubRule, []],
        ["somebody turns off another rule", admin, "events:DisableRule", `arn:aws:events:${region}:${backup}:rule/theirs`, []],
        ["somebody opens the bus", admin, "events:PutPermission", "*", ["scp DenyBusChanges"]],
        ["somebody empties a queue", admin, "sqs:PurgeQueue", arns.triggerQueue, ["scp DenyQueueChanges"]],
        ["somebody replays old events", admin, "events:StartReplay", arns.bus, ["scp DenyBusChanges"]],
        ...["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:StartMessageMoveTask"].flatMap((action) =>
            [arns.triggerDeadLetters, arns.sealDeadLetters, arns.undeliveredQueue].flatMap((queue): Case[] => [
                [`${action} of ${queue.split(":").pop()}`, admin, action, queue, ["scp DenyWorkByOthers"]],
                [`${action} of ${queue.split(":").pop()}, by the break-glass role`, breakGlass, action, queue, []],
            ]),
        ),
        ["the break-glass role empties a queue", breakGlass, "sqs:PurgeQueue", arns.undeliveredQueue, []],
        ["somebody forges work", admin, "sqs:SendMessage", arns.sealQueue, ["scp DenyWorkByOthers"]],
        ["the starter sends work", role(backup, `rds-vault/${names.starter}`), "sqs:SendMessage", arns.sealQueue, []],
        ["somebody changes a function's code", admin, "lambda:UpdateFunctionCode", arns.starter, ["scp DenyFunctionChanges"]],
        ["the deploy role does", deploy, "lambda:UpdateFunctionCode", arns.starter, []],
        ["somebody cuts a function from its queue", admin, "lambda:DeleteEventSourceMapping", `arn:aws:lambda:${region}:${backup}:event-source-mapping:x`, ["scp DenyMappingChanges"]],
        ["somebody stops the sweep", admin, "scheduler:UpdateSchedule", `arn:aws:scheduler:${region}:${backup}:schedule/${names.schedule}/${names.schedule}`, ["scp DenyScheduleChanges"]],
        ["a new user", admin, "iam:CreateUser", `arn:aws:iam::${backup}:user/eve`, ["scp DenyNewIdentities"]],
        ["a user in a group", admin, "iam:AddUserToGroup", `arn:aws:iam::${backup}:group/admins`, ["scp DenyNewIdentities"]],
        ["certificates of somebody's own as a way in", admin, "rolesanywhere:CreateTrustAnchor", "*", ["scp DenyNewIdentities"]],
        ["a managed policy emptied", deploy, "iam:SetDefaultPolicyVersion", `arn:aws:iam::${backup}:policy/deploy`, ["scp DenyPolicyVersions"]],
        ["a role on our path, of no stack", admin, "iam:CreateRole", `arn:aws:iam::${backup}:role/rds-vault/x`, ["scp DenyRoleChanges"]],
        ["a wider trust", admin, "iam:UpdateAssumeRolePolicy", arns.sealerRole, ["scp DenyRoleChanges"]],
        ["the deploy role's own trust", deploy, "iam:UpdateAssumeRolePolicy", deploy.roleArn!, ["scp DenyDeployRoleChanges"]],
        ["the break-glass role's own trust", breakGlass, "iam:UpdateAssumeRolePolicy", breakGlass.roleArn!, ["scp DenyBreakGlassChanges"]],
        ["somebody's own role", admin, "iam:UpdateAssumeRolePolicy", `arn:aws:iam::${backup}:role/theirs`, []],
        ["a StackSet", admin, "cloudformation:CreateStackSet", "*", ["scp DenyStackSets"]],
        ["the trail stopped", deploy, "cloudtrail:StopLogging", `arn:aws:cloudtrail:${region}:${backup}:trail/x`, ["scp DenyBlindness"]],
        ["an alarm removed", admin, "cloudwatch:DeleteAlarms", `arn:aws:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`, ["scp DenyAlarmChanges"]],
        ["the trail's choice of events", deploy, "cloudtrail:PutEventConfiguration", `arn:aws:cloudtrail:${region}:${backup}:trail/x`, ["scp DenyBlindness"]],
        ["findings hidden", admin, "guardduty:CreateFilter", `arn:aws:guardduty:${region}:${backup}:detector/x/filter/y`, ["scp DenyBlindness"]],
        ["an alarm muted", admin, "cloudwatch:PutAlarmMuteRule", `arn:aws:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`, ["scp DenyAlarmChanges"]],
        ["an alarm of log lines in its place", admin, "cloudwatch:PutLogAlarm", `arn:aws:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`, ["scp DenyAlarmChanges"]],
        ["an alarm muted by the deploy role", deploy, "cloudwatch:PutAlarmMuteRule", `arn:aws:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`, []],
        ["a made-up metric", admin, "cloudwatch:PutMetricData", "*", ["scp DenyMadeUpMetrics"], { "cloudwatch:namespace": "rds-vault" }],
        ["the topic's policy", admin, "sns:SetTopicAttributes", arns.notices, ["scp DenyTopicChanges"]],
        ["notices masked", admin, "sns:PutDataProtectionPolicy", arns.notices, ["scp DenyTopicChanges"]],
        ...["PutDataProtectionPolicy", "AssociateKmsKey", "PutSubscriptionFilter", "PutTransformer", "PutMetricFilter", "DeleteLogGroup"].map((name): Case => [`logs:${name}`, admin, `logs:${name}`, arns.sealerLogs, ["scp DenyLogChanges"]]),
        ["logs:PutAccountPolicy", admin, "logs:PutAccountPolicy", "*", ["scp DenyLogChanges"]],
        ["the deploy role keeps lines for another time", deploy, "logs:PutRetentionPolicy", arns.sealerLogs, []],
        ["a metric of ours in a line of another log group", admin, "logs:PutLogEvents", `arn:aws:logs:${region}:${backup}:log-group:theirs:log-stream:x`, ["scp DenyMadeUpLogs"]],
        ["a function's line", role(backup, `rds-vault/${names.sealer}`), "logs:PutLogEvents", `${arns.sealerLogs}:log-stream:x`, []],
        ["a made-up log line", admin, "logs:PutLogEvents", `${arns.sealerLogs}:log-stream:x`, ["scp DenyMadeUpLogs"]],
    ];
    for (const [name, principal, action, resource, refused, context] of cases) {
        it(`${name}: ${refused.join(", ") || "allowed"}`, () => assert.deepEqual(refusals({ principal, action, resource, ...(context && { context }) }), refused));
    }

    it("service-linked roles and AWS services aren't bound", () => {
        const linked = role(backup, "aws-service-role/x.amazonaws.com/AWSServiceRoleForX");
        assert.deepEqual(refusals({ principal: linked, action: "kms:ScheduleKeyDeletion", resource: keyArn }), []);
        const service = { arn: "export.rds.amazonaws.com", service: "export.rds.amazonaws.com" };
        for (const action of ["kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey"]) {
            assert.deepEqual(refusals({ principal: service, action, resource: keyArn, context: { "aws:SourceAccount": shop } }), [], action);
        }
    });

    it("in a window only the policies and settings of keys and buckets are open", () => {
        const { backupAccount, backupResources } = guardrailDocuments(args);
        const window = (account: string): Guards => (account === backup ? { scps: texts(backupAccount.slice(0, -1)), rcps: texts(backupResources.slice(0, -1)) } : { scps: [], rcps: [] });
        const opened = cases.filter(([, principal, action, resource, refused, context]) => refused.length > 0 && refusals({ principal, action, resource, ...(context && { context }) }, args, backup, undefined, window).length === 0);
        assert.deepEqual([...new Set(opened.map(([, , action]) => action))].sort(), [
            "kms:PutKeyPolicy", "s3:PutAccountPublicAccessBlock", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
        ]);
    });

    it("let the break-glass role do all that its printed policy allows", () => {
        const statements = breakGlassPolicy(place, deploy.roleArn!).Statement as { Action: string[]; Resource: string | string[] }[];
        const refused = (principal: Principal, action: string, resource: string) =>
            refusals({ principal, action: action.replace("*", "Policy"), resource: resource.replace("key/*", keyArn.split(":").pop()!), ...(action === "kms:PutKeyPolicy" && { context: { "kms:BypassPolicyLockoutSafetyCheck": "false" } }) });
        for (const { Action, Resource } of statements) {
            const on = [Resource].flat();
            for (const resource of on) for (const action of Action) assert.deepEqual(refused(breakGlass, action, resource), [], `${action} on ${resource}`);
            assert.ok(Action.some((action) => refused(admin, action, on[0]!).length > 0), `nothing holds others off ${on[0]}`);
        }
    });

    it("without a break-glass role nobody changes what they hold, and nothing is excepted by accident", () => {
        const without = { ...args, breakGlassRoleArn: undefined };
        for (const [action, on] of [["s3:PutBucketPolicy", arns.bucket], ["iam:CreateUser", `arn:aws:iam::${backup}:user/eve`]] as const) assert.notDeepEqual(refusals({ principal: breakGlass, action, resource: on }, without), [], action);
    });

    it("other Regions stay usable when they are named", () => {
        const call = { principal: admin, action: "lambda:ListFunctions", resource: "*", context: { "aws:RequestedRegion": "eu-central-1" } };
        assert.deepEqual(refusals(call), ["scp DenyOtherRegions"]);
        assert.deepEqual(refusals(call, { ...args, otherRegions: ["eu-central-1"] }), []);
    });
});

describe("guardrails around the backup account's resources", () => {
    const exporting = (account: string) => role(account, `rds-vault/${names.exportRole}`);
    const put = (principal: Principal, context: Record<string, string> = {}) => ({ principal, action: "s3:PutObject", resource: objects, context });
    const inOrganization = { ...args, organizationId: "o-a1b2c3d4e5" };

    it("a listed account writes, a stranger whom a policy lets in doesn't", () => {
        assert.deepEqual(refusals(put(exporting(shop))), []);
        assert.deepEqual(refusals(put(exporting(stranger))), ["rcp DenyStrangers"]);
    });

    it("with an organization its members write, of another organization nobody", () => {
        assert.deepEqual(refusals(put(exporting(billing)), inOrganization, backup, "o-a1b2c3d4e5"), []);
        assert.deepEqual(refusals(put(exporting(billing)), inOrganization, backup, "o-zzzzzzzzzz"), ["rcp DenyStrangers"]);
        assert.deepEqual(refusals(put(exporting(shop)), inOrganization, backup, "o-zzzzzzzzzz"), [], "listed, outside");
    });

    it("a service comes for our accounts only", () => {
        const events = { arn: "events.amazonaws.com", service: "events.amazonaws.com" };
        const send = (account?: string) => refusals({ principal: events, action: "sqs:SendMessage", resource: arns.undeliveredQueue, ...(account && { context: { "aws:SourceAccount": account } }) });
        assert.deepEqual([send(shop), send(backup), send(), send(stranger)], [[], [], [], ["rcp DenyStrangersServices"]]);
    });

    it("strangers assume no role but those whose trust is meant for them", () => {
        const assume = (on: string) => refusals({ principal: role(stranger, "x"), action: "sts:AssumeRole", resource: on }, inOrganization);
        assert.deepEqual(assume(arns.readerRole), ["rcp DenyStrangersRoles"]);
        assert.deepEqual([assume(deploy.roleArn!), assume(breakGlass.roleArn!)], [[], []]);
        const { backupResources } = guardrailDocuments(args);
        const byProvider = backupResources.flatMap(({ Statement }) => Statement as { Sid: string; Action: string; NotResource: string[]; Condition?: object }[]).find(({ Action }) => Action === "sts:AssumeRoleWithWebIdentity");
        assert.deepEqual(byProvider, { Sid: "DenyWebIdentities", Effect: "Deny", Principal: "*", Action: "sts:AssumeRoleWithWebIdentity", NotResource: [deploy.roleArn, breakGlass.roleArn] });
    });

    it("no plain HTTP, no customer's key, no grant to anybody but a service", () => {
        assert.deepEqual(refusals(put(exporting(shop), { "aws:SecureTransport": "false" })), ["rcp DenyPlainHttp"]);
        assert.deepEqual(refusals(put(exporting(shop), { "s3:x-amz-server-side-encryption-customer-algorithm": "AES256" })), ["rcp DenyCustomerKeys"]);
        const lend = (forService: string) => refusals({ principal: role(shop, `rds-vault/${names.accessRole}`), action: "kms:CreateGrant", resource: keyArn, context: { "kms:GrantIsForAWSResource": forService } });
        assert.deepEqual([lend("true"), lend("false")], [[], ["rcp DenyGrantsToOthers"]]);
    });
});

describe("guardrails of two stacks in the same accounts", () => {
    const other = { ...place, stack: "canary" };
    const [canary, canaryNames] = [arnsOf(other), namesOf(other)];
    const both = (prodOthers: string[], canaryOthers: string[]) => {
        const each = [attached({ ...args, sources: [shop, billing], otherSources: prodOthers }), attached({ ...args, place: other, otherSources: canaryOthers })];
        return (account: string): Guards => ({ scps: each.flatMap((guards) => guards(account).scps), rcps: each.flatMap((guards) => guards(account).rcps) });
    };
    const stacks = [[arns, names, [shop, billing]], [canary, canaryNames, [shop]]] as const;
    const calls = stacks.flatMap(([of, named, sources]): [by: Principal, action: string, on: string, owner: string, context?: Record<string, string>][] => [
        ...sources.flatMap((account): [by: Principal, action: string, on: string, owner: string, context?: Record<string, string>][] => [
            [role(account, `rds-vault/${named.exportRole}`), "s3:PutObject", `${of.bucket}/exports/${account}/x`, backup],
            [role(account, `rds-vault/${named.exportRole}`), "kms:GenerateDataKey", keyArn, backup],
            [role(account, `rds-vault/${named.accessRole}`), "kms:CreateGrant", keyArn, backup, { "kms:GrantIsForAWSResource": "true" }],
            [{ arn: "events.amazonaws.com", service: "events.amazonaws.com" }, "sqs:SendMessage", of.undeliveredQueue, backup, { "aws:SourceAccount": account }],
            [{ arn: "export.rds.amazonaws.com", service: "export.rds.amazonaws.com" }, "kms:DescribeKey", keyArn, backup, { "aws:SourceAccount": account }],
            [role(account, `rds-vault/${named.accessRole}`), "rds:StartExportTask", `arn:aws:rds:${region}:${account}:snapshot:rds:orders-1`, account],
        ]),
        [role(backup, `rds-vault/${named.starter}`), "sqs:ReceiveMessage", of.triggerQueue, backup],
        [role(backup, `rds-vault/${named.starter}`), "logs:PutLogEvents", `${of.starterLogs}:log-stream:x`, backup],
        [role(backup, `rds-vault/${named.sealer}`), "s3:PutObject", `${of.bucket}/manifests/x`, backup],
        [role(backup, `rds-vault/${named.watcher}`), "sns:Publish", of.notices, backup],
        [deploy, "iam:PutRolePolicy", of.starterRole, backup],
        [deploy, "lambda:UpdateFunctionCode", of.starter, backup],
        [role(shop, "rds-vault-deploy"), "iam:PutRolePolicy", of.accessRole(shop), shop],
    ]);
    const denied = (guards: (account: string) => Guards) =>
        calls.flatMap(([principal, action, resource, owner, context]) => refusals({ principal, action, resource, ...(context && { context }) }, args, owner, undefined, guards).map((refusal) => `${action}: ${refusal}`));

    it("let both stacks' work go on, when each names the other's sources", () => assert.deepEqual(denied(both([], [billing])), []));

    it("say by what they don't, when one doesn't", () =>
        assert.deepEqual([...new Set(denied(both([], [])))].sort(), [
            ...["kms:CreateGrant", "kms:GenerateDataKey", "s3:PutObject"].map((action) => `${action}: rcp DenyStrangers`),
            ...["kms:DescribeKey", "sqs:SendMessage"].map((action) => `${action}: rcp DenyStrangersServices`),
        ].sort()));
});

describe("guardrails of source accounts", () => {
    const someone = role(shop, "admin");
    const shopDeploy = role(shop, "rds-vault-deploy");
    const access = role(shop, `rds-vault/${names.accessRole}`);
    const stackSets = role(shop, "stacksets-exec-0123456789abcdef");
    const snapshot = `arn:aws:rds:${region}:${shop}:snapshot:rds:orders-1`;
    const cases: [name: string, by: Principal, action: string, on: string, refused: string[]][] = [
        ["the account is closed", someone, "account:CloseAccount", "*", ["scp DenyExit"]],
        ["somebody makes a role on our path, of no stack", someone, "iam:CreateRole", `arn:aws:iam::${shop}:role/rds-vault/rds-vault-x-${region}-access`, ["scp DenyRoleChanges"]],
        ["an access role of another stack starts an export", role(shop, `rds-vault/rds-vault-canary-${region}-access`), "rds:StartExportTask", snapshot, []],
        ["the account leaves", someone, "organizations:LeaveOrganization", "*", ["scp DenyExit"]],
        ["an administrator opens the access role", someone, "iam:UpdateAssumeRolePolicy", arns.accessRole(shop), ["scp DenyRoleChanges"]],
        ["the deploy role does", shopDeploy, "iam:UpdateAssumeRolePolicy", arns.accessRole(shop), []],
        ["StackSets do", stackSets, "iam:PutRolePolicy", arns.accessRole(shop), []],
        ["somebody makes himself a StackSets role", someone, "iam:CreateRole", stackSets.roleArn!, ["scp DenyDeployRoleChanges"]],
        ["somebody takes over the deploy role", someone, "iam:UpdateAssumeRolePolicy", shopDeploy.roleArn!, ["scp DenyDeployRoleChanges"]],
        ["somebody changes a role of his own", someone, "iam:UpdateAssumeRolePolicy", `arn:aws:iam::${shop}:role/theirs`, []],
        ["root turns off the forwarder", { arn: `arn:aws:iam::${shop}:root`, account: shop }, "events:DisableRule", arns.forwarderRule(shop), ["scp DenyRuleChanges"]],
        ["somebody removes the stack", someone, "cloudformation:DeleteStack", `arn:aws:cloudformation:${region}:${shop}:stack/StackSet-${names.stackSet}-0123/x`, ["scp DenyStackChanges"]],
        ["somebody starts an export", someone, "rds:StartExportTask", snapshot, ["scp DenyOtherExports"]],
        ["the access role does", access, "rds:StartExportTask", snapshot, []],
        ["somebody cancels one", someone, "rds:CancelExportTask", "*", ["scp DenyCancelingExports"]],
        ["somebody deletes a snapshot, as teams do every day", someone, "rds:DeleteDBSnapshot", snapshot, []],
    ];
    for (const [name, principal, action, resource, refused] of cases) {
        it(`${name}: ${refused.join(", ") || "allowed"}`, () => assert.deepEqual(refusals({ principal, action, resource }, args, shop), refused));
    }
});

describe("guardrails as documents", () => {
    const accounts = (count: number) => Array.from({ length: count }, (_, index) => String(100000000000 + index));
    const longest = { stack: "abcdefghijkl", region: "ap-southeast-1", backupAccountId: backup };
    const sizes = (count: number, organization?: { organizationId: string; units: string[] }) =>
        documentSizes(longest, { accounts: accounts(count), organization }, args.deployRoleArn, [], args).filter(({ what }) => what.includes("control policy"));

    it("fit with 50 listed accounts and an organization, three quarters full at most", () => {
        const found = sizes(50, { organizationId: "o-a1b2c3d4e5", units: ["ou-ab12-11111111"] });
        assert.equal(found.length, 7);
        for (const { what, size, limit } of found) assert.ok(size > 400 && size < limit * 0.75, `${what}: ${size} of ${limit}`);
    });

    it("say when they don't", () => assert.match(outgrownLimits(longest, { accounts: accounts(200) }, args.deployRoleArn).join("\n"), /^resource control policy of the backup account 1: \d+ characters with 200 accounts, AWS allows 5120$/m));

    it("hold to the grammar: Sids, only denials; resource control policies for everybody, without NotAction or * as action", () => {
        const { backupAccount, sourceAccounts, backupResources } = guardrailsOf(settingsFromFile(join(root, "tests/fixtures/Pulumi.organization.yaml")));
        for (const document of [...backupAccount, ...sourceAccounts, ...backupResources]) {
            const statements = document.Statement as unknown as Record<string, unknown>[];
            assert.equal(new Set(statements.map(({ Sid }) => Sid)).size, statements.length);
            for (const each of statements) assert.ok(each.Effect === "Deny" && /^[A-Za-z0-9]+$/.test(String(each.Sid)), JSON.stringify(each));
            const isResource = backupResources.includes(document);
            for (const each of statements) assert.ok(isResource ? each.Principal === "*" && each.Action && each.Action !== "*" : !("Principal" in each), JSON.stringify(each));
        }
        // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: five of each kind at a target, until 2026, AWS's own included.
        assert.ok(backupAccount.length <= 4 && sourceAccounts.length <= 4 && backupResources.length <= 4);
    });

    it("are printed as they are sent", () => {
        const { stdout } = command("guardrails", "--config", join(root, "tests/fixtures/Pulumi.organization.yaml"), "--json");
        const { policies, window } = JSON.parse(stdout) as { window: string[]; policies: { name: string; targets: string[]; content: object; characters: number }[] };
        assert.equal(policies.length, 7);
        const open = policies.filter(({ name }) => window.includes(name)).flatMap(({ content }) => (content as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid));
        const resources = ["DenyPlainHttp", "DenyCustomerKeys", "DenyDestruction", "DenyLockoutBypass", "DenyGrantsToOthers", "DenyBucketChanges", "DenyKeyPolicyChanges"];
        assert.deepEqual(open, ["DenyKeyChanges", "DenyBucketChanges", "DenyPublicAccessChanges", ...resources], "what a window takes off");
        for (const { content, characters } of policies) assert.equal(JSON.stringify(content).length, characters);
        assert.deepEqual(policies.at(-1)!.targets, ["111122223333", "ou-ab12-11111111", "ou-ab12-22222222"]);
        assert.match(command("guardrails", "--principal", `arn:aws:iam::${backup}:role/x`).stderr, /--principal: received .* another account than the backup account/);
    });

    it("are written as files that the printed commands name, with the break-glass role's", () => {
        const directory = mkdtempSync(join(tmpdir(), "guardrails-"));
        try {
            const { stdout, stderr } = command("guardrails", "--config", join(root, "tests/fixtures/Pulumi.organization.yaml"), "--directory", directory, "--principal", `arn:aws:iam::${stranger}:role/responders`);
            const named = [...new Set([...stdout.matchAll(/file:\/\/(\S+\.json)/g)].map(([, file]) => file!))];
            assert.equal(named.length, 7 + 2);
            const documents = named.map((file) => JSON.parse(readFileSync(file, "utf8")) as { Statement: { Sid: string; Principal?: { AWS: string } }[] });
            assert.deepEqual([documents[0]!.Statement[0]!.Sid, documents[0]!.Statement[0]!.Principal!.AWS], ["Responders", `arn:aws:iam::${stranger}:root`]);
            assert.match(stdout, /create-role --role-name break-glass --assume[^]*put-role-policy[^]*\n3\. pulumi up[^]*\n4\.[^]*the commands of 4 and 5 are for doing it by hand only[^]*attach-policy[^]*update-policy[^]*detach-policy/);
            assert.doesNotMatch(stdout + stderr, /FILL IN|nothing holds it/);
        } finally {
            rmSync(directory, { recursive: true });
        }
    });

    it("say what they would leave out, where the program attaches them", () => {
        const settings = settingsFromFile(join(root, "tests/fixtures/Pulumi.organization.yaml"));
        const [listed, first, second] = ["111122223333", "ou-ab12-11111111", "ou-ab12-22222222"] as const;
        const unheld = (...targets: string[]) => unheldTargets({ ...settings, guardrails: { ...settings.guardrails, targets } });
        assert.deepEqual(unheld(backup, listed, first, second), []);
        const nothing = (id: string, what: string, more = "") => `rds-vault:guardrails.targets: ${id} is ${what} and no target: nothing holds it${more}.`;
        const unless = ", unless it lies in a unit that is";
        assert.deepEqual(unheld(first), [nothing(backup, "the backup account"), nothing(listed, "listed", unless), nothing(second, "enrolled", unless)]);
        assert.deepEqual(unheld(backup), [nothing(listed, "listed"), nothing(first, "enrolled"), nothing(second, "enrolled")]);
        assert.deepEqual(unheldTargets({ ...settings, guardrails: { ...settings.guardrails, managementRoleArn: undefined, targets: [] } }), [], "by hand");
        assert.match(readFileSync(join(root, "index.ts"), "utf8"), /for \(const unheld of unheldTargets\(settings\)\) void pulumi\.log\.warn\(unheld\);/);
    });

    it("are attached last, each to its own targets", () => {
        const { resources } = renderedStack(join(root, "tests/fixtures/Pulumi.organization.yaml"));
        const attachments = resources.filter(({ type }) => type.endsWith(":PolicyAttachment"));
        assert.equal(attachments.length, 6 + 3);
        assert.ok(attachments.every(({ account }) => account === "123443211234"));
        const component = resources.find(({ type }) => type === "rds-vault:guardrails:Guardrails")!;
        const policy = resources.find(({ type }) => type.endsWith("/policy:Policy"))!;
        for (const name of ["vault-key", "hub-bus", "watch-notices"]) {
            assert.ok([...component.dependsOn, ...policy.dependsOn].some((urn) => urn.includes(`::${name}`)), `${name} stands before`);
        }
    });
});
