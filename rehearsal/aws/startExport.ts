/**
 * StartExportTask: everything that RDS refuses before there is a task.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartExportTask.html. The order of the checks isn't documented.
 */
import { playExport, taskFields } from "./exportTask";
import { append, type RdsState } from "./rds";
import { invalid } from "./rdsApi";
import { AwsError, type Principal, type SimSnapshot, type SimTask, type World } from "./types";

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html */
const concurrentTasks = 5;
/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RDSFeaturesRegionsDBEngines.grids.html; clusters without `aurora-` are Multi-AZ DB clusters. */
const exportableEngines = { instance: ["mariadb", "mysql", "postgres"], cluster: ["aurora-mysql", "aurora-postgresql", "mysql", "postgres"] };
/** Reported by users (README: not yet proven): https://github.com/aws-samples/rds-snapshot-export-to-s3-pipeline/issues/2 */
const identifierSyntax = /^(?=.{1,60}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/;

export const inFlight = ({ status }: SimTask) => status === "STARTING" || status === "IN_PROGRESS" || status === "CANCELING";

export function startExportTask(world: World, state: RdsState, principal: Principal, parameters: Readonly<Record<string, string>>): Record<string, unknown> {
    const required = (name: string): string => {
        const value = parameters[name];
        if (!value) throw new AwsError("MissingParameter", `The request must contain the parameter ${name}`);
        return value;
    };
    const id = required("ExportTaskIdentifier");
    const sourceArn = required("SourceArn");
    const bucket = required("S3BucketName");
    const roleArn = required("IamRoleArn");
    const keyArn = required("KmsKeyId");
    const prefix = parameters["S3Prefix"] ?? "";
    const exportOnly = Object.keys(parameters).filter((name) => name.startsWith("ExportOnly.member.")).map((name) => parameters[name]!);
    if (!identifierSyntax.test(id)) throw invalid(`The parameter ExportTaskIdentifier is not a valid identifier: ${id}`);
    // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Considerations.html
    if (prefix.includes(":")) throw invalid(`S3Prefix can't contain a colon: ${prefix}`);

    world.authorize({ principal, action: "rds:StartExportTask", resource: sourceArn, resourceAccount: accountOf(sourceArn) });
    // PassRole reaches roles of the caller's own account only. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    world.authorize({ principal, action: "iam:PassRole", resource: roleArn, resourceAccount: accountOf(roleArn), context: { "iam:PassedToService": "export.rds.amazonaws.com" } });

    const account = principal.account!;
    const tasks = state.tasks.get(account) ?? [];
    if (tasks.some((task) => task.id === id)) throw new AwsError("ExportTaskAlreadyExists", `Export task ${id} already exists`);
    const snapshot = sourceOf(state, account, sourceArn);
    if (tasks.some((task) => task.sourceArn === sourceArn && inFlight(task))) throw new AwsError("InvalidExportSourceState", `${sourceArn} is being exported already`);
    // Reported by users, not in the SDK's model. Whether instance and cluster snapshots share the five isn't known; sharing is the harder case.
    if (tasks.filter(inFlight).length >= concurrentTasks) {
        throw new AwsError("ExportTaskLimitReachedFault", `You have reached the limit of ${concurrentTasks} concurrent export tasks.`);
    }
    if (!world.iam.role(roleArn)) throw new AwsError("IamRoleNotFound", `The IAM role ${roleArn} doesn't exist`, 404);
    if (!world.s3.bucket(bucket)) throw new AwsError("InvalidS3BucketFault", `The S3 bucket ${bucket} isn't valid`);
    checkKeys(world, principal, snapshot, keyArn);

    const task: SimTask = { id, account, sourceArn, bucket, prefix, roleArn, keyArn, exportOnly, snapshotTime: snapshot.createdAt, status: "STARTING", startedAt: world.clock.now };
    append(state.tasks, account, task);
    playExport(world, state, task, snapshot);
    return taskFields(state, task);
}

const accountOf = (arn: string): string => arn.split(":")[4] ?? "";

function sourceOf(state: RdsState, account: string, arn: string): SimSnapshot {
    const snapshot = state.byArn.get(arn);
    // Another account's snapshot: no page says that it can be exported, so it can't.
    if (!snapshot || snapshot.deletedAt !== undefined || snapshot.account !== account) {
        throw new AwsError(arn.includes(":cluster-snapshot:") ? "DBClusterSnapshotNotFoundFault" : "DBSnapshotNotFound", `${arn} not found`, 404);
    }
    const { kind, engine, storageType } = snapshot.database;
    // The code isn't documented; magnetic storage: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
    if (!exportableEngines[kind].includes(engine)) throw invalid(`Export isn't supported for the engine ${engine}`);
    if (kind === "instance" && storageType === "standard") throw invalid("Export isn't supported for magnetic storage");
    if (snapshot.status !== "available") throw new AwsError("InvalidExportSourceState", `${arn} is ${snapshot.status}`);
    return snapshot;
}

/** The caller needs DescribeKey and CreateGrant on the export's key; the snapshot's own key must work too. */
function checkKeys(world: World, principal: Principal, snapshot: SimSnapshot, keyArn: string): void {
    const viaRds = { "kms:ViaService": `rds.${world.region}.amazonaws.com` };
    try {
        world.kms.use(principal, "kms:DescribeKey", keyArn, viaRds);
        // For an AWS service that acts for the caller: reported by users (aws-samples pipeline), README: not yet proven across accounts.
        world.kms.use(principal, "kms:CreateGrant", keyArn, { ...viaRds, "kms:GrantIsForAWSResource": "true" });
    } catch (error) {
        if (error instanceof AwsError && ["AccessDenied", "DisabledException", "NotFoundException"].includes(error.code)) {
            throw new AwsError("KMSKeyNotAccessibleFault", `The KMS key ${keyArn} isn't accessible: ${error.message}`);
        }
        throw error;
    }
    const own = snapshot.database.keyArn;
    if (own !== undefined && !world.kms.key(own)?.enabled) throw new AwsError("KMSKeyNotAccessibleFault", `The snapshot's KMS key ${own} isn't accessible`);
}
