/**
 * Who may touch the backup account's resources at all, whoever's principal it is and whatever their own policies say: a resource
 * control policy. It binds buckets, keys, queues and roles, not service-linked roles and not resources of the management account:
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
 *
 * Bus and log groups are left to their own policies and the service control policies: that page's list of services has grown, and
 * where an organization doesn't know one yet it would refuse the whole document.
 */
import { arnsOf, type Place } from "../arns";
import { document, type Document, type Statement } from "../policies/document";
import { trailBucketArn } from "../policies/trail";
import { objectDestruction } from "../policies/vaultBucket";
import { allBut } from "./backupAccount";

export interface ResourcesArgs {
    readonly place: Place;
    readonly deployRoleArn: string;
    readonly breakGlassRoleArn?: string;
    /** The sources' organization. */
    readonly organizationId?: string;
    /** Listed source accounts. */
    readonly sources: readonly string[];
    /** Those of other stacks in this account, and their organizations; default: none. */
    readonly otherSources?: readonly string[];
}

/**
 * Two documents: the lists of accounts would make one outgrow AWS's limit. The second is in the way of a change to the vault's own
 * policies and taken off for it; what else it denies, the account's service control policies and the vault's own policies deny too.
 */
export function backupResourcesPolicies({ place, deployRoleArn, breakGlassRoleArn, organizationId, sources, otherSources = [] }: ResourcesArgs): Document[] {
    const { bucket } = arnsOf(place);
    const buckets = [bucket, trailBucketArn(place)];
    const deny = (Sid: string, Action: string | string[], Resource: string | string[], Condition?: Statement["Condition"]): Statement => ({
        Sid,
        Effect: "Deny",
        Principal: "*",
        Action,
        Resource,
        ...(Condition && { Condition }),
    });
    /** Neither the backup account nor one of these accounts, nor in one of these organizations. */
    const strange = (of: "Principal" | "Source", known: readonly string[]) => {
        const organizations = known.filter((each) => each.startsWith("o-"));
        const accounts = known.filter((each) => !each.startsWith("o-"));
        return { StringNotEqualsIfExists: { ...(organizations.length > 0 && { [`aws:${of}OrgID`]: organizations }), [`aws:${of}Account`]: [place.backupAccountId, ...accounts] } };
    };
    // Of every stack: a key's ARN doesn't tell whose it is, and which of them may what, the resources' own policies say.
    const known = [...(organizationId ? [organizationId] : []), ...sources, ...otherSources];
    const inAccount = ["s3:*", "kms:*", "sqs:*"];
    // Exports fail where a Deny catches their service: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
    const noService = { BoolIfExists: { "aws:PrincipalIsAWSService": "false" } };
    const butBreakGlass = { ...noService, ...allBut(breakGlassRoleArn) };
    const denyButThese = (Sid: string, Action: string, Condition?: Statement["Condition"]): Statement => ({
        Sid,
        Effect: "Deny",
        Principal: "*",
        Action,
        NotResource: [deployRoleArn, ...(breakGlassRoleArn ? [breakGlassRoleArn] : [])],
        ...(Condition && { Condition }),
    });
    const perimeter = document(
        // As AWS's samples: https://github.com/aws-samples/resource-control-policy-examples
        deny("DenyStrangers", inAccount, "*", { ...strange("Principal", known), ...noService }),
        // Deploy and break-glass role are assumed from where their own trust says; without an organization nobody knows from where the others are.
        ...(organizationId ? [denyButThese("DenyStrangersRoles", "sts:AssumeRole", { ...strange("Principal", [organizationId]), ...noService })] : []),
        // By an identity provider of anybody's. The pipeline of `pulumi up` may come so.
        denyButThese("DenyWebIdentities", "sts:AssumeRoleWithWebIdentity"),
        deny("DenyStrangersServices", [...inAccount, "sts:AssumeRole"], "*", { ...strange("Source", known), Null: { "aws:SourceAccount": "false" }, Bool: { "aws:PrincipalIsAWSService": "true" } }),
        deny(
            "DenyKeyDestruction",
            ["kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:DisableKeyRotation", "kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:ScheduleKeyDeletion", "kms:UpdatePrimaryRegion"],
            "*",
            noService,
        ),
    );
    const resources = document(
        deny("DenyPlainHttp", inAccount, "*", { BoolIfExists: { "aws:SecureTransport": "false" } }),
        deny("DenyCustomerKeys", "s3:PutObject", `${bucket}/*`, { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } }),
        deny(
            "DenyDestruction",
            ["s3:DeleteBucket", "s3:DeleteBucketPolicy", ...objectDestruction],
            buckets.flatMap((each) => [each, `${each}/*`]),
        ),
        deny("DenyLockoutBypass", "kms:PutKeyPolicy", "*", { Bool: { "kms:BypassPolicyLockoutSafetyCheck": "true" } }),
        deny("DenyGrantsToOthers", "kms:CreateGrant", "*", { BoolIfExists: { "kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false" } }),
        deny("DenyBucketChanges", ["s3:PutBucket*", "s3:Put*Configuration"], buckets, butBreakGlass),
        deny("DenyKeyPolicyChanges", "kms:PutKeyPolicy", "*", butBreakGlass),
    );
    return [perimeter, resources];
}
