/**
 * The role of the backup account that the guardrails except, made by hand before they are attached: nobody changes it afterwards.
 * It may mend policies, take back loans and work off dead letters. It reads no export, and what destroys it may not.
 */
import { arnsOf, type Place } from "../arns";
import { trustFrom } from "./deployRole";
import { inBackup } from "./deployWatch";
import { document, type Document } from "./document";
import { trailBucketArn } from "./trail";

/** @param principalArn role or user of another account; placeholders pass through */
export const breakGlassTrust = (principalArn: string): Document => trustFrom("Responders", principalArn);

/** @param deployRoleArn whose rights nobody else may change under the guardrails */
export function breakGlassPolicy(place: Place, deployRoleArn: string): Document {
    const arns = arnsOf(place);
    return document(
        {
            Sid: "BucketPolicies",
            Effect: "Allow",
            Action: [
                "s3:GetBucket*",
                "s3:GetEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
                "s3:GetReplicationConfiguration",
                "s3:PutBucketObjectLockConfiguration",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPolicy",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketVersioning",
                "s3:PutEncryptionConfiguration",
                "s3:PutLifecycleConfiguration",
            ],
            Resource: [arns.bucket, trailBucketArn(place)],
        },
        // These know no resource.
        { Sid: "AccountPublicAccess", Effect: "Allow", Action: ["s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"], Resource: "*" },
        {
            // AWS chooses a key's id. The key's own policy says yes to RevokeGrant only after this role has put it so.
            Sid: "KeyPolicies",
            Effect: "Allow",
            Action: ["kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey", "kms:GetKeyPolicy", "kms:ListGrants", "kms:PutKeyPolicy", "kms:RevokeGrant"],
            Resource: inBackup(place, "kms", "key/*"),
        },
        {
            Sid: "DeadLetters",
            Effect: "Allow",
            Action: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:PurgeQueue", "sqs:ReceiveMessage", "sqs:StartMessageMoveTask"],
            Resource: [arns.triggerDeadLetters, arns.sealDeadLetters, arns.undeliveredQueue],
        },
        { Sid: "WorkByHand", Effect: "Allow", Action: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:PurgeQueue", "sqs:SendMessage"], Resource: [arns.triggerQueue, arns.sealQueue] },
        { Sid: "DeployRole", Effect: "Allow", Action: ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], Resource: deployRoleArn },
    );
}
