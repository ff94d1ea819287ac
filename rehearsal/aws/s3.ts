/** Versioned buckets: their objects. Locks, lists, uploads in parts and configuration are files of their own. */
import { createHash } from "node:crypto";
import { crc64Nvme } from "./crc64";
import { hex } from "./ids";
import { configuring } from "./s3Config";
import { lists } from "./s3Lists";
import { askBypass, checkRetention, holdKeys, isLocked, locks, protectedError, retentionKeys } from "./s3Locks";
import { contentsOf, createStore, type Contents } from "./s3Store";
import { creates, uploads } from "./s3Uploads";
import { AwsError, type Checksum, type ObjectVersion, type PutOptions, type Principal, type S3, type World } from "./types";

const dayMs = 86_400_000;

/**
 * S3 says more of the bytes than of these simulated ones: without a body the version's id stands for them. ETags under SSE-KMS are no MD5
 * anyway. A checksum that the writer doesn't choose is CRC64NVME of the whole object, of an upload in parts too:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html. Whether the exporter chooses isn't known
 * (README: not yet proven).
 */
function digests(versionId: string, size: number, sent: Checksum | undefined, body = size === 0 ? "" : versionId) {
    const checksum: Checksum = sent ?? { algorithm: "CRC64NVME", value: crc64Nvme(body), type: "FULL_OBJECT" };
    return { etag: createHash("md5").update(body).digest("hex"), checksum };
}

/** What of a write's request a policy can see; what S3 fills in from the bucket's default isn't part of the request. */
const writeKeys = ({ keyArn, ifNoneMatch, retention, legalHold, customerKey, acl }: PutOptions, now: number): Record<string, string> => ({
    ...(keyArn && { "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn }),
    ...(customerKey && { "s3:x-amz-server-side-encryption-customer-algorithm": "AES256" }),
    ...(ifNoneMatch && { "s3:if-none-match": ifNoneMatch }),
    ...(retention && retentionKeys(retention, now)),
    ...(legalHold !== undefined && holdKeys(legalHold)),
    ...(acl && { "s3:x-amz-acl": acl }),
});

export function createS3(world: World): S3 {
    const store = createStore(world);
    const { buckets, open, authorize, useKey } = store;

    /** What a caller may read; with a version id it is another action. */
    function read(principal: Principal, bucket: Contents, key: string, versionId?: string): ObjectVersion {
        if (versionId === undefined) authorize(principal, "s3:GetObject", bucket, key);
        else authorize(principal, "s3:GetObjectVersion", bucket, key, { "s3:VersionId": versionId });
        const found = versionId === undefined ? bucket.versions.current(key) : bucket.versions.find(key, versionId);
        if (!found) {
            // Who may not list isn't told that there is nothing, but 403: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
            authorize(principal, "s3:ListBucket", bucket);
            throw new AwsError(versionId === undefined ? "NoSuchKey" : "NoSuchVersion", `${key} does not exist`, 404);
        }
        if (found.deleteMarker) throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
        // No reader here sends a key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
        if (found.customerKey) throw new AwsError("InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
        // For a HEAD only with checksums asked for, which is how we ask: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
        if (found.keyArn) useKey(principal, ["kms:Decrypt"], found.keyArn);
        return found;
    }

    function mayReadRetention(principal: Principal, bucket: Contents, key: string): boolean {
        try {
            // Recorded as any call: who asks for the lock needs the right, and a refusal must be seen.
            authorize(principal, "s3:GetObjectRetention", bucket, key);
            return true;
        } catch (error) {
            if (error instanceof AwsError && error.code === "AccessDenied") return false;
            throw error;
        }
    }

    const stamp = (key: string) => ({ key, versionId: hex(world.random, 32), writtenAt: world.clock.now });
    const keyOf = (bucket: Contents, { keyArn, customerKey }: PutOptions) => (customerKey ? undefined : (keyArn ?? bucket.defaultKeyArn));

    /** Each thing that a request names beside the bytes is a right of its own: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
    function ask(principal: Principal, bucket: Contents, key: string, options: PutOptions, more?: Record<string, string>): void {
        const { now } = world.clock;
        const { retention, legalHold, acl, ifNoneMatch, multipart } = options;
        authorize(principal, "s3:PutObject", bucket, key, { ...writeKeys(options, now), ...more });
        if (retention) authorize(principal, "s3:PutObjectRetention", bucket, key, retentionKeys(retention, now));
        if (legalHold !== undefined) authorize(principal, "s3:PutObjectLegalHold", bucket, key, holdKeys(legalHold));
        if (acl) authorize(principal, "s3:PutObjectAcl", bucket, key, { "s3:x-amz-acl": acl });
        // Our bucket enforces the owner, as new ones do: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
        if (acl && acl !== "bucket-owner-full-control") throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
        if (retention) checkRetention(bucket, retention, now);
        if (legalHold !== undefined && !bucket.objectLock) throw new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        if (ifNoneMatch === "*" && bucket.versions.current(key)) throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412);
        const used = keyOf(bucket, options);
        // Multipart also needs Decrypt: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
        if (used) useKey(principal, multipart ? ["kms:GenerateDataKey", "kms:Decrypt"] : ["kms:GenerateDataKey"], used);
    }

    function add(bucket: Contents, key: string, options: PutOptions): ObjectVersion {
        const { checksum, body, size, customerKey, legalHold } = options;
        const stamped = stamp(key);
        const bytes = size ?? Buffer.byteLength(body ?? "");
        const used = keyOf(bucket, options);
        const byDefault = bucket.retention && { mode: bucket.retention.mode, until: world.clock.now + bucket.retention.days * dayMs };
        const retention = options.retention ?? byDefault;
        return bucket.versions.add({
            ...stamped,
            size: bytes,
            ...digests(stamped.versionId, bytes, checksum, body),
            deleteMarker: false,
            ...(used && { keyArn: used }),
            ...(customerKey && { customerKey }),
            ...(body !== undefined && { body }),
            ...(retention && { mode: retention.mode, retainUntil: retention.until }),
            ...(legalHold !== undefined && { legalHold }),
        });
    }

    return {
        addBucket: (bucket) => void buckets.set(bucket.name, contentsOf(bucket)),
        bucket: (name) => buckets.get(name),

        put(principal, name, key, options = {}) {
            const bucket = open(name);
            ask(principal, bucket, key, options, creates(true));
            return add(bucket, key, options);
        },
        get: (principal, name, key, versionId) => read(principal, open(name), key, versionId),
        head(principal, name, key, versionId) {
            const bucket = open(name);
            const found = read(principal, bucket, key, versionId);
            const hidden = found.mode !== undefined && !mayReadRetention(principal, bucket, key);
            return hidden ? { ...found, mode: undefined, retainUntil: undefined } : found;
        },

        remove(principal, name, key, versionId, bypass = false) {
            const bucket = open(name);
            if (versionId === undefined) {
                // Only hides it: a delete marker on top, which no lock protects.
                authorize(principal, "s3:DeleteObject", bucket, key);
                bucket.versions.add({ ...stamp(key), size: 0, deleteMarker: true });
                return;
            }
            authorize(principal, "s3:DeleteObjectVersion", bucket, key, { "s3:VersionId": versionId });
            askBypass(store, principal, bucket, key, bypass);
            const version = bucket.versions.find(key, versionId);
            // S3 answers 204 for a version that isn't there.
            if (!version) return;
            if (isLocked(version, world.clock.now, bypass)) throw protectedError();
            bucket.versions.remove(version);
        },

        location(principal, name) {
            authorize(principal, "s3:GetBucketLocation", open(name));
            return world.region;
        },
        versions: (name, prefix = "") => open(name).versions.written.filter((each) => each.key.startsWith(prefix)),
        ...lists(store),
        ...locks(store),
        ...uploads(store, { ask, add }),
        ...configuring(store),
    };
}
