/** Other ways to the same harm: the actions beside those that the threat model names. */
import { tries } from "./build";
import type { Attack, Control, Harm, Source, Stage } from "./types";

export function furtherAttacks(stage: Stage): Attack[] {
    const { arns, names, partition, region, backup, management, keyArn, settings } = stage;
    const org = stage.keysOf("Principal", backup)["aws:PrincipalOrgID"] as string;
    const inBackup = (of: string, resource: string) => `arn:${partition}:${of}:${region}:${backup}:${resource}`;
    const iam = (resource: string) => `arn:${partition}:iam::${backup}:${resource}`;
    const member = `arn:${partition}:account::${management}:account/${org}/${backup}`;
    const mapping = inBackup("lambda", "event-source-mapping:00000000-0000-4000-8000-000000000000");
    const detector = inBackup("guardduty", "detector/0123456789abcdef0123456789abcdef");
    const hub = inBackup("securityhub", "hub/default");
    const alarm = inBackup("cloudwatch", `alarm:${names.watch}-rpo`);
    const theirSet = inBackup("cloudformation", "stackset/theirs:00000000-0000-4000-8000-000000000000");
    const { deployRoleArn } = settings.backupAccount;
    const breakGlass = settings.guardrails.breakGlassRoleArn;
    /** By the administrator of the backup account; the guardrails alone hold these. */
    const inside: readonly (readonly [row: number, harm: Harm, action: string, on: string, by?: readonly Control[]])[] = [
        [48, "leave or close the account", "account:AcceptPrimaryEmailUpdate", member],
        [48, "leave or close the account", "account:DeleteAlternateContact", `arn:${partition}:account::${backup}:account`],
        [48, "leave or close the account", "account:PutContactInformation", `arn:${partition}:account::${backup}:account`],
        [28, "blind the watchers", "kms:CreateAlias", inBackup("kms", names.noticesKey)],
        [28, "make unreadable", "kms:CreateAlias", keyArn, ["key policy", "scp"]],
        [20, "hide or shadow", "s3:DeleteBucketWebsite", arns.bucket],
        [20, "read others' exports", "s3:CreateMultiRegionAccessPoint", `arn:${partition}:s3::${backup}:accesspoint/theirs`],
        [20, "read others' exports", "s3:PutMultiRegionAccessPointPolicy", `arn:${partition}:s3::${backup}:accesspoint/theirs`],
        [31, "stop backups silently", "events:EnableRule", arns.hubRule],
        [33, "stop backups silently", "events:CreateEventBus", arns.bus],
        ...["sqs:AddPermission", "sqs:CreateQueue", "sqs:RemovePermission", "sqs:ChangeMessageVisibility"].map((action) => [35, "stop backups silently", action, arns.triggerQueue] as const),
        ...["lambda:CreateAlias", "lambda:PublishVersion", "lambda:UpdateAlias", "lambda:RemovePermission", "lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"].map((action) => [36, "forge work", action, arns.starter] as const),
        [37, "forge work", "lambda:CreateEventSourceMapping", "*"],
        [37, "stop backups silently", "lambda:DeleteEventSourceMapping", mapping],
        [37, "forge work", "scheduler:CreateSchedule", inBackup("scheduler", `schedule/${names.schedule}/theirs`)],
        [39, "open trust", "iam:CreateServiceSpecificCredential", iam("user/theirs")],
        [39, "open trust", "iam:UpdateAccessKey", iam("user/theirs")],
        [39, "open trust", "iam:UpdateLoginProfile", iam("user/theirs")],
        [39, "open trust", "iam:UpdateOpenIDConnectProviderThumbprint", iam("oidc-provider/theirs.example.com")],
        [39, "open trust", "iam:AddClientIDToOpenIDConnectProvider", iam("oidc-provider/theirs.example.com")],
        [39, "open trust", "iam:UpdateSAMLProvider", iam("saml-provider/theirs")],
        ...[arns.starterRole, deployRoleArn, ...(breakGlass ? [breakGlass] : [])].flatMap((role) => roleCalls.map((action) => [39, "open trust", action, role] as const)),
        [49, "open trust", "cloudformation:UpdateStackInstances", theirSet],
        [49, "open trust", "cloudformation:UpdateStackSet", theirSet],
        [49, "blind the watchers", "access-analyzer:DeleteAnalyzer", inBackup("access-analyzer", "analyzer/all")],
        [49, "blind the watchers", "config:DeleteConfigurationRecorder", "*"],
        [49, "blind the watchers", "config:DeleteDeliveryChannel", "*"],
        [49, "blind the watchers", "guardduty:DisassociateFromAdministratorAccount", "*"],
        [49, "blind the watchers", "guardduty:UpdateDetector", detector],
        [49, "blind the watchers", "securityhub:DisassociateFromAdministratorAccount", hub],
        [49, "blind the watchers", "cloudwatch:PutCompositeAlarm", alarm],
        ...["sns:AddPermission", "sns:RemovePermission", "sns:SetSubscriptionAttributes"].map((action) => [49, "blind the watchers", action, arns.notices] as const),
        [49, "blind the watchers", "logs:DeleteLogStream", `${arns.starterLogs}:log-stream:own`],
        [49, "blind the watchers", "logs:DeleteRetentionPolicy", arns.starterLogs],
    ];
    const slug = (action: string, on: string) => `${action}-${on.slice(Math.max(on.lastIndexOf("/"), on.lastIndexOf(":")) + 1)}`.replace("*", "any");
    return [
        ...inside.flatMap(([row, harm, action, on, by = ["scp"]]) => tries(stage, { id: slug(action, on), row, harm, name: `calls ${action}`, action, on }, { "A4": by })),
        ...(breakGlass ? brokenGlass(stage) : []),
        ...sourceAccount(stage),
    ];
}

const roleCalls = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:DetachRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:DeleteRole"];

/** By the administrator of a source account. */
function sourceAccount(stage: Stage): Attack[] {
    const { arns, partition, region, names, settings } = stage;
    const own = ({ account }: Source) => account;
    const stack = ({ account }: Source) => `arn:${partition}:cloudformation:${region}:${account}:stack/StackSet-${names.stackSet}-00000000-0000-4000-8000-000000000000/0`;
    const by = (action: string, id: string, on: (source: Source) => string) =>
        tries(stage, { id: `${action}-${id}`, row: 39, harm: "open trust", name: `calls ${action} on the ${id}`, action, on, owner: own }, { "A1": ["scp"] });
    const pipelines = ({ account }: Source) => settings.sourceAccounts.find(({ id }) => id === account)?.deployRoleArn ?? `arn:${partition}:iam::${account}:role/stacksets-exec-0123456789abcdef0123456789abcdef`;
    return [
        ...roleCalls.flatMap((action) => [...by(action, "access-role", ({ account }) => arns.accessRole(account)), ...by(action, "deploy-role", pipelines)]),
        ...(settings.organization ? ["CreateChangeSet", "ExecuteChangeSet", "UpdateStack"].flatMap((call) => by(`cloudformation:${call}`, "stack", stack)) : []),
    ];
}

/** The break-glass role may change what the guardrails hold, and destroys nothing. */
function brokenGlass(stage: Stage): Attack[] {
    const { arns, keyArn } = stage;
    const safe = { "kms:BypassPolicyLockoutSafetyCheck": "false" };
    const tried = (id: string, action: string, on: string, by: readonly Control[] | "allowed", context?: Attack["call"]["context"]) =>
        tries(stage, { id, row: "design", harm: "delete or shorten", name: `calls ${action}`, action, on, ...(context && { context }) }, { [by === "allowed" ? "break-glass in need" : "break-glass"]: by });
    return [
        ...tried("version", "s3:DeleteObjectVersion", `${arns.bucket}/exports/x`, ["bucket policy", "lock", "rcp", "scp"]),
        ...tried("key", "kms:ScheduleKeyDeletion", keyArn, ["key policy", "rcp", "scp"]),
        ...tried("bucket", "s3:DeleteBucket", arns.bucket, ["lock", "rcp", "scp"]),
        ...tried("leave", "organizations:LeaveOrganization", "*", ["scp"]),
        ...tried("bucket-policy", "s3:PutBucketPolicy", arns.bucket, "allowed"),
        ...tried("lock", "s3:PutBucketObjectLockConfiguration", arns.bucket, "allowed"),
        ...tried("key-policy", "kms:PutKeyPolicy", keyArn, "allowed", safe),
        ...tried("rule", "events:PutRule", arns.hubRule, "allowed"),
        ...tried("role", "iam:PutRolePolicy", arns.starterRole, "allowed"),
    ];
}
