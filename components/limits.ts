/** Where listed accounts end: each AWS limit that grows with their number. Pure. */
import { arnsOf, type Place } from "./arns";
import type { Settings } from "./settings";
import { starterPolicy } from "./policies/access";
import { enrolledSnapshotEvents } from "./policies/eventPattern";
import { busPolicy, undeliveredPolicy } from "./policies/forward";
import { vaultBucketPolicy } from "./policies/vaultBucket";
import { vaultKeyPolicy } from "./policies/vaultKey";

const keyArnLength = "arn:aws-us-gov:kms:ap-southeast-1:444455556666:key/00000000-0000-0000-0000-000000000000";

/**
 * The documents of a stack that have outgrown AWS's limits, in words; empty when all fit. Sizes in characters, as sent.
 */
export function outgrownLimits(place: Place, accounts: readonly string[], deployRoleArn: string): string[] {
    const arns = arnsOf(place);
    const { region, backupAccountId } = place;
    const sizes: [string, number, unknown][] = [
        // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
        ["hub rule pattern", 2048, enrolledSnapshotEvents(accounts)],
        ["hub bus policy", 10240, busPolicy(arns, accounts)],
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        ["starter's inline policy", 10240, starterPolicy(arns, accounts)],
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
        ["undelivered queue's policy", 8192, undeliveredPolicy(arns, accounts)],
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
        ["vault bucket policy", 20480, vaultBucketPolicy({ arns, backupAccountId, accounts, keyArn: keyArnLength })],
        // https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
        ["vault key policy", 32768, vaultKeyPolicy({ arns, region, backupAccountId, deployRoleArn, accounts })],
    ];
    return sizes
        .map(([what, limit, content]) => ({ what, limit, size: JSON.stringify(content).length }))
        .filter(({ size, limit }) => size > limit)
        .map(({ what, limit, size }) => `${what}: ${size} characters with ${accounts.length} accounts, AWS allows ${limit}`);
}

/** Stops the program when listed accounts no longer fit, and says what to do. */
export function assertWithinLimits({ stack, region, backupAccount, sourceAccounts }: Settings, warn: (message: string) => void): void {
    const place = { stack, region, backupAccountId: backupAccount.id };
    const problems = outgrownLimits(place, sourceAccounts.map(({ id }) => id), backupAccount.deployRoleArn);
    if (problems.length === 0) {
        // Each provider is a process of 200 to 400 MB; StackSets need one resource for a thousand accounts.
        if (sourceAccounts.length > 20) warn(`${sourceAccounts.length} listed accounts mean as many provider processes of 200 to 400 MB each; split the stack, or roll the source part out by CloudFormation StackSets.`);
        return;
    }
    const message = ["Too many listed accounts for one stack:", ...problems, "Split them over several stacks, or roll the source part out by CloudFormation StackSets."].join("\n  ");
    throw Object.assign(new Error(message), { name: "SettingsError" });
}
