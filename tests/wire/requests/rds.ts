import { DescribeDBClusterSnapshotsCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand, DescribeDBSnapshotsCommand, DescribeExportTasksCommand, StartExportTaskCommand } from "@aws-sdk/client-rds";
import { ok, type Judge, type Request } from "./request";

const begin = (judge: Judge, id: string, SourceArn: string) =>
    judge.rds.send(new StartExportTaskCommand({ ExportTaskIdentifier: id, SourceArn, S3BucketName: judge.bucket, S3Prefix: "exports/111122223333", IamRoleArn: judge.exportRoleArn, KmsKeyId: judge.keyArn }));
const taskFields = ["ExportTaskIdentifier", "SourceArn", "Status", "S3Bucket", "S3Prefix", "IamRoleArn", "KmsKeyId"];
export const clusterSnapshotFields = ["DBClusterSnapshotArn", "SnapshotType", "Status", "Engine", "DBClusterIdentifier", "SnapshotCreateTime", "DbClusterResourceId"].map((field) => `DBClusterSnapshots.0.${field}`);

/** After those that start the first two. */
async function startSixth(judge: Judge) {
    for (const n of [1, 2, 3]) await begin(judge, `e${n + 4}-1`, judge.snapshotArns[n]!);
    return begin(judge, "e8-1", judge.snapshotArns[4]!);
}

export const ofRds: readonly Request[] = [
    { name: "DescribeDBSnapshots", service: "rds", send: ({ rds }) => rds.send(new DescribeDBSnapshotsCommand({})), ...ok(...["DBSnapshotArn", "SnapshotType", "Status", "Engine", "DBInstanceIdentifier", "DbiResourceId", "SnapshotCreateTime", "OriginalSnapshotCreateTime", "AllocatedStorage"].map((field) => `DBSnapshots.0.${field}`)) },
    { name: "DescribeDBSnapshots of AWS Backup", service: "rds", send: ({ rds }) => rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: "awsbackup" })), reads: ["DBSnapshots.0"], expected: "200" },
    { name: "DescribeDBClusterSnapshots", service: "rds", send: ({ rds }) => rds.send(new DescribeDBClusterSnapshotsCommand({})), ...ok(...clusterSnapshotFields) },
    { name: "DescribeDBInstances", service: "rds", send: ({ rds }) => rds.send(new DescribeDBInstancesCommand({})), ...ok(...["DBInstanceIdentifier", "DBInstanceArn", "DbiResourceId", "Engine", "InstanceCreateTime"].map((field) => `DBInstances.0.${field}`)) },
    { name: "DescribeDBClusters", service: "rds", send: ({ rds }) => rds.send(new DescribeDBClustersCommand({})), ...ok(...["DBClusterIdentifier", "DBClusterArn", "DbClusterResourceId", "Engine", "ClusterCreateTime"].map((field) => `DBClusters.0.${field}`)) },
    { name: "DescribeExportTasks before any", service: "rds", send: ({ rds }) => rds.send(new DescribeExportTasksCommand({ Filters: [{ Name: "status", Values: ["starting", "in_progress", "canceling"] }] })), reads: ["ExportTasks.0", "Marker"], expected: "200" },
    { name: "DescribeExportTasks by an unknown id", service: "rds", send: ({ rds }) => rds.send(new DescribeExportTasksCommand({ ExportTaskIdentifier: "e0-1" })), expected: "404 ExportTaskNotFoundFault" },
    { name: "StartExportTask of an instance's snapshot", service: "rds", send: (judge) => begin(judge, "e1-1", judge.snapshotArns[0]!), ...ok(...taskFields) },
    { name: "StartExportTask of a cluster's snapshot", service: "rds", send: (judge) => begin(judge, "e2-1", judge.clusterSnapshotArn), ...ok(...taskFields) },
    { name: "StartExportTask under a taken id", service: "rds", send: (judge) => begin(judge, "e1-1", judge.snapshotArns[0]!), expected: "400 ExportTaskAlreadyExistsFault" },
    { name: "StartExportTask of an unknown snapshot", service: "rds", send: (judge) => begin(judge, "e3-1", `${judge.snapshotArns[0]}-gone`), expected: "404 DBSnapshotNotFoundFault" },
    { name: "StartExportTask of an unknown cluster snapshot", service: "rds", send: (judge) => begin(judge, "e4-1", `${judge.clusterSnapshotArn}-gone`), expected: "404 DBClusterSnapshotNotFoundFault" },
    { name: "DescribeExportTasks by id", service: "rds", send: ({ rds }) => rds.send(new DescribeExportTasksCommand({ ExportTaskIdentifier: "e1-1" })), ...ok(...taskFields.map((field) => `ExportTasks.0.${field}`)) },
    // Five: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html The code is in no page and no model: users report it.
    { name: "StartExportTask beyond the limit", service: "rds", send: startSixth, expected: "400 ExportTaskLimitReachedFault" },
];
