import type { GetObjectLockConfigurationCommandOutput, HeadObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { alarm } from "../log";
import { counted } from "./text";

/** What the lock canary is held against. */
export interface LockedVault {
    readonly s3Module: typeof import("@aws-sdk/client-s3");
    readonly s3: S3Client;
    readonly bucket: string;
    readonly keyArn: string;
    readonly retentionDays: number;
}

/** How the vault keeps what is put into it today. */
export interface Canary {
    /** Of the object. */
    readonly key: string;
    /** ISO; until when S3 keeps it. */
    readonly until?: string;
    /** Sentences; none: all is as it should be. */
    readonly problems: readonly string[];
}

const hour = 3_600_000;
const statusOf = (error: unknown): number | undefined => (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

/**
 * Puts a small object without any header on lock, key or retention, as RDS does, and looks how the bucket keeps it. What isn't as it
 * should be is an alarm; AWS's errors reject, since they prove nothing. One object a day: a second run looks at the first one's.
 */
export async function checkLock(vault: LockedVault, now: Date): Promise<Canary> {
    const { s3Module, s3, bucket, keyArn } = vault;
    const key = `canary/${now.toISOString().slice(0, 10)}`;
    const put = await putOnce(vault, key, now);
    const VersionId = put === "there" ? undefined : put.versionId;
    // One that is gone is refused: the role may list nothing. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    const kept = await s3.send(new s3Module.HeadObjectCommand({ Bucket: bucket, Key: key, VersionId }));
    // Without any configuration S3 answers ObjectLockConfigurationNotFoundError: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
    const rule = await unless(404, s3.send(new s3Module.GetObjectLockConfigurationCommand({ Bucket: bucket })));
    const problems = [...problemsOf(kept, vault, now), ...problemsOfRule(rule, vault)];
    if (problems.length) {
        const reason = `The vault doesn't lock what is put into it as promised: ${problems.join("; ")}. Look in CloudTrail who changed bucket ${bucket}`;
        alarm("lock-broken", { account: keyArn.split(":")[4] ?? "", reason, object: key, ...(kept.VersionId && { version: kept.VersionId }) });
    }
    const until = kept.ObjectLockRetainUntilDate;
    return { key, ...(until && { until: until.toISOString() }), problems };
}

async function putOnce({ s3Module, s3, bucket }: LockedVault, Key: string, now: Date): Promise<"there" | { versionId?: string }> {
    try {
        const Body = `rds-vault lock canary of ${now.toISOString()}\n`;
        const { VersionId: versionId } = await s3.send(new s3Module.PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: "text/plain", IfNoneMatch: "*" }));
        return { versionId };
    } catch (error) {
        if (statusOf(error) === 412) return "there";
        throw error;
    }
}

/** `undefined` where AWS answers with the status that says: not there. A bucket that isn't there is no such answer. */
async function unless<T>(status: number, call: Promise<T>): Promise<T | undefined> {
    try {
        return await call;
    } catch (error) {
        if (statusOf(error) === status && (error as Error).name !== "NoSuchBucket") return undefined;
        throw error;
    }
}

/** Mode and date come only with s3:GetObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
function problemsOf(is: HeadObjectCommandOutput, { keyArn, retentionDays }: LockedVault, now: Date): string[] {
    // S3 counts the days from when the object was written; the hour is for its clock and ours.
    const least = (is.LastModified ?? now).getTime() + retentionDays * 24 * hour - hour;
    const until = is.ObjectLockRetainUntilDate?.getTime() || undefined;
    const problems: string[] = [];
    if (!is.VersionId || is.VersionId === "null") problems.push("the object has no version: versioning is off");
    if (is.ObjectLockMode !== "COMPLIANCE") problems.push(`the object's lock is ${is.ObjectLockMode ?? "missing"}, not COMPLIANCE`);
    if (until === undefined || until < least) problems.push(`the object is kept until ${until === undefined ? "no date" : new Date(until).toISOString()}, not ${counted(retentionDays, "day")}`);
    if (is.SSEKMSKeyId !== keyArn) problems.push(`the object's key is ${is.SSEKMSKeyId ?? "none of KMS"}, not ${keyArn}`);
    return problems;
}

function problemsOfRule(answer: GetObjectLockConfigurationCommandOutput | undefined, { retentionDays }: LockedVault): string[] {
    const { ObjectLockEnabled, Rule } = answer?.ObjectLockConfiguration ?? {};
    if (ObjectLockEnabled !== "Enabled") return ["the bucket has no Object Lock"];
    const { Mode, Days, Years } = Rule?.DefaultRetention ?? {};
    // Longer is wrong too: nothing that is locked for a century can be undone, nor its bill.
    if (Mode === "COMPLIANCE" && Days === retentionDays) return [];
    const found = Mode ? `${Mode} for ${Days !== undefined ? counted(Days, "day") : counted(Years ?? 0, "year")}` : "missing";
    return [`the bucket's default retention is ${found}, not COMPLIANCE for ${counted(retentionDays, "day")}`];
}
