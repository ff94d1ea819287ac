import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { clientSettings } from "./lib/client";
import { required } from "./lib/environment";
import { isAwsError } from "./lib/failure";
import { log } from "./lib/log";
import { refused } from "./lib/refused";
import { parseRequest } from "./lib/sealing/request";
import { sealTask } from "./lib/sealing/sealTask";
import { defaultLimits, type Vault } from "./lib/sealing/vault";
import type { AcceptedSkip } from "./lib/types";

/**
 * The sealer: takes a finished export task, checks what lies in the vault and writes its manifest. Captures the accepted skips.
 * Environment: VAULT_BUCKET, VAULT_KEY_ARN, RETENTION_DAYS, STACK, and PER_ACCOUNT_METRICS, if it is "true".
 */
export const seal = (acceptedSkips: readonly AcceptedSkip[]) => () => {
    const s3Module = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    const [bucket, keyArn, retentionDays] = [required("VAULT_BUCKET"), required("VAULT_KEY_ARN"), Number(required("RETENTION_DAYS"))];
    if (!(retentionDays >= 1)) throw Object.assign(new Error("The environment variable RETENTION_DAYS is no number of days. Deploy the function with `pulumi up`."), { name: "ConfigurationError" });
    const s3 = new s3Module.S3Client(clientSettings(5, 30_000));

    return async ({ Records }: SQSEvent, context: { getRemainingTimeInMillis(): number }): Promise<SQSBatchResponse> => {
        const vault: Vault = {
            s3Module, s3, bucket, keyArn, retentionDays, acceptedSkips,
            limits: defaultLimits,
            now: () => new Date(),
            remaining: () => context.getRemainingTimeInMillis(),
            wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        };
        const given: string[] = [];
        for (const { messageId, body } of Records) if (!(await consumed(messageId, body, vault))) given.push(messageId);
        return { batchItemFailures: given.map((itemIdentifier) => ({ itemIdentifier })) };
    };

    /** Whatever AWS refuses is asked again by the starter's next look, as long as no manifest stands: the queue is never the memory. */
    async function consumed(messageId: string, body: string, vault: Vault): Promise<boolean> {
        let account = "unknown";
        try {
            const job = parseRequest(body, vault);
            ({ account } = job);
            await sealTask(job, vault);
            return true;
        } catch (error) {
            const { name, message } = error as Error;
            if (name === "MalformedRequest") log("ERROR", "malformed-request", { messageId, detail: message });
            else if (!isAwsError(error)) log("ERROR", "seal-died", { messageId, error: name, detail: message });
            else {
                refused("vault-not-ready", account, error);
                return true;
            }
            return false;
        }
    }
};
