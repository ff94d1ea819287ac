import { failureClass, isAwsError, type FailureClass } from "./failure";
import { inFlight } from "./history";
import { log } from "./log";
import { observe, tasksOf, taskNamed, type Clients, type Memory } from "./observe";
import { plan } from "./plan";
import { isOurs, isWrittenByUs } from "./taskId";
import type { Decision, Observed, PlanSettings, StartExportTaskInput, Task } from "./types";

/** Calls of StartExportTask in one look beyond those that were accepted; each is repeated by another look. */
const patience = 10;
/** Milliseconds that one look may take: others wait in the same batch, and the next look goes on where this one ends. */
const lookTime = 40_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Ended = FailureClass | "time" | "patience" | undefined;

interface Tally {
    started: number;
    refused: number;
    tried: number;
}

/** Observes an account, plans, starts what is due, and says so in log lines. AWS's errors before the first answer reject. */
export async function look(account: string, settings: PlanSettings, now: Date, clients: Clients, memory: Memory): Promise<void> {
    const until = Date.now() + lookTime;
    const observed: Mutable<Observed> = await observe(account, settings, now, clients, memory);
    const tally: Tally = { started: 0, refused: 0, tried: 0 };
    let ended: Ended;

    // Each answer and each start changes what is known, so the plan is made anew: it is pure and takes milliseconds.
    let decisions = plan(observed, settings, now);
    for (let next = nextStep(decisions); next && !ended; next = nextStep(decisions)) {
        try {
            if (next.startExportTask) ended = await startOne(next, next.startExportTask);
            else await askTasks(next.snapshot.arn);
        } catch (error) {
            if (!isAwsError(error)) throw error;
            ended = failureClass(error);
        }
        decisions = plan(observed, settings, now);
        if (Date.now() > until) ended ??= "time";
        if (tally.tried - tally.started >= patience) ended ??= "patience";
    }
    report(account, decisions, observed, tally, ended, memory);

    async function askTasks(arn: string): Promise<void> {
        const tasks = await tasksOf(clients, arn);
        observed.tasks = { ...observed.tasks, [arn]: tasks };
        memory.completed?.push(...tasks.filter((task) => task.status === "COMPLETE" && isWrittenByUs(task, settings.destination)));
    }

    /** Returns why the round ends for this account, if it does. */
    async function startOne({ snapshot, reason }: Decision, input: StartExportTaskInput): Promise<Ended> {
        const about = { account, database: `${snapshot.kind}.${snapshot.database}`, snapshot: snapshot.arn, task: input.ExportTaskIdentifier };
        tally.tried++;
        try {
            await clients.rds.send(new clients.rdsModule.StartExportTaskCommand(input));
        } catch (error) {
            return refused(error);
        }
        tally.started++;
        observed.running = [...(observed.running ?? []), asTask(input)];
        log("INFO", "export-started", { ...about, reason });
        return undefined;

        async function refused(error: unknown): Promise<Ended> {
            const { name, message } = error as Error;
            const failure = failureClass(error);
            // A full house is no failure: the next look goes on.
            if (failure === "limit" || failure === "throttled") return failure;
            if (failure === "exists" && (await known())) return undefined;
            tally.refused++;
            log(failure === "not-ready" || failure === "vanished" ? "WARN" : "ERROR", "export-refused", { ...about, class: failure, error: name, detail: message });
            // The vault's key or the snapshot's own? Another source key tells.
            const sameFault = failure === "source-key" ? snapshot.sourceKeyArn : undefined;
            if (failure === "configuration" || (failure === "source-key" && !sameFault)) return failure;
            observed.snapshots = observed.snapshots.filter(({ arn, sourceKeyArn }) => arn !== snapshot.arn && (!sameFault || sourceKeyArn !== sameFault));
            // Nothing left under any other key: then it is the vault's as far as anybody can tell.
            return sameFault && !tally.started && !observed.snapshots.length ? failure : undefined;
        }

        /** The identifier is taken: by another run of ours, which is success, or by a stranger, which the plan then steps over. */
        async function known(): Promise<boolean> {
            const task = await taskNamed(clients, input.ExportTaskIdentifier);
            if (!task) return false;
            const running = isOurs(task, input) && inFlight(task);
            if (running) observed.running = [...(observed.running ?? []), task];
            observed.tasks = { ...observed.tasks, [snapshot.arn]: [...(observed.tasks[snapshot.arn] ?? []), task] };
            log("INFO", "export-exists", { ...about, status: task.status });
            return true;
        }
    }
}

/** The queue's first entry that needs an answer or a start. */
const nextStep = (decisions: readonly Decision[]): Decision | undefined =>
    decisions.find(({ decision, needs }) => decision === "export" || needs === "tasks");

const asTask = (input: StartExportTaskInput): Task => ({
    id: input.ExportTaskIdentifier,
    sourceArn: input.SourceArn,
    status: "STARTING",
    bucket: input.S3BucketName,
    prefix: input.S3Prefix,
    roleArn: input.IamRoleArn,
    keyArn: input.KmsKeyId,
    exportOnly: [],
});

const loud: Partial<Record<Decision["code"], "WARN" | "ERROR">> = { backoff: "WARN", "given-up": "ERROR", "expired-unprotected": "ERROR" };

/**
 * What needs a person, a line each and once per warm function; all else as counts by reason: a line per decision of every
 * sweep would cost more than the rest.
 */
function report(account: string, decisions: readonly Decision[], { tasks }: Observed, { started, refused }: Tally, ended: Ended, { said }: Memory): void {
    const once = (id: string, level: "WARN" | "ERROR", message: string, fields: Record<string, unknown>) => {
        if (said[id]) return;
        said[id] = true;
        log(level, message, { account, ...fields });
    };
    const reasons: Record<string, number> = {};
    for (const { snapshot, code, reason, strangers } of decisions) {
        reasons[code] = (reasons[code] ?? 0) + 1;
        const about = { database: `${snapshot.kind}.${snapshot.database}`, snapshot: snapshot.arn };
        const level = loud[code];
        if (level) once(`${code} ${snapshot.arn} ${reason}`, level, code, { ...about, reason });
        if (strangers?.length) once(`stranger ${strangers.join()}`, "ERROR", "stranger", { ...about, tasks: strangers });
        for (const { id, status, failureCause } of tasks[snapshot.arn] ?? []) {
            if (status === "FAILED" || status === "CANCELED") once(`ended ${id}`, "ERROR", "export-failed", { ...about, task: id, status, cause: failureCause });
        }
    }
    const broken = ended === "configuration" || ended === "source-key";
    log(broken ? "ERROR" : "INFO", "look", { account, started, refused, ended, reasons });
}
