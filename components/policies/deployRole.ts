/**
 * The roles that `pulumi up` assumes: one in the backup account, one in each listed account, one in the rollout account. Nothing
 * in the program creates them, since something must stand before it; `npm run deploy-roles` prints them.
 *
 * They manage what the program creates, by its names, and hold no object action, no DeleteBucket, no
 * ScheduleKeyDeletion, no DisableKey, no StopLogging, no DeleteTrail. Whoever may put policies could still give himself more: README, "What it doesn't do".
 */
import { arnsOf, namesOf, roleArn, rootArn, type Place } from "../arns";
import { inBackup, watchRules, watchStatements } from "./deployWatch";
import { document, type Document, type Statement } from "./document";
import { trailBucketArn } from "./trail";

/**
 * Who may assume a deploy role: the role (or user) of the pipeline. Its account is the principal, narrowed to it, so that
 * re-creating the pipeline's role doesn't kill the trust.
 * @param principalArn `arn:…:iam::<account>:role/<name>`; placeholders pass through
 */
export const deployTrust = (principalArn: string): Document => trustFrom("Pipeline", principalArn);

/** @param sid says what the principal is */
export function trustFrom(sid: string, principalArn: string): Document {
    const [, partition = "", , , account = ""] = principalArn.split(":");
    return document({
        Sid: sid,
        Effect: "Allow",
        Principal: { AWS: rootArn(partition, account) },
        Action: "sts:AssumeRole",
        Condition: { ArnEquals: { "aws:PrincipalArn": principalArn } },
    });
}

/** What `pulumi up` does in a source account: three roles and the forwarder's rule. */
export function sourceDeployPolicy(place: Place, account: string): Document {
    const arns = arnsOf(place);
    return document(
        manageRoles([arns.forwarderRole(account), arns.accessRole(account), arns.exportRole(account)]),
        passRoles("PassForwarderRole", [arns.forwarderRole(account)], "events.amazonaws.com"),
        manageRules(arns.forwarderRule(account)),
    );
}

/**
 * What `pulumi up` does in the rollout account: one StackSet, which may put roles and rules into the members, whatever they say. So
 * whoever has this role has the units' accounts, and it must never stand in the backup account.
 */
export function rolloutDeployPolicy(place: Place): Document {
    const { partition, stackSet, stackSetTargets } = arnsOf(place);
    return document(
        // Knows no resource; a StackSet of another name can't be deployed or changed with what follows.
        { Sid: "CreateStackSet", Effect: "Allow", Action: "cloudformation:CreateStackSet", Resource: "*" },
        {
            Sid: "StackSet",
            Effect: "Allow",
            Action: [
                "cloudformation:DescribeStackSet",
                "cloudformation:UpdateStackSet",
                "cloudformation:DeleteStackSet",
                "cloudformation:CreateStackInstances",
                "cloudformation:ListStackInstances",
                "cloudformation:DeleteStackInstances",
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackSetOperationResults",
            ],
            // An operation asks for the set, its targets and each resource type: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
            Resource: [stackSet, stackSetTargets, ...["AWS-IAM-Role", "AWS-Events-Rule"].map((type) => `arn:${partition}:cloudformation:*:*:type/resource/${type}`)],
        },
        // Without it AWS says that the account is no delegated administrator: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
        { Sid: "DelegatedAdministrator", Effect: "Allow", Action: "organizations:ListDelegatedAdministrators", Resource: "*" },
        { Sid: "Doctor", Effect: "Allow", Action: "cloudformation:DescribeOrganizationsAccess", Resource: "*" },
    );
}

/** What `pulumi up` does in the management account: the guardrails and what they are attached to. Whoever has this role can take them off. */
export function managementDeployPolicy(place: Place): Document {
    const { partition } = arnsOf(place);
    return document(
        {
            Sid: "Policies",
            Effect: "Allow",
            // Attaching is asked of the policy and of its target: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
            Action: ["organizations:AttachPolicy", "organizations:DeletePolicy", "organizations:DescribePolicy", "organizations:DetachPolicy", "organizations:ListTagsForResource", "organizations:UpdatePolicy"],
            Resource: ["policy/*/service_control_policy/*", "policy/*/resource_control_policy/*", "account/*", "ou/*"].map((each) => `arn:${partition}:organizations::*:${each}`),
        },
        // These know no resource, or are asked for before there is one, or of policies that aren't ours.
        { Sid: "Find", Effect: "Allow", Action: ["organizations:CreatePolicy", "organizations:ListPoliciesForTarget", "organizations:ListTargetsForPolicy"], Resource: "*" },
    );
}

/** What `pulumi up` does in the backup account: vault, hub and watch. */
export function backupDeployPolicy(place: Place): Document {
    const arns = arnsOf(place);
    const names = namesOf(place);
    const role = (name: string) => roleArn(arns.partition, place.backupAccountId, name);
    const functionRoles = [arns.starterRole, arns.sealerRole, role(names.sweeper), arns.watcherRole];
    const scheduleRoles = [role(names.scheduleRole), role(names.watchScheduleRole)];
    const forwarder = role(names.iamForwarder);
    return document(
        ...vaultStatements(place),
        manageRoles([...functionRoles, ...scheduleRoles, arns.readerRole, forwarder]),
        passRoles("PassFunctionRoles", functionRoles, "lambda.amazonaws.com"),
        passRoles("PassScheduleRole", scheduleRoles, "scheduler.amazonaws.com"),
        passRoles("PassForwarderRole", [forwarder], "events.amazonaws.com"),
        ...busStatements(place),
        manageRules([arns.hubRule, ...watchRules(place)]),
        {
            Sid: "Queues",
            Effect: "Allow",
            Action: ["sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "sqs:ListQueueTags", "sqs:DeleteQueue"],
            Resource: [arns.triggerQueue, arns.triggerDeadLetters, arns.undeliveredQueue, arns.sealQueue, arns.sealDeadLetters],
        },
        ...functionStatements(place),
        ...scheduleStatements(place),
        ...watchStatements(place),
        {
            // What `npm run doctor` asks in the backup account, of whatever trail there is; the others know no resource.
            Sid: "Doctor",
            Effect: "Allow",
            Action: ["account:GetRegionOptStatus", "lambda:GetAccountSettings", "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors", "organizations:DescribeOrganization", "organizations:ListChildren"],
            Resource: "*",
        },
    );
}

/** The last four are what the provider asks before it deletes a role. */
const manageRoles = (roles: string[]): Statement => ({
    Sid: "Roles",
    Effect: "Allow",
    Action: [
        "iam:CreateRole",
        "iam:GetRole",
        "iam:TagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:PutRolePolicy",
        "iam:GetRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:DeleteRole",
        "iam:ListRolePolicies",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
    ],
    Resource: roles,
});

const passRoles = (sid: string, roles: string[], service: string): Statement => ({
    Sid: sid,
    Effect: "Allow",
    Action: "iam:PassRole",
    Resource: roles,
    Condition: { StringEquals: { "iam:PassedToService": service } },
});

const manageRules = (rules: string | string[]): Statement => ({
    Sid: "Rules",
    Effect: "Allow",
    Action: [
        "events:PutRule",
        "events:DescribeRule",
        "events:DeleteRule",
        "events:ListTagsForResource",
        "events:PutTargets",
        "events:ListTargetsByRule",
        "events:RemoveTargets",
    ],
    Resource: rules,
});

/** The buckets' configuration and the keys'. What is locked stays locked: the object lock's days can't shorten a version's. */
function vaultStatements(place: Place): Statement[] {
    const buckets = [arnsOf(place).bucket, trailBucketArn(place)];
    return [
        {
            Sid: "BucketConfiguration",
            Effect: "Allow",
            Action: [
                "s3:CreateBucket",
                "s3:PutBucketVersioning",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutEncryptionConfiguration",
                "s3:PutBucketObjectLockConfiguration",
                "s3:PutLifecycleConfiguration",
                "s3:PutBucketPolicy",
            ],
            Resource: buckets,
        },
        {
            // The provider reads every setting of a bucket, ours or not; ListBucket is its HeadBucket.
            Sid: "BucketReading",
            Effect: "Allow",
            Action: [
                "s3:ListBucket",
                "s3:GetBucket*",
                "s3:GetAccelerateConfiguration",
                "s3:GetEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
                "s3:GetReplicationConfiguration",
                "s3:ListTagsForResource",
            ],
            Resource: buckets,
        },
        // These know no resource.
        { Sid: "AccountPublicAccess", Effect: "Allow", Action: ["s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"], Resource: "*" },
        { Sid: "CreateKey", Effect: "Allow", Action: "kms:CreateKey", Resource: "*", Condition: { StringEquals: { "kms:KeyOrigin": "AWS_KMS" } } },
        {
            // AWS chooses a key's id, and nothing else in this account has one.
            Sid: "KeyAdministration",
            Effect: "Allow",
            Action: [
                "kms:DescribeKey",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListResourceTags",
                "kms:PutKeyPolicy",
                "kms:EnableKeyRotation",
                "kms:UpdateKeyDescription",
            ],
            Resource: inBackup(place, "kms", "key/*"),
        },
    ];
}

function busStatements(place: Place): Statement[] {
    return [
        {
            Sid: "Bus",
            Effect: "Allow",
            Action: ["events:CreateEventBus", "events:DescribeEventBus", "events:DeleteEventBus", "events:ListTagsForResource"],
            Resource: arnsOf(place).bus,
        },
        // These know no resource.
        { Sid: "BusPolicy", Effect: "Allow", Action: ["events:PutPermission", "events:RemovePermission"], Resource: "*" },
    ];
}

function functionStatements(place: Place): Statement[] {
    const { starter, sealer, sweeper, watcher, starterLogs, sealerLogs, sweeperLogs, watcherLogs } = arnsOf(place);
    const mappings = inBackup(place, "lambda", "event-source-mapping:*");
    return [
        {
            Sid: "Functions",
            Effect: "Allow",
            Action: [
                "lambda:CreateFunction",
                "lambda:GetFunction",
                "lambda:GetFunctionConfiguration",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:ListVersionsByFunction",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
                "lambda:ListTags",
                "lambda:PutFunctionEventInvokeConfig",
                "lambda:GetFunctionEventInvokeConfig",
                "lambda:DeleteFunctionEventInvokeConfig",
                "lambda:DeleteFunction",
            ],
            Resource: [starter, sealer, sweeper, watcher],
        },
        {
            // Creating knows no resource, and AWS chooses a mapping's id: the function narrows both.
            Sid: "QueueMappings",
            Effect: "Allow",
            Action: [
                "lambda:CreateEventSourceMapping",
                "lambda:GetEventSourceMapping",
                "lambda:UpdateEventSourceMapping",
                "lambda:DeleteEventSourceMapping",
            ],
            Resource: "*",
            Condition: { ArnEquals: { "lambda:FunctionArn": [starter, sealer] } },
        },
        { Sid: "QueueMappingTags", Effect: "Allow", Action: "lambda:ListTags", Resource: mappings },
        {
            Sid: "LogGroups",
            Effect: "Allow",
            Action: ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:ListTagsForResource", "logs:DeleteLogGroup"],
            // CloudWatch Logs checks some actions with a trailing ":*" and some without; one pattern for both, since a policy has an end.
            Resource: [starterLogs, sealerLogs, sweeperLogs, watcherLogs].map((arn) => `${arn}*`),
        },
        { Sid: "FindLogGroups", Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    ];
}

function scheduleStatements(place: Place): Statement[] {
    const { scheduleGroup, watchScheduleGroup } = arnsOf(place);
    const { schedule, watchSchedule } = namesOf(place);
    return [
        {
            Sid: "ScheduleGroups",
            Effect: "Allow",
            Action: ["scheduler:CreateScheduleGroup", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource", "scheduler:DeleteScheduleGroup"],
            // Deleting a group deletes its schedules.
            Resource: [scheduleGroup, watchScheduleGroup],
        },
        {
            Sid: "Schedules",
            Effect: "Allow",
            Action: ["scheduler:CreateSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"],
            Resource: [schedule, watchSchedule].map((name) => inBackup(place, "scheduler", `schedule/${name}/${name}`)),
        },
    ];
}
