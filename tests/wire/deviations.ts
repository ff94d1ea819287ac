/**
 * What the peers do otherwise than AWS, as far as these tests meet it. Where two peers differ, AWS's documentation decides. `handled` says what the
 * tests do about it; nothing of the program is changed for a peer.
 */
import { source } from "./hub";
import type { Passing } from "./relay";

export interface Deviation {
    readonly peer: "MiniStack 1.5.33" | "moto 5.2.5" | "MinIO";
    readonly peerDoes: string;
    readonly awsDoes: string;
    /** Where AWS says so. */
    readonly source: string;
    readonly handled: string;
}

const iamGuide = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const rdsReference = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference";
const organizationsReference = "https://docs.aws.amazon.com/organizations/latest/APIReference";
const s3Guide = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";

export const deviations: readonly Deviation[] = [
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
        peer: "moto 5.2.5",
        peerDoes: "says `complete` at once, in lower case, without TaskStartTime and TaskEndTime, and writes nothing",
        awsDoes: "goes from STARTING over IN_PROGRESS to COMPLETE",
        source: `${rdsReference}/API_ExportTask.html`,
        handled: "the starter takes it for a task in flight; the life cycle is the simulated RDS's",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "ignores Filters and SourceArn of DescribeExportTasks",
        awsDoes: "filters",
        source: `${rdsReference}/API_DescribeExportTasks.html`,
        handled: "the starter must bear what it didn't ask for",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "knows no limit of running exports",
        awsDoes: "refuses the sixth",
        source: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html",
        handled: "asserted against the simulated RDS only",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "pages DescribeDBInstances and DescribeDBClusters only",
        awsDoes: "pages every list",
        source: `${rdsReference}/API_DescribeDBSnapshots.html`,
        handled: "paging is asserted on DescribeDBInstances",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "gives all instances one DbiResourceId",
        awsDoes: "gives each its own",
        source: `${rdsReference}/API_DBInstance.html`,
        handled: "tests about several databases use an instance and a cluster",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "knows no delegation policy, answers only the management account's calls, and says ParentNotFoundException to a member",
        awsDoes: "answers whom the policy lets, and says AccessDeniedException to others",
        source: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html",
        handled: "the sweeper comes as the management account; the delegation is judged in the simulated AWS only",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "gives all children in one page",
        awsDoes: "pages ListChildren",
        source: `${organizationsReference}/API_ListChildren.html`,
        handled: "paging is asserted on ListAccountsForParent",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "looks for the backslashes too, where a quoted phrase of a filter pattern holds `\\\"`",
        awsDoes: "doesn't say how a phrase holds a quotation mark; the watcher relies on the backslash (README, \"Not yet proven on AWS\")",
        source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html",
        handled: "`unescaped` takes the backslashes away",
    },
    {
        peer: "MiniStack 1.5.33",
        peerDoes: "looks for the backslashes too, and gives no token where FilterLogEvents had more lines to give",
        awsDoes: "gives a token until all was searched",
        source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html",
        handled: "the logs are moto's, which judges nobody: that the watcher may read them is judged in the simulated AWS only",
    },
];

const unheard = ["DenyPlainHttp", "DenyOverwritingManifests"];

/** A document in MiniStack's dialect. */
export function adapted(policy: string): string {
    const document = JSON.parse(policy.replace(/\$\{aws:PrincipalAccount\}/g, source)) as { Statement: { Sid?: string }[] };
    const Statement = document.Statement.filter(({ Sid }) => !unheard.includes(Sid ?? ""));
    const sessionsOf = (arn: string) => {
        const [, account, role] = /^arn:aws:iam::([^:]+):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
        return account ? [`arn:aws:sts::${account}:assumed-role/${role}/*`, ...(account === "*" ? [`arn:aws:iam::${source}:root`] : [])] : arn;
    };
    const dialect = (key: string, value: unknown): unknown => {
        if (key === "aws:PrincipalArn") return [value as string | string[]].flat().flatMap(sessionsOf);
        if (key === "Action") return [value as string | string[]].flat().flatMap((action) => (action === "sqs:SendMessage" ? [action, "sqs:SendMessageBatch"] : action));
        // What is undefined stays out.
        return key === "aws:SourceAccount" ? undefined : value;
    };
    return JSON.stringify({ ...document, Statement }, dialect);
}

/** A filter pattern of CloudWatch Logs in moto's dialect. */
export function unescaped(passing: Passing): void {
    if (!String(passing.headers["x-amz-target"]).endsWith(".FilterLogEvents")) return;
    const input = JSON.parse(passing.body) as { filterPattern: string };
    passing.body = JSON.stringify({ ...input, filterPattern: input.filterPattern.replace(/\\"/g, '"') });
}
