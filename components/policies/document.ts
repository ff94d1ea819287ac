import type { input } from "@pulumi/aws/types";
import { rootArn } from "../arns";

export type Document = input.iam.PolicyDocument;
export type Statement = input.iam.PolicyStatement;

/** Whom a resource policy admits: listed accounts, and the members of enrolled units. */
export interface Sources {
    /** 12 digits each. */
    readonly accounts: readonly string[];
    readonly organization?: {
        /** `o-…` */
        readonly organizationId: string;
        /** `ou-…` */
        readonly units: readonly string[];
    };
}

/** A policy document with the only Version that knows policy variables such as `${aws:PrincipalAccount}`. */
export const document = (...statements: Statement[]): Document => ({ Version: "2012-10-17", Statement: statements });

/** Trust for an AWS service. `source` is the confused-deputy guard, without which any customer's resource could make the service come. */
export const serviceTrust = (sid: string, service: string, source: Statement["Condition"]): Document =>
    document({ Sid: sid, Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", Condition: source });

/**
 * Account roots as principals, to be narrowed by `aws:PrincipalArn`: a role named as principal is refused while it
 * doesn't exist and goes dead when it is re-created.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export const accountRoots = (partition: string, accounts: readonly string[]) => ({
    AWS: accounts.map((account) => rootArn(partition, account)),
});

/**
 * Lets a role of ours act from every source: a statement for the listed accounts, and one for the members of the units. An
 * account's place in the organization is AWS's to say with each call, so one that joins is in, and one that leaves is out.
 * @param roleArn pattern of the role's ARN, `*` for the account
 */
export function allowSources(
    partition: string,
    { accounts, organization }: Sources,
    sid: string,
    roleArn: string,
    grant: Pick<Statement, "Action" | "Resource">,
): Statement[] {
    const role = { ArnLike: { "aws:PrincipalArn": roleArn } };
    return [
        ...(accounts.length > 0 ? [{ Sid: sid, Effect: "Allow" as const, Principal: accountRoots(partition, accounts), ...grant, Condition: role }] : []),
        ...(organization
            ? [{ Sid: `${sid}InUnits`, Effect: "Allow" as const, Principal: { AWS: "*" }, ...grant, Condition: { ...inUnits("Principal", organization), ...role } }]
            : []),
    ];
}

/**
 * The caller (or, for an AWS service, the resource that it acts for) lies in an enrolled unit. The id of the organization is in
 * the paths too; said once more, since unit ids are unique only within it.
 */
export const inUnits = (of: "Principal" | "Source", organization: NonNullable<Sources["organization"]>) => ({
    StringEquals: { [`aws:${of}OrgID`]: organization.organizationId },
    "ForAnyValue:StringLike": { [`aws:${of}OrgPaths`]: unitPaths(organization) },
});

/**
 * Patterns of `aws:PrincipalOrgPaths` (and `aws:SourceOrgPaths`) for everything in and below the units. A unit's id holds its
 * root's and is unique, so what lies between needn't be known.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
 */
export const unitPaths = ({ organizationId, units }: NonNullable<Sources["organization"]>): string[] =>
    units.map((unit) => `${organizationId}/r-${unit.split("-")[1]}/*${unit}/*`);
