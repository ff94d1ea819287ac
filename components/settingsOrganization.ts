/** What the organization's part of the configuration says together with the rest. Pure; what only the organization knows is asked at run time. */
import { accountsOf, memberRulesOf, type Add, type Path, type Usable } from "./settingsGlobs";
import type { Written } from "./settingsSchema";

/** Problems of `rds-vault:organization` beyond its form. */
export function checkOrganization(written: Written, usable: Usable, add: Add): void {
    if (!written.organization) return;
    // https://docs.amazonaws.cn/en_us/aws/latest/userguide/cloudformation.html
    if (usable("aws:region") && written["aws:region"].startsWith("cn-")) {
        add(["aws:region"], written["aws:region"], "In China StackSets can't be trusted by the organization, so units can't be enrolled there. List the accounts under rds-vault:sourceAccounts and leave rds-vault:organization out.");
    }
    checkRolloutAccount(written, usable, add);
    const units = enrolledUnits(written, usable);
    const all = units.length === written.organization.organizationalUnits?.length;
    checkUnits(units, add);
    memberRulesOf(written).forEach((rule, i) => {
        const path = ["organization", "rules", i];
        if (typeof rule !== "object" || rule === null || Array.isArray(rule)) return;
        const { accounts, names, units: below, tags } = rule;
        if ([accounts, names, below, tags].every((criterion) => criterion === undefined)) {
            add(path, rule, "Without accounts, names, units or tags the rule is for every account. Put its databases into rds-vault:databases, or say which members it is for.");
        }
        checkAccounts(accounts, [...path, "accounts"], written, usable, add);
        checkRuleUnits(below, [...path, "units"], units, all, usable, add);
    });
}

/** It may be a listed account or a member: it can write into those anyway. */
function checkRolloutAccount({ organization, backupAccount }: Written, usable: Usable, add: Add): void {
    const path = ["organization", "rolloutAccount", "id"];
    if (!usable(...path) || !usable("backupAccount", "id") || organization?.rolloutAccount.id !== backupAccount.id) return;
    add(
        path,
        backupAccount.id,
        "This is the backup account. The rollout account can write into every enrolled account, and the backup account must have no rights over others but to assume the access roles: " +
            "whoever got in there would get everywhere. Name another member of the organization, the delegated administrator for StackSets.",
    );
}

interface Unit {
    readonly id: string;
    /** Index in organizationalUnits. */
    readonly i: number;
}

function enrolledUnits({ organization }: Written, usable: Usable): Unit[] {
    const written = organization?.organizationalUnits;
    return Array.isArray(written) ? written.flatMap((id, i) => (usable("organization", "organizationalUnits", i) ? [{ id, i }] : [])) : [];
}

/** A unit's id holds that of its root: https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html */
const rootOf = (unit: string) => `r-${unit.split("-")[1]}`;

/** An organization has one root: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html */
function checkUnits(units: readonly Unit[], add: Add): void {
    for (const { id, i } of units) {
        const path = ["organization", "organizationalUnits", i];
        const first = units[0]!;
        const same = units.find((unit) => unit.id === id)!;
        if (same.i < i) add(path, id, `This unit is already organizationalUnits[${same.i}]. Remove one of them.`);
        else if (rootOf(id) !== rootOf(first.id)) {
            add(path, id, `This unit is under the root ${rootOf(id)}, organizationalUnits[${first.i}] under ${rootOf(first.id)}, and an organization has one root. Mend the wrong one; a stack is for one organization.`);
        }
    }
}

/** @param all whether every enrolled unit could be read: else the only one that could may be the wrong one */
function checkRuleUnits(ids: unknown, path: Path, enrolled: readonly Unit[], all: boolean, usable: Usable, add: Add): void {
    const [first] = enrolled;
    if (!Array.isArray(ids) || !first) return;
    const root = rootOf(first.id);
    ids.forEach((id: string, i) => {
        if (!usable(...path, i) || rootOf(id) === root) return;
        const remedy = all
            ? `the enrolled ones under ${root}, so no member lies in it. Mend it or remove it.`
            : `organizationalUnits[${first.i}] under ${root}, and an organization has one root. Mend the wrong one.`;
        add([...path, i], id, `This unit is under the root ${rootOf(id)}, ${remedy}`);
    });
}

function checkAccounts(ids: unknown, path: Path, written: Written, usable: Usable, add: Add): void {
    if (!Array.isArray(ids)) return;
    ids.forEach((id: string, i) => {
        if (!usable(...path, i)) return;
        const listed = accountsOf(written).findIndex((account) => account?.id === id);
        if (usable("backupAccount", "id") && id === written.backupAccount.id) add([...path, i], id, "This is the backup account, which saves others and runs nothing else. Remove it.");
        else if (listed >= 0) add([...path, i], id, `This account is sourceAccounts[${listed}], for which only its own databases count. Move them there, or remove it from one of the lists.`);
    });
}
