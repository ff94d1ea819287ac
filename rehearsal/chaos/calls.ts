/** What goes wrong at the functions' own calls: deaths, timeouts after success, refusals, stale answers, and their interleaving. */
import { AwsError } from "../aws/types";
import { sdkError, type Around, type SdkCall } from "../aws/lambdaSdk";
import { minute } from "../nights";
import type { Stage } from "./world";

/** Of one call of a function. */
export interface Trace {
    readonly at: number;
    readonly by: string;
    readonly operation: string;
    readonly account: string;
    /** Whether it was let through to the simulated AWS; else a fault answered. */
    readonly served: boolean;
    readonly error?: string;
    /** With StartExportTask: the snapshot's ARN. */
    readonly source?: string;
    /** The caller saw a list that was out of date since then. */
    readonly stale: boolean;
    /** Other invocations ran at the same moment. */
    readonly concurrent: boolean;
}

export interface Caller {
    readonly around: Around;
    readonly traces: Trace[];
    /** Invocations that run at the same moment take turns at random. */
    concurrent: boolean;
    /** Called with each request to the sealer. */
    asked?: (body: string) => void;
}

/** Lists of tasks lag by seconds at most, and an invocation takes no virtual time: they are played late among functions at the same moment only. */
const taskLag = 0;

export function callsOf({ history, random, note, world, accounts }: Stage): Caller {
    const traces: Trace[] = [];
    const deaths = new Map(history.deaths.map(({ call, after }) => [call, after]));
    const remembered = new Map<string, { at: number; answer: Record<string, unknown> }>();
    let calls = 0;
    /** Accounts whose present look saw an old list. */
    const misled = new Set<string>();
    const chance = (percent: number) => percent > 0 && random() * 100 < percent;

    /** An earlier answer to the same question, or this one. */
    function maybeStale({ operation, input, principal }: SdkCall, answer: Record<string, unknown>): Record<string, unknown> {
        const lists = /^DescribeDB/.test(operation) ? history.staleMinutes * minute : operation === "DescribeExportTasks" && caller.concurrent ? taskLag : undefined;
        if (lists === undefined || history.staleMinutes === 0) return answer;
        const key = `${principal.account} ${operation} ${JSON.stringify(input)}`;
        const before = remembered.get(key);
        if (before && world.clock.now - before.at <= lists && chance(50)) {
            misled.add(principal.account ?? "");
            return before.answer;
        }
        remembered.set(key, { at: world.clock.now, answer });
        return answer;
    }

    const caller: Caller = {
        traces,
        concurrent: false,
        async around(call, run, die) {
            const { by, operation, principal, input } = call;
            // Accounts that the history doesn't play would cost as much as those that it does.
            if (operation === "SendMessageBatch") input.Entries = (input.Entries as { Id: string }[]).filter(({ Id }) => !/^\d{12}$/.test(Id) || accounts.includes(Id));
            if (operation === "SendMessageBatch" && by.endsWith("-starter")) for (const { MessageBody } of input.Entries as { MessageBody: string }[]) caller.asked?.(MessageBody);
            const death = deaths.get(++calls);
            if (caller.concurrent) for (let turns = Math.floor(random() * 6); turns > 0; turns--) await undefined;
            const account = principal.account && accounts.includes(principal.account) ? principal.account : "";
            const trace = (served: boolean, error?: string) => {
                traces.push({ at: world.clock.now, by, operation, account, served, error, stale: misled.has(account), concurrent: caller.concurrent, ...(operation === "StartExportTask" && { source: String(input.SourceArn) }) });
                if (error !== undefined && operation !== "AssumeRole") note(`${by.split("-").pop()}: ${operation} ${account} refused: ${error}${served ? "" : " (played)"}`);
            };
            if (operation === "DescribeDBSnapshots" && !call.input.SnapshotType) misled.delete(account);
            if (death === false) {
                note(`${by} dies before ${operation} ${account}`);
                trace(false, "died");
                return die();
            }
            const starts = operation === "StartExportTask";
            if (starts && chance(history.limited)) {
                trace(false, "ExportTaskLimitReachedFault");
                throw sdkError(new AwsError("ExportTaskLimitReachedFault", "You have reached the limit of 5 concurrent export tasks."));
            }
            let answer: Record<string, unknown>;
            try {
                answer = maybeStale(call, run());
            } catch (error) {
                trace(true, (error as Error).name);
                throw error;
            }
            if (death) {
                note(`${by} dies after ${operation} ${account}`);
                trace(true, "died");
                return die();
            }
            if (starts && chance(history.timeouts)) {
                trace(true, "TimeoutError");
                // The SDK's own error of the connection: no answer, so no status. Whether its retry met the task that it had started is left to chance too.
                if (random() < 0.5) throw sdkError(new AwsError("ExportTaskAlreadyExists", `Export task ${String(input.ExportTaskIdentifier)} already exists`));
                throw Object.assign(new Error("socket hang up"), { name: "TimeoutError", $metadata: { attempts: 3, totalRetryDelay: 0 } });
            }
            trace(true);
            return answer;
        },
    };
    return caller;
}
