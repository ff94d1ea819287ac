import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { all, allEnded } from "./calls";
import { ledgerStart, rulesFor } from "./database";
import { endedTasks } from "./ended";
import { describeTasks, withStatus } from "./exportTasks";
import { disappeared, unsealed } from "./finished";
import { clusterDatabase, clusterSnapshot, instanceDatabase, instanceSnapshot } from "./fromAws";
import { manifestOfExport } from "./history";
import { parseManifestName } from "./manifestName";
import { isOwn } from "./taskId";
import type { Database, ManifestName, Observed, PlanSettings, Task } from "./types";

/** The SDK's modules and clients, made inside the Lambda's factory: a serialized function can't capture them. */
export interface Clients {
    readonly rdsModule: typeof import("@aws-sdk/client-rds");
    readonly s3Module: typeof import("@aws-sdk/client-s3");
    readonly sqsModule: typeof import("@aws-sdk/client-sqs");
    /** With the credentials of the account's access role. */
    readonly rds: RDSClient;
    /** With the starter's own, as the next. */
    readonly s3: S3Client;
    readonly sqs: SQSClient;
    readonly sealQueueUrl: string;
}

/** A snapshot on its way to an export. */
export interface Waiting {
    readonly arn: string;
    readonly createdAt?: string;
    /** `<kind>.<identifier>` */
    readonly database: string;
}

/** What a warm function remembers of an account. Nothing depends on it but the number of calls and of repeated words. */
export interface Memory {
    /** The databases, and when they were asked for, in milliseconds. */
    inventory?: { readonly at: number; readonly databases: readonly Database[] };
    /** Finished tasks under ids of our form without a manifest, by id. */
    finished: Record<string, Task>;
    /** Where the list of all finished tasks goes on. */
    marker?: string;
    /** When that list was read to its end, in milliseconds. */
    listedAt?: number;
    /** When a task of ours was first seen in flight, by id, in milliseconds. */
    seen: Record<string, number>;
    /** When the sealer was last asked, by task id, in milliseconds. */
    asked: Record<string, number>;
    /** Snapshots that were to be exported at the last look. */
    waiting: readonly Waiting[];
    /** Ids and codes that were logged, so that what stays as it is is said once. */
    readonly said: Record<string, true>;
}

export const emptyMemory = (): Memory => ({ finished: {}, seen: {}, asked: {}, waiting: [], said: {} });

/** One look at an account: a handful of calls, whatever its backlog. Tasks by snapshot are asked for later, as needed. */
export async function observe(account: string, settings: PlanSettings, now: Date, clients: Clients, memory: Memory): Promise<Observed> {
    const { rdsModule, rds } = clients;
    const client = { client: rds };
    const since = ledgerStart(rulesFor(settings, account), now);
    const [instanceSnapshots, backupSnapshots, clusterSnapshots, running, manifests] = await allEnded([
        all<never>(rdsModule.paginateDescribeDBSnapshots(client, {}) as never, "DBSnapshots"),
        // A type of its own that must be asked for: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
        all<never>(rdsModule.paginateDescribeDBSnapshots(client, { SnapshotType: "awsbackup" }) as never, "DBSnapshots"),
        all<never>(rdsModule.paginateDescribeDBClusterSnapshots(client, {}) as never, "DBClusterSnapshots"),
        describeTasks(clients, { Filters: [withStatus("starting", "in_progress", "canceling")] }),
        ledger(account, settings, since, clients),
    ]);
    const databases = await inventory(settings, account, now, manifests, clients, memory);
    const snapshots = [...instanceSnapshots.map(instanceSnapshot), ...backupSnapshots.map(instanceSnapshot), ...clusterSnapshots.map(clusterSnapshot)];
    const ended = unsealed(await endedTasks(settings, now, running, clients, memory), manifests, since);
    memory.finished = Object.fromEntries(ended.map((task) => [task.id, task]));
    const own = (task: Task) => isOwn(task, snapshots, settings.destination);
    return {
        account,
        snapshots,
        databases,
        running,
        tasks: {},
        manifests,
        finished: ended.filter(own),
        strangers: ended.filter((task) => !own(task)),
        proven: manifests.some(manifestOfExport),
    };
}

/** That a database is gone may be noticed an hour later; one that is new may not be taken for gone. Where tags decide, every look asks. */
const inventoryAge = 3_600_000;

async function inventory(settings: PlanSettings, account: string, now: Date, manifests: readonly ManifestName[], { rdsModule, rds }: Clients, memory: Memory): Promise<readonly Database[]> {
    const { at, databases: known } = memory.inventory ?? { at: -Infinity, databases: [] };
    const fresh = now.getTime() - at < inventoryAge && !rulesFor(settings, account).tags;
    if (fresh && !disappeared({ manifests, databases: known }).length) return known;
    const [instances, clusters] = await allEnded([
        all<never>(rdsModule.paginateDescribeDBInstances({ client: rds }, {}) as never, "DBInstances"),
        all<never>(rdsModule.paginateDescribeDBClusters({ client: rds }, {}) as never, "DBClusters"),
    ]);
    const databases = [...instances.map(instanceDatabase), ...clusters.map(clusterDatabase)];
    memory.inventory = { at: now.getTime(), databases };
    return databases;
}

/** The account's manifests as far back as the planner needs them. Names only: the starter may not read them. */
async function ledger(account: string, settings: PlanSettings, since: string, { s3Module, s3 }: Clients): Promise<ManifestName[]> {
    const prefix = `manifests/${account}/`;
    const input = { Bucket: settings.destination.bucket, Prefix: prefix, StartAfter: prefix + since };
    const objects = await all<{ Key?: string }>(s3Module.paginateListObjectsV2({ client: s3 }, input) as never, "Contents");
    return objects.flatMap(({ Key }) => parseManifestName(Key ?? "") ?? []);
}
