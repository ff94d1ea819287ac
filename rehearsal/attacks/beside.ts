/** Ways beside the ones that the threat model names: other calls of AWS that come to the same. */
import { deployTrust } from "../../components/policies/deployRole";
import { document } from "../../components/policies/document";
import { open, tries, type Outcomes, type Tried } from "./build";
import { placesOf } from "./objects";
import type { Attack, Harm, Source, Stage } from "./types";

export const besideAttacks = (stage: Stage): Attack[] => [...throughReplication(stage), ...accessGrants(stage), ...work(stage), ...identities(stage), ...watchers(stage), ...sources(stage)];

const own = ({ account }: Source) => account;
const everybodys = document({ Sid: "Everybody", Effect: "Allow", Principal: "*", Action: "*", Resource: "*" });

/** By the administrator of the backup account; the guardrails alone hold these. */
function inside(stage: Stage, row: Tried["row"], harm: Harm, calls: readonly (readonly [action: string, on: string])[], outcomes: Outcomes = { "A4": ["scp"] }): Attack[] {
    return calls.flatMap(([action, on]) => tries(stage, { id: `${action}-${on.slice(Math.max(on.lastIndexOf("/"), on.lastIndexOf(":")) + 1)}`.replace("*", "any"), row, harm, name: `calls ${action}`, action, on }, outcomes));
}

/** What comes by replication carries versions, markers, retention and keys of another bucket's: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function throughReplication(stage: Stage): Attack[] {
    const { object, manifest, canary, decrypt } = placesOf(stage);
    const rights = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner", "s3:InitiateReplication"];
    const insiders = { "A4, A5, A9, A8 sealer wide": ["bucket policy", "rcp", "scp"] } satisfies Outcomes;
    return [
        ...Object.entries({ export: object, manifest, canary }).flatMap(([what, on]) =>
            rights.flatMap((action) =>
                tries(stage, { id: `${action}-${what}`, row: 3, harm: what === "canary" ? "blind the watchers" : "hide or shadow", name: `replicates over ${what === "canary" ? "the lock canary" : `an ${what}`.replace("an m", "a m")} (${action})`, action, on }, { ...insiders, "A2 wide, A10 wide": ["bucket policy", "rcp"] }),
            ),
        ),
        ...tries(stage, { id: "re-encrypt", row: 5, harm: "make unreadable", name: "puts a locked version under another key of the account", action: "s3:UpdateObjectEncryption", on: object, also: decrypt }, { "A4, A9": ["bucket policy", "rcp", "scp"] }),
        ...tries(stage, { id: "re-encrypt-from-outside", row: 5, harm: "make unreadable", name: "puts a locked version under another key", action: "s3:UpdateObjectEncryption", on: object }, { "A1": ["bucket policy", "rcp"], "A2 wide": ["bucket policy", "rcp"], "A8 sealer wide": ["bucket policy", "rcp", "scp"] }),
        ...tries(stage, { id: "re-encrypt-manifest", row: 5, harm: "make unreadable", name: "puts a manifest under another key", action: "s3:UpdateObjectEncryption", on: manifest }, { "A4": ["bucket policy", "rcp", "scp"] }),
    ];
}

function accessGrants(stage: Stage): Attack[] {
    const { partition, region, backup, arns } = stage;
    const grants = `arn:${partition}:s3:${region}:${backup}:access-grants/default`;
    return inside(stage, 20, "read others' exports", [
        ["s3:CreateAccessGrantsInstance", grants],
        ["s3:CreateAccessGrantsLocation", `${grants}/location/default`],
        ["s3:CreateAccessGrant", `${grants}/grant/theirs`],
        ["s3:UpdateAccessGrantsLocation", `${grants}/location/default`],
        ["s3:PutAccessGrantsInstanceResourcePolicy", grants],
        ["s3:AssociateAccessGrantsIdentityCenter", grants],
        ["s3:CreateBucketMetadataTableConfiguration", arns.bucket],
        ["s3:UpdateBucketMetadataInventoryTableConfiguration", arns.bucket],
    ], { "A4, A9": ["scp"] });
}

function work(stage: Stage): Attack[] {
    const { arns, partition, region, backup } = stage;
    const dead = [arns.triggerDeadLetters, arns.sealDeadLetters];
    const archive = `arn:${partition}:events:${region}:${backup}:archive/theirs`;
    const theirs = `arn:${partition}:lambda:${region}:${backup}:function:theirs`;
    return [
        ...inside(stage, 35, "stop backups silently", dead.flatMap((queue) => ["ReceiveMessage", "DeleteMessage", "PurgeQueue", "StartMessageMoveTask", "CancelMessageMoveTask"].map((call) => [`sqs:${call}`, queue] as const)), { "A4, A5": ["scp"] }),
        ...inside(stage, 34, "forge work", [["sqs:SendMessage", arns.sealDeadLetters], ["sqs:StartMessageMoveTask", arns.undeliveredQueue]], { "A4": ["scp"] }),
        ...inside(stage, 33, "forge work", [["events:CreateArchive", arns.bus], ["events:CreateArchive", archive], ["events:StartReplay", archive], ["events:StartReplay", arns.bus]]),
        ...tries(stage, { id: "concurrency", row: 37, harm: "stop backups silently", name: "takes all of the account's concurrency for a function of its own", action: "lambda:PutFunctionConcurrency", on: theirs }, {
            "A4": open("Functions of its own are the account's to have; the sweep goes on when they are gone, and nothing is lost that the lookback window still holds", { rules: ["delivery"], alarms: ["no-look", "no-sweep"] }),
        }),
    ];
}

function identities(stage: Stage): Attack[] {
    const { arns, settings, partition, region, backup, stranger } = stage;
    const iam = (resource: string) => `arn:${partition}:iam::${backup}:${resource}`;
    const anywhere = (resource: string) => `arn:${partition}:rolesanywhere:${region}:${backup}:${resource}/00000000-0000-4000-8000-000000000000`;
    const { deployRoleArn } = settings.backupAccount;
    const { breakGlassRoleArn } = settings.guardrails;
    const pipeline = deployTrust(`arn:${partition}:iam::${stranger}:role/ci`);
    const assume = (id: string, on: string) =>
        tries(stage, { id, row: 38, harm: "open trust", name: `assumes the ${id} role`, action: "sts:AssumeRole", on }, { "A1, A4, A10 admin, A7": ["trust"], "A8 starter": ["identity policy", "trust"] }).map((attack): Attack => ({ ...attack, resourcePolicy: pipeline }));
    const web = (id: string, on: string, by: readonly ("aws" | "rcp")[]) => tries(stage, { id: `web-${id}`, row: 38, harm: "open trust", name: `assumes the ${id} role by an identity provider of its own`, action: "sts:AssumeRoleWithWebIdentity", on }, { "A7": by });
    return [
        ...assume("deploy", deployRoleArn),
        ...(breakGlassRoleArn ? assume("break-glass", breakGlassRoleArn) : []),
        ...web("starter's", arns.starterRole, ["aws", "rcp"]),
        // Whoever has the pipeline of `pulumi up` may come so, and its trust says from where.
        ...web("deploy", deployRoleArn, ["aws"]),
        ...(breakGlassRoleArn ? web("break-glass", breakGlassRoleArn, ["aws"]) : []),
        ...tries(stage, { id: "new-role", row: 39, harm: "open trust", name: "makes a role that a stranger may assume", action: "iam:CreateRole", on: iam("role/theirs") }, {
            "A4": open("Roles of its own are the account's to have; such a role has no more than its maker, and the guardrails bind it", { rules: ["identity"] }),
        }),
        ...inside(stage, 39, "open trust", [
            ...["AddUserToGroup", "PutGroupPolicy", "AttachGroupPolicy"].map((call) => [`iam:${call}`, iam("group/theirs")] as const),
            ...["PutUserPolicy", "AttachUserPolicy", "UploadSigningCertificate"].map((call) => [`iam:${call}`, iam("user/theirs")] as const),
            ...["CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"].map((call) => [`iam:${call}`, iam("policy/of-the-deploy-role")] as const),
            ["iam:CreateDelegationRequest", iam("delegation-request/theirs")],
            ["iam:EnableOutboundWebIdentityFederation", "*"],
            ["rolesanywhere:CreateTrustAnchor", "*"],
            ["rolesanywhere:CreateProfile", "*"],
            ["rolesanywhere:UpdateTrustAnchor", anywhere("trust-anchor")],
            ["rolesanywhere:EnableTrustAnchor", anywhere("trust-anchor")],
            ["rolesanywhere:PutAttributeMapping", anywhere("profile")],
        ], { "A4, A9": ["scp"] }),
    ];
}

function watchers(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup } = stage;
    const inBackup = (of: string, resource: string) => `arn:${partition}:${of}:${region}:${backup}:${resource}`;
    const alarm = inBackup("cloudwatch", `alarm:${names.watch}-rpo`);
    const detector = inBackup("guardduty", "detector/0123456789abcdef0123456789abcdef");
    const theirs = inBackup("logs", "log-group:theirs");
    const mute = inBackup("cloudwatch", "alarm-mute-rule:theirs");
    return [
        // CloudWatch makes metrics of what a line says, whatever group it is in: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
        ...tries(stage, { id: "emf", row: 49, harm: "blind the watchers", name: "makes up the program's metrics by lines in a log of its own", action: "logs:PutLogEvents", on: `${theirs}:log-stream:theirs` }, { "A4, A5, A9": ["scp"] }),
        ...tries(stage, { id: "mute", row: 49, harm: "blind the watchers", name: "mutes an alarm by a rule", action: "cloudwatch:PutAlarmMuteRule", on: alarm, also: [{ action: "cloudwatch:PutAlarmMuteRule", resource: mute, resourceAccount: backup }] }, { "A4, A5": ["scp"] }),
        ...inside(stage, 49, "blind the watchers", [
            ["cloudwatch:PutLogAlarm", alarm],
            ["logs:CreateLogStream", `${theirs}:log-stream:theirs`],
            ...["PutMetricFilter", "PutDataProtectionPolicy", "AssociateKmsKey", "DisassociateKmsKey", "PutSubscriptionFilter", "PutTransformer", "DeleteMetricFilter"].map((call) => [`logs:${call}`, arns.starterLogs] as const),
            ["logs:PutMetricFilter", theirs],
            ["logs:DeleteLogGroup", theirs],
            ["logs:PutAccountPolicy", "*"],
            ["sns:PutDataProtectionPolicy", arns.notices],
            ["cloudtrail:PutInsightSelectors", inBackup("cloudtrail", "trail/all")],
            ["cloudtrail:PutEventConfiguration", inBackup("cloudtrail", "trail/all")],
            ["guardduty:CreateFilter", `${detector}/filter/theirs`],
            ["guardduty:UpdateFilter", `${detector}/filter/theirs`],
            ["guardduty:CreateIPSet", "*"],
            ["guardduty:UpdateIPSet", `${detector}/ipset/0123456789abcdef0123456789abcdef`],
        ]),
    ];
}

function sources(stage: Stage): Attack[] {
    const { arns, partition, region, stranger } = stage;
    const ownKey = ({ account }: Source) => `arn:${partition}:kms:${region}:${account}:key/00000000-0000-4000-8000-000000000000`;
    const given = (attacks: readonly Attack[]) => attacks.map((attack): Attack => ({ ...attack, resourcePolicy: everybodys }));
    return [
        ...["account:CloseAccount", "account:DisableRegion"].flatMap((action) => tries(stage, { id: `${action}-source`, row: action.endsWith("CloseAccount") ? 45 : 48, harm: "leave or close the account", name: `calls ${action} for a source account`, action, on: ({ account }) => `arn:${partition}:account::${account}:account`, owner: own }, { "A1, A1 root": ["scp"] })),
        ...given(tries(stage, { id: "own-key", row: 41, harm: "stop backups silently", name: "disables the key that its snapshots are under", action: "kms:DisableKey", on: ownKey, owner: own }, {
            "A1": open("Whoever administers an account administers its keys; what was exported is under the vault's key and stays", { alarms: ["export-refused", "failed", "rpo"] }),
        })),
        // As the export role: what RDS would then do in its name.
        ...given(tries(stage, { id: "bucket-name", row: "design", harm: "read others' exports", name: "writes into a bucket of the vault's name that a stranger made first", action: "s3:PutObject", on: ({ account }) => `${arns.bucket}/exports/${account}/x`, owner: stranger }, {
            "A2": open("Bucket names are the world's; `pulumi up` makes the bucket before any role that writes there, and fails where the name is taken", { note: "pulumi up says so" }),
        })),
    ];
}
