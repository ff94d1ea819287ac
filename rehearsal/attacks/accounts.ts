/** Source accounts, the organization, and who watches: rows 39 to 50. */
import { roleArn } from "../../components/arns";
import { trailArn } from "../../components/policies/trail";
import { iamRegion } from "../../components/watch/tamperCalls";
import { open, tries } from "./build";
import type { Attack, Source, Stage } from "./types";

const own = ({ account }: Source) => account;

export const accountAttacks = (stage: Stage): Attack[] => [...sourceRoles(stage), ...backupRoles(stage), ...rds(stage), ...organization(stage), ...watchers(stage), ...deployment(stage)];

const roleChanges: readonly [id: string, name: string, action: string][] = [
    ["trust", "opens the trust of", "iam:UpdateAssumeRolePolicy"],
    ["delete", "deletes", "iam:DeleteRole"],
    ["rights", "changes the rights of", "iam:PutRolePolicy"],
    ["no-rights", "takes the rights of", "iam:DeleteRolePolicy"],
    ["boundary", "puts a boundary onto", "iam:PutRolePermissionsBoundary"],
    ["attach", "attaches a policy to", "iam:AttachRolePolicy"],
];

function sourceRoles(stage: Stage): Attack[] {
    const { arns } = stage;
    const roles = { access: arns.accessRole, export: arns.exportRole, forwarder: arns.forwarderRole };
    return roleChanges.flatMap(([id, name, action]) =>
        Object.entries(roles).flatMap(([role, arnOf]) =>
            tries(stage, { id: `${id}-${role}`, row: 39, harm: id === "trust" || id === "attach" ? "open trust" : "stop backups silently", name: `${name} the ${role} role`, action, on: ({ account }) => arnOf(account), owner: own }, {
                "A1, A1 root": ["scp"],
                ...(id === "trust" && { "A9 source": open("The deploy role made it, and may change it", { note: "it breaks nothing; that account's own CloudTrail has the call" }), "A4": ["aws"], "A10 admin": ["aws", "scp"], "A3": ["identity policy", "scp"] }),
            }),
        ),
    );
}

function backupRoles(stage: Stage): Attack[] {
    const { arns, partition, backup, names, settings } = stage;
    const roles = [arns.starterRole, arns.sealerRole, arns.watcherRole, arns.readerRole, ...[names.sweeper, names.scheduleRole, names.watchScheduleRole].map((name) => roleArn(partition, backup, name))];
    const short = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1).replace(`${names.prefix}-`, "");
    const { deployRoleArn } = settings.backupAccount;
    return [
        ...roles.flatMap((on) => roleChanges.slice(0, 3).flatMap(([id, name, action]) => tries(stage, { id: `${id}-${short(on)}`, row: 39, harm: "open trust", name: `${name} the role ${short(on)} in the backup account`, action, on }, { "A4, A5": ["scp"] }))),
        ...tries(stage, { id: "pass-starter", row: 39, harm: "open trust", name: "hands the starter's role to a function of its own", action: "iam:PassRole", on: arns.starterRole, context: { "iam:PassedToService": "lambda.amazonaws.com" } }, { "A4, A5": ["scp"] }),
        ...tries(stage, { id: "pass-starter-to-ec2", row: 39, harm: "open trust", name: "hands the starter's role to a machine", action: "iam:PassRole", on: arns.starterRole, context: { "iam:PassedToService": "ec2.amazonaws.com" } }, { "A9 printed": ["identity policy"] }),
        ...tries(stage, { id: "widen-sealer", row: 39, harm: "open trust", name: "widens the sealer's rights", action: "iam:PutRolePolicy", on: arns.sealerRole }, { "A9": open("The deploy role manages the program's roles; the vault's own policies deny what destroys to every role", { rules: ["deploy"] }) }),
        ...roleChanges.flatMap(([id, name, action]) => tries(stage, { id: `${id}-deploy`, row: 39, harm: "open trust", name: `${name} the deploy role`, action, on: deployRoleArn }, { "A4, A5, A9": ["scp"], "A9 printed": ["identity policy", "scp"] })),
        ...["CreateUser", "CreateAccessKey", "CreateLoginProfile", "CreateSAMLProvider", "CreateOpenIDConnectProvider"].flatMap((call) =>
            tries(stage, { id: call, row: 39, harm: "open trust", name: `makes a way in by ${call}`, action: `iam:${call}`, on: identityArn(stage, call) }, { "A4, A5, A9": ["scp"], "A9 printed": ["identity policy", "scp"] })),
    ];
}

const identityArn = ({ partition, backup }: Stage, call: string) =>
    `arn:${partition}:iam::${backup}:${{ CreateSAMLProvider: "saml-provider/theirs", CreateOpenIDConnectProvider: "oidc-provider/theirs.example.com" }[call] ?? "user/theirs"}`;

function rds(stage: Stage): Attack[] {
    const { partition, region, arns } = stage;
    const snapshot = ({ account }: Source) => `arn:${partition}:rds:${region}:${account}:snapshot:rds:orders-2026-10-05-03-00`;
    const cluster = ({ account }: Source) => `arn:${partition}:rds:${region}:${account}:cluster-snapshot:rds:lake-2026-10-05-03-00`;
    const instance = ({ account }: Source) => `arn:${partition}:rds:${region}:${account}:db:orders`;
    const gone = open("Who administers an account may delete what is in it; an export under way goes on, and what was exported stays", { alarms: ["vanished"] });
    const shared = open("Sharing a snapshot is daily work in some accounts, and takes nothing from the vault");
    const corrupt = open("What the database holds is what is saved; history from before stays for as long as it is locked", { note: "restore drills" });
    return [
        ...tries(stage, { id: "cancel", row: 40, harm: "kill running exports", name: "cancels an export", action: "rds:CancelExportTask", on: "*", owner: own }, { "A1, A1 root": ["scp"], "A3": ["identity policy", "scp"], "A2": ["identity policy", "scp"], "A8 starter": ["aws", "identity policy"] }),
        ...tries(stage, { id: "delete", row: 41, harm: "stop backups silently", name: "deletes a snapshot before its export", action: "rds:DeleteDBSnapshot", on: snapshot, owner: own }, { "A1, A1 root": gone, "A3": ["identity policy"] }),
        ...tries(stage, { id: "delete-cluster", row: 41, harm: "stop backups silently", name: "deletes a cluster's snapshot before its export", action: "rds:DeleteDBClusterSnapshot", on: cluster, owner: own }, { "A1": gone, "A3": ["identity policy"] }),
        ...tries(stage, { id: "retention", row: 41, harm: "stop backups silently", name: "drops all automated snapshots by a retention of 0", action: "rds:ModifyDBInstance", on: instance, owner: own }, { "A1": open("Who administers an account decides whether there are snapshots", { alarms: ["vanished", "rpo"] }), "A3": ["identity policy"] }),
        ...tries(stage, { id: "start", row: 42, harm: "junk and cost", name: "starts exports of its own and takes the slots", action: "rds:StartExportTask", on: snapshot, owner: own }, {
            "A1, A1 root": ["scp"],
            "A2": ["identity policy", "scp"],
            "A3": open("To start exports is the access role's task; five run at once, and nobody but the starter assumes it", { alarms: ["volume", "flood"], note: "of what it then writes; of the exports themselves nothing" }),
        }),
        ...tries(stage, { id: "pass-other-role", row: 42, harm: "read others' exports", name: "passes RDS a role that writes elsewhere", action: "iam:PassRole", on: ({ account }) => `arn:${partition}:iam::${account}:role/theirs`, owner: own, context: { "iam:PassedToService": "export.rds.amazonaws.com" } }, { "A3": ["identity policy"] }),
        ...tries(stage, { id: "start-elsewhere", row: 42, harm: "junk and cost", name: "starts exports in another account", action: "rds:StartExportTask", on: `arn:${partition}:rds:${region}:${stage.tenant}:snapshot:orders`, owner: stage.tenant }, { "A3": ["aws", "identity policy"], "A3 wide": ["aws"] }),
        ...tries(stage, { id: "export-trust", row: 42, harm: "open trust", name: "assumes the export role", action: "sts:AssumeRole", on: ({ account }) => arns.exportRole(account), owner: own }, { "A1, A1 root, A3 wide, A10 admin, A4": ["trust"] }),
        ...tries(stage, { id: "share", row: 43, harm: "read others' exports", name: "shares a snapshot with a stranger", action: "rds:ModifyDBSnapshotAttribute", on: snapshot, owner: own }, { "A1, A1 root": shared, "A3": ["identity policy"] }),
        ...tries(stage, { id: "share-cluster", row: 43, harm: "read others' exports", name: "shares a cluster's snapshot", action: "rds:ModifyDBClusterSnapshotAttribute", on: cluster, owner: own }, { "A1": shared, "A3": ["identity policy"] }),
        ...tries(stage, { id: "corrupt", row: 41, harm: "corrupt before the snapshot", name: "corrupts the data before the snapshot", action: "rds-data:ExecuteStatement", on: ({ account }) => `arn:${partition}:rds:${region}:${account}:cluster:lake`, owner: own }, { "A1": corrupt }),
    ];
}

function organization(stage: Stage): Attack[] {
    const { partition, management, backup } = stage;
    const org = stage.keysOf("Principal", backup)["aws:PrincipalOrgID"] as string;
    const policy = `arn:${partition}:organizations::${management}:policy/${org}/service_control_policy/p-examplep1`;
    const account = `arn:${partition}:organizations::${management}:account/${org}/${backup}`;
    const beyond = open("The management account is bound by no guardrail; only distance helps: another organization, or a copy elsewhere", { note: "an alert of your own in another organization" });
    const byManagement = (row: number, id: string, name: string, action: string, on: string) =>
        tries(stage, { id, row, harm: row === 44 ? "open trust" : "leave or close the account", name, action, on, owner: management }, { "A6": beyond });
    const exit = (row: number, id: string, name: string, action: string, on = "*") => tries(stage, { id, row, harm: "leave or close the account", name, action, on }, { "A4, A5, A9": ["scp"], "A9 printed": ["identity policy", "scp"] });
    return [
        ...byManagement(44, "detach", "detaches the guardrails", "organizations:DetachPolicy", policy),
        ...byManagement(44, "empty", "empties the guardrails", "organizations:UpdatePolicy", policy),
        ...byManagement(44, "move", "moves the backup account to where no guardrail holds", "organizations:MoveAccount", account),
        ...byManagement(44, "type", "turns guardrails off for the whole organization", "organizations:DisablePolicyType", `arn:${partition}:organizations::${management}:root/${org}/r-ab12`),
        ...byManagement(45, "close", "closes the backup account: after 90 days even what is locked is gone", "organizations:CloseAccount", account),
        ...byManagement(46, "remove", "removes the backup account from the organization", "organizations:RemoveAccountFromOrganization", account),
        ...tries(stage, { id: "close-root", row: 45, harm: "leave or close the account", name: "closes the account", action: "account:CloseAccount", on: "*" }, { "A4, A5": ["scp"] }),
        ...tries(stage, { id: "support-desk", row: 45, harm: "leave or close the account", name: "has the support desk hand over the management account's root user, and closes the account", action: "organizations:CloseAccount", on: account, owner: management }, {
            "A6 root": open("What people at a support desk are talked into no policy sees", { note: "an alert of your own in another organization" }),
        }),
        ...exit(46, "leave", "leaves the organization", "organizations:LeaveOrganization"),
        ...exit(46, "accept", "accepts another organization's invitation", "organizations:AcceptHandshake", `arn:${partition}:organizations::${management}:handshake/${org}/invite/h-examplehandshake`),
        ...tries(stage, { id: "leave-source", row: 46, harm: "leave or close the account", name: "leaves the organization with a source account", action: "organizations:LeaveOrganization", on: "*", owner: own }, { "A1, A1 root": ["scp"] }),
        ...tries(stage, { id: "unlock-bucket", row: 47, harm: "open trust", name: "deletes the bucket policy by a root session", action: "s3:DeleteBucketPolicy", on: stage.arns.bucket }, { "A6 root session": ["rcp", "scp"] }),
        ...tries(stage, { id: "unlock-queue", row: 47, harm: "open trust", name: "changes the trigger queue by a root session", action: "sqs:SetQueueAttributes", on: stage.arns.triggerQueue }, { "A6 root session": ["scp"] }),
        ...tries(stage, { id: "assume-root", row: 47, harm: "open trust", name: "gets itself a root session of the backup account", action: "sts:AssumeRoot", on: `arn:${partition}:iam::${backup}:root`, owner: management }, {
            "A6": open("The management account may, unless central root access is off; what such a session can do here, the guardrails bound", { note: "of the call itself, which is logged in the management account; what such a session then changes here the rules tell" }),
        }),
        ...exit(48, "region", "disables the Region", "account:DisableRegion", `arn:${partition}:account::${backup}:account`),
        ...tries(stage, { id: "region-by-management", row: 48, harm: "leave or close the account", name: "disables the Region of the account", action: "account:DisableRegion", on: `arn:${partition}:account::${management}:account/${org}/${backup}`, owner: management }, { "A6": beyond }),
        ...exit(48, "contact", "redirects the account's alternate contact", "account:PutAlternateContact", `arn:${partition}:account::${backup}:account`),
        ...exit(48, "e-mail", "takes the root user's address", "account:StartPrimaryEmailUpdate", `arn:${partition}:account::${management}:account/${org}/${backup}`),
        ...tries(stage, { id: "elsewhere", row: 48, harm: "junk and cost", name: "works in a Region that nobody watches", action: "kms:CreateKey", on: "*", context: { "aws:RequestedRegion": "ap-south-1", "kms:KeyOrigin": "AWS_KMS" } }, { "A4, A5, A9": ["scp"] }),
    ];
}

function watchers(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup, settings } = stage;
    const place = { stack: settings.stack, region, backupAccountId: backup };
    const alarm = `arn:${partition}:cloudwatch:${region}:${backup}:alarm:${names.watch}-rpo`;
    const ruleIn = (where: string, name: string) => `arn:${partition}:events:${where}:${backup}:rule/${name}`;
    const logs = arns.starterLogs;
    const blind = (id: string, name: string, action: string, on: string, context?: Attack["call"]["context"]) =>
        tries(stage, { id, row: 49, harm: "blind the watchers", name, action, on, ...(context && { context }) }, { "A4, A5": ["scp"] });
    const trail = trailArn(place);
    return [
        ...[["stop", "stops", "StopLogging"], ["delete", "deletes", "DeleteTrail"], ["select", "narrows", "PutEventSelectors"]].flatMap(([id, verb, call]) =>
            tries(stage, { id: `trail-${id}`, row: 49, harm: "blind the watchers", name: `${verb} the trail`, action: `cloudtrail:${call}`, on: trail }, { "A4, A5, A9": ["scp"], "A9 printed": ["identity policy", "scp"] })),
        ...blind("trail-update", "diverts the trail", "cloudtrail:UpdateTrail", trail),
        ...blind("config", "stops AWS Config", "config:StopConfigurationRecorder", "*"),
        ...blind("guardduty", "ends GuardDuty", "guardduty:DeleteDetector", `arn:${partition}:guardduty:${region}:${backup}:detector/0123456789abcdef0123456789abcdef`),
        ...blind("securityhub", "ends Security Hub", "securityhub:DisableSecurityHub", `arn:${partition}:securityhub:${region}:${backup}:hub/default`),
        ...blind("alarms", "deletes an alarm", "cloudwatch:DeleteAlarms", alarm),
        ...blind("alarm-actions", "mutes an alarm", "cloudwatch:DisableAlarmActions", alarm),
        ...blind("alarm-threshold", "moves an alarm's threshold", "cloudwatch:PutMetricAlarm", alarm),
        ...blind("alarm-state", "says that all is well", "cloudwatch:SetAlarmState", alarm),
        ...blind("metrics", "makes up the program's metrics", "cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "rds-vault" }),
        ...blind("unsubscribe", "ends the subscription to the notices", "sns:Unsubscribe", arns.notices),
        ...blind("topic", "deletes the notices topic", "sns:DeleteTopic", arns.notices),
        ...blind("topic-policy", "opens or closes the notices topic", "sns:SetTopicAttributes", arns.notices),
        ...blind("subscribe", "listens to the notices", "sns:Subscribe", arns.notices),
        ...blind("log-group", "deletes a function's log", "logs:DeleteLogGroup", logs),
        ...blind("log-retention", "shortens a function's log", "logs:PutRetentionPolicy", logs),
        ...blind("log-lines", "makes up a function's lines", "logs:PutLogEvents", `${logs}:log-stream:theirs`),
        ...[ruleIn(region, `${names.watch}-key`), ruleIn(iamRegion(region), `${names.watch}-forward`)].flatMap((on, i) =>
            tries(stage, { id: `tamper-rule-${i + 1}`, row: 49, harm: "blind the watchers", name: "disables a tamper rule", action: "events:DisableRule", on, context: { "aws:RequestedRegion": on.split(":")[3]! } }, { "A4, A5": ["scp"], "A9 printed": ["identity policy"] })),
        ...tries(stage, { id: "publish", row: 49, harm: "blind the watchers", name: "floods the notices", action: "sns:Publish", on: arns.notices }, { "A4, A5": ["scp"], "A8 starter": ["identity policy", "topic policy"], "A1, A7, A10 wide": ["topic policy"] }),
        ...tries(stage, { id: "alarms-by-deploy", row: 49, harm: "blind the watchers", name: "deletes an alarm", action: "cloudwatch:DeleteAlarms", on: alarm }, { "A9": open("What the deploy role makes it can unmake", { rules: ["deploy"] }) }),
    ];
}

function deployment(stage: Stage): Attack[] {
    const { arns, keyArn, backup } = stage;
    const printed = (id: string, name: string, action: string, on: string, stoppedBy: readonly ("identity policy" | "key policy" | "lock" | "rcp" | "scp" | "bucket policy")[]) =>
        tries(stage, { id, row: 50, harm: "make unreadable", name, action, on, owner: backup }, { "A9 printed": stoppedBy });
    return [
        ...printed("replace-key", "replaces the key, which deletes the old one", "kms:ScheduleKeyDeletion", keyArn, ["key policy", "rcp", "scp"]),
        ...printed("replace-bucket", "replaces the bucket", "s3:DeleteBucket", arns.bucket, ["bucket policy", "identity policy", "lock", "rcp", "scp"]),
        ...printed("empty-bucket", "empties the bucket before its end (forceDestroy)", "s3:DeleteObjectVersion", `${arns.bucket}/exports/x`, ["bucket policy", "lock", "rcp", "scp"]),
        ...tries(stage, { id: "code", row: 50, harm: "forge work", name: "deploys malicious code that was reviewed", action: "lambda:UpdateFunctionCode", on: arns.starter }, { "A9 printed": open("A change that was reviewed and approved is the program", { rules: ["deploy"] }) }),
    ];
}
