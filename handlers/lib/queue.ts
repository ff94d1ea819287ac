import { databaseKey, resource8 } from "./database";
import { wait, type Verdict } from "./eligible";
import type { History } from "./history";
import { isOwn, parseTaskId, startExportTaskInput } from "./taskId";
import type { Decision, ManifestName, Observed, PlanSettings, Snapshot } from "./types";

/** Export tasks in progress per account, anybody's: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html */
export const slots = 5;

/** A snapshot that is to be exported. Time of its data in milliseconds. */
export interface Wanted {
    readonly snapshot: Snapshot;
    readonly history: History;
    readonly time: number;
}

/** Orders what is wanted and fills the free slots with it. */
export function queue(
    wanted: readonly Wanted[], all: readonly Pick<Wanted, "snapshot" | "history">[], observed: Observed, settings: PlanSettings, now: Date,
): Decision[] {
    const failing = failingDatabases(all, observed.manifests);
    const rank = ({ snapshot }: Wanted) => (failing.has(databaseKey(snapshot)) ? 1 : 0);
    const ordered = [...wanted].sort((a, b) => rank(a) - rank(b) || a.time - b.time || (a.snapshot.arn < b.snapshot.arn ? -1 : 1));
    const inFlight = observed.running?.length ?? 0;
    const oursInFlight = (observed.running ?? []).some((task) => isOwn(task, observed.snapshots, settings.destination));
    const free = Math.max(0, slots - inFlight);
    const allowed = observed.proven ? free : Math.min(free, oursInFlight ? 0 : 1);
    let taken = 0;

    return ordered.map(({ snapshot, history }) => {
        const { strangers } = history;
        return { snapshot, ...next(snapshot, history), ...(strangers.length ? { strangers } : {}) };
    });

    function next(snapshot: Snapshot, { busy, retryAt, failures, known, nextId }: History): Verdict {
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
        const attempt = parseTaskId(nextId)?.attempt ?? 1;
        const again = attempt > 1 ? `; attempt ${attempt}, ${failures} of ${settings.maxAttempts} failed` : "";
        return {
            decision: "export",
            code: "due",
            reason: `${snapshot.type} snapshot of ${snapshot.database} isn't protected yet${again}`,
            startExportTask: startExportTaskInput(snapshot, settings.destination, nextId),
        };
    }
}

/** Keys of the databases whose newest attempt failed: by tasks where any are known, else by the newest manifest. */
function failingDatabases(all: readonly Pick<Wanted, "snapshot" | "history">[], manifests: readonly ManifestName[]): Set<string> {
    const newest = new Map<string, { at: number; failed: boolean }>();
    for (const { snapshot, history } of all) {
        const before = newest.get(databaseKey(snapshot));
        const { newest: own } = history;
        // At the same moment the failed one counts, so that the order of the input doesn't matter.
        if (own && (!before || own.at > before.at || (own.at === before.at && own.failed))) newest.set(databaseKey(snapshot), own);
    }
    const named = new Map<string, string>();
    for (const { account, kind, database, resource8: end, dataDate, outcome, taskId } of manifests) {
        const key = `${account}/${kind}.${database}.${end}`;
        const attempt = String(parseTaskId(taskId)?.attempt ?? 0).padStart(6, "0");
        const mark = `${dataDate} ${attempt} ${outcome === "failed" || outcome === "canceled" ? 1 : 0}`;
        if (mark > (named.get(key) ?? "")) named.set(key, mark);
    }
    const failing = new Set<string>();
    for (const { snapshot } of all) {
        const key = databaseKey(snapshot);
        const ledger = named.get(`${snapshot.account}/${snapshot.kind}.${snapshot.database}.${resource8(snapshot.resourceId)}`);
        if (newest.get(key)?.failed ?? ledger?.endsWith(" 1")) failing.add(key);
    }
    return failing;
}
