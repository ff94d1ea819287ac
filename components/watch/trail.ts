import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LockedBucket } from "../vault/bucket";
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
        // SSE-S3: a key of ours could be destroyed and the evidence with it, and the logs hold no data of databases.
        const bucket = new LockedBucket(
            `${name}-bucket`,
            {
                bucketName: names.trailBucket,
                retentionDays,
                lifecycle: [expire("logs", "AWSLogs/", Math.max(keptDays, retentionDays + 1)), expireMarkers],
                policy: trailBucketPolicy(place),
            },
            { parent: this },
        );
        new aws.cloudtrail.Trail(
            name,
            { name: names.trail, s3BucketName: names.trailBucket, isMultiRegionTrail: true, includeGlobalServiceEvents: true, enableLogFileValidation: true, enableLogging: true },
            // CloudTrail tries the bucket when the trail is made. It stays when the stack goes: the deploy role can neither stop nor delete it. To lift: `pulumi state unprotect <urn>`.
            { parent: this, protect: true, retainOnDelete: true, dependsOn: bucket.ready },
        );
        this.registerOutputs({});
    }
}
