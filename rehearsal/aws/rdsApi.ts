/** RDS's Describe calls: what is asked for, filtered, in pages. Times in answers are Dates. */
import { taskFields } from "./exportTask";
import type { RdsState } from "./rds";
import { AwsError, type Principal, type SimDatabase, type SimSnapshot, type SimTask, type World } from "./types";

type Parameters = Readonly<Record<string, string>>;
type Fields = Record<string, unknown>;

export const invalid = (message: string) => new AwsError("InvalidParameterValue", message);
const tagList = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** `Filters.Filter.1.Name`, `Filters.Filter.1.Values.Value.1`, … Names and values are case-sensitive. */
function filtersOf(parameters: Parameters, known: readonly string[]): Map<string, readonly string[]> {
    const filters = new Map<string, readonly string[]>();
    for (let i = 1; parameters[`Filters.Filter.${i}.Name`] !== undefined; i++) {
        const name = parameters[`Filters.Filter.${i}.Name`]!;
        if (!known.includes(name)) throw invalid(`Unrecognized filter name: ${name}`);
        const prefix = `Filters.Filter.${i}.Values.Value.`;
        filters.set(name, Object.keys(parameters).filter((key) => key.startsWith(prefix)).map((key) => parameters[key]!));
    }
    return filters;
}

/** MaxRecords 20 to 100, Marker: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeExportTasks.html */
function page<T>(items: readonly T[], parameters: Parameters, name: string, fields: (item: T) => Fields): Fields {
    const size = Number(parameters["MaxRecords"] ?? 100);
    if (!Number.isInteger(size) || size < 20 || size > 100) throw invalid(`Invalid value ${parameters["MaxRecords"]} for MaxRecords. Must be between 20 and 100`);
    const start = parameters["Marker"] === undefined ? 0 : Number(Buffer.from(parameters["Marker"], "base64").toString().replace(/^from:/, ""));
    if (!Number.isInteger(start)) throw invalid("Invalid value for Marker");
    const end = start + size;
    return {
        [name]: items.slice(start, end).map(fields),
        ...(end < items.length && { Marker: Buffer.from(`from:${end}`).toString("base64") }),
    };
}

const snapshotFields = (s: SimSnapshot): Fields => ({
    DBSnapshotIdentifier: s.identifier,
    DBSnapshotArn: s.arn,
    DBInstanceIdentifier: s.database.identifier,
    DbiResourceId: s.database.resourceId,
    SnapshotCreateTime: new Date(s.createdAt),
    OriginalSnapshotCreateTime: new Date(s.originalCreatedAt ?? s.createdAt),
    SnapshotType: s.type,
    SourceDBSnapshotIdentifier: s.copiedFrom,
    ...common(s),
    Encrypted: s.database.keyArn !== undefined,
});

const clusterSnapshotFields = (s: SimSnapshot): Fields => ({
    DBClusterSnapshotIdentifier: s.identifier,
    DBClusterSnapshotArn: s.arn,
    DBClusterIdentifier: s.database.identifier,
    DbClusterResourceId: s.database.resourceId,
    SnapshotCreateTime: new Date(s.createdAt),
    SnapshotType: clusterType(s),
    SourceDBClusterSnapshotArn: s.copiedFrom,
    ...common(s),
    StorageEncrypted: s.database.keyArn !== undefined,
});

const common = ({ database, status, tags }: SimSnapshot): Fields => ({
    Engine: database.engine,
    Status: status,
    PercentProgress: status === "available" ? 100 : 0,
    AllocatedStorage: database.sizeGiB,
    StorageType: database.storageType,
    KmsKeyId: database.keyArn,
    TagList: tagList(tags),
});

/** `awsbackup` is no type of cluster snapshots: they are known by the id's prefix (documented types; behaviour: README, not yet proven). */
const clusterType = (s: SimSnapshot) => (s.type === "awsbackup" ? "manual" : s.type);

function databaseFields(world: World, state: RdsState, d: SimDatabase): Fields {
    const arn = (kind: string) => `arn:${world.partition}:rds:${world.region}:${d.account}:${kind}:${d.identifier}`;
    const created = new Date(d.createdAt ?? state.start);
    // Aurora always says 1: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html
    const fields = { Engine: d.engine, AllocatedStorage: d.engine.startsWith("aurora") ? 1 : d.sizeGiB, StorageType: d.storageType, KmsKeyId: d.keyArn, StorageEncrypted: d.keyArn !== undefined, TagList: tagList(d.tags) };
    return d.kind === "instance"
        ? { DBInstanceIdentifier: d.identifier, DBInstanceArn: arn("db"), DbiResourceId: d.resourceId, DBInstanceStatus: "available", InstanceCreateTime: created, ...fields }
        : { DBClusterIdentifier: d.identifier, DBClusterArn: arn("cluster"), DbClusterResourceId: d.resourceId, Status: "available", ClusterCreateTime: created, ...fields };
}

const statuses = ["starting", "in_progress", "complete", "canceling", "canceled", "failed"];

function exportTasks(state: RdsState, account: string, parameters: Parameters): readonly SimTask[] {
    const filters = filtersOf(parameters, ["export-task-identifier", "s3-bucket", "source-arn", "status"]);
    // Lower case, though answers have upper case. What AWS does with other values isn't documented; refusing them shows our mistake.
    const wrong = filters.get("status")?.find((value) => !statuses.includes(value));
    if (wrong !== undefined) throw invalid(`Unrecognized status: ${wrong}`);
    const id = parameters["ExportTaskIdentifier"];
    const passes = (name: string, value: string) => filters.get(name)?.includes(value) ?? true;
    const found = (state.tasks.get(account) ?? []).filter(
        (task) =>
            (id === undefined || task.id === id) &&
            (parameters["SourceArn"] === undefined || task.sourceArn === parameters["SourceArn"]) &&
            // Exports of live clusters don't happen here.
            parameters["SourceType"] !== "CLUSTER" &&
            passes("export-task-identifier", task.id) &&
            passes("s3-bucket", task.bucket) &&
            passes("source-arn", task.sourceArn) &&
            passes("status", task.status.toLowerCase()),
    );
    if (id !== undefined && found.length === 0) throw new AwsError("ExportTaskNotFound", `Export task ${id} not found`, 404);
    return found;
}

function snapshots(state: RdsState, account: string, kind: SimSnapshot["kind"], parameters: Parameters): readonly SimSnapshot[] {
    const names = kind === "instance" ? ["DBSnapshotIdentifier", "DBInstanceIdentifier", "DbiResourceId"] : ["DBClusterSnapshotIdentifier", "DBClusterIdentifier", "DbClusterResourceId"];
    const [id, database, resource] = names.map((name) => parameters[name]);
    const type = parameters["SnapshotType"];
    filtersOf(parameters, []);
    const found = (state.snapshots.get(account) ?? []).filter((s) => {
        if (s.kind !== kind || s.deletedAt !== undefined) return false;
        if (id !== undefined && s.identifier !== id) return false;
        if (database !== undefined && s.database.identifier !== database) return false;
        if (resource !== undefined && s.database.resourceId !== resource) return false;
        const shown = kind === "cluster" ? clusterType(s) : s.type;
        // Without a type: automated and manual; awsbackup must be asked for. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
        return type !== undefined ? shown === type : id !== undefined || shown !== "awsbackup";
    });
    if (id !== undefined && found.length === 0) throw new AwsError(kind === "instance" ? "DBSnapshotNotFound" : "DBClusterSnapshotNotFoundFault", `${id} not found.`, 404);
    return found;
}

function databases(state: RdsState, account: string, kind: SimDatabase["kind"], parameters: Parameters): readonly SimDatabase[] {
    const id = parameters[kind === "instance" ? "DBInstanceIdentifier" : "DBClusterIdentifier"];
    filtersOf(parameters, []);
    const found = (state.databases.get(account) ?? []).filter((d) => d.kind === kind && (id === undefined || d.identifier === id));
    if (id !== undefined && found.length === 0) throw new AwsError(kind === "instance" ? "DBInstanceNotFound" : "DBClusterNotFoundFault", `${id} not found.`, 404);
    return found;
}

export function describe(world: World, state: RdsState, principal: Principal, action: string, parameters: Parameters): Fields {
    const account = principal.account;
    if (!account) throw new AwsError("AccessDenied", "RDS is called by sessions, not by services", 403);
    const answers = new Map<string, () => Fields>(Object.entries({
        DescribeDBSnapshots: () => page(snapshots(state, account, "instance", parameters), parameters, "DBSnapshots", snapshotFields),
        DescribeDBClusterSnapshots: () => page(snapshots(state, account, "cluster", parameters), parameters, "DBClusterSnapshots", clusterSnapshotFields),
        DescribeDBInstances: () => page(databases(state, account, "instance", parameters), parameters, "DBInstances", (d) => databaseFields(world, state, d)),
        DescribeDBClusters: () => page(databases(state, account, "cluster", parameters), parameters, "DBClusters", (d) => databaseFields(world, state, d)),
        DescribeExportTasks: () => page(exportTasks(state, account, parameters), parameters, "ExportTasks", (task) => taskFields(state, task)),
    }));
    const answer = answers.get(action);
    if (!answer) throw new AwsError("NotSimulated", `rds:${action} isn't simulated`, 501);
    // Without an identifier there is no single resource to authorize on; we ask for "*" always, the stricter side.
    world.authorize({ principal, action: `rds:${action}`, resource: "*", resourceAccount: account });
    return answer();
}
