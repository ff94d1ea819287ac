/** The bucket's configuration: rows 13 to 20. */
import { open, tries, type Outcomes, type Tried } from "./build";
import type { Attack, Control, Harm, Stage } from "./types";

const held: Control[] = ["rcp", "scp"];

export function bucketAttacks(stage: Stage): Attack[] {
    const { arns, partition, backup, region } = stage;
    /** On the bucket. */
    const change = (row: number, harm: Harm, id: string, name: string, action: string, more?: Outcomes, insiders: readonly Control[] = held): Attack[] => {
        const tried: Tried = { id, row, harm, name, action, on: arns.bucket };
        return tries(stage, tried, { "A4, A5, A9": insiders, ...more });
    };
    /** On the account, by actions that know no bucket or another resource. */
    const around = (id: string, name: string, action: string, on: string, harm: Harm = "read others' exports", insiders: readonly Control[] = ["scp"]): Attack[] =>
        tries(stage, { id, row: 20, harm, name, action, on }, { "A4, A5, A9": insiders });
    const foreign = { "A1, A2 wide, A10 wide, A7": ["bucket policy", "rcp"] } satisfies Outcomes;
    return [
        ...change(13, "weaken future locks", "lock", "takes away the bucket's default lock", "s3:PutBucketObjectLockConfiguration", { ...foreign, "A9 printed": held, "A8 sealer, A8 watcher": ["bucket policy", "identity policy", ...held] }),
        ...change(14, "delete or shorten", "suspend", "suspends versioning", "s3:PutBucketVersioning", {}, ["lock", ...held]),
        ...change(15, "hide or shadow", "lifecycle", "has the lifecycle hide or end versions", "s3:PutLifecycleConfiguration", { "A9 printed": held, "A1": ["bucket policy", "rcp"] }),
        ...change(16, "delete or shorten", "bucket", "deletes the bucket", "s3:DeleteBucket", { "A9 printed": ["bucket policy", "identity policy", "lock", ...held], "A1": ["bucket policy", "lock", "rcp"] }, ["lock", ...held]),
        ...change(17, "open trust", "policy", "puts another bucket policy", "s3:PutBucketPolicy", { ...foreign, "A9 printed, A6 root session": held }),
        ...change(17, "open trust", "no-policy", "deletes the bucket policy", "s3:DeleteBucketPolicy", { "A6 root session": held, "A9 printed": ["bucket policy", "identity policy", ...held], "A1": ["bucket policy", "rcp"] }),
        ...change(18, "read others' exports", "replicate", "replicates the vault into a bucket elsewhere", "s3:PutReplicationConfiguration", { "A9 printed": ["bucket policy", "identity policy", ...held] }),
        ...change(19, "weaken future locks", "encryption", "changes the bucket's encryption", "s3:PutEncryptionConfiguration", { "A9 printed": held }),
        ...change(20, "read others' exports", "public-access", "lifts the bucket's public access block", "s3:PutBucketPublicAccessBlock", { "A9 printed": held }),
        ...change(20, "open trust", "ownership", "gives the bucket ACLs again", "s3:PutBucketOwnershipControls"),
        ...change(20, "open trust", "acl", "puts an ACL onto the bucket", "s3:PutBucketAcl"),
        ...change(20, "blind the watchers", "notification", "redirects the bucket's notifications", "s3:PutBucketNotification"),
        ...change(20, "read others' exports", "inventory", "has the names of all objects written elsewhere", "s3:PutInventoryConfiguration"),
        ...change(20, "blind the watchers", "logging", "redirects the bucket's access log", "s3:PutBucketLogging"),
        ...change(20, "open trust", "website", "makes the bucket a website", "s3:PutBucketWebsite"),
        ...change(20, "junk and cost", "acceleration", "turns on transfer acceleration", "s3:PutAccelerateConfiguration"),
        ...around("account-public-access", "lifts the account's public access block", "s3:PutAccountPublicAccessBlock", "*", "open trust"),
        ...around("access-point", "makes an access point", "s3:CreateAccessPoint", `arn:${partition}:s3:${region}:${backup}:accesspoint/theirs`),
        ...around("access-point-policy", "opens an access point", "s3:PutAccessPointPolicy", `arn:${partition}:s3:${region}:${backup}:accesspoint/theirs`),
        ...around("batch", "copies everything by a batch job", "s3:CreateJob", "*"),
        ...tries(stage, { id: "restore-object", row: 20, harm: "junk and cost", name: "has archived exports brought back at a price", action: "s3:RestoreObject", on: `${arns.bucket}/exports/x` }, { "A4": open("It costs money and harms nothing; a restore of archived exports needs it") }),
        ...tries(stage, { id: "read-lock", row: 13, harm: "weaken future locks", name: "looks at the bucket's default lock", action: "s3:GetBucketObjectLockConfiguration", on: arns.bucket }, { "A2": ["bucket policy", "identity policy"], "A4": "allowed" }),
    ];
}
