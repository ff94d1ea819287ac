// Doesn't prove that Pulumi hands the configuration over in this form, nor that AWS accepts the roles and Regions named here.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { enrolmentOf } from "../../components/enrolment";
import { parseSettings, settingsKeys, type SettingsError } from "../../components/settings";
import { archiveClasses, settingsEntries } from "../../components/settingsSchema";
import { settingsFromFile, stackFile } from "../../rehearsal/config";

type Raw = Record<string, unknown>;

const role = (account: string) => `arn:aws:iam::${account}:role/rds-vault-deploy`;
const backup = { id: "444455556666", deployRoleArn: role("444455556666") };
const shop = { id: "111122223333", name: "shop", deployRoleArn: role("111122223333") };
const billing = { id: "222233334444", name: "billing", deployRoleArn: role("222233334444") };
const vault = { retentionDays: 35, confirmCompliance: true };

const raw = (changes: Raw = {}): Raw => ({
    "aws:region": "eu-west-1",
    backupAccount: backup,
    sourceAccounts: [shop, billing],
    vault,
    ...changes,
});
const withRules = (databases: Raw) => raw({ databases });
const without = (key: string) => Object.fromEntries(Object.entries(raw()).filter(([each]) => each !== key));

function problemsOf(changes: Raw, stack = "prod"): string[] {
    try {
        parseSettings(stack, changes);
    } catch (error) {
        const { name, problems } = error as SettingsError;
        assert.equal(name, "SettingsError");
        return problems.map(({ path, received, message }) => `${path}: received ${received}. ${message}`);
    }
    return [];
}

const digits = 'Write the 12 digits of the account in quotes, such as "111122223333".';
const arn =
    "Write the ARN of the role that pulumi up assumes in this account, such as arn:aws:iam::111122223333:role/rds-vault-deploy; npm run deploy-roles prints its policies.";
const account = '{ id: "111122223333", name: shop, deployRoleArn: "arn:aws:iam::111122223333:role/rds-vault-deploy" }.';
const orUnits = "Or enrol units of an organization: rds-vault:organization.";
const name = "Write a short name of lower-case letters, digits and hyphens that isn't an account id, such as shop.";
const days = "Write whole days from 1 to 36500.";
const types = "automated, manual, awsbackup";
const filter = 'Write a filter in quotes, [instance:|cluster:][<account id or name>/]<glob>, such as "shop-*".';
const flag = "Write true or false, without quotes.";
const archived = (archive: Raw, more: Raw = {}) => raw({ vault: { ...vault, archive, ...more } });

const watching = (monitoring: unknown) => raw({ monitoring });
const suspending = (ids: unknown, more: Raw = {}) => raw({ vault: { ...vault, suspendedAccounts: ids }, ...more });
const topic = (account: string, more = "") => `arn:aws:sns:eu-west-1:${account}:rds-vault-heartbeat${more}`;
const heartbeat = `Write the ARN of a standard SNS topic in an account that watches this one, such as ${topic("777788889999")}, or leave it out.`;
const guarding = (guardrails: unknown, more: Raw = {}) => raw({ guardrails, ...more });
const glass = "arn:aws:iam::444455556666:role/break-glass";
const managing = "arn:aws:iam::999900001111:role/rds-vault-guardrails";
const attaching = (targets: unknown, managementRoleArn = managing) => guarding({ managementRoleArn, targets });
const byHand = "attach by hand: npm run guardrails.";

const hours = "Write whole hours from 1 to 8760 (a year), or leave it out for 36.";
const address = "Write an e-mail address, such as backup-team@example.com.";

const skip = { databases: ["warehouse-*"], tables: ["app.public.tmp_*"] };
const skipShape = '{ databases: ["warehouse-*"], tables: ["app.public.tmp_*"] }';
const skipping = (acceptedSkip: Raw) => raw({ exports: { acceptedSkips: [acceptedSkip] } });

const organization = { id: "o-a1b2c3d4e5", organizationalUnits: ["ou-ab12-11111111", "ou-ab12-22222222"], rolloutAccount: { id: "555566667777", deployRoleArn: role("555566667777") } };
const enrolling = (changes: Raw, more: Raw = {}) => raw({ organization: JSON.parse(JSON.stringify({ ...organization, ...changes })), ...more });
const ruling = (rule: Raw, more: Raw = {}) => enrolling({ rules: [rule] }, more);
const unit = "Write the id of an organizational unit in quotes, as the console of Organizations shows it, such as ou-ab12-11111111: in lower case ou-, 4 to 32, -, and 8 to 32 letters or digits. A root (r-ab12) isn't taken: below it lie the accounts that are to stay apart as well.";
const never = (scope: string) => `These rules aren't for that account, so the filter never matches. Leave out "${scope}/" or move it to rds-vault:databases.`;

const rejected: [what: string, configuration: Raw, problem: string][] = [
    ["no Region", without("aws:region"), "aws:region: received nothing. Write the Region of the databases, such as eu-west-1."],
    ["an impossible Region", raw({ "aws:region": "europe" }), 'aws:region: received "europe". Write the Region of the databases, such as eu-west-1.'],
    ["a misspelt Region", raw({ "aws:region": "eu-centrl-1" }), 'aws:region: received "eu-centrl-1". No Region is called so. Did you mean eu-central-1?'],
    ["another", raw({ "aws:region": "ap-souteast-2" }), 'aws:region: received "ap-souteast-2". No Region is called so. Did you mean ap-southeast-2?'],
    [
        "an unknown key, nearly right",
        raw({ databses: {} }),
        'rds-vault:databses: received {}. This key is unknown. Did you mean "databases"? Known here: aws:region, backupAccount, sourceAccounts, organization, databases, vault, exports, monitoring, guardrails.',
    ],
    [
        "an unknown key in an account",
        raw({ sourceAccounts: [{ ...shop, colour: "red" }] }),
        'rds-vault:sourceAccounts[0].colour: received "red". This key is unknown. Known here: id, deployRoleArn, name, databases.',
    ],
    ["no backup account", without("backupAccount"), `rds-vault:backupAccount: received nothing. Write { id: "444455556666", deployRoleArn: "${role("444455556666")}" }.`],
    ["an account id of 11 digits", raw({ backupAccount: { ...backup, id: "44445555666" } }), `rds-vault:backupAccount.id: received "44445555666". ${digits}`],
    [
        "an account id as a number",
        raw({ sourceAccounts: [{ ...shop, id: 111122223333 }] }),
        "rds-vault:sourceAccounts[0].id: received 111122223333 (a number). Write the 12 digits of the account in quotes; without them YAML reads a number and drops leading zeros.",
    ],
    ["a user as deploy role", raw({ backupAccount: { ...backup, deployRoleArn: "arn:aws:iam::444455556666:user/me" } }), `rds-vault:backupAccount.deployRoleArn: received "arn:aws:iam::444455556666:user/me". ${arn}`],
    ["no deploy role", raw({ sourceAccounts: [{ id: shop.id, name: "shop" }] }), `rds-vault:sourceAccounts[0].deployRoleArn: received nothing. ${arn}`],
    [
        "a role of another account",
        raw({ sourceAccounts: [{ ...shop, deployRoleArn: billing.deployRoleArn }] }),
        `rds-vault:sourceAccounts[0].deployRoleArn: received "${billing.deployRoleArn}". The role is in account 222233334444, but id says 111122223333. Write a role of account 111122223333, or mend id.`,
    ],
    [
        "a role of another partition",
        raw({ backupAccount: { ...backup, deployRoleArn: "arn:aws-cn:iam::444455556666:role/x" } }),
        'rds-vault:backupAccount.deployRoleArn: received "arn:aws-cn:iam::444455556666:role/x". Roles for eu-west-1 start with arn:aws:. Mend the ARN or aws:region.',
    ],
    ["no source accounts", without("sourceAccounts"), `rds-vault:sourceAccounts: received nothing. Write a list of at least one account: ${account} ${orUnits}`],
    ["an empty list of source accounts", raw({ sourceAccounts: [] }), `rds-vault:sourceAccounts: received []. Write a list of at least one account: ${account} ${orUnits}`],
    ["one account without a list", raw({ sourceAccounts: shop }), `rds-vault:sourceAccounts: received ${JSON.stringify(shop).slice(0, 77)}.... Write a list of accounts: ${account}`],
    ["an id instead of an account", raw({ sourceAccounts: ["111122223333"] }), `rds-vault:sourceAccounts[0]: received "111122223333". Write ${account}`],
    ["an account name in upper case", raw({ sourceAccounts: [{ ...shop, name: "Shop" }] }), `rds-vault:sourceAccounts[0].name: received "Shop". ${name}`],
    ["an account name like an id", raw({ sourceAccounts: [{ ...shop, name: shop.id }] }), `rds-vault:sourceAccounts[0].name: received "111122223333". ${name}`],
    [
        "the backup account's name",
        raw({ sourceAccounts: [{ ...shop, name: "backup" }] }),
        'rds-vault:sourceAccounts[0].name: received "backup". This name is the backup account\'s. Choose another.',
    ],
    [
        "an account twice",
        raw({ sourceAccounts: [shop, { ...shop, name: "again" }] }),
        'rds-vault:sourceAccounts[1].id: received "111122223333". This account is already sourceAccounts[0]. Remove one of them.',
    ],
    [
        "a name twice",
        raw({ sourceAccounts: [shop, { ...billing, name: "shop" }] }),
        'rds-vault:sourceAccounts[1].name: received "shop". sourceAccounts[0] has this name. Give each account its own.',
    ],
    [
        "the backup account as source",
        raw({ sourceAccounts: [shop, { ...backup, name: "self" }] }),
        'rds-vault:sourceAccounts[1].id: received "444455556666". This is the backup account, which saves others and runs nothing else. Name another backup account or remove this one.',
    ],
    ["empty rules", raw({ databases: null }), 'rds-vault:databases: received null. Write a map of rules such as { exclude: ["*-scratch"] }, or leave it out.'],
    ["an include of nothing", withRules({ include: [] }), 'rds-vault:databases.include: received []. Write at least one filter, such as ["*"]; without any nothing is saved.'],
    ["a filter that isn't text", withRules({ exclude: [7] }), `rds-vault:databases.exclude[0]: received 7 (a number). ${filter}`],
    ["one filter without a list", withRules({ exclude: "*-x" }), 'rds-vault:databases.exclude: received "*-x". Write a list of filters, such as ["*-scratch"], or leave it out.'],
    [
        "an unknown account in a filter",
        withRules({ exclude: ["shpo/tmp-*"] }),
        'rds-vault:databases.exclude[0]: received "shpo/tmp-*". There is no source account "shpo". Before the slash goes one of: shop (111122223333), billing (222233334444).',
    ],
    [
        "a filter in an account's own rules that names another",
        raw({ sourceAccounts: [shop, { ...billing, databases: { exclude: ["shop/x"] } }] }),
        'rds-vault:sourceAccounts[1].databases.exclude[0]: received "shop/x". These rules aren\'t for that account, so the filter never matches. Leave out "shop/" or move it to rds-vault:databases.',
    ],
    ["an unknown snapshot type", withRules({ snapshotTypes: ["shared"] }), `rds-vault:databases.snapshotTypes[0]: received "shared". Write one of ${types}.`],
    ["no snapshot type", withRules({ snapshotTypes: [] }), `rds-vault:databases.snapshotTypes: received []. Write a list of at least one of ${types}, such as [automated, manual].`],
    ["a tag without values", withRules({ tags: { backup: [] } }), 'rds-vault:databases.tags.backup: received []. Write a list of at least one accepted value in quotes, such as ["vault", "gold"].'],
    ["a tag value as number", withRules({ tags: { cost: [7] } }), 'rds-vault:databases.tags.cost[0]: received 7 (a number). Write a list of at least one accepted value in quotes, such as ["vault", "gold"].'],
    ["an unknown frequency", withRules({ frequency: "hourly" }), 'rds-vault:databases.frequency: received "hourly". Write one of every, daily, weekly, monthly.'],
    ["an override without databases", withRules({ overrides: [{ frequency: "weekly" }] }), 'rds-vault:databases.overrides[0].databases: received nothing. Write the databases that it is for, such as ["warehouse-*"].'],
    ["an override without frequency", withRules({ overrides: [{ databases: ["a"] }] }), "rds-vault:databases.overrides[0].frequency: received nothing. Write one of every, daily, weekly, monthly."],
    [
        "an unknown key in an override",
        withRules({ overrides: [{ databases: ["a"], frequency: "weekly", copies: true }] }),
        "rds-vault:databases.overrides[0].copies: received true. This key is unknown. Known here: databases, snapshotTypes, frequency.",
    ],
    [
        "a bad filter in an override",
        withRules({ overrides: [{ databases: ["A"], frequency: "weekly" }] }),
        'rds-vault:databases.overrides[0].databases[0]: received "A". No RDS identifier contains "A": they are lower-case letters, digits and hyphens; a glob adds *, ?, [a-c] and {a,b}. Write "a".',
    ],
    ["lookback of no days", withRules({ lookbackDays: 0 }), "rds-vault:databases.lookbackDays: received 0 (a number). Write whole days from 1 to 35."],
    ["lookback of 36 days", withRules({ lookbackDays: 36 }), "rds-vault:databases.lookbackDays: received 36 (a number). Write whole days from 1 to 35."],
    [
        "lookback beyond the retention",
        raw({ vault: { retentionDays: 1 }, databases: { lookbackDays: 2 } }),
        "rds-vault:databases.lookbackDays: received 2 (a number). Looking back further than retentionDays would export again what has just expired. Write 1 or less.",
    ],
    [
        "an account's lookback beyond the retention",
        raw({ vault: { retentionDays: 1 }, sourceAccounts: [{ ...shop, databases: { lookbackDays: 2 } }] }),
        "rds-vault:sourceAccounts[0].databases.lookbackDays: received 2 (a number). Looking back further than retentionDays would export again what has just expired. Write 1 or less.",
    ],
    ["copies as text", withRules({ copies: "no" }), `rds-vault:databases.copies: received "no". ${flag}`],
    ["a date that doesn't exist", withRules({ catchUpFrom: "2026-02-30" }), 'rds-vault:databases.catchUpFrom: received "2026-02-30". Write a date as yyyy-mm-dd, such as 2026-11-01.'],
    ["no vault", without("vault"), "rds-vault:vault: received nothing. Write { retentionDays: 1 } to try, and read about confirmCompliance before more."],
    ["retention of no days", raw({ vault: { retentionDays: 0 } }), `rds-vault:vault.retentionDays: received 0 (a number). ${days}`],
    ["retention in quotes", raw({ vault: { retentionDays: "30" } }), 'rds-vault:vault.retentionDays: received "30". Write whole days without quotes from 1 to 36500.'],
    ["attempts in quotes", raw({ exports: { maxAttempts: "3" } }), 'rds-vault:exports.maxAttempts: received "3". Write a whole number without quotes from 1 to 10.'],
    ["retention of half a day", raw({ vault: { retentionDays: 1.5 } }), `rds-vault:vault.retentionDays: received 1.5 (a number). ${days}`],
    ["retention beyond S3's", raw({ vault: { retentionDays: 36501, confirmCompliance: true } }), `rds-vault:vault.retentionDays: received 36501 (a number). ${days}`],
    [
        "a long lock without confirmation",
        raw({ vault: { retentionDays: 35 } }),
        "rds-vault:vault.confirmCompliance: received nothing. With retentionDays: 35 nobody, root and AWS included, can delete any version for 35 days, and every byte is billed until then. " +
            "Try with the 1-day canary stack first; then write confirmCompliance: true.",
    ],
    ["a confirmation as text", raw({ vault: { retentionDays: 35, confirmCompliance: "true" } }), `rds-vault:vault.confirmCompliance: received "true". ${flag}`],
    [
        "expiry before the lock ends",
        raw({ vault: { ...vault, expireAfterDays: 35 } }),
        "rds-vault:vault.expireAfterDays: received 35 (a number). Versions are locked for 35 days. Write 36 or more, or leave it out.",
    ],
    [
        "an archive that is left too early",
        archived({ afterDays: 10, class: "GLACIER_IR" }, { expireAfterDays: 99 }),
        'rds-vault:vault.archive: received {"afterDays":10,"class":"GLACIER_IR"}. GLACIER_IR bills at least 90 days, but versions would leave it after 89. Set expireAfterDays to 100 or more, or leave archive out.',
    ],
    [
        "a deep archive with the default expiry",
        archived({ afterDays: 1, class: "DEEP_ARCHIVE" }),
        'rds-vault:vault.archive: received {"afterDays":1,"class":"DEEP_ARCHIVE"}. DEEP_ARCHIVE bills at least 180 days, but versions would leave it after 35. Set expireAfterDays to 181 or more, or leave archive out.',
    ],
    ["an unknown archive class", archived({ afterDays: 1, class: "GLACIER" }), 'rds-vault:vault.archive.class: received "GLACIER". Write GLACIER_IR or DEEP_ARCHIVE.'],
    ["eleven attempts", raw({ exports: { maxAttempts: 11 } }), "rds-vault:exports.maxAttempts: received 11 (a number). Write a whole number from 1 to 10."],
    [
        "an unknown key in the exports, nearly right",
        raw({ exports: { acceptedSkip: [] } }),
        'rds-vault:exports.acceptedSkip: received []. This key is unknown. Did you mean "acceptedSkips"? Known here: maxAttempts, acceptedSkips.',
    ],
    ["a skip without a list", raw({ exports: { acceptedSkips: skip } }), `rds-vault:exports.acceptedSkips: received ${JSON.stringify(skip)}. Write a list such as [${skipShape}], or leave it out.`],
    ["a skip that is a glob", raw({ exports: { acceptedSkips: ["tmp_*"] } }), `rds-vault:exports.acceptedSkips[0]: received "tmp_*". Write ${skipShape}.`],
    [
        "a skip without databases",
        skipping({ tables: ["app.public.tmp_*"] }),
        'rds-vault:exports.acceptedSkips[0].databases: received nothing. Write the databases whose exports may lack the tables, such as ["warehouse-*"].',
    ],
    ["a skip of no tables", skipping({ ...skip, tables: [] }), 'rds-vault:exports.acceptedSkips[0].tables: received []. Write the tables that an export may lack, such as ["app.public.tmp_*"].'],
    [
        "an empty table",
        skipping({ ...skip, tables: [""] }),
        'rds-vault:exports.acceptedSkips[0].tables[0]: received "". Write a glob over RDS\'s name of the table in quotes, such as "app.public.tmp_*".',
    ],
    [
        "a choice of tables",
        skipping({ ...skip, tables: ["app.{a,b}"] }),
        'rds-vault:exports.acceptedSkips[0].tables[0]: received "app.{a,b}". "{" has no meaning here; only * and ? have. Write one glob per choice, or ? for a "{" in a table\'s name.',
    ],
    [
        "a bad filter in a skip",
        skipping({ ...skip, databases: ["shpo/x"] }),
        'rds-vault:exports.acceptedSkips[0].databases[0]: received "shpo/x". There is no source account "shpo". Before the slash goes one of: shop (111122223333), billing (222233334444).',
    ],
    ...[
        { databases: ["*"], tables: ["*"] },
        { databases: ["warehouse", "**"], tables: ["app.x", "**"] },
        { databases: ["?*"], tables: ["*.*"] },
        { databases: ["shop/*"], tables: ["*.*.*"] },
        { databases: ["instance:*"], tables: ["?*"] },
    ].map((each): [string, Raw, string] => [
        `a skip of everything: ${JSON.stringify(each)}`,
        skipping(each),
        `rds-vault:exports.acceptedSkips[0]: received ${JSON.stringify(each)}. This accepts every table of every database: whatever RDS leaves out, exports would count as complete. Name the databases or the tables.`,
    ]),
    ["an organization that is text", raw({ organization: "o-a1b2c3d4e5" }), `rds-vault:organization: received "o-a1b2c3d4e5". Write { id: o-a1b2c3d4e5, organizationalUnits: ["ou-ab12-11111111"], rolloutAccount: { id: "555566667777", deployRoleArn: "…" } }, or leave it out.`],
    ["a short organization id", enrolling({ id: "o-a1b2" }), 'rds-vault:organization.id: received "o-a1b2". Write the id of the source accounts\' organization, such as o-a1b2c3d4e5.'],
    ["no units", enrolling({ organizationalUnits: [] }), 'rds-vault:organization.organizationalUnits: received []. Write a list of at least one unit whose accounts are saved, such as ["ou-ab12-11111111"].'],
    ["a root for a unit", enrolling({ organizationalUnits: ["r-ab12"] }), `rds-vault:organization.organizationalUnits[0]: received "r-ab12". ${unit}`],
    ["a unit in upper case", enrolling({ organizationalUnits: ["OU-AB12-11111111"] }), `rds-vault:organization.organizationalUnits[0]: received "OU-AB12-11111111". ${unit}`],
    ["a unit twice", enrolling({ organizationalUnits: ["ou-ab12-11111111", "ou-ab12-22222222", "ou-ab12-11111111"] }), 'rds-vault:organization.organizationalUnits[2]: received "ou-ab12-11111111". This unit is already organizationalUnits[0]. Remove one of them.'],
    [
        "units of two organizations",
        enrolling({ organizationalUnits: ["ou-ab12-11111111", "ou-cd34-22222222"] }),
        'rds-vault:organization.organizationalUnits[1]: received "ou-cd34-22222222". This unit is under the root r-cd34, organizationalUnits[0] under r-ab12, and an organization has one root. Mend the wrong one; a stack is for one organization.',
    ],
    ["no rollout account", enrolling({ rolloutAccount: undefined }), `rds-vault:organization.rolloutAccount: received nothing. Write { id: "555566667777", deployRoleArn: "${role("555566667777")}" }.`],
    [
        "the backup account for rolling out",
        enrolling({ rolloutAccount: backup }),
        'rds-vault:organization.rolloutAccount.id: received "444455556666". This is the backup account. The rollout account can write into every enrolled account, and the backup account must have no rights over others ' +
            "but to assume the access roles: whoever got in there would get everywhere. Name another member of the organization, the delegated administrator for StackSets.",
    ],
    [
        "a rollout role of another account",
        enrolling({ rolloutAccount: { id: "555566667777", deployRoleArn: role("666677778888") } }),
        `rds-vault:organization.rolloutAccount.deployRoleArn: received "${role("666677778888")}". The role is in account 666677778888, but id says 555566667777. Write a role of account 555566667777, or mend id.`,
    ],
    [
        "a rollout role of another partition",
        enrolling({ rolloutAccount: { id: "555566667777", deployRoleArn: "arn:aws-cn:iam::555566667777:role/x" } }),
        'rds-vault:organization.rolloutAccount.deployRoleArn: received "arn:aws-cn:iam::555566667777:role/x". Roles for eu-west-1 start with arn:aws:. Mend the ARN or aws:region.',
    ],
    ["the rollout account's name", enrolling({}, { sourceAccounts: [{ ...shop, name: "rollout" }] }), 'rds-vault:sourceAccounts[0].name: received "rollout". This name is the rollout account\'s. Choose another.'],
    ["an unknown key in the organization, nearly right", enrolling({ rule: [] }), 'rds-vault:organization.rule: received []. This key is unknown. Did you mean "rules"? Known here: id, organizationalUnits, rolloutAccount, rules.'],
    ["an unknown key in a rule", ruling({ names: ["a"], databases: {}, ou: "x" }), 'rds-vault:organization.rules[0].ou: received "x". This key is unknown. Known here: accounts, names, units, tags, databases.'],
    [
        "a rule for everybody",
        ruling({ databases: {} }),
        'rds-vault:organization.rules[0]: received {"databases":{}}. Without accounts, names, units or tags the rule is for every account. Put its databases into rds-vault:databases, or say which members it is for.',
    ],
    ["a rule that says nothing", ruling({ names: ["a"] }), 'rds-vault:organization.rules[0].databases: received nothing. Write a map of rules such as { exclude: ["*-scratch"] }.'],
    ["a rule for accounts of 11 digits", ruling({ accounts: ["99998888777"], databases: {} }), `rds-vault:organization.rules[0].accounts[0]: received "99998888777". ${digits}`],
    ["a rule for the backup account", ruling({ accounts: [backup.id], databases: {} }), 'rds-vault:organization.rules[0].accounts[0]: received "444455556666". This is the backup account, which saves others and runs nothing else. Remove it.'],
    [
        "a rule for a listed account",
        ruling({ accounts: ["999988887777", billing.id], databases: {} }),
        'rds-vault:organization.rules[0].accounts[1]: received "222233334444". This account is sourceAccounts[1], for which only its own databases count. Move them there, or remove it from one of the lists.',
    ],
    ["a rule for an impossible unit", ruling({ units: ["ou-ab12"], databases: {} }), `rds-vault:organization.rules[0].units[0]: received "ou-ab12". ${unit}`],
    [
        "a rule for a unit of another root",
        ruling({ units: ["ou-cd34-11111111"], databases: {} }),
        'rds-vault:organization.rules[0].units[0]: received "ou-cd34-11111111". This unit is under the root r-cd34, the enrolled ones under r-ab12, so no member lies in it. Mend it or remove it.',
    ],
    ["a rule for no tag", ruling({ tags: {}, databases: {} }), 'rds-vault:organization.rules[0].tags: received {}. Write tag keys of the account with their accepted values, such as { backup: ["gold"] }.'],
    [
        "a rule for a choice of names",
        ruling({ names: ["{a,b}"], databases: {} }),
        'rds-vault:organization.rules[0].names[0]: received "{a,b}". Of [, ], { and } none has a meaning here; only * and ? have. Write one glob per choice, or ? where a name holds such a character.',
    ],
    [
        "a member's name in a filter",
        enrolling({}, { databases: { exclude: ["ledger/x"] } }),
        'rds-vault:databases.exclude[0]: received "ledger/x". There is no source account "ledger". Before the slash goes one of: shop (111122223333), billing (222233334444), ' +
            "or the 12 digits of a member of the organization; only listed accounts can be named by name.",
    ],
    ["a listed account in a rule's filter", ruling({ names: ["a"], databases: { exclude: ["shop/x"] } }), `rds-vault:organization.rules[0].databases.exclude[0]: received "shop/x". ${never("shop")}`],
    [
        "another member in a rule's filter",
        ruling({ accounts: ["999988887777"], databases: { include: ["999988887777/x", "888877776666/x"] } }),
        `rds-vault:organization.rules[0].databases.include[1]: received "888877776666/x". ${never("888877776666")}`,
    ],
    [
        "a rule's lookback beyond the retention",
        ruling({ names: ["a"], databases: { lookbackDays: 2 } }, { vault: { retentionDays: 1 } }),
        "rds-vault:organization.rules[0].databases.lookbackDays: received 2 (a number). Looking back further than retentionDays would export again what has just expired. Write 1 or less.",
    ],
    ["monitoring that is a list", watching([]), "rds-vault:monitoring: received []. Write { alertEmails: [backup-team@example.com] }, or leave it out."],
    [
        "an unknown key in the monitoring, nearly right",
        watching({ alertEmail: [] }),
        'rds-vault:monitoring.alertEmail: received []. This key is unknown. Did you mean "alertEmails"? Known here: alertEmails, rpoHours, trail, heartbeatTopicArn, perAccountMetrics.',
    ],
    ["one address without a list", watching({ alertEmails: "a@example.com" }), 'rds-vault:monitoring.alertEmails: received "a@example.com". Write a list of e-mail addresses, such as [backup-team@example.com], or leave it out.'],
    ...["example.com", "a@b", "a b@example.com", "a@example..com", "Team <a@example.com>", "mailto:a@example.com", ""].map((each): [string, Raw, string] => [
        `the address "${each}"`,
        watching({ alertEmails: ["a@example.com", each] }),
        `rds-vault:monitoring.alertEmails[1]: received "${each}". ${address}`,
    ]),
    ["an address that isn't text", watching({ alertEmails: [null] }), `rds-vault:monitoring.alertEmails[0]: received null. ${address}`],
    [
        "an address twice",
        watching({ alertEmails: ["a@example.com", "b@example.com", "A@Example.com"] }),
        'rds-vault:monitoring.alertEmails[2]: received "A@Example.com". This address is already alertEmails[0]. Remove one of them.',
    ],
    ...[0, 8761, 1.5].map((each): [string, Raw, string] => [`${each} hours`, watching({ rpoHours: each }), `rds-vault:monitoring.rpoHours: received ${each} (a number). ${hours}`]),
    [
        "hours that one export a day can't keep",
        watching({ rpoHours: 24 }),
        "rds-vault:monitoring.rpoHours: received 24 (a number). With one export a day every database would be beyond it each day. Write at least 25 (a day, and an hour for the export itself; 36 is the default), or databases.frequency: every.",
    ],
    [
        "a heartbeat to a source account",
        watching({ heartbeatTopicArn: topic(billing.id) }),
        `rds-vault:monitoring.heartbeatTopicArn: received "${topic(billing.id)}". This topic is in the source account billing. Whoever takes that account over could keep the heartbeat going. Write a topic of an account that isn't saved here, or leave it out.`,
    ],
    ["hours as text", watching({ rpoHours: "36" }), `rds-vault:monitoring.rpoHours: received "36". ${hours}`],
    [
        "guardrails that are text", guarding("all"),
        'rds-vault:guardrails: received "all". Write { breakGlassRoleArn: "arn:aws:iam::444455556666:role/break-glass" }, or leave it out.',
    ],
    [
        "a break-glass role that isn't one", guarding({ breakGlassRoleArn: "root" }),
        `rds-vault:guardrails.breakGlassRoleArn: received "root". Write the ARN of a role of the backup account that is assumed from another account, such as ${glass}, or leave it out.`,
    ],
    [
        "a break-glass role of another account", guarding({ breakGlassRoleArn: role("999900001111") }),
        `rds-vault:guardrails.breakGlassRoleArn: received "${role("999900001111")}". A key's policy can be changed from its own account only. Write a role of the backup account 444455556666, which is assumed from another one.`,
    ],
    [
        "the deploy role as break-glass role", guarding({ breakGlassRoleArn: backup.deployRoleArn }),
        `rds-vault:guardrails.breakGlassRoleArn: received "${backup.deployRoleArn}". This is the deploy role, which the guardrails are to hold as well. Write another role, or leave it out.`,
    ],
    [
        "a break-glass role of another partition", guarding({ breakGlassRoleArn: glass.replace("aws", "aws-cn") }),
        `rds-vault:guardrails.breakGlassRoleArn: received "${glass.replace("aws", "aws-cn")}". Roles for eu-west-1 start with arn:aws:. Mend the ARN or aws:region.`,
    ],
    [
        "a management role of a source account", attaching(["444455556666"], role("111122223333")),
        `rds-vault:guardrails.managementRoleArn: received "${role("111122223333")}". This account is held by the guardrails: whoever has it could take them off. Write a role of the organization's management account.`,
    ],
    [
        "a management role without targets", guarding({ managementRoleArn: managing }),
        `rds-vault:guardrails.targets: received []. With a managementRoleArn, write what the policies are attached to, such as ["444455556666"]. Or leave both out and ${byHand}`,
    ],
    [
        "targets without a management role", guarding({ targets: ["444455556666"] }),
        `rds-vault:guardrails.managementRoleArn: received nothing. Write the role of the management account that attaches to the targets, or leave both out and ${byHand}`,
    ],
    [
        "a strange target", attaching(["444455556666", "999988887777"]),
        'rds-vault:guardrails.targets[1]: received "999988887777". The policies are for this stack\'s own accounts. Write one of: 444455556666, 111122223333, 222233334444.',
    ],
    ["a target twice", attaching(["444455556666", "444455556666"]), 'rds-vault:guardrails.targets[1]: received "444455556666". This target is already targets[0]. Remove one of them.'],
    [
        "a root as target", attaching(["r-ab12"]),
        'rds-vault:guardrails.targets[0]: received "r-ab12". Write an account\'s 12 digits in quotes, or a unit, such as "444455556666" or ou-ab12-11111111.',
    ],
    ["its own Region as another", guarding({ otherRegions: ["eu-west-1"] }), 'rds-vault:guardrails.otherRegions[0]: received "eu-west-1". This is the stack\'s own Region. Remove it.'],
    ["another Region twice", guarding({ otherRegions: ["eu-central-1", "eu-central-1"] }), 'rds-vault:guardrails.otherRegions[1]: received "eu-central-1". This Region is already otherRegions[0]. Remove one of them.'],
    ["another Region that is none", guarding({ otherRegions: ["mars-1"] }), 'rds-vault:guardrails.otherRegions[0]: received "mars-1". Write the Region of another stack in the backup account, such as eu-central-1.'],
    ["an own source as another stack's", guarding({ otherSources: ["999988887777", "111122223333"] }), 'rds-vault:guardrails.otherSources[1]: received "111122223333". This one is already in. Remove it.'],
    [
        "another stack's source that is a unit", guarding({ otherSources: ["ou-ab12-11111111"] }),
        'rds-vault:guardrails.otherSources[0]: received "ou-ab12-11111111". Write an account\'s 12 digits in quotes, or an organization\'s id, such as "111122223333" or o-a1b2c3d4e5.',
    ],
    [
        "a break-glass role among the program's", guarding({ breakGlassRoleArn: "arn:aws:iam::444455556666:role/rds-vault/break-glass" }),
        'rds-vault:guardrails.breakGlassRoleArn: received "arn:aws:iam::444455556666:role/rds-vault/break-glass". The roles under /rds-vault/ are the program\'s own, which the deploy role may change. Write a role of another path, or leave it out.',
    ],
    ["a Region of another partition", guarding({ otherRegions: ["cn-north-1"] }), 'rds-vault:guardrails.otherRegions[0]: received "cn-north-1". No account has both this Region and eu-west-1. Remove it.'],
    [
        "an account named as the management account's provider",
        raw({ sourceAccounts: [{ ...shop, name: "management" }], guardrails: { managementRoleArn: managing, targets: ["444455556666"] } }),
        'rds-vault:sourceAccounts[0].name: received "management". This name is the management account\'s. Choose another.',
    ],
    ["an unknown trail", watching({ trail: "none" }), 'rds-vault:monitoring.trail: received "none". Write existing or create.'],
    ["metrics per account as text", watching({ perAccountMetrics: "yes" }), `rds-vault:monitoring.perAccountMetrics: received "yes". ${flag}`],
    ["a queue for the heartbeat", watching({ heartbeatTopicArn: "arn:aws:sqs:eu-west-1:777788889999:x" }), `rds-vault:monitoring.heartbeatTopicArn: received "arn:aws:sqs:eu-west-1:777788889999:x". ${heartbeat}`],
    [
        "a FIFO topic for the heartbeat",
        watching({ heartbeatTopicArn: topic("777788889999", ".fifo") }),
        `rds-vault:monitoring.heartbeatTopicArn: received "${topic("777788889999", ".fifo")}". This is a FIFO topic, which takes no message without a group. Write the ARN of a standard topic.`,
    ],
    [
        "a heartbeat in the backup account",
        watching({ heartbeatTopicArn: topic(backup.id) }),
        `rds-vault:monitoring.heartbeatTopicArn: received "${topic(backup.id)}". This topic is in the backup account. The heartbeat is for a watcher outside, who notices when that account falls silent as a whole. ` +
            "Write a topic of another account, or leave it out.",
    ],
    [
        "a heartbeat in another partition",
        watching({ heartbeatTopicArn: "arn:aws-cn:sns:cn-north-1:777788889999:x" }),
        'rds-vault:monitoring.heartbeatTopicArn: received "arn:aws-cn:sns:cn-north-1:777788889999:x". Topics that eu-west-1 can publish to start with arn:aws:. Mend the ARN or aws:region.',
    ],
    ["a suspended account without a list", suspending(shop.id), 'rds-vault:vault.suspendedAccounts: received "111122223333". Write the ids of the accounts that may write nothing more, such as ["111122223333"], or leave it out.'],
    ["a suspended account by name", suspending(["shop"]), `rds-vault:vault.suspendedAccounts[0]: received "shop". ${digits}`],
    ["a suspended account twice", suspending([shop.id, shop.id]), 'rds-vault:vault.suspendedAccounts[1]: received "111122223333". This account is already suspendedAccounts[0]. Remove one of them.'],
    [
        "the backup account suspended",
        suspending([backup.id]),
        'rds-vault:vault.suspendedAccounts[0]: received "444455556666". This is the backup account, whose sealer writes the manifests: without it nothing counts as saved. Name the account that floods.',
    ],
    [
        "a stranger suspended",
        suspending(["999988887777"]),
        'rds-vault:vault.suspendedAccounts[0]: received "999988887777". This account isn\'t saved here, so there is nothing to stop. Write one of: 111122223333 (shop), 222233334444 (billing).',
    ],
    ["a list for a map", raw({ exports: [] }), "rds-vault:exports: received []. Write { maxAttempts: 3 }, or leave it out."],
];

describe("settings", () => {
    describe("rejects", () => {
        for (const [what, configuration, problem] of rejected) {
            it(what, () => assert.deepEqual(problemsOf(configuration), [problem]));
        }
        for (const stack of ["", "production-eu", "Prod", "a_b"]) {
            it(`the stack name "${stack}"`, () =>
                assert.deepEqual(problemsOf(raw(), stack), [
                    `stack: received "${stack}". Name the stack with at most 12 lower-case letters, digits and hyphens: it is part of every name in AWS.`,
                ]));
        }
    });

    it("reports all problems together, in one message", () => {
        const configuration = raw({ typo: 1, sourceAccounts: [shop, { ...shop, colour: "red" }, "x"], vault: { retentionDays: 2, lock: true } });
        assert.throws(() => parseSettings("Prod", configuration), (error: SettingsError) => {
            assert.deepEqual(
                error.problems.map(({ path }) => path),
                [
                    "stack",
                    "rds-vault:sourceAccounts[1].colour",
                    "rds-vault:sourceAccounts[2]",
                    "rds-vault:vault.lock",
                    "rds-vault:typo",
                    "rds-vault:sourceAccounts[1].id",
                    "rds-vault:sourceAccounts[1].name",
                    "rds-vault:vault.confirmCompliance",
                ],
            );
            assert.match(error.message, /^The configuration of stack Prod has 8 problems:\n {2}stack: received "Prod"\. /);
            assert.equal(error.message.split("\n").length, 9);
            return error instanceof Error && error.name === "SettingsError";
        });
    });

    it("reports a strange target beside other problems, unless it may be an account whose id can't be read", () => {
        const paths = (sourceAccounts: unknown[]) => problemsOf(raw({ sourceAccounts, guardrails: { managementRoleArn: managing, targets: ["r-ab12", "999988887777"] } })).map((problem) => problem.split(": received ")[0]);
        const target = "rds-vault:guardrails.targets[0]";
        assert.deepEqual(paths([{ ...shop, colour: "red" }]), ["rds-vault:sourceAccounts[0].colour", target, "rds-vault:guardrails.targets[1]"]);
        assert.deepEqual(paths([{ ...shop, id: 999988887777 }]), ["rds-vault:sourceAccounts[0].id", target]);
    });

    it("reports all problems of an organization together, whatever is in it", () => {
        const configuration = raw({
            sourceAccounts: undefined,
            organization: { id: 1, organizationalUnits: "ou-ab12-11111111", rolloutAccount: "x", rules: [null, [], { accounts: 7, names: [7], units: [null], databases: { include: "*" } }, "x"], typo: 1 },
        });
        assert.deepEqual(problemsOf(JSON.parse(JSON.stringify(configuration)) as Raw).map((problem) => problem.split(": received ")[0]!.replace("rds-vault:organization", "")), [
            ".id",
            ".organizationalUnits",
            ".rolloutAccount",
            ".rules[0]",
            ".rules[1]",
            ".rules[2].accounts",
            ".rules[2].names[0]",
            ".rules[2].units[0]",
            ".rules[2].databases.include",
            ".rules[3]",
            ".typo",
        ]);
    });

    it("fills in the defaults", () => {
        const any = { text: "*", pattern: parseSettings("prod", raw()).databases.include[0]!.pattern };
        assert.deepEqual(parseSettings("prod", raw()), {
            stack: "prod",
            region: "eu-west-1",
            partition: "aws",
            guardrails: { otherRegions: [], otherSources: [], targets: [] },
            backupAccount: backup,
            sourceAccounts: [shop, billing],
            databases: {
                include: [any],
                exclude: [],
                snapshotTypes: ["automated", "manual", "awsbackup"],
                frequency: "daily",
                overrides: [],
                lookbackDays: 7,
                copies: false,
            },
            vault: { retentionDays: 35, expireAfterDays: 36, suspendedAccounts: [] },
            exports: { maxAttempts: 3, acceptedSkips: [] },
            monitoring: { alertEmails: [], rpoHours: 36, trail: "existing", perAccountMetrics: false },
        });
    });

    it("needs no confirmation for one day, and looks back no longer than that", () => {
        const { vault: times, databases } = parseSettings("canary", raw({ vault: { retentionDays: 1 } }));
        assert.deepEqual([times, databases.lookbackDays], [{ retentionDays: 1, expireAfterDays: 2, suspendedAccounts: [] }, 1]);
    });

    for (const [archiveClass, minimum] of Object.entries(archiveClasses)) {
        it(`accepts ${archiveClass} when it keeps its ${minimum} days to the day`, () => {
            const archive = { afterDays: 10, class: archiveClass };
            const { vault: times } = parseSettings("prod", archived(archive, { expireAfterDays: 10 + minimum }));
            assert.deepEqual(times.archive, archive);
        });
    }

    for (const value of ["2026-11-01", new Date("2026-11-01"), "2026-11-01T00:00:00Z", "2026-11-01T00:00:00.000Z"]) {
        it(`takes ${JSON.stringify(value)} (${typeof value}) for a date`, () =>
            assert.equal(parseSettings("prod", withRules({ catchUpFrom: value })).databases.catchUpFrom, "2026-11-01"));
    }

    it("says both roots of a rule's unit and the only enrolled one that can be read, since either may be wrong", () => {
        const problems = problemsOf(enrolling({ organizationalUnits: ["ou-AB12-11111111", "ou-cd34-22222222"], rules: [{ units: ["ou-ab12-11111133"], databases: {} }] }));
        assert.deepEqual(problems.slice(1), [
            'rds-vault:organization.rules[0].units[0]: received "ou-ab12-11111133". This unit is under the root r-ab12, organizationalUnits[1] under r-cd34, and an organization has one root. Mend the wrong one.',
        ]);
    });
    it("takes Regions that it doesn't know, if they are spelt like one", () => {
        for (const region of ["eu-west-9", "mx-central-2", "nz-south-1", "ap-northwest-1"]) assert.deepEqual(problemsOf(raw({ "aws:region": region })), [], region);
    });
    it("takes the partition from the Region", () => {
        const china = (text: string) => JSON.parse(text.replaceAll("arn:aws:", "arn:aws-cn:").replace("eu-west-1", "cn-north-1")) as Raw;
        assert.equal(parseSettings("prod", china(JSON.stringify(raw()))).partition, "aws-cn");
    });

    it("narrows the global rules by an account's own", () => {
        const own = { include: ["a-*"], exclude: ["a-y"], overrides: [{ databases: ["a-b"], frequency: "monthly" }], frequency: "every", lookbackDays: 3, tags: { tier: ["1"] }, snapshotTypes: ["manual"], copies: true };
        const global = { include: ["*", "b"], exclude: ["*-x"], overrides: [{ databases: ["c"], frequency: "weekly", snapshotTypes: ["manual"] }], tags: { backup: ["vault"] }, catchUpFrom: "2026-11-01" };
        const { databases, sourceAccounts } = parseSettings("prod", raw({ databases: global, sourceAccounts: [shop, { ...billing, databases: own }] }));
        const merged = sourceAccounts[1]!.databases!;
        const texts = (filters: readonly { text: string }[]) => filters.map(({ text }) => text);
        assert.deepEqual(texts(merged.include), ["a-*"]);
        assert.deepEqual(texts(merged.exclude), ["*-x", "a-y"]);
        assert.deepEqual(merged.overrides.map((each) => [texts(each.databases), each.frequency, each.snapshotTypes]), [
            [["c"], "weekly", ["manual"]],
            [["a-b"], "monthly", undefined],
        ]);
        const { frequency, lookbackDays, tags, snapshotTypes, copies, catchUpFrom } = merged;
        assert.deepEqual({ frequency, lookbackDays, tags, snapshotTypes, copies, catchUpFrom }, {
            frequency: "every", lookbackDays: 3, tags: { tier: ["1"] }, snapshotTypes: ["manual"], copies: true, catchUpFrom: "2026-11-01",
        });
        assert.deepEqual([databases.frequency, databases.lookbackDays, databases.tags], ["daily", 7, { backup: ["vault"] }]);
        assert.equal(sourceAccounts[0]!.databases, undefined);
    });

    it("enrols units without listing anybody; members' rules narrow the global ones", () => {
        const rules = [
            { accounts: ["999988887777"], names: ["Shop (*"], units: ["ou-ab12-33333333"], tags: { backup: ["gold"] }, databases: { exclude: ["999988887777/tmp"], frequency: "weekly" } },
            { names: ["*"], databases: {} },
        ];
        const configuration = { ...without("sourceAccounts"), organization: { ...organization, rules }, databases: { exclude: ["*-x"], lookbackDays: 3 } };
        const settings = parseSettings("prod", configuration);
        const { organizationId, units, rolloutAccount, rules: read } = settings.organization!;
        assert.deepEqual([settings.sourceAccounts, organizationId, units, rolloutAccount], [[], organization.id, organization.organizationalUnits, organization.rolloutAccount]);
        const [{ databases, ...first }, second] = read as [(typeof read)[0], (typeof read)[0]];
        assert.deepEqual(first, {
            text: "organization.rules[0]", accounts: ["999988887777"], names: ["Shop (*"], units: ["ou-ab12-33333333"], tags: { backup: ["gold"] },
        });
        assert.deepEqual([databases.exclude.map(({ text, account: id }) => [text, id]), databases.frequency, databases.lookbackDays], [[["*-x", undefined], ["999988887777/tmp", "999988887777"]], "weekly", 3]);
        assert.deepEqual([second.text, second.databases], ["organization.rules[1]", settings.databases]);
        assert.deepEqual(parseSettings("prod", { ...configuration, organization }).organization!.rules, []);
    });

    it("takes who is told what, and who may write no more", () => {
        const monitoring = { alertEmails: ["a.b+c@mail.example.com", "x'y@example.com"], rpoHours: 8760, trail: "create", heartbeatTopicArn: topic("777788889999"), perAccountMetrics: true };
        const settings = parseSettings("prod", suspending([billing.id], { monitoring }));
        assert.deepEqual([settings.monitoring, settings.vault.suspendedAccounts], [monitoring, [billing.id]]);
        const often = raw({ databases: { frequency: "every" }, monitoring: { rpoHours: 1 } });
        assert.deepEqual([parseSettings("prod", watching({ rpoHours: 25 })).monitoring.rpoHours, parseSettings("prod", often).monitoring.rpoHours], [25, 1]);
    });

    it("lets any member be suspended: only the organization knows who they are", () => {
        const settings = parseSettings("prod", enrolling({}, { vault: { ...vault, suspendedAccounts: ["999988887777"] } }));
        assert.deepEqual(settings.vault.suspendedAccounts, ["999988887777"]);
    });

    it("takes a listed account for rolling out: it can write into those anyway", () => {
        assert.equal(parseSettings("prod", enrolling({ rolloutAccount: { id: shop.id, deployRoleArn: shop.deployRoleArn } })).organization?.rolloutAccount.id, shop.id);
    });

    it("lets an account lift the tags, and leaves empty rules out", () => {
        const configuration = raw({ databases: { tags: { backup: ["vault"] } }, sourceAccounts: [{ ...shop, databases: {} }, { ...billing, databases: { tags: {} } }] });
        const [first, second] = parseSettings("prod", configuration).sourceAccounts;
        assert.deepEqual([first!.databases, "tags" in second!.databases!], [undefined, false]);
    });

    it("compiles accepted skips: databases as filters, tables as the globs that they are", () => {
        const { maxAttempts, acceptedSkips } = parseSettings("prod", raw({ exports: { acceptedSkips: [skip, { databases: ["cluster:shop/*"], tables: ["app.audit_log"] }] } })).exports;
        assert.equal(maxAttempts, 3);
        assert.deepEqual(acceptedSkips.map(({ databases, tables }) => [databases.map(({ text, kind, account: id }) => [text, kind, id]), tables]), [
            [[["warehouse-*", undefined, undefined]], ["app.public.tmp_*"]],
            [[["cluster:shop/*", "cluster", shop.id]], ["app.audit_log"]],
        ]);
    });

    it("is frozen through and through, and shares nothing with what was written", () => {
        const configuration = raw({ sourceAccounts: [{ ...shop, databases: { overrides: [{ databases: ["a"], frequency: "weekly" }] } }], exports: { acceptedSkips: [skip] } });
        const settings = parseSettings("prod", configuration);
        const loose = (value: unknown): boolean => typeof value === "object" && value !== null && (!Object.isFrozen(value) || Object.values(value).some(loose));
        const enrolled = parseSettings("prod", ruling({ tags: { backup: ["gold"] }, databases: { exclude: ["a"] } }));
        assert.deepEqual([loose(settings), loose(enrolled), loose(enrolmentOf(enrolled))], [false, false, false]);
        assert.equal(loose(enrolmentOf(settings)), false);
        assert.equal(loose(settings.exports.acceptedSkips), false);
        assert.equal(Object.isFrozen(skip) || Object.isFrozen(shop) || Object.isFrozen(vault), false);
    });

    it("gives the hub what it captures, and no more", () => {
        const settings = parseSettings("prod", raw({ sourceAccounts: [shop, { ...billing, databases: { frequency: "weekly" } }], exports: { maxAttempts: 2 } }));
        assert.deepEqual(enrolmentOf(settings), {
            accounts: { "111122223333": { name: "shop" }, "222233334444": { name: "billing", databases: settings.sourceAccounts[1]!.databases } },
            databases: settings.databases,
            maxAttempts: 2,
            rpoHours: 36,
        });
    });

    it("gives the hub the enrolled units and their rules, and not the rollout account", () => {
        const settings = parseSettings("prod", ruling({ names: ["a"], databases: { frequency: "weekly" } }));
        const { organizationId, units, rules } = settings.organization!;
        assert.deepEqual(enrolmentOf(settings).organization, { organizationId, units, rules });
    });
});

describe("stack files", () => {
    it("prod: three accounts with rules of their own, 35 days", () => {
        const { stack, sourceAccounts, vault: times } = settingsFromFile(stackFile("prod"));
        assert.deepEqual([stack, sourceAccounts.map((each) => [each.id, each.name]), times], [
            "prod",
            [["111122223333", "shop"], ["222233334444", "billing"], ["333344445555", "warehouse"]],
            { retentionDays: 35, expireAfterDays: 36, suspendedAccounts: [] },
        ]);
    });

    it("prod-use1: prod in a second Region, with the same accounts and rules", () => {
        const [first, second] = [settingsFromFile(stackFile("prod")), settingsFromFile(stackFile("prod-use1"))];
        assert.deepEqual([second.stack, second.region], ["prod-use1", "us-east-1"]);
        assert.deepEqual({ ...second, stack: first.stack, region: first.region }, first);
    });

    it("canary: one small database, one day", () => {
        const { stack, sourceAccounts, databases, vault: times } = settingsFromFile(stackFile("canary"));
        assert.deepEqual([stack, sourceAccounts.length, databases.include.map(({ text }) => text), times.retentionDays], ["canary", 1, ["instance:shop/canary"], 1]);
    });

    it("organization: two units, a listed account outside them, rules by unit, name and tag", () => {
        const { stack, sourceAccounts, organization: enrolled } = settingsFromFile(join(__dirname, "..", "fixtures", "Pulumi.organization.yaml"));
        assert.deepEqual([stack, sourceAccounts.length, enrolled?.units.length], ["organization", 1, 2]);
        assert.deepEqual(enrolled?.rules.map((each) => Object.keys(each)), [["text", "units", "databases"], ["text", "names", "databases"], ["text", "tags", "databases"]]);
    });

    it("Pulumi.yaml describes every key", () => {
        const { config } = parse(readFileSync(join(__dirname, "..", "..", "Pulumi.yaml"), "utf8")) as { config: Record<string, { description: string; type?: string }> };
        const described = Object.entries(config);
        assert.deepEqual(described.map(([key]) => key).sort(), ["aws:region", ...settingsKeys.map((key) => `rds-vault:${key}`)].sort());
        for (const [key, entry] of Object.entries(settingsEntries)) {
            const fields = fieldsOf(entry);
            assert.equal(fields.length > 0, key !== "aws:region", `${key}: no fields found`);
            const words = config[key === "aws:region" ? key : `rds-vault:${key}`]!.description;
            for (const field of fields) assert.match(words, new RegExp(`\\b${field}\\b`), `${key}: ${field} isn't described`);
        }
    });
});

/** Names of all fields below a schema, except those described elsewhere (an account's `databases`). */
function fieldsOf(schema: unknown): string[] {
    if (schema === undefined) return [];
    const { entries = {}, item, wrapped, pipe = [] } = schema as { entries?: Record<string, unknown>; item?: unknown; wrapped?: unknown; pipe?: unknown[] };
    const own = Object.entries(entries).flatMap(([key, each]) => [key, ...(key === "databases" ? [] : fieldsOf(each))]);
    return [...own, ...[item, wrapped, ...pipe].flatMap(fieldsOf)];
}
