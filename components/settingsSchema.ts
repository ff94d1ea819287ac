/**
 * The form of the configuration, key by key: what is written in `Pulumi.<stack>.yaml`, with defaults.
 * What several keys say together is checked in `settingsRules.ts`.
 */
import * as v from "valibot";
import { databases, filterText, requiredDatabases, tagValues } from "./databaseSchema";
import { isMisspelt, nearestRegion } from "./regions";
import { listOf, strict, text, whole } from "./schemas";

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

// Not iso or eusc: their partitions aren't known to arns.ts.
const regionOf = (what: string, example: string) =>
    v.pipe(
        text(`Write the Region of ${what}, such as ${example}.`, /^[a-z]{2}(-gov)?-[a-z]{4,9}-\d$/),
        v.check((name) => !isMisspelt(name), ({ input }) => `No Region is called so. Did you mean ${nearestRegion(input)}?`),
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
        suspendedAccounts: v.optional(v.array(accountId, `Write the ids of the accounts that may write nothing more, such as ["111122223333"], or leave it out.`), []),
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

const topicArn = "Write the ARN of a standard SNS topic in an account that watches this one, such as arn:aws:sns:eu-west-1:777788889999:rds-vault-heartbeat, or leave it out.";
const monitoring = strict(
    {
        alertEmails: v.optional(
            v.array(
                // Plausible, no more: whether it exists shows when its owner confirms the subscription.
                text("Write an e-mail address, such as backup-team@example.com.", /^[^\s@"(),:;<>[\]\\]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i),
                "Write a list of e-mail addresses, such as [backup-team@example.com], or leave it out.",
            ),
            [],
        ),
        rpoHours: v.optional(whole(1, 8760, "Write whole hours from 1 to 8760 (a year), or leave it out for 36."), 36),
        trail: v.optional(v.picklist(["existing", "create"], "Write existing or create."), "existing"),
        heartbeatTopicArn: v.exactOptional(
            v.pipe(
                v.string(topicArn),
                // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
                v.regex(/^arn:aws(-cn|-us-gov)?:sns:[a-z]{2}(-gov)?-[a-z]{4,9}-\d:\d{12}:[\w-]{1,256}(\.fifo)?$/, topicArn),
                v.check((arn) => !arn.endsWith(".fifo"), "This is a FIFO topic, which takes no message without a group. Write the ARN of a standard topic."),
            ),
        ),
        perAccountMetrics: v.optional(v.boolean("Write true or false, without quotes."), false),
    },
    "Write { alertEmails: [backup-team@example.com] }, or leave it out.",
);

const account = { id: accountId, deployRoleArn };
export const accountShape = `Write { id: "111122223333", name: shop, deployRoleArn: "arn:aws:iam::111122223333:role/rds-vault-deploy" }.`;

const unitId = text(
    "Write the id of an organizational unit in quotes, as the console of Organizations shows it, such as ou-ab12-11111111: in lower case ou-, 4 to 32, -, and 8 to 32 letters or digits. A root (r-ab12) isn't taken: below it lie the accounts that are to stay apart as well.",
    // https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html
    /^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/,
);
const memberTags = `Write tag keys of the account with their accepted values, such as { backup: ["gold"] }.`;
const memberRule = strict(
    {
        accounts: v.exactOptional(listOf(accountId, `Write the ids of the members that the rule is for, such as ["111122223333"], or leave it out.`)),
        names: v.exactOptional(
            listOf(
                text(`Write a glob over the account's name in quotes, such as "shop-*".`),
                `Write globs over the account's name, such as ["shop-*"], or leave it out.`,
            ),
        ),
        units: v.exactOptional(listOf(unitId, `Write the ids of units that the members lie in or below, such as ["ou-ab12-11111111"], or leave it out.`)),
        tags: v.exactOptional(
            v.pipe(v.record(v.string(), listOf(text(tagValues), tagValues), memberTags), v.check((tags) => Object.keys(tags).length > 0, memberTags)),
        ),
        databases: requiredDatabases,
    },
    `Write { names: ["shop-*"], databases: { frequency: weekly } }.`,
);
const organization = strict(
    {
        // https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
        id: text("Write the id of the source accounts' organization, such as o-a1b2c3d4e5.", /^o-[a-z0-9]{10,32}$/),
        organizationalUnits: listOf(unitId, `Write a list of at least one unit whose accounts are saved, such as ["ou-ab12-11111111"].`),
        rolloutAccount: strict(account, `Write { id: "555566667777", deployRoleArn: "arn:aws:iam::555566667777:role/rds-vault-deploy" }.`),
        rules: v.optional(v.array(memberRule, `Write a list such as [{ names: ["shop-*"], databases: { frequency: weekly } }], or leave it out.`), []),
    },
    `Write { id: o-a1b2c3d4e5, organizationalUnits: ["ou-ab12-11111111"], rolloutAccount: { id: "555566667777", deployRoleArn: "…" } }, or leave it out.`,
);

const role = (what: string) => text(`Write the ARN of ${what}, or leave it out.`, /^arn:aws(-cn|-us-gov)?:iam::\d{12}:role\/[\w+=,.@/-]+$/);
const guardrails = strict(
    {
        breakGlassRoleArn: v.exactOptional(role("a role of the backup account that is assumed from another account, such as arn:aws:iam::444455556666:role/break-glass")),
        otherRegions: v.optional(v.array(regionOf("another stack in the backup account", "eu-central-1"), "Write the Regions of other stacks in the backup account, such as [eu-central-1], or leave it out."), []),
        otherSources: v.optional(
            v.array(
                text(`Write an account's 12 digits in quotes, or an organization's id, such as "111122223333" or o-a1b2c3d4e5.`, /^(\d{12}|o-[a-z0-9]{10,32})$/),
                `Write the listed accounts, and the organizations of enrolled units, of other stacks in the backup account, such as ["111122223333", o-a1b2c3d4e5], or leave it out.`,
            ),
            [],
        ),
        managementRoleArn: v.exactOptional(role("a role of the management account that attaches policies, such as arn:aws:iam::999900001111:role/rds-vault-guardrails (npm run deploy-roles prints its policies)")),
        targets: v.optional(
            v.array(
                text(`Write an account's 12 digits in quotes, or a unit, such as "444455556666" or ou-ab12-11111111.`, /^(\d{12}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/),
                `Write what the policies are attached to: the backup account, source accounts and enrolled units, such as ["444455556666", ou-ab12-11111111], or leave it out.`,
            ),
            [],
        ),
    },
    `Write { breakGlassRoleArn: "arn:aws:iam::444455556666:role/break-glass" }, or leave it out.`,
);

/** Not a key of the file, but checked with it so that all problems come together. */
export const stackSchema = text(
    "Name the stack with at most 12 lower-case letters, digits and hyphens: it is part of every name in AWS.",
    /^[a-z0-9-]{1,12}$/,
);

export const settingsEntries = {
    "aws:region": regionOf("the databases", "eu-west-1"),
    backupAccount: strict(account, `Write { id: "444455556666", deployRoleArn: "arn:aws:iam::444455556666:role/rds-vault-deploy" }.`),
    // How many there must be depends on the organization: settingsRules.ts.
    sourceAccounts: v.exactOptional(
        v.array(strict({ ...account, name: accountName, databases: v.exactOptional(databases) }, accountShape), `Write a list of accounts: ${accountShape.slice("Write ".length)}`),
    ),
    organization: v.exactOptional(organization),
    databases: v.optional(databases, {}),
    vault,
    exports: v.optional(exportRules, {}),
    monitoring: v.optional(monitoring, {}),
    guardrails: v.optional(guardrails, {}),
};
/** By key without the namespace. */
export const settingsSchema = strict(settingsEntries, "Write the keys that Pulumi.yaml describes.");
/** The keys of our namespace. */
export const settingsKeys: readonly string[] = Object.keys(settingsEntries).filter((key) => key !== "aws:region");

export type Written = v.InferOutput<typeof settingsSchema>;
