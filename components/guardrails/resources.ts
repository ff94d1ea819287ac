/**
 * Who may touch the backup account's resources at all, whoever's principal it is and whatever their own policies say: a resource
 * control policy. It binds buckets, keys, queues and roles, not service-linked roles and not resources of the management account:
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
 */
import { arnsOf, type Place } from "../arns";
import { document, type Document, type Statement } from "../policies/document";
import { trailBucketArn } from "../policies/trail";
import { allBut } from "./backupAccount";

export interface ResourcesArgs {
    readonly place: Place;
    readonly deployRoleArn: string;
    readonly breakGlassRoleArn?: string;
    /** The sources' organization. */
    readonly organizationId?: string;
    /** Listed source accounts. */
    readonly sources: readonly string[];
}

/** Two documents, since the lists of accounts would make one outgrow AWS's limit. */
export function backupResourcesPolicies({ place, deployRoleArn, breakGlassRoleArn, organizationId, sources }: ResourcesArgs): Document[] {
    const { bucket } = arnsOf(place);
    const accounts = [place.backupAccountId, ...sources];
    const buckets = [bucket, trailBucketArn(place)];
    const deny = (Sid: string, Action: string | string[], Resource: string | string[], Condition?: Statement["Condition"]): Statement => ({
        Sid,
        Effect: "Deny",
        Principal: "*",
        Action,
        Resource,
        ...(Condition && { Condition }),
    });
    /** Neither in the organization nor listed. */
    const strange = (of: "Principal" | "Source", listed: readonly string[] = accounts) => ({ StringNotEqualsIfExists: { ...(organizationId && { [`aws:${of}OrgID`]: organizationId }), [`aws:${of}Account`]: listed } });
    // Exports fail where a Deny catches their service: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
    const noService = { BoolIfExists: { "aws:PrincipalIsAWSService": "false" } };
    const butBreakGlass = { ...noService, ...allBut(breakGlassRoleArn) };
    const inAccount = ["s3:*", "kms:*", "sqs:*"];
    const perimeter = document(
        // These three as AWS's samples: https://github.com/aws-samples/resource-control-policy-examples
        deny("DenyStrangers", inAccount, "*", { ...strange("Principal"), ...noService }),
        // Deploy and break-glass role are assumed from where their own trust says; without an organization nobody knows from where the others are.
        ...(organizationId
            ? [{ Sid: "DenyStrangersRoles", Effect: "Deny" as const, Principal: "*", Action: "sts:AssumeRole", NotResource: [deployRoleArn, ...(breakGlassRoleArn ? [breakGlassRoleArn] : [])], Condition: { ...strange("Principal", [place.backupAccountId]), ...noService } }]
            : []),
        deny("DenyStrangersServices", [...inAccount, "sts:AssumeRole"], "*", { ...strange("Source"), Null: { "aws:SourceAccount": "false" }, Bool: { "aws:PrincipalIsAWSService": "true" } }),
    );
    const resources = document(
        deny("DenyPlainHttp", inAccount, "*", { BoolIfExists: { "aws:SecureTransport": "false" } }),
        deny("DenyCustomerKeys", "s3:PutObject", `${bucket}/*`, { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } }),
        deny(
            "DenyDestruction",
            ["s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutObjectLegalHold", "s3:PutObjectRetention"],
            buckets.flatMap((each) => [each, `${each}/*`]),
        ),
        deny(
            "DenyKeyDestruction",
            ["kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:DisableKeyRotation", "kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:ScheduleKeyDeletion", "kms:UpdatePrimaryRegion"],
            "*",
            noService,
        ),
        deny("DenyBucketChanges", ["s3:PutBucket*", "s3:Put*Configuration"], buckets, butBreakGlass),
        deny("DenyKeyPolicyChanges", "kms:PutKeyPolicy", "*", butBreakGlass),
        deny("DenyLockoutBypass", "kms:PutKeyPolicy", "*", { Bool: { "kms:BypassPolicyLockoutSafetyCheck": "true" } }),
        deny("DenyGrantsToOthers", "kms:CreateGrant", "*", { BoolIfExists: { "kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false" } }),
    );
    return [perimeter, resources];
}
