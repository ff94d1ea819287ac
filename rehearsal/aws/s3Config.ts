/** Calls on the bucket as a whole: its policy, lifecycle, default key, end, and all that has no effect on what is stored. */
import { arnOf, contentsOf, type Contents, type Store } from "./s3Store";
import { isLocked } from "./s3Locks";
import { hex } from "./ids";
import { AwsError, type LifecycleRule, type ObjectVersion, type Principal, type S3 } from "./types";

const dayMs = 86_400_000;

/** What each call is on: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const configurations: Readonly<Record<string, "bucket" | "account" | "access point">> = {
    "s3:PutReplicationConfiguration": "bucket",
    "s3:PutBucketPublicAccessBlock": "bucket",
    "s3:PutBucketOwnershipControls": "bucket",
    "s3:PutBucketAcl": "bucket",
    "s3:PutBucketNotification": "bucket",
    "s3:PutInventoryConfiguration": "bucket",
    "s3:PutBucketLogging": "bucket",
    "s3:PutBucketWebsite": "bucket",
    "s3:PutAccelerateConfiguration": "bucket",
    "s3:PutAccountPublicAccessBlock": "account",
    "s3:CreateJob": "account",
    "s3:CreateAccessPoint": "access point",
    "s3:PutAccessPointPolicy": "access point",
};

type Configuring = Pick<S3, "putEncryption" | "putLifecycle" | "expire" | "putPolicy" | "deletePolicy" | "createBucket" | "deleteBucket" | "configure">;

export function configuring(store: Store): Configuring {
    const { world, buckets, open, change, authorize } = store;

    /** The bucket's policy doesn't bind its account's root in these calls: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
    function onPolicy(principal: Principal, action: string, name: string): Contents {
        const bucket = open(name);
        const arn = arnOf(world, bucket);
        const own = world.iam.resourcePolicy(arn);
        const isRoot = principal.account === bucket.account && principal.arn.endsWith(":root");
        if (isRoot) world.iam.setResourcePolicy(arn, bucket.account, rootMay(principal.arn, arn));
        try {
            authorize(principal, action, bucket);
        } finally {
            if (isRoot && own) world.iam.setResourcePolicy(arn, own.account, own.policy);
            else if (isRoot) world.iam.removeResourcePolicy(arn);
        }
        return bucket;
    }

    return {
        putPolicy(principal, name, policy) {
            const bucket = onPolicy(principal, "s3:PutBucketPolicy", name);
            world.iam.setResourcePolicy(arnOf(world, bucket), bucket.account, policy);
        },
        deletePolicy: (principal, name) => world.iam.removeResourcePolicy(arnOf(world, onPolicy(principal, "s3:DeleteBucketPolicy", name))),

        putEncryption(principal, name, keyArn) {
            authorize(principal, "s3:PutEncryptionConfiguration", open(name));
            change(name, { defaultKeyArn: keyArn });
        },
        putLifecycle(principal, name, lifecycle) {
            authorize(principal, "s3:PutLifecycleConfiguration", open(name));
            change(name, { lifecycle });
        },
        /**
         * Ages count in whole days from midnight to midnight UTC on AWS; here in 24 hours. No policy binds it, the lock does:
         * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-lifecycle
         */
        expire(name) {
            const { versions, lifecycle = [] } = open(name);
            for (const rule of lifecycle) {
                for (const ofKey of [...versions.byKey("", rule.prefix)].map((each) => [...each])) {
                    for (const old of outdated(ofKey, rule, world.clock.now)) versions.remove(old);
                    const last = ofKey.at(-1)!;
                    if (last.deleteMarker || !isOver(last.writtenAt, rule.expireAfter, world.clock.now)) continue;
                    versions.add({ key: last.key, versionId: hex(world.random, 32), writtenAt: world.clock.now, size: 0, deleteMarker: true });
                }
            }
        },

        createBucket(principal, name, objectLock) {
            const bucket = contentsOf({ name, account: principal.account ?? "", objectLock });
            authorize(principal, "s3:CreateBucket", bucket);
            // A name is free again once its bucket is gone, for anybody: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
            if (buckets.has(name)) throw new AwsError("BucketAlreadyExists", "The requested bucket name is not available.", 409);
            buckets.set(name, bucket);
        },
        deleteBucket(principal, name) {
            const bucket = open(name);
            authorize(principal, "s3:DeleteBucket", bucket);
            // Versions and markers too: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
            if (bucket.versions.written.length > 0) throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.", 409);
            buckets.delete(name);
            world.iam.removeResourcePolicy(arnOf(world, bucket));
        },

        configure(principal, action, name, input = true) {
            const bucket = open(name);
            const on = configurations[action];
            if (!on) throw new Error(`${action} isn't in the table of the simulated S3's configurations (s3Config.ts)`);
            if (on === "bucket") authorize(principal, action, bucket);
            else {
                const resource = on === "account" ? "*" : `arn:${world.partition}:s3:${world.region}:${principal.account}:accesspoint/${name}`;
                world.authorize({ principal, action, resource, resourceAccount: principal.account ?? bucket.account });
            }
            change(name, { configured: new Map([...(bucket.configured ?? []), [action, input]]) });
        },
    };
}

const rootMay = (root: string, arn: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: root }, Action: ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"], Resource: arn }] });

const isOver = (since: number, days: number | undefined, now: number): boolean => days !== undefined && since + days * dayMs <= now;

/** A version is old from the moment in which the next one was written. */
const outdated = (ofKey: readonly ObjectVersion[], { expireNoncurrentAfter }: LifecycleRule, now: number): ObjectVersion[] =>
    ofKey.filter((version, index) => index < ofKey.length - 1 && isOver(ofKey[index + 1]!.writtenAt, expireNoncurrentAfter, now) && !isLocked(version, now, false));
