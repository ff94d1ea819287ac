/** What the parts of the simulated S3 share: buckets, judging, keys. */
import { AwsError, type Bucket, type Principal, type World } from "./types";
import { createVersions, type Versions } from "./versions";

export interface Contents extends Bucket {
    readonly versions: Versions;
    /** Object Lock can't be switched off: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
    readonly objectLock: boolean;
}

export interface Store {
    readonly world: World;
    readonly buckets: Map<string, Contents>;
    open(name: string): Contents;
    change(name: string, changes: Partial<Bucket>): void;
    /** Without a key: on the bucket. */
    authorize(principal: Principal, action: string, bucket: Bucket, key?: string, context?: Record<string, string>): void;
    useKey(principal: Principal, actions: readonly string[], keyArn: string): void;
}

export const arnOf = (world: World, { name }: Bucket) => `arn:${world.partition}:s3:::${name}`;

export function createStore(world: World): Store {
    const buckets = new Map<string, Contents>();

    function open(name: string): Contents {
        const bucket = buckets.get(name);
        if (!bucket) throw new AwsError("NoSuchBucket", `The specified bucket does not exist: ${name}`, 404);
        return bucket;
    }

    return {
        world,
        buckets,
        open,
        change: (name, changes) => void buckets.set(name, { ...open(name), ...changes }),

        authorize(principal, action, bucket, key, context) {
            const arn = arnOf(world, bucket);
            // The evaluator's `*` doesn't match line breaks, as IAM's does, and it takes a key's own `*` for a pattern: another character stands for them.
            world.authorize({ principal, action, resource: key === undefined ? arn : `${arn}/${key.replace(/[\n\r\u2028\u2029*?]/g, "\ufffd")}`, resourceAccount: bucket.account, ...(context && { context }) });
        },

        /** S3 uses the key in the caller's name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
        useKey(principal, actions, keyArn) {
            try {
                for (const action of actions) world.kms.use(principal, action, keyArn, { "kms:ViaService": `s3.${world.region}.amazonaws.com` });
            } catch (error) {
                if (error instanceof AwsError && /^(Disabled|NotFound|KMSInvalidState)Exception$/.test(error.code)) throw new AwsError(`KMS.${error.code}`, error.message);
                throw error;
            }
        },
    };
}

export const contentsOf = (bucket: Bucket): Contents => ({ ...bucket, objectLock: bucket.objectLock ?? bucket.retention !== undefined, versions: createVersions() });
