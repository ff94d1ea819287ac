import { taskFailure } from "./failure";
import { isOurs, parseTaskId, startExportTaskInput, taskId, taskIdStem } from "./taskId";
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
    /** Task id of the next attempt. */
    readonly nextId: string;
    /** Attempts whose export itself failed. */
    readonly failures: number;
    readonly lastCause?: string;
    /** Not before this time, because the deployment was at fault. */
    readonly retryAt?: number;
    /** The newest attempt in flight or ended. */
    readonly newest?: { readonly at: number; readonly failed: boolean };
}

/** Tasks and manifests by what a snapshot is looked up with; made once per plan. */
export interface Records {
    readonly tasks: Observed["tasks"];
    /** By source ARN and by the id's stem. */
    readonly running: ReadonlyMap<string, readonly Task[]>;
    /** By the id's stem. */
    readonly finished: ReadonlyMap<string, readonly Task[]>;
    readonly manifests: ReadonlyMap<string, readonly ManifestName[]>;
}

/** Whether RDS still works on it. */
export const inFlight = ({ status }: Task): boolean => !["COMPLETE", "FAILED", "CANCELED"].includes(status);

/** Whether a manifest stands for an export that ended well for RDS. */
export const manifestOfExport = ({ outcome }: ManifestName): boolean => outcome === "complete" || outcome === "partial";

/** Whether a manifest stands for a whole export; an accepted skip is written `complete`. */
export const isProtection = ({ outcome }: ManifestName): boolean => outcome === "complete";

/** Groups what one look saw. */
export function recordsOf({ tasks, running = [], finished = [], manifests, account }: Observed): Records {
    const group = <T>(items: readonly T[], keys: (item: T) => readonly (string | undefined)[]) => {
        const groups = new Map<string, T[]>();
        for (const item of items) for (const key of keys(item)) if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item]);
        return groups;
    };
    return {
        tasks,
        running: group(running, ({ id, sourceArn }) => [sourceArn, parseTaskId(id)?.stem]),
        finished: group(finished, ({ id }) => [parseTaskId(id)?.stem]),
        manifests: group(manifests.filter((manifest) => manifest.account === account), ({ taskId: id }) => [parseTaskId(id)?.stem]),
    };
}

const attemptOf = (id: string): number => parseTaskId(id)?.attempt ?? 0;
const timeOf = ({ endedAt, startedAt }: Task): number => Date.parse(endedAt ?? startedAt ?? "") || 0;

/** Not one more than the highest: a stranger may have taken that far away. */
function firstFree(taken: readonly number[]): number {
    let attempt = 1;
    while (taken.includes(attempt)) attempt++;
    return attempt;
}

/** Puts together what happened to a snapshot so far. */
export function historyOf(snapshot: Snapshot, destination: Destination, records: Records): History {
    const stem = taskIdStem(snapshot, destination);
    const asked = records.tasks[snapshot.arn];
    const manifests = records.manifests.get(stem) ?? [];
    const running = [...(records.running.get(snapshot.arn) ?? []), ...(records.running.get(stem) ?? [])];
    // The answer by source ARN is the later one.
    const byId = new Map([...(records.finished.get(stem) ?? []), ...running, ...(asked ?? [])].map((task) => [task.id, task]));
    const tasks = [...byId.values()].sort((a, b) => attemptOf(a.id) - attemptOf(b.id) || (a.id < b.id ? -1 : 1));

    const input = tasks.length ? startExportTaskInput(snapshot, destination, taskId(stem, 1)) : undefined;
    const underOurIds = tasks.filter(({ id }) => parseTaskId(id)?.stem === stem);
    const ours = underOurIds.filter((task) => input && isOurs(task, input));
    // The sealer looked at the objects, so its word beats COMPLETE.
    const spoiled = manifests.filter(({ outcome }) => outcome === "failed").map(({ taskId: id }) => id);
    const named = manifests.map(({ taskId: id }) => id);
    const faults = ours.filter((task) => taskFailure(task) === "configuration");
    const failed = ours.filter((task) => taskFailure(task) === "export");
    const failedIds = new Set([...failed.map(({ id }) => id), ...spoiled]);
    for (const { id } of faults) failedIds.delete(id);

    const attempts = [...underOurIds.map(({ id }) => id), ...named].map(attemptOf);
    const newest = [...ours].pop();
    return {
        known: asked !== undefined,
        sealed: manifests.find(isProtection),
        partial: manifests.find(({ outcome }) => outcome === "partial"),
        sealing: ours.find(({ id, status }) => status === "COMPLETE" && !named.includes(id)),
        running: ours.find(inFlight),
        busy: tasks.find((task) => task.sourceArn === snapshot.arn && inFlight(task) && !ours.includes(task)),
        strangers: underOurIds.filter((task) => !ours.includes(task)).map(({ id }) => id),
        nextId: taskId(stem, firstFree(attempts)),
        failures: failedIds.size,
        lastCause: [...failed].pop()?.failureCause,
        retryAt: faults.length ? Math.max(...faults.map(timeOf)) + Math.min(24, 2 ** (faults.length - 1)) * hour : undefined,
        newest: newest && { at: inFlight(newest) ? Infinity : timeOf(newest), failed: taskFailure(newest) !== undefined },
    };
}
