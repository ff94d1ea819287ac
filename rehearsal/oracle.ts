/**
 * What the configuration wants, told without the planner: the raw filters by picomatch, engines by name, periods by date.
 * The planner under test can't excuse itself here.
 */
import picomatch from "picomatch";
import type { Settings } from "../components/settings";
import type { DatabaseRules, Filter, Member } from "../handlers/lib/types";
import type { SimSnapshot } from "./aws/types";
import { day } from "./nights";
import type { SnapshotFate } from "./fates";

function rulesOf({ sourceAccounts, organization, databases }: Settings, account: string, members: readonly Member[]): DatabaseRules | undefined {
    const source = sourceAccounts.find(({ id }) => id === account);
    if (source) return source.databases ?? databases;
    const member = members.find(({ id }) => id === account);
    if (!member || !organization?.units.some((unit) => member.units.includes(unit))) return undefined;
    const fitting = organization.rules.filter(({ accounts = [account], names: globs, units = member.units, tags }) => {
        const tagged = !tags || Object.keys(tags).some((key) => key in member.tags && tags[key]?.includes(member.tags[key]!));
        return accounts.includes(account) && (!globs || globs.some((glob) => picomatch.isMatch(member.name, glob, { dot: true, bash: true }))) && units.some((unit) => member.units.includes(unit)) && tagged;
    });
    return fitting.at(-1)?.databases ?? databases;
}

function names({ text }: Filter, { database: { account, kind, identifier } }: SimSnapshot, { sourceAccounts }: Settings): boolean {
    const [, kinds, owner, glob = ""] = /^(?:(instance|cluster):)?(?:([^/]+)\/)?(.*)$/.exec(text) ?? [];
    const name = sourceAccounts.find(({ id }) => id === account)?.name;
    return (!kinds || kinds === kind) && (!owner || owner === account || owner === name) && picomatch.isMatch(identifier, glob, { dot: true });
}

/** Why nobody wants this snapshot, thinning and age at the time of the look aside; `undefined`: somebody does. `members`: of the organization. */
export function objectionTo(snapshot: SimSnapshot, settings: Settings, members: readonly Member[] = []): string | undefined {
    const rules = rulesOf(settings, snapshot.account, members);
    if (!rules) return "its account isn't enrolled";
    const { database, type, createdAt, originalCreatedAt = createdAt } = snapshot;
    if (/oracle|sqlserver|db2|custom|neptune|docdb/.test(database.engine)) return `RDS can't export ${database.engine}`;
    if (!rules.snapshotTypes.includes(type)) return `${type} snapshots aren't wanted`;
    if (!rules.include.some((filter) => names(filter, snapshot, settings))) return "no filter includes it";
    if (rules.exclude.some((filter) => names(filter, snapshot, settings))) return "a filter excludes it";
    if (createdAt - originalCreatedAt > rules.lookbackDays * day) return "its data is too old";
    return undefined;
}

/** Weekly and monthly databases of which two automated snapshots of one period were exported. */
export function twicePerPeriod(all: readonly SnapshotFate[], settings: Settings, members: readonly Member[] = []): string[] {
    const seen = new Map<string, string>();
    return all.filter(({ fate, snapshot }) => fate === "exported" && snapshot.type === "automated").flatMap(({ snapshot }) => {
        const rules = rulesOf(settings, snapshot.account, members);
        const override = rules?.overrides.filter(({ databases, snapshotTypes }) => !snapshotTypes && databases.some((filter) => names(filter, snapshot, settings))).at(-1);
        const frequency = override?.frequency ?? rules?.frequency;
        if (frequency === undefined || frequency === "every") return [];
        const date = new Date(snapshot.createdAt);
        // The rehearsal starts on a Monday, so weeks are counted from there.
        const monday = Math.floor((snapshot.createdAt - Date.UTC(2026, 9, 5)) / (7 * day));
        const period = frequency === "daily" ? date.toISOString().slice(0, 10) : frequency === "weekly" ? monday : date.toISOString().slice(0, 7);
        const key = `${snapshot.database.resourceId} ${period}`;
        const before = seen.get(key);
        seen.set(key, snapshot.identifier);
        return before ? [`${snapshot.identifier} and ${before} were both exported, though ${frequency} is enough`] : [];
    });
}
