import type { DBCluster, DBClusterSnapshot, DBInstance, DBSnapshot, ExportTask, Tag } from "@aws-sdk/client-rds";
import { parseSnapshotArn } from "../../components/arns";
import type { Database, Snapshot, Task } from "./types";

/** As the SDK gives it (Dates) or the CLI prints it (ISO strings). */
export type Loose<T> = { [K in keyof T]?: Date extends T[K] ? Date | string | null | undefined : T[K] | null };

/** Throws a ShapeError that names the field. */
function need<T>(value: T | null | undefined, field: string): T {
    if (value !== null && value !== undefined && value !== "") return value;
    throw Object.assign(new Error(`${field} is missing`), { name: "ShapeError" });
}

function time(value: Date | string | null | undefined, field: string): string | undefined {
    if (value === null || value === undefined || value === "") return undefined;
    const date = new Date(value);
    if (!Number.isNaN(date.getTime())) return date.toISOString();
    throw Object.assign(new Error(`${field} is no time: ${String(value)}`), { name: "ShapeError" });
}

const tags = (list: readonly Tag[] | null | undefined): Record<string, string> =>
    Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));

function parsed(arn: string | null | undefined, field: string) {
    const found = parseSnapshotArn(need(arn, field));
    if (found) return found;
    throw Object.assign(new Error(`${field} is no snapshot's ARN: ${arn}`), { name: "ShapeError" });
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshot.html; throws a ShapeError. */
export const instanceSnapshot = (from: Loose<DBSnapshot>): Snapshot => {
    const { account, kind, identifier } = parsed(from.DBSnapshotArn, "DBSnapshotArn");
    return {
        arn: from.DBSnapshotArn ?? "",
        account,
        kind,
        identifier,
        type: from.SnapshotType ?? "",
        status: need(from.Status, "Status"),
        engine: from.Engine ?? "",
        database: need(from.DBInstanceIdentifier, "DBInstanceIdentifier"),
        resourceId: from.DbiResourceId ?? "",
        createdAt: time(from.SnapshotCreateTime, "SnapshotCreateTime"),
        originalCreatedAt: time(from.OriginalSnapshotCreateTime, "OriginalSnapshotCreateTime"),
        copiedFrom: from.SourceDBSnapshotIdentifier || undefined,
        storageType: from.StorageType ?? undefined,
        sizeGiB: from.AllocatedStorage ?? undefined,
        sourceKeyArn: from.KmsKeyId ?? undefined,
        tags: tags(from.TagList),
    };
};

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBClusterSnapshot.html; throws a ShapeError. */
export const clusterSnapshot = (from: Loose<DBClusterSnapshot>): Snapshot => {
    const { account, kind, identifier } = parsed(from.DBClusterSnapshotArn, "DBClusterSnapshotArn");
    return {
        arn: from.DBClusterSnapshotArn ?? "",
        account,
        kind,
        identifier,
        type: from.SnapshotType ?? "",
        status: need(from.Status, "Status"),
        engine: from.Engine ?? "",
        database: need(from.DBClusterIdentifier, "DBClusterIdentifier"),
        resourceId: from.DbClusterResourceId ?? "",
        createdAt: time(from.SnapshotCreateTime, "SnapshotCreateTime"),
        copiedFrom: from.SourceDBClusterSnapshotArn || undefined,
        storageType: from.StorageType ?? undefined,
        sizeGiB: from.AllocatedStorage ?? undefined,
        sourceKeyArn: from.KmsKeyId ?? undefined,
        tags: tags(from.TagList),
    };
};

/** A source's ARN as its identifier, if Region and account are the replica's own. */
function near(source: string | null | undefined, own: string | null | undefined): string | undefined {
    const place = (arn: string) => arn.split(":").slice(0, 5).join(":");
    return source && own && place(source) === place(own) ? source.split(":").pop() : source || undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html; throws a ShapeError. */
export const instanceDatabase = (from: Loose<DBInstance>): Database => ({
    kind: "instance",
    identifier: need(from.DBInstanceIdentifier, "DBInstanceIdentifier"),
    resourceId: from.DbiResourceId ?? "",
    createdAt: time(from.InstanceCreateTime, "InstanceCreateTime"),
    engine: from.Engine ?? "",
    sizeGiB: from.AllocatedStorage ?? undefined,
    memberOf: from.DBClusterIdentifier || undefined,
    replicaOf: near(from.ReadReplicaSourceDBInstanceIdentifier, from.DBInstanceArn),
    tags: tags(from.TagList),
});

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html; throws a ShapeError. */
export const clusterDatabase = (from: Loose<DBCluster>): Database => ({
    kind: "cluster",
    identifier: need(from.DBClusterIdentifier, "DBClusterIdentifier"),
    resourceId: from.DbClusterResourceId ?? "",
    createdAt: time(from.ClusterCreateTime, "ClusterCreateTime"),
    engine: from.Engine ?? "",
    sizeGiB: from.AllocatedStorage ?? undefined,
    replicaOf: near(from.ReplicationSourceIdentifier, from.DBClusterArn),
    tags: tags(from.TagList),
});

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ExportTask.html; throws a ShapeError. */
export const exportTask = (from: Loose<ExportTask>): Task => ({
    id: need(from.ExportTaskIdentifier, "ExportTaskIdentifier"),
    sourceArn: need(from.SourceArn, "SourceArn"),
    // What is finished is remembered as it is; without its end it isn't all there yet.
    status: from.TaskEndTime || from.Status?.toUpperCase() !== "COMPLETE" ? need(from.Status, "Status").toUpperCase() : "IN_PROGRESS",
    bucket: from.S3Bucket ?? "",
    prefix: from.S3Prefix ?? "",
    roleArn: from.IamRoleArn ?? "",
    keyArn: from.KmsKeyId ?? "",
    exportOnly: from.ExportOnly ?? [],
    snapshotTime: time(from.SnapshotTime, "SnapshotTime"),
    startedAt: time(from.TaskStartTime, "TaskStartTime"),
    endedAt: time(from.TaskEndTime, "TaskEndTime"),
    failureCause: from.FailureCause ?? undefined,
    warningMessage: from.WarningMessage ?? undefined,
});
