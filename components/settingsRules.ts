/** What several keys of the configuration say together. Pure; `settingsSchema.ts` has checked each key by then. */
import { partitionOf } from "./arns";
import type { WrittenRules } from "./databaseSchema";
import { pathText, shown, type Problem } from "./problems";
import type { Scope } from "./filters";
import { accountsOf, checkFilters, checkNames, checkSkips, memberRulesOf, type Add, type Path, type Usable } from "./settingsGlobs";
import { checkGuardrails } from "./settingsGuardrails";
import { checkMonitoring, checkSuspended } from "./settingsMonitoring";
import { checkOrganization } from "./settingsOrganization";
import { accountShape, archiveClasses, type Written } from "./settingsSchema";

/**
 * Problems between keys. A part that is wrong by itself is already reported and takes part in no comparison.
 * @param written the configuration as far as it could be read
 * @param known problems found so far
 */
export function problemsBetween(written: Written, known: readonly Problem[]): Problem[] {
    const found: Problem[] = [];
    const add: Add = (path, received, message) => found.push({ path: pathText(path), received: shown(received), message });
    const usable: Usable = (...path) => {
        const text = pathText(path);
        return !known.some((problem) => related(problem.path, text));
    };
    checkRoles(written, usable, add);
    checkAccounts(written, usable, add);
    checkOrganization(written, usable, add);
    checkNames(written, usable, add);
    checkVault(written, usable, add);
    checkSuspended(written, usable, add);
    checkMonitoring(written, usable, add);
    checkGuardrails(written, usable, add);
    checkSkips(written, usable, add);
    for (const { path, rules, meets } of allRules(written, usable)) {
        checkFilters(rules, path, written, meets, usable, add);
        checkLookback(rules, path, written, usable, add);
    }
    return found;
}

/** Same path, or one holds the other. */
const related = (a: string, b: string) => a === b || isInside(a, b) || isInside(b, a);
const isInside = (inner: string, outer: string) => inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);

function checkRoles(written: Written, usable: Usable, add: Add): void {
    const region = usable("aws:region") ? written["aws:region"] : undefined;
    const check = (path: Path, place: { id: string; deployRoleArn: string }) => {
        if (!usable(...path, "deployRoleArn")) return;
        const { id, deployRoleArn } = place;
        const [, partition, , , account] = deployRoleArn.split(":");
        if (usable(...path, "id") && account !== id) {
            add([...path, "deployRoleArn"], deployRoleArn, `The role is in account ${account}, but id says ${id}. Write a role of account ${id}, or mend id.`);
        }
        if (region && partition !== partitionOf(region)) {
            add([...path, "deployRoleArn"], deployRoleArn, `Roles for ${region} start with arn:${partitionOf(region)}:. Mend the ARN or aws:region.`);
        }
    };
    check(["backupAccount"], written.backupAccount);
    if (written.organization) check(["organization", "rolloutAccount"], written.organization.rolloutAccount);
    accountsOf(written).forEach((account, i) => check(["sourceAccounts", i], account));
}

function checkAccounts(written: Written, usable: Usable, add: Add): void {
    if (written.organization === undefined && accountsOf(written).length === 0 && usable("sourceAccounts")) {
        add(["sourceAccounts"], written.sourceAccounts, `Write a list of at least one account: ${accountShape.slice("Write ".length)} Or enrol units of an organization: rds-vault:organization.`);
    }
    const ids: string[] = [];
    const names: string[] = [];
    accountsOf(written).forEach((account, i) => {
        if (usable("sourceAccounts", i, "id")) {
            const { id } = account;
            if (usable("backupAccount", "id") && id === written.backupAccount.id) {
                add(["sourceAccounts", i, "id"], id, "This is the backup account, which saves others and runs nothing else. Name another backup account or remove this one.");
            }
            if (ids.includes(id)) add(["sourceAccounts", i, "id"], id, `This account is already sourceAccounts[${ids.indexOf(id)}]. Remove one of them.`);
            ids[i] = id;
        }
        if (usable("sourceAccounts", i, "name")) {
            const { name } = account;
            if (names.includes(name)) add(["sourceAccounts", i, "name"], name, `sourceAccounts[${names.indexOf(name)}] has this name. Give each account its own.`);
            // index.ts names their providers so.
            if (name === "backup") add(["sourceAccounts", i, "name"], name, "This name is the backup account's. Choose another.");
            if (name === "rollout" && written.organization !== undefined) add(["sourceAccounts", i, "name"], name, "This name is the rollout account's. Choose another.");
            if (name === "management" && usable("guardrails") && written.guardrails?.managementRoleArn !== undefined) add(["sourceAccounts", i, "name"], name, "This name is the management account's. Choose another.");
            names[i] = name;
        }
    });
}

function checkVault({ vault }: Written, usable: Usable, add: Add): void {
    if (!usable("vault", "retentionDays")) return;
    const { retentionDays, confirmCompliance, expireAfterDays, archive } = vault;
    if (retentionDays > 1 && usable("vault", "confirmCompliance") && !confirmCompliance) {
        add(
            ["vault", "confirmCompliance"],
            confirmCompliance,
            `With retentionDays: ${retentionDays} nobody, root and AWS included, can delete any version for ${retentionDays} days, and every byte is billed until then. ` +
                "Try with the 1-day canary stack first; then write confirmCompliance: true.",
        );
    }
    if (!usable("vault", "expireAfterDays")) return;
    if (expireAfterDays !== undefined && expireAfterDays <= retentionDays) {
        add(["vault", "expireAfterDays"], expireAfterDays, `Versions are locked for ${retentionDays} days. Write ${retentionDays + 1} or more, or leave it out.`);
    }
    if (!archive || !usable("vault", "archive", "afterDays") || !usable("vault", "archive", "class")) return;
    const expires = expireAfterDays ?? retentionDays + 1;
    const minimum = archiveClasses[archive.class];
    if (expires - archive.afterDays < minimum) {
        add(
            ["vault", "archive"],
            archive,
            `${archive.class} bills at least ${minimum} days, but versions would leave it after ${Math.max(0, expires - archive.afterDays)}. ` +
                `Set expireAfterDays to ${archive.afterDays + minimum} or more, or leave archive out.`,
        );
    }
}

interface Rules {
    readonly path: Path;
    readonly rules: WrittenRules;
    /** Whether they are for an account; default: for all. */
    readonly meets?: Scope["meets"];
}

/** The global rules, each account's own and those of members, as far as they are maps at all. */
function allRules(written: Written, usable: Usable): Rules[] {
    const global = { path: ["databases"], rules: written.databases };
    const accounts = accountsOf(written);
    const own = accounts.map((account, i): Rules => ({
        path: ["sourceAccounts", i, "databases"],
        rules: account?.databases as WrittenRules,
        ...(usable("sourceAccounts", i, "id") && { meets: (id) => id === account.id }),
    }));
    const ofMembers = memberRulesOf(written).map((rule, i): Rules => ({
        path: ["organization", "rules", i, "databases"],
        rules: rule?.databases,
        // Listed accounts have rules of their own instead.
        meets: (id) => !accounts.some((account) => account?.id === id) && (!Array.isArray(rule?.accounts) || rule.accounts.includes(id)),
    }));
    return [global, ...own, ...ofMembers].filter(({ rules }) => typeof rules === "object" && rules !== null);
}

function checkLookback({ lookbackDays }: WrittenRules, path: Path, { vault }: Written, usable: Usable, add: Add): void {
    if (lookbackDays === undefined || !usable("vault", "retentionDays") || !usable(...path, "lookbackDays")) return;
    if (lookbackDays <= vault.retentionDays) return;
    add([...path, "lookbackDays"], lookbackDays, `Looking back further than retentionDays would export again what has just expired. Write ${vault.retentionDays} or less.`);
}
