/**
 * What nobody in the backup account may do, its root included: service control policies. They bind its users, roles and root, and
 * neither AWS services nor service-linked roles: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 *
 * The deploy role may put the vault's own policies only before they are attached. Afterwards only the break-glass role may, which is
 * assumed from another account, and what destroys, not even it.
 */
import { arnsOf, namesOf, partitionOf, roleArn, type Place } from "../arns";
import { inBackup, watchRules } from "../policies/deployWatch";
import { document, type Document, type Statement } from "../policies/document";
import { trailBucketArn } from "../policies/trail";
import { objectDestruction } from "../policies/vaultBucket";
import { iamRegion } from "../watch/tamperCalls";

export interface BackupAccountArgs {
    readonly place: Place;
    /** Role of `pulumi up` in the backup account. */
    readonly deployRoleArn: string;
    /** Role of the backup account that is assumed from outside. Absent: only detaching the guardrails opens them. */
    readonly breakGlassRoleArn?: string;
    /** Regions of other stacks in this account; default: none. */
    readonly otherRegions?: readonly string[];
}

/** Several documents, since one would outgrow AWS's limit. The last one alone is in the way of a change to the vault's own policies, and is taken off for it. */
export const backupAccountPolicies = (args: BackupAccountArgs): Document[] => [vault(args), pipeline(args), identities(args), changes(args)];

const deny = (Sid: string, Action: string | string[], Resource: string | string[], Condition?: Statement["Condition"]): Statement => ({
    Sid,
    Effect: "Deny",
    Action,
    Resource,
    ...(Condition && { Condition }),
});

/** Everybody but these; without any, everybody. */
export const allBut = (...roles: (string | undefined)[]): { ArnNotLike: Record<string, string[]> } | undefined => {
    const given = roles.filter((role): role is string => role !== undefined);
    return given.length > 0 ? { ArnNotLike: { "aws:PrincipalArn": given } } : undefined;
};

/** Actions on a role that change who has it or what it may do. */
export const roleChanges = [
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole*",
    "iam:DetachRolePolicy",
    "iam:PutRole*",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole*",
];

/** Roles of this stack in the backup account. */
const ownRoles = (place: Place) => roleArn(partitionOf(place.region), place.backupAccountId, `${namesOf(place).prefix}-*`);

/** The program's roles in an account, of every stack: each stack's guardrails must let the others' work. */
const stacksRoles = (place: Place, account: string) => roleArn(partitionOf(place.region), account, "*");

/** The account itself, the keys and the buckets. */
function vault({ place, breakGlassRoleArn, otherRegions = [] }: BackupAccountArgs): Document {
    const { sealerRole, watcherRole, partition } = arnsOf(place);
    const buckets = bucketsOf(place);
    const objects = buckets.map((each) => `${each}/*`);
    const keys = inBackup(place, "kms", "key/*");
    const regions = [...new Set([place.region, iamRegion(place.region), ...otherRegions])];
    return document(
        deny(
            "DenyExit",
            [
                "organizations:LeaveOrganization",
                // Since November 2025 an account can be moved by accepting another organization's invitation: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_account_migration.html
                "organizations:AcceptHandshake",
                "account:AcceptPrimaryEmailUpdate",
                "account:CloseAccount",
                "account:DeleteAlternateContact",
                "account:DisableRegion",
                "account:PutAlternateContact",
                "account:PutContactInformation",
                "account:StartPrimaryEmailUpdate",
            ],
            "*",
        ),
        // As AWS's sample: https://github.com/aws-samples/service-control-policy-examples/tree/main/Privileged-access-controls. A root session of the management account stays, and is held by the rest.
        deny("DenyRoot", "*", "*", { ArnLike: { "aws:PrincipalArn": `arn:${partition}:iam::*:root` }, Null: { "aws:AssumedRoot": "true" } }),
        {
            Sid: "DenyOtherRegions",
            Effect: "Deny",
            // Those that have no Region of their own: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
            NotAction: ["account:*", "billing:*", "health:*", "iam:*", "organizations:*", "s3:GetAccountPublicAccessBlock", "s3:ListAllMyBuckets", "s3:PutAccountPublicAccessBlock", "sso:*", "sts:*", "support:*"],
            Resource: "*",
            Condition: { StringNotEquals: { "aws:RequestedRegion": regions } },
        },
        deny(
            "DenyKeyDestruction",
            ["kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:DisableKeyRotation", "kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:ScheduleKeyDeletion", "kms:UpdatePrimaryRegion"],
            keys,
        ),
        deny("DenyKeysOfOtherOrigin", "kms:CreateKey", "*", { StringNotEquals: { "kms:KeyOrigin": "AWS_KMS" } }),
        // What an export under way was lent, nobody here may take back.
        deny("DenyTakingBackGrants", ["kms:RetireGrant", "kms:RevokeGrant"], keys, allBut(breakGlassRoleArn)),
        // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource
        deny("DenyGrantsToOthers", "kms:CreateGrant", keys, { BoolIfExists: { "kms:GrantIsForAWSResource": "false" } }),
        deny("DenyBucketDestruction", ["s3:DeleteBucket", "s3:DeleteBucketPolicy"], buckets),
        // Access points, access grants, batch jobs, copies of the metadata.
        deny(
            "DenyWaysAround",
            [
                "s3:AssociateAccessGrants*",
                "s3:CreateAccess*",
                "s3:CreateBucketMetadata*",
                "s3:CreateJob",
                "s3:CreateMultiRegionAccessPoint",
                "s3:PutAccess*",
                "s3:PutMultiRegionAccessPointPolicy",
                "s3:UpdateAccessGrants*",
                "s3:UpdateBucketMetadata*",
            ],
            "*",
            allBut(breakGlassRoleArn),
        ),
        deny("DenyDestruction", ["s3:DeleteObject", ...objectDestruction], objects),
        // Manifests and canaries alone are written from here. Whoever restores from an archive class needs s3:RestoreObject.
        deny("DenyWritingByOthers", ["s3:PutObject", "s3:PutObjectAcl"], objects, allBut(sealerRole, watcherRole, breakGlassRoleArn)),
    );
}

/** The policies and settings of keys and buckets: what a change of the configuration may need, in a window or by the break-glass role. */
function changes({ place, breakGlassRoleArn }: BackupAccountArgs): Document {
    const butBreakGlass = allBut(breakGlassRoleArn);
    return document(
        deny("DenyKeyChanges", ["kms:PutKeyPolicy", "kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], [inBackup(place, "kms", "key/*"), inBackup(place, "kms", namesOf(place).noticesKey)], butBreakGlass),
        // Wildcards: each setting of a bucket, those too that S3 has yet to invent. What they match of the account's own settings (Storage Lens) stays open: that is no bucket's.
        deny("DenyBucketChanges", ["s3:DeleteBucketWebsite", "s3:PutBucket*", "s3:Put*Configuration"], bucketsOf(place), butBreakGlass),
        deny("DenyPublicAccessChanges", "s3:PutAccountPublicAccessBlock", "*", butBreakGlass),
    );
}

const bucketsOf = (place: Place) => [arnsOf(place).bucket, trailBucketArn(place)];

/** Bus, rules, queues, functions and schedules: only the deploy role changes them, only our functions send and take work. */
function pipeline({ place, deployRoleArn, breakGlassRoleArn }: BackupAccountArgs): Document {
    const arns = arnsOf(place);
    const { prefix } = namesOf(place);
    const queues = inBackup(place, "sqs", `${prefix}-*`);
    const functions = inBackup(place, "lambda", `function:${prefix}-*`);
    const butDeploy = allBut(deployRoleArn, breakGlassRoleArn);
    return document(
        deny(
            "DenyRuleChanges",
            ["events:DeleteRule", "events:DisableRule", "events:EnableRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets"],
            [arns.hubRule, ...watchRules(place)],
            butDeploy,
        ),
        // The bus's policy: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
        // An archive keeps what comes, and its replay makes old events new.
        deny("DenyBusChanges", ["events:CreateArchive", "events:CreateEventBus", "events:DeleteEventBus", "events:PutPermission", "events:RemovePermission", "events:StartReplay", "events:UpdateEventBus"], "*", butDeploy),
        deny("DenyQueueChanges", ["sqs:AddPermission", "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:PurgeQueue", "sqs:RemovePermission", "sqs:SetQueueAttributes"], queues, butDeploy),
        // What lambda:Delete* matches besides (code signing configurations, layers) has ARNs of its own and stays open: no function of ours has any.
        deny(
            "DenyFunctionChanges",
            ["lambda:AddPermission", "lambda:CreateAlias", "lambda:CreateFunction*", "lambda:Delete*", "lambda:PublishVersion", "lambda:Put*", "lambda:RemovePermission", "lambda:UpdateAlias", "lambda:UpdateFunction*"],
            functions,
            butDeploy,
        ),
        // AWS chooses a mapping's id, and nothing else in the account has any.
        deny("DenyMappingChanges", ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"], "*", butDeploy),
        deny(
            "DenyScheduleChanges",
            ["scheduler:CreateSchedule*", "scheduler:DeleteSchedule*", "scheduler:UpdateSchedule"],
            [arns.scheduleGroup, arns.watchScheduleGroup, ...[namesOf(place).schedule, namesOf(place).watchSchedule].map((name) => inBackup(place, "scheduler", `schedule/${name}/*`))],
            butDeploy,
        ),
        deny(
            "DenyWorkByOthers",
            ["sqs:*Message", "sqs:*MessageMoveTask", "sqs:ChangeMessageVisibility", "lambda:Invoke*", "events:PutEvents", "sns:Publish"],
            [queues, functions, arns.bus, arns.notices],
            allBut(ownRoles(place), breakGlassRoleArn),
        ),
    );
}

/** Who there is, and who watches. */
function identities({ place, deployRoleArn, breakGlassRoleArn }: BackupAccountArgs): Document {
    const { notices } = arnsOf(place);
    const { watch } = namesOf(place);
    const roles = stacksRoles(place, place.backupAccountId);
    const butDeploy = allBut(deployRoleArn, breakGlassRoleArn);
    const butBreakGlass = allBut(breakGlassRoleArn);
    return document(
        deny(
            "DenyNewIdentities",
            [
                "iam:AddUserToGroup",
                "iam:AttachGroupPolicy",
                "iam:AttachUserPolicy",
                "iam:CreateAccessKey",
                "iam:CreateDelegationRequest",
                "iam:CreateLoginProfile",
                "iam:CreateOpenIDConnectProvider",
                "iam:CreateSAMLProvider",
                "iam:CreateServiceSpecificCredential",
                "iam:CreateUser",
                "iam:EnableOutboundWebIdentityFederation",
                "iam:PutGroupPolicy",
                "iam:PutUserPolicy",
                "iam:UploadSigningCertificate",
                "iam:UpdateAccessKey",
                "iam:UpdateLoginProfile",
                "iam:UpdateOpenIDConnectProviderThumbprint",
                "iam:UpdateSAMLProvider",
                "iam:AddClientIDToOpenIDConnectProvider",
                "rolesanywhere:Create*",
                "rolesanywhere:Enable*",
                "rolesanywhere:Put*",
                "rolesanywhere:Update*",
            ],
            "*",
            butBreakGlass,
        ),
        // A managed policy may be the deploy role's or the break-glass role's.
        deny("DenyPolicyVersions", ["iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"], "*", butBreakGlass),
        // Who may pass a role of ours to a function of his own is that role. The whole path: guardrails of every stack trust it.
        deny("DenyRoleChanges", [...roleChanges, "iam:PassRole"], roles, butDeploy),
        // Whoever could change these could become them. Nobody changes the break-glass role from within.
        deny("DenyDeployRoleChanges", roleChanges, deployRoleArn, butBreakGlass),
        ...(breakGlassRoleArn ? [deny("DenyBreakGlassChanges", roleChanges, breakGlassRoleArn)] : []),
        // A StackSet could write into every enrolled account.
        deny("DenyStackSets", ["cloudformation:CreateStackInstances", "cloudformation:CreateStackSet", "cloudformation:UpdateStackInstances", "cloudformation:UpdateStackSet", "organizations:RegisterDelegatedAdministrator"], "*"),
        deny(
            "DenyBlindness",
            [
                "access-analyzer:DeleteAnalyzer",
                "cloudtrail:DeleteTrail",
                "cloudtrail:Put*",
                "cloudtrail:StopLogging",
                "config:DeleteConfigurationRecorder",
                "config:DeleteDeliveryChannel",
                "config:StopConfigurationRecorder",
                // Lists of trusted addresses and filters hide findings: https://docs.aws.amazon.com/guardduty/latest/ug/findings_suppression-rule.html
                "guardduty:Create*Set",
                "guardduty:CreateFilter",
                "guardduty:DeleteDetector",
                "guardduty:DisassociateFrom*",
                "guardduty:Update*",
                "securityhub:DisableSecurityHub",
                "securityhub:DisassociateFrom*",
            ],
            "*",
            butBreakGlass,
        ),
        deny("DenyTrailChanges", "cloudtrail:UpdateTrail", "*", butDeploy),
        deny(
            "DenyAlarmChanges",
            // A mute rule is asked for the rule and for each alarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html
            ["cloudwatch:DeleteAlarms", "cloudwatch:DisableAlarmActions", "cloudwatch:Put*Alarm*", "cloudwatch:SetAlarmState"],
            inBackup(place, "cloudwatch", `alarm:${watch}-*`),
            butDeploy,
        ),
        // A made-up metric would hide silence; ours come through the functions' logs.
        deny("DenyMadeUpMetrics", "cloudwatch:PutMetricData", "*", { StringEquals: { "cloudwatch:namespace": "rds-vault" } }),
        deny("DenyTopicChanges", ["sns:AddPermission", "sns:DeleteTopic", "sns:Put*", "sns:RemovePermission", "sns:SetTopicAttributes", "sns:Subscribe"], notices, butDeploy),
        // A subscription is no type of resource, and a topic's ARN may not reach it: https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html
        deny("DenySubscriptionChanges", ["sns:SetSubscriptionAttributes", "sns:Unsubscribe"], "*", butDeploy),
        // Of any log group: those of others would be no less a way to our metrics, and nothing else here has logs. Policies mask, filters and transformers count or send elsewhere.
        deny("DenyLogChanges", ["logs:*KmsKey", "logs:Delete*", "logs:Put*Filter", "logs:Put*Policy", "logs:PutTransformer"], "*", butDeploy),
        // CloudWatch makes metrics of what a line says, whatever group it is in: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
        deny("DenyMadeUpLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], "*", allBut(roles, breakGlassRoleArn)),
    );
}

/** Where the program's roles lie, in any account, of every stack. */
export const rolesAnywhere = (place: Place): string => stacksRoles(place, "*");
