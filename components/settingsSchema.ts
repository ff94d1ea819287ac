/**
 * The form of the configuration, key by key: what is written in `Pulumi.<stack>.yaml`, with defaults.
 * What several keys say together is checked in `settingsRules.ts`.
 */
import * as v from "valibot";
import { listOf, strict, text, whole } from "./schemas";

export const snapshotTypes = ["automated", "manual", "awsbackup"] as const;
export const frequencies = ["every", "daily", "weekly", "monthly"] as const;
/** Minimum storage time in days: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html */
export const archiveClasses = { GLACIER_IR: 90, DEEP_ARCHIVE: 180 } as const;

const quoted = "Write the 12 digits of the account in quotes; without them YAML reads a number and drops leading zeros.";
const accountId = v.pipe(
    v.string((issue) => (typeof issue.input === "number" ? quoted : `Write the 12 digits of the account in quotes, such as "111122223333".`)),
    v.regex(/^\d{12}$/, `Write the 12 digits of the account in quotes, such as "111122223333".`),
);
const deployRoleArn = text(
    "Write the ARN of the role that pulumi up assumes in this account, such as arn:aws:iam::111122223333:role/rds-vault-deploy; npm run deploy-roles prints its policies.",
    /^arn:aws(-cn|-us-gov)?:iam::\d{12}:role\/[\w+=,.@/-]+$/,
);
const accountName = text("Write a short name of lower-case letters, digits and hyphens that isn't an account id, such as shop.", /^(?!\d{12}$)[a-z0-9-]+$/);

const filterText = text(`Write a filter in quotes, [instance:|cluster:][<account id or name>/]<glob>, such as "shop-*".`);
const typeList = listOf(
    v.picklist(snapshotTypes, `Write one of ${snapshotTypes.join(", ")}.`),
    `Write a list of at least one of ${snapshotTypes.join(", ")}, such as [automated, manual].`,
);
const frequency = v.picklist(frequencies, `Write one of ${frequencies.join(", ")}.`);
const tagValues = "Write a list of at least one accepted value in quotes, such as [\"vault\", \"gold\"].";

const override = strict(
    {
        databases: listOf(filterText, `Write the databases that it is for, such as ["warehouse-*"].`),
        snapshotTypes: v.exactOptional(typeList),
        frequency,
    },
    `Write { databases: ["warehouse-*"], frequency: weekly }.`,
);

/** yyyy-mm-dd. YAML readers and Pulumi may hand over a Date or a timestamp for it. */
const isoDate = v.pipe(
    v.unknown(),
    v.transform((value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value)),
    v.transform((value) => (typeof value === "string" ? value.replace(/T00:00:00(\.0+)?Z$/, "") : value)),
    v.check(isDate, "Write a date as yyyy-mm-dd, such as 2026-11-01."),
    v.transform(String),
);

function isDate(value: unknown): boolean {
    if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
    const time = Date.parse(value);
    // 2026-02-30 parses in some engines, as a day in March.
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** All optional: the defaults are the global rules' (settings.ts), an account's own rules say only what differs. */
const databases = strict(
    {
        include: v.exactOptional(listOf(filterText, `Write at least one filter, such as ["*"]; without any nothing is saved.`)),
        exclude: v.exactOptional(v.array(filterText, `Write a list of filters, such as ["*-scratch"], or leave it out.`)),
        snapshotTypes: v.exactOptional(typeList),
        tags: v.exactOptional(
            v.record(v.string(), listOf(text(tagValues), tagValues), `Write tag keys with their accepted values, such as { backup: ["vault"] }.`),
        ),
        frequency: v.exactOptional(frequency),
        overrides: v.exactOptional(v.array(override, `Write a list such as [{ databases: ["warehouse-*"], frequency: weekly }].`)),
        lookbackDays: v.exactOptional(whole(1, 35, "Write whole days from 1 to 35.")),
        copies: v.exactOptional(v.boolean("Write true or false, without quotes.")),
        catchUpFrom: v.exactOptional(isoDate),
    },
    "Write a map of rules such as { exclude: [\"*-scratch\"] }, or leave it out.",
);

const days = "Write whole days from 1 to 36500.";
const vault = strict(
    {
        retentionDays: whole(1, 36500, days),
        confirmCompliance: v.exactOptional(v.boolean("Write true or false, without quotes.")),
        expireAfterDays: v.exactOptional(whole(2, 36501, "Write whole days from retentionDays + 1 to 36501, or leave it out.")),
        archive: v.exactOptional(
            strict(
                {
                    afterDays: whole(1, 36500, days),
                    class: v.picklist(Object.keys(archiveClasses) as (keyof typeof archiveClasses)[], "Write GLACIER_IR or DEEP_ARCHIVE."),
                },
                "Write { afterDays: 30, class: GLACIER_IR }, or leave it out.",
            ),
        ),
    },
    "Write { retentionDays: 1 } to try, and read about confirmCompliance before more.",
);

const acceptedSkip = strict(
    {
        databases: listOf(filterText, `Write the databases whose exports may lack the tables, such as ["warehouse-*"].`),
        tables: listOf(
            text(`Write a glob over RDS's name of the table in quotes, such as "app.public.tmp_*".`),
            `Write the tables that an export may lack, such as ["app.public.tmp_*"].`,
        ),
    },
    `Write { databases: ["warehouse-*"], tables: ["app.public.tmp_*"] }.`,
);
const exportRules = strict(
    {
        maxAttempts: v.optional(whole(1, 10, "Write a whole number from 1 to 10."), 3),
        acceptedSkips: v.optional(
            v.array(acceptedSkip, `Write a list such as [{ databases: ["warehouse-*"], tables: ["app.public.tmp_*"] }], or leave it out.`),
            [],
        ),
    },
    "Write { maxAttempts: 3 }, or leave it out.",
);

const account = { id: accountId, deployRoleArn };
const accountShape = `Write { id: "111122223333", name: shop, deployRoleArn: "arn:aws:iam::111122223333:role/rds-vault-deploy" }.`;

/** Not a key of the file, but checked with it so that all problems come together. */
export const stackSchema = text(
    "Name the stack with at most 12 lower-case letters, digits and hyphens: it is part of every name in AWS.",
    /^[a-z0-9-]{1,12}$/,
);

export const settingsEntries = {
    // Not iso or eusc: their partitions aren't known to arns.ts.
    "aws:region": text("Write the Region of the databases, such as eu-west-1.", /^[a-z]{2}(-gov)?-[a-z]{4,9}-\d$/),
    backupAccount: strict(account, `Write { id: "444455556666", deployRoleArn: "arn:aws:iam::444455556666:role/rds-vault-deploy" }.`),
    sourceAccounts: listOf(
        strict({ ...account, name: accountName, databases: v.exactOptional(databases) }, accountShape),
        `Write a list of at least one account: ${accountShape.slice("Write ".length)}`,
    ),
    databases: v.optional(databases, {}),
    vault,
    exports: v.optional(exportRules, {}),
};
/** By key without the namespace. */
export const settingsSchema = strict(settingsEntries, "Write the keys that Pulumi.yaml describes.");
/** The keys of our namespace. */
export const settingsKeys: readonly string[] = Object.keys(settingsEntries).filter((key) => key !== "aws:region");

export type Written = v.InferOutput<typeof settingsSchema>;
export type WrittenRules = v.InferOutput<typeof databases>;
