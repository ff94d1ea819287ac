// Doesn't prove that Pulumi's AWS provider makes no other call: only a deployment does (README, canary stack).
import assert from "node:assert/strict";
import { arnsOf, namesOf } from "../../components/arns";
import type { Document } from "../../components/policies/document";
import { backupDeployPolicy, deployTrust, rolloutDeployPolicy, sourceDeployPolicy } from "../../components/policies/deployRole";
import { vaultKeyPolicy } from "../../components/policies/vaultKey";
import { judge } from "../../rehearsal/aws/judge";

const backup = "444455556666";
const shop = "111122223333";
const rollout = "555566667777";
const management = "123443211234";
const region = "eu-west-1";
const place = { stack: "prod", region, backupAccountId: backup };
const arns = arnsOf(place);
const names = namesOf(place);
const other = arnsOf({ ...place, stack: "other" });
const key = `arn:aws:kms:${region}:${backup}:key/00000000-0000-4000-8000-000000000000`;
const { starter, sealer, watcher } = arns;
const inAccount = (service: string, resource: string, where = region) => `arn:aws:${service}:${where}:${backup}:${resource}`;
const backupRole = (name: string) => `arn:aws:iam::${backup}:role/rds-vault/${name}`;
const watchRule = (name: string, where = region) => inAccount("events", `rule/${name}`, where);
const trail = inAccount("cloudtrail", `trail/${names.trail}`);

const keyPolicy = vaultKeyPolicy({ arns, region, backupAccountId: backup, deployRoleArn: `arn:aws:iam::${backup}:role/rds-vault-deploy`, sources: { accounts: [shop] } });
const callerKeys = (roleArn: string, account: string) => ({
    "aws:PrincipalArn": roleArn,
    "aws:PrincipalAccount": account,
    "aws:PrincipalIsAWSService": "false",
});

function allows(policy: Document, account: string, action: string, resource: string, context: Record<string, string> = {}, owner = account) {
    const roleArn = `arn:aws:iam::${account}:role/rds-vault-deploy`;
    const principal = { arn: `arn:aws:sts::${account}:assumed-role/rds-vault-deploy/s`, roleArn, account };
    // A key is nobody's but by its own policy.
    const ofKey = resource === key ? JSON.stringify(keyPolicy) : undefined;
    return judge({ principal, action, resource, resourceAccount: owner, context: { ...callerKeys(roleArn, account), ...context } }, [JSON.stringify(policy)], ofKey).allowed;
}

type Case = [action: string, resource: string, allowed: boolean, context?: Record<string, string>];

const passed = (service: string) => ({ "iam:PassedToService": service });
const inBackup: Case[] = [
    ["iam:CreateRole", arns.starterRole, true],
    ["iam:CreateRole", `arn:aws:iam::${backup}:role/rds-vault/other`, false],
    ["iam:PutRolePolicy", `arn:aws:iam::${backup}:role/rds-vault-deploy`, false],
    ["iam:AttachRolePolicy", arns.starterRole, false],
    ["iam:PassRole", arns.starterRole, true, passed("lambda.amazonaws.com")],
    ["iam:PassRole", arns.starterRole, false, passed("ec2.amazonaws.com")],
    ["events:PutRule", arns.hubRule, true],
    ["events:PutRule", other.hubRule, false],
    ["events:CreateEventBus", arns.bus, true],
    ["events:DeleteEventBus", other.bus, false],
    ["events:PutEvents", arns.bus, false],
    ["sqs:SetQueueAttributes", arns.triggerQueue, true],
    ["sqs:SetQueueAttributes", other.triggerQueue, false],
    ["sqs:ReceiveMessage", arns.triggerQueue, false],
    ["sqs:CreateQueue", arns.sealQueue, true],
    ["sqs:SetQueueAttributes", arns.sealDeadLetters, true],
    ["sqs:SetQueueAttributes", other.sealQueue, false],
    ["sqs:SendMessage", arns.sealQueue, false],
    ["iam:PutRolePolicy", arns.sealerRole, true],
    ["iam:PutRolePolicy", other.sealerRole, false],
    ["iam:PassRole", arns.sealerRole, true, passed("lambda.amazonaws.com")],
    ["iam:PassRole", arns.sealerRole, false, passed("ec2.amazonaws.com")],
    ["sts:AssumeRole", arns.sealerRole, false],
    ["lambda:CreateFunction", sealer, true],
    ["lambda:UpdateFunctionCode", other.sealer, false],
    ["lambda:InvokeFunction", sealer, false],
    ["lambda:CreateEventSourceMapping", "*", true, { "lambda:FunctionArn": sealer }],
    ["lambda:CreateEventSourceMapping", "*", false, { "lambda:FunctionArn": other.sealer }],
    ["logs:PutRetentionPolicy", arns.sealerLogs, true],
    ["logs:CreateLogGroup", other.sealerLogs, false],
    ["lambda:CreateFunction", starter, true],
    ["lambda:UpdateFunctionCode", starter.replace("prod", "other"), false],
    ["lambda:InvokeFunction", starter, false],
    ["lambda:PutFunctionEventInvokeConfig", starter, true],
    ["lambda:PutFunctionEventInvokeConfig", starter.replace("prod", "other"), false],
    ["lambda:CreateEventSourceMapping", "*", true, { "lambda:FunctionArn": starter }],
    ["lambda:CreateEventSourceMapping", "*", false, { "lambda:FunctionArn": starter.replace("prod", "other") }],
    ["logs:CreateLogGroup", arns.starterLogs, true],
    ["logs:CreateLogGroup", other.starterLogs, false],
    ["scheduler:CreateSchedule", `arn:aws:scheduler:${region}:${backup}:schedule/${names.schedule}/${names.schedule}`, true],
    ["scheduler:CreateSchedule", `arn:aws:scheduler:${region}:${backup}:schedule/default/${names.schedule}`, false],
    ["s3:CreateBucket", arns.bucket, true],
    ["s3:CreateBucket", other.bucket, false],
    ["s3:PutBucketObjectLockConfiguration", arns.bucket, true],
    ["s3:DeleteBucketPolicy", arns.bucket, false],
    ["s3:GetObject", `${arns.bucket}/manifests/x`, false],
    ["s3:PutObject", `${arns.bucket}/manifests/x`, false],
    ["s3:PutAccountPublicAccessBlock", "*", true],
    ["kms:CreateKey", "*", true, { "kms:KeyOrigin": "AWS_KMS" }],
    ["kms:CreateKey", "*", false, { "kms:KeyOrigin": "EXTERNAL" }],
    ["kms:PutKeyPolicy", key, true],
    ["kms:PutKeyPolicy", key.replace(backup, shop), false],
    ["kms:Decrypt", key, false],
    ["kms:CreateGrant", key, false],
    ["iam:CreateRole", arns.watcherRole, true],
    ["iam:PutRolePolicy", arns.readerRole, true],
    ["iam:PutRolePolicy", backupRole(names.iamForwarder), true],
    ["iam:PutRolePolicy", other.readerRole, false],
    ["iam:PassRole", arns.watcherRole, true, passed("lambda.amazonaws.com")],
    ["iam:PassRole", arns.readerRole, false, passed("lambda.amazonaws.com")],
    ["iam:PassRole", backupRole(names.watchScheduleRole), true, passed("scheduler.amazonaws.com")],
    ["iam:PassRole", backupRole(names.iamForwarder), true, passed("events.amazonaws.com")],
    ["iam:PassRole", backupRole(names.iamForwarder), false, passed("lambda.amazonaws.com")],
    ["sts:AssumeRole", arns.readerRole, false],
    ["lambda:CreateFunction", watcher, true],
    ["lambda:UpdateFunctionCode", other.watcher, false],
    ["lambda:InvokeFunction", watcher, false],
    ["logs:CreateLogGroup", arns.watcherLogs, true],
    ["logs:PutRetentionPolicy", `${arns.watcherLogs}:log-stream:s`, true],
    ["logs:DeleteLogGroup", other.watcherLogs, false],
    ["logs:FilterLogEvents", arns.watcherLogs, false],
    ["scheduler:CreateScheduleGroup", arns.watchScheduleGroup, true],
    ["scheduler:CreateSchedule", inAccount("scheduler", `schedule/${names.watchSchedule}/${names.watchSchedule}`), true],
    ["scheduler:DeleteScheduleGroup", other.watchScheduleGroup, false],
    ["events:PutRule", watchRule(`${names.watch}-bucket`), true],
    ["events:PutTargets", watchRule(`${names.watch}-deploy`), true],
    ["events:PutRule", watchRule(`${names.watch}-forward`, "us-east-1"), true],
    ["events:PutRule", watchRule(`${names.watch}-forward`, "eu-central-1"), false],
    ["events:DeleteRule", watchRule("other"), false],
    ["events:DeleteRule", watchRule(`${namesOf({ ...place, stack: "other" }).watch}-bucket`), false],
    ["events:PutEvents", inAccount("events", "event-bus/default"), false],
    ...["CreateTopic", "GetTopicAttributes", "SetTopicAttributes", "ListTagsForResource", "Subscribe", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe", "DeleteTopic"].map((action): Case => [`sns:${action}`, arns.notices, true]),
    ["sns:Publish", arns.notices, false],
    ["sns:Subscribe", other.notices, false],
    ["sns:ListSubscriptionsByTopic", arns.notices, true],
    ["sns:ListSubscriptionsByTopic", other.notices, false],
    ["kms:CreateAlias", inAccount("kms", names.noticesKey), true],
    ["kms:DeleteAlias", inAccount("kms", "alias/other"), false],
    ["kms:ListAliases", "*", true],
    ["cloudwatch:PutMetricAlarm", inAccount("cloudwatch", `alarm:${names.watch}-partial`), true],
    ["cloudwatch:DeleteAlarms", inAccount("cloudwatch", `alarm:${namesOf({ ...place, stack: "other" }).watch}-partial`), false],
    ["cloudwatch:DisableAlarmActions", inAccount("cloudwatch", `alarm:${names.watch}-partial`), false],
    ["cloudwatch:SetAlarmState", inAccount("cloudwatch", `alarm:${names.watch}-partial`), false],
    ["cloudwatch:DescribeAlarms", inAccount("cloudwatch", "alarm:x"), true],
    ["cloudwatch:PutDashboard", inAccount("cloudwatch", `dashboard/${names.dashboard}`, ""), true],
    ["cloudwatch:DeleteDashboards", inAccount("cloudwatch", "dashboard/other", ""), false],
    ...["PutQueryDefinition", "DescribeQueryDefinitions", "DeleteQueryDefinition"].map((action): Case => [`logs:${action}`, "*", true]),
    ...["CreateTrail", "StartLogging", "UpdateTrail", "ListTags", "GetTrailStatus"].map((action): Case => [`cloudtrail:${action}`, trail, true]),
    ...["StopLogging", "DeleteTrail", "PutEventSelectors"].map((action): Case => [`cloudtrail:${action}`, trail, false]),
    ["cloudtrail:UpdateTrail", trail.replace(names.trail, "other"), false],
    ["s3:CreateBucket", `arn:aws:s3:::${names.trailBucket}`, true],
    ["s3:PutBucketObjectLockConfiguration", `arn:aws:s3:::${names.trailBucket}`, true],
    ["s3:DeleteBucketPolicy", `arn:aws:s3:::${names.trailBucket}`, false],
    ["s3:GetObject", `arn:aws:s3:::${names.trailBucket}/AWSLogs/x`, false],
];
const inShop: Case[] = [
    ["iam:CreateRole", arns.accessRole(shop), true],
    ["iam:PutRolePolicy", arns.exportRole(shop), true],
    ["iam:CreateRole", other.accessRole(shop), false],
    ["iam:CreateRole", arns.accessRole("222233334444"), false],
    ["iam:PassRole", arns.forwarderRole(shop), true, passed("events.amazonaws.com")],
    ["iam:PassRole", arns.exportRole(shop), false, passed("export.rds.amazonaws.com")],
    ["events:PutTargets", arns.forwarderRule(shop), true],
    ["events:PutTargets", `arn:aws:events:${region}:${shop}:rule/other`, false],
    ["rds:DeleteDBInstance", `arn:aws:rds:${region}:${shop}:db:orders`, false],
];
/** AWS adds an id, and a StackSet is the management account's. */
const stackSet = (name: string) => `arn:aws:cloudformation:${region}:${management}:stackset/${name}:0a1b2c3d`;
const inRollout: Case[] = [
    ["cloudformation:CreateStackSet", "*", true],
    ...["UpdateStackSet", "DescribeStackSet", "DeleteStackSet", "CreateStackInstances", "DeleteStackInstances", "ListStackInstances", "DescribeStackSetOperation", "ListStackSetOperationResults"].flatMap((action): Case[] => [
        [`cloudformation:${action}`, stackSet(names.stackSet), true],
        [`cloudformation:${action}`, stackSet(names.stackSet.replace("prod", "other")), false],
    ]),
    ["cloudformation:CreateStackInstances", `arn:aws:cloudformation:${region}:${management}:stackset-target/${names.stackSet}:0a1b2c3d/ou-ab12-11111111`, true],
    ["cloudformation:CreateStackInstances", `arn:aws:cloudformation:${region}:${management}:stackset-target/other:0a1b2c3d/ou-ab12-11111111`, false],
    ["cloudformation:CreateStackInstances", `arn:aws:cloudformation:${region}:${management}:type/resource/AWS-IAM-Role`, true],
    ["cloudformation:CreateStackInstances", `arn:aws:cloudformation:${region}:${management}:type/resource/AWS-Events-Rule`, true],
    ["cloudformation:CreateStackInstances", `arn:aws:cloudformation:${region}:${management}:type/resource/AWS-IAM-User`, false],
    ["cloudformation:CreateStack", `arn:aws:cloudformation:${region}:${rollout}:stack/x/0a1b2c3d`, false],
    ["organizations:ListDelegatedAdministrators", "*", true],
    ["organizations:RegisterDelegatedAdministrator", "*", false],
    ["iam:CreateRole", arns.accessRole(rollout), false],
    ["sts:AssumeRole", arns.accessRole(shop), false],
];
const never: [string, string][] = [
    ["kms:ScheduleKeyDeletion", key],
    ["kms:DisableKey", key],
    ["kms:DisableKeyRotation", key],
    ["s3:DeleteBucket", arns.bucket],
    ["s3:DeleteObject", `${arns.bucket}/exports/x`],
    ["s3:DeleteObjectVersion", `${arns.bucket}/exports/x`],
    ["s3:PutObjectRetention", `${arns.bucket}/exports/x`],
    ["s3:PutObjectLegalHold", `${arns.bucket}/exports/x`],
    ["s3:BypassGovernanceRetention", `${arns.bucket}/exports/x`],
];

describe("deploy roles", () => {
    for (const [account, policy, cases] of [
        [backup, backupDeployPolicy(place), inBackup],
        [shop, sourceDeployPolicy(place, shop), inShop],
        [rollout, rolloutDeployPolicy(place), inRollout],
    ] as const) {
        describe({ [backup]: "backup account", [shop]: "source account", [rollout]: "rollout account" }[account]!, () => {
            for (const [action, resource, allowed, context] of cases) {
                it(`${allowed ? "may" : "may not"} ${action} on ${resource} ${context ? JSON.stringify(context) : ""}`, () => {
                    const owner = /:(\d{12}):/.exec(resource)?.[1]?.replace(management, rollout) ?? account;
                    assert.equal(allows(policy, account, action, resource, context, owner), allowed);
                });
            }
            for (const [action, resource] of never) {
                it(`never ${action}`, () => assert.equal(allows(policy, account, action, resource, {}, backup), false));
            }
            it("fits into one inline policy, and every statement has a Sid of its own", () => {
                // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
                assert.ok(JSON.stringify(policy).length <= 10240);
                const sids = (policy.Statement as { Sid?: string }[]).map(({ Sid }) => Sid);
                assert.equal(new Set(sids).size, sids.length);
                for (const sid of sids) assert.match(sid ?? "", /^[A-Za-z0-9]+$/);
            });
        });
    }

    it("fit with the longest names", () => {
        const { length } = JSON.stringify(backupDeployPolicy({ stack: "abcdefghijkl", region: "us-gov-west-1", backupAccountId: backup }));
        assert.ok(length <= 10240, `${length} characters`);
    });

    it("trust the pipeline's account, narrowed to its role", () => {
        const pipeline = "arn:aws:iam::999988887777:role/pipeline";
        const [statement] = deployTrust(pipeline).Statement as { Principal: unknown; Condition: unknown }[];
        assert.deepEqual(statement!.Principal, { AWS: "arn:aws:iam::999988887777:root" });
        assert.deepEqual(statement!.Condition, { ArnEquals: { "aws:PrincipalArn": pipeline } });
    });
});
