/** Versioned buckets under Object Lock. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
import { createHash } from "node:crypto";
import { crc64Nvme } from "./crc64";
import { hex } from "./ids";
import { AwsError, type Bucket, type Checksum, type ObjectVersion, type PutOptions, type Principal, type S3, type World } from "./types";
import { createVersions, type Versions } from "./versions";

const dayMs = 86_400_000;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const pageSize = 1000;

interface Contents extends Bucket {
    readonly versions: Versions;
}

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

export function createS3(world: World): S3 {
    const buckets = new Map<string, Contents>();

    function open(name: string): Contents {
        const bucket = buckets.get(name);
        if (!bucket) throw new AwsError("NoSuchBucket", `The specified bucket does not exist: ${name}`, 404);
        return bucket;
    }

    function authorize(principal: Principal, action: string, bucket: Bucket, key?: string, context?: Record<string, string>): void {
        const arn = `arn:${world.partition}:s3:::${bucket.name}`;
        // The evaluator's `*` doesn't match line breaks, as IAM's does, and it takes a key's own `*` for a pattern: another character stands for them.
        world.authorize({ principal, action, resource: key === undefined ? arn : `${arn}/${key.replace(/[\n\r\u2028\u2029*?]/g, "\ufffd")}`, resourceAccount: bucket.account, ...(context && { context }) });
    }

    /** S3 uses the key in the caller's name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
    function useKey(principal: Principal, actions: readonly string[], keyArn: string): void {
        try {
            for (const action of actions) world.kms.use(principal, action, keyArn, { "kms:ViaService": `s3.${world.region}.amazonaws.com` });
        } catch (error) {
            if (error instanceof AwsError && /^(Disabled|NotFound)Exception$/.test(error.code)) throw new AwsError(`KMS.${error.code}`, error.message);
            throw error;
        }
    }

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

    return {
        addBucket: (bucket) => void buckets.set(bucket.name, { ...bucket, versions: createVersions() }),
        bucket: (name) => buckets.get(name),
        setRetention: (name, retention) => void buckets.set(name, { ...open(name), retention }),

        put(principal, name, key, { keyArn, multipart = false, ifNoneMatch, checksum, body, size }: PutOptions = {}) {
            const bucket = open(name);
            // What S3 fills in from the bucket's default isn't part of the request, and so not of its context either.
            authorize(principal, "s3:PutObject", bucket, key, {
                ...(keyArn && { "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn }),
                ...(ifNoneMatch && { "s3:if-none-match": ifNoneMatch }),
            });
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
            if (ifNoneMatch === "*" && bucket.versions.current(key)) throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412);
            const used = keyArn ?? bucket.defaultKeyArn;
            // Multipart also needs Decrypt: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
            if (used) useKey(principal, multipart ? ["kms:GenerateDataKey", "kms:Decrypt"] : ["kms:GenerateDataKey"], used);
            const { retention } = bucket;
            const stamped = stamp(key);
            const bytes = size ?? Buffer.byteLength(body ?? "");
            return bucket.versions.add({
                ...stamped,
                size: bytes,
                ...digests(stamped.versionId, bytes, checksum, body),
                deleteMarker: false,
                ...(used && { keyArn: used }),
                ...(body !== undefined && { body }),
                ...(retention && { mode: retention.mode, retainUntil: world.clock.now + retention.days * dayMs }),
            });
        },

        get: (principal, name, key, versionId) => read(principal, open(name), key, versionId),
        head(principal, name, key, versionId) {
            const bucket = open(name);
            const found = read(principal, bucket, key, versionId);
            const hidden = found.mode !== undefined && !mayReadRetention(principal, bucket, key);
            return hidden ? { ...found, mode: undefined, retainUntil: undefined } : found;
        },

        remove(principal, name, key, versionId) {
            const bucket = open(name);
            if (versionId === undefined) {
                // Only hides it: a delete marker on top, which no lock protects.
                authorize(principal, "s3:DeleteObject", bucket, key);
                bucket.versions.add({ ...stamp(key), size: 0, deleteMarker: true });
                return;
            }
            authorize(principal, "s3:DeleteObjectVersion", bucket, key, { "s3:VersionId": versionId });
            const version = bucket.versions.find(key, versionId);
            // S3 answers 204 for a version that isn't there.
            if (!version) return;
            // GOVERNANCE could be bypassed with a header that nothing here sends.
            if ((version.retainUntil ?? 0) > world.clock.now) throw new AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403);
            bucket.versions.remove(version);
        },

        list(principal, name, { prefix, delimiter, startAfter = "", maxKeys = pageSize }) {
            const bucket = open(name);
            authorize(principal, "s3:ListBucket", bucket, undefined, {
                ...(prefix !== undefined && { "s3:prefix": prefix }),
                ...(delimiter !== undefined && { "s3:delimiter": delimiter }),
            });
            const [keys, prefixes]: [ObjectVersion[], string[]] = [[], []];
            const limit = Math.min(maxKeys, pageSize);
            // A page that ended with a rolled-up prefix goes on after all that it stands for.
            let [rolled, next] = [delimiter && startAfter.endsWith(delimiter) ? startAfter : undefined, startAfter];
            for (const versions of bucket.versions.byKey(startAfter, prefix)) {
                const last = versions.at(-1)!;
                if (last.deleteMarker || last.key === startAfter || (rolled !== undefined && last.key.startsWith(rolled))) continue;
                if (keys.length + prefixes.length === limit) return { keys, prefixes, truncated: true, next };
                const at = delimiter ? last.key.indexOf(delimiter, prefix?.length ?? 0) : -1;
                if (delimiter && at >= 0) prefixes.push((next = rolled = last.key.slice(0, at + delimiter.length)));
                else {
                    keys.push(last);
                    next = last.key;
                }
            }
            return { keys, prefixes, truncated: false };
        },
        listVersions(principal, name, { prefix, keyMarker = "", versionIdMarker, maxKeys = pageSize }) {
            const bucket = open(name);
            authorize(principal, "s3:ListBucketVersions", bucket, undefined, prefix === undefined ? undefined : { "s3:prefix": prefix });
            if (versionIdMarker !== undefined && keyMarker === "") throw new AwsError("InvalidArgument", "A version-id marker cannot be specified without a key marker.");
            const found: ObjectVersion[] = [];
            const limit = Math.min(maxKeys, pageSize);
            for (const versions of bucket.versions.byKey(keyMarker, prefix)) {
                const resumed = versions[0]!.key === keyMarker;
                // A key marker alone is after all of its versions.
                if (resumed && versionIdMarker === undefined) continue;
                const marker = resumed ? versions.findIndex((each) => each.versionId === versionIdMarker) : -1;
                // A marker that is gone meanwhile: rather the key's versions again than some of them never.
                for (let i = (marker < 0 ? versions.length : marker) - 1; i >= 0; i--) {
                    if (found.length === limit) return { versions: found, truncated: true };
                    found.push(versions[i]!);
                }
            }
            return { versions: found, truncated: false };
        },

        location(principal, name) {
            authorize(principal, "s3:GetBucketLocation", open(name));
            return world.region;
        },
        lock(principal, name) {
            const bucket = open(name);
            // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
            authorize(principal, "s3:GetBucketObjectLockConfiguration", bucket);
            return bucket.retention;
        },
        versions: (name, prefix = "") => open(name).versions.written.filter((each) => each.key.startsWith(prefix)),
    };
}
