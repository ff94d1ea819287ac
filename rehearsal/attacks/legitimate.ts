/** What must go on under every policy: the program's own calls, the deploy role's, and a restore's. */
import { organizationDelegation } from "../../components/policies/organization";
import { service } from "./actors";
import { tries, type Tried } from "./build";
import { deployCalls, needsWindow } from "./deployCalls";
import { placesOf } from "./objects";
import type { Attack, Source, Stage } from "./types";

const own = ({ account }: Source) => account;

export const legitimateCalls = (stage: Stage): Attack[] => [...exporting(stage), ...hub(stage), ...watch(stage), ...deploys(stage), ...restores(stage), ...byServices(stage)];

type Goes = Omit<Tried, "row" | "harm">;
const goes = (stage: Stage, who: string, tried: Goes) => tries(stage, { ...tried, row: "design", harm: "stop backups silently" }, { [who]: "allowed" });

function exporting(stage: Stage): Attack[] {
    const { arns, keyArn, region, partition, names } = stage;
    const { object, encrypt } = placesOf(stage);
    const forRds = { "kms:GrantIsForAWSResource": "true", "kms:ViaService": `rds.${region}.amazonaws.com` };
    const snapshot = (type: string) => ({ account }: Source) => `arn:${partition}:rds:${region}:${account}:${type}:rds:orders-2026-10-05-03-00`;
    const describe = ["DBSnapshots", "DBClusterSnapshots", "DBInstances", "DBClusters", "ExportTasks"];
    return [
        ...["s3:PutObject", "s3:GetObject", "s3:DeleteObject"].flatMap((action) => goes(stage, "export role", { id: action, name: `${action} under its own prefix`, action, on: object, also: action === "s3:PutObject" ? encrypt : [] })),
        ...["s3:ListBucket", "s3:GetBucketLocation"].flatMap((action) => goes(stage, "export role", { id: action, name: action, action, on: arns.bucket })),
        ...["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey", "kms:RetireGrant"].flatMap((action) => goes(stage, "export role", { id: action, name: `${action}, as AWS documents it for exports`, action, on: keyArn })),
        ...["export role", "access role"].flatMap((who) => goes(stage, who, { id: "grant", name: "has RDS lend the key to itself", action: "kms:CreateGrant", on: keyArn, context: forRds })),
        ...goes(stage, "access role", { id: "kms:DescribeKey", name: "looks at the key", action: "kms:DescribeKey", on: keyArn }),
        ...describe.flatMap((what) => goes(stage, "access role", { id: `describe-${what}`, name: `describes ${what}`, action: `rds:Describe${what}`, on: "*", owner: own })),
        ...["snapshot", "cluster-snapshot"].flatMap((type) => goes(stage, "access role", { id: `start-${type}`, name: `starts the export of a ${type}`, action: "rds:StartExportTask", on: snapshot(type), owner: own })),
        ...goes(stage, "access role", { id: "pass", name: "passes RDS the export role", action: "iam:PassRole", on: ({ account }) => arns.exportRole(account), owner: own, context: { "iam:PassedToService": "export.rds.amazonaws.com" } }),
        ...goes(stage, "forwarder", { id: "event", name: "puts a snapshot's event to the hub", action: "events:PutEvents", on: arns.bus }),
        ...goes(stage, "starter", { id: "assume", name: "assumes an access role", action: "sts:AssumeRole", on: ({ account }) => arns.accessRole(account), owner: own, context: { "sts:ExternalId": names.externalId } }),
    ];
}

function hub(stage: Stage): Attack[] {
    const { arns, settings, management, partition, backup } = stage;
    const { object, manifest, once, encrypt, decrypt } = placesOf(stage);
    const take = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    const logs = { starter: arns.starterLogs, sealer: arns.sealerLogs, sweeper: arns.sweeperLogs, watcher: arns.watcherLogs };
    const delegation = organizationDelegation(partition, backup);
    return [
        ...take.flatMap((action) => [...goes(stage, "starter", { id: action, name: `${action} of triggers`, action, on: arns.triggerQueue }), ...goes(stage, "sealer", { id: action, name: `${action} of requests to seal`, action, on: arns.sealQueue })]),
        ...goes(stage, "starter", { id: "ask-sealer", name: "asks to seal", action: "sqs:SendMessage", on: arns.sealQueue }),
        ...goes(stage, "sweeper", { id: "send", name: "sends triggers", action: "sqs:SendMessage", on: arns.triggerQueue }),
        ...["starter", "sealer"].flatMap((who) => goes(stage, who, { id: "list", name: "lists manifests", action: "s3:ListBucket", on: arns.bucket, context: { "s3:prefix": "manifests/111122223333/" } })),
        ...goes(stage, "sealer", { id: "versions", name: "lists an export's versions", action: "s3:ListBucketVersions", on: arns.bucket, context: { "s3:prefix": "exports/111122223333/instance.orders/" } }),
        ...goes(stage, "sealer", { id: "read", name: "reads an export's info file by version", action: "s3:GetObjectVersion", on: object, also: decrypt }),
        ...goes(stage, "sealer", { id: "retention", name: "looks at a version's lock", action: "s3:GetObjectRetention", on: object }),
        ...goes(stage, "sealer", { id: "write", name: "writes a manifest", action: "s3:PutObject", on: manifest, context: once, also: encrypt }),
        ...goes(stage, "sealer", { id: "read-manifest", name: "reads a manifest", action: "s3:GetObject", on: manifest, also: decrypt }),
        ...Object.entries(logs).flatMap(([who, group]) => ["logs:CreateLogStream", "logs:PutLogEvents"].flatMap((action) => goes(stage, who, { id: action, name: action, action, on: `${group}:log-stream:own` }))),
        ...goes(stage, "schedule", { id: "run", name: "runs the sweep", action: "lambda:InvokeFunction", on: arns.sweeper }),
        ...goes(stage, "watch schedule", { id: "run", name: "runs the watcher", action: "lambda:InvokeFunction", on: arns.watcher }),
        ...(settings.organization
            ? ["DescribeOrganization", "ListAccountsForParent", "ListChildren", "ListTagsForResource"].flatMap((call) =>
                  goes(stage, "sweeper", { id: call, name: `organizations:${call}`, action: `organizations:${call}`, on: organizationArn(stage, call), owner: management }).map((each) => ({ ...each, resourcePolicy: delegation })))
            : []),
        ...(settings.organization ? goes(stage, "sweeper", { id: "list", name: "lists manifests", action: "s3:ListBucket", on: arns.bucket, context: { "s3:prefix": "manifests/" } }) : []),
    ];
}

function organizationArn({ partition, management, settings, sources }: Stage, call: string): string {
    const { organizationId, units } = settings.organization!;
    const arn = (what: string) => `arn:${partition}:organizations::${management}:${what}`;
    if (call === "DescribeOrganization") return "*";
    return call === "ListTagsForResource" ? arn(`account/${organizationId}/${sources.at(-1)!.account}`) : arn(`ou/${organizationId}/${units[0]}`);
}

function watch(stage: Stage): Attack[] {
    const { arns, noticesKeyArn, region, partition, backup } = stage;
    const { canary, once, encrypt, decrypt } = placesOf(stage);
    const viaSns = { "kms:ViaService": `sns.${region}.amazonaws.com` };
    const publish = ["kms:Decrypt", "kms:GenerateDataKey"].map((action) => ({ action, resource: noticesKeyArn, resourceAccount: backup, context: viaSns }));
    const trail = `arn:${partition}:cloudtrail:us-east-1:${backup}:trail/all`;
    return [
        ...goes(stage, "watcher", { id: "canary", name: "writes the lock canary", action: "s3:PutObject", on: canary, context: once, also: encrypt }),
        ...["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"].flatMap((action) => goes(stage, "watcher", { id: action, name: `${action} of the canary`, action, on: canary, also: decrypt })),
        ...goes(stage, "watcher", { id: "lock", name: "looks at the bucket's default lock", action: "s3:GetBucketObjectLockConfiguration", on: arns.bucket }),
        ...[arns.starterLogs, arns.sealerLogs, arns.sweeperLogs].flatMap((group, i) => goes(stage, "watcher", { id: `logs-${i + 1}`, name: "reads what a function said", action: "logs:FilterLogEvents", on: `${group}:*` })),
        ...goes(stage, "watcher", { id: "trails", name: "lists trails", action: "cloudtrail:DescribeTrails", on: "*" }),
        ...["cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"].flatMap((action) => goes(stage, "watcher", { id: action, name: `${action} of a trail`, action, on: trail })),
        ...goes(stage, "watcher", { id: "digest", name: "sends the digest", action: "sns:Publish", on: arns.notices, also: publish }),
        ...goes(stage, "iam forwarder", { id: "home", name: "sends IAM's calls to the home Region", action: "events:PutEvents", on: `arn:${partition}:events:${region}:${backup}:event-bus/default` }),
        ...(stage.settings.monitoring.heartbeatTopicArn ? ["sweeper", "watcher"].flatMap((who) => goes(stage, who, { id: "heartbeat", name: "sends a heartbeat within the account", action: "sns:Publish", on: stage.settings.monitoring.heartbeatTopicArn! })) : []),
    ];
}

/** Of `pulumi up`, what the guardrails leave it: everything but the vault's own protection. */
function deploys(stage: Stage): Attack[] {
    const { arns } = stage;
    return [
        ...deployCalls(stage).filter(({ action }) => !needsWindow.has(action)).flatMap(({ action, resource, context }, i) => goes(stage, "deploy", { id: `${action}-${i + 1}`, name: action, action, on: resource, ...(context && { context }) })),
        ...["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy"].flatMap((action) => goes(stage, "deploy source", { id: action, name: `${action} of a source account's role`, action, on: ({ account }) => arns.accessRole(account), owner: own })),
        ...["events:PutRule", "events:PutTargets", "events:DeleteRule"].flatMap((action) => goes(stage, "deploy source", { id: action, name: `${action} of the forwarder`, action, on: ({ account }) => arns.forwarderRule(account), owner: own })),
    ];
}

function restores(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup } = stage;
    const { object, manifest, decrypt } = placesOf(stage);
    return [
        ...["s3:GetObject", "s3:GetObjectVersion"].flatMap((action) => goes(stage, "restorer", { id: action, name: `${action} of an export`, action, on: object, also: decrypt })),
        ...goes(stage, "restorer", { id: "archived", name: "has an archived export brought back", action: "s3:RestoreObject", on: object }),
        ...["s3:ListBucket", "s3:ListBucketVersions"].flatMap((action) => goes(stage, "restorer", { id: action, name: action, action, on: arns.bucket })),
        ...goes(stage, "reader", { id: "manifest", name: "reads a manifest", action: "s3:GetObject", on: manifest, also: decrypt }),
        ...goes(stage, "reader", { id: "list", name: "lists manifests", action: "s3:ListBucket", on: arns.bucket, context: { "s3:prefix": "manifests/" } }),
        ...goes(stage, "reader", { id: "alarms", name: "looks at alarms", action: "cloudwatch:DescribeAlarms", on: `arn:${partition}:cloudwatch:${region}:${backup}:alarm:*` }),
        ...goes(stage, "reader", { id: "told", name: "looks who is told", action: "sns:ListSubscriptionsByTopic", on: arns.notices }),
        ...goes(stage, "reader", { id: "inventory", name: "reads inventory lines", action: "logs:FilterLogEvents", on: `${arns.starterLogs}:*` }),
        ...goes(stage, "restorer", { id: "assume-reader", name: "assumes the reader's role", action: "sts:AssumeRole", on: arns.readerRole }),
        ...goes(stage, "restorer", { id: "own-bus", name: "looks at a rule", action: "events:DescribeRule", on: `arn:${partition}:events:${region}:${backup}:rule/${names.watch}-key` }),
    ];
}

/** What AWS services do in their own name. */
function byServices(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup, noticesKeyArn, sources } = stage;
    const by = (id: string, name: string, who: string, action: string, resource: string, resourceAccount: string, context: Record<string, string | readonly string[]>): Attack => ({
        id: `design.pipeline.${id}`, row: "design", harm: "stop backups silently", actor: "pipeline", name, call: { principal: service(who), action, resource, resourceAccount, context }, expect: { allowed: true },
    });
    const tamperRule = `arn:${partition}:events:${region}:${backup}:rule/${names.watch}-key`;
    const from = (account: string, arn: string) => ({ "aws:SourceAccount": account, "aws:SourceArn": arn });
    return [
        ...sources.flatMap(({ account, kind }) => [
            by(`export-trust.${kind}`, "RDS assumes the export role", "export.rds.amazonaws.com", "sts:AssumeRole", arns.exportRole(account), account, { "aws:SourceAccount": account }),
            by(`forwarder-trust.${kind}`, "EventBridge assumes the forwarder's role", "events.amazonaws.com", "sts:AssumeRole", arns.forwarderRole(account), account, from(account, arns.forwarderRule(account))),
            by(`dead-letter.${kind}`, "EventBridge keeps what it couldn't deliver", "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, backup, from(account, arns.forwarderRule(account))),
        ]),
        by("hub-rule", "the hub rule sends a trigger", "events.amazonaws.com", "sqs:SendMessage", arns.triggerQueue, backup, from(backup, arns.hubRule)),
        by("hub-dead-letter", "EventBridge keeps a trigger that it couldn't deliver", "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, backup, from(backup, arns.hubRule)),
        by("tamper-dead-letter", "EventBridge keeps a notice that it couldn't deliver", "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, backup, from(backup, tamperRule)),
        by("tamper", "a tamper rule mails", "events.amazonaws.com", "sns:Publish", arns.notices, backup, from(backup, tamperRule)),
        by("tamper-silent", "a tamper rule mails, and EventBridge doesn't say for whom", "events.amazonaws.com", "sns:Publish", arns.notices, backup, {}),
        by("alarm", "an alarm mails", "cloudwatch.amazonaws.com", "sns:Publish", arns.notices, backup, from(backup, `arn:${partition}:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`)),
        ...["kms:Decrypt", "kms:GenerateDataKey"].flatMap((action) => [
            by(`alarm-key-${action}`, `${action} for an alarm`, "cloudwatch.amazonaws.com", action, noticesKeyArn, backup, { "aws:SourceAccount": backup }),
            by(`tamper-key-${action}`, `${action} for a tamper rule`, "events.amazonaws.com", action, noticesKeyArn, backup, {}),
        ]),
        ...[arns.starterRole, arns.sealerRole, arns.watcherRole].map((role, i) => by(`lambda-${i + 1}`, "Lambda assumes a function's role", "lambda.amazonaws.com", "sts:AssumeRole", role, backup, {})),
        ...([[names.scheduleRole, arns.scheduleGroup], [names.watchScheduleRole, arns.watchScheduleGroup]] as const).map(([name, group]) =>
            by(`scheduler-${name}`, "Scheduler assumes a schedule's role", "scheduler.amazonaws.com", "sts:AssumeRole", arns.readerRole.replace(names.reader, name), backup, from(backup, group))),
    ];
}
