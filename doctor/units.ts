/** Whether the enrolled units are there, and who lies in them: what the configuration alone can't know. */
import { callsAtOnce, gate } from "../handlers/lib/organization";
import type { Organization, Settings } from "../components/settings";
import type { Clients } from "./clients";
import { ok, problem, said, unseen, type Finding } from "./finding";

/** What lies below an enrolled unit, at any depth. */
export interface Below {
    readonly unit: string;
    readonly units: ReadonlySet<string>;
    readonly accounts: ReadonlySet<string>;
    /** Then nothing, or not all, is known of it. */
    readonly error?: Error;
}

type Reader = Pick<Clients["organizations"], "listChildren">;

/** By calls that the delegation policy allows to the backup account. */
export async function readUnits({ units }: Pick<Organization, "units">, organizations: Reader): Promise<readonly Below[]> {
    const through = gate(callsAtOnce);

    async function children(ParentId: string, ChildType: "ACCOUNT" | "ORGANIZATIONAL_UNIT"): Promise<string[]> {
        const ids: string[] = [];
        let NextToken: string | undefined;
        do {
            const token = NextToken;
            const page = await through(() => organizations.listChildren({ ParentId, ChildType, ...(token && { NextToken: token }) }));
            ids.push(...(page.Children ?? []).flatMap(({ Id }) => Id ?? []));
            NextToken = page.NextToken;
        } while (NextToken);
        return ids;
    }

    async function walk(unit: string, below: { units: Set<string>; accounts: Set<string> }): Promise<void> {
        const [accounts, inner] = await Promise.all([children(unit, "ACCOUNT"), children(unit, "ORGANIZATIONAL_UNIT")]);
        for (const account of accounts) below.accounts.add(account);
        for (const each of inner) below.units.add(each);
        await Promise.all(inner.map((each) => walk(each, below)));
    }

    return Promise.all(
        units.map(async (unit) => {
            const below = { units: new Set<string>(), accounts: new Set<string>() };
            try {
                await walk(unit, below);
                return { unit, ...below };
            } catch (error) {
                return { unit, ...below, error: error as Error };
            }
        }),
    );
}

const list = (unit: string) => `In the management account: aws organizations list-children --parent-id ${unit} --child-type ACCOUNT`;

export function unitsExist(read: readonly Below[]): Finding[] {
    return read.map(({ unit, accounts, error }) => {
        const about = `unit ${unit}`;
        // https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListChildren.html
        if (error?.name === "ParentNotFoundException") {
            return problem(about, "doesn't exist in this organization. Mend rds-vault:organization.organizationalUnits.", `In the management account: aws organizations list-organizational-units-for-parent --parent-id r-${unit.split("-")[1]}`);
        }
        if (error) return unseen(about, `couldn't be read: ${said(error)}`, list(unit));
        return ok(about, `exists, with ${accounts.size} account${accounts.size === 1 ? "" : "s"} in and below it`);
    });
}

/** The StackSet would have each account of the inner unit twice. */
export function unitsApart(read: readonly Below[]): Finding[] {
    const about = "overlap of units";
    const inside = read.flatMap(({ unit: outer, units }) => read.filter(({ unit }) => units.has(unit)).map(({ unit }) => ({ unit, outer })));
    const found = inside.map(({ unit, outer }) => problem(about, `${unit} lies below ${outer}, which enrols its accounts already.`, `Remove ${unit} from rds-vault:organization.organizationalUnits`));
    return closed(found, read, ok(about, "no unit lies below another"));
}

type Accounts = Pick<Settings, "backupAccount" | "sourceAccounts">;

/** Accounts that stand in the wrong place: listed and in a unit, the backup account in one, or the management account in one. */
export function accountsApart({ backupAccount, sourceAccounts }: Accounts, read: readonly Below[], managementAccount: string | undefined): Finding[] {
    const about = "accounts in the units";
    const unitOf = (account: string) => read.find(({ accounts }) => accounts.has(account))?.unit;
    const found = sourceAccounts.flatMap(({ id, name }) => {
        const unit = unitOf(id);
        // StackSets don't deploy into the management account, so for it the list is the only way: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
        if (!unit || id === managementAccount) return [];
        return problem(about, `${name} (${id}) is listed and lies in ${unit}: the StackSet would find its roles there already and fail for it.`, `Remove ${id} from rds-vault:sourceAccounts, with its rules as one of rds-vault:organization.rules, run pulumi up, and then deploy the StackSet there (README, "When an account's stack fails")`);
    });
    const backupUnit = unitOf(backupAccount.id);
    if (backupUnit) {
        found.push(
            problem(
                about,
                `the backup account ${backupAccount.id} lies in ${backupUnit}, so the rollout account would deploy into it.`,
                `In the management account: aws organizations move-account --account-id ${backupAccount.id} --source-parent-id <where it is> --destination-parent-id <a unit that isn't enrolled>`,
            ),
        );
    }
    if (managementAccount && unitOf(managementAccount) && !sourceAccounts.some(({ id }) => id === managementAccount)) {
        const text = `the management account ${managementAccount} lies in ${unitOf(managementAccount)}, and StackSets don't deploy there: its databases aren't saved.`;
        found.push(problem(about, text, `List it under rds-vault:sourceAccounts (npm run deploy-roles prints its role), or: aws organizations move-account --account-id ${managementAccount} --source-parent-id <where it is> --destination-parent-id <a unit that isn't enrolled>`));
    }
    return closed(found, read, ok(about, "listed accounts and the backup account lie outside of the units"));
}

/** What a rule names and no enrolled unit holds: such a rule silently does nothing. */
export function rulesFit({ rules }: Pick<Organization, "rules">, read: readonly Below[]): Finding[] {
    const about = "rules for members";
    // While something couldn't be read, what seems missing may lie there.
    if (read.some(({ error }) => error)) return closed([], read, ok(about, ""));
    const units = new Set(read.flatMap(({ unit, units }) => [unit, ...units]));
    const accounts = new Set(read.flatMap((each) => [...each.accounts]));
    const found = rules.flatMap((rule) => [
        ...(rule.accounts ?? []).filter((id) => !accounts.has(id)).map((id) => ({ rule, id, what: "isn't an account of the enrolled units" })),
        ...(rule.units ?? []).filter((id) => !units.has(id)).map((id) => ({ rule, id, what: "isn't an enrolled unit, nor below one" })),
    ]);
    if (found.length === 0) return [ok(about, "the accounts and units that they name are there")];
    return found.map(({ rule, id, what }) => problem(about, `rds-vault:${rule.text} names ${id}, which ${what}: nobody gets the rule by it.`, `Mend or remove ${id} in rds-vault:${rule.text}`));
}

/** Nothing found means well only if everything was read. */
function closed(found: readonly Finding[], read: readonly Below[], well: Finding): Finding[] {
    if (found.length > 0) return [...found];
    const unread = read.filter(({ error }) => error).map(({ unit }) => unit);
    return [unread.length ? unseen(well.about, `nothing known of ${unread.join(", ")}`, list(unread[0]!)) : well];
}
