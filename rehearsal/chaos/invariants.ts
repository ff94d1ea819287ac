/** What must hold in every world, whatever went wrong. Each violation is a sentence. */
import type { JudgedCall, SimSnapshot, SimTask } from "../aws/types";
import { day, hour } from "../nights";
import type { Played } from "./play";
import { coveredBefore, isOpen, isProtected, manifests, obligations, protects, sealerPatience, tasksFor } from "./wanted";

const iso = (time: number) => `${new Date(time).toISOString().slice(0, 16)}Z`;
const nameOf = ({ account, identifier }: SimSnapshot) => `${account} ${identifier}`;

export const violationsOf = (played: Played): string[] => [
    ...lost(played), ...twice(played), ...overLimit(played), ...forbidden(played), ...unbounded(played), ...unexplained(played), ...falselySealed(played),
    ...twicePerPeriod(played), ...unsaid(played), ...crashed(played),
];

/** Alarms that say of a snapshot: it isn't protected, or nobody can tell. */
const final = /^(given-up|expired-unprotected|partial|stuck|vanished|unsealed|flood)$/;

/** 1: whatever lasted until after its window is sealed, or somebody was told. */
function lost(played: Played): string[] {
    const { world } = played;
    const alarms = world.lambda.logs.flatMap(({ at, json }) => (json && final.test(String(json.message)) ? [{ at, json }] : []));
    return obligations(played).flatMap((obligation) => {
        const { lasting, standIns } = obligation;
        if (!lasting || isProtected(played, obligation)) return [];
        const arns = new Set(standIns.map(({ arn }) => arn));
        const ids = new Set(tasksFor(played, lasting).map(({ id }) => id));
        // One loss per period is enough to say; but that another snapshot of it came out partial or was given up is no excuse for this one.
        const told = alarms.some(({ at, json }) => {
            const { message, snapshot, task } = json;
            return at >= lasting.createdAt && (message === "expired-unprotected" ? arns.has(String(snapshot)) : snapshot === lasting.arn || ids.has(String(task)));
        });
        const partials = standIns.flatMap((snapshot) => tasksFor(played, snapshot)).filter(({ id }) => manifests(played).get(id)?.outcome === "partial").length;
        return told || partials >= played.stack.settings.exports.maxAttempts || accountTold(played, lasting) ? [] : [`${nameOf(lasting)} (${obligation.frequency}), available since ${iso(lasting.availableAt ?? 0)}, left its window unprotected, and no alarm said so`];
    });
}

/**
 * What is older than an account's first export was never promised, and the first export goes alone: while it hangs, the others wait
 * behind its alarm. No window's end is told then, but the account's own trouble must have been, once.
 */
function accountTold(played: Played, { account, createdAt }: SimSnapshot): boolean {
    const { world, destination } = played;
    const midnight = (time: number) => Math.floor(time / day) * day;
    const older = world.rds.snapshots(account).some((each) => midnight(each.createdAt) <= createdAt && tasksFor(played, each).some(({ status }) => status === "COMPLETE"));
    const before = world.s3.versions(destination.bucket, `manifests/${account}/`).some(({ body }) => body === "{}");
    return !older && !before && world.lambda.logs.some(({ json }) => json?.level === "ERROR" && json.account === account);
}

/** 2: never two live or two successful exports of one snapshot. */
function twice(played: Played): string[] {
    return played.world.rds.snapshots().flatMap((snapshot) => {
        const tasks = tasksFor(played, snapshot);
        const good = tasks.filter((task) => protects(played, task));
        const untilEnd = ({ endedAt = Infinity }: SimTask) => endedAt;
        const live = tasks.find((task, index) => tasks.slice(0, index).some((other) => other.startedAt < untilEnd(task) && task.startedAt < untilEnd(other)));
        return [
            ...(good.length > 1 ? [`${nameOf(snapshot)} was exported ${good.length} times: ${good.map(({ id }) => id).join(", ")}`] : []),
            ...(live ? [`${nameOf(snapshot)} was exported twice at a time: ${live.id}`] : []),
        ];
    });
}

/** 3: nobody asks RDS for a sixth slot who could count, and whoever was told that there is none asks no more. */
function overLimit({ traces }: Played): string[] {
    const refused = traces.filter(({ error, concurrent }) => error === "ExportTaskLimitReachedFault" && !concurrent);
    const sixth = refused.find(({ served }) => served);
    const again = refused.find(({ at, account }, index) => refused.slice(0, index).some((other) => other.at === at && other.account === account));
    return [
        ...(sixth ? [`an export was started in ${sixth.account} at ${iso(sixth.at)} though all slots were in use`] : []),
        ...(again ? [`exports were started on in ${again.account} at ${iso(again.at)} after RDS had refused one for the limit`] : []),
    ];
}

const mayStarter = /^(sts:AssumeRole|s3:ListBucket|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes|SendMessage)|logs:\w+|kms:\w+)$/;
const maySealer = /^(s3:(ListBucket|ListBucketVersions|GetObject|GetObjectVersion|GetObjectAttributes|GetObjectRetention|PutObject)|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)|logs:\w+|kms:(Decrypt|GenerateDataKey|DescribeKey))$/;
const mayAccess = /^(rds:(Describe\w+|StartExportTask)|iam:PassRole|kms:(DescribeKey|CreateGrant))$/;
const maySweeper = /^(sqs:SendMessage|logs:\w+)$/;

/** 4: nothing of ours deletes or shortens; who may do what is written down here once more. */
function forbidden({ world }: Played): string[] {
    const bad = (call: JudgedCall) => {
        const role = call.principal.roleArn ?? "";
        if (role.endsWith("-starter")) return !mayStarter.test(call.action);
        if (role.endsWith("-sealer")) return !maySealer.test(call.action) || (call.action === "s3:PutObject" && !call.resource.includes("/manifests/"));
        if (role.endsWith("-access")) return !mayAccess.test(call.action);
        return role.endsWith("-sweeper") && !maySweeper.test(call.action);
    };
    return [...new Set(world.calls.filter(bad).map(({ action, principal }) => `${principal.roleArn} called ${action}`))];
}

const isFault = ({ status, failureCause = "" }: SimTask) => status === "CANCELED" || (status === "FAILED" && !/unknown internal error/.test(failureCause));

/** 5: attempts end. Failures of the export itself at most maxAttempts, all others after an hour, doubling to a day. */
function unbounded(played: Played): string[] {
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

/** 6: every end is explained: a manifest, and an alarm where it wasn't good. */
function unexplained(played: Played): string[] {
    const { world, end, strangers, history } = played;
    if (!played.sealed) return [];
    const hours = history.troubles.reduce((sum, each) => sum + ("hours" in each ? each.hours : 0), 0);
    const slow = (history.throttled + history.deaths.length > 0 ? 24 : 0) + hours;
    const said = new Set(world.lambda.logs.filter(({ json }) => json?.Alarm !== undefined).map(({ json }) => `${String(json?.Alarm)} ${String(json?.task)}`));
    return world.rds.tasks().filter(({ id, endedAt = end }) => !strangers.has(id) && endedAt < end - sealerPatience - slow * hour).flatMap((task) => {
        const outcome = manifests(played).get(task.id)?.outcome;
        const needs = { FAILED: "failed", CANCELED: "canceled", COMPLETE: outcome === "partial" ? "partial" : undefined }[task.status as "FAILED"];
        return [
            ...(outcome ? [] : [`task ${task.id} ended ${task.status} at ${iso(task.endedAt ?? 0)}, and no manifest tells of it`]),
            ...(needs && !said.has(`${needs} ${task.id}`) ? [`task ${task.id} ended ${task.status}, and no alarm ${needs} said so`] : []),
        ];
    });
}

/** 6: `complete` means complete: whole exports only, and the versions that RDS wrote, there and locked. */
function falselySealed(played: Played): string[] {
    const { world, endings, shadows, destination } = played;
    if (!played.sealed) return [];
    const versions = new Map(world.s3.versions(destination.bucket, "exports/").map((version) => [`${version.key} ${version.versionId}`, version]));
    return [...manifests(played)].flatMap(([id, { outcome, body }]) => {
        if (outcome !== "complete" || body === "{}") return [];
        const task = world.rds.tasks().find((each) => each.id === id);
        if (task?.status !== "COMPLETE") return [`${id} is sealed complete, and its task is ${task?.status ?? "unknown"}`];
        const trouble = endings.get(id) ?? "";
        if (/^(skips-table|loses-file|info-missing|info-hostile)$/.test(trouble)) return [`${id} is sealed complete, though its export ${trouble}`];
        const { objects = [], snapshot } = JSON.parse(body) as { objects?: { key: string; versionId: string; size: number }[]; snapshot: { arn: string } };
        const broken = objects.find(({ key, versionId, size }) => {
            const found = versions.get(`${task.prefix}/${id}/${key} ${versionId}`);
            return !found || found.size !== size || found.mode !== "COMPLIANCE" || shadows.has(versionId);
        });
        return [
            ...(broken ? [`${id} is sealed complete, but ${broken.key} isn't in the vault as the manifest says`] : []),
            ...(objects.some(({ key }) => key.endsWith(".parquet")) ? [] : [`${id} is sealed complete without any file`]),
            ...(snapshot.arn === task.sourceArn ? [] : [`${id} is sealed for another snapshot, ${snapshot.arn}`]),
        ];
    });
}

/** 7: a period is paid for once, unless its first export came to nothing. */
function twicePerPeriod(played: Played): string[] {
    return obligations(played).flatMap(({ snapshots, frequency }) => {
        if (frequency === "every") return [];
        const tasks = snapshots.flatMap((snapshot) => tasksFor(played, snapshot)).sort((a, b) => a.startedAt - b.startedAt);
        const good = tasks.filter((task) => protects(played, task) || (isOpen(played, task) && task.status === "COMPLETE"));
        const [first, second] = good;
        const before = coveredBefore(played, snapshots[0]!, frequency);
        return [
            ...(first && second ? [`${frequency} database ${nameOf(snapshots[0]!)}: its period was exported twice, by ${first.id} (started ${iso(first.startedAt)}) and ${second.id} (started ${iso(second.startedAt)})`] : []),
            ...(first && before ? [`${frequency} database ${nameOf(snapshots[0]!)}: its period was covered before the history began, and was exported again by ${first.id}`] : []),
        ];
    });
}

/** 8: a forged event leaves a line, and what nobody can read ends among the dead letters, not nowhere. */
function unsaid({ world, history, arns, start, end }: Played): string[] {
    if (history.throttled > 0 || history.troubles.some(({ kind }) => kind === "outage")) return [];
    // Five receives, each after the visibility timeout.
    const played = history.troubles.filter((each) => "hour" in each && start + each.hour * hour < end - 3 * hour);
    const forged = played.filter(({ kind }) => kind === "forged");
    const lines = world.lambda.logs.filter(({ json }) => json?.message === "forged").length;
    const poison = played.filter(({ kind }) => kind === "poison").length;
    const dead = world.sqs.messages(arns.triggerDeadLetters).filter(({ body }) => body.startsWith("{not")).length;
    return [
        ...(forged.length && !lines ? [`${forged.length} forged events, and no line says so`] : []),
        ...(dead < poison ? [`${poison} records that nobody can read, ${dead} of them among the dead letters`] : []),
    ];
}

/** 9: nothing falls over by itself. */
function crashed({ world, crashes }: Played): string[] {
    const died = world.lambda.logs.find(({ json }) => json?.message === "look-died" || json?.message === "seal-died");
    const crash = crashes.find(({ name, message }) => !/^(Sandbox\.Timedout|Throttling|ServiceUnavailable|SlowDown)$/.test(name) && !message.startsWith("No trigger for"));
    return [...(died ? [`at ${iso(died.at)}: ${died.text.slice(0, 300)}`] : []), ...(crash ? [`${crash.by} threw at ${iso(crash.at)}: ${crash.name}: ${crash.message}`] : [])];
}
