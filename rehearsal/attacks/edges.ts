/**
 * Where each policy ends: the call next to each that it allows, by another action, on another thing, by another service, and what next to
 * each that it denies must go on. Without these a statement that is wider than it need be would go unnoticed (score.ts).
 */
import { roleArn, rootArn } from "../../components/arns";
import { deployTrust } from "../../components/policies/deployRole";
import { document } from "../../components/policies/document";
import { iamForwarderRule, tamperRuleArns } from "../../components/policies/tamper";
import { trailArn, trailBucketArn } from "../../components/policies/trail";
import { service, type Who } from "./actors";
import { open, perimeter, tries, type Tried } from "./build";
import { placesOf } from "./objects";
import type { Attack, Control, Source, Stage } from "./types";

export const edgeCases = (stage: Stage): Attack[] => unique([...beyondTask(stage), ...assumed(stage), ...inOurName(stage), ...everySource(stage), ...administration(stage), ...neighbours(stage), ...destruction(stage), ...rootSession(stage), ...brokenGlass(stage), ...anotherOrganization(stage), ...trailBucket(stage), ...suspended(stage)]);

type On = Tried["on"];

const own = ({ account }: Source) => account;
const context = (key: string, value: string) => ({ [key]: value });

/** Ids by who, action and resource; a second case of the same is numbered. */
function unique(attacks: readonly Attack[]): Attack[] {
    const seen = new Map<string, number>();
    return attacks.map((attack) => {
        const count = (seen.get(attack.id) ?? 0) + 1;
        seen.set(attack.id, count);
        return count === 1 ? attack : { ...attack, id: `${attack.id}.${count}` };
    });
}

function refused(stage: Stage, who: Who, action: string, on: On, by: readonly Control[] = ["identity policy"], more: Partial<Tried> = {}): Attack[] {
    return tries(stage, { id: `edge-${action}`, row: "design", harm: "open trust", name: `calls ${action} where it has no business`, action, on, ...more }, { [who]: by });
}

function allowed(stage: Stage, who: Who, action: string, on: On, more: Partial<Tried> = {}): Attack[] {
    return tries(stage, { id: `edge-${action}`, row: "design", harm: "stop backups silently", name: `calls ${action}`, action, on, ...more }, { [who]: "allowed" });
}

/** A key that leaves all to its account's own policies, as AWS makes it: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
const keyed = (attacks: readonly Attack[]): Attack[] =>
    attacks.map((attack) => ({ ...attack, resourcePolicy: document({ Sid: "Account", Effect: "Allow", Principal: { AWS: [rootArn("aws", attack.call.resourceAccount)] }, Action: "kms:*", Resource: "*" }) }));

/** Each role of ours beyond its task. */
function beyondTask(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup, keyArn, noticesKeyArn } = stage;
    const { manifest, canary, object, viaS3 } = placesOf(stage);
    const viaSns = context("kms:ViaService", `sns.${region}.amazonaws.com`);
    const other = `arn:${partition}:s3:::another-bucket-of-the-account`;
    const topic = `arn:${partition}:sns:${region}:${backup}:another-topic`;
    const trail = `arn:${partition}:cloudtrail:${region}:${backup}:trail/another`;
    const ownKey = ({ account }: Source) => `arn:${partition}:kms:${region}:${account}:key/00000000-0000-4000-8000-000000000000`;
    const prefix = (value: string) => ({ context: context("s3:prefix", value) });
    const r = (who: Who, action: string, on: On, by?: readonly Control[], more?: Partial<Tried>) => refused(stage, who, action, on, by, more);
    const homeBus = `arn:${partition}:events:${region}:${backup}:event-bus/default`;
    const logs = { "A8 starter": arns.starterLogs, "A8 sealer": arns.sealerLogs, "A8 sweeper": arns.sweeperLogs, "A8 watcher": arns.watcherLogs } as const;
    return [
        ...r("A2", "s3:GetObject", `${other}/x`, undefined, { owner: own }),
        ...r("A2", "s3:ListBucket", other, undefined, { owner: own }),
        ...keyed(r("A2", "kms:Decrypt", ownKey, undefined, { owner: own })),
        ...r("A3", "rds:StartExportTask", ({ account }) => `arn:${partition}:rds:${region}:${account}:cluster:orders`, undefined, { owner: own }),
        ...keyed(r("A3", "kms:DescribeKey", ownKey, undefined, { owner: own })),
        ...r("forwarder", "events:DescribeEventBus", arns.bus, ["bus policy", "identity policy"]),
        ...r("forwarder", "events:PutEvents", ({ account }) => `arn:${partition}:events:${region}:${account}:event-bus/default`, undefined, { owner: own }),
        ...r("schedule", "lambda:GetFunction", arns.sweeper),
        ...r("schedule", "lambda:InvokeFunction", arns.watcher),
        ...r("watch schedule", "lambda:GetFunction", arns.watcher),
        ...r("watch schedule", "lambda:InvokeFunction", arns.sweeper),
        ...r("iam forwarder", "events:DescribeEventBus", homeBus),
        ...r("iam forwarder", "events:PutEvents", `arn:${partition}:events:${region}:${backup}:event-bus/another`),
        ...Object.entries(logs).flatMap(([who, group]) => [
            ...r(who as Who, "logs:GetLogEvents", `${group}:log-stream:own`),
            ...r(who as Who, "logs:PutLogEvents", `${group === arns.starterLogs ? arns.sealerLogs : arns.starterLogs}:log-stream:own`),
        ]),
        ...r("A8 sweeper", "sqs:ReceiveMessage", arns.triggerQueue, ["identity policy", "queue policy"]),
        ...r("A8 starter", "sqs:ChangeMessageVisibility", arns.triggerQueue, ["identity policy", "queue policy"]),
        ...r("A8 starter", "sqs:ReceiveMessage", arns.sealQueue),
        ...r("A8 starter", "sqs:SendMessage", arns.undeliveredQueue, ["identity policy", "queue policy"]),
        ...r("A8 sealer", "sqs:ReceiveMessage", arns.triggerQueue, ["identity policy", "queue policy"]),
        ...(["A8 starter", "A8 sealer", "A8 sweeper", "reader"] as const).flatMap((who) => [
            ...r(who, "s3:ListBucketVersions", arns.bucket, ["bucket policy", "identity policy"], prefix("manifests/")),
            ...r(who, "s3:ListBucket", other, undefined, prefix("manifests/")),
            ...r(who, "s3:ListBucket", arns.bucket, ["bucket policy", "identity policy"], prefix("exports/")),
        ]),
        ...r("A8 sealer", "s3:ListBucketVersions", other, undefined, prefix("exports/111122223333/")),
        ...r("A8 sealer", "s3:GetObjectVersion", manifest, ["bucket policy", "identity policy"]),
        ...r("A8 sealer", "s3:GetObjectTagging", manifest, ["bucket policy", "identity policy"]),
        ...r("reader", "s3:GetObjectTagging", manifest, ["bucket policy", "identity policy"]),
        ...r("reader", "s3:GetObject", object, ["bucket policy", "identity policy"]),
        ...(["A8 sealer", "A8 watcher", "reader"] as const).flatMap((who) => [
            ...r(who, "kms:Encrypt", keyArn, ["identity policy", "key policy"], { context: viaS3 }),
            ...r(who, "kms:Decrypt", noticesKeyArn, undefined, { context: viaS3 }),
        ]),
        ...r("reader", "kms:Decrypt", keyArn, ["identity policy", "key policy"]),
        ...r("reader", "logs:GetLogEvents", `${arns.starterLogs}:log-stream:own`),
        ...r("reader", "cloudwatch:DescribeAlarmHistory", `arn:${partition}:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`),
        ...r("reader", "sns:GetTopicAttributes", arns.notices, ["identity policy", "topic policy"]),
        ...r("reader", "sns:ListSubscriptionsByTopic", topic),
        ...r("reader", "logs:FilterLogEvents", arns.sealerLogs),
        ...r("reader", "cloudwatch:DescribeAlarms", `arn:${partition}:cloudwatch:ap-southeast-2:${backup}:alarm:another`, ["identity policy", "scp"], { context: context("aws:RequestedRegion", "ap-southeast-2") }),
        ...r("A8 watcher", "logs:FilterLogEvents", `arn:${partition}:logs:${region}:${backup}:log-group:another`),
        ...allowed(stage, "reader", "logs:FilterLogEvents", arns.starterLogs),
        ...r("A8 watcher", "logs:GetLogEvents", `${arns.sealerLogs}:log-stream:own`),
        ...r("A8 watcher", "s3:GetObjectTagging", canary, ["bucket policy", "identity policy"]),
        ...r("A8 watcher", "s3:GetBucketObjectLockConfiguration", other),
        ...r("A8 watcher", "cloudtrail:LookupEvents", "*"),
        ...r("A8 watcher", "cloudtrail:ListTags", trail),
        ...r("A8 watcher", "sns:GetTopicAttributes", arns.notices, ["identity policy", "topic policy"]),
        ...r("A8 watcher", "sns:Publish", topic),
        ...r("A8 watcher", "kms:Encrypt", noticesKeyArn, undefined, { context: viaSns }),
        ...r("A8 watcher", "kms:Decrypt", keyArn, ["identity policy", "key policy"], { context: viaSns }),
        ...(stage.settings.organization ? r("A8 sweeper", "organizations:ListRoots", "*", ["aws", "identity policy"], { owner: stage.management }) : []),
    ];
}

/** Trusts speak of one action: a session's tags would be whoever assumes the role's to choose. */
function assumed(stage: Stage): Attack[] {
    const { arns, names, partition, backup } = stage;
    const ofBackup = (name: string) => roleArn(partition, backup, name);
    const tagged = (role: string, owner: string, who: string, more: Record<string, string> = {}): Attack => byService(stage, `edge-tag-${role.slice(role.lastIndexOf("/") + 1)}-${owner}`, who, "sts:TagSession", role, more, ["trust"], owner);
    return [
        ...refused(stage, "A8 starter", "sts:TagSession", ({ account }) => arns.accessRole(account), ["identity policy", "trust"], { owner: own }),
        ...refused(stage, "restorer", "sts:TagSession", arns.readerRole, ["trust"]),
        ...refused(stage, "A7", "sts:TagSession", arns.readerRole, ["trust"]),
        ...stage.sources.flatMap(({ account }) => [
            tagged(arns.exportRole(account), account, "export.rds.amazonaws.com", context("aws:SourceAccount", account)),
            tagged(arns.forwarderRole(account), account, "events.amazonaws.com", { "aws:SourceAccount": account, "aws:SourceArn": arns.forwarderRule(account) }),
        ]),
        ...[arns.starterRole, arns.sealerRole, ofBackup(names.sweeper), arns.watcherRole].map((role) => tagged(role, backup, "lambda.amazonaws.com")),
        tagged(ofBackup(names.scheduleRole), backup, "scheduler.amazonaws.com", { "aws:SourceAccount": backup, "aws:SourceArn": arns.scheduleGroup }),
        tagged(ofBackup(names.watchScheduleRole), backup, "scheduler.amazonaws.com", { "aws:SourceAccount": backup, "aws:SourceArn": arns.watchScheduleGroup }),
        tagged(ofBackup(names.iamForwarder), backup, "events.amazonaws.com", { "aws:SourceAccount": backup, "aws:SourceArn": iamForwarderRule(placeOf(stage)) }),
    ];
}

const placeOf = ({ settings, region, backup }: Stage) => ({ stack: settings.stack, region, backupAccountId: backup });

function byService(stage: Stage, id: string, who: string, action: string, resource: string, given: Record<string, string>, expected: readonly Control[] | "allowed", owner = stage.backup): Attack {
    const legitimate = expected === "allowed";
    const actor = legitimate ? "pipeline" : "A4";
    return {
        id: `design.${actor}.${id}`, row: "design", harm: legitimate ? "stop backups silently" : "open trust", actor,
        name: legitimate ? `${who} calls ${action}` : `has ${who} call ${action}`,
        call: { principal: service(who), action, resource, resourceAccount: owner, ...(Object.keys(given).length > 0 && { context: given }) },
        expect: legitimate ? { allowed: true } : { stoppedBy: [...expected].sort() },
    };
}

/** Another service that comes in the name of the very thing that ours comes for. */
function inOurName(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup, noticesKeyArn, stranger } = stage;
    const from = (account: string, arn: string) => ({ "aws:SourceAccount": account, "aws:SourceArn": arn });
    const other = "s3.amazonaws.com";
    const ofBackup = (name: string) => roleArn(partition, backup, name);
    const alarm = (account: string) => `arn:${partition}:cloudwatch:${region}:${account}:alarm:${names.watch}-rpo`;
    const [tamper] = tamperRuleArns(placeOf(stage));
    const by = (id: string, action: string, resource: string, given: Record<string, string>, expected: readonly Control[], owner?: string) => byService(stage, `edge-name-${id}`, other, action, resource, given, expected, owner);
    return [
        ...stage.sources.flatMap(({ account }) => [
            by(`export-${account}`, "sts:AssumeRole", arns.exportRole(account), context("aws:SourceAccount", account), ["trust"], account),
            by(`forwarder-${account}`, "sts:AssumeRole", arns.forwarderRole(account), from(account, arns.forwarderRule(account)), ["trust"], account),
            by(`undelivered-${account}`, "sqs:SendMessage", arns.undeliveredQueue, from(account, arns.forwarderRule(account)), ["queue policy"]),
            byService(stage, `edge-rule-${account}`, "events.amazonaws.com", "sts:AssumeRole", arns.forwarderRole(account), from(account, `arn:${partition}:events:${region}:${account}:rule/theirs`), ["trust"], account),
            byService(stage, `edge-source-${account}`, "events.amazonaws.com", "sts:AssumeRole", arns.forwarderRole(account), from(stage.tenant, arns.forwarderRule(account)), ["trust"], account),
            byService(stage, `edge-export-source-${account}`, "export.rds.amazonaws.com", "sts:AssumeRole", arns.exportRole(account), context("aws:SourceAccount", stage.tenant), ["trust"], account),
            byService(stage, `edge-other-rule-${account}`, "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, from(account, `arn:${partition}:events:${region}:${account}:rule/theirs`), ["queue policy"]),
            byService(stage, `edge-other-action-${account}`, "events.amazonaws.com", "sqs:ReceiveMessage", arns.undeliveredQueue, from(account, arns.forwarderRule(account)), ["queue policy"]),
        ]),
        by("schedule", "sts:AssumeRole", ofBackup(names.scheduleRole), from(backup, arns.scheduleGroup), ["trust"]),
        by("watch-schedule", "sts:AssumeRole", ofBackup(names.watchScheduleRole), from(backup, arns.watchScheduleGroup), ["trust"]),
        by("iam-forwarder", "sts:AssumeRole", ofBackup(names.iamForwarder), from(backup, iamForwarderRule(placeOf(stage))), ["trust"]),
        ...[ofBackup(names.sweeper), arns.sealerRole, arns.watcherRole].map((role, i) => by(`function-${i + 1}`, "sts:AssumeRole", role, {}, ["trust"])),
        byService(stage, "edge-bucket-for-stranger", other, "s3:PutObject", `${arns.bucket}/x`, context("aws:SourceAccount", stranger), ["bucket policy", "rcp"]),
        byService(stage, "edge-tag-for-stranger", "scheduler.amazonaws.com", "sts:TagSession", ofBackup(names.scheduleRole), from(stranger, arns.scheduleGroup), ["trust"]),
        byService(stage, "edge-watch-schedule-source", "scheduler.amazonaws.com", "sts:AssumeRole", ofBackup(names.watchScheduleRole), from(stranger, arns.watchScheduleGroup), ["rcp", "trust"]),
        byService(stage, "edge-sweeper-role", "lambda.amazonaws.com", "sts:AssumeRole", ofBackup(names.sweeper), {}, "allowed"),
        byService(stage, "edge-iam-forwarder-role", "events.amazonaws.com", "sts:AssumeRole", ofBackup(names.iamForwarder), from(backup, iamForwarderRule(placeOf(stage))), "allowed"),
        by("trigger", "sqs:SendMessage", arns.triggerQueue, from(backup, arns.hubRule), ["queue policy"]),
        by("undelivered-hub", "sqs:SendMessage", arns.undeliveredQueue, from(backup, arns.hubRule), ["queue policy"]),
        by("undelivered-tamper", "sqs:SendMessage", arns.undeliveredQueue, from(backup, tamper!), ["queue policy"]),
        by("notices", "sns:Publish", arns.notices, from(backup, alarm(backup)), ["topic policy"]),
        by("notices-key", "kms:Decrypt", noticesKeyArn, context("aws:SourceAccount", backup), ["key policy"]),
        ...[[arns.triggerQueue, arns.hubRule], [arns.undeliveredQueue, arns.hubRule], [arns.undeliveredQueue, tamper!]].map(([queue, rule], i) => byService(stage, `edge-take-${i + 1}`, "events.amazonaws.com", "sqs:ReceiveMessage", queue!, from(backup, rule!), ["queue policy"])),
        byService(stage, "edge-alarm-elsewhere", "cloudwatch.amazonaws.com", "sns:Publish", arns.notices, from(stranger, alarm(backup)), ["topic policy"]),
        byService(stage, "edge-alarm-subscribes", "cloudwatch.amazonaws.com", "sns:Subscribe", arns.notices, from(backup, alarm(backup)), ["topic policy"]),
        byService(stage, "edge-rule-subscribes", "events.amazonaws.com", "sns:Subscribe", arns.notices, from(backup, tamper!), ["topic policy"]),
        byService(stage, "edge-alarm-encrypts", "cloudwatch.amazonaws.com", "kms:Encrypt", noticesKeyArn, context("aws:SourceAccount", backup), ["key policy"]),
        byService(stage, "edge-rule-encrypts", "events.amazonaws.com", "kms:Encrypt", noticesKeyArn, {}, ["key policy"]),
        ...tamperRuleArns(placeOf(stage)).flatMap((rule, i) => [
            byService(stage, `edge-tamper-${i + 1}`, "events.amazonaws.com", "sns:Publish", arns.notices, from(backup, rule), "allowed"),
            byService(stage, `edge-tamper-undelivered-${i + 1}`, "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, from(backup, rule), "allowed"),
        ]),
    ];
}

/** Not only the accounts that the rest of the table attacks. */
function everySource(stage: Stage): Attack[] {
    const { arns, names, keyArn, settings, sources, tenant } = stage;
    const { encrypt } = placesOf(stage);
    const forRds = { "kms:GrantIsForAWSResource": "true", "kms:ViaService": `rds.${stage.region}.amazonaws.com` };
    const others = [...new Set([...settings.sourceAccounts.map(({ id }) => id), ...(settings.organization ? [tenant] : [])])].filter((id) => !sources.some(({ account }) => account === id));
    return others.flatMap((account, i) => {
        // As the stage's own cases, for another account: without the suffix of a source.
        const there = { ...stage, sources: [{ account, id: `other-${i + 1}`, kind: "listed" as const }] };
        const a = (who: Who, action: string, on: On, more?: Partial<Tried>) => allowed(there, who, action, on, more);
        return [
            ...a("export role", "s3:PutObject", () => `${arns.bucket}/exports/${account}/instance.orders/x`, { also: encrypt }),
            ...a("export role", "s3:PutObject", () => `${arns.bucket}/exports/${account}/instance.orders/x`, { context: () => ({ "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn }) }),
            ...a("export role", "s3:ListBucket", arns.bucket),
            ...a("export role", "s3:GetBucketLocation", arns.bucket),
            ...a("access role", "kms:CreateGrant", keyArn, { context: () => forRds }),
            ...a("forwarder", "events:PutEvents", arns.bus),
            ...a("starter", "sts:AssumeRole", () => arns.accessRole(account), { owner: () => account, context: context("sts:ExternalId", names.externalId) }),
            byService(stage, `edge-undelivered-other-${i + 1}`, "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, { "aws:SourceAccount": account, "aws:SourceArn": arns.forwarderRule(account) }, "allowed"),
        ];
    });
}

/** What whoever runs the backup account goes on doing under the guardrails. */
function administration(stage: Stage): Attack[] {
    const { arns, partition, region, backup, keyArn, names, settings } = stage;
    const inBackup = (of: string, resource: string) => `arn:${partition}:${of}:${region}:${backup}:${resource}`;
    const iam = (resource: string) => `arn:${partition}:iam::${backup}:${resource}`;
    const elsewhere = context("aws:RequestedRegion", "ap-southeast-2");
    const a = (action: string, on: On, more?: Partial<Tried>) => allowed(stage, "restorer", action, on, more);
    const { breakGlassRoleArn } = settings.guardrails;
    return [
        ...["kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:ListGrants", "kms:UpdateKeyDescription", "kms:TagResource", "kms:UntagResource"].flatMap((action) => a(action, keyArn)),
        ...a("organizations:DescribeOrganization", "*", { owner: backup }),
        ...a("account:GetContactInformation", inBackup("account", "account").replace(`:${region}:`, "::"), {}),
        ...["account:ListRegions", "health:DescribeEvents", "s3:GetAccountPublicAccessBlock", "s3:ListAllMyBuckets", "sso:ListInstances", "billing:ListBillingViews", "sts:DecodeAuthorizationMessage", "support:DescribeCases"].flatMap((action) => a(action, "*", { context: elsewhere })),
        ...a("s3:PutObject", `arn:${partition}:s3:::another-bucket-of-the-account/x`),
        ...a("s3:PutObject", `arn:${partition}:s3:::another-bucket-of-the-account/x`, { context: context("s3:x-amz-server-side-encryption-customer-algorithm", "AES256") }),
        ...a("s3:GetObject", placesOf(stage).canary),
        ...keyed(a("kms:CreateGrant", inBackup("kms", "key/00000000-0000-4000-8000-000000000000"), { context: context("kms:GrantIsForAWSResource", "true") })),
        ...a("kms:CreateKey", "*", { context: { "kms:KeyOrigin": "AWS_KMS", "kms:BypassPolicyLockoutSafetyCheck": "true" } }),
        ...a("s3:DeleteObject", `arn:${partition}:s3:::another-bucket-of-the-account/x`),
        ...["s3:PutBucketPolicy", "s3:DeleteBucket"].flatMap((action) => a(action, `arn:${partition}:s3:::another-bucket-of-the-account`)),
        ...a("events:ListRules", "*"),
        ...a("sqs:CreateQueue", inBackup("sqs", "another")),
        ...a("sqs:SendMessage", inBackup("sqs", "another")),
        ...a("lambda:CreateFunction", inBackup("lambda", "function:another")),
        ...a("lambda:InvokeFunction", inBackup("lambda", "function:another")),
        ...a("scheduler:CreateSchedule", inBackup("scheduler", "schedule/default/another")),
        ...a("scheduler:GetScheduleGroup", arns.scheduleGroup),
        ...[arns.starterRole, settings.backupAccount.deployRoleArn, ...(breakGlassRoleArn ? [breakGlassRoleArn] : [])].flatMap((role) => a("iam:GetRole", role)),
        ...a("iam:CreateRole", iam("role/another")),
        ...a("cloudformation:DescribeStackSet", inBackup("cloudformation", "stackset/another:00000000-0000-4000-8000-000000000000")),
        ...a("organizations:ListDelegatedAdministrators", "*"),
        ...a("access-analyzer:ListAnalyzers", "*"),
        ...a("rolesanywhere:ListTrustAnchors", "*"),
        ...a("config:DescribeConfigurationRecorders", "*"),
        ...a("guardduty:ListDetectors", "*"),
        ...a("securityhub:GetFindings", inBackup("securityhub", "hub/default")),
        ...a("cloudwatch:PutMetricAlarm", inBackup("cloudwatch", "alarm:another")),
        ...a("cloudwatch:DescribeAlarms", inBackup("cloudwatch", `alarm:${names.watch}-rpo`)),
        ...a("cloudwatch:PutMetricData", "*", { context: context("cloudwatch:namespace", "another") }),
        ...a("cloudwatch:ListMetrics", "*"),
        ...a("sns:Subscribe", inBackup("sns", "another")),
        ...a("sns:Publish", inBackup("sns", "another")),
        ...a("logs:GetLogEvents", inBackup("logs", "log-group:another:log-stream:own")),
        ...a("logs:CreateLogGroup", inBackup("logs", "log-group:another")),
        ...a("kms:CreateAlias", inBackup("kms", "alias/another")),
        ...allowed(stage, "deploy", "sns:Unsubscribe", arns.notices),
        ...allowed(stage, "deploy", "cloudtrail:UpdateTrail", inBackup("cloudtrail", `trail/${names.trail}`)),
    ].filter(({ call }) => call.action !== "cloudtrail:UpdateTrail" || settings.monitoring.trail === "create");
}

/** What the guardrails of source accounts leave to their teams. */
function neighbours(stage: Stage): Attack[] {
    const { arns, partition, region, names } = stage;
    const elsewhere = { "aws:RequestedRegion": "ap-southeast-2" };
    const inSource = (of: string, resource: string, where = region) => ({ account }: Source) => `arn:${partition}:${of}:${where}:${account}:${resource}`;
    const stack = inSource("cloudformation", `stack/StackSet-${names.stackSet}-00000000-0000-4000-8000-000000000000/0`);
    const by = (action: string, on: On, more: Partial<Tried> = {}) =>
        tries(stage, { id: `edge-${action}`, row: "design", harm: "stop backups silently", name: `calls ${action} for its own work`, action, on, owner: own, ...more }, { "team": "allowed" });
    return [
        ...by("organizations:DescribeOrganization", "*"),
        ...by("account:GetContactInformation", ({ account }) => `arn:${partition}:account::${account}:account`),
        ...by("iam:UpdateAssumeRolePolicy", ({ account }) => `arn:${partition}:iam::${account}:role/theirs`),
        ...by("iam:GetRole", ({ account }) => arns.accessRole(account)),
        ...by("iam:GetRole", ({ account }) => `arn:${partition}:iam::${account}:role/stacksets-exec-0123456789abcdef0123456789abcdef`),
        ...by("events:DescribeRule", ({ account }) => arns.forwarderRule(account)),
        ...by("cloudformation:DescribeStacks", stack),
        ...by("cloudformation:UpdateStack", inSource("cloudformation", "stack/theirs/00000000-0000-4000-8000-000000000000")),
        ...by("rds:StartExportTask", inSource("rds", "snapshot:theirs", "ap-southeast-2"), { context: elsewhere }),
        ...by("rds:CancelExportTask", "*", { context: elsewhere }),
        ...tries(stage, { id: "edge-handshake", row: 46, harm: "leave or close the account", name: "accepts another organization's invitation", action: "organizations:AcceptHandshake", on: `arn:${partition}:organizations::${stage.stranger}:handshake/o-theirs0001/invite/h-0123456789`, owner: own }, { "A1": ["scp"] }),
        ...(stage.settings.organization
            ? tries(stage, { id: "edge-stack", row: "design", harm: "stop backups silently", name: "updates the stack in a member", action: "cloudformation:UpdateStack", on: stack, owner: own }, { "deploy source": "allowed" }).filter(({ call }) => call.principal.arn.includes("stacksets-exec"))
            : []),
    ];
}

/** By each layer that holds the keys, for each action. */
function destruction(stage: Stage): Attack[] {
    const { keyArn, noticesKeyArn, arns, settings, backup } = stage;
    const { object } = placesOf(stage);
    const { outsiders } = perimeter(stage);
    const { breakGlassRoleArn } = settings.guardrails;
    const all: Control[] = ["key policy", "rcp", "scp"];
    const actions = ["ScheduleKeyDeletion", "DisableKey", "DisableKeyRotation", "ImportKeyMaterial", "DeleteImportedKeyMaterial", "ReplicateKey", "UpdatePrimaryRegion"].map((each) => `kms:${each}`);
    const http = { harm: "read others' exports", context: context("aws:SecureTransport", "false") } as const;
    const unchecked = { context: context("kms:BypassPolicyLockoutSafetyCheck", "true") };
    const tried = (who: Who, action: string, on: On, by: readonly Control[], more?: Partial<Tried>) => tries(stage, { id: `edge-${action}`, row: "design", harm: "make unreadable", name: `calls ${action}`, action, on, ...more }, { [who]: by });
    return [
        ...actions.flatMap((action) => [...tried("A8 sealer", action, keyArn, all), ...tried("A4", action, noticesKeyArn, all)]),
        ...tried("A4", "kms:RetireGrant", keyArn, ["key policy", "scp"]),
        ...tried("A10", "s3:AbortMultipartUpload", object, ["bucket policy"], { harm: "kill running exports" }),
        ...tried("A10", "s3:ListMultipartUploadParts", object, ["bucket policy"], { harm: "read others' exports" }),
        ...tried("A2", "s3:ListBucket", arns.bucket, ["bucket policy", "rcp"], http),
        ...tried("A2", "kms:Decrypt", keyArn, ["rcp"], http),
        ...tried("A4", "sqs:GetQueueAttributes", arns.triggerQueue, ["rcp"], http),
        ...tried("A4", "s3:PutObjectAcl", object, ["scp"], { harm: "open trust" }),
        ...tried("A4", "logs:CreateLogStream", `${arns.starterLogs}:log-stream:own`, ["scp"], { harm: "blind the watchers" }),
        ...(breakGlassRoleArn ? [...tried("break-glass", "kms:PutKeyPolicy", keyArn, ["key policy", "rcp"], unchecked), ...tried("break-glass", "kms:RevokeGrant", keyArn, ["key policy"], { harm: "kill running exports" })] : []),
        ...tried("A10 outside", "s3:GetObject", `${arns.bucket}/exports/${backup}/x`, ["bucket policy", ...outsiders], { harm: "read others' exports" }),
    ];
}

/** A root session of the management account is no root user of the backup account's: it may look, and the rest of the guardrails holds it. */
function rootSession(stage: Stage): Attack[] {
    return tries(stage, { id: "edge-look", row: 47, harm: "blind the watchers", name: "looks at the bucket policy by a root session", action: "s3:GetBucketPolicy", on: stage.arns.bucket }, { "A6 root session": "allowed" });
}

/** Everything that break-glass is for. */
function brokenGlass(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup, noticesKeyArn, settings } = stage;
    if (!settings.guardrails.breakGlassRoleArn) return [];
    const inBackup = (of: string, resource: string) => `arn:${partition}:${of}:${region}:${backup}:${resource}`;
    const calls: readonly [action: string, on: string, given?: Record<string, string>][] = [
        ["kms:PutKeyPolicy", noticesKeyArn, context("kms:BypassPolicyLockoutSafetyCheck", "false")],
        ["s3:PutAccountPublicAccessBlock", "*"],
        ["s3:PutAccountPublicAccessBlock", "*", context("aws:RequestedRegion", "ap-southeast-2")],
        ["s3:RestoreObject", `${arns.bucket}/exports/x`],
        ["s3:PutObjectAcl", `${arns.bucket}/exports/x`],
        ["s3:CreateJob", "*"],
        ["events:PutPermission", "*"],
        ["sqs:SetQueueAttributes", arns.triggerQueue],
        ["sqs:SendMessage", arns.sealQueue],
        ["lambda:UpdateFunctionCode", arns.starter],
        ["lambda:UpdateEventSourceMapping", inBackup("lambda", "event-source-mapping:00000000-0000-4000-8000-000000000000")],
        ["scheduler:UpdateSchedule", inBackup("scheduler", `schedule/${names.schedule}/${names.schedule}`)],
        ["iam:CreateAccessKey", `arn:${partition}:iam::${backup}:user/responder`],
        ["iam:PutRolePolicy", settings.backupAccount.deployRoleArn],
        ["iam:CreatePolicyVersion", `arn:${partition}:iam::${backup}:policy/of-the-deploy-role`],
        ["guardduty:UpdateDetector", inBackup("guardduty", "detector/0123456789abcdef0123456789abcdef")],
        ["cloudtrail:UpdateTrail", inBackup("cloudtrail", "trail/all")],
        ["cloudwatch:PutMetricAlarm", inBackup("cloudwatch", `alarm:${names.watch}-rpo`)],
        ["sns:Subscribe", arns.notices],
        ["sns:Unsubscribe", arns.notices],
        ["logs:DeleteLogGroup", arns.starterLogs],
        ["logs:PutLogEvents", `${arns.starterLogs}:log-stream:own`],
    ];
    return calls.flatMap(([action, on, given]) => allowed(stage, "break-glass in need", action, on, given && { context: given }));
}

/** Listed accounts, and the backup account itself, may be of another organization than the enrolled units. */
function anotherOrganization(stage: Stage): Attack[] {
    const { arns, settings, backup, partition, stranger, sources } = stage;
    const listed = sources.find(({ kind }) => kind === "listed");
    if (!settings.organization || !listed) return [];
    const elsewhere = "o-elsewhere01";
    const principals = context("aws:PrincipalOrgID", elsewhere);
    const from = (account: string, arn: string) => ({ "aws:SourceAccount": account, "aws:SourceArn": arn, "aws:SourceOrgID": elsewhere });
    const there = { ...stage, sources: [{ ...listed, id: "elsewhere" }] };
    const { deployRoleArn } = settings.backupAccount;
    const ci = `arn:${partition}:iam::${stranger}:role/admin`;
    const outside = [deployRoleArn, ...(settings.guardrails.breakGlassRoleArn ? [settings.guardrails.breakGlassRoleArn] : [])];
    return [
        ...allowed(there, "export role", "s3:PutObject", ({ account }) => `${arns.bucket}/exports/${account}/x`, { context: principals }),
        ...allowed(there, "sealer", "s3:ListBucketVersions", arns.bucket, { context: { ...principals, "s3:prefix": "exports/111122223333/" } }),
        ...allowed(there, "restorer", "sts:AssumeRole", arns.readerRole, { context: principals }),
        byService(stage, "edge-elsewhere-listed", "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, from(listed.account, arns.forwarderRule(listed.account)), "allowed"),
        byService(stage, "edge-elsewhere-backup", "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, from(backup, arns.hubRule), "allowed"),
        // Where `pulumi up` and the responders come from.
        ...outside.flatMap((role) => allowed(stage, "A7", "sts:AssumeRole", role).map((attack): Attack => ({ ...attack, actor: "deploy", name: "assumes the deploy or break-glass role from where its trust says", resourcePolicy: deployTrust(ci) }))),
    ];
}

/** Where the program makes the trail. */
function trailBucket(stage: Stage): Attack[] {
    const { settings, backup, region } = stage;
    const update = open("What the deploy role makes it can change", { rules: ["deploy"] });
    const updates = tries(stage, { id: "edge-trail", row: 49, harm: "blind the watchers", name: "diverts the trail", action: "cloudtrail:UpdateTrail", on: trailArn(placeOf(stage)) }, { "A9": update });
    if (settings.monitoring.trail !== "create") return updates;
    const bucket = trailBucketArn(placeOf(stage));
    const log = `${bucket}/AWSLogs/${backup}/CloudTrail/${region}/2026/10/05/x.json.gz`;
    const ours = { "aws:SourceAccount": backup, "aws:SourceArn": trailArn(placeOf(stage)) };
    const acl = { ...ours, "s3:x-amz-acl": "bucket-owner-full-control" };
    return [
        ...updates,
        byService(stage, "edge-trail-acl", "config.amazonaws.com", "s3:GetBucketAcl", bucket, ours, ["bucket policy"]),
        byService(stage, "edge-trail-list", "cloudtrail.amazonaws.com", "s3:ListBucket", bucket, ours, ["bucket policy"]),
        byService(stage, "edge-trail-write", "config.amazonaws.com", "s3:PutObject", log, acl, ["bucket policy"]),
        byService(stage, "edge-trail-object-acl", "cloudtrail.amazonaws.com", "s3:PutObjectAcl", log, acl, ["bucket policy"]),
        ...tries(stage, { id: "edge-trail-http", row: "design", harm: "blind the watchers", name: "lists logs without TLS", action: "s3:ListBucket", on: bucket, context: context("aws:SecureTransport", "false") }, { "A4": ["bucket policy", "rcp"] }),
    ];
}

/** Whom the kill switch for an account leaves alone, and what it leaves that account. */
function suspended(stage: Stage): Attack[] {
    const [account] = stage.settings.vault.suspendedAccounts;
    if (!account) return [];
    const { arns, tenant } = stage;
    const goes = (who: Who, id: string, action: string, on: On) => tries(stage, { id: `edge-suspended-${id}`, row: "design", harm: "stop backups silently", name: `calls ${action} while an account is suspended`, action, on }, { [who]: "allowed" });
    return [
        ...goes("export role", "reads", "s3:GetObject", ({ account: each }) => `${arns.bucket}/exports/${each}/x`),
        ...tries({ ...stage, sources: [{ account: tenant, id: "tenant", kind: "listed" }] }, { id: "edge-suspended-others", row: "design", harm: "stop backups silently", name: "writes on while another account is suspended", action: "s3:PutObject", on: () => `${arns.bucket}/exports/${tenant}/x` }, { "export role": "allowed" }),
    ];
}
