/** What the guardrails and the last layers of the vault leave, and to whom. */
import type { Who } from "../actors";
import { perimeter, type Tried, tries } from "../build";
import { allowed, context, keyed, type On, own } from "./cases";
import { placesOf } from "../objects";
import type { Attack, Control, Source, Stage } from "../types";

/** What whoever runs the backup account goes on doing under the guardrails. */
export function administration(stage: Stage): Attack[] {
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
export function neighbours(stage: Stage): Attack[] {
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
export function destruction(stage: Stage): Attack[] {
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
export function rootSession(stage: Stage): Attack[] {
    return tries(stage, { id: "edge-look", row: 47, harm: "blind the watchers", name: "looks at the bucket policy by a root session", action: "s3:GetBucketPolicy", on: stage.arns.bucket }, { "A6 root session": "allowed" });
}

/** Everything that break-glass is for. */
export function brokenGlass(stage: Stage): Attack[] {
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
