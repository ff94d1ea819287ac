import { taskFailure } from "./failure";
import { isOurs, parseTaskId, startExportTaskInput, taskId } from "./taskId";
import type { Destination, ManifestName, Observed, Snapshot, Task } from "./types";

const hour = 3_600_000;

/** What is known of the attempts at one snapshot. Times in milliseconds. */
export interface History {
    /** Whether its tasks were asked for. */
    readonly known: boolean;
    /** Its manifest says `complete`. */
    readonly sealed?: ManifestName;
    /** Its manifest says `partial`. */
    readonly partial?: ManifestName;
    /** COMPLETE, and no manifest yet. */
    readonly sealing?: Task;
    /** In flight, ours. */
    readonly running?: Task;
    /** In flight, somebody else's; RDS exports a snapshot once at a time. */
    readonly busy?: Task;
    /** Ids of tasks that aren't ours under ids of ours. */
    readonly strangers: readonly string[];
    /** The number of the next attempt. Not one more than the highest: a stranger may have taken that far away. */
    readonly attempt: number;
    /** Attempts whose export itself failed. */
    readonly failures: number;
    readonly lastCause?: string;
    /** Not before this time, because the deployment was at fault. */
    readonly retryAt?: number;
    /** The newest attempt in flight or ended. */
    readonly newest?: { readonly at: number; readonly failed: boolean };
}

/** Whether RDS still works on it. */
export const inFlight = ({ status }: Task): boolean => !["COMPLETE", "FAILED", "CANCELED"].includes(status);

/** Whether a manifest stands for an export that ended well for RDS. */
export const manifestOfExport = ({ outcome }: ManifestName): boolean => outcome === "complete" || outcome === "partial";

/** Whether a manifest stands for a whole export; an accepted skip is written `complete`. */
export const isProtection = ({ outcome }: ManifestName): boolean => outcome === "complete";

/** By key, in the order of the items. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
    const groups = new Map<string, T[]>();
    for (const item of items) {
        const key = keyOf(item) ?? "";
        const group = groups.get(key);
        if (group) group.push(item);
        else groups.set(key, [item]);
    }
    return groups;
}

const attemptOf = (id: string): number => parseTaskId(id)?.attempt ?? 0;
const timeOf = ({ endedAt, startedAt }: Task): number => Date.parse(endedAt ?? startedAt ?? "") || 0;

/** Puts together what happened to each snapshot so far. Made once per plan; most snapshots have no tasks, and many not even a manifest. */
export function historian(
    { tasks, running = [], finished = [] }: Observed, manifests: readonly ManifestName[], destination: Destination,
): (snapshot: Snapshot, stem: string) => History {
    const stemIn = ({ id }: Pick<Task, "id">) => parseTaskId(id)?.stem;
    const [bySource, started, ended] = [grouped(running, ({ sourceArn }) => sourceArn), grouped(running, stemIn), grouped(finished, stemIn)];
    const ledger = grouped(manifests, ({ taskId: id }) => stemIn({ id }));
    return (snapshot, stem) => {
        const asked = tasks[snapshot.arn];
        const named = ledger.get(stem) ?? [];
        const sealed = named.find(isProtection);
        const partial = named.find(({ outcome }) => outcome === "partial");
        const untouched = { known: asked !== undefined, sealed, partial, strangers: [], attempt: 1, failures: 0 };
        // The answer by source ARN is the later one.
        const found = [ended.get(stem), bySource.get(snapshot.arn), started.get(stem), asked].filter((tasks) => tasks?.length);
        if (!found.length && (sealed || partial || !named.length)) return untouched;
        return { ...untouched, ...attemptsAt(snapshot, stem, found.flatMap((tasks) => tasks ?? []), named, destination) };
    };
}

/** What tasks and manifests tell of the attempts at a snapshot. */
function attemptsAt(snapshot: Snapshot, stem: string, found: readonly Task[], manifests: readonly ManifestName[], destination: Destination) {
    const byId = new Map(found.map((task) => [task.id, task]));
    const tasks = [...byId.values()].sort((a, b) => attemptOf(a.id) - attemptOf(b.id) || (a.id < b.id ? -1 : 1));
    const input = startExportTaskInput(snapshot, destination, taskId(stem, 1));
    const underOurIds = tasks.filter(({ id }) => parseTaskId(id)?.stem === stem);
    const ours = underOurIds.filter((task) => isOurs(task, input));
    // The sealer looked at the objects, so its word beats COMPLETE.
    const spoiled = manifests.filter(({ outcome }) => outcome === "failed").map(({ taskId: id }) => id);
    const named = manifests.map(({ taskId: id }) => id);
    const faults = ours.filter((task) => taskFailure(task) === "configuration");
    const failed = ours.filter((task) => taskFailure(task) === "export");
    const failedIds = new Set([...failed.map(({ id }) => id), ...spoiled]);
    for (const { id } of faults) failedIds.delete(id);

    const attempts = [...underOurIds.map(({ id }) => id), ...named].map(attemptOf);
    let attempt = 1;
    while (attempts.includes(attempt)) attempt++;
    const newest = [...ours].pop();
    return {
        sealing: ours.find(({ id, status }) => status === "COMPLETE" && !named.includes(id)),
        running: ours.find(inFlight),
        busy: tasks.find((task) => task.sourceArn === snapshot.arn && inFlight(task) && !ours.includes(task)),
        strangers: underOurIds.filter((task) => !ours.includes(task)).map(({ id }) => id),
        attempt,
        failures: failedIds.size,
        lastCause: [...failed].pop()?.failureCause,
        retryAt: faults.length ? Math.max(...faults.map(timeOf)) + Math.min(24, 2 ** (faults.length - 1)) * hour : undefined,
        newest: newest && { at: inFlight(newest) ? Infinity : timeOf(newest), failed: taskFailure(newest) !== undefined },
    };
}
