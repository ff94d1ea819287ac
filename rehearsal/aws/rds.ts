/** Databases and snapshots, and what RDS does by itself with them. */
import { cancelExport } from "./exportTask";
import { hex, uuid } from "./ids";
import { describe } from "./rdsApi";
import { birthOf, emitRdsEvent } from "./rdsEvents";
import { startExportTask } from "./startExport";
import { AwsError, type Rds, type SimDatabase, type SimSnapshot, type SimTask, type World } from "./types";

const minute = 60_000;

/** What the parts of the simulated RDS share. */
export interface RdsState {
    readonly databases: Map<string, SimDatabase[]>;
    /** By account, oldest first. */
    readonly snapshots: Map<string, SimSnapshot[]>;
    readonly byArn: Map<string, SimSnapshot>;
    readonly tasks: Map<string, SimTask[]>;
    readonly rds: Rds;
    /** The world's start; what isn't told is as old as that. */
    readonly start: number;
}

/** Adds to the list under `key`. */
export function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
    const list = lists.get(key);
    if (list) list.push(item);
    else lists.set(key, [item]);
}

/** Automated: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html; AWS Backup's as reported by users (README: not yet proven). */
function identifierFor(world: World, type: SimSnapshot["type"], database: SimDatabase): string {
    if (type === "awsbackup") return `awsbackup:job-${uuid(world.random)}`;
    const time = new Date(world.clock.now).toISOString().slice(0, 16).replace(/[T:]/g, "-");
    return type === "automated" ? `rds:${database.identifier}-${time}` : `${database.identifier}-${time}-${hex(world.random, 4)}`;
}

export function createRds(world: World): Rds {
    const { clock } = world;
    const start = clock.now;
    const databases: RdsState["databases"] = new Map();
    const snapshots: RdsState["snapshots"] = new Map();
    const byArn: RdsState["byArn"] = new Map();
    const tasks: RdsState["tasks"] = new Map();
    const all = <T>(lists: Map<string, T[]>, account?: string): readonly T[] =>
        account === undefined ? [...lists.values()].flat() : (lists.get(account) ?? []);

    const rds: Rds = {
        addDatabase: (database) => append(databases, database.account, database),
        removeDatabase(database) {
            const list = databases.get(database.account) ?? [];
            const index = list.indexOf(database);
            if (index >= 0) list.splice(index, 1);
        },
        databases: (account) => databases.get(account) ?? [],

        createSnapshot({ database, type, identifier = identifierFor(world, type, database), availableAt = clock.now, originalCreatedAt, copiedFrom, tags = {}, silent = false }) {
            const { account, kind } = database;
            const part = kind === "cluster" ? "cluster-snapshot" : "snapshot";
            const snapshot: SimSnapshot = {
                arn: `arn:${world.partition}:rds:${world.region}:${account}:${part}:${identifier}`,
                account,
                kind,
                identifier,
                type,
                database,
                createdAt: clock.now,
                ...(originalCreatedAt !== undefined && { originalCreatedAt }),
                ...(copiedFrom !== undefined && { copiedFrom }),
                status: "creating",
                tags,
            };
            const before = byArn.get(snapshot.arn);
            if (before && before.deletedAt === undefined) throw new Error(`${snapshot.arn} is there already`);
            append(snapshots, account, snapshot);
            byArn.set(snapshot.arn, snapshot);
            const birth = birthOf(world, snapshot);
            const finish = () => {
                if (snapshot.deletedAt !== undefined) return;
                snapshot.status = "available";
                snapshot.availableAt = clock.now;
                if (!silent) emitRdsEvent(world, snapshot, `${birth}Created`);
            };
            if (!silent) emitRdsEvent(world, snapshot, `${birth}Started`);
            if (availableAt <= clock.now) finish();
            else clock.at(availableAt, finish);
            return snapshot;
        },

        deleteSnapshot(arn) {
            const snapshot = byArn.get(arn);
            if (!snapshot || snapshot.deletedAt !== undefined) throw new AwsError("DBSnapshotNotFound", `${arn} not found`, 404);
            snapshot.deletedAt = clock.now;
            snapshot.status = "deleted";
            emitRdsEvent(world, snapshot, "deleted");
        },

        addSnapshot(snapshot) {
            append(snapshots, snapshot.account, snapshot);
            byArn.set(snapshot.arn, snapshot);
        },
        addTask: (task) => append(tasks, task.account, task),
        snapshots: (account) => all(snapshots, account),
        tasks: (account) => all(tasks, account),

        api(principal, action, parameters) {
            return action === "StartExportTask" ? startExportTask(world, state, principal, parameters) : describe(world, state, principal, action, parameters);
        },

        // A tiny cluster takes a quarter of an hour, most of it STARTING (reported by users, README: not yet proven).
        exportTimes: (_task, snapshot) => ({ starting: 12 * minute, running: 3 * minute + snapshot.database.sizeGiB * (minute / 10) }),
        exportEnds: () => undefined,

        cancelTask(account, id, takes) {
            const task = tasks.get(account)?.find((each) => each.id === id);
            if (!task) throw new AwsError("ExportTaskNotFound", `Export task ${id} not found`, 404);
            cancelExport(world, state, task, takes);
        },
    };
    const state: RdsState = { databases, snapshots, byArn, tasks, rds, start };
    return rds;
}
