/** Builders for planner tests; every field may be overridden. */
import { startExportTaskInput, taskId, taskIdStem } from "../../handlers/lib/taskId";
import type { DatabaseRules, Filter, ManifestName, Observed, PlanSettings, Snapshot, StartExportTaskInput, Task } from "../../handlers/lib/types";

export const account = "111122223333";
export const now = new Date("2026-11-18T12:00:00Z"); // a Wednesday
export const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();

export const filter = (text: string, more: Partial<Filter> = {}): Filter => ({ text, pattern: `^${text.replace(/\*/g, ".*")}$`, ...more });

export const rules = (more: Partial<DatabaseRules> = {}): DatabaseRules => ({
    include: [filter("*")], exclude: [], snapshotTypes: ["automated", "manual", "awsbackup"], frequency: "every", overrides: [], lookbackDays: 7, copies: false, ...more,
});

export const settings = (more: Partial<DatabaseRules> = {}): PlanSettings => ({
    accounts: { [account]: { name: "shop" } },
    databases: rules(more),
    maxAttempts: 3,
    rpoHours: 36,
    destination: {
        partition: "aws", bucket: "rds-vault-prod-eu-west-1-444455556666", exportRole: "rds-vault-prod-eu-west-1-export",
        keyArn: "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
});

export function snapshot(identifier: string, createdAt: string | undefined, more: Partial<Snapshot> = {}): Snapshot {
    const kind = more.kind ?? "instance";
    return {
        arn: `arn:aws:rds:eu-west-1:${account}:${kind === "cluster" ? "cluster-snapshot" : "snapshot"}:${identifier}`,
        account, kind, identifier, type: "automated", status: "available", engine: kind === "cluster" ? "aurora-mysql" : "postgres",
        database: "orders", resourceId: "db-ABCDEFGHIJKLMNOPQRSTUVWX01", createdAt, tags: {}, ...more,
    };
}

/** All tasks known and none there, unless said otherwise. */
export const observed = (snapshots: readonly Snapshot[], more: Partial<Observed> = {}): Observed => ({
    account, snapshots, databases: [], running: [], tasks: Object.fromEntries(snapshots.map(({ arn }) => [arn, []])), manifests: [], proven: true, ...more,
});

export const asTask = (input: StartExportTaskInput, more: Partial<Task> = {}): Task => ({
    id: input.ExportTaskIdentifier, sourceArn: input.SourceArn, status: "STARTING", bucket: input.S3BucketName, prefix: input.S3Prefix,
    roleArn: input.IamRoleArn, keyArn: input.KmsKeyId, exportOnly: [], ...more,
});

/** A task of ours for an attempt at a snapshot. */
export const ownTask = (of: Snapshot, attempt: number, more: Partial<Task> = {}): Task => {
    const { destination } = settings();
    return asTask(startExportTaskInput(of, destination, taskId(taskIdStem(of, destination), attempt)), { snapshotTime: of.createdAt, ...more });
};

export const manifest = (of: Snapshot, attempt: number, outcome: ManifestName["outcome"] = "complete"): ManifestName => ({
    account, dataDate: (of.createdAt ?? "").slice(0, 10), kind: of.kind, database: of.database, resource8: of.resourceId.slice(-8),
    taskId: taskId(taskIdStem(of, settings().destination), attempt), outcome,
});

/** Tasks in flight that are nobody's of ours. */
export const strangersTasks = (count: number): Task[] =>
    Array.from({ length: count }, (_, n) => ({
        id: `by-hand-${n}`, sourceArn: `arn:aws:rds:eu-west-1:${account}:snapshot:else-${n}`, status: "IN_PROGRESS", bucket: "other", prefix: "", roleArn: "", keyArn: "", exportOnly: [],
    }));
