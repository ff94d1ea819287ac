import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { namesOf, type Place } from "../arns";
import { trailBucketPolicy } from "../policies/trail";
import { expire, expireMarkers } from "../vault/lifecycle";

export interface TrailArgs {
    readonly place: Place;
    /** COMPLIANCE retention of the logs, in days: the vault's, to which the user has said yes. */
    readonly retentionDays: number;
}

/** Days that logs are kept, at least; as the functions' own logs. */
const keptDays = 400;

/**
 * A trail of the account's management events of all Regions, in a locked bucket of its own. Reading calls too: the first copy of
 * management events costs nothing but its storage (https://aws.amazon.com/cloudtrail/pricing/), and tells who looked around before.
 *
 * COMPLIANCE, because whoever has taken over this account could lift GOVERNANCE, and it is against him that the logs are kept. As
 * long as the exports, so that `confirmCompliance` covers it and a canary's bucket can be emptied the next day.
 */
export class Trail extends AccountComponent {
    constructor(name: string, { place, retentionDays }: TrailArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:Trail", name, opts);
        const names = namesOf(place);
        // Bucket and trail stay when the stack goes: the deploy role can neither stop nor delete them. To lift: `pulumi state unprotect <urn>`.
        const kept = (...dependsOn: pulumi.Resource[]) => ({ parent: this, protect: true, retainOnDelete: true, dependsOn });

        // SSE-S3, which is S3's default: a key of ours could be destroyed and the evidence with it, and the logs hold no data of databases.
        const bucket = new aws.s3.Bucket(`${name}-bucket`, { bucket: names.trailBucket, objectLockEnabled: true }, kept());
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
        const lock = new aws.s3.BucketObjectLockConfiguration(
            `${name}-lock`,
            { bucket: bucket.id, rule: { defaultRetention: { mode: "COMPLIANCE", days: retentionDays } } },
            kept(publicAccess),
        );
        const lifecycle = new aws.s3.BucketLifecycleConfiguration(
            `${name}-lifecycle`,
            { bucket: bucket.id, rules: [expire("logs", "AWSLogs/", Math.max(keptDays, retentionDays + 1)), expireMarkers] },
            kept(lock),
        );
        const policy = new aws.s3.BucketPolicy(
            `${name}-policy`,
            { bucket: bucket.id, policy: JSON.stringify(trailBucketPolicy(place)) },
            kept(lifecycle),
        );
        new aws.cloudtrail.Trail(
            name,
            { name: names.trail, s3BucketName: bucket.id, isMultiRegionTrail: true, includeGlobalServiceEvents: true, enableLogFileValidation: true, enableLogging: true },
            // CloudTrail tries the bucket when the trail is made.
            kept(policy),
        );
        this.registerOutputs({});
    }
}
