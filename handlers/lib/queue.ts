import { databaseKey, resource8 } from "./database";
import { wait, type Verdict } from "./eligible";
import type { History } from "./history";
import { isOwn, parseTaskId, startExportTaskInput, taskId, taskIdStem } from "./taskId";
import type { ManifestName, Observed, PlanSettings, Snapshot } from "./types";

/** Export tasks in progress per account, anybody's: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html */
export const slots = 5;

/** A snapshot, and what happened to it, unless its own look tells already that it can't be ours to export. */
export interface Seen {
    readonly snapshot: Snapshot;
    readonly history?: History;
}

export interface Judged extends Seen {
    readonly verdict: Verdict;
}

/** A snapshot that is to be exported. */
export type Wanted = Required<Seen>;

/** Fills the free slots with what is wanted, which comes oldest data first. */
export function queue(wanted: readonly Wanted[], all: readonly Seen[], observed: Observed, settings: PlanSettings, now: Date): Judged[] {
    const failing = failingDatabases(all, observed.manifests);
    const ordered = failing.size ? [false, true].flatMap((last) => wanted.filter(({ snapshot }) => failing.has(databaseKey(snapshot)) === last)) : wanted;
    const inFlight = observed.running?.length ?? 0;
    const oursInFlight = (observed.running ?? []).some((task) => isOwn(task, observed.snapshots, settings.destination));
    const free = Math.max(0, slots - inFlight);
    const allowed = observed.proven ? free : Math.min(free, oursInFlight ? 0 : 1);
    let taken = 0;

    return ordered.map(({ snapshot, history }) => ({ snapshot, history, verdict: next(snapshot, history) }));

    function next(snapshot: Snapshot, { busy, retryAt, failures, known, attempt }: History): Verdict {
        if (busy) return wait("busy", `somebody else's task ${busy.id} exports it, and RDS takes one at a time`);
        if (retryAt !== undefined && retryAt > now.getTime()) {
            return wait("backoff", `the last attempt failed for the deployment's fault or was canceled; next attempt at ${new Date(retryAt).toISOString()}`);
        }
        if (observed.running && taken >= allowed) {
            return allowed === free
                ? wait("no-slot", `${inFlight + taken} of ${slots} slots in use`)
                : wait("first-export", "the account's first export must end well before others start");
        }
        if (!known) return { decision: "unknown", code: "unknown", needs: "tasks", reason: "earlier attempts are in describe-export-tasks" };
        if (!observed.running) return { decision: "unknown", code: "unknown", needs: "running", reason: "the tasks in flight are in describe-export-tasks" };
        taken++;
        const again = attempt > 1 ? `; attempt ${attempt}, ${failures} of ${settings.maxAttempts} failed` : "";
        return {
            decision: "export",
            code: "due",
            reason: `${snapshot.type} snapshot of ${snapshot.database} isn't protected yet${again}`,
            startExportTask: startExportTaskInput(snapshot, settings.destination, taskId(taskIdStem(snapshot, settings.destination), attempt)),
        };
    }
}

/** Keys of the databases whose newest attempt failed: by tasks where any are known, else by the newest manifest. */
function failingDatabases(all: readonly Seen[], manifests: readonly ManifestName[]): Set<string> {
    const newest = new Map<string, { at: number; failed: boolean }>();
    for (const { snapshot, history } of all) {
        const own = history?.newest;
        if (!own) continue;
        const before = newest.get(databaseKey(snapshot));
        // At the same moment the failed one counts, so that the order of the input doesn't matter.
        if (!before || own.at > before.at || (own.at === before.at && own.failed)) newest.set(databaseKey(snapshot), own);
    }
    const failing = new Set([...newest].flatMap(([key, { failed }]) => (failed ? key : [])));
    const isFailure = ({ outcome }: ManifestName) => outcome === "failed" || outcome === "canceled";
    if (!manifests.some(isFailure)) return failing;
    const named = new Map<string, string>();
    for (const manifest of manifests) {
        const { account, kind, database, resource8: end, dataDate, taskId: id } = manifest;
        const key = `${account}/${kind}.${database}.${end}`;
        const mark = `${dataDate} ${String(parseTaskId(id)?.attempt ?? 0).padStart(6, "0")} ${isFailure(manifest) ? 1 : 0}`;
        if (mark > (named.get(key) ?? "")) named.set(key, mark);
    }
    for (const { snapshot, history } of all) {
        const key = databaseKey(snapshot);
        const ledger = named.get(`${snapshot.account}/${snapshot.kind}.${snapshot.database}.${resource8(snapshot.resourceId)}`);
        if (history && !newest.has(key) && ledger?.endsWith(" 1")) failing.add(key);
    }
    return failing;
}
