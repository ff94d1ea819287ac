/**
 * What nobody in the backup account may do, its root included: service control policies. They bind its users, roles and root, and
 * neither AWS services nor service-linked roles: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 *
 * The deploy role may put the vault's own policies only before they are attached. Afterwards only the break-glass role may, which is
 * assumed from another account, and what destroys, not even it.
 */
import { arnsOf, namesOf, partitionOf, roleArn, rolePath, type Place } from "../arns";
import { inBackup, watchRules } from "../policies/deployWatch";
import { document, type Document, type Statement } from "../policies/document";
import { trailBucketArn } from "../policies/trail";
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

/** Several documents, since one would outgrow AWS's limit. */
export const backupAccountPolicies = (args: BackupAccountArgs): Document[] => [vault(args), pipeline(args), identities(args)];

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

/** The account itself, the keys and the buckets. */
function vault({ place, breakGlassRoleArn, otherRegions = [] }: BackupAccountArgs): Document {
    const { bucket, sealerRole, watcherRole, partition } = arnsOf(place);
    const buckets = [bucket, trailBucketArn(place)];
    const objects = buckets.map((each) => `${each}/*`);
    const keys = inBackup(place, "kms", "key/*");
    const regions = [...new Set([place.region, iamRegion(place.region), ...otherRegions])];
    const butBreakGlass = allBut(breakGlassRoleArn);
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
        deny("DenyKeyChanges", ["kms:PutKeyPolicy", "kms:RetireGrant", "kms:RevokeGrant", "kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], [keys, inBackup(place, "kms", namesOf(place).noticesKey)], butBreakGlass),
        // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource
        deny("DenyGrantsToOthers", "kms:CreateGrant", keys, { BoolIfExists: { "kms:GrantIsForAWSResource": "false" } }),
        deny("DenyBucketDestruction", ["s3:DeleteBucket", "s3:DeleteBucketPolicy"], buckets),
        // Wildcards: each setting of a bucket, those too that S3 has yet to invent.
        deny("DenyBucketChanges", ["s3:DeleteBucketWebsite", "s3:PutBucket*", "s3:Put*Configuration"], buckets, butBreakGlass),
        deny(
            "DenyWaysAround",
            ["s3:CreateAccessPoint*", "s3:CreateJob", "s3:CreateMultiRegionAccessPoint", "s3:PutAccessPoint*", "s3:PutAccountPublicAccessBlock", "s3:PutMultiRegionAccessPointPolicy"],
            "*",
            butBreakGlass,
        ),
        deny("DenyDestruction", ["s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectLegalHold", "s3:PutObjectRetention"], objects),
        // Manifests and canaries alone are written from here.
        deny("DenyWritingByOthers", ["s3:PutObject", "s3:PutObjectAcl", "s3:RestoreObject"], objects, allBut(sealerRole, watcherRole, breakGlassRoleArn)),
    );
}

/** Bus, rules, queues, functions and schedules: only the deploy role changes them, only our functions send and take work. */
function pipeline({ place, deployRoleArn, breakGlassRoleArn }: BackupAccountArgs): Document {
    const arns = arnsOf(place);
    const { prefix } = namesOf(place);
    const queues = inBackup(place, "sqs", `${prefix}-*`);
    const functions = inBackup(place, "lambda", `function:${prefix}-*`);
    const work = [arns.triggerQueue, arns.sealQueue];
    const butDeploy = allBut(deployRoleArn, breakGlassRoleArn);
    return document(
        deny(
            "DenyRuleChanges",
            ["events:DeleteRule", "events:DisableRule", "events:EnableRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets"],
            [arns.hubRule, ...watchRules(place)],
            butDeploy,
        ),
        // The bus's policy: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
        deny("DenyBusChanges", ["events:CreateEventBus", "events:DeleteEventBus", "events:PutPermission", "events:RemovePermission", "events:UpdateEventBus"], "*", butDeploy),
        deny("DenyQueueChanges", ["sqs:AddPermission", "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:PurgeQueue", "sqs:RemovePermission", "sqs:SetQueueAttributes"], queues, butDeploy),
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
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage", "lambda:Invoke*", "events:PutEvents", "sns:Publish"],
            [...work, arns.undeliveredQueue, functions, arns.bus, arns.notices],
            allBut(ownRoles(place), breakGlassRoleArn),
        ),
    );
}

/** Who there is, and who watches. */
function identities({ place, deployRoleArn, breakGlassRoleArn }: BackupAccountArgs): Document {
    const { notices } = arnsOf(place);
    const { watch, prefix } = namesOf(place);
    const roles = ownRoles(place);
    const butDeploy = allBut(deployRoleArn, breakGlassRoleArn);
    const butBreakGlass = allBut(breakGlassRoleArn);
    return document(
        deny(
            "DenyNewIdentities",
            [
                "iam:CreateAccessKey",
                "iam:CreateLoginProfile",
                "iam:CreateOpenIDConnectProvider",
                "iam:CreateSAMLProvider",
                "iam:CreateServiceSpecificCredential",
                "iam:CreateUser",
                "iam:UpdateAccessKey",
                "iam:UpdateLoginProfile",
                "iam:UpdateOpenIDConnectProviderThumbprint",
                "iam:UpdateSAMLProvider",
                "iam:AddClientIDToOpenIDConnectProvider",
            ],
            "*",
            butBreakGlass,
        ),
        // Who may pass a role of ours to a function of his own is that role.
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
                "cloudtrail:PutEventSelectors",
                "cloudtrail:StopLogging",
                "config:DeleteConfigurationRecorder",
                "config:DeleteDeliveryChannel",
                "config:StopConfigurationRecorder",
                "guardduty:DeleteDetector",
                "guardduty:DisassociateFrom*",
                "guardduty:UpdateDetector",
                "securityhub:DisableSecurityHub",
                "securityhub:DisassociateFrom*",
            ],
            "*",
            butBreakGlass,
        ),
        deny("DenyTrailChanges", "cloudtrail:UpdateTrail", "*", butDeploy),
        deny(
            "DenyAlarmChanges",
            ["cloudwatch:DeleteAlarms", "cloudwatch:DisableAlarmActions", "cloudwatch:PutCompositeAlarm", "cloudwatch:PutMetricAlarm", "cloudwatch:SetAlarmState"],
            inBackup(place, "cloudwatch", `alarm:${watch}-*`),
            butDeploy,
        ),
        // A made-up metric would hide silence; ours come through the functions' logs.
        deny("DenyMadeUpMetrics", "cloudwatch:PutMetricData", "*", { StringEquals: { "cloudwatch:namespace": "rds-vault" } }),
        deny("DenyTopicChanges", ["sns:AddPermission", "sns:DeleteTopic", "sns:RemovePermission", "sns:SetTopicAttributes", "sns:Subscribe"], notices, butDeploy),
        // A subscription is no type of resource, and a topic's ARN may not reach it: https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html
        deny("DenySubscriptionChanges", ["sns:SetSubscriptionAttributes", "sns:Unsubscribe"], "*", butDeploy),
        deny("DenyLogChanges", ["logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy"], inBackup(place, "logs", `log-group:/aws/lambda/${prefix}-*`), butDeploy),
        deny("DenyMadeUpLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], inBackup(place, "logs", `log-group:/aws/lambda/${prefix}-*`), allBut(roles, breakGlassRoleArn)),
    );
}

/** Where our roles lie, in any account. */
export const rolesAnywhere = (place: Place): string => `arn:${partitionOf(place.region)}:iam::*:role${rolePath}${namesOf(place).prefix}-*`;
