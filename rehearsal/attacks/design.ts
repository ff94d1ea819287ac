/** What this design itself makes possible to try. */
import { partitionOf } from "../../components/arns";
import { iamForwarderRule } from "../../components/policies/tamper";
import { trailArn, trailBucketArn } from "../../components/policies/trail";
import { objectDestruction } from "../../components/policies/vaultBucket";
import { service } from "./actors";
import { open, perimeter, tries } from "./build";
import { placesOf } from "./objects";
import type { Attack, Control, Source, Stage } from "./types";

export const designAttacks = (stage: Stage): Attack[] => [...stackSets(stage), ...names(stage), ...byServices(stage), ...snapshots(stage), ...suspended(stage), ...trailBucket(stage)];

const own = ({ account }: Source) => account;

function stackSets(stage: Stage): Attack[] {
    const { partition, region, backup, arns } = stage;
    const theirs = `arn:${partition}:cloudformation:${region}:${backup}:stackset/theirs:00000000-0000-4000-8000-000000000000`;
    const tried = { row: "design", harm: "open trust" } as const;
    return [
        ...tries(stage, { ...tried, id: "stack-set", name: "makes a StackSet from the backup account", action: "cloudformation:CreateStackSet", on: "*" }, { "A4, A5, A9": ["scp"], "A9 printed": ["identity policy", "scp"] }),
        ...tries(stage, { ...tried, id: "stack-instances", name: "deploys a StackSet from the backup account", action: "cloudformation:CreateStackInstances", on: theirs }, { "A4, A5, A9": ["scp"] }),
        ...tries(stage, { ...tried, id: "delegate", name: "makes the backup account a delegated administrator", action: "organizations:RegisterDelegatedAdministrator", on: "*" }, { "A4": ["scp"] }),
        // Only RDS may: neither the trust nor the starter's own policy has the starter.
        ...tries(stage, { ...tried, id: "assume-export", name: "assumes a source account's export role from the backup account", action: "sts:AssumeRole", on: ({ account }) => arns.exportRole(account), owner: own }, { "A8 starter": ["identity policy", "trust"], "A8 starter wide": ["trust"] }),
        ...(stage.settings.organization
            ? tries(stage, { ...tried, id: "stack", name: "deletes the stack that the StackSet made in its account", action: "cloudformation:DeleteStack", on: ({ account }) => `arn:${partition}:cloudformation:${region}:${account}:stack/StackSet-${stage.names.stackSet}-00000000-0000-4000-8000-000000000000/0`, owner: own }, { "A1, A1 root": ["scp"] })
            : []),
    ];
}

/** A role of the right name elsewhere, or of a wrong one where the right one is. */
function names(stage: Stage): Attack[] {
    const { arns, keyArn } = stage;
    const { object, manifest, once, encrypt, viaS3 } = placesOf(stage);
    const tried = { row: "design" } as const;
    const { outsiders } = perimeter(stage);
    return [
        ...tries(stage, { ...tried, id: "right-name", harm: "junk and cost", name: "writes under its own account's prefix by a role of the right name in an account that isn't enrolled", action: "s3:PutObject", on: `${arns.bucket}/exports/${stage.stranger}/x` }, { "A7 export role": ["bucket policy", "rcp"] }),
        ...tries(stage, { ...tried, id: "right-name-outside", harm: "junk and cost", name: "writes by a role of the right name in an account outside the enrolled units", action: "s3:PutObject", on: `${arns.bucket}/exports/${stage.outsider}/x` }, { "A10 outside": ["bucket policy", ...outsiders] }),
        ...tries(stage, { ...tried, id: "list-outside", harm: "read others' exports", name: "lists the bucket by a role of the right name outside the enrolled units", action: "s3:ListBucket", on: arns.bucket }, { "A10 outside": ["bucket policy", ...outsiders] }),
        ...tries(stage, { ...tried, id: "key-outside", harm: "junk and cost", name: "encrypts by a role of the right name outside the enrolled units", action: "kms:GenerateDataKey", on: keyArn, context: viaS3 }, { "A10 outside": ["key policy", ...outsiders] }),
        ...tries(stage, { ...tried, id: "forged-sealer", harm: "hide or shadow", name: "writes a manifest by a sealer of its own account", action: "s3:PutObject", on: manifest, context: once, also: encrypt }, { "A10 admin": ["bucket policy", "key policy"] }),
        ...tries(stage, { ...tried, id: "location-outside", harm: "read others' exports", name: "asks where the bucket is", action: "s3:GetBucketLocation", on: arns.bucket }, { "A7 export role": ["bucket policy", "rcp"], "A10 outside": ["bucket policy", ...outsiders] }),
        ...tries(stage, { ...tried, id: "forwarder-name", harm: "forge work", name: "puts events by another role of an enrolled account", action: "events:PutEvents", on: arns.bus }, { "A2 wide, A3 wide, A1": ["bus policy"] }),
        ...tries(stage, { ...tried, id: "object-as-access", harm: "junk and cost", name: "writes an export by the access role", action: "s3:PutObject", on: object, also: encrypt }, { "A3": ["bucket policy", "identity policy", "key policy"], "A3 wide": ["bucket policy", "key policy"] }),
    ];
}

/** Confused deputies: a service is made to come for somebody else's resource. */
function byServices(stage: Stage): Attack[] {
    const { arns, partition, region, backup, stranger, outsider, sources, settings, names: own, noticesKeyArn } = stage;
    const events = "events.amazonaws.com";
    const rule = (account: string, name: string) => `arn:${partition}:events:${region}:${account}:rule/${name}`;
    const by = (id: string, actor: "A1" | "A4" | "A7" | "A10", harm: Attack["harm"], name: string, who: string, action: string, resource: string, context: Record<string, string>, stoppedBy: Control[], owner = backup): Attack => ({
        id: `design.${actor}.${id}`, row: "design", harm, actor, name, call: { principal: service(who), action, resource, resourceAccount: owner, context }, expect: { stoppedBy: [...stoppedBy].sort() },
    });
    const from = (account: string, arn: string) => ({ "aws:SourceAccount": account, "aws:SourceArn": arn });
    const place = { stack: settings.stack, region, backupAccountId: backup };
    const iamForwarder = arns.readerRole.replace(own.reader, own.iamForwarder);
    const { account } = sources[0]!;
    return [
        by("undelivered", "A7", "forge work", "fills `undelivered` by a rule of the right name in an account that isn't enrolled", events, "sqs:SendMessage", arns.undeliveredQueue, from(stranger, arns.forwarderRule(stranger)), ["queue policy", "rcp"]),
        by("undelivered-outside", "A10", "forge work", "fills `undelivered` from outside the enrolled units", events, "sqs:SendMessage", arns.undeliveredQueue, from(outsider, arns.forwarderRule(outsider)), ["queue policy", ...perimeter(stage).outsiders]),
        by("undelivered-other-rule", "A1", "forge work", "fills `undelivered` by another rule", events, "sqs:SendMessage", arns.undeliveredQueue, from(account, rule(account, "theirs")), ["queue policy"]),
        by("undelivered-here", "A4", "forge work", "fills `undelivered` by a rule of its own in the backup account", events, "sqs:SendMessage", arns.undeliveredQueue, from(backup, rule(backup, "theirs")), ["queue policy"]),
        by("trigger-rule", "A7", "forge work", "sends triggers by a rule of its own", events, "sqs:SendMessage", arns.triggerQueue, from(stranger, rule(stranger, own.hubRule)), ["queue policy", "rcp"]),
        by("trigger-rule-here", "A4", "forge work", "sends triggers by a rule of its own in the backup account", events, "sqs:SendMessage", arns.triggerQueue, from(backup, rule(backup, "theirs")), ["queue policy"]),
        by("notice", "A7", "blind the watchers", "publishes by a rule of its own", events, "sns:Publish", arns.notices, from(stranger, rule(stranger, "theirs")), ["topic policy"]),
        by("notice-here", "A4", "blind the watchers", "publishes by a rule of its own in the backup account", events, "sns:Publish", arns.notices, from(backup, rule(backup, "theirs")), ["topic policy"]),
        by("alarm", "A7", "blind the watchers", "publishes by an alarm of its own", "cloudwatch.amazonaws.com", "sns:Publish", arns.notices, from(stranger, `arn:${partition}:cloudwatch:${region}:${stranger}:alarm:${own.watch}-rpo`), ["topic policy"]),
        by("alarm-here", "A4", "blind the watchers", "publishes by another alarm", "cloudwatch.amazonaws.com", "sns:Publish", arns.notices, from(backup, `arn:${partition}:cloudwatch:${region}:${backup}:alarm:theirs`), ["topic policy"]),
        by("alarm-key", "A7", "blind the watchers", "has CloudWatch use the notices' key for an alarm of its own", "cloudwatch.amazonaws.com", "kms:Decrypt", noticesKeyArn, { "aws:SourceAccount": stranger }, ["key policy", "rcp"]),
        by("other-service", "A7", "blind the watchers", "publishes by another service", "s3.amazonaws.com", "sns:Publish", arns.notices, from(stranger, "arn:aws:s3:::theirs"), ["topic policy"]),
        by("export-trust", "A10", "open trust", "has RDS assume another account's export role", "export.rds.amazonaws.com", "sts:AssumeRole", arns.exportRole(account), { "aws:SourceAccount": stage.tenant }, ["trust"], account),
        by("export-trust-service", "A1", "open trust", "has another service assume the export role", "lambda.amazonaws.com", "sts:AssumeRole", arns.exportRole(account), { "aws:SourceAccount": account }, ["trust"], account),
        by("forwarder-trust", "A10", "forge work", "has EventBridge assume another account's forwarder role", events, "sts:AssumeRole", arns.forwarderRole(account), from(stage.tenant, arns.forwarderRule(stage.tenant)), ["trust"], account),
        by("forwarder-trust-rule", "A1", "forge work", "has EventBridge assume the forwarder's role for another rule", events, "sts:AssumeRole", arns.forwarderRole(account), from(account, rule(account, "theirs")), ["trust"], account),
        by("forwarder-trust-account", "A10", "forge work", "has EventBridge assume the forwarder's role for a rule of that name, on behalf of another account", events, "sts:AssumeRole", arns.forwarderRole(account), from(stage.tenant, arns.forwarderRule(account)), ["trust"], account),
        by("schedule-trust", "A4", "forge work", "has Scheduler assume the schedule's role for another group", "scheduler.amazonaws.com", "sts:AssumeRole", arns.readerRole.replace(own.reader, own.scheduleRole), from(backup, arns.watchScheduleGroup), ["trust"]),
        by("watch-schedule-trust", "A4", "forge work", "has Scheduler assume the watcher's schedule role for another group", "scheduler.amazonaws.com", "sts:AssumeRole", arns.readerRole.replace(own.reader, own.watchScheduleRole), from(backup, arns.scheduleGroup), ["trust"]),
        by("schedule-trust", "A7", "forge work", "has Scheduler assume the schedule's role for a group of that name elsewhere", "scheduler.amazonaws.com", "sts:AssumeRole", arns.readerRole.replace(own.reader, own.scheduleRole), from(stranger, arns.scheduleGroup), ["rcp", "trust"]),
        by("iam-forwarder-trust", "A4", "blind the watchers", "has EventBridge assume the IAM forwarder's role for another rule", events, "sts:AssumeRole", iamForwarder, from(backup, rule(backup, "theirs")), ["trust"]),
        by("iam-forwarder-trust", "A7", "blind the watchers", "has EventBridge assume the IAM forwarder's role on behalf of another account", events, "sts:AssumeRole", iamForwarder, from(stranger, iamForwarderRule(place)), ["rcp", "trust"]),
        by("lambda-trust", "A4", "open trust", "has EC2 assume the starter's role", "ec2.amazonaws.com", "sts:AssumeRole", arns.starterRole, {}, ["trust"]),
    ];
}

/** Real events of made-up work. What the planner does with them: `elsewhere`. */
function snapshots(stage: Stage): Attack[] {
    const { partition, region } = stage;
    const on = ({ account }: Source) => `arn:${partition}:rds:${region}:${account}:snapshot:junk`;
    return [
        ...tries(stage, { id: "junk-snapshot", row: "design", harm: "junk and cost", name: "takes a junk snapshot at the start of a period, so that it is exported in place of the real one", action: "rds:CreateDBSnapshot", on, owner: own }, {
            "A1": open("Whoever administers an account takes snapshots; only automated ones count where snapshotTypes says so, and each export is of a real snapshot", { alarms: ["volume"] }),
        }),
    ];
}

/** The kill switch. */
function suspended(stage: Stage): Attack[] {
    const [account] = stage.settings.vault.suspendedAccounts;
    if (!account || !stage.sources.some((source) => source.account === account)) return [];
    return tries(stage, { id: "suspended", row: 10, harm: "junk and cost", name: "writes on though it is suspended", action: "s3:PutObject", on: ({ account: each }) => `${stage.arns.bucket}/exports/${each}/junk` }, { "A2, A2 wide": ["bucket policy"] });
}

/** Where the program makes the trail. */
function trailBucket(stage: Stage): Attack[] {
    const { settings, region, backup, stranger } = stage;
    if (settings.monitoring.trail !== "create") return [];
    const place = { stack: settings.stack, region, backupAccountId: backup };
    const bucket = trailBucketArn(place);
    const log = `${bucket}/AWSLogs/${backup}/CloudTrail/${region}/2026/10/05/x.json.gz`;
    const deliver = { "s3:x-amz-acl": "bucket-owner-full-control" };
    const trail = (id: string, actor: "A7" | "pipeline", name: string, action: string, on: string, context: Record<string, string>, expect: Attack["expect"]): Attack => ({
        id: `design.${actor}.trail-${id}`, row: "design", harm: "blind the watchers", actor, name, call: { principal: service("cloudtrail.amazonaws.com"), action, resource: on, resourceAccount: backup, context }, expect,
    });
    const ours = { "aws:SourceAccount": backup, "aws:SourceArn": trailArn(place) };
    const theirs = { "aws:SourceAccount": stranger, "aws:SourceArn": `arn:${partitionOf(region)}:cloudtrail:${region}:${stranger}:trail/theirs` };
    return [
        ...objectDestruction.map((action) => action.replace("*", "Object")).flatMap((action) => tries(stage, { id: `trail-${action}`, row: 49, harm: "blind the watchers", name: `${action} of a log`, action, on: log }, { "A4, A9": ["bucket policy", "rcp", "scp"] })),
        ...tries(stage, { id: "trail-marker", row: 49, harm: "blind the watchers", name: "hides a log", action: "s3:DeleteObject", on: log }, { "A4, A9": ["bucket policy", "scp"] }),
        ...tries(stage, { id: "trail-bucket", row: 49, harm: "blind the watchers", name: "deletes the trail's bucket", action: "s3:DeleteBucket", on: bucket }, { "A4, A9": ["rcp", "scp"] }),
        ...tries(stage, { id: "trail-lock", row: 49, harm: "blind the watchers", name: "takes away the trail bucket's default lock", action: "s3:PutBucketObjectLockConfiguration", on: bucket }, { "A4, A9": ["rcp", "scp"] }),
        ...tries(stage, { id: "trail-plain-http", row: 49, harm: "blind the watchers", name: "reads logs without TLS", action: "s3:GetObject", on: log, context: { "aws:SecureTransport": "false" } }, { "A4": ["bucket policy", "rcp"] }),
        ...tries(stage, { id: "trail-read", row: 49, harm: "blind the watchers", name: "writes a log", action: "s3:PutObject", on: log, context: deliver }, { "A1": ["bucket policy"], "A7": ["bucket policy", "rcp"], "A4": ["scp"] }),
        trail("deliver", "pipeline", "CloudTrail delivers", "s3:PutObject", log, { ...ours, ...deliver }, { allowed: true }),
        trail("acl", "pipeline", "CloudTrail looks at the bucket's ACL", "s3:GetBucketAcl", bucket, ours, { allowed: true }),
        trail("foreign", "A7", "has CloudTrail deliver a stranger's logs", "s3:PutObject", log, { ...theirs, ...deliver }, { stoppedBy: ["bucket policy", "rcp"] }),
        trail("foreign-acl", "A7", "has CloudTrail look at the bucket for a stranger's trail", "s3:GetBucketAcl", bucket, theirs, { stoppedBy: ["bucket policy", "rcp"] }),
        trail("keep-control", "A7", "has CloudTrail deliver what the owner can't read", "s3:PutObject", log, ours, { stoppedBy: ["bucket policy"] }),
        trail("elsewhere", "A7", "has CloudTrail deliver under another account's prefix", "s3:PutObject", `${bucket}/AWSLogs/${stranger}/x`, { ...ours, ...deliver }, { stoppedBy: ["bucket policy"] }),
    ];
}
