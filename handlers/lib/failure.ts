import type { Task } from "./types";

/** Of a finished task: whether the deployment is at fault, which hits every snapshot, or this one export. */
export type TaskFailure = "configuration" | "export";

/**
 * What RDS says in FailureCause when role, bucket, key or Region is at fault:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.failure-msg.html
 */
const configurationCauses: readonly RegExp[] = [
    /(can't|cannot|could not|unable to) assume the IAM role/i,
    /failed to write the export task's metadata/i,
    /(isn't|is not) authorized to (call|perform)/i,
    /KMS key check failed/i,
    /S3 credential check failed/i,
    /S3 bucket .*(isn't|is not) (valid|located)/i,
    /access ?denied/i,
];

/** The class of a FAILED or CANCELED task; any other status gives `undefined`. Somebody canceled: that is no fault of the export. */
export function taskFailure({ status, failureCause = "" }: Pick<Task, "status" | "failureCause">): TaskFailure | undefined {
    if (status === "CANCELED") return "configuration";
    if (status !== "FAILED") return undefined;
    const cause = failureCause.replace(/\u2019/g, "'");
    if (/unknown internal error/i.test(cause)) return "export";
    return configurationCauses.some((pattern) => pattern.test(cause)) ? "configuration" : "export";
}

/**
 * Of a refused call: `limit` and `throttled` end the account's round and are no failure; `not-ready` and `vanished` concern one
 * snapshot; `exists`: the id is taken, look whose it is; `source-key`: the vault's key or the snapshot's own; `configuration` ends
 * the round; `defect`: anything else, one snapshot is reported.
 */
export type FailureClass = "limit" | "throttled" | "not-ready" | "exists" | "vanished" | "source-key" | "configuration" | "defect";

/** By `err.name`, which in SDK v3 is the class name whatever the wire code. The limit isn't in the SDK's model. */
const byName: readonly (readonly [RegExp, FailureClass])[] = [
    [/^ExportTaskLimitReached(Fault)?$/, "limit"],
    [/^InvalidExportSourceState(Fault)?$/, "not-ready"],
    [/^ExportTaskAlreadyExists(Fault)?$/, "exists"],
    [/^DB(Cluster)?SnapshotNotFound(Fault)?$/, "vanished"],
    [/^KMSKeyNotAccessible(Fault)?$/, "source-key"],
    [/^(IamRoleNotFound|IamRoleMissingPermissions|InvalidS3Bucket)(Fault)?$/, "configuration"],
    [/^(AccessDenied|UnauthorizedOperation|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|OptInRequired|RegionDisabled)/, "configuration"],
    [/^(Throttl|RequestLimitExceeded|TooManyRequests|RequestThrottled|SlowDown|ServiceUnavailable|Internal(Failure|Error)|ExpiredToken)/, "throttled"],
    [/^(TimeoutError|RequestTimeout|NetworkingError|AbortError)/, "throttled"],
];

const networkCode = /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/;

interface Refusal {
    name?: unknown;
    message?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
    $retryable?: unknown;
    $fault?: unknown;
}

/** Whatever was thrown, as an object whose fields may be asked for. */
const refusalOf = (error: unknown): Refusal => (typeof error === "object" && error !== null ? error : {});

/** The class of an error that a call to AWS threw; never throws itself. */
export function failureClass(error: unknown): FailureClass {
    const { name, message, code, $metadata, $retryable } = refusalOf(error);
    const named = byName.find(([pattern]) => pattern.test(String(name ?? "")));
    if (named) return named[1];
    const text = String(message ?? "");
    if (/limit/i.test(text) && /export task/i.test(text)) return "limit";
    const passing = ($metadata?.httpStatusCode ?? 0) >= 500 || Boolean($retryable) || networkCode.test(String(code ?? ""));
    return passing ? "throttled" : "defect";
}

/** Whether AWS, or the way to it, is at fault rather than our code. */
export function isAwsError(error: unknown): boolean {
    const refusal = refusalOf(error);
    return "$metadata" in refusal || "$fault" in refusal || failureClass(error) !== "defect";
}
