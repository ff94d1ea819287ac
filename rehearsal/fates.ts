/** What became of every snapshot, judged from the world itself: stored versions, tasks and log lines. Pure. */
import { namesOf } from "../components/arns";
import { parseManifestName } from "../handlers/lib/manifestName";
import { plan } from "../handlers/lib/plan";
import type { Decision, ManifestName, PlanSettings, Snapshot, Task } from "../handlers/lib/types";
import type { SimSnapshot, SimTask, World } from "./aws/types";
import { day, minute } from "./nights";
import type { Rendered } from "./graph";
import type { Rehearsal } from "./rehearse";

export type Fate = "skipped" | "exported" | "partial" | "waiting" | "givenUp" | "notReady" | "expiredUnprotected" | "lost";

export interface SnapshotFate {
    readonly snapshot: SimSnapshot;
    readonly fate: Fate;
    readonly reason: string;
    readonly tasks: readonly SimTask[];
    readonly manifests: readonly StoredManifest[];
}

/** Slots per account: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html */
export const slots = 5;
/** An available snapshot that is due while slots are free must have been started within two sweeps. */
const patience = 30 * minute;

const iso = (time: number) => new Date(time).toISOString();
export const inFlight = ({ status }: SimTask) => status === "STARTING" || status === "IN_PROGRESS";
/** Whether a task counts as a use of its snapshot: two of them are one too many. */
export const good = (task: SimTask) => task.status === "COMPLETE" || inFlight(task);

/** The task was started for this snapshot and not for a predecessor of the same name. */
const startedFor = (snapshot: SimSnapshot, { sourceArn, startedAt }: SimTask) =>
    sourceArn === snapshot.arn && startedAt >= snapshot.createdAt && startedAt <= (snapshot.deletedAt ?? Infinity);

/** What judging needs of a rehearsal. */
type Played = Pick<Rehearsal, "world" | "settings" | "enrolment" | "rendered">;

export const keyArnOf = ({ functions }: Rendered): string => functions.start?.environment.VAULT_KEY_ARN ?? "";

/** A manifest that stands in the vault. */
export interface StoredManifest {
    readonly key: string;
    readonly name: ManifestName;
    readonly text: string;
    readonly writtenAt: number;
}

/** All manifests in a bucket, oldest first. */
export const manifestsIn = (world: World, bucket: string): StoredManifest[] =>
    world.s3.versions(bucket, "manifests/").flatMap(({ key, body = "", writtenAt }) => {
        const name = parseManifestName(key);
        return name ? [{ key, name, text: body, writtenAt }] : [];
    });

export function planSettings({ settings, enrolment, rendered }: Played): PlanSettings {
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

/** What the planner says of an account when all its snapshots, deleted ones too, and all its tasks are known. `ledger`: its manifests, if at hand. */
export function decisionsWithHindsight(played: Played, account: string, now: number, instead: readonly SimSnapshot[] = [], ledger?: readonly ManifestName[]): Decision[] {
    const { world } = played;
    const plans = planSettings(played);
    // ARNs are re-used: of each the newest snapshot counts, or the one that is asked for `instead`.
    const born = [...new Map([...bornBy(world, account, now), ...instead].map((snapshot) => [snapshot.arn, snapshot])).values()];
    const tasks = world.rds.tasks(account);
    const observed = {
        account,
        snapshots: born.map(asSnapshot),
        databases: world.rds.databases(account).map(({ kind, identifier, resourceId, engine, tags }) => ({ kind, identifier, resourceId, engine, tags })),
        running: tasks.filter(inFlight).map(asTask),
        tasks: Object.fromEntries(born.map(({ arn }) => [arn, tasks.filter(({ sourceArn }) => sourceArn === arn).map(asTask)])),
        manifests: ledger ?? manifestsIn(world, plans.destination.bucket).map(({ name }) => name).filter((name) => name.account === account),
        finished: tasks.filter(({ status }) => status === "COMPLETE").map(asTask),
        proven: true,
    };
    return plan(observed, plans, new Date(now));
}

const bornBy = (world: World, account: string, now: number) =>
    world.rds.snapshots(account).filter(({ availableAt }) => availableAt !== undefined && availableAt <= now);

/** The fate of every snapshot that became available. */
export function fates(rehearsal: Rehearsal): SnapshotFate[] {
    const { world, end } = rehearsal;
    const accounts = [...new Set(world.rds.snapshots().map(({ account }) => account))];
    const manifests = new Map(manifestsIn(world, planSettings(rehearsal).destination.bucket).map((manifest) => [manifest.name.taskId, manifest]));
    return accounts.flatMap((account) => {
        if (!(account in rehearsal.enrolment.accounts)) return bornBy(world, account, end).map((snapshot): SnapshotFate => ({ snapshot, fate: "skipped", reason: "its account isn't enrolled", tasks: [], manifests: [] }));
        const ledger = [...manifests.values()].map(({ name }) => name).filter((name) => name.account === account);
        const newest = decisionsWithHindsight(rehearsal, account, end, [], ledger);
        const about = (decisions: readonly Decision[], { arn, createdAt }: SimSnapshot) =>
            decisions.find(({ snapshot }) => snapshot.arn === arn && snapshot.createdAt === iso(createdAt));
        return bornBy(world, account, end).map((snapshot) => {
            const decision = about(newest, snapshot) ?? about(decisionsWithHindsight(rehearsal, account, end, [snapshot], ledger), snapshot);
            const tasks = world.rds.tasks(account).filter((task) => startedFor(snapshot, task));
            return fateOf(rehearsal, { snapshot, tasks, manifests: tasks.flatMap(({ id }) => manifests.get(id) ?? []) }, decision);
        });
    });
}

function fateOf({ world, end }: Rehearsal, about: Pick<SnapshotFate, "snapshot" | "tasks" | "manifests">, decision: Decision | undefined): SnapshotFate {
    const as = (fate: Fate, reason: string): SnapshotFate => ({ ...about, fate, reason });
    const { snapshot, tasks, manifests } = about;
    const { availableAt = end, deletedAt, account, arn } = snapshot;
    const said = (message: string, fields: Record<string, unknown>, since = 0) =>
        world.lambda.logs.some(({ at, json }) => at >= since && json?.message === message && Object.entries(fields).every(([key, value]) => json[key] === value));
    const attempt = tasks.length > 1 ? ` at attempt ${tasks.length}` : "";
    const sealed = (outcome: string) => manifests.find(({ name }) => name.outcome === outcome);
    const complete = sealed("complete");
    if (complete) return as("exported", `sealed${attempt}, ${minutesToSeal(tasks, complete)} minutes after COMPLETE`);
    const partial = sealed("partial");
    if (partial) return said("partial", { task: partial.name.taskId }) ? as("partial", `sealed as partial${attempt}, alarmed: ${problemsOf(partial)}`) : as("lost", "sealed as partial, and no alarm said so");
    const leftAt = world.organization.leftAt(account);
    if (leftAt !== undefined) return as("skipped", `its account left the organization ${iso(leftAt)}`);
    if (tasks.some(good)) return as("waiting", tasks.some(({ status }) => status === "COMPLETE") ? "complete, being sealed" : "being exported");
    if (!decision) return as("lost", "the planner doesn't know it");
    if (decision.code === "given-up" || decision.code === "expired-unprotected") {
        if (!said(decision.code, { snapshot: arn })) return as("lost", `${decision.reason}, and nothing said so`);
        return as(decision.code === "given-up" ? "givenUp" : "expiredUnprotected", decision.reason);
    }
    if (decision.decision === "skip") return as("skipped", decision.reason);
    if (deletedAt !== undefined && deletedAt - availableAt < day) return as("skipped", `deleted ${Math.round((deletedAt - availableAt) / minute)} minutes after it was available`);

    const lately = end - patience;
    if (deletedAt !== undefined) return as("lost", `deleted ${iso(deletedAt)} without an export`);
    if (said("account-not-ready", { account }, lately)) return as("notReady", "the account can't be assumed");
    if (said("export-refused", { snapshot: arn }, lately)) return as("waiting", "refused, and said so in the log; tried again by each sweep");
    if (decision.decision === "wait") return as("waiting", decision.reason);
    if (availableAt > lately) return as("waiting", "available for less than two sweeps");
    return as("lost", `due since ${iso(availableAt)}, slots were free, and nothing said so`);
}

/** Whole minutes between COMPLETE and the manifest. */
export const minutesToSeal = (tasks: readonly SimTask[], { name, writtenAt }: StoredManifest): number =>
    Math.round((writtenAt - (tasks.find(({ id }) => id === name.taskId)?.endedAt ?? writtenAt)) / minute);

const problemsOf = ({ text }: StoredManifest): string => (JSON.parse(text) as { problems: string[] }).problems.join("; ");
