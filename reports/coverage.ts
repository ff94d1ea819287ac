/** Who is protected, and since when: the core of report and status. Pure. */
import { enrolmentOf } from "../components/enrolment";
import type { Settings } from "../components/settings";
import type { Enrolment } from "../handlers/lib/types";
import type { Evidence, Unreadable } from "./evidence";
import { newestInventories, type Inventory } from "./inventory";
import { rowOf, type Row } from "./rows";
import { grouped } from "../handlers/lib/history";
import { goneDays, subjectsOf } from "./subjects";
import { day, hour, span, when } from "./words";

export interface Account {
    /** 12 digits. */
    readonly id: string;
    readonly name: string;
    /** ISO; absent: none. */
    readonly inventoryAt?: string;
    /** Why its databases aren't known as of now; absent: they are. */
    readonly unseen?: string;
}

export interface Sums {
    /** Databases that the configuration wants. */
    readonly wanted: number;
    readonly withinRpo: number;
    readonly unprotected: number;
    readonly unwanted: number;
    readonly gone: number;
    readonly noSnapshots: number;
    readonly restorePoints: number;
    readonly bytes: number;
}

export interface Coverage {
    readonly stack: string;
    readonly region: string;
    /** ISO: what the report tells is as of then. */
    readonly now: string;
    readonly source: string;
    /** COMPLIANCE retention of the configuration. */
    readonly retentionDays: number;
    /** Whether everything could be read. */
    readonly complete: boolean;
    readonly unreadable: readonly Unreadable[];
    /** What to think of, in sentences. */
    readonly hints: readonly string[];
    readonly sums: Sums;
    readonly accounts: readonly Account[];
    /** Unprotected ones first, then by age. */
    readonly rows: readonly Row[];
}

/** An inventory comes every six hours; after 24 it tells nothing of today. */
const inventoryAge = 24 * hour;

/** @param now what was sealed or looked at later is left out */
export function coverage({ source, manifests, inventory, unreadable }: Evidence, settings: Settings, now: Date): Coverage {
    const enrolment = enrolmentOf(settings);
    const time = now.getTime();
    const sealed = manifests.filter(({ sealedAt }) => sealedAt <= time);
    const { inventories, unreadable: gaps } = newestInventories(inventory.filter(({ at }) => Date.parse(at) <= time));
    const ids = [...new Set([...Object.keys(enrolment.accounts), ...inventories.keys(), ...sealed.map(({ account }) => account)])].sort();
    const accounts = ids.map((id) => accountOf(id, enrolment, inventories.get(id), time));
    const byAccount = grouped(sealed, ({ account }) => account);
    const subjects = accounts.flatMap((account) => subjectsOf(account, byAccount.get(account.id) ?? [], inventories.get(account.id), settings.vault.suspendedAccounts, enrolment));
    const rows = subjects.map((subject) => rowOf(subject, time)).filter((row) => row.status !== "gone" || row.restorePoints > 0 || isRecent(row, time)).sort(worstFirst);
    const missing = [...unreadable, ...gaps];
    return {
        stack: settings.stack, region: settings.region, source, accounts, rows,
        now: now.toISOString(),
        retentionDays: settings.vault.retentionDays,
        complete: missing.length === 0,
        unreadable: missing,
        hints: hintsOf({ manifests, inventory }, sealed.length, inventories, time),
        sums: sumsOf(rows),
    };
}

/** 2: something couldn't be read; 1: a database is unprotected, or an account's databases aren't known. */
export function exitStatus({ complete, sums, accounts }: Pick<Coverage, "complete" | "sums" | "accounts">): 0 | 1 | 2 {
    if (!complete) return 2;
    return sums.unprotected || accounts.some(({ unseen }) => unseen !== undefined) ? 1 : 0;
}

function accountOf(id: string, { accounts, organization }: Enrolment, inventory: Inventory | undefined, now: number): Account {
    const name = accounts[id]?.name ?? inventory?.name ?? id;
    if (!inventory) return { id, name, ...((accounts[id] || organization) && { unseen: "no inventory of it: was it looked at in the last 24 hours?" }) };
    const at = new Date(inventory.at).toISOString();
    const old = now - inventory.at;
    return { id, name, inventoryAt: at, ...(old > inventoryAge && { unseen: `its newest inventory is ${span(old / hour)} old` }) };
}

const isRecent = ({ points }: Row, now: number) => points.some(({ at }) => Date.parse(at) >= now - goneDays * day);

/** Unprotected, then wanted, then the rest; in each the longest unprotected first, and one of unknown age before all. */
function worstFirst(a: Row, b: Row): number {
    const rank = ({ unprotected, wanted, status }: Row) => (unprotected ? 0 : status === "unwanted" || status === "gone" ? 3 - Number(wanted) : 1);
    const age = ({ ageHours = Number.MAX_VALUE }: Row) => ageHours;
    return rank(a) - rank(b) || age(b) - age(a) || `${a.account} ${a.database}`.localeCompare(`${b.account} ${b.database}`);
}

/** Wanted, and either there or gone before it was protected. */
export const expected = ({ wanted, status, unprotected }: Row): boolean => wanted && (status !== "gone" || unprotected);

function sumsOf(rows: readonly Row[]): Sums {
    const count = (of: (row: Row) => boolean) => rows.filter(of).length;
    return {
        wanted: count(expected),
        withinRpo: count((row) => expected(row) && !row.unprotected),
        unprotected: count(({ unprotected }) => unprotected),
        unwanted: count(({ status }) => status === "unwanted"),
        gone: count(({ status }) => status === "gone"),
        noSnapshots: count(({ status }) => status === "no snapshots"),
        restorePoints: rows.reduce((sum, { restorePoints }) => sum + restorePoints, 0),
        bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    };
}

function hintsOf({ manifests, inventory }: Pick<Evidence, "manifests" | "inventory">, sealed: number, inventories: ReadonlyMap<string, Inventory>, now: number): string[] {
    const later = manifests.length - sealed;
    const times = inventory.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
    const newest = times[times.length - 1];
    const fresh = [...inventories.values()].some(({ at }) => now - at <= inventoryAge);
    return [
        ...(later ? [`${later} manifest${later === 1 ? "" : "s"} sealed after ${when(now)} left out`] : []),
        ...(!fresh && newest !== undefined ? [`the newest inventory is of ${when(newest)}: for a report as of then add --now ${new Date(newest).toISOString()}`] : []),
    ];
}
