/** Which exports are started, how often and in which order. */
import type { SimSnapshot, SimTask } from "../../aws/types";
import { day, hour, minute } from "../../nights";
import type { Played } from "../play";
import { coveredBefore, isOpen, manifests, obligations, protects, tasksFor } from "../wanted";
import { iso, nameOf } from "./looks";

/** 2: never two live exports of one snapshot, and never a second that ended well for RDS: each is paid for. */
export function twice(played: Played): string[] {
    return played.world.rds.snapshots().flatMap((snapshot) => {
        const tasks = tasksFor(played, snapshot);
        // What came out partial lacks the same the next time; `failed` is the sealer's word that nothing came out.
        const complete = tasks.filter(({ id, status }) => status === "COMPLETE" && manifests(played).get(id)?.outcome !== "failed");
        const untilEnd = ({ endedAt = Infinity }: SimTask) => endedAt;
        const live = tasks.find((task, index) => tasks.slice(0, index).some((other) => other.startedAt < untilEnd(task) && task.startedAt < untilEnd(other)));
        return [
            ...(complete.length > 1 ? [`${nameOf(snapshot)} was exported ${complete.length} times: ${complete.map(({ id }) => id).join(", ")}`] : []),
            ...(live ? [`${nameOf(snapshot)} was exported twice at a time: ${live.id}`] : []),
        ];
    });
}

/** 3: nobody asks RDS for a sixth slot who could count, and whoever was told that there is none asks no more. */
export function overLimit({ traces, world }: Played): string[] {
    // Two batches may bring an account at the same moment, one after the other; each look may ask once.
    const looks = (account: string, at: number) => world.lambda.logs.filter((line) => line.at === at && line.json?.message === "look" && line.json.account === account).length;
    const refused = traces.filter(({ error, concurrent }) => error === "ExportTaskLimitReachedFault" && !concurrent);
    const sixth = refused.find(({ served }) => served);
    const again = refused.find(({ at, account }, index) => refused.slice(0, index + 1).filter((other) => other.at === at && other.account === account).length > Math.max(1, looks(account, at)));
    return [
        ...(sixth ? [`an export was started in ${sixth.account} at ${iso(sixth.at)} though all slots were in use`] : []),
        ...(again ? [`exports were started on in ${again.account} at ${iso(again.at)} after RDS had refused one for the limit`] : []),
    ];
}

/** Whoever ended badly so far; such databases come last. */
const endedBadly = ({ status }: SimTask) => status === "FAILED" || status === "CANCELED";

/** 3: too few slots go to the oldest data, and to databases whose exports fail last of all. Only what is due beyond doubt is judged. */
export function outOfTurn(played: Played): string[] {
    const { world, stack, traces, history } = played;
    const window = stack.settings.databases.lookbackDays * day;
    const ofDatabase = ({ account, database }: SimSnapshot, now: number) =>
        world.rds.snapshots(account).filter((each) => each.database === database).flatMap((each) => tasksFor(played, each).filter(({ startedAt }) => startedAt < now));
    return played.accounts.flatMap((account) => {
        const snapshots = world.rds.snapshots(account);
        const alone = obligations(played).filter(({ frequency, snapshots: [first] }) => frequency === "every" && first?.account === account).flatMap((each) => each.snapshots);
        const starts = snapshots.flatMap((snapshot) => tasksFor(played, snapshot).map(({ startedAt }) => ({ snapshot, at: startedAt })));
        return starts.flatMap(({ snapshot, at }) => {
            const now = traces.filter((trace) => trace.at === at && trace.account === account);
            if (now.some(({ concurrent }) => concurrent)) return [];
            const mine = ofDatabase(snapshot, at);
            // Of a failure whose snapshot is gone the planner may not know yet.
            const isKnown = snapshots.some(({ arn, createdAt, deletedAt = Infinity }) => deletedAt > at && mine.some(({ sourceArn, startedAt }) => sourceArn === arn && startedAt >= createdAt));
            const isFailing = isKnown && mine.every((task) => endedBadly(task) && (task.endedAt ?? Infinity) < at);
            // Of any other nobody knows here how the planner ranks it.
            if (!isFailing && mine.some(endedBadly)) return [];
            const waiting = alone.find((other) => {
                const { arn, availableAt = Infinity, createdAt, deletedAt = Infinity } = other;
                const isThere = availableAt < at - history.staleMinutes * minute && deletedAt > at && createdAt > at - window;
                const isTried = world.rds.tasks(account).some((task) => task.sourceArn === arn && task.startedAt <= at) || now.some(({ source }) => source === arn);
                return isThere && !isTried && !ofDatabase(other, at).some(endedBadly) && (isFailing || createdAt < snapshot.createdAt);
            });
            return waiting ? [`${nameOf(snapshot)} was started at ${iso(at)}, out of its turn: ${nameOf(waiting)} was due, ${isFailing ? "and no export of its database had failed" : "and is older"}`] : [];
        });
    });
}

const isFault = ({ status, failureCause = "" }: SimTask) => status === "CANCELED" || (status === "FAILED" && !/unknown internal error/.test(failureCause));

/** 5: attempts end. Failures of the export itself at most maxAttempts, all others after an hour, doubling to a day. */
export function unbounded(played: Played): string[] {
    const { maxAttempts } = played.stack.settings.exports;
    return played.world.rds.snapshots().flatMap((snapshot) => {
        const tasks = tasksFor(played, snapshot);
        const failures = tasks.filter(({ status, failureCause = "" }) => status === "FAILED" && /unknown internal error/.test(failureCause));
        const faults = tasks.filter(isFault);
        const hasty = faults.find((fault, index) => {
            const next = tasks.find(({ startedAt }) => startedAt >= (fault.endedAt ?? Infinity));
            return next && next.startedAt < (fault.endedAt ?? 0) + Math.min(24, 2 ** index) * hour;
        });
        const givenUp = played.world.lambda.logs.some(({ at, json }) => json?.message === "given-up" && json.snapshot === snapshot.arn && at >= snapshot.createdAt && at <= (snapshot.deletedAt ?? Infinity));
        const spoiled = tasks.filter(({ id, status }) => status === "COMPLETE" && manifests(played).get(id)?.outcome === "failed").length;
        return [
            ...(givenUp && failures.length + spoiled < maxAttempts ? [`${nameOf(snapshot)} was given up after ${failures.length} failures`] : []),
            ...(failures.length > maxAttempts ? [`${nameOf(snapshot)} was tried ${failures.length} times, though ${maxAttempts} failures are enough`] : []),
            ...(hasty ? [`${nameOf(snapshot)} was tried again too soon after ${hasty.id} ended ${hasty.status}`] : []),
        ];
    });
}

/** 7: a period is paid for once, unless its first export came to nothing. */
export function twicePerPeriod(played: Played): string[] {
    return obligations(played).flatMap(({ snapshots, frequency }) => {
        if (frequency === "every") return [];
        const tasks = snapshots.flatMap((snapshot) => tasksFor(played, snapshot)).sort((a, b) => a.startedAt - b.startedAt);
        const good = tasks.filter((task) => protects(played, task) || (isOpen(played, task) && task.status === "COMPLETE"));
        // Sealed when nobody could tell any more which database of that name it was: then its period stays open.
        const [first, second] = good.filter((task) => !manifests(played).get(task.id)?.key.includes(".unknown/"));
        const before = coveredBefore(played, snapshots[0]!, frequency);
        return [
            ...(first && second ? [`${frequency} database ${nameOf(snapshots[0]!)}: its period was exported twice, by ${first.id} (started ${iso(first.startedAt)}) and ${second.id} (started ${iso(second.startedAt)})`] : []),
            ...(first && before ? [`${frequency} database ${nameOf(snapshots[0]!)}: its period was covered before the history began, and was exported again by ${first.id}`] : []),
        ];
    });
}
