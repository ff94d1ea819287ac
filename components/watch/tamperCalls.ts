/**
 * Which calls in the backup account alarm: the rules on its default bus, as event patterns. Pure.
 *
 * The account runs nothing else, so a call is alarmed on whatever bucket, key or rule it was for: what isn't ours has no business
 * there either. Calls that the program's own functions make by day and night (AssumeRole, Decrypt, GenerateDataKey …) aren't listed.
 */
import { namesOf, partitionOf, type Place } from "../arns";

type Name = string | { readonly prefix: string };

interface Calls {
    /** Of the rule's name. */
    readonly topic: string;
    /** For the mail: what such a call may be. */
    readonly means: string;
    /** CloudTrail's `eventSource`, without `.amazonaws.com`. */
    readonly services: readonly string[];
    /** CloudTrail's `eventName`. */
    readonly names: readonly Name[];
    /** Further conditions on the call. */
    readonly detail?: (backupAccountId: string) => object;
}

/**
 * Each export makes RDS lend itself the key with the access role's rights, and give it back: an AWS service calls then.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
const byNoService = [{ exists: false }];

const prefixes = (...names: string[]): Name[] => names.map((prefix) => ({ prefix }));

/** By what they could undo. Names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html and the services' API references. */
export const tamperCalls: readonly Calls[] = [
    {
        topic: "bucket",
        means: "changes what protects a bucket, or who gets at it",
        services: ["s3"],
        names: [
            // Some are logged with and without `Configuration` at the end.
            ...prefixes("PutBucketLifecycle", "DeleteBucketLifecycle", "PutBucketReplication", "DeleteBucketReplication", "PutBucketPolicy", "DeleteBucketPolicy"),
            ...prefixes("PutBucketObjectLock", "PutObjectLock", "PutBucketEncryption", "DeleteBucketEncryption", "PutBucketVersioning", "PutBucketAcl"),
            ...prefixes("PutBucketOwnershipControls", "DeleteBucketOwnershipControls", "PutBucketNotification", "PutBucketLogging", "PutBucketInventory"),
            ...prefixes("PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock", "DeleteAccountPublicAccessBlock"),
            // Access points, access grants, and the account's block of public access.
            ...prefixes("CreateAccess", "PutAcc", "UpdateAccess", "AssociateAccess", "CreateBucketMetadata", "UpdateBucketMetadata"),
            ...["CreateJob", "DeleteBucket"],
        ],
    },
    {
        topic: "key",
        means: "changes a key; what is encrypted under a key that ends is lost, whatever its lock",
        services: ["kms"],
        names: [
            ...["ScheduleKeyDeletion", "CancelKeyDeletion", "DeleteKey", "DisableKey", "EnableKey", "PutKeyPolicy", "ImportKeyMaterial", "DeleteImportedKeyMaterial"],
            ...["DeleteAlias", "UpdateAlias", "DisableKeyRotation", "ReplicateKey", "UpdatePrimaryRegion"],
        ],
    },
    {
        topic: "grants",
        means: "lends a key to somebody, or takes away what an export under way was lent",
        services: ["kms"],
        names: ["CreateGrant", "RevokeGrant", "RetireGrant"],
        // A source account's roles may lend the key by themselves, as often as they like: a mail for each call would hide all others.
        detail: (backupAccountId) => ({ userIdentity: { invokedBy: byNoService, accountId: [backupAccountId] } }),
    },
    {
        topic: "delivery",
        means: "may stop exports from being started, sealed or watched, or put other code in their place",
        services: ["events", "scheduler", "sqs", "sns", "lambda"],
        names: [
            ...["DeleteRule", "DisableRule", "PutRule", "RemoveTargets", "PutTargets", "PutPermission", "DeleteEventBus", "UpdateEventBus", "CreateArchive", "StartReplay", "DeleteArchive"],
            ...["CreateSchedule", "UpdateSchedule", "DeleteSchedule", "DeleteScheduleGroup"],
            ...["PurgeQueue", "DeleteQueue", "SetQueueAttributes", "DeleteTopic", "Subscribe", "Unsubscribe", "SetTopicAttributes", "SetSubscriptionAttributes"],
            "PutDataProtectionPolicy",
            // Lambda's names end in the date of their API. RemovePermission is EventBridge's, SQS's and SNS's too, as AddPermission. Of a function:
            // code, configuration, concurrency, code signing, URL, and where its results are sent (EventInvokeConfig).
            ...prefixes("AddPermission", "RemovePermission", "CreateFunction", "UpdateFunction", "DeleteFunction", "PutFunction", "PutRuntimeManagementConfig"),
            ...prefixes("CreateEventSourceMapping", "UpdateEventSourceMapping", "DeleteEventSourceMapping"),
        ],
    },
    {
        topic: "evidence",
        means: "may blind those who watch",
        services: ["cloudtrail", "monitoring", "logs", "config", "guardduty"],
        names: [
            ...["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors", "PutInsightSelectors"],
            ...["DeleteAlarms", "DisableAlarmActions", "PutMetricAlarm", "PutCompositeAlarm", "PutLogAlarm", "PutAlarmMuteRule", "SetAlarmState"],
            ...["DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy", "DeleteRetentionPolicy"],
            // Masks what is logged, makes it unreadable, or sends it elsewhere.
            ...["PutDataProtectionPolicy", "PutAccountPolicy", "AssociateKmsKey", "PutSubscriptionFilter", "PutMetricFilter", "PutTransformer"],
            ...["StopConfigurationRecorder", "DeleteConfigurationRecorder", "DeleteDetector", "UpdateDetector", "CreateFilter", "DisassociateFromAdministratorAccount"],
        ],
    },
    {
        topic: "identity",
        means: "gives somebody rights in the backup account, or takes the account out of its organization",
        services: ["iam", "sts", "organizations", "account"],
        names: [
            ...["CreateRole", "UpdateAssumeRolePolicy", "PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"],
            ...["PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "CreatePolicyVersion", "SetDefaultPolicyVersion"],
            ...["CreateUser", "CreateAccessKey", "UpdateAccessKey", "CreateLoginProfile", "UpdateLoginProfile", "PutUserPolicy", "AttachUserPolicy", "DeactivateMFADevice"],
            ...["AddUserToGroup", "PutGroupPolicy", "AttachGroupPolicy", "CreateSAMLProvider", "UpdateSAMLProvider", "CreateOpenIDConnectProvider"],
            ...["UpdateOpenIDConnectProviderThumbprint", "AddClientIDToOpenIDConnectProvider", "AssumeRoot"],
            ...["LeaveOrganization", "AcceptHandshake", "CloseAccount", "DisableRegion", "PutAlternateContact", "StartPrimaryEmailUpdate", "AcceptPrimaryEmailUpdate"],
        ],
    },
];

export interface TamperRule {
    readonly name: string;
    readonly severity: "HIGH" | "low";
    readonly means: string;
    readonly pattern: object;
}

/** Customers can't put events of such a source, so nobody forges an alarm: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
const fromAws = [{ prefix: "aws." }];

/** A key's end comes as a service's event. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
const calls = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"];

/** That page writes `Signin`, events are reported with `Sign In`. */
const signIns = ["AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"];

/** How services say that a call was denied; errors of another kind come with every deployment. */
const denials = ["AccessDenied", "UnauthorizedOperation", "Client.Unauthorized", "AuthorizationError", "NotAuthorized"].map((prefix) => ({ prefix }));

const bySession = (arn: readonly unknown[]) => ({ userIdentity: { sessionContext: { sessionIssuer: { arn } } } });
const sourcesOf = (services: readonly string[]) => services.map((service) => `${service}.amazonaws.com`);

/** AWS's services act in the root user's name too. */
const byRoot = { userIdentity: { type: ["Root"], invokedBy: byNoService } };

/**
 * The rules of the home Region that mail. Whoever isn't a role's session (root, a user, a service) has no session issuer, and what is
 * absent is never `anything-but`: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function tamperRules(place: Place, deployRoleArn: string): TamperRule[] {
    const { watch } = namesOf(place);
    const others = { $or: [bySession([{ "anything-but": [deployRoleArn] }]), bySession([{ exists: false }]), { errorCode: denials }] };
    const rule = (topic: string, severity: TamperRule["severity"], means: string, types: readonly string[], detail: object): TamperRule => ({
        name: `${watch}-${topic}`, severity, means, pattern: { source: fromAws, "detail-type": types, detail },
    });
    return [
        ...tamperCalls.map(({ topic, means, services, names, detail }) =>
            rule(topic, "HIGH", means, calls, { eventSource: sourcesOf(services), eventName: names, ...detail?.(place.backupAccountId), ...others })),
        rule("root", "HIGH", "is the root user's, who has nothing to do here, be it to look: a call, or a sign-in with or without success", [...calls, ...signIns], byRoot),
        rule("deploy", "low", "was made by the deploy role: one that fits no deployment of yours is as grave as any other", calls, {
            eventSource: sourcesOf([...new Set(tamperCalls.flatMap(({ services }) => services))]),
            readOnly: [false],
            errorCode: [{ exists: false }],
            ...bySession([deployRoleArn]),
        }),
    ];
}

/** Of the rule that mails nothing and is counted: what source accounts do with the key's grants by themselves. An alarm watches its count, so there is one mail for however many calls. */
export const foreignGrantsName = (place: Place): string => `${namesOf(place).watch}-foreign-grants`;

export function foreignGrants({ backupAccountId }: Place): object {
    const { services, names } = tamperCalls.find(({ topic }) => topic === "grants")!;
    const elsewhere = [[{ "anything-but": [backupAccountId] }], [{ exists: false }]].map((accountId) => ({ userIdentity: { accountId } }));
    return { source: fromAws, "detail-type": calls, detail: { eventSource: sourcesOf(services), eventName: names, userIdentity: { invokedBy: byNoService }, $or: elsewhere } };
}

/** Names of the rules that mail, for the topic's policy. */
export const tamperRuleNames = (place: Place): string[] => tamperRules(place, "").map(({ name }) => name);

/**
 * Where IAM, the root user's sign-in and organizations are logged, whatever the Region of the caller.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
 */
export const iamRegion = (region: string): string => ({ "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1" })[partitionOf(region) as string] ?? "us-east-1";

const globally = { eventSource: sourcesOf([...tamperCalls.find(({ topic }) => topic === "identity")!.services, "signin"]) };

/** Where that isn't the home Region: what the rules `identity`, `root` and `deploy` of the home Region shall see. */
export const iamForwarding: object = {
    source: fromAws,
    "detail-type": [...calls, ...signIns],
    // What only looks stays there, unless root does, and so does AssumeRole; CloudTrail may count AssumeRoot with it.
    detail: { $or: [{ ...globally, readOnly: [false] }, { ...globally, eventName: ["AssumeRoot"] }, byRoot] },
};
