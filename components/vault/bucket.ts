import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import type { Document } from "../policies/document";
import type { Rule } from "./lifecycle";

export interface LockedBucketArgs {
    readonly bucketName: string;
    /** Absent: S3's own encryption, its default. */
    readonly keyArn?: pulumi.Input<string>;
    /** COMPLIANCE, as the bucket's default. */
    readonly retentionDays: number;
    readonly lifecycle: Rule[];
    /** May wait for the key's ARN, which AWS chooses. */
    readonly policy: pulumi.Input<Document>;
}

/**
 * A bucket under COMPLIANCE. Each setting waits for the one before it, and the bucket policy, which lets others in, comes last:
 * nobody outside is allowed before the lock stands.
 */
export class LockedBucket extends AccountComponent {
    /** Known once everything, the policy included, stands. */
    readonly ready: pulumi.Resource;

    constructor(name: string, { bucketName, keyArn, retentionDays, lifecycle: rules, policy }: LockedBucketArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:vault:LockedBucket", name, opts);
        // Said on each resource, since `retainOnDelete` isn't inherited. To lift them: `pulumi state unprotect <urn>`,
        // then remove them here. The bucket itself can't go while a locked version is in it.
        const kept = (...dependsOn: pulumi.Resource[]) => ({ parent: this, protect: true, retainOnDelete: true, dependsOn });

        const bucket = new aws.s3.Bucket(name, { bucket: bucketName, objectLockEnabled: true }, kept());
        const versioning = new aws.s3.BucketVersioning(
            `${name}-versioning`,
            { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
            kept(bucket),
        );
        const ownership = new aws.s3.BucketOwnershipControls(
            `${name}-ownership`,
            { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
            kept(versioning),
        );
        const publicAccess = new aws.s3.BucketPublicAccessBlock(
            `${name}-public-access`,
            { bucket: bucket.id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
            kept(ownership),
        );
        const encryption = keyArn && new aws.s3.BucketServerSideEncryptionConfiguration(
            `${name}-encryption`,
            {
                bucket: bucket.id,
                rules: [
                    {
                        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
                        bucketKeyEnabled: true,
                        blockedEncryptionTypes: ["SSE-C"],
                    },
                ],
            },
            kept(publicAccess),
        );
        const lock = new aws.s3.BucketObjectLockConfiguration(
            `${name}-lock`,
            { bucket: bucket.id, rule: { defaultRetention: { mode: "COMPLIANCE", days: retentionDays } } },
            kept(encryption || publicAccess),
        );
        const lifecycle = new aws.s3.BucketLifecycleConfiguration(
            `${name}-lifecycle`,
            { bucket: bucket.id, rules },
            kept(lock),
        );
        this.ready = new aws.s3.BucketPolicy(
            `${name}-policy`,
            { bucket: bucket.id, policy: pulumi.output(policy).apply((document) => JSON.stringify(document)) },
            kept(lifecycle),
        );
        this.registerOutputs({});
    }
}
