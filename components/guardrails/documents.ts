/** The organization's policies that hold where an account's own administrators could undo everything else. Pure. */
import type { Place } from "../arns";
import type { Document } from "../policies/document";
import type { Settings } from "../settings";
import { backupAccountPolicies } from "./backupAccount";
import { backupResourcesPolicies } from "./resources";
import { sourceAccountsPolicy } from "./sourceAccounts";

export interface GuardrailArgs {
    readonly place: Place;
    /** Role of `pulumi up` in the backup account. */
    readonly deployRoleArn: string;
    /** Roles of `pulumi up` in the listed accounts. */
    readonly sourceDeployRoleArns: readonly string[];
    /** The sources' organization, when units are enrolled. */
    readonly organizationId?: string;
    /** Listed source accounts, 12 digits each. */
    readonly sources: readonly string[];
    readonly breakGlassRoleArn?: string;
    /** Regions of other stacks in the backup account; default: none. */
    readonly otherRegions?: readonly string[];
    /** Listed accounts (12 digits) and organizations (`o-…`) of other stacks in the backup account; default: none. */
    readonly otherSources?: readonly string[];
}

/** Ready to attach. */
export interface Guardrails {
    /** Service control policies of the backup account. */
    readonly backupAccount: readonly Document[];
    /** Service control policies of source accounts and units. */
    readonly sourceAccounts: readonly Document[];
    /** Resource control policies of the backup account. */
    readonly backupResources: readonly Document[];
}

export const guardrailDocuments = (args: GuardrailArgs): Guardrails => ({
    backupAccount: backupAccountPolicies(args),
    sourceAccounts: [sourceAccountsPolicy(args)],
    backupResources: backupResourcesPolicies(args),
});

export const guardrailsOf = ({ stack, region, backupAccount, sourceAccounts, organization, guardrails }: Settings): Guardrails =>
    guardrailDocuments({
        place: { stack, region, backupAccountId: backupAccount.id },
        deployRoleArn: backupAccount.deployRoleArn,
        sourceDeployRoleArns: sourceAccounts.map(({ deployRoleArn }) => deployRoleArn),
        organizationId: organization?.organizationId,
        sources: sourceAccounts.map(({ id }) => id),
        breakGlassRoleArn: guardrails.breakGlassRoleArn,
        otherRegions: guardrails.otherRegions,
        otherSources: guardrails.otherSources,
    });
