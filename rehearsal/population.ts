/** The organization of a rehearsal, made by a function: no configuration names 200 accounts. */
import { arnsOf } from "../components/arns";
import { organizationDelegation } from "../components/policies/organization";
import type { Settings, SourceAccount } from "../components/settings";
import { rulesOfMember } from "../handlers/lib/member";
import type { Member } from "../handlers/lib/types";
import type { Role, World } from "./aws/types";

/** Of the members those that join while the rehearsal runs, by faults. */
export const joiners = 6;

/** With fewer members in a unit none may fail: 10 %, rounded down (components/rollout/stackSet.ts). */
const tolerant = 10;

export interface Population {
    /** Members of the enrolled units, those that are to join last. */
    readonly members: readonly Member[];
    /** Members of the organization that nobody enrolled. */
    readonly outsiders: readonly string[];
    /** A member in which somebody made a role of the access role's name before `pulumi up`. Absent where a unit has too few members to tolerate that. */
    readonly squatted?: Member;
}

interface Unit {
    readonly id: string;
    readonly path: readonly string[];
}

/** Below each enrolled unit those that rules name and two of ours, and below each of these another two. */
function unitsOf({ units, rules }: NonNullable<Settings["organization"]>): Unit[] {
    const root = units[0]!.split("-")[1]!;
    const named = [...new Set(rules.flatMap((rule) => rule.units ?? []))].filter((id) => !units.includes(id));
    return units.flatMap((unit, index) => {
        const own = [0, 1].map((n) => `ou-${root}-a${String(index).padStart(3, "0")}000${n}`);
        const below = [...(index === 0 ? named : []), ...own].map((id): Unit => ({ id, path: [unit, id] }));
        const deepest = below.flatMap(({ id, path }) => [0, 1].map((n): Unit => ({ id: `${id}${n}`, path: [...path, `${id}${n}`] })));
        return [{ id: unit, path: [unit] }, ...below, ...deepest];
    });
}

const managementAccount = "999900001111";
const kinds = ["team", "data", "web"];

/**
 * The same settings give the same organization.
 * @param accounts enrolled ones in all, those that are listed and those that join later included
 */
export function populationOf(settings: Settings & { organization: NonNullable<Settings["organization"]> }, accounts: number): Population {
    const units = unitsOf(settings.organization);
    const asked = Object.fromEntries(settings.organization.rules.flatMap(({ tags = {} }) => Object.entries(tags).map(([key, [value = ""]]) => [key, value])));
    const members = Array.from({ length: accounts - settings.sourceAccounts.length }, (_, n): Member => {
        const { path } = units[n % units.length]!;
        const kind = kinds[settings.organization.units.indexOf(path[0]!) % kinds.length]!;
        return { id: String(600_000_000_000 + n * 1_000_003), name: `${kind}-${String(n).padStart(3, "0")}`, units: path, tags: n % 10 === 0 ? asked : {} };
    });
    const squatted = members[7];
    const beside = members.slice(0, -joiners).filter(({ units: [unit] }) => unit === squatted?.units[0]);
    return { members, outsiders: ["700000000001", "700000000002"], ...(squatted && beside.length >= tolerant && { squatted }) };
}

/** Founds it and lets everybody in but those who join later. The backup account is a member too, of no enrolled unit. */
export function found(world: World, settings: Settings & { organization: NonNullable<Settings["organization"]> }, { members, outsiders, squatted }: Population): void {
    const { organizationId, units } = settings.organization;
    const { organization } = world;
    const rootId = `r-${units[0]!.split("-")[1]}`;
    organization.found({ id: organizationId, rootId, managementAccount, delegation: JSON.stringify(organizationDelegation(settings.partition, settings.backupAccount.id)) });
    for (const { id, path } of unitsOf(settings.organization)) organization.addUnit(id, path.at(-2));
    const elsewhere = `ou-${rootId.slice(2)}-elsewhere`;
    organization.addUnit(elsewhere);
    for (const id of [settings.backupAccount.id, managementAccount, ...outsiders]) organization.join({ id, name: `other-${id.slice(-1)}`, unit: elsewhere });
    members.slice(0, -joiners).forEach((member) => enter(world, member));
    if (squatted) world.iam.addRole(standing(settings, squatted.id));
    organization.join({ id: "700000000003", name: "closed", unit: units[0]!, state: "SUSPENDED" });
}

/** Somebody's own, for whatever purpose. */
function standing({ partition, stack, region, backupAccount }: Settings, account: string): Role {
    const { accessRole } = arnsOf({ stack, region, backupAccountId: backupAccount.id });
    const trust = { Sid: "Own", Effect: "Allow", Principal: { AWS: `arn:${partition}:iam::${account}:root` }, Action: "sts:AssumeRole" };
    return { arn: accessRole(account), account, trust: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }), policies: [] };
}

export const enter = (world: World, { id, name, units, tags }: Member): void => world.organization.join({ id, name, unit: units.at(-1)!, tags });

/** The settings as if every member were listed: who judges a rehearsal asks for an account's rules and name only. */
export function withMembers(settings: Settings, members: readonly Member[]): Settings {
    const { organization, databases, sourceAccounts, exports, monitoring } = settings;
    const enrolment = { accounts: {}, organization, databases, maxAttempts: exports.maxAttempts, rpoHours: monitoring.rpoHours };
    const asListed = members.map((member): SourceAccount => {
        const own = rulesOfMember(enrolment, member);
        return { id: member.id, name: member.name, deployRoleArn: "", ...(own !== databases && { databases: own }) };
    });
    return { ...settings, sourceAccounts: [...sourceAccounts, ...asListed] };
}
