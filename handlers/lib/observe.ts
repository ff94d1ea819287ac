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
import { protectionStart } from "./rpo";
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
    /** When a look at the account last came to its end, in milliseconds. */
    lookedAt?: number;
    /** Since when none has, in milliseconds; absent: the last one did. */
    refusedSince?: number;
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
    /** Manifests of older data than the plan asks for. They hardly change, and would cost pages at every look. */
    older?: { readonly at: number; readonly since: string; readonly manifests: readonly ManifestName[] };
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
    const [instanceSnapshots, backupSnapshots, clusterSnapshots, running, { manifests, older }] = await allEnded([
        all<never>(rdsModule.paginateDescribeDBSnapshots(client, {}) as never, "DBSnapshots"),
        // A type of its own that must be asked for: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
        all<never>(rdsModule.paginateDescribeDBSnapshots(client, { SnapshotType: "awsbackup" }) as never, "DBSnapshots"),
        all<never>(rdsModule.paginateDescribeDBClusterSnapshots(client, {}) as never, "DBClusterSnapshots"),
        describeTasks(clients, { Filters: [withStatus("starting", "in_progress", "canceling")] }),
        ledger(account, settings, now, clients, memory),
    ]);
    const databases = await inventory(settings, account, now, [...older, ...manifests], clients, memory);
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
        older,
        finished: ended.filter(own),
        strangers: ended.filter((task) => !own(task)),
        proven: manifests.some(manifestOfExport),
    };
}

/** That a database is gone may be noticed an hour later; one that is new may not be taken for gone. Where tags decide, every look asks. */
const inventoryAge = 3_600_000;

async function inventory(settings: PlanSettings, account: string, now: Date, manifests: readonly ManifestName[], { rdsModule, rds }: Clients, memory: Memory): Promise<readonly Database[]> {
    const { at, databases: known } = memory.inventory ?? { at: -Infinity, databases: [] };
    const rules = rulesFor(settings, account);
    const fresh = now.getTime() - at < inventoryAge && !rules.tags;
    if (fresh && !disappeared({ manifests, databases: known }, rules).length) return known;
    const [instances, clusters] = await allEnded([
        all<never>(rdsModule.paginateDescribeDBInstances({ client: rds }, {}) as never, "DBInstances"),
        all<never>(rdsModule.paginateDescribeDBClusters({ client: rds }, {}) as never, "DBClusters"),
    ]);
    const databases = [...instances.map(instanceDatabase), ...clusters.map(clusterDatabase)];
    memory.inventory = { at: now.getTime(), databases };
    return databases;
}

/** Milliseconds. What was sealed of older data since then is a straggler of the day before. */
const olderAge = 6 * 3_600_000;

/**
 * The account's manifests: as far back as the plan needs them at every look, and as far as protection is judged by every six hours,
 * or when a day passes from the ones to the others. Names only: the starter may not read them.
 */
async function ledger(account: string, settings: PlanSettings, now: Date, clients: Clients, memory: Memory): Promise<{ manifests: ManifestName[]; older: readonly ManifestName[] }> {
    const rules = rulesFor(settings, account);
    const since = ledgerStart(rules, now);
    const known = memory.older?.since === since && now.getTime() - memory.older.at < olderAge ? memory.older.manifests : undefined;
    const first = protectionStart(rules, settings.rpoHours, now);
    const listed = await manifestsSince(known || first > since ? since : first, account, settings, clients);
    const older = known ?? listed.filter(({ dataDate }) => dataDate < since);
    if (!known) memory.older = { at: now.getTime(), since, manifests: older };
    return { manifests: listed.filter(({ dataDate }) => dataDate >= since), older };
}

async function manifestsSince(date: string, account: string, settings: PlanSettings, { s3Module, s3 }: Clients): Promise<ManifestName[]> {
    const prefix = `manifests/${account}/`;
    const input = { Bucket: settings.destination.bucket, Prefix: prefix, StartAfter: prefix + date };
    const objects = await all<{ Key?: string; LastModified?: Date }>(s3Module.paginateListObjectsV2({ client: s3 }, input) as never, "Contents");
    return objects.flatMap(({ Key, LastModified }) => {
        const name = parseManifestName(Key ?? "");
        return name ? [{ ...name, writtenAt: LastModified?.toISOString() }] : [];
    });
}
