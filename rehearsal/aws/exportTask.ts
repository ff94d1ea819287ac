/** The life of an export: checks, files, end. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html */
import { folderOf, warningOf, writeInfo, writeTables, type Writing } from "./exportFiles";
import type { RdsState } from "./rds";
import { emitRdsEvent } from "./rdsEvents";
import { AwsError, type Principal, type SimSnapshot, type SimTask, type World } from "./types";

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ExportTask.html */
export function taskFields(state: RdsState, task: SimTask): Record<string, unknown> {
    const snapshot = state.byArn.get(task.sourceArn);
    const snapshotTime = task.snapshotTime ?? snapshot?.createdAt;
    return {
        ExportTaskIdentifier: task.id,
        SourceArn: task.sourceArn,
        SourceType: "SNAPSHOT",
        ...(task.exportOnly.length > 0 && { ExportOnly: task.exportOnly }),
        SnapshotTime: snapshotTime === undefined ? undefined : new Date(snapshotTime),
        TaskStartTime: task.status === "STARTING" ? undefined : new Date(task.startedAt),
        TaskEndTime: task.endedAt === undefined ? undefined : new Date(task.endedAt),
        S3Bucket: task.bucket,
        S3Prefix: task.prefix,
        IamRoleArn: task.roleArn,
        KmsKeyId: task.keyArn,
        Status: task.status,
        PercentProgress: task.status === "COMPLETE" ? 100 : 0,
        TotalExtractedDataInGB: task.status === "COMPLETE" ? snapshot?.database.sizeGiB : 0,
        FailureCause: task.failureCause,
        WarningMessage: task.warning,
    };
}

/** STARTING (restoring), IN_PROGRESS (extracting), then COMPLETE or FAILED. The snapshot may be deleted meanwhile. */
export function playExport(world: World, state: RdsState, task: SimTask, snapshot: SimSnapshot): void {
    const { starting, running } = state.rds.exportTimes(task, snapshot);

    const end = (failureCause: string | undefined, warning?: string) => {
        if (failureCause !== undefined) task.failureCause = failureCause;
        if (warning !== undefined) task.warning = warning;
        finish(world, task, snapshot, failureCause === undefined ? "COMPLETE" : "FAILED");
    };

    after(world, starting, () => {
        if (task.status !== "STARTING") return;
        const failure = check(world, task);
        if (failure !== undefined) return end(failure);
        task.status = "IN_PROGRESS";
        after(world, running, () => {
            if (task.status !== "IN_PROGRESS") return;
            const how = state.rds.exportEnds(task, snapshot) ?? {};
            const unfinished = how.failureCause !== undefined;
            const warning = warningOf(how);
            const later = how.infoDelay !== undefined && how.infoDelay > 0;
            const notWritten = write(world, task, snapshot, (writing) => {
                writeTables(writing, how, unfinished);
                if (!unfinished && !later) writeInfo(writing, how, warning);
            });
            const failure = how.failureCause ?? notWritten;
            end(failure, warning);
            // After the end nothing can fail any more: the files just never come.
            if (failure === undefined && later) after(world, how.infoDelay, () => void write(world, task, snapshot, (writing) => writeInfo(writing, how, warning)));
        });
    });
}

/** CancelExportTask: what was written stays. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CancelExportTask.html */
export function cancelExport(world: World, state: RdsState, task: SimTask, takes: number): void {
    if (task.status !== "STARTING" && task.status !== "IN_PROGRESS") throw new AwsError("InvalidExportTaskStateFault", `Export task ${task.id} is ${task.status}`);
    const snapshot = state.byArn.get(task.sourceArn);
    if (!snapshot) throw new Error(`The task ${task.id} has no snapshot to play with`);
    if (task.status === "IN_PROGRESS") write(world, task, snapshot, (writing) => writeTables(writing, {}, true));
    task.status = "CANCELING";
    after(world, takes, () => finish(world, task, snapshot, "CANCELED"));
}

/** Infinity is never. */
function after(world: World, ms: number, what: () => void): void {
    if (ms !== Infinity) world.clock.at(world.clock.now + ms, what);
}

function finish(world: World, task: SimTask, snapshot: SimSnapshot, status: "COMPLETE" | "FAILED" | "CANCELED"): void {
    task.endedAt = world.clock.now;
    task.status = status;
    emitRdsEvent(world, snapshot, status);
}

/** Why it couldn't, if so. Sessions last an hour, exports may last longer: the role is assumed again, so one that was removed meanwhile matters. */
function write(world: World, task: SimTask, snapshot: SimSnapshot, what: (writing: Writing) => void): string | undefined {
    return attempt(() => what({ world, task, snapshot, role: assume(world, task) }), (error) => writeFailure(task, error));
}

/** RDS sends `aws:SourceAccount`; whether and which `aws:SourceArn` isn't known, so none. */
const assume = (world: World, task: SimTask): Principal => world.iam.assumeAsService("export.rds.amazonaws.com", task.roleArn, { account: task.account });

/** Only AWS's own errors end a task; a mistake of the simulation must surface. */
function attempt(what: () => void, message: (error: AwsError) => string): string | undefined {
    try {
        what();
        return undefined;
    } catch (error) {
        if (error instanceof AwsError) return message(error);
        throw error;
    }
}

/** The checks and their words: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.failure-msg.html */
function check(world: World, task: SimTask): string | undefined {
    const { s3, kms } = world;
    const { bucket, roleArn, keyArn } = task;
    let session: Principal | undefined;
    const noRole = attempt(() => void (session = assume(world, task)), () => `The RDS export failed to write the export task's metadata because it can't assume the IAM role ${roleArn}.`);
    if (noRole !== undefined || !session) return noRole;
    const role = session;
    const test = `${folderOf(task)}rds-export-credential-check`;
    // Which calls the credential check makes isn't documented: these are the documented rights, each used once (README: not yet proven).
    const noBucket = attempt(
        () => {
            s3.list(role, bucket, { prefix: folderOf(task), maxKeys: 1 });
            s3.location(role, bucket);
            s3.put(role, bucket, test, { keyArn, body: "test" });
            // A delete without a version only adds a marker; the test object stays locked under it.
            s3.remove(role, bucket, test);
        },
        (error) => {
            if (error.code === "NoSuchBucket") return `The S3 bucket ${bucket} isn't valid. Either it isn't located in the current AWS Region or it doesn't exist. Review your S3 bucket name and retry the export.`;
            return isKeyError(error) ? keyFailure : "S3 credential check failed. Check the permissions on your S3 bucket and IAM policy.";
        },
    );
    if (noBucket !== undefined) return noBucket;
    return attempt(() => ["kms:GenerateDataKey", "kms:Decrypt"].forEach((action) => kms.use(role, action, keyArn)), () => keyFailure);
}

const keyFailure = "KMS key check failed. Check the credentials on your KMS key and try again.";
const isKeyError = ({ code, message }: AwsError) => code.startsWith("KMS.") || / to perform: kms:/.test(message);
const writeFailure = (task: SimTask, error: AwsError) =>
    `The RDS export failed to write the export task's metadata to the S3 bucket ${task.bucket} using the IAM role ${task.roleArn} with the KMS key ${task.keyArn}. Error code: ${error.code}`;
