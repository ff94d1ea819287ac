import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { allEnded } from "../calls";
import type { SealedObject } from "./manifest";
import type { Version } from "./pin";
import type { SealJob } from "./request";
import { isGone, type Vault } from "./vault";

/** As many HeadObject calls at once. */
const workers = 32;

/** Results in the order of the items. A failure waits for calls under way and begins no more. */
export async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    let next = 0;
    const worker = async () => {
        for (let index = next++; index < items.length; index = next++) {
            try {
                results[index] = await work(items[index]!);
            } catch (error) {
                next = items.length;
                throw error;
            }
        }
    };
    await allEnded(Array.from({ length: Math.min(workers, items.length) }, worker));
    return results;
}

const day = 86_400_000;
/** The best first; S3 keeps one of them, or another that a newer SDK knows. */
const algorithms = ["SHA256", "SHA512", "SHA1", "CRC64NVME", "CRC32C", "CRC32"] as const;

/**
 * What S3 itself keeps of the bytes, whichever the writer chose; without a choice CRC64NVME of the whole object:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
function checksumOf(is: HeadObjectCommandOutput): Pick<SealedObject, "checksum"> {
    for (const algorithm of algorithms) {
        const value = is[`Checksum${algorithm}`];
        if (value) return { checksum: { algorithm, value, ...(is.ChecksumType && { type: is.ChecksumType }) } };
    }
    return {};
}

/** Whether a version is kept as the vault promises. Mode and date come only with s3:GetObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export async function head(vault: Vault, { folder, startedAt = 0 }: SealJob, key: string, { versionId, size, etag }: Version): Promise<{ object: SealedObject; problems: string[] }> {
    const { s3Module, s3, bucket, keyArn, retentionDays } = vault;
    const object = { key, versionId, size, etag };
    try {
        const is = await s3.send(new s3Module.HeadObjectCommand({ Bucket: bucket, Key: folder + key, VersionId: versionId, ChecksumMode: "ENABLED" }));
        // S3 counts from when the object was written, which is after the start. Whole seconds, as S3's times are.
        const least = Math.floor(startedAt / 1000) * 1000 + retentionDays * day;
        const until = is.ObjectLockRetainUntilDate?.getTime() || undefined;
        const problems: string[] = [];
        if (is.ObjectLockMode !== "COMPLIANCE") problems.push(`its lock is ${is.ObjectLockMode ?? "missing"}, not COMPLIANCE`);
        if (until === undefined || until < least) problems.push(`it is kept until ${until === undefined ? "no date" : new Date(until).toISOString()}, not ${new Date(least).toISOString()} or later`);
        if (is.SSEKMSKeyId !== keyArn) problems.push(`its key is ${is.SSEKMSKeyId ?? "none of KMS"}, not ${keyArn}`);
        if (is.ContentLength !== size) problems.push(`it has ${is.ContentLength} bytes, the list says ${size}`);
        return { object: { ...object, ...checksumOf(is), ...(until !== undefined && { retainUntil: new Date(until).toISOString() }) }, problems };
    } catch (error) {
        if (await isGone(vault, error, folder + key, versionId)) return { object, problems: ["the version is gone: it wasn't locked"] };
        throw error;
    }
}
