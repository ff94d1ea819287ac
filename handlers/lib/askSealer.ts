import { isAwsError } from "./failure";
import { sealRequest } from "./finished";
import { log } from "./log";
import type { Clients, Memory } from "./observe";
import type { Observed, PlanSettings, Task } from "./types";

/** A batch of https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const perBatch = 10;
/** Requests of one look; what is left over is asked for by the next. */
const perLook = 100;
/** Milliseconds. Each sweep asks again, a burst of events between two sweeps doesn't. */
const patience = 10 * 60_000;

/**
 * Asks the sealer for every finished task without a manifest, again and again until one stands: the queue may forget, and
 * the sealer may give back what it can't seal yet. Returns how many were asked for.
 */
export async function askSealer(observed: Observed, settings: PlanSettings, now: Date, clients: Clients, memory: Memory): Promise<number> {
    const { sqsModule, sqs, sealQueueUrl } = clients;
    const time = now.getTime();
    const finished = observed.finished ?? [];
    const last = ({ id }: Task) => memory.asked[id] ?? -Infinity;
    const due = finished.filter((task) => time - last(task) >= patience).sort((a, b) => (last(a) < last(b) ? -1 : 1)).slice(0, perLook);
    // What is sealed by now needn't be remembered.
    memory.asked = Object.fromEntries(finished.flatMap(({ id }) => (memory.asked[id] === undefined ? [] : [[id, memory.asked[id]]])));
    for (let first = 0; first < due.length; first += perBatch) {
        const batch = due.slice(first, first + perBatch);
        // One batch that can't be sent doesn't hold up the others.
        try {
            const Entries = batch.map((task) => ({ Id: task.id, MessageBody: JSON.stringify(sealRequest(task, observed, settings.destination)) }));
            const { Failed = [] } = await sqs.send(new sqsModule.SendMessageBatchCommand({ QueueUrl: sealQueueUrl, Entries }));
            const refused = Failed.map(({ Id }) => Id);
            if (refused.length) log("ERROR", "seal-request-refused", { account: observed.account, tasks: refused });
            for (const { id } of batch) if (!refused.includes(id)) memory.asked[id] = time;
        } catch (error) {
            if (!isAwsError(error)) throw error;
            const { name, message } = error as Error;
            log("ERROR", "seal-request-refused", { account: observed.account, tasks: batch.map(({ id }) => id), error: name, detail: message });
        }
    }
    return due.length;
}
