import type { AlarmCode, AlarmFields } from "./log";
import { rulesFor } from "./database";
import { disappeared } from "./finished";
import { taskFailure } from "./failure";
import { manifestOfExport } from "./history";
import type { Memory, Waiting } from "./observe";
import { dateOf } from "./period";
import type { Protection } from "./rpo";
import { claimsToBeOurs, isOwn, parsePrefix, parseTaskId, taskIdStem } from "./taskId";
import type { Decision, Observed, PlanSettings, Snapshot, Task } from "./types";

/** What a person must know. The same `id` is the same matter. */
export interface Alarm {
    readonly id: string;
    readonly code: AlarmCode;
    readonly fields: AlarmFields;
}

const hour = 3_600_000;
/** The sealer gives a finished export up as partial after six hours; one that it never touched is its own trouble. */
const sealedWithin = 12 * hour;

/** Hours that a task may be STARTING (a restore of the whole database) or CANCELING. AWS names no bound: these are ours, by size. */
export function patienceHours(sizeGiB: number | undefined): number {
    if (sizeGiB === undefined || sizeGiB > 1000) return 24;
    return sizeGiB > 100 ? 12 : 6;
}

/** What one look knows when it is over. */
export interface Seen {
    readonly observed: Observed;
    readonly decisions: readonly Decision[];
    /** Snapshot ARNs that a trigger named, and that no answer knew; the first few were asked about. */
    readonly unexplained: readonly string[];
    readonly protection: readonly Protection[];
    readonly memory: Pick<Memory, "seen" | "waiting">;
    readonly settings: PlanSettings;
    readonly now: Date;
}

/** The alarms of one look. */
export function alarmsOf({ observed, decisions, protection, unexplained, memory, settings, now }: Seen): Alarm[] {
    const { account } = observed;
    const rules = rulesFor(settings, account);
    const gone = (arn: string, database: string, reason: string): Alarm => ({ id: `vanished ${arn} ${reason}`, code: "vanished", fields: { account, database, snapshot: arn, reason } });
    return [
        ...(isFirst(observed, settings) ? [] : protection.filter(({ beyond }) => beyond).map((each) => beyondRpo(account, each, now))),
        ...decisions.flatMap((decision) => ofDecision(account, decision)),
        ...(observed.finished ?? []).flatMap((task) => ofFinished(account, task, now)),
        ...(observed.running ?? []).filter((task) => isOwn(task, observed.snapshots, settings.destination)).flatMap((task) => ofRunning(observed, task, memory.seen, now)),
        ...unexplained.slice(0, told).map((arn) => gone(arn, "unknown", "an event named this snapshot, and RDS lists neither it nor an export of it: it was deleted before its turn, or isn't listed yet")),
        ...(unexplained.length > told ? [gone(unexplained.slice(told).join(" ").slice(0, 2000), "unknown", `events named ${unexplained.length - told} more snapshots that RDS doesn't list`)] : []),
        ...strangersOf(observed, settings).map((task): Alarm => ({
            id: `stranger ${task.id}`,
            code: "stranger",
            fields: { account, database: databaseOf(task), snapshot: task.sourceArn, task: task.id, reason: "somebody started this task under an identifier of our form and into the vault; it isn't an export of ours, is never sealed, and protects nothing" },
        })),
        ...vanished(memory.waiting, observed, settings).map(({ arn, database }) => gone(arn, database, "it was waiting for its export and is gone; another snapshot of the database may still be there")),
        ...outwaited(memory.waiting, decisions).map(({ snapshot, reason }): Alarm => ({
            id: `expired-unprotected ${snapshot.arn} waited`,
            code: "expired-unprotected",
            fields: { ...aboutSnapshot(account, snapshot), reason: `${reason}; it was waiting for its export` },
        })),
        ...disappeared(observed, rules).map(({ kind, database, resource8, dataDate }): Alarm => ({
            id: `disappeared ${kind}.${database}.${resource8}`,
            code: "disappeared",
            fields: { account, database: `${kind}.${database}`, resourceId: `…${resource8}`, reason: `the database has exports, the newest of ${dataDate}, and is no longer in the account` },
        })),
    ];
}

/**
 * An account whose first export is on its way or being sealed: that nothing is protected yet is told by the metric, and alarmed if it stays so.
 * By what RDS and the vault say alone: a function that is new must not begin to wait anew.
 */
const isFirst = ({ manifests, older = [], running = [], finished = [], snapshots }: Observed, { destination }: PlanSettings): boolean =>
    manifests.length + older.length === 0 && [...running, ...finished.filter(({ status }) => status === "COMPLETE")].some((task) => isOwn(task, snapshots, destination));

/** Said anew each day, for it is the state and not an event. */
function beyondRpo(account: string, { told: { database, protectedAt, rpoHours, reason }, since }: Protection, now: Date): Alarm {
    const limit = `more than the ${rpoHours} hours that monitoring.rpoHours and its frequency allow`;
    const what = protectedAt === undefined ? `no export of it was ever sealed complete, since ${since}` : `its newest protected data is of ${since}`;
    return { id: `beyond-rpo ${dateOf(now.getTime())} ${database}`, code: "beyond-rpo", fields: { account, database, reason: `${what}, ${limit}${reason ? `. ${reason}` : ""}` } };
}

/** Alarms of one look about single snapshots that events named. */
const told = 20;

/** Finished ones, and those in flight. */
const strangersOf = ({ strangers = [], running = [], snapshots }: Observed, { destination }: PlanSettings): Task[] => [
    ...strangers,
    ...running.filter((task) => claimsToBeOurs(task, destination) && !isOwn(task, snapshots, destination)),
];

/** What is to be exported, and isn't under way. */
export const waitingOf = (decisions: readonly Decision[]): Waiting[] =>
    decisions
        .filter(({ decision, code, needs }) => decision === "export" || needs === "tasks" || ["busy", "backoff", "no-slot", "first-export"].includes(code))
        .map(({ snapshot: { arn, createdAt, kind, database } }) => ({ arn, createdAt, database: `${kind}.${database}` }));

/** Those that no list shows any more, and that nothing exports or has exported to the end. */
function vanished(waiting: readonly Waiting[], { snapshots, running = [], finished = [], manifests }: Observed, { destination }: PlanSettings): readonly Waiting[] {
    const listed = new Set(snapshots.map(({ arn, createdAt }) => `${arn} ${createdAt}`));
    const own = running.filter((task) => isOwn(task, snapshots, destination));
    const exported = [...own, ...finished.filter(({ status }) => status === "COMPLETE")].map(({ id }) => id);
    const stems = new Set([...exported, ...manifests.filter(manifestOfExport).map(({ taskId }) => taskId)].map((id) => parseTaskId(id)?.stem));
    return waiting.filter((snapshot) => !listed.has(`${snapshot.arn} ${snapshot.createdAt}`) && !stems.has(taskIdStem(snapshot, destination)));
}

/** Those that grew too old while they waited. Where no export was ever tried the planner can't tell them from a deployment's first history. */
function outwaited(waiting: readonly Waiting[], decisions: readonly Decision[]): readonly Decision[] {
    const before = new Set(waiting.map(({ arn, createdAt }) => `${arn} ${createdAt}`));
    return decisions.filter(({ code, snapshot: { arn, createdAt } }) => code === "too-old" && before.has(`${arn} ${createdAt}`));
}

const aboutSnapshot = (account: string, { kind, database, arn }: Snapshot) => ({ account, database: `${kind}.${database}`, snapshot: arn });

function ofDecision(account: string, decision: Decision): Alarm[] {
    const { snapshot, code, reason } = decision;
    const strangers = strangersInTheWay(account, decision);
    if (code !== "given-up" && code !== "expired-unprotected") return strangers;
    return [{ id: `${code} ${snapshot.arn} ${reason}`, code, fields: { ...aboutSnapshot(account, snapshot), reason } }, ...strangers];
}

/** Somebody else's tasks under ids of a snapshot's attempts. */
export function strangersInTheWay(account: string, { snapshot, strangers }: Decision): Alarm[] {
    if (!strangers?.length) return [];
    const reason = "somebody started tasks under identifiers of ours, which aren't exports of ours; the next number is taken";
    return [{ id: `stranger ${strangers.join()}`, code: "stranger", fields: { ...aboutSnapshot(account, snapshot), tasks: strangers, reason } }];
}

const databaseOf = ({ prefix }: Task): string => {
    const { kind, database } = parsePrefix(prefix) ?? {};
    return kind ? `${kind}.${database}` : "unknown";
};

function ofFinished(account: string, task: Task, now: Date): Alarm[] {
    const { id, sourceArn, status, failureCause, endedAt } = task;
    const about = { account, database: databaseOf(task), snapshot: sourceArn, task: id };
    if (status === "CANCELED") {
        return [{ id: `canceled ${id}`, code: "canceled", fields: { ...about, reason: "somebody in the source account canceled the export; it is tried again" } }];
    }
    if (status === "FAILED") {
        return [{ id: `failed ${id}`, code: "failed", fields: { ...about, class: taskFailure(task), reason: failureCause ?? "RDS gave no cause" } }];
    }
    const age = now.getTime() - Date.parse(endedAt ?? "");
    if (!(age > sealedWithin)) return [];
    return [{ id: `unsealed ${id}`, code: "unsealed", fields: { ...about, reason: `complete since ${endedAt}, and no manifest: see the sealer's log and its dead letters` } }];
}

function ofRunning({ account, snapshots }: Observed, task: Task, seen: Readonly<Record<string, number>>, now: Date): Alarm[] {
    const { id, sourceArn, status, startedAt } = task;
    if (status !== "STARTING" && status !== "CANCELING") return [];
    const since = Date.parse(startedAt ?? "") || seen[id];
    const hours = patienceHours(snapshots.find(({ arn }) => arn === sourceArn)?.sizeGiB);
    if (since === undefined || now.getTime() - since <= hours * hour) return [];
    const reason = `${status} since ${new Date(since).toISOString()}, more than ${hours} hours; it holds a slot, and isn't started a second time. Cancel it or call AWS Support`;
    return [{ id: `stuck ${status} ${id}`, code: "stuck", fields: { account, database: databaseOf(task), snapshot: sourceArn, task: id, reason } }];
}
