/** Under whose rules an account stands, as far as `explain` is told: the configuration, and what `aws organizations list-accounts` printed. Pure. */
import type { Settings } from "../components/settings";
import { accountsApart } from "../doctor/units";
import { ruleOf } from "../handlers/lib/member";
import type { EnrolledAccount, EnrolledUnits, Enrolment, Member } from "../handlers/lib/types";

/** A member as a file tells it; what is absent isn't known. */
export interface Told {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly units?: readonly string[];
    readonly tags?: Member["tags"];
}

/** A file's name, for reasons, and what it holds. */
export interface Members {
    readonly file: string;
    readonly accounts: readonly Told[];
    /** 12 digits; absent: the file has no ARNs. */
    readonly managementAccount?: string;
}

/** Whether an account is enrolled, and where its rules come from; else why not. */
export type Standing =
    | { readonly account: EnrolledAccount; readonly rules: string }
    | { readonly decision: "skip" | "unknown"; readonly reason: string };

/**
 * Reads what `aws organizations list-accounts` prints: `{"Accounts": [{"Id", "Name", "State", "Paths"}]}`, each with `Tags` where somebody added them.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
 * @param refuse throws
 */
export function readMemberList(file: string, text: string, refuse: (problem: string) => never): Members {
    let content: { Accounts?: unknown } | null;
    try {
        content = JSON.parse(text) as typeof content;
    } catch (error) {
        return refuse(`isn't JSON: ${(error as Error).message}`);
    }
    const list = Array.isArray(content) ? (content as unknown[]) : content?.Accounts;
    if (!Array.isArray(list)) return refuse("has no list of Accounts, as aws organizations list-accounts prints it");
    const items = list.map((item: unknown) => (item ?? {}) as Item);
    const managementAccount = items.map(managementOf).find(Boolean);
    return { file, accounts: items.map((item, i) => told(item, (problem) => refuse(`Accounts[${i}]: ${problem}`))), ...(managementAccount && { managementAccount }) };
}

/** An account's ARN is the management account's: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html */
const managementOf = ({ Arn }: Item) => /^arn:[a-z-]+:organizations::(\d{12}):account\//.exec(String(Arn))?.[1];

type Item = Record<string, unknown>;

function told({ Id, Name, State, Status, Paths, Tags }: Item, refuse: (problem: string) => never): Told {
    if (typeof Id !== "string" || !/^\d{12}$/.test(Id)) return refuse(`Id is no text of 12 digits: ${JSON.stringify(Id)}`);
    if (Paths !== undefined && !Array.isArray(Paths)) return refuse("Paths is no list");
    if (Tags !== undefined && !Array.isArray(Tags)) return refuse(`Tags is no list of { "Key", "Value" }, as aws organizations list-tags-for-resource prints it`);
    return {
        id: Id,
        name: String(Name ?? ""),
        // Status is retired since September 2026.
        state: String(State ?? Status ?? "ACTIVE"),
        // o-…/r-…/ou-…/ou-…/, the nearest last.
        ...(Paths && { units: (Paths as unknown[]).flatMap((path) => String(path).split("/").filter((part) => part.startsWith("ou-"))) }),
        ...(Tags && { tags: Object.fromEntries((Tags as Item[]).map(({ Key, Value }) => [String(Key), String(Value)])) }),
    };
}

/** Whether an account is listed and lies in an enrolled unit too. Of the management account that is right: StackSets don't reach it. */
export const isMisplaced = (id: string, { accounts, organization }: Enrolment, members?: Members): boolean =>
    id in accounts && id !== members?.managementAccount && (members?.accounts.find((each) => each.id === id)?.units ?? []).some((unit) => organization?.units.includes(unit));

/** What stands in the wrong place by the members' paths, in the words of `npm run doctor`. */
export function misplaced(settings: Pick<Settings, "backupAccount" | "sourceAccounts" | "organization">, { accounts, managementAccount }: Members): string[] {
    const inside = (unit: string) => accounts.filter(({ units }) => units?.includes(unit)).map(({ id }) => id);
    const read = (settings.organization?.units ?? []).map((unit) => ({ unit, units: new Set<string>(), accounts: new Set(inside(unit)) }));
    return accountsApart(settings, read, managementAccount).flatMap(({ status, text, fix }) => (status === "problem" ? [`${text} ${fix}`] : []));
}

const global = "global databases";

/** @param members absent: nobody said */
export function standingOf(id: string, { accounts, organization }: Enrolment, members?: Members): Standing {
    const listed = Object.keys(accounts).indexOf(id);
    const account = accounts[id];
    if (account && listed >= 0) return { account, rules: account.databases ? `sourceAccounts[${listed}].databases` : global };
    const skip = (why: string): Standing => ({ decision: "skip", reason: `account ${id} isn't enrolled${why && `: ${why}`}` });
    if (!organization) return skip("");
    if (!members) return { decision: "unknown", reason: `account ${id} isn't listed; whether it lies in an enrolled unit is in aws organizations list-accounts: give that with --members` };
    const found = members.accounts.find((each) => each.id === id);
    if (!found) return skip(`it is neither listed nor in ${members.file}`);
    if (found.state !== "ACTIVE") return skip(`its state is ${found.state}`);
    return standingOfMember(found, organization, members.file);
}

function standingOfMember({ id, name, units, tags }: Told, organization: EnrolledUnits, file: string): Standing {
    if (!units) return { decision: "unknown", reason: `${file} doesn't tell in which units account ${id} lies: newer versions of the AWS CLI print its Paths` };
    const first = units.findIndex((unit) => organization.units.includes(unit));
    if (first < 0) return { decision: "skip", reason: `account ${id} isn't enrolled: it lies in none of the enrolled units (${organization.units.join(", ")})` };
    // The sweep walks down from the enrolled units, and never sees what is above.
    const member: Member = { id, name, units: units.slice(first), tags: tags ?? {} };
    const rule = ruleOf(organization, member);
    const undecided = tags ? undefined : organization.rules.slice(rule ? organization.rules.indexOf(rule) + 1 : 0).find(({ tags: asked, ...rest }) => asked && ruleOf({ ...organization, rules: [rest] }, member));
    if (undecided) {
        const command = `aws organizations list-tags-for-resource --resource-id ${id}`;
        return { decision: "unknown", reason: `${undecided.text} asks for tags that ${file} doesn't tell: add to the account what ${command} prints` };
    }
    return { account: { name, ...(rule && { databases: rule.databases }) }, rules: rule?.text ?? global };
}
