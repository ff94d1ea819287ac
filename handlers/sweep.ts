import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { log } from "./lib/log";
import { required } from "./lib/environment";

/**
 * The sweep: one trigger per enrolled account onto the trigger queue. Captures the enrolled account ids (12 digits).
 * Environment: TRIGGER_QUEUE_URL.
 */
export const sweep = (accounts: readonly string[]) => () => {
    const { SQSClient, SendMessageBatchCommand } = require("@aws-sdk/client-sqs") as typeof import("@aws-sdk/client-sqs");
    const queue = required("TRIGGER_QUEUE_URL");
    const sqs = new SQSClient({ retryMode: "standard", maxAttempts: 5 });
    const perBatch = 10; // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html

    return async () => {
        const failed: string[] = [];
        for (let first = 0; first < accounts.length; first += perBatch) {
            const batch = accounts.slice(first, first + perBatch);
            const Entries: SendMessageBatchRequestEntry[] = batch.map((account) => ({
                Id: account,
                MessageBody: JSON.stringify({ source: "rds-vault.sweep", account }),
            }));
            const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
            failed.push(...(answer.Failed ?? []).map(({ Id }) => Id ?? "?"));
        }
        log(failed.length ? "ERROR" : "INFO", "sweep", { accounts: accounts.length, failed });
        // The next sweep is the retry; the error shows in Lambda's metric.
        if (failed.length) throw new Error(`No trigger for ${failed.length} of ${accounts.length} accounts`);
    };
};
