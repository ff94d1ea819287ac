import type { WireDeviation } from ".";
import { versionFields } from "../requests/s3";

const iamGuide = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const organizationsReference = "https://docs.aws.amazon.com/organizations/latest/APIReference";
const s3Guide = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";
const withoutEncodingType = ["200", ...versionFields].join(" ");

export const ofMiniStack: readonly WireDeviation[] = [
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "aws:PrincipalArn is the session's ARN",
        awsDoes: "it is the role's ARN with its path",
        source: `${iamGuide}/reference_policies_condition-keys.html#condition-keys-principalarn`,
        handled: "`adapted` writes the role's sessions into the conditions; the simulated AWS judges the documents as they are",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "judges who comes from another account by the bucket policy as that account's root",
        awsDoes: "judges the session itself",
        source: `${iamGuide}/reference_policies_evaluation-logic-cross-account.html`,
        handled: "`adapted` writes the source account's root beside the export roles' sessions, so that only export roles may write isn't asserted here",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "knows no condition key s3:if-none-match, so a Deny for its absence catches every write",
        awsDoes: "fills it from the header",
        source: `${s3Guide}/conditional-writes-enforce.html`,
        handled: "`adapted` leaves DenyOverwritingManifests out; If-None-Match itself is tested in MiniStack and MinIO",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "knows no condition key s3:x-amz-server-side-encryption-aws-kms-key-id, so another key isn't refused",
        awsDoes: "fills it from the header",
        source: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys",
        handled: "not asserted here",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "asks for s3:PutObject alone where a write carries a retention of its own",
        awsDoes: "asks for s3:PutObjectRetention too, which the bucket policy denies to all",
        source: `${s3Guide}/object-lock.html#object-lock-permissions`,
        handled: "not asserted here",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "has an action sqs:SendMessageBatch",
        awsDoes: "judges a batch by sqs:SendMessage",
        source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api.html",
        handled: "`adapted` adds it where sqs:SendMessage is",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "is spoken to without TLS",
        awsDoes: "has both, and aws:SecureTransport tells",
        source: `${iamGuide}/reference_policies_condition-keys.html#condition-keys-securetransport`,
        handled: "`adapted` leaves DenyPlainHttp out",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "delivers no event to a bus or queue of another account",
        awsDoes: "does, where role and bus policy allow it",
        source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html",
        handled: "bus, rules and a queue stand in the source account too; the test carries the message over",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "writes into a rule's queue whatever the queue's policy says",
        awsDoes: "asks the policy",
        source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions",
        handled: "not asserted here",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "puts nothing in the place of ${aws:PrincipalAccount}",
        awsDoes: "puts the caller's account there",
        source: `${iamGuide}/reference_policies_variables.html#policy-vars-infotouse`,
        handled: "`adapted` writes the one source account of these tests there",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "has no exporter; lets an account's root assume a role that trusts a service, and sends no aws:SourceAccount",
        awsDoes: "lets the service, which sends its key, and root nowhere",
        source: `${iamGuide}/id_roles_use_permissions-to-switch.html`,
        handled: "the tests come to the sessions of exporter and starter as that root; `adapted` takes the condition away",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "gives no token where FilterLogEvents has more lines to give",
        awsDoes: "gives one until all was searched",
        source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html",
        handled: "the watcher's logs are moto's, which judges nobody: that the watcher may read them is judged in the simulated AWS only",
        rows: { "FilterLogEvents, first page": "200 events.0.message" },
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "says an account's Status, and no State",
        awsDoes: "says State; Status is retired since September 2026",
        source: `${organizationsReference}/API_Account.html`,
        handled: "the program reads Status where State isn't",
        rows: { "ListAccountsForParent": "200 Accounts.0.Id Accounts.0.Name" },
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "gives all accounts of a unit in one page, and none of a unit that isn't there",
        awsDoes: "pages, and says ParentNotFoundException",
        source: `${organizationsReference}/API_ListAccountsForParent.html`,
        handled: "the sweeper's organization is moto's",
        rows: { "ListAccountsForParent, first page": "200 Accounts.0.Id", "ListAccountsForParent of an unknown unit": "200" },
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "knows no ListChildren",
        awsDoes: "does",
        source: `${organizationsReference}/API_ListChildren.html`,
        handled: "the sweeper's organization is moto's",
        rows: { "ListChildren": "400 InvalidAction", "ListChildren of an unknown unit": "400 InvalidAction" },
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "says TrailNotFoundException with status 404",
        awsDoes: "says it with 400; its SDK's model has 404 too",
        source: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
        handled: "the program goes by the name",
        rows: { "GetTrailStatus of an unknown trail": "404 TrailNotFoundException", "GetEventSelectors of an unknown trail": "404 TrailNotFoundException" },
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "leaves EncodingType out, though names are encoded as was asked",
        awsDoes: "says so whenever it was asked to",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html",
        handled: "the program takes such names as they are",
        rows: { "ListObjectVersions, encoded": withoutEncodingType },
    },
];
