/** Watcher → logs of the others, vault (lock canary), trails, notices topic and heartbeat. The vault's halves are in `vaultBucket` and `vaultKey`, the topic's in `notices`. */
import type { Arns } from "../arns";
import { document, type Document } from "./document";
import { writeLogs } from "./function";
import { throughS3 } from "./seal";

export interface WatcherPolicyArgs {
    readonly arns: Arns;
    readonly region: string;
    readonly keyArn: string;
    readonly noticesKeyArn: string;
    /** Whose own policy must let the watcher's role publish too. Absent: none. */
    readonly heartbeatTopicArn?: string;
}

/** Only SNS may use the key in the caller's name: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service */
const throughSns = (region: string) => ({ StringEquals: { "kms:ViaService": `sns.${region}.amazonaws.com` } });

/** Reads what the other functions said, and one prefix of the vault that holds nothing of anybody's. No right over exports, manifests or sources. */
export const watcherPolicy = ({ arns, region, keyArn, noticesKeyArn, heartbeatTopicArn }: WatcherPolicyArgs): Document =>
    document(
        {
            // With `:*`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
            Sid: "ReadLogs",
            Effect: "Allow",
            Action: "logs:FilterLogEvents",
            Resource: [arns.starterLogs, arns.sealerLogs, arns.sweeperLogs].map((group) => `${group}:*`),
        },
        {
            // HeadObject tells the lock only to who may GetObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
            // GetObject without a version id is for a second run of a day, which doesn't know what the first one's version is called.
            Sid: "LockCanary",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"],
            Resource: `${arns.bucket}/canary/*`,
        },
        { Sid: "LockConfiguration", Effect: "Allow", Action: "s3:GetBucketObjectLockConfiguration", Resource: arns.bucket },
        { Sid: "VaultKey", Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: keyArn, Condition: throughS3(region) },
        // Knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
        { Sid: "ListTrails", Effect: "Allow", Action: "cloudtrail:DescribeTrails", Resource: "*" },
        // An organization's trail is in another account, one of all Regions may be in another Region; both only tell how they log.
        { Sid: "LookAtTrails", Effect: "Allow", Action: ["cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"], Resource: `arn:${arns.partition}:cloudtrail:*:*:trail/*` },
        ...(heartbeatTopicArn ? [{ Sid: "Heartbeat", Effect: "Allow", Action: "sns:Publish", Resource: heartbeatTopicArn } as const] : []),
        { Sid: "SendDigest", Effect: "Allow", Action: "sns:Publish", Resource: arns.notices },
        {
            // What an encrypted topic asks of who publishes: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
            Sid: "NoticesKey",
            Effect: "Allow",
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: noticesKeyArn,
            Condition: throughSns(region),
        },
        writeLogs(arns.watcherLogs),
    );
