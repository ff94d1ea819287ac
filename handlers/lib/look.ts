import { failureClass } from "./failure";
import { log } from "./log";
import { observe, tasksOf, taskNamed, type Clients, type Memory } from "./observe";
import { plan } from "./plan";
import { isOurs } from "./taskId";
import type { Decision, Observed, PlanSettings, StartExportTaskInput, Task } from "./types";

/** Refusals in one look before it ends; each one is a call that another look repeats. */
const patience = 10;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Observes an account, plans, starts what is due, and says so in log lines. AWS's errors before the first start reject. */
export async function look(account: string, settings: PlanSettings, now: Date, clients: Clients, memory: Memory): Promise<void> {
    const observed: Mutable<Observed> = await observe(account, settings, now, clients, memory);
    const tally = { started: 0, refused: 0 };
    let ended: string | undefined;

    // Each answer and each start changes what is known, so the plan is made anew: it is pure and takes milliseconds.
    let decisions = plan(observed, settings, now);
    for (let next = nextStep(decisions); next && !ended; next = nextStep(decisions)) {
        if (next.startExportTask) ended = await startOne(next, next.startExportTask);
        else observed.tasks = { ...observed.tasks, [next.snapshot.arn]: await tasksOf(clients, next.snapshot.arn) };
        decisions = plan(observed, settings, now);
    }
    for (const { code, snapshot } of decisions) if (code === "exported") memory.exported[snapshot.arn] = observed.tasks[snapshot.arn] ?? [];
    report(account, decisions, tally, ended);

    /** Returns why the round ends for this account, if it does. */
    async function startOne({ snapshot, reason }: Decision, input: StartExportTaskInput): Promise<string | undefined> {
        const about = { account, database: `${snapshot.kind}.${snapshot.database}`, snapshot: snapshot.arn, task: input.ExportTaskIdentifier };
        try {
            await clients.rds.send(new clients.rdsModule.StartExportTaskCommand(input));
        } catch (error) {
            return refused(error);
        }
        tally.started++;
        observed.running = [...(observed.running ?? []), asTask(input)];
        log("INFO", "export-started", { ...about, reason });
        return undefined;

        async function refused(error: unknown): Promise<string | undefined> {
            const { name, message } = error as Error;
            const failure = failureClass(error);
            // A full house is no failure: the next look goes on.
            if (failure === "limit" || failure === "throttled") return failure;
            if (failure === "exists" && (await known())) return undefined;
            tally.refused++;
            log(failure === "not-ready" || failure === "vanished" ? "WARN" : "ERROR", "export-refused", { ...about, class: failure, error: name, detail: message });
            // The vault's key or the snapshot's own? Another source key tells.
            const sameFault = failure === "source-key" ? snapshot.sourceKeyArn : undefined;
            if (failure === "configuration" || (failure === "source-key" && !sameFault) || tally.refused >= patience) return failure;
            observed.snapshots = observed.snapshots.filter(({ arn, sourceKeyArn }) => arn !== snapshot.arn && (!sameFault || sourceKeyArn !== sameFault));
            return undefined;
        }

        /** The identifier is taken: by another run of ours, which is success, or by a stranger, which the plan then steps over. */
        async function known(): Promise<boolean> {
            const task = await taskNamed(clients, input.ExportTaskIdentifier);
            if (!task) return false;
            const running = isOurs(task, input) && !["COMPLETE", "FAILED", "CANCELED"].includes(task.status);
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

/** What needs a person, a line each; all else as counts by reason: a line per decision of every sweep would cost more than the rest. */
function report(account: string, decisions: readonly Decision[], tally: Record<string, number>, ended?: string): void {
    const reasons: Record<string, number> = {};
    for (const { snapshot, code, reason, strangers } of decisions) {
        reasons[code] = (reasons[code] ?? 0) + 1;
        const about = { account, database: `${snapshot.kind}.${snapshot.database}`, snapshot: snapshot.arn };
        if (code === "given-up" || code === "expired-unprotected" || code === "backoff") log(code === "backoff" ? "WARN" : "ERROR", code, { ...about, reason });
        if (strangers?.length) log("ERROR", "stranger", { ...about, tasks: strangers });
    }
    log(ended === "configuration" || ended === "source-key" ? "ERROR" : "INFO", "look", { account, ...tally, ended, reasons });
}
