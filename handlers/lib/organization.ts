import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import { failureClass } from "./failure";
import { log } from "./log";
import type { EnrolledUnits, Member } from "./types";

/** The SDK's module and client, made inside the Lambda's factory: a serialized function can't capture them. */
export interface OrganizationClients {
    readonly organizationsModule: typeof import("@aws-sdk/client-organizations");
    readonly organizations: OrganizationsClient;
}

/** What a warm sweep remembers. Nothing depends on it but the number of calls, whom it still knows when the organization can't be read, and who is said to have left. */
export interface OrganizationMemory {
    /** As the units told last, without tags. */
    members: Readonly<Record<string, Member>>;
    /** Whether all units were ever read to the end. */
    complete: boolean;
    readonly tags: Record<string, { readonly at: number; readonly tags: Readonly<Record<string, string>> }>;
    /** The management account, once it is known. */
    management?: string;
}

export const emptyOrganizationMemory = (): OrganizationMemory => ({ members: {}, complete: false, tags: {} });

/** What a reading may take, in milliseconds. */
export interface Patience {
    /** Default 120,000: the sweep has 180 seconds, and sends the members' triggers in what is left. */
    readonly reading: number;
    /** Default 5,000. Of one attempt at one call. */
    readonly request: number;
    /** Default 500. Before a call that failed in passing is repeated; doubled each time. */
    readonly pause: number;
}

export const defaultPatience: Patience = { reading: 120_000, request: 5_000, pause: 500 };

/** Who was a member at the reading before, and isn't any more. */
export interface Left {
    /** 12 digits. */
    readonly id: string;
    readonly name: string;
    /** As Organizations says it, such as SUSPENDED; absent: the account isn't in the units. */
    readonly state?: string;
}

export interface Reading {
    /** Those that were read and, where not all units could be, those that are remembered. */
    readonly members: readonly Member[];
    /** How many members the units told. */
    readonly read: number;
    /** The first thing that went wrong. */
    readonly error?: Error;
    /** Members that wait for another sweep, because their tags couldn't be read in time. */
    readonly waiting: number;
    /** Each once. */
    readonly left: readonly Left[];
    /** Accounts in the units that are no sources. */
    readonly apart: readonly string[];
}

/**
 * Organizations throttles by the second: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html 10,000 accounts are 500 pages of 20:
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html
 */
export const callsAtOnce = 3;
/** Of one call that fails in passing, beside the SDK's own; with a pause of 500 the last comes after half a minute. */
const repeats = 6;
/** Tags cost a call per account, so they are read anew every six hours only. */
const tagAge = 6 * 3_600_000;

/** Lets at most `most` calls run at once; the others wait in line. */
export function gate(most: number): <T>(call: () => Promise<T>) => Promise<T> {
    const waiting: (() => void)[] = [];
    let free = most;
    return async (call) => {
        if (free > 0) free--;
        else await new Promise<void>((resolve) => waiting.push(resolve));
        try {
            return await call();
        } finally {
            const next = waiting.shift();
            if (next) next();
            else free++;
        }
    };
}

/** The accounts of the enrolled units, as far as they could be read. */
interface Walked {
    /** Active ones. */
    readonly found: Record<string, Member>;
    /** State by id of those that aren't active. */
    readonly inactive: Record<string, string>;
    /** The first thing that went wrong; then some are missing. */
    readonly error?: Error;
}

type Asking = ReturnType<typeof asker>;

/** Asks few things at once, repeats what fails in passing, and ends all calls when the time is over. */
function asker({ reading, pause }: Patience) {
    const until = Date.now() + reading;
    const abortSignal = AbortSignal.timeout(reading);
    const through = gate(callsAtOnce);

    /** The pause keeps the place in the gate: where AWS throttles, the others would only be throttled too. */
    async function repeated<T>(call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
        for (let again = 0; ; again++) {
            try {
                if (Date.now() > until) throw Object.assign(new Error(`no end after ${reading / 1000} seconds`), { name: "TimeoutError" });
                return await call({ abortSignal });
            } catch (error) {
                const rest = pause * 2 ** again * (0.5 + Math.random() / 2);
                if (failureClass(error) !== "throttled" || again >= repeats || Date.now() + rest > until) throw error;
                await new Promise((resolve) => setTimeout(resolve, rest));
            }
        }
    }

    const ask = <T>(call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>) => through(() => repeated(call));

    /** All pages. Not the SDK's paginator: that ends at the first error, and the page that was refused couldn't be repeated. */
    async function pages<P extends { readonly NextToken?: string }>(call: (NextToken: string | undefined, options: { readonly abortSignal: AbortSignal }) => Promise<P>, use: (page: P) => void): Promise<void> {
        let token: string | undefined;
        do {
            const page = await ask((options) => call(token, options));
            use(page);
            token = page.NextToken;
        } while (token);
    }

    return { ask, pages };
}

/** The active members of the enrolled units and of all units below them. Never rejects: what could be read counts, and the error is told. */
export async function readMembers({ units, rules }: Pick<EnrolledUnits, "units" | "rules">, backupAccountId: string, clients: OrganizationClients, memory: OrganizationMemory, patience = defaultPatience): Promise<Reading> {
    const asking = asker(patience);
    const [{ found, inactive, error }] = await Promise.all([walk(units, clients, asking), learnManagement(clients, memory, asking)]);
    // The rollout reaches neither: service-managed StackSets leave the management account out, and the backup account is no source.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html
    const isApart = (id: string) => id === memory.management || id === backupAccountId;
    const before = memory.members;
    // Where not all units could be read, who isn't seen may still be there.
    const isGone = (id: string) => !(id in found) && (!error || id in inactive);
    const now = Object.values({ ...before, ...found }).filter(({ id }) => !isGone(id) && !isApart(id));
    const left = Object.values(before).filter(({ id }) => isGone(id));
    memory.members = Object.fromEntries(now.map((member) => [member.id, member]));
    memory.complete ||= !error;
    const asked = [...new Set(rules.flatMap(({ tags = {} }) => Object.keys(tags)))];
    const tagged = asked.length ? await withTags(now, asked, clients, memory, asking) : { members: now };
    return {
        members: tagged.members,
        read: Object.keys(found).length,
        error: error ?? tagged.error,
        waiting: now.length - tagged.members.length,
        left: left.map(({ id, name }) => ({ id, name, state: inactive[id] })),
        apart: Object.keys(found).filter(isApart),
    };
}

async function walk(units: readonly string[], { organizationsModule: sdk, organizations }: OrganizationClients, { pages }: Asking): Promise<Walked> {
    const [found, inactive]: [Record<string, Member>, Record<string, string>] = [{}, {}];
    let error: Error | undefined;
    const failed = (reason: Error) => void (error ??= reason);

    async function below(unit: string, above: readonly string[]): Promise<void> {
        const path = [...above, unit];
        const deeper: Promise<void>[] = [];
        const accounts = pages((NextToken, options) => organizations.send(new sdk.ListAccountsForParentCommand({ ParentId: unit, NextToken }), options), ({ Accounts = [] }) => {
            for (const { Id: id, Name: name = "", State, Status } of Accounts) {
                // Status is retired since September 2026: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
                const state = State ?? Status;
                if (id && state === "ACTIVE") found[id] = { id, name, units: path, tags: {} };
                else if (id) inactive[id] = state ?? "without a state";
            }
        });
        const children = pages((NextToken, options) => organizations.send(new sdk.ListChildrenCommand({ ParentId: unit, ChildType: "ORGANIZATIONAL_UNIT", NextToken }), options), ({ Children = [] }) => {
            for (const { Id } of Children) if (Id) deeper.push(below(Id, path));
        });
        await Promise.all([accounts.catch(failed), children.catch(failed)]);
        await Promise.all(deeper);
    }

    await Promise.all(units.map((unit) => below(unit, [])));
    return { found, inactive, error };
}

/** Once is enough: an organization keeps its management account. Unknown, it is taken for a member that isn't ready. */
async function learnManagement({ organizationsModule: sdk, organizations }: OrganizationClients, memory: OrganizationMemory, { ask }: Asking): Promise<void> {
    if (memory.management) return;
    try {
        const { Organization } = await ask((options) => organizations.send(new sdk.DescribeOrganizationCommand({}), options));
        memory.management = Organization?.MasterAccountId;
    } catch (error) {
        log("WARN", "management-account-unknown", { error: (error as Error).name, detail: (error as Error).message });
    }
}

/** Members with the tags that rules ask for; without those whose tags couldn't be read in time. */
async function withTags(all: readonly Member[], keys: readonly string[], { organizationsModule: sdk, organizations }: OrganizationClients, memory: OrganizationMemory, { pages }: Asking): Promise<Pick<Reading, "members" | "error">> {
    let error: Error | undefined;

    async function tagsOf(member: Member): Promise<Member | undefined> {
        const known = memory.tags[member.id];
        if (known && Date.now() - known.at < tagAge) return { ...member, tags: known.tags };
        try {
            const tags: Record<string, string> = {};
            await pages((NextToken, options) => organizations.send(new sdk.ListTagsForResourceCommand({ ResourceId: member.id, NextToken }), options), ({ Tags = [] }) => {
                for (const { Key = "", Value = "" } of Tags) if (keys.includes(Key)) tags[Key] = Value;
            });
            memory.tags[member.id] = { at: Date.now(), tags };
            return { ...member, tags };
        } catch (reason) {
            const passes = failureClass(reason) === "throttled";
            if (!passes) error ??= reason as Error;
            if (known) return { ...member, tags: known.tags };
            // Rather a later sweep: without tags a member may be under the wrong rules, and an export can't be undone.
            if (passes) return undefined;
            // Doesn't pass, and is alarmed by each sweep until somebody mends it. A rule by tags then saves too much, which costs, or as
            // little as the other rules say; left out, the member would save nothing, and one action less in the delegation policy
            // would switch off the protection of everybody.
            return member;
        }
    }

    // Begins elsewhere each time: where time is short and the function cold, everybody has a turn.
    const first = Math.floor(Math.random() * all.length);
    const members = await Promise.all([...all.slice(first), ...all.slice(0, first)].map(tagsOf));
    return { members: members.flatMap((member) => member ?? []), error };
}
