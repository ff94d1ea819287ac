import { resource8, unknownResource } from "./database";
import { unwanted } from "./eligible";
import { inFlight } from "./history";
import { isOwn, parsePrefix, provesItsDatabase, snapshotOf } from "./taskId";
import type { DatabaseRules, Destination, ManifestName, Observed, SealRequest, Task } from "./types";

/** Of finished tasks those that no manifest names, of data since a date (yyyy-mm-dd): older manifests aren't listed. */
export function unsealed(finished: readonly Task[], manifests: readonly ManifestName[], since: string): Task[] {
    const named = new Set(manifests.map(({ taskId }) => taskId));
    return finished.filter(({ id, prefix }) => !named.has(id) && (parsePrefix(prefix)?.date ?? "") >= since);
}

/** What an answer about one snapshot's tasks adds to the finished ones. */
export function withAnswer(finished: readonly Task[], answer: readonly Task[], { snapshots, manifests }: Observed, since: string, destination: Destination): Task[] {
    const ours = answer.filter((task) => !inFlight(task) && isOwn(task, snapshots, destination));
    const byId = new Map([...finished, ...unsealed(ours, manifests, since)].map((task) => [task.id, task]));
    return [...byId.values()];
}

/** RDS puts no limit on it; what is cut off can't be read, and that never counts as complete. */
const longestWarning = 20_000;

/** Everything that only the source account tells of a finished task, for the sealer, which can't ask there. */
export function sealRequest(task: Task, { account, snapshots, databases = [] }: Pick<Observed, "account" | "snapshots" | "databases">, destination: Destination): SealRequest {
    const snapshot = snapshotOf(task, snapshots, destination);
    const { kind, database } = parsePrefix(task.prefix) ?? {};
    const named = databases.find((each) => each.kind === kind && each.identifier === database);
    // A database that was created after the snapshot is another one of the same name.
    const older = named?.createdAt !== undefined && task.snapshotTime !== undefined && Date.parse(named.createdAt) <= Date.parse(task.snapshotTime);
    const same = older && provesItsDatabase(task);
    return {
        account,
        task: { ...task, warningMessage: task.warningMessage?.slice(0, longestWarning), failureCause: task.failureCause?.slice(0, longestWarning) },
        resourceId: snapshot?.resourceId ?? (same ? named.resourceId : ""),
        snapshot,
    };
}

/** Databases with exports in the ledger that are no longer in the inventory, by kind and resource id; not those that the filters don't want any more. */
export function disappeared({ manifests, older = [], databases = [] }: Pick<Observed, "manifests" | "older" | "databases">, rules: DatabaseRules): ManifestName[] {
    const there = new Set(databases.flatMap(({ kind, identifier, resourceId }) => [`${kind} ${resource8(resourceId)}`, `${kind} named ${identifier}`]));
    const newest = new Map<string, ManifestName>();
    for (const manifest of [...older, ...manifests]) {
        const { kind, database, resource8: end } = manifest;
        if (!there.has(end === unknownResource ? `${kind} named ${database}` : `${kind} ${end}`)) newest.set(`${kind}.${database}.${end}`, manifest);
    }
    return [...newest.values()].filter((manifest) => unwanted(manifest, rules, {}) === undefined);
}
