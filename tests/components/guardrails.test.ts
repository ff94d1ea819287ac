// Doesn't prove that AWS fills the context keys as told here, nor that service-linked roles are the only ones exempt (README, not yet proven).
import assert from "node:assert/strict";
import { join } from "node:path";
import { arnsOf, namesOf } from "../../components/arns";
import { guardrailDocuments, guardrailsOf, type GuardrailArgs } from "../../components/guardrails/documents";
import { documentSizes, outgrownLimits } from "../../components/limits";
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
function refusals(call: Omit<Call, "resourceAccount">, given = args, owner = backup, organization?: string): string[] {
    const whole = { ...call, resourceAccount: owner };
    const keys: Record<string, string> = organization && call.principal.account ? { "aws:PrincipalOrgID": organization } : {};
    const context = { ...keys, ...withAwsKeys(whole, region) };
    const foreign = call.principal.account !== owner;
    const policy = foreign || call.action.startsWith("kms:") ? open(call.action, call.resource) : undefined;
    const verdict = judge({ ...whole, context }, call.principal.service ? [] : [anything], policy, guardsOn(whole, attached(given), () => false));
    return verdict.deniedBy.map(({ control, sid }) => `${control} ${sid}`).sort();
}

const objects = `${arns.bucket}/exports/${shop}/x`;
const rootUser: Principal = { arn: `arn:aws:iam::${backup}:root`, account: backup };

describe("guardrails of the backup account", () => {
    const cases: [name: string, by: Principal, action: string, on: string, refused: string[], context?: Record<string, string>][] = [
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
        ["somebody takes back a grant", admin, "kms:RevokeGrant", keyArn, ["scp DenyKeyChanges"]],
        ["the deploy role removes the bucket's policy", deploy, "s3:DeleteBucketPolicy", arns.bucket, ["rcp DenyDestruction", "scp DenyBucketDestruction"]],
        ["the deploy role changes it", deploy, "s3:PutBucketPolicy", arns.bucket, ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["the break-glass role does", breakGlass, "s3:PutBucketPolicy", arns.bucket, []],
        ["the deploy role lifts the lock", deploy, "s3:PutBucketObjectLockConfiguration", arns.bucket, ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["a lifecycle that hides everything", admin, "s3:PutLifecycleConfiguration", arns.bucket, ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["the same on somebody's own bucket", admin, "s3:PutLifecycleConfiguration", "arn:aws:s3:::other", []],
        ["a replication of the trail's bucket", admin, "s3:PutReplicationConfiguration", trailBucketArn(place), ["rcp DenyBucketChanges", "scp DenyBucketChanges"]],
        ["an access point", admin, "s3:CreateAccessPoint", `arn:aws:s3:${region}:${backup}:accesspoint/x`, ["scp DenyWaysAround"]],
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
        ["somebody forges work", admin, "sqs:SendMessage", arns.sealQueue, ["scp DenyWorkByOthers"]],
        ["the starter sends work", role(backup, `rds-vault/${names.starter}`), "sqs:SendMessage", arns.sealQueue, []],
        ["somebody changes a function's code", admin, "lambda:UpdateFunctionCode", arns.starter, ["scp DenyFunctionChanges"]],
        ["the deploy role does", deploy, "lambda:UpdateFunctionCode", arns.starter, []],
        ["somebody cuts a function from its queue", admin, "lambda:DeleteEventSourceMapping", `arn:aws:lambda:${region}:${backup}:event-source-mapping:x`, ["scp DenyMappingChanges"]],
        ["somebody stops the sweep", admin, "scheduler:UpdateSchedule", `arn:aws:scheduler:${region}:${backup}:schedule/${names.schedule}/${names.schedule}`, ["scp DenyScheduleChanges"]],
        ["a new user", admin, "iam:CreateUser", `arn:aws:iam::${backup}:user/eve`, ["scp DenyNewIdentities"]],
        ["a wider trust", admin, "iam:UpdateAssumeRolePolicy", arns.sealerRole, ["scp DenyRoleChanges"]],
        ["the deploy role's own trust", deploy, "iam:UpdateAssumeRolePolicy", deploy.roleArn!, ["scp DenyDeployRoleChanges"]],
        ["the break-glass role's own trust", breakGlass, "iam:UpdateAssumeRolePolicy", breakGlass.roleArn!, ["scp DenyBreakGlassChanges"]],
        ["somebody's own role", admin, "iam:UpdateAssumeRolePolicy", `arn:aws:iam::${backup}:role/theirs`, []],
        ["a StackSet", admin, "cloudformation:CreateStackSet", "*", ["scp DenyStackSets"]],
        ["the trail stopped", deploy, "cloudtrail:StopLogging", `arn:aws:cloudtrail:${region}:${backup}:trail/x`, ["scp DenyBlindness"]],
        ["an alarm removed", admin, "cloudwatch:DeleteAlarms", `arn:aws:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`, ["scp DenyAlarmChanges"]],
        ["a made-up metric", admin, "cloudwatch:PutMetricData", "*", ["scp DenyMadeUpMetrics"], { "cloudwatch:namespace": "rds-vault" }],
        ["the topic's policy", admin, "sns:SetTopicAttributes", arns.notices, ["scp DenyTopicChanges"]],
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
    });

    it("no plain HTTP, no customer's key, no grant to anybody but a service", () => {
        assert.deepEqual(refusals(put(exporting(shop), { "aws:SecureTransport": "false" })), ["rcp DenyPlainHttp"]);
        assert.deepEqual(refusals(put(exporting(shop), { "s3:x-amz-server-side-encryption-customer-algorithm": "AES256" })), ["rcp DenyCustomerKeys"]);
        const lend = (forService: string) => refusals({ principal: role(shop, `rds-vault/${names.accessRole}`), action: "kms:CreateGrant", resource: keyArn, context: { "kms:GrantIsForAWSResource": forService } });
        assert.deepEqual([lend("true"), lend("false")], [[], ["rcp DenyGrantsToOthers"]]);
    });
});

describe("guardrails of source accounts", () => {
    const someone = role(shop, "admin");
    const shopDeploy = role(shop, "rds-vault-deploy");
    const access = role(shop, `rds-vault/${names.accessRole}`);
    const stackSets = role(shop, "stacksets-exec-0123456789abcdef");
    const snapshot = `arn:aws:rds:${region}:${shop}:snapshot:rds:orders-1`;
    const cases: [name: string, by: Principal, action: string, on: string, refused: string[]][] = [
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
        assert.equal(found.length, 6);
        for (const { what, size, limit } of found) assert.ok(size > 1000 && size < limit * 0.75, `${what}: ${size} of ${limit}`);
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
        const { policies } = JSON.parse(stdout) as { policies: { name: string; targets: string[]; content: object; characters: number }[] };
        assert.equal(policies.length, 6);
        for (const { content, characters } of policies) assert.equal(JSON.stringify(content).length, characters);
        assert.deepEqual(policies.at(-1)!.targets, ["111122223333", "ou-ab12-11111111", "ou-ab12-22222222"]);
        assert.match(command("guardrails", "--principal", `arn:aws:iam::${backup}:role/x`).stderr, /--principal: received .* another account than the backup account/);
    });

    it("are attached last, each to its own targets", () => {
        const { resources } = renderedStack("--config", join(root, "tests/fixtures/Pulumi.organization.yaml"));
        const attachments = resources.filter(({ type }) => type.endsWith(":PolicyAttachment"));
        assert.equal(attachments.length, 5 + 3);
        assert.ok(attachments.every(({ account }) => account === "123443211234"));
        const component = resources.find(({ type }) => type === "rds-vault:guardrails:Guardrails")!;
        const policy = resources.find(({ type }) => type.endsWith("/policy:Policy"))!;
        for (const name of ["vault-key", "hub-bus", "watch-notices"]) {
            assert.ok([...component.dependsOn, ...policy.dependsOn].some((urn) => urn.includes(`::${name}`)), `${name} stands before`);
        }
    });
});
