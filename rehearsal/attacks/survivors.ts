/** Mutants that no case of the attack table notices, and why that is right. */

export interface Explained {
    /** Names of mutants as score.ts has them; `*` is any text. */
    readonly mutants: readonly string[];
    readonly reason: string;
}

const explained = (reason: string, ...mutants: string[]): Explained => ({ mutants, reason });

export const explainedSurvivors: readonly Explained[] = [
    explained(
        "The condition names one role by its ARN, which holds the account: nobody else fits it, whoever the principal is.",
        "access role*, trust / Starter / principal *",
        "vault key policy / SealThroughS3 / principal *",
    ),
    explained("The condition's key comes with sts:AssumeRole and with no other action of a role.", "access role*, trust / Starter / sts:*"),
    explained(
        "The condition's key comes with this action and with no other on this resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html, https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html, https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html",
        "vault bucket policy / DenyEventHolds / s3:*",
        "vault bucket policy / DenyOtherKeys / s3:*",
        "vault bucket policy / DenyOtherEncryption / s3:*",
        "vault bucket policy / DenyCustomerKeys / s3:*",
        "vault key policy / DenyLockoutBypass / kms:*",
        "notices key policy / DenyLockoutBypass / kms:*",
        "service control policy 3 on the backup account / DenyMadeUpMetrics / cloudwatch:*",
        "resource control policy 2 on the backup account / DenyCustomerKeys / s3:*",
    ),
    explained(
        "AWS asks that no Deny on an export's bucket or key catches its service: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html. No service is known to make one of these calls in its own name, so that no case can show the difference; the condition is for the one that does.",
        "vault bucket policy / DenyForeignPrefixes / without Null aws:PrincipalAccount",
        "* key policy / DenyDestruction / without BoolIfExists aws:PrincipalIsAWSService",
        "* key policy / DenyPolicyChangeByOthers / without BoolIfExists aws:PrincipalIsAWSService",
        "resource control policy * on the backup account / Deny* / without BoolIfExists aws:PrincipalIsAWSService",
    ),
    explained("`aws:SourceAccount` comes with calls of AWS services only; the condition says what AWS's sample says.", "resource control policy 1 on the backup account / DenyStrangersServices / without Bool aws:PrincipalIsAWSService"),
    explained(
        "The actions know no other resource that a principal of this account could reach: keys of other accounts refuse their administration from here, and the account's own lie in this Region, since DenyOtherRegions holds the others.",
        "service control policy 1 on the backup account / DenyKeyDestruction / resource *",
        "service control policy 1 on the backup account / DenyGrantsToOthers / resource *",
        "service control policy 1 on the backup account / DenyTakingBackGrants / resource *",
        "watcher role, identity / LookAtTrails / resource *",
    ),
    explained(
        "These services answer in the Region where IAM is logged, which is allowed anyway; AWS's example names them: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html",
        "service control policy 1 on the backup account / DenyOtherRegions / without iam:*",
        "service control policy 1 on the backup account / DenyOtherRegions / without organizations:*",
    ),
    explained(
        "DenyForeignPrefixes holds the same line from the other side, for each account: either of the two alone would do, and both are there since the exports of all tenants lie in one bucket.",
        "vault bucket policy / ExportRolesOwnPrefix* / resource arn:aws:s3:::<prefix>-<backup>/*",
    ),
    explained(
        "The actions are asked of the bucket only.",
        "vault bucket policy / ExportRolesBucket* / resource arn:aws:s3:::<prefix>-<backup>/*",
        "trail bucket policy / AclCheck / resource arn:aws:s3:::<prefix>-trail-<backup>/*",
    ),
    explained(
        "The paths of the units hold the organization's id too. In the bucket policy this fixed value keeps the statement from counting as public, which the public access block would refuse (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status); elsewhere it is said once more since a unit's id is unique only within its organization.",
        "* / *InUnits / without StringEquals aws:PrincipalOrgID",
        "undelivered queue policy / ForwardersInUnits / without StringEquals aws:SourceOrgID",
    ),
    explained(
        "Nobody is let in for another action on this topic by whom a Deny could hold, but the account's own principals over HTTP, and the statement is AWS's own: https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
        "notices topic policy / DenyOtherRules / sns:*",
        "notices topic policy / DenyPlainHttp / sns:*",
    ),
];

export interface Explanation {
    readonly unexplained: readonly string[];
    /** Patterns that no survivor has: the mutant is killed meanwhile, or gone. */
    readonly stale: readonly string[];
    /** With the survivors that each reason is for. */
    readonly reasons: readonly { readonly reason: string; readonly survivors: readonly string[] }[];
}

/** @param survivors of all shapes */
export function explain(survivors: readonly string[], given: readonly Explained[] = explainedSurvivors): Explanation {
    const all = [...new Set(survivors)].sort();
    const fits = (pattern: string, name: string) => new RegExp(`^${pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`).test(name);
    const patterns = given.flatMap(({ mutants }) => mutants);
    return {
        unexplained: all.filter((name) => !patterns.some((pattern) => fits(pattern, name))),
        stale: patterns.filter((pattern) => !all.some((name) => fits(pattern, name))),
        reasons: given.map(({ reason, mutants }) => ({ reason, survivors: all.filter((name) => mutants.some((pattern) => fits(pattern, name))) })),
    };
}
