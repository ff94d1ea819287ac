/**
 * Starter → seal queue → sealer → vault. The resource halves are in `vaultBucket` and `vaultKey`; the seal queue has none:
 * sender and receiver are roles of the queue's own account, for which the identity half is enough.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
 */
import type { Arns } from "../arns";
import { document, type Document, type Statement } from "./document";
import { consumeQueue, listManifests, writeLogs } from "./function";

/** The starter's half of the seal queue. */
export const sendSealRequests = (arns: Arns): Statement => ({
    Sid: "SendSealRequests",
    Effect: "Allow",
    Action: "sqs:SendMessage",
    Resource: arns.sealQueue,
});

/** Only S3 may use the key in the caller's name: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service */
export const throughS3 = (region: string) => ({ StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } });

/** Reads exports version by version, writes manifests; no right over a retention, a deletion or a source account. */
export const sealerPolicy = (arns: Arns, region: string, keyArn: string): Document =>
    document(
        consumeQueue("ConsumeSealRequests", arns.sealQueue),
        {
            // Also how the sealer learns that a version is gone: S3 tells it 403, because its right to ListBucket ends at manifests/.
            Sid: "ListExportVersions",
            Effect: "Allow",
            Action: "s3:ListBucketVersions",
            Resource: arns.bucket,
            Condition: { StringLike: { "s3:prefix": "exports/*" } },
        },
        listManifests(arns),
        {
            // By version id only: the latest version may be what a source account has put on top. HeadObject tells the lock
            // only to who may GetObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
            Sid: "ReadExportVersions",
            Effect: "Allow",
            Action: ["s3:GetObjectVersion", "s3:GetObjectRetention"],
            Resource: `${arns.bucket}/exports/*`,
        },
        { Sid: "Manifests", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `${arns.bucket}/manifests/*` },
        {
            Sid: "VaultKey",
            Effect: "Allow",
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            Resource: keyArn,
            Condition: throughS3(region),
        },
        writeLogs(arns.sealerLogs),
    );
