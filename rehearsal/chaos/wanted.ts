/** What a finished world should hold, told without the planner: which snapshots had to be protected, and which are. */
import type { SimSnapshot, SimTask } from "../aws/types";
import { day, hour } from "../nights";
import { objectionTo } from "../oracle";
import type { Played } from "./play";

/** Snapshots of which one is enough: those of a database in a period, or a single one. */
export interface Obligation {
    readonly snapshots: readonly SimSnapshot[];
    /** Those and others of the same database and period: a manual snapshot's export covers the day as well. */
    readonly standIns: readonly SimSnapshot[];
    /** One that was there from its beginning until after its window, rather one that nobody tried: none can say that it was gone too soon. */
    readonly lasting?: SimSnapshot;
    /** Its last window has closed, and some looks have passed that may fail. */
    readonly closed: number;
    readonly frequency: string;
}

/** Chaos names databases by how often they are wanted. */
const frequencyOf = ({ type, database }: SimSnapshot): string => (type === "manual" ? "every" : (database.identifier.split("-")[0] ?? "every"));

/** UTC day, ISO week (counted from a Monday), calendar month. */
function periodOf(frequency: string, time: number): string {
    if (frequency === "daily") return new Date(time).toISOString().slice(0, 10);
    if (frequency === "weekly") return String(Math.floor((time - Date.UTC(2026, 9, 5)) / (7 * day)));
    return new Date(time).toISOString().slice(0, 7);
}

/** Looks that are needed to say that a window has closed; several may fail. */
const graceLooks = 6;

export function obligations(played: Played): Obligation[] {
    const { world, stack, end, history } = played;
    const { lookbackDays } = stack.settings.databases;
    const outages = history.troubles.filter(({ kind }) => kind === "outage" || kind === "broken").reduce((sum, each) => sum + ("hours" in each ? each.hours : 0), 0);
    const grace = outages * hour + graceLooks * hour + (history.throttled > 0 ? 24 * hour : 0);
    const groups = new Map<string, SimSnapshot[]>();
    const ofPeriod = (frequency: string, { database, account, createdAt }: SimSnapshot) => `${account} ${database.kind} ${database.resourceId} ${periodOf(frequency, createdAt)}`;
    for (const snapshot of world.rds.snapshots()) {
        if (snapshot.availableAt === undefined || objectionTo(snapshot, stack.settings) !== undefined) continue;
        const frequency = frequencyOf(snapshot);
        const key = frequency === "every" ? `${snapshot.arn} ${snapshot.createdAt}` : ofPeriod(frequency, snapshot);
        groups.set(key, [...(groups.get(key) ?? []), snapshot]);
    }
    return [...groups.values()].map((snapshots) => {
        const [first] = snapshots as [SimSnapshot];
        const frequency = frequencyOf(first);
        const standIns = frequency === "every" ? snapshots : world.rds.snapshots(first.account).filter((other) => ofPeriod(frequency, other) === ofPeriod(frequency, first));
        // As long as a later one of the period may still be exported, nothing is lost, and nothing needs to be said.
        const closed = Math.max(...standIns.map(({ createdAt, deletedAt = Infinity }) => Math.min(createdAt + lookbackDays * day, deletedAt) + grace));
        const lasting = closed > end ? [] : snapshots.filter(({ createdAt, deletedAt = Infinity }) => deletedAt > Math.max(closed, createdAt + lookbackDays * day + grace));
        return { snapshots, frequency, standIns, closed, lasting: lasting.find((snapshot) => !tasksFor(played, snapshot).length) ?? lasting[0] };
    });
}

/** Ours: not a stranger's, for this snapshot and not for another of the same name. */
export const tasksFor = ({ world, strangers }: Played, { account, arn, createdAt, deletedAt = Infinity }: SimSnapshot): SimTask[] =>
    world.rds.tasks(account).filter((task) => task.sourceArn === arn && task.startedAt >= createdAt && task.startedAt <= deletedAt && !strangers.has(task.id));

/** How long all may stand still in this history, in milliseconds. */
export const slowness = ({ history: { throttled, deaths, troubles } }: Played): number =>
    ((throttled + deaths.length > 0 ? 24 : 0) + troubles.reduce((sum, each) => sum + ("hours" in each ? each.hours : 0), 0)) * hour;

/** By when a snapshot's exports must have come to their end and be sealed, or be told of: the window's, and of those begun within it their own. */
export const endBy = (played: Played, { closed }: Pick<Obligation, "closed">, snapshot: SimSnapshot): number =>
    Math.max(closed, ...tasksFor(played, snapshot).filter(({ startedAt }) => startedAt <= closed).map(({ endedAt = played.end }) => endedAt + sealerPatience + slowness(played)));

interface Sealed {
    readonly key: string;
    readonly writtenAt: number;
    readonly outcome: string;
    readonly body: string;
}

const sealedOf = new WeakMap<Played, Map<string, Sealed>>();

/** Manifests in the vault by task id, read by the place of the parts in their names. */
export function manifests(played: Played): Map<string, Sealed> {
    const known = sealedOf.get(played);
    if (known) return known;
    const found = new Map<string, Sealed>();
    for (const { key, writtenAt, body = "" } of played.world.s3.versions(played.destination.bucket, "manifests/")) {
        const [, task, outcome] = /\/([^/.]+)\.(complete|partial|failed|canceled)\.json$/.exec(key) ?? [];
        if (task && outcome) found.set(task, { key, writtenAt, outcome, body });
    }
    sealedOf.set(played, found);
    return found;
}

/** Whether an export stands for its snapshot. Before there was a sealer, RDS's COMPLETE had to do. */
export const protects = (played: Played, { id, status }: SimTask): boolean => status === "COMPLETE" && (played.sealed ? manifests(played).get(id)?.outcome === "complete" : true);

/** A snapshot or one that stands for it is protected in time, or still being worked on. */
export const isProtected = (played: Played, obligation: Obligation): boolean =>
    obligation.standIns.some((snapshot) => {
        const by = endBy(played, obligation, snapshot);
        const isInTime = ({ id, startedAt }: SimTask) => startedAt <= obligation.closed && (manifests(played).get(id)?.writtenAt ?? 0) <= by;
        return coveredBefore(played, snapshot, obligation.frequency) || tasksFor(played, snapshot).some((task) => (protects(played, task) && isInTime(task)) || isOpen(played, task));
    });

/** In flight, or ended so lately that the sealer may wait for files. */
export function isOpen(played: Played, { id, status, endedAt }: SimTask): boolean {
    if (status !== "COMPLETE") return ["STARTING", "IN_PROGRESS", "CANCELING"].includes(status);
    return played.sealed && !manifests(played).has(id) && (endedAt ?? 0) > played.end - sealerPatience;
}

/** Hours until a finished export must have its manifest: six until the sealer takes what there is, and some looks that fail. */
export const sealerPatience = 10 * hour;

/** Whether the ledger held the period at the beginning; its manifests have no content. */
export function coveredBefore({ world, destination }: Played, { account, database, createdAt }: SimSnapshot, frequency: string): boolean {
    const name = `${database.kind}.${database.identifier}.${database.resourceId.slice(-8)}/`;
    const sameWeek = (date: string) => Math.floor((Date.parse(date) - Date.UTC(2026, 9, 5)) / 604_800_000) === Math.floor((createdAt - Date.UTC(2026, 9, 5)) / 604_800_000);
    return world.s3.versions(destination.bucket, `manifests/${account}/`).some(({ key, body }) => {
        const date = key.split("/")[2] ?? "";
        return body === "{}" && key.includes(name) && (frequency === "monthly" ? date.slice(0, 7) === new Date(createdAt).toISOString().slice(0, 7) : frequency === "weekly" && sameWeek(date));
    });
}
