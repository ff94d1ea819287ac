/** Where listed accounts end: each AWS limit that grows with their number. Members of units add nothing. Pure. */
import { arnsOf, type Place } from "./arns";
import { guardrailDocuments, type GuardrailArgs } from "./guardrails/documents";
import type { Settings } from "./settings";
import { starterPolicy } from "./policies/access";
import type { Sources } from "./policies/document";
import { enrolledSnapshotEvents } from "./policies/eventPattern";
import { busPolicy, undeliveredPolicy } from "./policies/forward";
import { tamperRuleArns } from "./policies/tamper";
import { vaultBucketPolicy } from "./policies/vaultBucket";
import { vaultKeyPolicy } from "./policies/vaultKey";
import { foreignGrants, iamForwarding, tamperRules } from "./watch/tamperCalls";

const keyArnLength = "arn:aws-us-gov:kms:ap-southeast-1:444455556666:key/00000000-0000-0000-0000-000000000000";

/** What the guardrails name besides. */
type Guarding = Pick<GuardrailArgs, "sourceDeployRoleArns" | "breakGlassRoleArn" | "otherRegions" | "otherSources">;

/** Characters: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
export const controlPolicyLimits = { SERVICE_CONTROL_POLICY: 10240, RESOURCE_CONTROL_POLICY: 5120 } as const;

/** The documents of a stack that grow with its sources, or with the deploy role's ARN: what, how long (in characters, as sent), and what AWS allows. */
export function documentSizes(place: Place, sources: Sources, deployRoleArn: string, suspendedAccounts: readonly string[] = [], guarding: Guarding = { sourceDeployRoleArns: [] }): { what: string; size: number; limit: number }[] {
    const arns = arnsOf(place);
    const { region, backupAccountId } = place;
    const guardrails = guardrailDocuments({ ...guarding, place, deployRoleArn, organizationId: sources.organization?.organizationId, sources: sources.accounts });
    const controls = (what: string, type: keyof typeof controlPolicyLimits, policies: readonly unknown[]) => policies.map((policy, i): [string, number, unknown] => [`${what} ${i + 1}`, controlPolicyLimits[type], policy]);
    const documents: [string, number, unknown][] = [
        // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
        ["hub rule pattern", 2048, enrolledSnapshotEvents(sources)],
        ...tamperRules(place, deployRoleArn).map(({ name, pattern }): [string, number, unknown] => [`pattern of ${name}`, 2048, pattern]),
        ["pattern of the grants that source accounts give", 2048, foreignGrants(place)],
        ["pattern of IAM's forwarder", 2048, iamForwarding],
        ["hub bus policy", 10240, busPolicy(arns, sources)],
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        ["starter's inline policy", 10240, starterPolicy(arns, sources)],
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
        ["undelivered queue's policy", 8192, undeliveredPolicy(arns, sources, tamperRuleArns(place))],
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
        ["vault bucket policy", 20480, vaultBucketPolicy({ arns, backupAccountId, sources, keyArn: keyArnLength, suspendedAccounts })],
        // https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
        ["vault key policy", 32768, vaultKeyPolicy({ arns, region, backupAccountId, deployRoleArn, breakGlassRoleArn: guarding.breakGlassRoleArn, sources })],
        ...controls("service control policy of the backup account", "SERVICE_CONTROL_POLICY", guardrails.backupAccount),
        ...controls("service control policy of source accounts", "SERVICE_CONTROL_POLICY", guardrails.sourceAccounts),
        ...controls("resource control policy of the backup account", "RESOURCE_CONTROL_POLICY", guardrails.backupResources),
    ];
    return documents.map(([what, limit, content]) => ({ what, limit, size: JSON.stringify(content).length }));
}

/** The documents of a stack that have outgrown AWS's limits, in words; empty when all fit. */
export function outgrownLimits(place: Place, sources: Sources, deployRoleArn: string, suspendedAccounts: readonly string[] = [], guarding?: Guarding): string[] {
    const { accounts, organization } = sources;
    const whom = [accounts.length > 0 && `${accounts.length} accounts`, organization && `${organization.units.length} units`].filter(Boolean).join(" and ");
    return documentSizes(place, sources, deployRoleArn, suspendedAccounts, guarding)
        .filter(({ size, limit }) => size > limit)
        .map(({ what, limit, size }) => `${what}: ${size} characters with ${whom}, AWS allows ${limit}`);
}

/** Stops the program when listed accounts or units no longer fit, and says what to do. */
export function assertWithinLimits({ stack, region, backupAccount, sourceAccounts, organization, vault, guardrails }: Settings, warn: (message: string) => void): void {
    const place = { stack, region, backupAccountId: backupAccount.id };
    const sources = { accounts: sourceAccounts.map(({ id }) => id), organization };
    const problems = outgrownLimits(place, sources, backupAccount.deployRoleArn, vault.suspendedAccounts, { ...guardrails, sourceDeployRoleArns: sourceAccounts.map(({ deployRoleArn }) => deployRoleArn) });
    if (problems.length === 0) {
        // Each provider is a process of 200 to 400 MB; StackSets need one resource for a thousand accounts.
        if (sourceAccounts.length > 20) warn(`${sourceAccounts.length} listed accounts mean as many provider processes of 200 to 400 MB each; split the stack, or enrol organizational units (rds-vault:organization).`);
        return;
    }
    const message = ["Too many accounts or units for one stack:", ...problems, "Split them over several stacks, or enrol a unit above them (rds-vault:organization)."].join("\n  ");
    throw Object.assign(new Error(message), { name: "SettingsError" });
}
