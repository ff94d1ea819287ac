import { parseSnapshotArn } from "../../components/arns";
import { dataTime, databaseKey, frequencyOf, ledgerStart, rulesFor, typeOf, windowStart } from "./database";
import { objector, skip, wait, type Verdict } from "./eligible";
import { historian, type History } from "./history";
import { day } from "./period";
import { queue, type Judged, type Seen, type Wanted } from "./queue";
import { isOwn, isWrittenByUs, parsePrefix, provesItsDatabase, stemsOf } from "./taskId";
import { claimsOf, type Claims } from "./thin";
import type { DatabaseRules, Decision, Observed, PlanSettings, Snapshot, Task } from "./types";

/** What a snapshot says by itself. */
interface Listed {
    readonly snapshot: Snapshot;
    /** Of its data, in milliseconds. */
    readonly time: number;
    /** What the ids of its tasks begin with; absent: its history doesn't matter. */
    readonly stem?: string;
    /** What speaks against it, unless its history says more. */
    readonly verdict?: Verdict;
}

/** A snapshot on its way to a verdict. */
interface Entry extends Seen, Pick<Listed, "time"> {
    verdict?: Verdict;
}

/**
 * What to do with every snapshot of an account, and why: one decision per ARN. Pure.
 * First the wanted ones in the order of work (oldest data first, databases whose newest attempt failed last), then the rest.
 */
export const plan = (observed: Observed, settings: PlanSettings, now: Date): Decision[] => planner(observed, settings, now)(observed);

/**
 * The same for many states of one look, in which snapshots and databases stay as they are. Protection comes before all rules, so that a rule's change
 * doesn't hide it. The vault refuses what a suspended account's export role writes, so every task would fail; what is under way or done is left to its end.
 */
export function planner({ account, snapshots, databases }: Observed, settings: PlanSettings, now: Date): (state: Omit<Observed, "account" | "snapshots" | "databases">) => Decision[] {
    const rules = rulesFor(settings, account);
    const start = windowStart(rules, now);
    const stemOf = stemsOf(settings.destination);
    const suspension = settings.suspended?.includes(account) ? skip("suspended", "the account is suspended (vault.suspendedAccounts)") : undefined;
    const enrolled = Object.prototype.hasOwnProperty.call(settings.accounts, account);
    const objection = objector(rules, databases && new Map(databases.map((database) => [databaseKey(database), database])));
    // RDS may name a snapshot in two answers.
    const unique = new Map<string, Snapshot>();
    for (const snapshot of snapshots) unique.set(snapshot.arn, snapshot);
    const listed = Array.from(unique.values(), assess).sort(byAge);

    return (state) => {
        const observed: Observed = { ...state, account, snapshots, databases };
        const ledger = observed.manifests.filter((manifest) => manifest.account === account);
        const historyOf = historian(observed, ledger, settings.destination);
        const claims = claimsOf(ledger, tasksOfTheGone(observed, unique, settings), rules, settings.maxAttempts);
        const entries = listed.map(({ snapshot, time, stem, verdict }): Entry => {
            const history = stem === undefined ? undefined : historyOf(snapshot, stem);
            if (history?.sealed || history?.sealing || history?.running) claims.claim(snapshot, time);
            return { snapshot, time, history, verdict: (history && settled(history)) ?? verdict };
        });
        const wanted: Wanted[] = [];
        const late: Entry[] = [];
        for (const entry of entries) {
            const { snapshot, time, history, verdict } = entry;
            if (verdict || !history) continue;
            if (time < start) late.push(entry);
            else {
                entry.verdict = thinned(entry, rules, claims) ?? givenUp(history, settings.maxAttempts);
                if (entry.verdict) continue;
                claims.claim(snapshot, time);
                wanted.push({ snapshot, history });
            }
        }
        const since = Math.max(oldestTried(observed, settings), Date.parse(ledgerStart(rules, now)));
        // After the window's own, so that a later snapshot of the same period comes first.
        for (const entry of late) entry.verdict = outOfWindow(entry, rules, claims, since, now, observed.finished !== undefined);

        const rest = entries.filter((entry): entry is Judged & Entry => entry.verdict !== undefined);
        const asks = ({ verdict }: Judged) => verdict.needs === "tasks";
        return [...queue(wanted, entries, observed, settings, now), ...rest.filter(asks), ...rest.filter((entry) => !asks(entry))]
            .map(({ snapshot, verdict, history }) => (history?.strangers.length ? { snapshot, ...verdict, strangers: history.strangers } : { snapshot, ...verdict }));
    };

    function assess(snapshot: Snapshot): Listed {
        const time = dataTime(snapshot) ?? 0;
        const owner = parseSnapshotArn(snapshot.arn)?.account;
        if (owner !== account) return { snapshot, time, verdict: skip("foreign", `belongs to account ${owner ?? "unknown"}, not to ${account}`) };
        if (!enrolled) return { snapshot, time, verdict: skip("not-enrolled", `account ${account} isn't enrolled`) };
        if (snapshot.type === "shared" || snapshot.type === "public") {
            return { snapshot, time, verdict: skip("shared", `a ${snapshot.type} snapshot can't be exported; copy it first`) };
        }
        const verdict = suspension ?? objection(snapshot);
        const dated = !Number.isNaN(Date.parse(snapshot.createdAt ?? ""));
        if (dated) return { snapshot, time, stem: stemOf(snapshot), verdict };
        return { snapshot, time, verdict: verdict ?? wait("creating", "RDS doesn't say yet when the snapshot was created") };
    }
}

const byAge = (a: Listed, b: Listed): number => a.time - b.time || (a.snapshot.arn < b.snapshot.arn ? -1 : 1);

function settled({ sealed, partial, sealing, running }: History): Verdict | undefined {
    if (sealed) return { decision: "done", code: "sealed", reason: `sealed as ${sealed.taskId}` };
    if (sealing) return { decision: "done", code: "sealing", reason: `exported by task ${sealing.id}${sealing.endedAt ? `, ended ${sealing.endedAt}` : ""}; no manifest yet` };
    // Not again: the same snapshot would lack the same tables, and each export is billed for all of it.
    if (partial) return { decision: "done", code: "partial", reason: `sealed as partial (${partial.taskId}): no protection, its manifest says what is missing` };
    return running && wait("running", `task ${running.id} is ${running.status.toLowerCase().replace("_", " ")}`);
}

function thinned({ snapshot, time }: Entry, rules: DatabaseRules, claims: Claims): Verdict | undefined {
    const reason = claims.covered(snapshot, time, frequencyOf(rules, typeOf(snapshot), snapshot));
    return reason === undefined ? undefined : skip("thinned", reason);
}

/** Only with the tasks known: manifests don't say whether the deployment was at fault, and then a snapshot is never given up. */
function givenUp({ known, failures, lastCause }: History, maxAttempts: number): Verdict | undefined {
    if (!known || failures < maxAttempts) return undefined;
    return skip("given-up", `${failures} of ${maxAttempts} attempts failed, last: ${lastCause ?? "cause unknown"}`);
}

/** Our tasks that are being sealed or still run, of snapshots that aren't listed any more. */
function tasksOfTheGone({ finished = [], running = [], snapshots }: Observed, listed: ReadonlyMap<string, Snapshot>, { destination }: PlanSettings): Task[] {
    const complete = finished.filter(({ status }) => status === "COMPLETE");
    return [...complete, ...running].filter((task) => !listed.has(task.sourceArn) && isOwn(task, snapshots, destination) && provesItsDatabase(task));
}

/** Data time (milliseconds) of the oldest export that was tried, whatever came of it; Infinity: none, so nothing was promised yet. */
function oldestTried({ manifests, tasks, finished = [], account }: Observed, { destination }: PlanSettings): number {
    let oldest = Infinity;
    for (const manifest of manifests) if (manifest.account === account) oldest = Math.min(oldest, Date.parse(manifest.dataDate));
    for (const task of [...finished, ...Object.values(tasks).flat()]) {
        if (isWrittenByUs(task, destination)) oldest = Math.min(oldest, Date.parse(task.snapshotTime ?? parsePrefix(task.prefix)?.date ?? "") || Infinity);
    }
    return oldest;
}

/** A wanted snapshot that left the window unprotected is a loss; what is older than the account's first export never was promised. */
function outOfWindow(entry: Entry, rules: DatabaseRules, claims: Claims, since: number, now: Date, ledgerKnown: boolean): Verdict {
    const { snapshot, time, history } = entry;
    const limit = rules.catchUpFrom === undefined ? "" : ` and catchUpFrom is ${rules.catchUpFrom}`;
    const age = `data is ${Math.floor((now.getTime() - time) / day)} days old, lookbackDays is ${rules.lookbackDays}${limit}`;
    if (time < since) return skip("too-old", age);
    const refusal = thinned(entry, rules, claims);
    if (refusal) return refusal;
    // One loss per period is enough to say.
    claims.claim(snapshot, time);
    // Manifests and finished tasks name every end there was; asking once more would cost a call per look, which a full house cuts off.
    if (ledgerKnown || history?.known) return skip("expired-unprotected", `${age}, and no export of it ended well`);
    return { decision: "unknown", code: "unknown", needs: "tasks", reason: `${age}; whether it was exported is in describe-export-tasks` };
}
