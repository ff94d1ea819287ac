/** The life of an export: checks, Parquet files, info files, end. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html */
import { uuid } from "./ids";
import type { RdsState } from "./rds";
import { emitRdsEvent } from "./rdsEvents";
import { AwsError, type Principal, type SimSnapshot, type SimTask, type World } from "./types";

const gib = 2 ** 30;
/** Ours: what we take for the point where the exporter goes multipart (README: not yet proven that it does). */
const multipartFrom = 64 * 2 ** 20;
const largestPart = 20 * gib; // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Considerations.html

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ExportTask.html */
export function taskFields(state: RdsState, task: SimTask): Record<string, unknown> {
    const snapshot = state.byArn.get(task.sourceArn);
    return {
        ExportTaskIdentifier: task.id,
        SourceArn: task.sourceArn,
        SourceType: "SNAPSHOT",
        ...(task.exportOnly.length > 0 && { ExportOnly: task.exportOnly }),
        SnapshotTime: snapshot && new Date(snapshot.createdAt),
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
    const { clock } = world;
    const { starting, running } = state.rds.exportTimes(task, snapshot);

    const end = (failureCause: string | undefined, warning?: string) => {
        task.endedAt = clock.now;
        task.status = failureCause === undefined ? "COMPLETE" : "FAILED";
        if (failureCause !== undefined) task.failureCause = failureCause;
        if (warning !== undefined) task.warning = warning;
        emitRdsEvent(world, snapshot, task.status);
    };

    clock.at(task.startedAt + starting, () => {
        if (task.status !== "STARTING") return;
        const failure = check(world, task);
        if (failure !== undefined) return end(failure);
        task.status = "IN_PROGRESS";
        clock.at(clock.now + running, () => {
            if (task.status !== "IN_PROGRESS") return;
            const { failureCause, warning } = state.rds.exportEnds(task, snapshot) ?? {};
            // Sessions last an hour, exports may last longer: assumed again, so a role that was removed meanwhile matters.
            const notWritten = attempt(() => write(world, task, snapshot, assume(world, task), failureCause !== undefined, warning), (error) => writeFailure(task, error));
            end(failureCause ?? notWritten, warning);
        });
    });
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
const folderOf = (task: SimTask) => `${task.prefix && `${task.prefix}/`}${task.id}/`;
const writeFailure = (task: SimTask, error: AwsError) =>
    `The RDS export failed to write the export task's metadata to the S3 bucket ${task.bucket} using the IAM role ${task.roleArn} with the KMS key ${task.keyArn}. Error code: ${error.code}`;

/** Names: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.FileNames.html; info files as reported by users (README: not yet proven). */
function write(world: World, task: SimTask, snapshot: SimSnapshot, role: Principal, fails: boolean, warning: string | undefined): void {
    const { sizeGiB, engine } = snapshot.database;
    const folder = folderOf(task);
    const put = (name: string, options: { body?: string; size?: number; multipart?: boolean; keyArn?: string }) =>
        // The task's key, named in the request. S3 wants an integrity header under a
        // default retention; whether the exporter sends one is the project's first check on AWS (README: not yet proven).
        void world.s3.put(role, task.bucket, folder + name, { keyArn: task.keyArn, ...options });
    const tables = engine.includes("postgres") ? ["public.customers", "public.orders"] : ["app.customers", "app.orders"];
    const perTable = Math.max(1, Math.round((sizeGiB * gib) / tables.length));
    tables.forEach((table, index) => {
        // A failed export leaves what it has written: here the first table without its end mark.
        if (fails && index > 0) return;
        const parts = Math.ceil(perTable / largestPart);
        for (let part = 0; part < parts; part++) {
            const size = Math.ceil(perTable / parts);
            put(`app/${table}/1/part-${String(part).padStart(5, "0")}-${uuid(world.random)}.gz.parquet`, { size, multipart: size >= multipartFrom });
        }
        // Without the header S3 takes the bucket's default and the policy sees no key: the vault must bear both ways.
        const vaultKeyIsDefault = world.s3.bucket(task.bucket)?.defaultKeyArn === task.keyArn;
        if (!fails) put(`app/${table}/1/_SUCCESS`, { size: 0, ...(vaultKeyIsDefault && { keyArn: undefined }) });
    });
    if (fails) return;
    const perTableStatus = tables.map((table) => ({ target: `app.${table}`, status: "COMPLETE", sizeGB: perTable / gib, schemaMetadata: { originalTypeMappings: [] } }));
    put(`export_tables_info_${task.id}_from_1_to_${tables.length}.json`, { body: JSON.stringify({ perTableStatus }) });
    put(`export_info_${task.id}.json`, {
        body: JSON.stringify({
            exportTaskIdentifier: task.id,
            sourceArn: task.sourceArn,
            status: "COMPLETE",
            percentProgress: 100,
            s3Bucket: task.bucket,
            exportedFilesPath: folder,
            ...(warning !== undefined && { warningMessage: warning }),
        }),
    });
}
