import { hash } from "crypto";
import { bucketArn, parseSnapshotArn, roleArn } from "../../components/arns";
import { dataTime } from "./database";
import { dateOf } from "./period";
import type { Destination, Snapshot, StartExportTaskInput, Task } from "./types";

/**
 * What the ids of all attempts at a snapshot begin with: `e` (an id must start with a letter) and 40 hex digits.
 * The same snapshot and vault always give the same; a change would export everything again.
 */
export function taskIdStem(snapshot: Pick<Snapshot, "arn" | "createdAt">, destination: Destination): string {
    return stemsOf(destination)(snapshot);
}

/** The same for many snapshots. */
export function stemsOf({ partition, bucket }: Destination): (snapshot: Pick<Snapshot, "arn" | "createdAt">) => string {
    const vault = bucketArn(partition, bucket);
    return ({ arn, createdAt }) => `e${hash("sha256", [arn, Date.parse(createdAt ?? ""), vault].join("\n")).slice(0, 40)}`;
}

/** ExportTaskIdentifier of an attempt (1, 2, …): at most 60 letters, digits and single hyphens. */
export const taskId = (stem: string, attempt: number): string => `${stem}-${attempt}`;

const taskIdPattern = /^(e[0-9a-f]{40})-([1-9]\d{0,5})$/;

/** Takes an id of ours apart; any other gives `undefined`. */
export function parseTaskId(id: string): { readonly stem: string; readonly attempt: number } | undefined {
    const [, stem, attempt] = taskIdPattern.exec(id) ?? [];
    return stem && attempt ? { stem, attempt: Number(attempt) } : undefined;
}

/** `exports/<account>/<kind>.<database identifier>/<data date>`: no snapshot id, because RDS takes no colon in a prefix. RDS appends the task id. */
export const exportPrefix = (snapshot: Snapshot): string =>
    `exports/${snapshot.account}/${snapshot.kind}.${snapshot.database}/${dateOf(dataTime(snapshot) ?? 0)}`;

const prefixPattern = /^exports\/\d{12}\/(instance|cluster)\.(.+)\/(\d{4}-\d\d-\d\d)\/?$/;

/** Takes a prefix of ours apart; any other gives `undefined`. `date` is yyyy-mm-dd. */
export function parsePrefix(prefix: string): { readonly kind: string; readonly database: string; readonly date: string } | undefined {
    const [, kind, database, date] = prefixPattern.exec(prefix) ?? [];
    return kind && database && date ? { kind, database, date } : undefined;
}

/** Exactly what is sent: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartExportTask.html */
export const startExportTaskInput = (snapshot: Snapshot, destination: Destination, id: string): StartExportTaskInput => ({
    ExportTaskIdentifier: id,
    SourceArn: snapshot.arn,
    S3BucketName: destination.bucket,
    S3Prefix: exportPrefix(snapshot),
    IamRoleArn: roleArn(destination.partition, snapshot.account, destination.exportRole),
    KmsKeyId: destination.keyArn,
});

const withoutSlash = (prefix: string): string => prefix.replace(/\/+$/, "");
/** RDS doesn't say whether it answers with the key's ARN or its id; ids are unique anyway. */
const keyId = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Whether a task exports everything of that snapshot to where the planner would send it. The id alone proves nothing: anybody may take it. */
export const isOurs = (task: Task, input: StartExportTaskInput): boolean =>
    task.sourceArn === input.SourceArn &&
    task.bucket === input.S3BucketName &&
    withoutSlash(task.prefix) === input.S3Prefix &&
    task.roleArn === input.IamRoleArn &&
    keyId(task.keyArn) === keyId(input.KmsKeyId) &&
    task.exportOnly.length === 0;

/** Whether a task calls itself ours: our form of id, our bucket. Whoever rules the source account may start such a task. */
export const claimsToBeOurs = ({ id, bucket }: Task, destination: Destination): boolean => parseTaskId(id) !== undefined && bucket === destination.bucket;

/** The listed snapshot that a task's id is made of; a later snapshot of the same ARN isn't. */
export function snapshotOf(task: Task, snapshots: readonly Snapshot[], destination: Destination): Snapshot | undefined {
    const stem = parseTaskId(task.id)?.stem;
    return snapshots.find((each) => each.arn === task.sourceArn && each.createdAt !== undefined && taskIdStem(each, destination) === stem);
}

/**
 * Whether a task is ours, its snapshot listed or gone. The id binds it to one snapshot: by what RDS lists, else by the task's own
 * word for when the snapshot was made (README: not yet proven that it is the same to the millisecond).
 */
export function isOwn(task: Task, snapshots: readonly Snapshot[], destination: Destination): boolean {
    const snapshot = snapshotOf(task, snapshots, destination);
    if (snapshot) return isOurs(task, startExportTaskInput(snapshot, destination, task.id));
    const stem = parseTaskId(task.id)?.stem;
    return isWrittenByUs(task, destination) && taskIdStem({ arn: task.sourceArn, createdAt: task.snapshotTime }, destination) === stem;
}

const automatedSnapshot = /^rds:(.+)-\d{4}-\d\d-\d\d-\d\d-\d\d$/;

/**
 * Whether the snapshot's ARN proves the database that the task's prefix names: only RDS makes automated snapshots. Of a manual one
 * that is gone nobody can tell: its owner might have exported another database under this name.
 */
export function provesItsDatabase({ sourceArn, prefix }: Pick<Task, "sourceArn" | "prefix">): boolean {
    const source = parseSnapshotArn(sourceArn);
    const { kind, database } = parsePrefix(prefix) ?? {};
    return database !== undefined && source?.kind === kind && automatedSnapshot.exec(source?.identifier ?? "")?.[1] === database;
}

/** As much of the judgement as needs neither the snapshot nor its times. */
export function isWrittenByUs(task: Task, { partition, bucket, keyArn, exportRole }: Destination): boolean {
    const account = parseSnapshotArn(task.sourceArn)?.account;
    return (
        account !== undefined &&
        parseTaskId(task.id) !== undefined &&
        task.bucket === bucket &&
        task.prefix.startsWith(`exports/${account}/`) &&
        task.roleArn === roleArn(partition, account, exportRole) &&
        keyId(task.keyArn) === keyId(keyArn) &&
        task.exportOnly.length === 0
    );
}
