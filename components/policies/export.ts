/** RDS → export role → vault bucket and key. The identity half; the resource halves are in `vaultBucket` and `vaultKey`. */
import type { Arns } from "../arns";
import { document, serviceTrust, type Document } from "./document";

/**
 * The actions that AWS documents for the export, wildcards included: an export that lacks a right fails hours later,
 * in every account. The vault's denies take out what the wildcards hold too much of.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
 */
export const exportObjectActions = ["s3:PutObject*", "s3:GetObject*", "s3:DeleteObject*"];
export const exportBucketActions = ["s3:ListBucket", "s3:GetBucketLocation"];

/** As documented for a key in another account, less RevokeGrant and ListGrants, which would reach other tenants' exports. */
export const exportKeyActions = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:CreateGrant",
    "kms:DescribeKey",
    "kms:RetireGrant",
];

/** `aws:SourceAccount` as AWS publishes it: https://github.com/aws/agent-toolkit-for-aws (export-rds-to-s3) */
export const exportTrust = (account: string): Document =>
    serviceTrust("RdsExports", "export.rds.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } });

export const exportPolicy = (arns: Arns, account: string, keyArn: string): Document =>
    document(
        { Sid: "OwnPrefix", Effect: "Allow", Action: exportObjectActions, Resource: `${arns.bucket}/exports/${account}/*` },
        { Sid: "Bucket", Effect: "Allow", Action: exportBucketActions, Resource: arns.bucket },
        { Sid: "VaultKey", Effect: "Allow", Action: exportKeyActions, Resource: keyArn },
    );
