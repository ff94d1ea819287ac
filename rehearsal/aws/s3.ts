/** Versioned buckets under Object Lock. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
import { hex } from "./ids";
import { AwsError, type Bucket, type ObjectVersion, type PutOptions, type Principal, type S3, type World } from "./types";

const dayMs = 86_400_000;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const pageSize = 1000;

interface Contents extends Bucket {
    readonly written: ObjectVersion[];
    readonly byKey: Map<string, ObjectVersion[]>;
    /** In S3's order, by code units; our names are ASCII. */
    readonly keys: string[];
}

/** Index of the first element that isn't less than `value`. */
function lowerBound(sorted: readonly string[], value: string): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle]! < value) low = middle + 1;
        else high = middle;
    }
    return low;
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
        world.authorize({ principal, action, resource: key === undefined ? arn : `${arn}/${key}`, resourceAccount: bucket.account, ...(context && { context }) });
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

    function store(bucket: Contents, version: ObjectVersion): ObjectVersion {
        const versions = bucket.byKey.get(version.key);
        if (versions) versions.push(version);
        else {
            bucket.byKey.set(version.key, [version]);
            bucket.keys.splice(lowerBound(bucket.keys, version.key), 0, version.key);
        }
        bucket.written.push(version);
        return version;
    }

    const current = (bucket: Contents, key: string): ObjectVersion | undefined => {
        const last = bucket.byKey.get(key)?.at(-1);
        return last?.deleteMarker ? undefined : last;
    };
    const stamp = (key: string) => ({ key, versionId: hex(world.random, 32), writtenAt: world.clock.now });

    return {
        addBucket: (bucket) => void buckets.set(bucket.name, { ...bucket, written: [], byKey: new Map(), keys: [] }),
        bucket: (name) => buckets.get(name),

        put(principal, name, key, { keyArn, multipart = false, ifNoneMatch, body, size }: PutOptions = {}) {
            const bucket = open(name);
            // What S3 fills in from the bucket's default isn't part of the request, and so not of its context either.
            authorize(principal, "s3:PutObject", bucket, key, {
                ...(keyArn && { "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn }),
                ...(ifNoneMatch && { "s3:if-none-match": ifNoneMatch }),
            });
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
            if (ifNoneMatch === "*" && current(bucket, key)) throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412);
            const used = keyArn ?? bucket.defaultKeyArn;
            // Multipart also needs Decrypt: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
            if (used) useKey(principal, multipart ? ["kms:GenerateDataKey", "kms:Decrypt"] : ["kms:GenerateDataKey"], used);
            const { retention } = bucket;
            return store(bucket, {
                ...stamp(key),
                size: size ?? Buffer.byteLength(body ?? ""),
                deleteMarker: false,
                ...(used && { keyArn: used }),
                ...(body !== undefined && { body }),
                ...(retention && { mode: retention.mode, retainUntil: world.clock.now + retention.days * dayMs }),
            });
        },

        get(principal, name, key, versionId) {
            const bucket = open(name);
            if (versionId === undefined) authorize(principal, "s3:GetObject", bucket, key);
            else authorize(principal, "s3:GetObjectVersion", bucket, key, { "s3:VersionId": versionId });
            const found = versionId === undefined ? current(bucket, key) : bucket.byKey.get(key)?.find((each) => each.versionId === versionId);
            if (!found) throw new AwsError(versionId === undefined ? "NoSuchKey" : "NoSuchVersion", `${key} does not exist`, 404);
            if (found.deleteMarker) throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
            if (found.keyArn) useKey(principal, ["kms:Decrypt"], found.keyArn);
            return found;
        },

        remove(principal, name, key, versionId) {
            const bucket = open(name);
            if (versionId === undefined) {
                // Only hides it: a delete marker on top, which no lock protects.
                authorize(principal, "s3:DeleteObject", bucket, key);
                store(bucket, { ...stamp(key), size: 0, deleteMarker: true });
                return;
            }
            authorize(principal, "s3:DeleteObjectVersion", bucket, key, { "s3:VersionId": versionId });
            const versions = bucket.byKey.get(key) ?? [];
            const index = versions.findIndex((each) => each.versionId === versionId);
            // S3 answers 204 for a version that isn't there.
            if (index < 0) return;
            // GOVERNANCE could be bypassed with a header that nothing here sends.
            if ((versions[index]!.retainUntil ?? 0) > world.clock.now) throw new AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403);
            bucket.written.splice(bucket.written.indexOf(versions.splice(index, 1)[0]!), 1);
            if (versions.length > 0) return;
            bucket.byKey.delete(key);
            bucket.keys.splice(lowerBound(bucket.keys, key), 1);
        },

        list(principal, name, { prefix, startAfter = "", maxKeys = pageSize }) {
            const bucket = open(name);
            authorize(principal, "s3:ListBucket", bucket, undefined, prefix === undefined ? undefined : { "s3:prefix": prefix });
            const keys: ObjectVersion[] = [];
            const limit = Math.min(maxKeys, pageSize);
            const from = prefix !== undefined && prefix > startAfter ? prefix : startAfter;
            for (let i = lowerBound(bucket.keys, from); i < bucket.keys.length; i++) {
                const key = bucket.keys[i]!;
                if (prefix !== undefined && !key.startsWith(prefix)) break;
                const version = key > startAfter || startAfter === "" ? current(bucket, key) : undefined;
                if (!version) continue;
                if (keys.length === limit) return { keys, truncated: true };
                keys.push(version);
            }
            return { keys, truncated: false };
        },

        location(principal, name) {
            authorize(principal, "s3:GetBucketLocation", open(name));
            return world.region;
        },
        versions: (name, prefix = "") => open(name).written.filter((each) => each.key.startsWith(prefix)),
    };
}
