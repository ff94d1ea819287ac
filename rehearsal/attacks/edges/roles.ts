/** Roles of ours beyond their task, and other services in their name. */
import { roleArn } from "../../../components/arns";
import { iamForwarderRule, tamperRuleArns } from "../../../components/policies/tamper";
import type { Who } from "../actors";
import type { Tried } from "../build";
import { allowed, byService, context, keyed, type On, own, placeOf, refused } from "./cases";
import { placesOf } from "../objects";
import type { Attack, Control, Source, Stage } from "../types";

/** Each role of ours beyond its task. */
export function beyondTask(stage: Stage): Attack[] {
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
export function assumed(stage: Stage): Attack[] {
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

/** Another service that comes in the name of the very thing that ours comes for. */
export function inOurName(stage: Stage): Attack[] {
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
export function everySource(stage: Stage): Attack[] {
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
