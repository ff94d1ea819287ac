import type { ExportTask, Filter, RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import { ledgerStart, rulesFor } from "./database";
import { clusterDatabase, clusterSnapshot, instanceDatabase, instanceSnapshot, exportTask } from "./fromAws";
import { parseManifestName } from "./manifestName";
import { isWrittenByUs } from "./taskId";
import type { ManifestName, Observed, PlanSettings, Task } from "./types";

/** The SDK's modules and clients, made inside the Lambda's factory: a serialized function can't capture them. */
export interface Clients {
    readonly rdsModule: typeof import("@aws-sdk/client-rds");
    readonly s3Module: typeof import("@aws-sdk/client-s3");
    /** With the credentials of the account's access role. */
    readonly rds: RDSClient;
    /** With the starter's own. */
    readonly s3: S3Client;
}

/** As Promise.all, but a failure waits for the others: no call outlives its look. */
async function allEnded<T extends readonly unknown[]>(calls: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
    await Promise.allSettled(calls);
    return Promise.all(calls);
}

/** What a warm function may remember of an account, because it never changes. */
export interface Memory {
    /** COMPLETE tasks of ours, asked for once and added to as they are seen. */
    completed?: Task[];
    /** Ids and codes that were logged, so that what stays as it is is said once. */
    readonly said: Record<string, true>;
}

const all = async <T>(pages: AsyncIterable<Record<string, unknown>>, key: string): Promise<T[]> => {
    const items: T[] = [];
    for await (const page of pages) items.push(...((page[key] as T[] | undefined) ?? []));
    return items;
};

const describeTasks = async ({ rdsModule, rds }: Clients, input: { SourceArn?: string; ExportTaskIdentifier?: string; Filters?: Filter[] }) =>
    (await all<ExportTask>(rdsModule.paginateDescribeExportTasks({ client: rds }, input) as never, "ExportTasks")).map(exportTask);

/** Filter values are lower case: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeExportTasks.html */
const withStatus = (...Values: string[]): Filter => ({ Name: "status", Values });

/** All tasks of one snapshot. */
export const tasksOf = (clients: Clients, SourceArn: string): Promise<Task[]> => describeTasks(clients, { SourceArn });

/** The task under an identifier, whoever started it. */
export async function taskNamed(clients: Clients, ExportTaskIdentifier: string): Promise<Task | undefined> {
    try {
        return (await describeTasks(clients, { ExportTaskIdentifier }))[0];
    } catch (error) {
        if ((error as Error).name === "ExportTaskNotFoundFault") return undefined;
        throw error;
    }
}

/** One look at an account: a handful of calls, whatever its backlog and history. Tasks by snapshot are asked for later, as needed. */
export async function observe(account: string, settings: PlanSettings, now: Date, clients: Clients, memory: Memory): Promise<Observed> {
    const { rdsModule, rds } = clients;
    const client = { client: rds };
    // Snapshots name their database; the databases themselves are only asked for where their tags count.
    const { tags } = rulesFor(settings, account);
    const [instanceSnapshots, backupSnapshots, clusterSnapshots, instances, clusters, running, manifests] = await allEnded([
        all<never>(rdsModule.paginateDescribeDBSnapshots(client, {}) as never, "DBSnapshots"),
        // A type of its own that must be asked for: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
        all<never>(rdsModule.paginateDescribeDBSnapshots(client, { SnapshotType: "awsbackup" }) as never, "DBSnapshots"),
        all<never>(rdsModule.paginateDescribeDBClusterSnapshots(client, {}) as never, "DBClusterSnapshots"),
        tags ? all<never>(rdsModule.paginateDescribeDBInstances(client, {}) as never, "DBInstances") : [],
        tags ? all<never>(rdsModule.paginateDescribeDBClusters(client, {}) as never, "DBClusters") : [],
        describeTasks(clients, { Filters: [withStatus("starting", "in_progress", "canceling")] }),
        ledger(account, settings, now, clients),
    ]);
    const completed = (memory.completed ??= await completedTasks(settings, clients));
    return {
        account,
        snapshots: [...instanceSnapshots.map(instanceSnapshot), ...backupSnapshots.map(instanceSnapshot), ...clusterSnapshots.map(clusterSnapshot)],
        databases: tags && [...instances.map(instanceDatabase), ...clusters.map(clusterDatabase)],
        running,
        tasks: {},
        manifests,
        completed,
        proven: completed.length > 0 || manifests.some(({ outcome }) => outcome === "complete" || outcome === "partial"),
    };
}

/** The account's manifests as far back as the planner needs them. Names only: the starter may not read them. */
async function ledger(account: string, settings: PlanSettings, now: Date, { s3Module, s3 }: Clients): Promise<ManifestName[]> {
    const prefix = `manifests/${account}/`;
    const input = {
        Bucket: settings.destination.bucket,
        Prefix: prefix,
        StartAfter: prefix + ledgerStart(rulesFor(settings, account), now),
    };
    const objects = await all<{ Key?: string }>(s3Module.paginateListObjectsV2({ client: s3 }, input) as never, "Contents");
    return objects.flatMap(({ Key }) => parseManifestName(Key ?? "") ?? []);
}

/** Every export of ours that ended well, a hundred per call: until manifests stand, the only word of snapshots that are gone. */
async function completedTasks({ destination }: PlanSettings, clients: Clients): Promise<Task[]> {
    const Filters = [withStatus("complete"), { Name: "s3-bucket", Values: [destination.bucket] }];
    return (await describeTasks(clients, { Filters })).filter((task) => isWrittenByUs(task, destination));
}
