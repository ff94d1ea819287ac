import type { input } from "@pulumi/aws/types";
import type { Frequency } from "../../handlers/lib/types";
import { protectionDays } from "../../handlers/lib/rpo";
import type { Settings } from "../settings";

/** Times of the vault, in days after an object was written. */
export interface VaultTimes {
    readonly retentionDays: number;
    /** When exports end; never before their lock. */
    readonly expireAfterDays: number;
    /** When manifests and their parts end; the planner reads manifests longer than a short-lived export lasts. */
    readonly manifestExpireAfterDays: number;
    readonly archive?: { readonly afterDays: number; readonly class: "GLACIER_IR" | "DEEP_ARCHIVE" };
}

export type Rule = input.s3.BucketLifecycleConfigurationRule;

/**
 * In a versioned bucket Expiration alone frees nothing, it only adds delete markers; the noncurrent rule removes the
 * versions, after their lock. The marker rule stands apart: S3 refuses ExpiredObjectDeleteMarker beside Days.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export const expire = (id: string, prefix: string, days: number): Rule => ({
    id,
    status: "Enabled",
    filter: { prefix },
    expiration: { days },
    noncurrentVersionExpiration: { noncurrentDays: 1 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
});

export const expireMarkers: Rule = { id: "delete-markers", status: "Enabled", filter: { prefix: "" }, expiration: { expiredObjectDeleteMarker: true } };

/** The vault's rules. A canary has shown what it can the minute after it was put, and ends with its lock. */
export function lifecycleRules({ retentionDays, expireAfterDays, manifestExpireAfterDays, archive }: VaultTimes): Rule[] {
    const forExports = expire("exports", "exports/", expireAfterDays);
    return [
        archive ? { ...forExports, transitions: [{ days: archive.afterDays, storageClass: archive.class }] } : forExports,
        expire("manifests", "manifests/", manifestExpireAfterDays),
        expire("canary", "canary/", retentionDays + 1),
        expireMarkers,
    ];
}

const longestPeriodDays: Record<Frequency, number> = { every: 1, daily: 1, weekly: 7, monthly: 31 };

/**
 * The vault's times from the settings. Manifests live at least as long as they are read back: by the planner for the longest
 * period in use, the lookback, and a week; and for as long as protection is judged by them.
 */
export function vaultTimes(settings: Settings): VaultTimes {
    const ofMembers = settings.organization?.rules.map(({ databases }) => databases) ?? [];
    const rules = [settings.databases, ...settings.sourceAccounts.flatMap(({ databases }) => databases ?? []), ...ofMembers];
    const readBack = rules.map(({ frequency, overrides, lookbackDays }) => {
        const periods = [frequency, ...overrides.map((override) => override.frequency)].map((each) => longestPeriodDays[each]);
        return Math.max(...periods) + lookbackDays + 7;
    });
    const judgedBy = rules.map((each) => Math.ceil(protectionDays(each, settings.monitoring.rpoHours)));
    const { retentionDays, expireAfterDays, archive } = settings.vault;
    return { retentionDays, expireAfterDays, archive, manifestExpireAfterDays: Math.max(expireAfterDays, ...readBack, ...judgedBy) };
}
