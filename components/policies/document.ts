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
 * Patterns of `aws:PrincipalOrgPaths` (and `aws:SourceOrgPaths`) for everything in and below the units. A unit's id holds its
 * root's and is unique, so what lies between needn't be known.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
 */
export const unitPaths = ({ organizationId, units }: NonNullable<Sources["organization"]>): string[] =>
    units.map((unit) => `${organizationId}/r-${unit.split("-")[1]}/*${unit}/*`);
