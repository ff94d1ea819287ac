import { alarmsOf, strangersInTheWay, waitingOf } from "./alarms";
import { askSealer } from "./askSealer";
import { ledgerStart, rulesFor } from "./database";
import { taskNamed, tasksOf } from "./exportTasks";
import { failureClass, isAwsError } from "./failure";
import { withAnswer } from "./finished";
import { inFlight } from "./history";
import { inventoryLines, sayInventory } from "./inventory";
import { alarm, log } from "./log";
import { observe, type Clients, type Memory } from "./observe";
import { planner } from "./plan";
import { report, sayAlarms, type Tally } from "./report";
import { protections } from "./rpo";
import { isOurs } from "./taskId";
import type { Decision, Observed, PlanSettings, Snapshot, StartExportTaskInput, Task } from "./types";

/** Calls of StartExportTask in one look beyond those that were accepted; each is repeated by another look. */
const patience = 10;
/** Milliseconds that one look may take: others wait in the same batch, and the next look goes on where this one ends. */
const lookTime = 40_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Ended = Tally["ended"];

/** What a look is about. */
export interface LookAt {
    /** 12 digits. */
    readonly account: string;
    /** Snapshot ARNs of the account that its triggers named: hearsay, worth a question. */
    readonly named: readonly string[];
}

/** Snapshots named by triggers that one look asks about; an attacker may name many. */
const curiosity = 5;

/**
 * Observes an account, plans, starts what is due, asks for what ended to be sealed, and says so in log lines.
 * AWS's errors before the first answer reject.
 */
export async function look({ account, named }: LookAt, settings: PlanSettings, now: Date, clients: Clients, memory: Memory): Promise<void> {
    const until = Date.now() + lookTime;
    const observed: Mutable<Observed> = await observe(account, settings, now, clients, memory);
    const { snapshots } = observed;
    const tally: Tally = { started: 0, refused: 0, tried: 0, asked: 0, waiting: 0 };
    /** What the plan isn't asked about again in this look. */
    const refusals: Decision[] = [];
    const unknown = named.filter((arn) => !observed.snapshots.some((each) => each.arn === arn));

    // Each answer and each start changes what is known, so the plan is made anew: it is pure and takes milliseconds.
    let plan = planner(observed, settings, now);
    let decisions = plan(observed);
    for (let next = nextStep(decisions); next && !tally.ended; next = nextStep(decisions)) {
        try {
            if (next.startExportTask) tally.ended = await startOne(next, next.startExportTask);
            else await askTasks(next.snapshot.arn);
        } catch (error) {
            if (!isAwsError(error)) throw error;
            tally.ended = failureClass(error);
        }
        decisions = plan(observed);
        if (Date.now() > until) tally.ended ??= "time";
        if (tally.tried - tally.started >= patience) tally.ended ??= "patience";
    }
    await explain(unknown.slice(0, curiosity));
    const unexplained = unknown.filter((arn) => !observed.tasks[arn]?.length);
    // Alarms before requests: what the sealer has sealed isn't seen again, and a run that dies in between says it twice.
    const protection = protections({ ...observed, snapshots }, [...decisions, ...refusals], settings, now);
    sayAlarms(alarmsOf({ observed, decisions, protection, unexplained, memory, settings, now }), memory);
    sayInventory(() => inventoryLines(account, settings.accounts[account]?.name ?? "", protection, now), now, memory);
    tally.asked = await askSealer(observed, settings, now, clients, memory);
    memory.waiting = waitingOf(decisions);
    tally.waiting = memory.waiting.length + refusals.length;
    report(account, decisions, protection, tally, memory);
    memory.lookedAt = now.getTime();
    memory.refusedSince = undefined;

    /** Asks what became of snapshots that only a trigger named. A finished export of one is found here too. */
    async function explain(arns: readonly string[]): Promise<void> {
        try {
            for (const arn of arns) await askTasks(arn);
        } catch (error) {
            if (!isAwsError(error)) throw error;
        }
    }

    async function askTasks(arn: string): Promise<void> {
        const tasks = await tasksOf(clients, arn);
        observed.tasks = { ...observed.tasks, [arn]: tasks };
        const since = ledgerStart(rulesFor(settings, account), now);
        observed.finished = withAnswer(observed.finished ?? [], tasks, observed, since, settings.destination);
        memory.finished = Object.fromEntries(observed.finished.map((task) => [task.id, task]));
    }

    /** Returns why the round ends for this account, if it does. */
    async function startOne(next: Decision, input: StartExportTaskInput): Promise<Ended> {
        const { snapshot, reason } = next;
        const about = { account, database: `${snapshot.kind}.${snapshot.database}`, snapshot: snapshot.arn, task: input.ExportTaskIdentifier };
        tally.tried++;
        // Before the start: a run that dies after it leaves an attempt that nobody asks about again.
        sayAlarms(strangersInTheWay(account, next), memory);
        try {
            await clients.rds.send(new clients.rdsModule.StartExportTaskCommand(input));
        } catch (error) {
            return refused(error);
        }
        tally.started++;
        observed.running = [...(observed.running ?? []), asTask(input)];
        memory.seen[input.ExportTaskIdentifier] = now.getTime();
        log("INFO", "export-started", { ...about, reason });
        return undefined;

        async function refused(error: unknown): Promise<Ended> {
            const { name, message } = error as Error;
            const failure = failureClass(error);
            // It may have been accepted all the same: the next look asks for it by its id.
            if (failure === "throttled") memory.seen[input.ExportTaskIdentifier] = now.getTime();
            // A full house is no failure: the next look goes on.
            if (failure === "limit" || failure === "throttled") return failure;
            if (failure === "exists" && (await known())) return undefined;
            tally.refused++;
            const refusal = { ...about, class: failure, error: name, reason: message };
            if (failure === "not-ready" || failure === "vanished") log("WARN", "export-refused", refusal);
            else alarm("export-refused", refusal);
            // The vault's key or the snapshot's own? Another source key tells.
            const sameFault = failure === "source-key" ? snapshot.sourceKeyArn : undefined;
            if (failure === "configuration" || (failure === "source-key" && !sameFault)) return failure;
            const isRefused = ({ arn, sourceKeyArn }: Snapshot) => arn === snapshot.arn || (sameFault !== undefined && sourceKeyArn === sameFault);
            refusals.push(...decisions.filter((each) => each.code === next.code && isRefused(each.snapshot)).map((each) => ({ ...each, reason: `RDS refused its export: ${name}: ${message}` })));
            observed.snapshots = observed.snapshots.filter((each) => !isRefused(each));
            plan = planner(observed, settings, now);
            // Nothing left under any other key: then it is the vault's as far as anybody can tell.
            return sameFault && !tally.started && !observed.snapshots.length ? failure : undefined;
        }

        /** The identifier is taken: by another run of ours, which is success, or by a stranger, which the plan then steps over. */
        async function known(): Promise<boolean> {
            const task = await taskNamed(clients, input.ExportTaskIdentifier);
            if (!task) return false;
            const running = isOurs(task, input) && inFlight(task);
            if (running) {
                observed.running = [...(observed.running ?? []), task];
                memory.seen[task.id] = now.getTime();
            }
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
