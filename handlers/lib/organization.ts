import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import type { EnrolledUnits, Member } from "./types";

/** The SDK's module and client, made inside the Lambda's factory: a serialized function can't capture them. */
export interface OrganizationClients {
    readonly organizationsModule: typeof import("@aws-sdk/client-organizations");
    readonly organizations: OrganizationsClient;
}

/** What a warm sweep remembers. Nothing depends on it but the number of calls, and whom it still knows when the organization can't be read. */
export interface OrganizationMemory {
    members: Readonly<Record<string, Member>>;
    readonly tags: Record<string, { readonly at: number; readonly tags: Readonly<Record<string, string>> }>;
}

export const emptyOrganizationMemory = (): OrganizationMemory => ({ members: {}, tags: {} });

export interface Reading {
    readonly members: readonly Member[];
    /** The first thing that went wrong; then some members may be missing. */
    readonly error?: Error;
    /** Members that wait for another sweep, because the time was over before their tags were read. */
    readonly waiting: number;
}

/**
 * Organizations throttles by the second and says nowhere how much (README: not yet proven). 10,000 accounts are 500 pages of 20:
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html
 */
const callsAtOnce = 8;
/** Milliseconds. The sweep has 60 seconds, and sends its triggers in what is left. */
const readingTime = 40_000;
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

/** The active members of the enrolled units and of all units below them. Never rejects: what could be read counts, and the error is told. */
export async function readMembers({ units, rules }: Pick<EnrolledUnits, "units" | "rules">, clients: OrganizationClients, memory: OrganizationMemory): Promise<Reading> {
    const { organizationsModule: sdk, organizations } = clients;
    const client = { client: organizations };
    const until = Date.now() + readingTime;
    const through = gate(callsAtOnce);
    const found: Record<string, Member> = {};
    let failure: Error | undefined;
    const failed = (error: Error) => void (failure ??= error);

    /** All pages, each through the gate. */
    async function each<P>(pages: AsyncGenerator<P, unknown>, use: (page: P) => void): Promise<void> {
        try {
            for (;;) {
                const { done, value } = await through(() => {
                    if (Date.now() > until) throw Object.assign(new Error(`no end after ${readingTime / 1000} seconds`), { name: "TimeoutError" });
                    return pages.next();
                });
                if (done) return;
                use(value as P);
            }
        } catch (error) {
            failed(error as Error);
        }
    }

    async function walk(unit: string, above: readonly string[]): Promise<void> {
        const path = [...above, unit];
        const below: Promise<void>[] = [];
        await Promise.all([
            each(sdk.paginateListAccountsForParent(client, { ParentId: unit }), ({ Accounts = [] }) => {
                for (const { Id: id, Name: name = "", State, Status } of Accounts) {
                    // Status is retired since September 2026: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
                    if (id && (State ?? Status) === "ACTIVE") found[id] = { id, name, units: path, tags: {} };
                }
            }),
            each(sdk.paginateListChildren(client, { ParentId: unit, ChildType: "ORGANIZATIONAL_UNIT" }), ({ Children = [] }) => {
                for (const { Id } of Children) if (Id) below.push(walk(Id, path));
            }),
        ]);
        await Promise.all(below);
    }

    await Promise.all(units.map((unit) => walk(unit, [])));
    const asked = [...new Set(rules.flatMap(({ tags = {} }) => Object.keys(tags)))];
    const { members, waiting } = asked.length ? await withTags(Object.values(found), asked) : { members: Object.values(found), waiting: 0 };
    if (!failure) memory.members = Object.fromEntries(members.map((member) => [member.id, member]));
    return { members, error: failure, waiting };

    async function withTags(all: readonly Member[], keys: readonly string[]) {
        // Begins elsewhere each time: where time is short and the function cold, everybody has a turn.
        const first = Math.floor(Math.random() * all.length);
        const tagged = await Promise.all([...all.slice(first), ...all.slice(0, first)].map((member) => through(() => tagsOf(member, keys))));
        const read = tagged.flatMap((member) => member ?? []);
        return { members: read, waiting: all.length - read.length };
    }

    /** A member without tags may be under the wrong rules, and an export can't be undone: rather a later sweep. */
    async function tagsOf(member: Member, keys: readonly string[]): Promise<Member | undefined> {
        const known = memory.tags[member.id];
        if (known && Date.now() - known.at < tagAge) return { ...member, tags: known.tags };
        if (Date.now() > until) return known && { ...member, tags: known.tags };
        try {
            const tags: Record<string, string> = {};
            for await (const { Tags = [] } of sdk.paginateListTagsForResource(client, { ResourceId: member.id })) {
                for (const { Key = "", Value = "" } of Tags) if (keys.includes(Key)) tags[Key] = Value;
            }
            memory.tags[member.id] = { at: Date.now(), tags };
            return { ...member, tags };
        } catch (error) {
            failed(error as Error);
            // Not a matter of time: then rather under the wrong rules than unprotected, and alarmed.
            return { ...member, tags: known?.tags ?? {} };
        }
    }
}
