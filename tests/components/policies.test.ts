// Doesn't prove how AWS itself evaluates these documents, nor which context keys it sends (README: "Not yet proven on AWS").
import assert from "node:assert/strict";
import { arnsOf, namesOf } from "../../components/arns";
import { accessPolicy, accessTrust, starterPolicy } from "../../components/policies/access";
import type { Document, Sources } from "../../components/policies/document";
import { exportPolicy, exportTrust } from "../../components/policies/export";
import { busPolicy, forwarderPolicy, forwarderTrust, undeliveredPolicy } from "../../components/policies/forward";
import { lambdaTrust } from "../../components/policies/function";
import { alarmArn, noticesKeyPolicy, noticesTopicPolicy } from "../../components/policies/notices";
import { readerPolicy, readerTrust } from "../../components/policies/reader";
import { sealerPolicy } from "../../components/policies/seal";
import { defaultBus, iamForwarderPolicy, iamForwarderRule, iamForwarderTrust, tamperRuleArns } from "../../components/policies/tamper";
import { trailArn, trailBucketArn, trailBucketPolicy } from "../../components/policies/trail";
import { schedulePolicy, scheduleTrust, sweeperPolicy, triggerQueuePolicy } from "../../components/policies/trigger";
import { vaultBucketPolicy } from "../../components/policies/vaultBucket";
import { vaultKeyPolicy } from "../../components/policies/vaultKey";
import { organizationDelegation } from "../../components/policies/organization";
import { foreignGrantsName, tamperRuleNames } from "../../components/watch/tamperCalls";
import { withAwsKeys } from "../../rehearsal/aws/context";
import { judge } from "../../rehearsal/aws/judge";
import type { Principal } from "../../rehearsal/aws/types";

const backup = "444455556666";
const shop = "111122223333";
const billing = "222233334444";
const stranger = "999988887777";
const region = "eu-west-1";
const place = { stack: "prod", region, backupAccountId: backup };
const arns = arnsOf(place);
const names = namesOf(place);
const keyArn = `arn:aws:kms:${region}:${backup}:key/00000000-0000-4000-8000-000000000000`;
const otherKey = keyArn.replace("0000-4000", "1111-4000");
const accounts = [shop, billing];
const sources = { accounts };
const deployRoleArn = `arn:aws:iam::${backup}:role/rds-vault-deploy`;

const role = (account: string, name: string, path = "/rds-vault/"): Principal => ({
    arn: `arn:aws:sts::${account}:assumed-role/${name}/session`,
    roleArn: `arn:aws:iam::${account}:role${path}${name}`,
    account,
});
const service = (name: string): Principal => ({ arn: name, service: name });
const bucketPolicy = vaultBucketPolicy({ arns, backupAccountId: backup, sources, keyArn });
const keyPolicy = vaultKeyPolicy({ arns, region, backupAccountId: backup, deployRoleArn, sources });
const object = (account: string) => `${arns.bucket}/exports/${account}/instance.orders/2026-10-05/e1/part-0.gz.parquet`;
const anything: Document = { Version: "2012-10-17", Statement: [{ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" }] };
const sse = "s3:x-amz-server-side-encryption";

interface Case {
    readonly name: string;
    readonly by: Principal;
    readonly action: string;
    readonly on: string;
    readonly owner: string;
    readonly identity?: Document;
    readonly resource?: Document;
    readonly context?: Record<string, string | readonly string[]>;
    readonly allowed: boolean;
}

const exportRole = (account: string) => ({ by: role(account, names.exportRole), identity: exportPolicy(arns, account, keyArn) });
const intoBucket = { resource: bucketPolicy, owner: backup };
const manifest = `${arns.bucket}/manifests/${shop}/2026-10-05/instance.orders.ABCDEFGH/e1.complete.json`;
const starter = { by: role(backup, names.starter), identity: starterPolicy(arns, sources) };
const sealer = { by: role(backup, names.sealer), identity: sealerPolicy(arns, region, keyArn) };
/** Whatever the role's own policy says, should somebody widen it. */
const wideSealer = { by: role(backup, names.sealer), identity: anything };
const once = { "s3:if-none-match": "*" };
const viaS3 = { "kms:ViaService": `s3.${region}.amazonaws.com` };
const openKey: Document = { Version: "2012-10-17", Statement: [{ Sid: "Open", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${backup}:root` }, Action: "kms:*", Resource: "*" }] };
const ontoKey = { resource: keyPolicy, owner: backup, on: keyArn };

/** Billing is listed; every other account must lie in or below one of the units. */
const units: Sources = { accounts: [billing], organization: { organizationId: "o-a1b2c3d4e5", units: ["ou-ab12-11111111", "ou-ab12-22222222"] } };
const unitBucket = vaultBucketPolicy({ arns, backupAccountId: backup, sources: units, keyArn });
const unitKey = vaultKeyPolicy({ arns, region, backupAccountId: backup, deployRoleArn, sources: units });

/** Where an account lies, as AWS says it with each call. */
const places: Record<string, { account: string; path?: string; allowed: boolean }> = {
    "a member of a unit": { account: shop, path: "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/", allowed: true },
    "a member of a unit in a unit": { account: shop, path: "o-a1b2c3d4e5/r-ab12/ou-ab12-99999999/ou-ab12-22222222/ou-ab12-33333333/", allowed: true },
    "an account of the organization outside of the units": { account: stranger, path: "o-a1b2c3d4e5/r-ab12/ou-ab12-99999999/", allowed: false },
    "one in the unit above": { account: stranger, path: "o-a1b2c3d4e5/r-ab12/ou-ab12-1111/", allowed: false },
    "one below a unit whose id begins like an enrolled one's": { account: stranger, path: "o-a1b2c3d4e5/r-ab12/ou-ab12-111111112222/", allowed: false },
    "one directly below the root": { account: stranger, path: "o-a1b2c3d4e5/r-ab12/", allowed: false },
    "an account that has left": { account: shop, allowed: false },
    "an account of another organization": { account: stranger, path: "o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/", allowed: false },
    "a listed account of another organization": { account: billing, path: "o-zzzzzzzzzz/r-zz99/", allowed: true },
    "a listed account of none": { account: billing, allowed: true },
};
const keysAt = (of: "Principal" | "Source", path?: string) => (path ? { [`aws:${of}OrgID`]: path.split("/")[0]!, [`aws:${of}OrgPaths`]: [path] } : {});

/** All that a source account may do in the backup account, from everywhere; and by a role of another name from where it may. */
const fromPlaces: readonly Case[] = Object.entries(places).flatMap(([name, { account, path, allowed }]) => {
    const context = keysAt("Principal", path);
    const cases = (by: (role: string) => Principal, allowed: boolean, whose: string): Case[] => [
        { name: `${whose}: put events`, by: by(names.forwarder), identity: anything, action: "events:PutEvents", on: arns.bus, owner: backup, resource: busPolicy(arns, units), context, allowed },
        { name: `${whose}: write an export`, by: by(names.exportRole), identity: anything, action: "s3:PutObject", on: object(account), owner: backup, resource: unitBucket, context, allowed },
        { name: `${whose}: list the bucket`, by: by(names.exportRole), identity: anything, action: "s3:ListBucket", on: arns.bucket, owner: backup, resource: unitBucket, context, allowed },
        { name: `${whose}: write under another's prefix`, by: by(names.exportRole), identity: anything, action: "s3:PutObject", on: object("123412341234"), owner: backup, resource: unitBucket, context, allowed: false },
        { name: `${whose}: encrypt`, by: by(names.exportRole), identity: anything, action: "kms:GenerateDataKey", ...ontoKey, resource: unitKey, context, allowed },
        { name: `${whose}: lend the key`, by: by(names.accessRole), identity: anything, action: "kms:CreateGrant", ...ontoKey, resource: unitKey, context, allowed },
        { name: `${whose}: decrypt by the access role`, by: by(names.accessRole), identity: anything, action: "kms:Decrypt", ...ontoKey, resource: unitKey, context, allowed: false },
    ];
    const deadLetters = (rule: string, allowed: boolean): Case => ({
        name: `${name}: dead letters of ${rule}`, by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.undeliveredQueue, owner: backup, resource: undeliveredPolicy(arns, units, tamperRuleArns(place)),
        context: { "aws:SourceArn": `arn:aws:events:${region}:${account}:rule/${rule}`, "aws:SourceAccount": account, ...keysAt("Source", path) }, allowed,
    });
    return [
        ...cases((each) => role(account, each), allowed, name),
        ...(allowed ? cases(() => role(account, "admin", "/"), false, `another role of ${name}`) : []),
        ...(allowed ? cases((each) => role(account, each, "/"), false, `a role of the name on another path, of ${name}`) : []),
        deadLetters(names.forwarder, allowed),
        deadLetters("other", false),
    ];
});
const unitStarter = { by: role(backup, names.starter), identity: starterPolicy(arns, units), resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId } };
const unitSweeper = { by: role(backup, names.sweeper), identity: sweeperPolicy(arns, units), resource: organizationDelegation("aws", backup), owner: "123443211234", on: "*" };

/** Shop floods the vault. */
const suspendedBucket = vaultBucketPolicy({ arns, backupAccountId: backup, sources, keyArn, suspendedAccounts: [shop] });
const openBucket = (policy: Document): Document => ({ ...policy, Statement: [...(policy.Statement as []), { Sid: "Open", Effect: "Allow", Principal: { AWS: "*", Service: "export.rds.amazonaws.com" }, Action: "s3:*", Resource: `${arns.bucket}/*` }] });
const canary = `${arns.bucket}/canary/2026-10-05`;
const reader = { by: role(backup, names.reader), identity: readerPolicy(arns, region, backup, keyArn) };
const logsOf = (group: string) => `${group}:*`;
const iamRule = iamForwarderRule(place);
const undelivered = undeliveredPolicy(arns, sources, tamperRuleArns(place));
const intoUndelivered = { by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.undeliveredQueue, owner: backup, resource: undelivered };
/** Who publishes, as AWS says it: the ARN of the alarm or rule, and its account. */
const from = (arn: string) => ({ "aws:SourceArn": arn, "aws:SourceAccount": arn.split(":")[4]! });
const keyRule = `arn:aws:events:${region}:${backup}:rule/${names.watch}-key`;
const ourAlarm = alarmArn(place, `${names.watch}-rpo`);
const [cloudWatch, eventBridge] = ["cloudwatch.amazonaws.com", "events.amazonaws.com"].map(service) as [Principal, Principal];
const tell = { action: "sns:Publish", on: arns.notices, owner: backup, resource: noticesTopicPolicy(place, tamperRuleNames(place)) };
const noticesKey = { on: otherKey, owner: backup, resource: noticesKeyPolicy(place, deployRoleArn) };
const forwarderRole = `arn:aws:iam::${backup}:role/rds-vault/${names.iamForwarder}`;
const cloudTrail = service("cloudtrail.amazonaws.com");
const trailObject = `${trailBucketArn(place)}/AWSLogs/${backup}/CloudTrail/eu-west-1/2026/10/05/x.json.gz`;
const intoTrail = { owner: backup, resource: trailBucketPolicy(place) };
const delivery = { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trailArn(place) };

const arrows: Record<string, readonly Case[]> = {
    "a suspended account → vault": [
        ...["s3:PutObject", "s3:PutObjectTagging"].map((action) => ({ name: action, ...exportRole(shop), action, on: object(shop), owner: backup, resource: suspendedBucket, allowed: false })),
        { name: "reads what it has", ...exportRole(shop), action: "s3:GetObject", on: object(shop), owner: backup, resource: suspendedBucket, allowed: true },
        { name: "another account goes on", ...exportRole(billing), action: "s3:PutObject", on: object(billing), owner: backup, resource: suspendedBucket, allowed: true },
        { name: "the sealer goes on, about the suspended account too", ...sealer, action: "s3:PutObject", on: manifest, owner: backup, resource: suspendedBucket, context: once, allowed: true },
        { name: "the watcher goes on", by: role(backup, names.watcher), identity: anything, action: "s3:PutObject", on: canary, owner: backup, resource: suspendedBucket, context: once, allowed: true },
        { name: "by whatever statement lets it in", by: role(shop, "admin", "/"), identity: anything, action: "s3:PutObject", on: object(shop), owner: backup, resource: openBucket(suspendedBucket), allowed: false },
        { name: "RDS's own principal, which has no account, isn't caught", by: service("export.rds.amazonaws.com"), action: "s3:PutObject", on: object(shop), owner: backup, resource: openBucket(suspendedBucket), allowed: true },
        { name: "none is suspended", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, allowed: true },
    ],
    "watcher → canary": [
        { name: "put one", by: role(backup, names.watcher), identity: anything, action: "s3:PutObject", on: canary, ...intoBucket, context: once, allowed: true },
        { name: "put one over another", by: role(backup, names.watcher), identity: anything, action: "s3:PutObject", on: canary, ...intoBucket, allowed: false },
        { name: "hide one", by: role(backup, names.watcher), identity: anything, action: "s3:DeleteObject", on: canary, ...intoBucket, allowed: false },
        { name: "write a manifest", by: role(backup, names.watcher), identity: anything, action: "s3:PutObject", on: manifest, ...intoBucket, context: once, allowed: false },
        ...([
            ["the sealer", role(backup, names.sealer)],
            ["an admin of the backup account", role(backup, "admin", "/")],
            ["the deploy role", role(backup, "rds-vault-deploy", "/")],
            ["a watcher of another stack", role(backup, names.watcher.replace("prod", "other"))],
            ["a watcher of a source account", role(shop, names.watcher)],
            ["an export role", role(shop, names.exportRole)],
        ] as const).map(([name, by]) => ({ name: `put one, by ${name}`, by, identity: anything, action: "s3:PutObject", on: canary, ...intoBucket, context: once, allowed: false })),
        { name: "encrypted through S3", by: role(backup, names.watcher), identity: anything, action: "kms:GenerateDataKey", ...ontoKey, context: viaS3, allowed: true },
        { name: "encrypted without S3", by: role(backup, names.watcher), identity: anything, action: "kms:GenerateDataKey", ...ontoKey, allowed: false },
        { name: "encrypted by a watcher of another account", by: role(stranger, names.watcher), identity: anything, action: "kms:GenerateDataKey", ...ontoKey, context: viaS3, allowed: false },
    ],
    "who reports → reader": [
        { name: "a principal of the backup account whose policy lets him", by: role(backup, "auditor", "/"), identity: anything, action: "sts:AssumeRole", on: arns.readerRole, owner: backup, resource: readerTrust(arns, backup), allowed: true },
        { name: "one whose policy doesn't", by: role(backup, "auditor", "/"), action: "sts:AssumeRole", on: arns.readerRole, owner: backup, resource: readerTrust(arns, backup), allowed: false },
        { name: "a principal of a source account", by: role(shop, "admin", "/"), identity: anything, action: "sts:AssumeRole", on: arns.readerRole, owner: backup, resource: readerTrust(arns, backup), allowed: false },
        { name: "names of manifests", ...reader, action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": "manifests/" }, allowed: true },
        { name: "names of exports", ...reader, action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": "exports/" }, allowed: false },
        { name: "a manifest", ...reader, action: "s3:GetObject", on: manifest, ...intoBucket, allowed: true },
        { name: "an export", ...reader, action: "s3:GetObject", on: object(shop), ...intoBucket, allowed: false },
        { name: "a version of an export", ...reader, action: "s3:GetObjectVersion", on: object(shop), ...intoBucket, allowed: false },
        { name: "a manifest of another stack", ...reader, action: "s3:GetObject", on: `${arns.bucket.replace("prod", "other")}/manifests/x`, owner: backup, allowed: false },
        { name: "write a manifest", ...reader, action: "s3:PutObject", on: manifest, ...intoBucket, context: once, allowed: false },
        { name: "decrypt through S3", ...reader, action: "kms:Decrypt", ...ontoKey, context: viaS3, allowed: true },
        { name: "decrypt without S3", ...reader, action: "kms:Decrypt", ...ontoKey, allowed: false },
        { name: "decrypt without S3, were the key's policy widened", ...reader, action: "kms:Decrypt", ...ontoKey, resource: openKey, allowed: false },
        { name: "decrypt with another key", ...reader, action: "kms:Decrypt", ...ontoKey, on: otherKey, context: viaS3, allowed: false },
        { name: "inventory lines", ...reader, action: "logs:FilterLogEvents", on: logsOf(arns.starterLogs), owner: backup, allowed: true },
        { name: "the sealer's lines", ...reader, action: "logs:FilterLogEvents", on: logsOf(arns.sealerLogs), owner: backup, allowed: false },
        { name: "alarms", ...reader, action: "cloudwatch:DescribeAlarms", on: `arn:aws:cloudwatch:${region}:${backup}:alarm:*`, owner: backup, allowed: true },
        { name: "silence an alarm", ...reader, action: "cloudwatch:DisableAlarmActions", on: `arn:aws:cloudwatch:${region}:${backup}:alarm:${names.watch}-x`, owner: backup, allowed: false },
        { name: "go into a source account", ...reader, action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId }, allowed: false },
    ],
    "calls of IAM → home Region": [
        { name: "our rule", by: service("events.amazonaws.com"), action: "sts:AssumeRole", on: forwarderRole, owner: backup, resource: iamForwarderTrust(place), context: { "aws:SourceArn": iamRule, "aws:SourceAccount": backup }, allowed: true },
        { name: "another rule", by: service("events.amazonaws.com"), action: "sts:AssumeRole", on: forwarderRole, owner: backup, resource: iamForwarderTrust(place), context: { "aws:SourceArn": `${iamRule}-other`, "aws:SourceAccount": backup }, allowed: false },
        { name: "another account's rule", by: service("events.amazonaws.com"), action: "sts:AssumeRole", on: forwarderRole, owner: backup, resource: iamForwarderTrust(place), context: { "aws:SourceArn": iamRule.replace(backup, shop), "aws:SourceAccount": shop }, allowed: false },
        { name: "the default bus", by: role(backup, names.iamForwarder), identity: iamForwarderPolicy(place), action: "events:PutEvents", on: defaultBus(place), owner: backup, allowed: true },
        { name: "the hub's bus", by: role(backup, names.iamForwarder), identity: iamForwarderPolicy(place), action: "events:PutEvents", on: arns.bus, owner: backup, resource: busPolicy(arns, sources), allowed: false },
        { name: "another account's default bus", by: role(backup, names.iamForwarder), identity: iamForwarderPolicy(place), action: "events:PutEvents", on: defaultBus(place).replace(backup, shop), owner: shop, allowed: false },
    ],
    "CloudTrail → the trail's bucket": [
        { name: "our trail looks at the bucket", by: cloudTrail, action: "s3:GetBucketAcl", on: trailBucketArn(place), ...intoTrail, context: { "aws:SourceArn": trailArn(place) }, allowed: true },
        { name: "our trail delivers", by: cloudTrail, action: "s3:PutObject", on: trailObject, ...intoTrail, context: delivery, allowed: true },
        { name: "another trail delivers", by: cloudTrail, action: "s3:PutObject", on: trailObject, ...intoTrail, context: { ...delivery, "aws:SourceArn": trailArn(place).replace(backup, stranger) }, allowed: false },
        { name: "our trail delivers beside", by: cloudTrail, action: "s3:PutObject", on: `${trailBucketArn(place)}/x`, ...intoTrail, context: delivery, allowed: false },
        { name: "a source account writes", by: role(shop, "admin", "/"), identity: anything, action: "s3:PutObject", on: trailObject, ...intoTrail, allowed: false },
        ...["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:ReplicateObject", "s3:UpdateObjectEncryption"].map((action) => ({ name: `${action} by an admin`, by: role(backup, "admin", "/"), identity: anything, action, on: trailObject, ...intoTrail, allowed: false })),
        { name: "an admin reads", by: role(backup, "admin", "/"), identity: anything, action: "s3:GetObject", on: trailObject, ...intoTrail, allowed: true },
    ],
    "enrolled units and listed accounts → backup account": fromPlaces,
    "with units, starter → access role": [
        { name: "a member that nobody listed", ...unitStarter, action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, allowed: true },
        { name: "another role there", ...unitStarter, action: "sts:AssumeRole", on: `arn:aws:iam::${shop}:role/admin`, owner: shop, allowed: false },
        { name: "an access role of another stack", ...unitStarter, action: "sts:AssumeRole", on: arns.accessRole(shop).replace("prod", "other"), owner: shop, allowed: false },
    ],
    "sweep → Organizations": [
        ...["organizations:ListChildren", "organizations:ListAccountsForParent", "organizations:ListTagsForResource"].map((action) => ({ name: action, ...unitSweeper, action, allowed: true })),
        { name: "without units", ...unitSweeper, identity: sweeperPolicy(arns, {}), action: "organizations:ListAccountsForParent", allowed: false },
        { name: "without the delegation", ...unitSweeper, resource: undefined, action: "organizations:ListAccountsForParent", allowed: false },
        { name: "an account outside of the backup account", ...unitSweeper, by: role(stranger, names.sweeper), identity: anything, action: "organizations:ListAccountsForParent", allowed: false },
        ...["organizations:LeaveOrganization", "organizations:MoveAccount", "organizations:DetachPolicy"].map((action) => ({ name: action, ...unitSweeper, identity: anything, action, allowed: false })),
        { name: "names of manifests", by: unitSweeper.by, identity: unitSweeper.identity, action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": "manifests/" }, allowed: true },
        { name: "names of exports", by: unitSweeper.by, identity: unitSweeper.identity, action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": "exports/" }, allowed: false },
    ],
    "forwarder rule → forwarder role": [
        ["its rule", arns.forwarderRule(shop), shop, true],
        ["another rule", `arn:aws:events:${region}:${shop}:rule/other`, shop, false],
        ["another account's rule", arns.forwarderRule(billing), billing, false],
    ].map(([name, arn, account, allowed]) => ({
        name: name as string, by: service("events.amazonaws.com"), action: "sts:AssumeRole", on: arns.forwarderRole(shop), owner: shop, resource: forwarderTrust(arns, shop),
        context: { "aws:SourceArn": arn as string, "aws:SourceAccount": account as string }, allowed: allowed as boolean,
    })),
    "forwarder → hub bus": [
        { name: "enrolled forwarder", by: role(shop, names.forwarder), identity: forwarderPolicy(arns), action: "events:PutEvents", on: arns.bus, owner: backup, resource: busPolicy(arns, sources), allowed: true },
        { name: "not enrolled account", by: role(stranger, names.forwarder), identity: anything, action: "events:PutEvents", on: arns.bus, owner: backup, resource: busPolicy(arns, sources), allowed: false },
        { name: "another role of an enrolled account", by: role(shop, "admin", "/"), identity: anything, action: "events:PutEvents", on: arns.bus, owner: backup, resource: busPolicy(arns, sources), allowed: false },
        { name: "same name, another path", by: role(shop, names.forwarder, "/"), identity: anything, action: "events:PutEvents", on: arns.bus, owner: backup, resource: busPolicy(arns, sources), allowed: false },
        { name: "another bus", by: role(shop, names.forwarder), identity: forwarderPolicy(arns), action: "events:PutEvents", on: `${arns.bus}-other`, owner: backup, resource: busPolicy(arns, sources), allowed: false },
    ],
    "EventBridge → queues": [
        { name: "hub rule to the trigger queue", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.triggerQueue, owner: backup, resource: triggerQueuePolicy(arns), context: { "aws:SourceArn": arns.hubRule, "aws:SourceAccount": backup }, allowed: true },
        { name: "a source rule to the trigger queue", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.triggerQueue, owner: backup, resource: triggerQueuePolicy(arns), context: { "aws:SourceArn": arns.forwarderRule(shop), "aws:SourceAccount": shop }, allowed: false },
        { name: "no source at all", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.triggerQueue, owner: backup, resource: triggerQueuePolicy(arns), allowed: false },
        { name: "hub rule's dead letters", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.undeliveredQueue, owner: backup, resource: undelivered, context: { "aws:SourceArn": arns.hubRule, "aws:SourceAccount": backup }, allowed: true },
        { name: "forwarder's dead letters", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.undeliveredQueue, owner: backup, resource: undelivered, context: { "aws:SourceArn": arns.forwarderRule(shop), "aws:SourceAccount": shop }, allowed: true },
        { name: "dead letters of an account that isn't enrolled", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.undeliveredQueue, owner: backup, resource: undelivered, context: { "aws:SourceArn": arns.forwarderRule(stranger), "aws:SourceAccount": stranger }, allowed: false },
        ...tamperRuleArns(place).map((rule) => ({ name: `dead letters of ${rule.split("/")[1]}`, ...intoUndelivered, context: from(rule), allowed: true })),
        { name: "dead letters of the rule that counts, which has none", ...intoUndelivered, context: from(keyRule.replace(/-key$/, "-foreign-grants")), allowed: false },
        { name: "dead letters of a tamper rule of another stack", ...intoUndelivered, context: from(keyRule.replace("-prod-", "-test-")), allowed: false },
        { name: "dead letters of a tamper rule's namesake in another account", ...intoUndelivered, context: from(keyRule.replace(backup, shop)), allowed: false },
        { name: "dead letters of a tamper rule's namesake in another Region", ...intoUndelivered, context: from(keyRule.replace(region, "us-east-1")), allowed: false },
        { name: "dead letters of another rule", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.undeliveredQueue, owner: backup, resource: undelivered, context: { "aws:SourceArn": `arn:aws:events:${region}:${shop}:rule/other`, "aws:SourceAccount": shop }, allowed: false },
    ],
    "CloudWatch and EventBridge → notices topic": [
        { name: "one of our alarms", ...tell, by: cloudWatch, context: from(ourAlarm), allowed: true },
        { name: "an alarm of another name in this account", ...tell, by: cloudWatch, context: from(alarmArn(place, "other-rpo")), allowed: false },
        { name: "an alarm of another stack", ...tell, by: cloudWatch, context: from(ourAlarm.replace("-prod-", "-test-")), allowed: false },
        { name: "another account's alarm of our name", ...tell, by: cloudWatch, context: from(ourAlarm.replace(backup, shop)), allowed: false },
        { name: "another account's CloudWatch that says our alarm", ...tell, by: cloudWatch, context: { ...from(ourAlarm), "aws:SourceAccount": shop }, allowed: false },
        { name: "an alarm that says nothing of itself", ...tell, by: cloudWatch, allowed: false },
        ...tamperRuleArns(place).map((rule) => ({ name: `our rule ${rule.split("/")[1]}`, ...tell, by: eventBridge, context: from(rule), allowed: true })),
        { name: "our rule, of which EventBridge says nothing, as its guide has it", ...tell, by: eventBridge, allowed: true },
        { name: "another rule of this account", ...tell, by: eventBridge, context: from(`arn:aws:events:${region}:${backup}:rule/other`), allowed: false },
        { name: "the rule that counts what source accounts can repeat at will", ...tell, by: eventBridge, context: from(`arn:aws:events:${region}:${backup}:rule/${foreignGrantsName(place)}`), allowed: false },
        { name: "another account's rule of our name", ...tell, by: eventBridge, context: from(keyRule.replace(backup, shop)), allowed: false },
        { name: "another account's rule", ...tell, by: eventBridge, context: from(`arn:aws:events:${region}:${stranger}:rule/other`), allowed: false },
        { name: "a rule over plain HTTP", ...tell, by: eventBridge, context: { ...from(keyRule), "aws:SecureTransport": "false" }, allowed: false },
        { name: "another service", ...tell, by: service("s3.amazonaws.com"), context: { "aws:SourceAccount": backup }, allowed: false },
        { name: "a source account", ...tell, by: role(shop, "admin", "/"), identity: anything, allowed: false },
    ],
    "CloudWatch and EventBridge → notices key": [
        ...["kms:Decrypt", "kms:GenerateDataKey"].flatMap((action) => [
            { name: `${action}: CloudWatch of this account`, ...noticesKey, action, by: cloudWatch, context: from(ourAlarm), allowed: true },
            { name: `${action}: CloudWatch of another account`, ...noticesKey, action, by: cloudWatch, context: from(ourAlarm.replace(backup, shop)), allowed: false },
            { name: `${action}: CloudWatch without an account`, ...noticesKey, action, by: cloudWatch, allowed: false },
            // What it may publish the topic says: EventBridge supports no condition on the key.
            { name: `${action}: EventBridge, which says nothing of the rule`, ...noticesKey, action, by: eventBridge, allowed: true },
            { name: `${action}: a source account`, ...noticesKey, action, by: role(shop, "admin", "/"), identity: anything, allowed: false },
        ]),
        ...["kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"].flatMap((action) =>
            [cloudWatch, eventBridge].map((by) => ({ name: `${action} by ${by.arn}`, ...noticesKey, action, by, context: from(ourAlarm), allowed: false }))),
        ...["admin", "rds-vault-deploy"].map((who) => ({ name: `kms:ScheduleKeyDeletion by the role ${who}`, ...noticesKey, action: "kms:ScheduleKeyDeletion", by: role(backup, who, "/"), identity: anything, allowed: false })),
        { name: "another policy, by an admin", ...noticesKey, action: "kms:PutKeyPolicy", by: role(backup, "admin", "/"), identity: anything, allowed: false },
        { name: "another policy, by the deploy role", ...noticesKey, action: "kms:PutKeyPolicy", by: role(backup, "rds-vault-deploy", "/"), identity: anything, allowed: true },
    ],
    "Scheduler → sweep → trigger queue": [
        { name: "our schedule group", by: service("scheduler.amazonaws.com"), action: "sts:AssumeRole", on: `arn:aws:iam::${backup}:role/rds-vault/${names.scheduleRole}`, owner: backup, resource: scheduleTrust(arns.scheduleGroup, backup), context: { "aws:SourceArn": arns.scheduleGroup, "aws:SourceAccount": backup }, allowed: true },
        { name: "another account's group", by: service("scheduler.amazonaws.com"), action: "sts:AssumeRole", on: `arn:aws:iam::${backup}:role/rds-vault/${names.scheduleRole}`, owner: backup, resource: scheduleTrust(arns.scheduleGroup, backup), context: { "aws:SourceArn": arns.scheduleGroup.replace(backup, stranger), "aws:SourceAccount": stranger }, allowed: false },
        { name: "invoke the sweep", by: role(backup, names.scheduleRole), identity: schedulePolicy(arns.sweeper), action: "lambda:InvokeFunction", on: arns.sweeper, owner: backup, allowed: true },
        { name: "invoke another function", by: role(backup, names.scheduleRole), identity: schedulePolicy(arns.sweeper), action: "lambda:InvokeFunction", on: `${arns.sweeper}-other`, owner: backup, allowed: false },
        { name: "send a trigger", by: role(backup, names.sweeper), identity: sweeperPolicy(arns, {}), action: "sqs:SendMessage", on: arns.triggerQueue, owner: backup, allowed: true },
        { name: "read triggers", by: role(backup, names.sweeper), identity: sweeperPolicy(arns, {}), action: "sqs:ReceiveMessage", on: arns.triggerQueue, owner: backup, allowed: false },
        { name: "Lambda takes a function's role", by: service("lambda.amazonaws.com"), action: "sts:AssumeRole", on: arns.starterRole, owner: backup, resource: lambdaTrust, allowed: true },
        { name: "another service takes it", by: service("ec2.amazonaws.com"), action: "sts:AssumeRole", on: arns.starterRole, owner: backup, resource: lambdaTrust, allowed: false },
    ],
    "starter → access role": [
        { name: "the starter, with external id", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId }, allowed: true },
        { name: "a wrong external id", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": "guess" }, allowed: false },
        { name: "no external id", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), allowed: false },
        { name: "another role of the backup account", by: role(backup, names.sweeper), identity: anything, action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId }, allowed: false },
        { name: "a role of the right name in a foreign account", by: role(stranger, names.starter), identity: anything, action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId }, allowed: false },
        { name: "an account that isn't listed", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "sts:AssumeRole", on: arns.accessRole(stranger), owner: stranger, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId }, allowed: false },
        { name: "names of manifests", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": `manifests/${shop}/` }, allowed: true },
        { name: "names of exports", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": "exports/" }, allowed: false },
        { name: "contents of a manifest", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "s3:GetObject", on: `${arns.bucket}/manifests/${shop}/x.json`, ...intoBucket, allowed: false },
        { name: "consume triggers", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "sqs:DeleteMessage", on: arns.triggerQueue, owner: backup, allowed: true },
        { name: "consume undelivered", by: role(backup, names.starter), identity: starterPolicy(arns, sources), action: "sqs:DeleteMessage", on: arns.undeliveredQueue, owner: backup, allowed: false },
        { name: "start an export", by: role(shop, names.accessRole), identity: accessPolicy(arns, region, shop, keyArn), action: "rds:StartExportTask", on: `arn:aws:rds:${region}:${shop}:snapshot:rds:a-2026-10-05-02-10`, owner: shop, allowed: true },
        { name: "start an export in another Region", by: role(shop, names.accessRole), identity: accessPolicy(arns, region, shop, keyArn), action: "rds:StartExportTask", on: `arn:aws:rds:eu-central-1:${shop}:snapshot:a`, owner: shop, allowed: false },
        { name: "cancel an export", by: role(shop, names.accessRole), identity: accessPolicy(arns, region, shop, keyArn), action: "rds:CancelExportTask", on: "*", owner: shop, allowed: false },
        { name: "pass the export role", by: role(shop, names.accessRole), identity: accessPolicy(arns, region, shop, keyArn), action: "iam:PassRole", on: arns.exportRole(shop), owner: shop, allowed: true },
        { name: "pass another role", by: role(shop, names.accessRole), identity: accessPolicy(arns, region, shop, keyArn), action: "iam:PassRole", on: `arn:aws:iam::${shop}:role/admin`, owner: shop, allowed: false },
        { name: "lend the vault key", by: role(shop, names.accessRole), identity: accessPolicy(arns, region, shop, keyArn), action: "kms:CreateGrant", ...ontoKey, allowed: true },
        { name: "decrypt with it", by: role(shop, names.accessRole), identity: anything, action: "kms:Decrypt", ...ontoKey, allowed: false },
    ],
    "RDS → export role → vault": [
        { name: "RDS for this account", by: service("export.rds.amazonaws.com"), action: "sts:AssumeRole", on: arns.exportRole(shop), owner: shop, resource: exportTrust(shop), context: { "aws:SourceAccount": shop }, allowed: true },
        { name: "RDS for another account", by: service("export.rds.amazonaws.com"), action: "sts:AssumeRole", on: arns.exportRole(shop), owner: shop, resource: exportTrust(shop), context: { "aws:SourceAccount": stranger }, allowed: false },
        { name: "another service", by: service("rds.amazonaws.com"), action: "sts:AssumeRole", on: arns.exportRole(shop), owner: shop, resource: exportTrust(shop), context: { "aws:SourceAccount": shop }, allowed: false },
        { name: "put with the vault key named", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, context: { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: keyArn }, allowed: true },
        { name: "put with no key named", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, allowed: true },
        { name: "put with another key", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, context: { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: otherKey }, allowed: false },
        { name: "put without a customer-managed key", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, context: { [sse]: "AES256" }, allowed: false },
        { name: "put with a key of the customer's own (SSE-C)", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, context: { [`${sse}-customer-algorithm`]: "AES256" }, allowed: false },
        { name: "put with an event hold", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, context: { "s3:object-lock-event-hold": "ON" }, allowed: false },
        { name: "put under another account's prefix", by: role(shop, names.exportRole), identity: anything, action: "s3:PutObject", on: object(billing), ...intoBucket, allowed: false },
        { name: "put among the manifests", by: role(shop, names.exportRole), identity: anything, action: "s3:PutObject", on: `${arns.bucket}/manifests/${shop}/x.json`, ...intoBucket, allowed: false },
        { name: "read another account's export", by: role(shop, names.exportRole), identity: anything, action: "s3:GetObject", on: object(billing), ...intoBucket, allowed: false },
        { name: "another role of the account", by: role(shop, "admin", "/"), identity: anything, action: "s3:PutObject", on: object(shop), ...intoBucket, allowed: false },
        { name: "an account that isn't enrolled", by: role(stranger, names.exportRole), identity: anything, action: "s3:PutObject", on: object(stranger), ...intoBucket, allowed: false },
        { name: "over plain HTTP", ...exportRole(shop), action: "s3:PutObject", on: object(shop), ...intoBucket, context: { "aws:SecureTransport": "false" }, allowed: false },
        { name: "S3 credential check: list", ...exportRole(shop), action: "s3:ListBucket", on: arns.bucket, ...intoBucket, allowed: true },
        { name: "S3 credential check: location", ...exportRole(shop), action: "s3:GetBucketLocation", on: arns.bucket, ...intoBucket, allowed: true },
        { name: "S3 credential check: delete", ...exportRole(shop), action: "s3:DeleteObject", on: object(shop), ...intoBucket, allowed: true },
        ...["s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:DeleteObjectVersion"].map((action) => ({ name: action, ...exportRole(shop), action, on: object(shop), ...intoBucket, allowed: false })),
        ...["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner", "s3:InitiateReplication", "s3:UpdateObjectEncryption"].flatMap((action) => [
            ...[object(shop), manifest, canary].map((on) => ({ name: `${action} of ${on.split("/")[1]} by an admin of the backup account`, by: role(backup, "admin", "/"), identity: anything, action, on, ...intoBucket, allowed: false })),
            { name: `${action} by the export role, were all open to it`, by: role(shop, names.exportRole), identity: anything, action, on: object(shop), owner: backup, resource: openBucket(bucketPolicy), allowed: false },
        ]),
        ...["s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"].map((action) => ({ name: `${action} by an admin of the backup account`, by: role(backup, "admin", "/"), identity: anything, action, on: object(shop), ...intoBucket, allowed: false })),
        ...["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt", "kms:DescribeKey", "kms:CreateGrant"].map((action) => ({ name: action, ...exportRole(shop), action, ...ontoKey, allowed: true })),
        ...["kms:RevokeGrant", "kms:ListGrants", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"].map((action) => ({ name: action, by: role(shop, names.exportRole), identity: anything, action, ...ontoKey, allowed: false })),
        { name: "the key for an account that isn't enrolled", by: role(stranger, names.exportRole), identity: anything, action: "kms:Decrypt", ...ontoKey, allowed: false },
        { name: "the key for another role of the account", by: role(shop, "admin", "/"), identity: anything, action: "kms:Decrypt", ...ontoKey, allowed: false },
    ],
    "starter → seal queue → sealer": [
        { name: "the starter asks", ...starter, action: "sqs:SendMessage", on: arns.sealQueue, owner: backup, allowed: true },
        { name: "the starter sends triggers", ...starter, action: "sqs:SendMessage", on: arns.triggerQueue, owner: backup, allowed: false },
        { name: "the starter takes requests", ...starter, action: "sqs:ReceiveMessage", on: arns.sealQueue, owner: backup, allowed: false },
        { name: "a source account's role asks", by: role(shop, names.accessRole), identity: anything, action: "sqs:SendMessage", on: arns.sealQueue, owner: backup, allowed: false },
        { name: "EventBridge asks", by: service("events.amazonaws.com"), action: "sqs:SendMessage", on: arns.sealQueue, owner: backup, context: { "aws:SourceArn": arns.hubRule }, allowed: false },
        ...["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"].map((action) => ({ name: action, ...sealer, action, on: arns.sealQueue, owner: backup, allowed: true })),
        { name: "the sealer asks itself", ...sealer, action: "sqs:SendMessage", on: arns.sealQueue, owner: backup, allowed: false },
        { name: "the sealer takes triggers", ...sealer, action: "sqs:ReceiveMessage", on: arns.triggerQueue, owner: backup, allowed: false },
        { name: "the sealer reaches into a source account", by: role(backup, names.sealer), identity: anything, action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId }, allowed: false },
        { name: "the sealer assumes it by its own policy", ...sealer, action: "sts:AssumeRole", on: arns.accessRole(shop), owner: shop, resource: accessTrust(arns, backup, names.externalId), context: { "sts:ExternalId": names.externalId }, allowed: false },
        { name: "its log", ...sealer, action: "logs:PutLogEvents", on: `${arns.sealerLogs}:log-stream:s`, owner: backup, allowed: true },
        { name: "the starter's log", ...sealer, action: "logs:PutLogEvents", on: `${arns.starterLogs}:log-stream:s`, owner: backup, allowed: false },
    ],
    "sealer → exports": [
        { name: "versions of an export", ...sealer, action: "s3:ListBucketVersions", on: arns.bucket, ...intoBucket, context: { "s3:prefix": `exports/${shop}/instance.orders/2026-10-05/e1/` }, allowed: true },
        { name: "versions of one object, to learn that one is gone", ...sealer, action: "s3:ListBucketVersions", on: arns.bucket, ...intoBucket, context: { "s3:prefix": `exports/${shop}/instance.orders/2026-10-05/e1/export_info_e1.json` }, allowed: true },
        { name: "whether an object is there, which S3 asks for a 404 and without a prefix", ...sealer, action: "s3:ListBucket", on: arns.bucket, ...intoBucket, allowed: false },
        { name: "versions of everything", ...sealer, action: "s3:ListBucketVersions", on: arns.bucket, ...intoBucket, allowed: false },
        { name: "versions of manifests", ...sealer, action: "s3:ListBucketVersions", on: arns.bucket, ...intoBucket, context: { "s3:prefix": "manifests/" }, allowed: false },
        { name: "versions in another bucket", ...sealer, action: "s3:ListBucketVersions", on: `${arns.bucket}-other`, owner: backup, context: { "s3:prefix": "exports/" }, allowed: false },
        { name: "a version", ...sealer, action: "s3:GetObjectVersion", on: object(shop), ...intoBucket, allowed: true },
        { name: "its lock", ...sealer, action: "s3:GetObjectRetention", on: object(shop), ...intoBucket, allowed: true },
        { name: "whatever is on top", ...sealer, action: "s3:GetObject", on: object(shop), ...intoBucket, allowed: false },
        { name: "a version of a manifest", ...sealer, action: "s3:GetObjectVersion", on: manifest, ...intoBucket, allowed: false },
        { name: "a version in another bucket", ...sealer, action: "s3:GetObjectVersion", on: `${arns.bucket}-other/exports/${shop}/x`, owner: backup, allowed: false },
        { name: "a version, by another function's role", by: role(backup, names.sweeper), identity: sweeperPolicy(arns, {}), action: "s3:GetObjectVersion", on: object(shop), ...intoBucket, allowed: false },
        { name: "a version, by the starter", ...starter, action: "s3:GetObjectVersion", on: object(shop), ...intoBucket, allowed: false },
        { name: "a version, by a sealer of another account", by: role(stranger, names.sealer), identity: anything, action: "s3:GetObjectVersion", on: object(shop), ...intoBucket, allowed: false },
        { name: "put among the exports", ...sealer, action: "s3:PutObject", on: object(shop), ...intoBucket, context: once, allowed: false },
        ...["s3:DeleteObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"].map((action) => ({ name: action, ...sealer, action, on: object(shop), ...intoBucket, allowed: false })),
        ...["s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"].map((action) => ({ name: `${action}, were its policy widened`, ...wideSealer, action, on: object(shop), ...intoBucket, allowed: false })),
    ],
    "sealer → manifests": [
        { name: "names of manifests", ...sealer, action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": `manifests/${shop}/` }, allowed: true },
        { name: "names of exports", ...sealer, action: "s3:ListBucket", on: arns.bucket, ...intoBucket, context: { "s3:prefix": "exports/" }, allowed: false },
        { name: "read one", ...sealer, action: "s3:GetObject", on: manifest, ...intoBucket, allowed: true },
        { name: "write one", ...sealer, action: "s3:PutObject", on: manifest, ...intoBucket, context: once, allowed: true },
        { name: "write one with the vault key named", ...sealer, action: "s3:PutObject", on: manifest, ...intoBucket, context: { ...once, [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: keyArn }, allowed: true },
        { name: "write one with another key", ...sealer, action: "s3:PutObject", on: manifest, ...intoBucket, context: { ...once, [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: otherKey }, allowed: false },
        { name: "write one without If-None-Match", ...sealer, action: "s3:PutObject", on: manifest, ...intoBucket, allowed: false },
        { name: "write one without If-None-Match, were its policy widened", ...wideSealer, action: "s3:PutObject", on: manifest, ...intoBucket, allowed: false },
        { name: "… in parts, which carry no such header", ...wideSealer, action: "s3:PutObject", on: manifest, ...intoBucket, context: { "s3:ObjectCreationOperation": "false" }, allowed: false },
        { name: "write one with If-Match instead", ...wideSealer, action: "s3:PutObject", on: manifest, ...intoBucket, context: { "s3:if-match": "x" }, allowed: false },
        { name: "write one into another bucket", ...sealer, action: "s3:PutObject", on: `${arns.bucket}-other/manifests/x`, owner: backup, context: once, allowed: false },
        { name: "hide one", ...wideSealer, action: "s3:DeleteObject", on: manifest, ...intoBucket, allowed: false },
        { name: "hide one, by an admin of the backup account", by: role(backup, "admin", "/"), identity: anything, action: "s3:DeleteObject", on: manifest, ...intoBucket, allowed: false },
        ...([
            ["the starter", role(backup, names.starter)],
            ["an admin of the backup account", role(backup, "admin", "/")],
            ["the deploy role", role(backup, "rds-vault-deploy", "/")],
            ["a role of the sealer's name on another path", role(backup, names.sealer, "/")],
            ["a sealer of another stack", role(backup, names.sealer.replace("prod", "other"))],
            ["a sealer of a source account", role(shop, names.sealer)],
            ["an export role", role(shop, names.exportRole)],
        ] as const).map(([name, by]) => ({ name: `write one, by ${name}`, by, identity: anything, action: "s3:PutObject", on: manifest, ...intoBucket, context: once, allowed: false })),
        { name: "write one, by the starter's own policy", ...starter, action: "s3:PutObject", on: manifest, ...intoBucket, context: once, allowed: false },
        { name: "write one, by RDS itself", by: service("export.rds.amazonaws.com"), action: "s3:PutObject", on: manifest, ...intoBucket, context: once, allowed: false },
        { name: "write one, by an export role's own policy", ...exportRole(shop), action: "s3:PutObject", on: manifest, ...intoBucket, context: once, allowed: false },
    ],
    "sealer → vault key": [
        ...["kms:Decrypt", "kms:GenerateDataKey"].flatMap((action) => [
            { name: `${action} through S3`, ...sealer, action, ...ontoKey, context: viaS3, allowed: true },
            { name: `${action} without S3`, ...wideSealer, action, ...ontoKey, allowed: false },
            { name: `${action} without S3, were the key's policy widened`, ...sealer, action, ...ontoKey, resource: openKey, allowed: false },
            { name: `${action} through S3 of another Region`, ...wideSealer, action, ...ontoKey, context: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" }, allowed: false },
            { name: `${action} on another key`, ...sealer, action, ...ontoKey, on: otherKey, context: viaS3, allowed: false },
        ]),
        { name: "a manifest encrypted by an admin", by: role(backup, "admin", "/"), identity: anything, action: "kms:GenerateDataKey", ...ontoKey, context: viaS3, allowed: false },
        { name: "a manifest encrypted by a sealer of another account", by: role(stranger, names.sealer), identity: anything, action: "kms:GenerateDataKey", ...ontoKey, context: viaS3, allowed: false },
        ...["kms:CreateGrant", "kms:Encrypt", "kms:ScheduleKeyDeletion"].map((action) => ({ name: action, ...wideSealer, action, ...ontoKey, context: viaS3, allowed: false })),
    ],
    "the vault key and the backup account": [
        ...["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:ImportKeyMaterial", "kms:DeleteImportedKeyMaterial", "kms:ReplicateKey", "kms:UpdatePrimaryRegion"].flatMap((action) => [
            { name: `${action} by an admin`, by: role(backup, "admin", "/"), identity: anything, action, ...ontoKey, allowed: false },
            { name: `${action} by the deploy role`, by: role(backup, "rds-vault-deploy", "/"), identity: anything, action, ...ontoKey, allowed: false },
        ]),
        { name: "the deploy role changes the policy", by: role(backup, "rds-vault-deploy", "/"), identity: anything, action: "kms:PutKeyPolicy", ...ontoKey, context: { "kms:BypassPolicyLockoutSafetyCheck": "false" }, allowed: true },
        { name: "… with the lock-out check bypassed", by: role(backup, "rds-vault-deploy", "/"), identity: anything, action: "kms:PutKeyPolicy", ...ontoKey, context: { "kms:BypassPolicyLockoutSafetyCheck": "true" }, allowed: false },
        { name: "an admin changes the policy", by: role(backup, "admin", "/"), identity: anything, action: "kms:PutKeyPolicy", ...ontoKey, context: { "kms:BypassPolicyLockoutSafetyCheck": "false" }, allowed: false },
        { name: "a restore reads through S3", by: role(backup, "restore", "/"), identity: anything, action: "kms:Decrypt", ...ontoKey, context: { "kms:ViaService": `s3.${region}.amazonaws.com` }, allowed: true },
        { name: "decrypt without S3", by: role(backup, "restore", "/"), identity: anything, action: "kms:Decrypt", ...ontoKey, allowed: false },
        { name: "undo a deletion", by: role(backup, "admin", "/"), identity: anything, action: "kms:CancelKeyDeletion", ...ontoKey, allowed: true },
    ],
};

describe("policies, judged by an independent evaluator", () => {
    for (const [arrow, cases] of Object.entries(arrows)) {
        describe(arrow, () => {
            for (const { name, by, action, on, owner, identity, resource, context, allowed } of cases) {
                it(`${allowed ? "allows" : "denies"} ${name}${name === action ? "" : ` (${action})`}`, () => {
                    const call = { principal: by, action, resource: on, resourceAccount: owner, context };
                    const verdict = judge({ ...call, context: withAwsKeys(call, region) }, identity ? [JSON.stringify(identity)] : [], resource && JSON.stringify(resource));
                    assert.equal(verdict.allowed, allowed, verdict.why);
                });
            }
        });
    }

    it("no statement is for nobody: none names listed accounts where there are none", () => {
        const none = { ...units, accounts: [] };
        const documents = [busPolicy(arns, none), undeliveredPolicy(arns, none, tamperRuleArns(place)), vaultBucketPolicy({ arns, backupAccountId: backup, sources: none, keyArn }), vaultKeyPolicy({ arns, region, backupAccountId: backup, deployRoleArn, sources: none })];
        for (const each of documents) assert.doesNotMatch(JSON.stringify(each), /\[\]/);
    });

    it("an export that RDS writes is no manifest: RDS's own principal isn't caught outside of them", () => {
        const open = { Sid: "Open", Effect: "Allow", Principal: { Service: "export.rds.amazonaws.com" }, Action: "s3:*", Resource: `${arns.bucket}/*` } as const;
        const policy = JSON.stringify({ ...bucketPolicy, Statement: [...(bucketPolicy.Statement as object[]), open] });
        for (const [on, allowed] of [[object(shop), true], [manifest, false]] as const) {
            const call = { principal: service("export.rds.amazonaws.com"), action: "s3:PutObject", resource: on, resourceAccount: backup, context: once };
            assert.equal(judge({ ...call, context: withAwsKeys(call, region) }, [], policy).allowed, allowed, on);
        }
    });

    it("no Deny of the key policy catches RDS's own principal", () => {
        const denies = { ...keyPolicy, Statement: (keyPolicy.Statement as { Effect: string }[]).filter(({ Effect }) => Effect === "Deny") } as Document;
        const open = { Sid: "Open", Effect: "Allow", Principal: { AWS: "*", Service: "export.rds.amazonaws.com" }, Action: "kms:*", Resource: "*" } as const;
        const policy = JSON.stringify({ ...denies, Statement: [...(denies.Statement as object[]), open] });
        for (const action of ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:DescribeKey", "kms:DisableKey"]) {
            const call = { principal: service("export.rds.amazonaws.com"), action, resource: keyArn, resourceAccount: backup };
            assert.ok(judge({ ...call, context: withAwsKeys(call, region) }, [], policy).allowed, action);
        }
    });
});
