/** The databases that a report is about, each with its manifests: those of the inventory, and those that only manifests tell of. Pure. */
import { frequencyOf, rulesFor } from "../handlers/lib/database";
import { unwanted as unwantedBy } from "../handlers/lib/eligible";
import { grouped } from "../handlers/lib/history";
import { remembered, rpoOf, scheduledType } from "../handlers/lib/rpo";
import type { Enrolment, InventoryDatabase } from "../handlers/lib/types";
import type { Manifest } from "./evidence";
import type { Inventory } from "./inventory";
import { day } from "./words";

/** A database as far as anybody knows it. */
export interface Subject {
    readonly account: string;
    readonly accountName: string;
    readonly database: string;
    readonly resourceId: string;
    readonly manifests: readonly Manifest[];
    /** Absent: known by its manifests only. */
    readonly inventory?: InventoryDatabase;
    /** When the account's inventory is from; without `inventory` and with this the database is gone. */
    readonly inventoryAt?: number;
    readonly rpoHours: number;
    /** Whether only snapshots made by hand are wanted, so that no age is too old. */
    readonly unscheduled?: boolean;
    /** Whether another database of its name is there now. */
    readonly succeeded?: boolean;
    /** Why the configuration doesn't want it; absent: it does. */
    readonly unwanted?: string;
    /** When the account's oldest manifest was sealed. */
    readonly accountSince?: number;
    /** Beside what is its own: the account is suspended. */
    readonly note?: string;
}

/** Days for which a database that left the inventory is still expected to be protected, as the starter has it. */
export const goneDays = remembered;

export const newestOf = (manifests: readonly Manifest[]) => [...manifests].sort((a, b) => b.dataTime - a.dataTime || b.sealedAt - a.sealedAt)[0];

export interface Judged {
    readonly last?: Manifest;
    /** Hours; absent: nobody knows since when it could have been protected. */
    readonly ageHours?: number;
    readonly restorable: readonly Manifest[];
    readonly late: boolean;
}

export const isGone = ({ inventory, inventoryAt }: Subject) => !inventory && inventoryAt !== undefined;

/** A database that is there is protected by its resource id alone: under its name somebody may have exported another one. The starter counts so too. */
export const provesWhose = ({ resourceId }: Manifest, { inventory }: Subject) => !inventory?.resourceId || resourceId !== "";

/** Gone for so long that nobody expects another export. */
export const isForgotten = ({ manifests, ...subject }: Subject, now: number) => isGone({ manifests, ...subject }) && manifests.every(({ dataTime }) => dataTime < now - goneDays * day);

/** Every database of the inventory is a subject, and every other one that a manifest tells of. */
export function subjectsOf({ id, name }: { readonly id: string; readonly name: string }, manifests: readonly Manifest[], inventory: Inventory | undefined, suspendedAccounts: readonly string[], enrolment: Enrolment): Subject[] {
    const listed = inventory?.databases ?? [];
    const owned = grouped(manifests, (manifest) => {
        const index = ownerOf(manifest, listed);
        return index < 0 ? `${manifest.kind}.${manifest.identifier} ${manifest.resourceId}` : String(index);
    });
    const shared = {
        account: id, accountName: name,
        ...(inventory && { inventoryAt: inventory.at }),
        ...(manifests.length && { accountSince: Math.min(...manifests.map(({ sealedAt }) => sealedAt)) }),
        ...(suspendedAccounts.includes(id) && { note: "the account is suspended (vault.suspendedAccounts)" }),
    };
    const byHand = scheduledType(rulesFor(enrolment, id)) === "manual";
    const ofInventory = listed.map((each, index): Subject => ({
        ...shared, database: each.database, resourceId: each.resourceId, rpoHours: each.rpoHours, inventory: each, manifests: owned.get(String(index)) ?? [],
        // Which rules are a member's only the starter knows: where there is no RPO it counts no hours.
        ...((id in enrolment.accounts ? byHand : each.unprotectedHours === undefined && each.protectedAt !== undefined) && { unscheduled: true }),
        ...(!each.wanted && { unwanted: each.why ?? "no filter wants it" }),
    }));
    const others = [...owned.entries()].filter(([key]) => !/^\d+$/.test(key)).map(([, own]) => ({ ...shared, ...byManifests(own, listed, enrolment), ...(byHand && { unscheduled: true }), succeeded: listed.some(({ database }) => database === `${own[0]!.kind}.${own[0]!.identifier}`) }));
    return [...ofInventory, ...others];
}

/** By kind and resource id; where nobody could tell that any more by name, unless the database is younger than the data. */
const ownerOf = ({ kind, identifier, resourceId, dataTime }: Manifest, databases: readonly InventoryDatabase[]): number =>
    databases.findIndex((each) => {
        if (!each.database.startsWith(`${kind}.`)) return false;
        if (resourceId && each.resourceId) return each.resourceId === resourceId;
        return each.database === `${kind}.${identifier}` && !(Date.parse(each.createdAt ?? "") > dataTime);
    });

/**
 * Of a database that no inventory lists; tags can't be asked for. Nor can units and tags of a member, so its account's other databases tell
 * which hours its rules allow; the longest, since the starter says by itself what is beyond.
 */
function byManifests(manifests: readonly Manifest[], listed: readonly InventoryDatabase[], enrolment: Enrolment): Pick<Subject, "database" | "resourceId" | "manifests" | "rpoHours" | "unwanted"> {
    const { account, kind, identifier, resourceId } = manifests[0]!;
    const rules = rulesFor(enrolment, account);
    const target = { kind, account, database: identifier };
    const isListed = account in enrolment.accounts;
    const unwanted = isListed || enrolment.organization !== undefined ? unwantedBy(target, rules, {}) : "its account isn't enrolled";
    const ofMember = isListed ? [] : listed.map((each) => each.rpoHours);
    const rpoHours = ofMember.length ? Math.max(...ofMember) : rpoOf(frequencyOf(rules, scheduledType(rules), target), enrolment.rpoHours);
    return { database: `${kind}.${identifier}`, resourceId, manifests, rpoHours, ...(unwanted !== undefined && { unwanted }) };
}
