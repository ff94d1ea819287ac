import { parseSnapshotArn } from "../../components/arns";
import { dataTime, databaseKey, frequencyOf, ledgerStart, rulesFor, typeOf, windowStart } from "./database";
import { objection, skip, wait, type Verdict } from "./eligible";
import { historyOf, recordsOf, type History, type Records } from "./history";
import { day } from "./period";
import { queue, type Wanted } from "./queue";
import { isOwn, isWrittenByUs, parsePrefix, provesItsDatabase } from "./taskId";
import { claimsOf, type Claims } from "./thin";
import type { Database, DatabaseRules, Decision, Observed, PlanSettings, Snapshot, Task } from "./types";

/** A snapshot on its way to a verdict. */
interface Entry {
    readonly snapshot: Snapshot;
    readonly history?: History;
    /** Milliseconds. */
    readonly time: number;
    readonly verdict?: Verdict;
}

/**
 * What to do with every snapshot of an account, and why: one decision per ARN. Pure.
 * First the wanted ones in the order of work (oldest data first, databases whose newest attempt failed last), then the rest.
 */
export function plan(observed: Observed, settings: PlanSettings, now: Date): Decision[] {
    const rules = rulesFor(settings, observed.account);
    const records = recordsOf(observed);
    const databases = observed.databases && new Map(observed.databases.map((database) => [databaseKey({ ...database, database: database.identifier }), database]));
    // RDS may name a snapshot in two answers.
    const unique = [...new Map(observed.snapshots.map((snapshot) => [snapshot.arn, snapshot])).values()];
    const entries = unique.map((snapshot) => assess(snapshot, observed.account, settings, rules, records, databases)).sort(byAge);

    const ledger = observed.manifests.filter((manifest) => manifest.account === observed.account);
    const claims = claimsOf(ledger, tasksOfTheGone(observed, settings), settings.maxAttempts);
    for (const { snapshot, time, history } of entries) if (history?.sealed || history?.sealing || history?.running) claims.claim(snapshot, time);

    const start = windowStart(rules, now);
    const wanted: Wanted[] = [];
    const late: Entry[] = [];
    const judged = new Map<string, Verdict>();
    for (const entry of entries) {
        const { snapshot, time, history, verdict } = entry;
        if (verdict || !history) judged.set(snapshot.arn, verdict ?? skip("status", "not seen"));
        else if (time < start) late.push(entry);
        else {
            const refusal = thinned(entry, rules, claims) ?? givenUp(history, settings.maxAttempts);
            if (refusal) judged.set(snapshot.arn, refusal);
            else {
                claims.claim(snapshot, time);
                wanted.push({ snapshot, time, history });
            }
        }
    }
    const since = Math.max(oldestTried(observed, settings), Date.parse(ledgerStart(rules, now)));
    // After the window's own, so that a later snapshot of the same period comes first.
    for (const entry of late) judged.set(entry.snapshot.arn, outOfWindow(entry, rules, claims, since, now, observed.finished !== undefined));

    const rest = entries.flatMap((entry): Decision[] => {
        const verdict = judged.get(entry.snapshot.arn);
        if (!verdict) return [];
        const strangers = entry.history?.strangers ?? [];
        return [{ snapshot: entry.snapshot, ...verdict, ...(strangers.length ? { strangers } : {}) }];
    });
    const histories = entries.flatMap(({ snapshot, history }) => (history ? [{ snapshot, history }] : []));
    const asking = ({ needs }: Decision) => needs === "tasks";
    return [...queue(wanted, histories, observed, settings, now), ...rest.filter(asking), ...rest.filter((decision) => !asking(decision))];
}

const byAge = (a: Entry, b: Entry): number => a.time - b.time || (a.snapshot.arn < b.snapshot.arn ? -1 : 1);

/** Everything that one snapshot says by itself. Protection comes before all rules, so that a rule's change doesn't hide it. */
function assess(
    snapshot: Snapshot, account: string, settings: PlanSettings, rules: DatabaseRules, records: Records, databases?: ReadonlyMap<string, Database>,
): Entry {
    const time = dataTime(snapshot) ?? 0;
    const owner = parseSnapshotArn(snapshot.arn)?.account;
    if (owner !== account) return { snapshot, time, verdict: skip("foreign", `belongs to account ${owner ?? "unknown"}, not to ${account}`) };
    if (!Object.prototype.hasOwnProperty.call(settings.accounts, account)) return { snapshot, time, verdict: skip("not-enrolled", `account ${account} isn't enrolled`) };
    if (snapshot.type === "shared" || snapshot.type === "public") {
        return { snapshot, time, verdict: skip("shared", `a ${snapshot.type} snapshot can't be exported; copy it first`) };
    }
    const dated = !Number.isNaN(Date.parse(snapshot.createdAt ?? ""));
    const history = dated ? historyOf(snapshot, settings.destination, records) : undefined;
    return { snapshot, time, history, verdict: (history && settled(history)) ?? suspended(account, settings) ?? objection(snapshot, rules, databases) };
}

function settled({ sealed, partial, sealing, running }: History): Verdict | undefined {
    if (sealed) return { decision: "done", code: "sealed", reason: `sealed as ${sealed.taskId}` };
    if (sealing) return { decision: "done", code: "sealing", reason: `exported by task ${sealing.id}${sealing.endedAt ? `, ended ${sealing.endedAt}` : ""}; no manifest yet` };
    // Not again: the same snapshot would lack the same tables, and each export is billed for all of it.
    if (partial) return { decision: "done", code: "partial", reason: `sealed as partial (${partial.taskId}): no protection, its manifest says what is missing` };
    return running && wait("running", `task ${running.id} is ${running.status.toLowerCase().replace("_", " ")}`);
}

/** The vault refuses what its export role writes, so every task would fail; what is under way or done is left to its end. */
const suspended = (account: string, { suspended: ids = [] }: PlanSettings): Verdict | undefined =>
    ids.includes(account) ? skip("suspended", "the account is suspended (vault.suspendedAccounts)") : undefined;

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
function tasksOfTheGone({ finished = [], running = [], snapshots }: Observed, { destination }: PlanSettings): Task[] {
    const listed = new Set(snapshots.map(({ arn }) => arn));
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
