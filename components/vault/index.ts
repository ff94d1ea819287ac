import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import type { Sources } from "../policies/document";
import { vaultBucketPolicy } from "../policies/vaultBucket";
import { vaultKeyPolicy } from "../policies/vaultKey";
import { LockedBucket } from "./bucket";
import { VaultKey } from "./key";
import { lifecycleRules, type VaultTimes } from "./lifecycle";

export interface VaultArgs {
    readonly place: Place;
    /** Role of `pulumi up` in the backup account; the only one that may change the key's policy. */
    readonly deployRoleArn: string;
    /** May change it too, if there is one. */
    readonly breakGlassRoleArn?: string;
    /** Who may write. */
    readonly sources: Sources;
    readonly times: VaultTimes;
    /** Who may write nothing more, whatever else is said. 12 digits each. */
    readonly suspendedAccounts: readonly string[];
}

/** The part that only keeps: the locked bucket and its key, in the backup account. */
export class Vault extends AccountComponent {
    readonly keyArn: pulumi.Output<string>;
    /** Stands when the bucket may be written to. */
    readonly ready: pulumi.Resource;

    constructor(name: string, { place, deployRoleArn, breakGlassRoleArn, sources, times, suspendedAccounts }: VaultArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:vault:Vault", name, opts);
        const { backupAccountId, region } = place;
        const arns = arnsOf(place);
        const names = namesOf(place);

        const accountBlock = new aws.s3.AccountPublicAccessBlock(
            `${name}-account-public-access`,
            { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
            // Stays when the stack goes, as the bucket does. To lift: `pulumi state unprotect <urn>`.
            { parent: this, protect: true, retainOnDelete: true },
        );
        const key = new VaultKey(
            `${name}-key`,
            {
                description: `Encrypts the exports in ${names.bucket}. Without it they are lost.`,
                policy: vaultKeyPolicy({ arns, region, backupAccountId, deployRoleArn, breakGlassRoleArn, sources }),
            },
            { parent: this },
        );
        const bucket = new LockedBucket(
            `${name}-bucket`,
            {
                bucketName: names.bucket,
                keyArn: key.arn,
                retentionDays: times.retentionDays,
                lifecycle: lifecycleRules(times),
                policy: key.arn.apply((keyArn) => vaultBucketPolicy({ arns, backupAccountId, sources, keyArn, suspendedAccounts })),
            },
            { parent: this, dependsOn: accountBlock },
        );
        this.keyArn = key.arn;
        this.ready = bucket.ready;
        this.registerOutputs({ keyArn: this.keyArn });
    }
}
