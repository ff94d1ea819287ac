/** What came of a rehearsal, judged from the world itself: stored versions, tasks, calls and log lines. Pure. */
import { bucketArn, namesOf, roleArn } from "../components/arns";
import { plan } from "../handlers/lib/plan";
import type { Decision, PlanSettings, Snapshot, Task } from "../handlers/lib/types";
import type { SimDatabase, SimSnapshot, SimTask, World } from "./aws/types";
import { day, minute } from "./nights";
import { objectionTo, twicePerPeriod } from "./oracle";
import { brokenPromises } from "./promises";
import type { Rendered } from "./graph";
import type { Rehearsal } from "./rehearse";

export type Fate = "skipped" | "exported" | "waiting" | "givenUp" | "notReady" | "expiredUnprotected" | "lost";

export interface SnapshotFate {
    readonly snapshot: SimSnapshot;
    readonly fate: Fate;
    readonly reason: string;
    readonly tasks: readonly SimTask[];
}

export interface Verdict {
    readonly stack: string;
    readonly seed: number;
    readonly virtualHours: number;
    readonly snapshots: { created: number; eligible: number } & Record<Fate, number>;
    readonly exports: { started: number; duplicates: number; failed: number; retried: number };
    readonly slotUtilization: number;
    readonly minutesToStart: { p50: number; p95: number; max: number };
    readonly calls: Record<string, number>;
    readonly faults: readonly { name: string; when: string; effect: string }[];
    readonly deniedCalls: readonly string[];
    readonly violations: readonly string[];
}

/** Slots per account: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html */
const slots = 5;
/** An available snapshot that is due while slots are free must have been started within two sweeps. */
const patience = 30 * minute;

const iso = (time: number) => new Date(time).toISOString();
const inFlight = ({ status }: SimTask) => status === "STARTING" || status === "IN_PROGRESS";
const good = (task: SimTask) => task.status === "COMPLETE" || inFlight(task);

/** The task was started for this snapshot and not for a predecessor of the same name. */
const startedFor = (snapshot: SimSnapshot, { sourceArn, startedAt }: SimTask) =>
    sourceArn === snapshot.arn && startedAt >= snapshot.createdAt && startedAt <= (snapshot.deletedAt ?? Infinity);

/** What judging needs of a rehearsal. */
type Played = Pick<Rehearsal, "world" | "settings" | "enrolment" | "rendered">;

export const keyArnOf = ({ functions }: Rendered): string => functions.start?.environment.VAULT_KEY_ARN ?? "";

function planSettings({ settings, enrolment, rendered }: Played): PlanSettings {
    const names = namesOf({ stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id });
    const keyArn = keyArnOf(rendered);
    return { ...enrolment, destination: { partition: settings.partition, bucket: names.bucket, keyArn, exportRole: names.exportRole } };
}

const asSnapshot = ({ arn, account, kind, identifier, type, createdAt, originalCreatedAt, copiedFrom, database, tags, status }: SimSnapshot): Snapshot => ({
    arn, account, kind, identifier, type, tags, copiedFrom,
    status: status === "deleted" ? "available" : status,
    engine: database.engine,
    database: database.identifier,
    resourceId: database.resourceId,
    createdAt: iso(createdAt),
    originalCreatedAt: originalCreatedAt === undefined ? undefined : iso(originalCreatedAt),
    storageType: database.storageType,
    sourceKeyArn: database.keyArn,
});

const asTask = ({ id, sourceArn, status, bucket, prefix, roleArn: role, keyArn, exportOnly, startedAt, endedAt, failureCause }: SimTask): Task => ({
    id, sourceArn, status, bucket, prefix, keyArn, exportOnly, failureCause,
    roleArn: role,
    startedAt: iso(startedAt),
    endedAt: endedAt === undefined ? undefined : iso(endedAt),
});

/** What the planner says of an account when all its snapshots, deleted ones too, and all its tasks are known. */
export function decisionsWithHindsight(played: Played, account: string, now: number, instead: readonly SimSnapshot[] = []): Decision[] {
    const { world } = played;
    // ARNs are re-used: of each the newest snapshot counts, or the one that is asked for `instead`.
    const born = [...new Map([...bornBy(world, account, now), ...instead].map((snapshot) => [snapshot.arn, snapshot])).values()];
    const tasks = world.rds.tasks(account);
    const observed = {
        account,
        snapshots: born.map(asSnapshot),
        databases: world.rds.databases(account).map(({ kind, identifier, resourceId, tags }) => ({ kind, identifier, resourceId, tags })),
        running: tasks.filter(inFlight).map(asTask),
        tasks: Object.fromEntries(born.map(({ arn }) => [arn, tasks.filter(({ sourceArn }) => sourceArn === arn).map(asTask)])),
        manifests: [],
        completed: tasks.filter(({ status }) => status === "COMPLETE").map(asTask),
        proven: true,
    };
    return plan(observed, planSettings(played), new Date(now));
}

const bornBy = (world: World, account: string, now: number) =>
    world.rds.snapshots(account).filter(({ availableAt }) => availableAt !== undefined && availableAt <= now);

/** The fate of every snapshot that became available. */
export function fates(rehearsal: Rehearsal): SnapshotFate[] {
    const { world, end } = rehearsal;
    const accounts = [...new Set(world.rds.snapshots().map(({ account }) => account))];
    return accounts.flatMap((account) => {
        const newest = decisionsWithHindsight(rehearsal, account, end);
        const about = (decisions: readonly Decision[], { arn, createdAt }: SimSnapshot) =>
            decisions.find(({ snapshot }) => snapshot.arn === arn && snapshot.createdAt === iso(createdAt));
        return bornBy(world, account, end).map((snapshot) => {
            const decision = about(newest, snapshot) ?? about(decisionsWithHindsight(rehearsal, account, end, [snapshot]), snapshot);
            return fateOf(rehearsal, snapshot, world.rds.tasks(account).filter((task) => startedFor(snapshot, task)), decision);
        });
    });
}

function fateOf({ world, end }: Rehearsal, snapshot: SimSnapshot, tasks: SimTask[], decision: Decision | undefined): SnapshotFate {
    const as = (fate: Fate, reason: string): SnapshotFate => ({ snapshot, fate, reason, tasks });
    const { availableAt = end, deletedAt, account, arn } = snapshot;
    if (tasks.some(good)) return as("exported", tasks.length > 1 ? `at attempt ${tasks.length}` : (decision?.reason ?? "exported"));
    if (!decision) return as("lost", "the planner doesn't know it");
    const inLog = (message: string) => world.lambda.logs.some(({ json }) => json?.message === message && json.snapshot === arn);
    if (decision.code === "given-up" || decision.code === "expired-unprotected") {
        if (!inLog(decision.code)) return as("lost", `${decision.reason}, and nothing said so`);
        return as(decision.code === "given-up" ? "givenUp" : "expiredUnprotected", decision.reason);
    }
    if (decision.decision === "skip") return as("skipped", decision.reason);
    if (deletedAt !== undefined && deletedAt - availableAt < day) return as("skipped", `deleted ${Math.round((deletedAt - availableAt) / minute)} minutes after it was available`);

    const said = (message: string, about: Record<string, unknown>, since: number) =>
        world.lambda.logs.some(({ at, json }) => at >= since && json?.message === message && Object.entries(about).every(([key, value]) => json[key] === value));
    const lately = end - patience;
    if (deletedAt !== undefined) return as("lost", `deleted ${iso(deletedAt)} without an export`);
    if (said("account-not-ready", { account }, lately)) return as("notReady", "the account can't be assumed");
    if (said("export-refused", { snapshot: arn }, lately)) return as("waiting", "refused, and said so in the log; tried again by each sweep");
    if (decision.decision === "wait") return as("waiting", decision.reason);
    if (availableAt > lately) return as("waiting", "available for less than two sweeps");
    return as("lost", `due since ${iso(availableAt)}, slots were free, and nothing said so`);
}

export function verdict(rehearsal: Rehearsal, all: readonly SnapshotFate[]): Verdict {
    const { world, stack, seed, start, end, faults } = rehearsal;
    const count = (fate: Fate) => all.filter((each) => each.fate === fate).length;
    const tasks = world.rds.tasks();
    const minutes = all.flatMap(({ snapshot, tasks: [first] }) => (first ? [Math.round((first.startedAt - (snapshot.availableAt ?? 0)) / minute)] : [])).sort((a, b) => a - b);
    const percentile = (share: number) => minutes[Math.min(minutes.length - 1, Math.floor(share * minutes.length))] ?? 0;
    const explained = (call: (typeof world.calls)[number]) => call.fault !== undefined || faults.some(({ explains }) => explains?.(call));
    const unwanted = (database: SimDatabase | undefined) => database && all.find(({ snapshot, fate }) => snapshot.database === database && fate === "skipped")?.reason;
    const waited = ({ account, from, to }: NonNullable<(typeof faults)[number]["outage"]>) =>
        all.some(({ snapshot: { account: each, availableAt = end }, tasks: [first] }) => each === account && availableAt < to && (first?.startedAt ?? 0) >= from);
    const effects = [...faults].sort((a, b) => a.when - b.when).map((fault) => {
        const reason = unwanted(fault.on);
        const idle = fault.outage && !waited(fault.outage);
        return { fault, effect: fault.effect() ?? (reason ? `nothing to feel, its database isn't wanted: ${reason}` : idle ? "nothing to feel, no snapshot waited meanwhile" : undefined) };
    });
    return {
        stack,
        seed,
        virtualHours: (end - start) / (60 * minute),
        snapshots: {
            created: all.length,
            eligible: all.length - count("skipped"),
            skipped: count("skipped"),
            exported: count("exported"),
            waiting: count("waiting"),
            givenUp: count("givenUp"),
            notReady: count("notReady"),
            expiredUnprotected: count("expiredUnprotected"),
            lost: count("lost"),
        },
        exports: {
            started: tasks.length,
            duplicates: all.reduce((sum, each) => sum + Math.max(0, each.tasks.filter(good).length - 1), 0),
            failed: tasks.filter(({ status }) => status === "FAILED").length,
            retried: tasks.filter(({ id }) => !id.endsWith("-1")).length,
        },
        slotUtilization: slotUtilization(rehearsal, all),
        minutesToStart: { p50: percentile(0.5), p95: percentile(0.95), max: minutes.at(-1) ?? 0 },
        calls: countBy(world.calls.map(({ action }) => action)),
        faults: effects.flatMap(({ fault, effect }) => (effect ? [{ name: fault.name, when: iso(fault.when), effect }] : [])),
        deniedCalls: world.calls.filter((call) => !call.allowed && !explained(call)).map(({ at, principal, action, resource, why }) => `${iso(at)} ${principal.arn} ${action} on ${resource}: ${why}`),
        violations: [
            ...brokenPromises(rehearsal.rendered),
            ...effects.filter(({ effect }) => !effect).map(({ fault }) => `the fault "${fault.name}" was played but not felt`),
            ...vaultViolations(rehearsal, all),
        ],
    };
}

const countBy = (values: string[]): Record<string, number> =>
    Object.fromEntries([...new Set(values)].sort().map((value) => [value, values.filter((each) => each === value).length]));

/** Busy slot time over available slot time while anything waits, 0 to 1. */
function slotUtilization({ end, faults }: Rehearsal, all: readonly SnapshotFate[]): number {
    let busy = 0;
    let available = 0;
    for (const account of new Set(all.map(({ snapshot }) => snapshot.account))) {
        const ours = all.filter(({ snapshot }) => snapshot.account === account);
        const waits = ours.filter(({ tasks }) => tasks[0]).map(({ snapshot, tasks }): Span => [snapshot.availableAt ?? 0, tasks[0]?.startedAt ?? 0]);
        const runs = ours.flatMap(({ tasks }) => tasks.map(({ startedAt, endedAt }): Span => [startedAt, endedAt ?? end]));
        const outages = faults.flatMap(({ outage }): Span[] => (outage?.account === account ? [[outage.from, outage.to]] : []));
        const edges = [...new Set([...waits, ...runs, ...outages].flat())].sort((a, b) => a - b);
        edges.slice(1).forEach((to, index) => {
            const from = edges[index] ?? to;
            const covers = ([begin, stop]: Span) => begin <= from && stop >= to;
            if (!waits.some(covers) || outages.some(covers)) return;
            available += slots * (to - from);
            busy += runs.filter(covers).length * (to - from);
        });
    }
    return available ? Math.round((busy / available) * 1000) / 1000 : 1;
}

type Span = readonly [from: number, to: number];

/** What must hold of every stored version and every task, whatever was played. */
function vaultViolations(rehearsal: Rehearsal, all: readonly SnapshotFate[]): string[] {
    const { world, settings, end } = rehearsal;
    const { destination } = planSettings(rehearsal);
    const { retentionDays } = settings.vault;
    const unlocked = world.s3.versions(destination.bucket).filter(({ deleteMarker }) => !deleteMarker).flatMap(({ key, mode, keyArn, retainUntil = 0, writtenAt }) => [
        ...(mode === "COMPLIANCE" && retainUntil >= writtenAt + retentionDays * day ? [] : [`${key} isn't locked for ${retentionDays} days`]),
        ...(keyArn === destination.keyArn ? [] : [`${key} isn't encrypted with the vault key`]),
    ]);
    const misplaced = world.rds.tasks()
        .filter(({ account, bucket, prefix, roleArn: role }) => bucket !== destination.bucket || !prefix.startsWith(`exports/${account}/`) || role !== roleArn(settings.partition, account, destination.exportRole))
        .map(({ id }) => `the export ${id} doesn't go under its account's prefix of ${bucketArn(settings.partition, destination.bucket)}`);
    const unwanted = all.filter(({ tasks }) => tasks.length).flatMap(({ snapshot }) => {
        const objection = objectionTo(snapshot, settings);
        return objection ? [`${snapshot.arn} was exported though ${objection}`] : [];
    });
    const missed = all.filter(({ fate, snapshot }) => fate === "skipped" && snapshot.type === "manual" && !snapshot.deletedAt && !objectionTo(snapshot, settings)).map(({ snapshot, reason }) => `${snapshot.arn} was left out (${reason}), though the configuration wants it`);
    const overfull = [...new Set(world.rds.tasks().map(({ account }) => account))].filter((account) => {
        const tasks = world.rds.tasks(account);
        return tasks.some(({ startedAt }) => tasks.filter((other) => other.startedAt <= startedAt && (other.endedAt ?? end) > startedAt).length > slots);
    });
    return [...unlocked, ...misplaced, ...unwanted, ...missed, ...twicePerPeriod(all, settings), ...overfull.map((account) => `${account} ran more than ${slots} exports at once`)];
}
