/** Object Lock: what it refuses, and the calls that set it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
import type { Contents, Store } from "./s3Store";
import { AwsError, type Bucket, type ObjectVersion, type Principal, type Retention, type S3 } from "./types";

const dayMs = 86_400_000;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html: "100 years" */
const longestDays = 36_500;

export const protectedError = () => new AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403);

/** No version under a hold or a running retention goes; only GOVERNANCE can be set aside. */
export const isLocked = ({ mode, retainUntil = 0, legalHold }: ObjectVersion, now: number, bypass: boolean): boolean =>
    legalHold === true || (retainUntil > now && !(mode === "GOVERNANCE" && bypass));

/** A retention may always grow; in COMPLIANCE it can do nothing else, for anybody. */
export function mayBecome({ mode, retainUntil = 0 }: ObjectVersion, next: Retention | undefined, now: number, bypass: boolean): boolean {
    if (retainUntil <= now || (mode === "GOVERNANCE" && bypass)) return true;
    return next !== undefined && next.mode === mode && next.until >= retainUntil;
}

/** The error codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function checkRetention({ objectLock }: Contents, { mode, until }: Retention, now: number): void {
    if (!objectLock) throw new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
    if (mode !== "COMPLIANCE" && mode !== "GOVERNANCE") throw new AwsError("InvalidArgument", `Unknown wormMode directive: ${mode}`);
    if (until <= now) throw new AwsError("InvalidArgument", "The retain until date must be in the future!");
    if (until > now + longestDays * dayMs) throw new AwsError("InvalidArgument", "The retain until date is more than 100 years ahead");
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-retention-limits. How S3 rounds the
 * days isn't said; up, so that a limit refuses what is over it by an hour.
 */
export const retentionKeys = ({ mode, until }: Retention, now: number): Record<string, string> => ({
    "s3:object-lock-mode": mode,
    "s3:object-lock-retain-until-date": new Date(until).toISOString(),
    "s3:object-lock-remaining-retention-days": String(Math.ceil((until - now) / dayMs)),
});
export const holdKeys = (on: boolean): Record<string, string> => ({ "s3:object-lock-legal-hold": on ? "ON" : "OFF" });

/** The one right that sets GOVERNANCE aside; asked whenever the request has the header. */
export function askBypass({ authorize }: Store, principal: Principal, bucket: Contents, key: string, bypass: boolean): void {
    if (bypass) authorize(principal, "s3:BypassGovernanceRetention", bucket, key);
}

export function locks(store: Store): Pick<S3, "putRetention" | "putLegalHold" | "putObjectLock" | "putVersioning" | "lock" | "setRetention"> {
    const { world, open, change, authorize } = store;

    function versionOf(bucket: Contents, key: string, versionId?: string): ObjectVersion {
        const found = versionId === undefined ? bucket.versions.current(key) : bucket.versions.find(key, versionId);
        if (!found) throw new AwsError(versionId === undefined ? "NoSuchKey" : "NoSuchVersion", `${key} does not exist`, 404);
        // Markers aren't protected: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-delete-markers
        if (found.deleteMarker) throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
        return found;
    }

    return {
        setRetention: (name: string, retention: Bucket["retention"]) => change(name, { retention }),

        // No version in the context: these rights don't know s3:VersionId. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
        putRetention(principal, name, key, retention, { versionId, bypass = false } = {}) {
            const bucket = open(name);
            const { now } = world.clock;
            authorize(principal, "s3:PutObjectRetention", bucket, key, retention && retentionKeys(retention, now));
            askBypass(store, principal, bucket, key, bypass);
            const version = versionOf(bucket, key, versionId);
            if (retention) checkRetention(bucket, retention, now);
            if (!mayBecome(version, retention, now, bypass)) throw protectedError();
            bucket.versions.replace({ ...version, mode: retention?.mode, retainUntil: retention?.until });
        },
        putLegalHold(principal, name, key, on, versionId) {
            const bucket = open(name);
            authorize(principal, "s3:PutObjectLegalHold", bucket, key, holdKeys(on));
            if (!bucket.objectLock) throw new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
            bucket.versions.replace({ ...versionOf(bucket, key, versionId), legalHold: on });
        },

        lock(principal, name) {
            const bucket = open(name);
            // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
            authorize(principal, "s3:GetBucketObjectLockConfiguration", bucket);
            // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
            if (!bucket.objectLock) throw new AwsError("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", 404);
            return bucket.retention;
        },
        /** Enables it on a bucket that hasn't it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html */
        putObjectLock(principal, name, retention) {
            const bucket = open(name);
            authorize(principal, "s3:PutBucketObjectLockConfiguration", bucket);
            change(name, { retention, objectLock: true });
        },
        putVersioning(principal, name, status) {
            const bucket = open(name);
            authorize(principal, "s3:PutBucketVersioning", bucket);
            if (status === "Enabled") return;
            if (bucket.objectLock) throw new AwsError("InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.", 409);
            throw new AwsError("NotSimulated", "s3: a bucket without versions isn't simulated", 501);
        },
    };
}
