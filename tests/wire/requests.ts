/** Every kind of call that the functions make of STS, SQS, S3 and RDS, and what all judges answer: status, error code, and the fields that the program reads. */
import { DescribeDBClusterSnapshotsCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand, DescribeDBSnapshotsCommand, DescribeExportTasksCommand, StartExportTaskCommand, type RDSClient } from "@aws-sdk/client-rds";
import { GetObjectCommand, GetObjectLockConfigurationCommand, HeadObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";

/** A judge with a locked, versioned bucket, a queue, a role with the external id `right`, and a snapshot of each kind. */
export interface Judge {
    readonly name: "simulated AWS" | "MiniStack 1.5.33" | "moto 5.2.5";
    readonly sts: STSClient;
    readonly sqs: SQSClient;
    readonly s3: S3Client;
    /** Absent: it has no exports. */
    readonly rds?: RDSClient;
    readonly roleArn: string;
    readonly queueUrl: string;
    readonly bucket: string;
    readonly snapshotArn: string;
    readonly clusterSnapshotArn: string;
    readonly exportRoleArn: string;
    readonly keyArn: string;
}

/** `200` and the fields that are there, or status and code of an error. */
export type Outcome = string;

export interface Request {
    readonly name: string;
    readonly service: "sts" | "sqs" | "s3" | "rds";
    readonly send: (judge: Judge) => Promise<unknown>;
    /** Paths that the program reads. */
    readonly reads?: readonly string[];
    readonly expected: Outcome;
    /** What a judge answers otherwise, and why that's no matter for the program. */
    readonly otherwise?: Partial<Record<Judge["name"], { readonly outcome: Outcome; readonly reason: string }>>;
}

const key = "manifests/111122223333/2026-11-23/instance.orders.ORDERS/x y.json";
const put = ({ s3, bucket }: Judge, Key = key) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "{}", ContentType: "application/json", IfNoneMatch: "*" }));
const assume = ({ sts, roleArn }: Judge, ExternalId?: string) => sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "rds-vault-starter", ExternalId }));
const begin = (judge: Judge, id: string, SourceArn: string) =>
    judge.rds!.send(new StartExportTaskCommand({ ExportTaskIdentifier: id, SourceArn, S3BucketName: judge.bucket, S3Prefix: "exports/111122223333", IamRoleArn: judge.exportRoleArn, KmsKeyId: judge.keyArn }));
const versionOf = async ({ s3, bucket }: Judge) => (await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }))).Versions![0]!.VersionId;
const ok = (...reads: string[]) => ({ reads, expected: ["200", ...reads].join(" ") });

const taskFields = ["ExportTaskIdentifier", "SourceArn", "Status", "S3Bucket", "S3Prefix", "IamRoleArn", "KmsKeyId"];

const versionFields = ["Key", "VersionId", "ETag", "Size", "LastModified"].map((field) => `Versions.0.${field}`);
const unsaid = { outcome: ["200", ...versionFields].join(" "), reason: "it leaves EncodingType out; the program takes such names as they are" };
const clusterSnapshotFields = (...fields: string[]) => fields.map((field) => `DBClusterSnapshots.0.${field}`);

export const requests: readonly Request[] = [
    { name: "AssumeRole", service: "sts", send: (judge) => assume(judge, "right"), ...ok("Credentials.AccessKeyId", "Credentials.SecretAccessKey", "Credentials.SessionToken", "Credentials.Expiration") },
    {
        name: "AssumeRole with a wrong external id", service: "sts", send: (judge) => assume(judge, "wrong"), expected: "403 AccessDenied",
        otherwise: { "moto 5.2.5": { outcome: "200", reason: "moto reads no trust policy" } },
    },
    {
        name: "AssumeRole without an external id", service: "sts", send: (judge) => assume(judge), expected: "403 AccessDenied",
        otherwise: { "moto 5.2.5": { outcome: "200", reason: "moto reads no trust policy" } },
    },

    { name: "SendMessage", service: "sqs", send: ({ sqs, queueUrl }) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "one" })), ...ok("MessageId") },
    {
        name: "SendMessageBatch", service: "sqs", ...ok("Successful.0.Id", "Successful.0.MessageId", "Successful.1.Id"),
        send: ({ sqs, queueUrl }) => sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [{ Id: "111122223333", MessageBody: "one" }, { Id: "e1-1", MessageBody: "two" }] })),
    },

    { name: "PutObject, once", service: "s3", send: (judge) => put(judge), ...ok("ETag", "VersionId") },
    { name: "PutObject, again", service: "s3", send: (judge) => put(judge), expected: "412 PreconditionFailed" },
    { name: "HeadObject of a version", service: "s3", ...ok("ContentLength", "ETag", "VersionId", "LastModified", "ObjectLockMode", "ObjectLockRetainUntilDate"),
        send: async (judge) => judge.s3.send(new HeadObjectCommand({ Bucket: judge.bucket, Key: key, VersionId: await versionOf(judge), ChecksumMode: "ENABLED" })) },
    { name: "GetObject of a version", service: "s3", ...ok("Body", "ETag", "VersionId"), send: async (judge) => judge.s3.send(new GetObjectCommand({ Bucket: judge.bucket, Key: key, VersionId: await versionOf(judge) })) },
    { name: "GetObject that isn't there", service: "s3", send: ({ s3, bucket }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: "manifests/none" })), expected: "404 NoSuchKey" },
    { name: "HeadObject that isn't there", service: "s3", send: ({ s3, bucket }) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "manifests/none" })), expected: "404 NotFound" },
    { name: "ListObjectsV2 after a name", service: "s3", send: async (judge) => (await put(judge, "manifests/z"), judge.s3.send(new ListObjectsV2Command({ Bucket: judge.bucket, Prefix: "manifests/", StartAfter: key }))), reads: ["KeyCount", "Contents.0.Key", "Contents.1.Key"], expected: "200 KeyCount Contents.0.Key" },
    { name: "ListObjectsV2 by folder", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "manifests/", Delimiter: "/" })), ...ok("CommonPrefixes.0.Prefix", "Contents.0.Key") },
    { name: "ListObjectsV2 of nothing", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "none/" })), reads: ["Contents", "NextContinuationToken"], expected: "200" },
    {
        name: "ListObjectVersions, encoded", service: "s3", ...ok("EncodingType", ...versionFields),
        send: ({ s3, bucket }) => s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "manifests/", EncodingType: "url" })),
        // S3 says so whenever it was asked to: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
        otherwise: { "MiniStack 1.5.33": unsaid, "moto 5.2.5": unsaid },
    },
    { name: "ListObjectVersions, first page", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "manifests/", MaxKeys: 1 })), ...ok("IsTruncated", "NextKeyMarker", "NextVersionIdMarker") },
    { name: "GetObjectLockConfiguration", service: "s3", send: ({ s3, bucket }) => s3.send(new GetObjectLockConfigurationCommand({ Bucket: bucket })), ...ok("ObjectLockConfiguration.ObjectLockEnabled", "ObjectLockConfiguration.Rule.DefaultRetention.Mode", "ObjectLockConfiguration.Rule.DefaultRetention.Days") },

    { name: "DescribeDBSnapshots", service: "rds", send: ({ rds }) => rds!.send(new DescribeDBSnapshotsCommand({})), ...ok(...["DBSnapshotArn", "SnapshotType", "Status", "Engine", "DBInstanceIdentifier", "DbiResourceId", "SnapshotCreateTime", "OriginalSnapshotCreateTime", "AllocatedStorage"].map((field) => `DBSnapshots.0.${field}`)) },
    { name: "DescribeDBSnapshots of AWS Backup", service: "rds", send: ({ rds }) => rds!.send(new DescribeDBSnapshotsCommand({ SnapshotType: "awsbackup" })), reads: ["DBSnapshots.0"], expected: "200" },
    {
        name: "DescribeDBClusterSnapshots", service: "rds", send: ({ rds }) => rds!.send(new DescribeDBClusterSnapshotsCommand({})),
        ...ok(...clusterSnapshotFields("DBClusterSnapshotArn", "SnapshotType", "Status", "Engine", "DBClusterIdentifier", "SnapshotCreateTime", "DbClusterResourceId")),
        // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBClusterSnapshot.html
        otherwise: { "moto 5.2.5": { outcome: ["200", ...clusterSnapshotFields("DBClusterSnapshotArn", "SnapshotType", "Status", "Engine", "DBClusterIdentifier", "SnapshotCreateTime")].join(" "), reason: "it leaves DbClusterResourceId out; the program bears that" } },
    },
    { name: "DescribeDBInstances", service: "rds", send: ({ rds }) => rds!.send(new DescribeDBInstancesCommand({})), ...ok(...["DBInstanceIdentifier", "DBInstanceArn", "DbiResourceId", "Engine", "InstanceCreateTime"].map((field) => `DBInstances.0.${field}`)) },
    { name: "DescribeDBClusters", service: "rds", send: ({ rds }) => rds!.send(new DescribeDBClustersCommand({})), ...ok(...["DBClusterIdentifier", "DBClusterArn", "DbClusterResourceId", "Engine", "ClusterCreateTime"].map((field) => `DBClusters.0.${field}`)) },
    { name: "DescribeExportTasks before any", service: "rds", send: ({ rds }) => rds!.send(new DescribeExportTasksCommand({ Filters: [{ Name: "status", Values: ["starting", "in_progress", "canceling"] }] })), reads: ["ExportTasks.0", "Marker"], expected: "200" },
    { name: "DescribeExportTasks by an unknown id", service: "rds", send: ({ rds }) => rds!.send(new DescribeExportTasksCommand({ ExportTaskIdentifier: "e0-1" })), expected: "404 ExportTaskNotFoundFault" },
    { name: "StartExportTask of an instance's snapshot", service: "rds", send: (judge) => begin(judge, "e1-1", judge.snapshotArn), ...ok(...taskFields) },
    { name: "StartExportTask of a cluster's snapshot", service: "rds", send: (judge) => begin(judge, "e2-1", judge.clusterSnapshotArn), ...ok(...taskFields) },
    { name: "StartExportTask under a taken id", service: "rds", send: (judge) => begin(judge, "e1-1", judge.snapshotArn), expected: "400 ExportTaskAlreadyExistsFault" },
    { name: "StartExportTask of an unknown snapshot", service: "rds", send: (judge) => begin(judge, "e3-1", `${judge.snapshotArn}-gone`), expected: "404 DBSnapshotNotFoundFault" },
    { name: "StartExportTask of an unknown cluster snapshot", service: "rds", send: (judge) => begin(judge, "e4-1", `${judge.clusterSnapshotArn}-gone`), expected: "404 DBClusterSnapshotNotFoundFault" },
    { name: "DescribeExportTasks by id", service: "rds", send: ({ rds }) => rds!.send(new DescribeExportTasksCommand({ ExportTaskIdentifier: "e1-1" })), ...ok(...taskFields.map((field) => `ExportTasks.0.${field}`)) },
];

const at = (value: unknown, path: string): unknown => path.split(".").reduce<unknown>((from, name) => (from as Record<string, unknown> | undefined)?.[name], value);

/** Asks a judge, and puts its answer in the table's words. */
export async function outcomeOf(request: Request, judge: Judge): Promise<Outcome> {
    try {
        const answer = await request.send(judge);
        return ["200", ...(request.reads ?? []).filter((path) => at(answer, path) !== undefined)].join(" ");
    } catch (error) {
        const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
        if (!$metadata) throw error;
        return `${$metadata.httpStatusCode} ${name}`;
    }
}
