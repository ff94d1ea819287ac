// The watcher's rights, and whom its schedule lets in. Doesn't prove how AWS itself evaluates these documents.
import assert from "node:assert/strict";
import { arnsOf, namesOf } from "../../../components/arns";
import type { Document } from "../../../components/policies/document";
import { noticesKeyPolicy, noticesTopicPolicy } from "../../../components/policies/notices";
import { vaultBucketPolicy } from "../../../components/policies/vaultBucket";
import { vaultKeyPolicy } from "../../../components/policies/vaultKey";
import { schedulePolicy, scheduleTrust } from "../../../components/policies/trigger";
import { watcherPolicy } from "../../../components/policies/watch";
import { withAwsKeys } from "../../../rehearsal/aws/context";
import { judge } from "../../../rehearsal/aws/judge";
import type { Principal } from "../../../rehearsal/aws/types";

const [backup, shop, stranger, region] = ["444455556666", "111122223333", "999988887777", "eu-west-1"];
const place = { stack: "prod", region, backupAccountId: backup };
const arns = arnsOf(place);
const names = namesOf(place);
const keyArn = `arn:aws:kms:${region}:${backup}:key/00000000-0000-4000-8000-000000000000`;
const noticesKeyArn = keyArn.replace("0000-4000", "2222-4000");
const deployRoleArn = `arn:aws:iam::${backup}:role/rds-vault-deploy`;
const heartbeat = "arn:aws:sns:us-east-1:777788889999:heartbeat";
const trail = `arn:aws:cloudtrail:${region}:${backup}:trail/all`;
const anything: Document = { Version: "2012-10-17", Statement: [{ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" }] };

const role = (account: string, name: string): Principal => ({ arn: `arn:aws:sts::${account}:assumed-role/${name}/session`, roleArn: `arn:aws:iam::${account}:role/rds-vault/${name}`, account });
const watcher = { by: role(backup, names.watcher), identity: watcherPolicy({ arns, region, keyArn, noticesKeyArn, heartbeatTopicArn: heartbeat }) };
const withoutHeartbeat = watcherPolicy({ arns, region, keyArn, noticesKeyArn });
/** A role of the same name elsewhere, whatever it may there. */
const elsewhere = { by: role(stranger, names.watcher), identity: anything };
const sources = { accounts: [shop] };
const inBucket = vaultBucketPolicy({ arns, backupAccountId: backup, sources, keyArn });
const onKey = vaultKeyPolicy({ arns, region, backupAccountId: backup, deployRoleArn, sources });
const canary = `${arns.bucket}/canary/2026-10-05`;
const manifest = `${arns.bucket}/manifests/${shop}/2026-10-05/instance.orders.ABCDEFGH/e1.complete.json`;
const exported = `${arns.bucket}/exports/${shop}/instance.orders/2026-10-05/e1/part-0`;
/** As checkLock sends it; the bucket lets nobody write over a canary. */
const once = { "s3:if-none-match": "*" };
const via = (service: string, where = region) => ({ "kms:ViaService": `${service}.${where}.amazonaws.com` });
const topicPolicy = noticesTopicPolicy(place, [`${names.watch}-deploy`]);

interface Case {
    readonly name: string;
    readonly by: Principal;
    readonly identity?: Document;
    readonly action: string;
    readonly on: string;
    readonly resource?: Document;
    readonly context?: Record<string, string>;
    readonly allowed: boolean;
}

/** Allowed; by a role of another account; on something else. */
const triple = (action: string, on: string, other: string, more: Partial<Case> = {}): Case[] => [
    { name: action, ...watcher, action, on, ...more, allowed: true },
    { name: `${action} by another account`, ...elsewhere, action, on, ...more, allowed: false },
    { name: `${action} on ${other}`, ...watcher, action, on: other, ...more, allowed: false },
];
/** Through the service; not without it, nor through another, or another Region's. */
const through = (service: string, other: string, action: string, key: string, otherKey: string, resource: Document): Case[] => [
    ...triple(action, key, otherKey, { resource, context: via(service) }),
    { name: `${action} on ${service}'s key without it`, ...watcher, action, on: key, resource, allowed: false },
    { name: `${action} through ${other}`, ...watcher, action, on: key, resource, context: via(other), allowed: false },
    { name: `${action} through ${service} of another Region`, ...watcher, action, on: key, resource, context: via(service, "eu-central-1"), allowed: false },
];

const arrows: Record<string, readonly Case[]> = {
    "watcher → logs": [
        ...[arns.starterLogs, arns.sealerLogs, arns.sweeperLogs].flatMap((group) => triple("logs:FilterLogEvents", `${group}:*`, `arn:aws:logs:${region}:${backup}:log-group:/aws/lambda/other:*`)),
        { name: "its own log, which nobody asks it to read", ...watcher, action: "logs:FilterLogEvents", on: `${arns.watcherLogs}:*`, allowed: false },
        { name: "a log of another stack", ...watcher, action: "logs:FilterLogEvents", on: `${arns.starterLogs.replace("prod", "other")}:*`, allowed: false },
        ...triple("logs:PutLogEvents", `${arns.watcherLogs}:log-stream:s`, `${arns.starterLogs}:log-stream:s`),
        { name: "hide a log", ...watcher, action: "logs:DeleteLogGroup", on: `${arns.starterLogs}:*`, allowed: false },
    ],
    "watcher → vault": [
        ...["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"].flatMap((action) => [
            ...triple(action, canary, `${arns.bucket}-other/canary/2026-10-05`, { resource: inBucket, ...(action === "s3:PutObject" && { context: once }) }),
            ...[manifest, exported, `${arns.bucket}/canaryx`].map((on) => ({ name: `${action} on ${on.slice(arns.bucket.length)}`, ...watcher, action, on, resource: inBucket, allowed: false })),
        ]),
        { name: "a manifest, were its policy widened", ...watcher, identity: anything, action: "s3:PutObject", on: manifest, resource: inBucket, context: once, allowed: false },
        { name: "a canary without If-None-Match", ...watcher, action: "s3:PutObject", on: canary, resource: inBucket, allowed: false },
        { name: "a canary by a source account's export role", by: role(shop, names.exportRole), identity: anything, action: "s3:PutObject", on: canary, resource: inBucket, context: once, allowed: false },
        ...triple("s3:GetBucketObjectLockConfiguration", arns.bucket, `${arns.bucket}-other`, { resource: inBucket }),
        ...["s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:DeleteObject", "s3:DeleteObjectVersion"].map((action) => ({ name: action, ...watcher, action, on: canary, resource: inBucket, allowed: false })),
        { name: "s3:PutBucketObjectLockConfiguration", ...watcher, action: "s3:PutBucketObjectLockConfiguration", on: arns.bucket, resource: inBucket, allowed: false },
        ...["kms:Decrypt", "kms:GenerateDataKey"].flatMap((action) => through("s3", "sns", action, keyArn, noticesKeyArn, onKey)),
    ],
    "watcher → notices": [
        ...triple("sns:Publish", arns.notices, `${arns.notices}-other`, { resource: topicPolicy }),
        { name: "over plain HTTP", ...watcher, action: "sns:Publish", on: arns.notices, resource: topicPolicy, context: { "aws:SecureTransport": "false" }, allowed: false },
        ...["sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic"].map((action) => ({ name: action, ...watcher, action, on: arns.notices, resource: topicPolicy, allowed: false })),
    ],
    "watcher → heartbeat": [
        // The other account's topic policy is for its owner to write; here only our side is judged, in one account.
        { name: "sns:Publish", ...watcher, action: "sns:Publish", on: heartbeat, allowed: true },
        { name: "sns:Publish to another topic there", ...watcher, action: "sns:Publish", on: `${heartbeat}-other`, allowed: false },
        { name: "sns:Publish where none is set", ...watcher, identity: withoutHeartbeat, action: "sns:Publish", on: heartbeat, allowed: false },
    ],
    "watcher → trails": [
        { name: "lists them", ...watcher, action: "cloudtrail:DescribeTrails", on: "*", allowed: true },
        ...[trail, "arn:aws:cloudtrail:us-east-1:999900001111:trail/organization"].flatMap((on) =>
            ["GetTrailStatus", "GetEventSelectors"].map((call) => ({ name: `${call} of ${on}`, ...watcher, action: `cloudtrail:${call}`, on, allowed: true }))),
        ...["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"].map((call) => ({ name: call, ...watcher, action: `cloudtrail:${call}`, on: trail, allowed: false })),
    ],
    // The key's own policy leaves the choice to the account's IAM, so only the watcher's policy narrows it.
    "watcher → notices key": ["kms:Decrypt", "kms:GenerateDataKey"].flatMap((action) => through("sns", "s3", action, noticesKeyArn, keyArn, noticesKeyPolicy(place, deployRoleArn))),
    "anybody → notices key": [
        ...["ScheduleKeyDeletion", "DisableKey", "DisableKeyRotation", "PutKeyPolicy", "DeleteImportedKeyMaterial", "ReplicateKey"].map((call) => ({
            name: call, by: role(backup, "administrator"), identity: anything, action: `kms:${call}`, on: noticesKeyArn, resource: noticesKeyPolicy(place, deployRoleArn), allowed: false,
        })),
        ...[["DisableKey", false], ["PutKeyPolicy", true], ["EnableKeyRotation", true]].map(([call, allowed]) => ({
            name: `${String(call)} by the deploy role`, by: { arn: `arn:aws:sts::${backup}:assumed-role/rds-vault-deploy/s`, roleArn: deployRoleArn, account: backup }, identity: anything, action: `kms:${String(call)}`, on: noticesKeyArn,
            resource: noticesKeyPolicy(place, deployRoleArn), allowed: allowed as boolean,
        })),
    ],
    "schedule → watcher": [
        ...([
            ["its group", arns.watchScheduleGroup, backup, true],
            ["the sweep's group", arns.scheduleGroup, backup, false],
            ["another account's group", arns.watchScheduleGroup.replace(backup, stranger), stranger, false],
        ] as const).map(([name, arn, account, allowed]) => ({
            name, by: { arn: "scheduler.amazonaws.com", service: "scheduler.amazonaws.com" }, action: "sts:AssumeRole", on: `arn:aws:iam::${backup}:role/rds-vault/${names.watchScheduleRole}`,
            resource: scheduleTrust(arns.watchScheduleGroup, backup), context: { "aws:SourceArn": arn, "aws:SourceAccount": account }, allowed,
        })),
        ...[[arns.watcher, true], [arns.sweeper, false], [arns.starter, false]].map(([on, allowed]) => ({
            name: `runs ${String(on).split(":").at(-1)}`, by: role(backup, names.watchScheduleRole), identity: schedulePolicy(arns.watcher), action: "lambda:InvokeFunction", on: on as string, allowed: allowed as boolean,
        })),
        { name: "runs it from another account", by: role(stranger, names.watchScheduleRole), identity: anything, action: "lambda:InvokeFunction", on: arns.watcher, allowed: false },
    ],
};

describe("the watcher's rights, judged by an independent evaluator", () => {
    for (const [arrow, cases] of Object.entries(arrows)) {
        describe(arrow, () => {
            for (const { name, by, identity, action, on, resource, context, allowed } of cases) {
                it(`${allowed ? "allows" : "denies"} ${name}`, () => {
                    const call = { principal: by, action, resource: on, resourceAccount: backup, context };
                    const verdict = judge({ ...call, context: withAwsKeys(call, region) }, identity ? [JSON.stringify(identity)] : [], resource && JSON.stringify(resource));
                    assert.equal(verdict.allowed, allowed, verdict.why);
                });
            }
        });
    }
});
