/** What the vault bucket accepts, from whom, and what nobody may do to it. */
import type { Arns } from "../arns";
import { allowSources, document, type Document, type Sources, type Statement } from "./document";
import { exportBucketActions, exportObjectActions } from "./export";

interface VaultBucketPolicyArgs {
    readonly arns: Arns;
    readonly backupAccountId: string;
    readonly sources: Sources;
    readonly keyArn: string;
    /** 12 digits each; default: none. */
    readonly suspendedAccounts?: readonly string[];
}

/**
 * The bucket policy. Denies come first; the only exceptions are the sealer's, for manifests, and the watcher's, for canaries. No bucket policy binds the
 * lifecycle: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export function vaultBucketPolicy(args: VaultBucketPolicyArgs): Document {
    return document(...denies(args), ...suspended(args), ...ledgerDenies(args), ...exportRoles(args));
}

const everyone = { Effect: "Deny", Principal: "*" } as const;

/** Nobody's, on any object: shortens or ends what is locked, or comes by replication, which carries versions, markers, locks and keys of another bucket's. */
export const objectDestruction = [
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObjectVersion",
    // The rights that a replication needs on its destination: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    "s3:Replicate*",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:InitiateReplication",
    // Puts a stored version under another key of the account: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
    "s3:UpdateObjectEncryption",
];

function denies({ arns, backupAccountId, keyArn }: VaultBucketPolicyArgs): Statement[] {
    const objects = `${arns.bucket}/*`;
    const encryption = "s3:x-amz-server-side-encryption";
    return [
        {
            Sid: "DenyPlainHttp",
            ...everyone,
            Action: "s3:*",
            Resource: [arns.bucket, objects],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
            // A retention sent with a PUT beats the bucket's default, down to a day or up to a century:
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
            Sid: "DenyOtherRetentionAndDestruction",
            ...everyone,
            Action: objectDestruction,
            Resource: objects,
        },
        {
            // A hold without end would carry a version past its date: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-defaulteventhold.html
            Sid: "DenyEventHolds",
            ...everyone,
            Action: "s3:PutObject",
            Resource: objects,
            Condition: { Null: { "s3:object-lock-event-hold": "false" } },
        },
        // The next two ask for the key to be present: where the request names none, S3 fills it from the bucket's default.
        {
            Sid: "DenyOtherKeys",
            ...everyone,
            Action: "s3:PutObject",
            Resource: objects,
            Condition: {
                StringNotEquals: { [`${encryption}-aws-kms-key-id`]: keyArn },
                Null: { [`${encryption}-aws-kms-key-id`]: "false" },
            },
        },
        {
            Sid: "DenyOtherEncryption",
            ...everyone,
            Action: "s3:PutObject",
            Resource: objects,
            Condition: { StringNotEquals: { [encryption]: "aws:kms" }, Null: { [encryption]: "false" } },
        },
        {
            Sid: "DenyCustomerKeys",
            ...everyone,
            Action: "s3:PutObject",
            Resource: objects,
            Condition: { Null: { [`${encryption}-customer-algorithm`]: "false" } },
        },
        {
            Sid: "DenyForeignPrefixes",
            ...everyone,
            Action: [...exportObjectActions, "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            NotResource: `${arns.bucket}/exports/\${aws:PrincipalAccount}/*`,
            // Null: AWS services carry no principal account and must not be caught.
            Condition: {
                StringNotEquals: { "aws:PrincipalAccount": backupAccountId },
                Null: { "aws:PrincipalAccount": "false" },
            },
        },
    ];
}

/** The kill switch for an account that floods the vault. What it has written stays, and stays locked. */
function suspended({ arns, suspendedAccounts = [] }: VaultBucketPolicyArgs): Statement[] {
    if (suspendedAccounts.length === 0) return [];
    return [
        {
            Sid: "DenySuspendedAccounts",
            ...everyone,
            Action: "s3:PutObject*",
            Resource: `${arns.bucket}/*`,
            Condition: { StringEquals: { "aws:PrincipalAccount": suspendedAccounts } },
        },
    ];
}

/**
 * The manifests are the only ledger: whoever could write or hide one would have snapshots taken for saved, or exported again. Whoever
 * could write a canary would have the lock taken for whole.
 */
function ledgerDenies({ arns }: VaultBucketPolicyArgs): Statement[] {
    const manifests = `${arns.bucket}/manifests/*`;
    const canaries = `${arns.bucket}/canary/*`;
    // No Null here: AWS services carry no principal's ARN and are caught as well. None of them writes here.
    const onlyBy = (sid: string, objects: string, roleArn: string): Statement => ({
        Sid: sid,
        ...everyone,
        Action: "s3:PutObject",
        Resource: objects,
        Condition: { ArnNotEquals: { "aws:PrincipalArn": roleArn } },
    });
    return [
        onlyBy("DenyManifestsByOthers", manifests, arns.sealerRole),
        onlyBy("DenyCanariesByOthers", canaries, arns.watcherRole),
        {
            // Write-once, even for the sealer. Uploads in parts carry no such header and are refused; a manifest is one PUT.
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
            Sid: "DenyOverwritingManifests",
            ...everyone,
            Action: "s3:PutObject",
            Resource: [manifests, canaries],
            Condition: { Null: { "s3:if-none-match": "true" } },
        },
        // A delete marker is no object: the condition above would let a second manifest onto it.
        { Sid: "DenyHidingManifests", ...everyone, Action: "s3:DeleteObject", Resource: [manifests, canaries] },
    ];
}

/**
 * `aws:PrincipalOrgID` with a fixed value keeps the policy from counting as public, which the public access block would refuse:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
function exportRoles({ arns, sources }: VaultBucketPolicyArgs): Statement[] {
    const allow = (sid: string, grant: Pick<Statement, "Action" | "Resource">) => allowSources(arns.partition, sources, sid, arns.exportRole("*"), grant);
    return [
        ...allow("ExportRolesOwnPrefix", { Action: exportObjectActions, Resource: `${arns.bucket}/exports/\${aws:PrincipalAccount}/*` }),
        ...allow("ExportRolesBucket", { Action: exportBucketActions, Resource: arns.bucket }),
    ];
}
