import { required } from "./lib/environment";
import { alarm, log, measure } from "./lib/log";
import { emptyOrganizationMemory, gate, readMembers } from "./lib/organization";
import type { Enrolment, EnrolledUnits, Member } from "./lib/types";

/** What the sweep sends; the starter reads it in `parseTrigger`. */
interface SweepTrigger {
    readonly source: "rds-vault.sweep";
    /** 12 digits. */
    readonly account: string;
    /** Of an account that isn't listed. */
    readonly member?: Member;
}

/**
 * The sweep: one trigger per enrolled account onto the trigger queue, listed accounts and the members of enrolled units. Captures the enrolment.
 * Environment: TRIGGER_QUEUE_URL, VAULT_BUCKET, STACK, and HEARTBEAT_TOPIC_ARN, if somebody outside listens.
 */
export const sweep = (enrolment: Enrolment) => () => {
    const organizationsModule = require("@aws-sdk/client-organizations") as typeof import("@aws-sdk/client-organizations");
    const { S3Client, paginateListObjectsV2 } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    const { SQSClient, SendMessageBatchCommand } = require("@aws-sdk/client-sqs") as typeof import("@aws-sdk/client-sqs");
    const queue = required("TRIGGER_QUEUE_URL");
    const bucket = required("VAULT_BUCKET");
    const sqs = new SQSClient({ retryMode: "standard", maxAttempts: 5 });
    // A call that hangs must not cost the listed accounts their turn.
    const patient = { retryMode: "standard", maxAttempts: 5, requestHandler: { connectionTimeout: 3000, requestTimeout: 10000 } };
    // One endpoint per partition, which the SDK knows: https://docs.aws.amazon.com/general/latest/gr/ao.html
    const organizations = new organizationsModule.OrganizationsClient(patient);
    const s3 = new S3Client(patient);
    const topicArn = process.env.HEARTBEAT_TOPIC_ARN;
    const heart = topicArn ? heartOf(topicArn) : undefined;
    const memory = emptyOrganizationMemory();
    const perBatch = 10; // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
    const batchesAtOnce = 20;

    return async () => {
        const listed = Object.keys(enrolment.accounts);
        const { members, waiting } = enrolment.organization ? await unlisted(enrolment.organization) : { members: [], waiting: 0 };
        const triggers: SweepTrigger[] = [
            ...listed.map((account) => ({ source: "rds-vault.sweep", account }) as const),
            ...members.map((member) => ({ source: "rds-vault.sweep", account: member.id, member }) as const),
        ];
        const through = gate(batchesAtOnce);
        const batches = Array.from({ length: Math.ceil(triggers.length / perBatch) }, (_, index) => triggers.slice(index * perBatch, (index + 1) * perBatch));
        const failed = (await Promise.all(batches.map((batch) => through(() => send(batch))))).flat();
        const notSwept = failed.length + waiting;
        measure(failed.length ? "ERROR" : "INFO", "sweep", { accounts: triggers.length, members: members.length, ...(waiting && { waiting }), failed }, { AccountsNotSwept: notSwept });
        await heart?.({ accounts: triggers.length - failed.length, notSwept });
        // The next sweep is the retry; the error shows in Lambda's metric.
        if (failed.length) throw new Error(`No trigger for ${failed.length} of ${triggers.length} accounts`);
    };

    /** Publishes to a topic in another account, so that somebody notices when this one is silenced. A topic's Region is in its ARN. */
    function heartOf(TopicArn: string) {
        const { SNSClient, PublishCommand } = require("@aws-sdk/client-sns") as typeof import("@aws-sdk/client-sns");
        // Short: what is late here may cost the sweep its time.
        const sns = new SNSClient({ region: TopicArn.split(":")[3], retryMode: "standard", maxAttempts: 2, requestHandler: { connectionTimeout: 2000, requestTimeout: 4000 } });
        return async (beat: { readonly accounts: number; readonly notSwept: number }) => {
            try {
                const Message = JSON.stringify({ stack: process.env.STACK ?? "", at: new Date().toISOString(), ...beat });
                await sns.send(new PublishCommand({ TopicArn, Subject: "rds-vault heartbeat", Message }));
            } catch (error) {
                log("ERROR", "heartbeat-failed", { topic: TopicArn, error: (error as Error).name, detail: (error as Error).message });
            }
        };
    }

    /** Returns the accounts that SQS didn't take. */
    async function send(batch: readonly SweepTrigger[]): Promise<string[]> {
        try {
            const Entries = batch.map((trigger) => ({ Id: trigger.account, MessageBody: JSON.stringify(trigger) }));
            const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
            return Failed.map(({ Id }) => Id ?? "?");
        } catch (error) {
            log("ERROR", "triggers-refused", { error: (error as Error).name, detail: (error as Error).message });
            return batch.map(({ account }) => account);
        }
    }

    /** Members of the enrolled units that aren't listed. What can't be read is made up for by what is remembered, and by the vault's own ledger. */
    async function unlisted(units: EnrolledUnits) {
        const { members, error, waiting } = await readMembers(units, { organizationsModule, organizations }, memory);
        // A function that read everybody before knows who has left too; a cold one has nothing but the ledger.
        const before = Object.keys(memory.members).length ? memory.members : undefined;
        const known: Record<string, Member> = error ? { ...(before ?? (await withManifests())) } : {};
        for (const member of members) known[member.id] = member;
        if (error) {
            const { name, message: detail } = error;
            const reason = "not all members of the organization could be read; the sweep goes on with those that it read or remembers, and with accounts that have manifests. New accounts may be unprotected. Check the delegation policy";
            alarm("organization-unreadable", { organization: units.organizationId, reason, error: name, detail, read: members.length, others: Object.keys(known).length - members.length });
        }
        return { members: Object.values(known).filter(({ id }) => !(id in enrolment.accounts)), waiting };
    }

    /** Accounts that the vault keeps something of. Nothing is known of them but their id. */
    async function withManifests(): Promise<Record<string, Member>> {
        const found: Record<string, Member> = {};
        try {
            for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: "manifests/", Delimiter: "/" })) {
                for (const { Prefix = "" } of CommonPrefixes) {
                    const [, id] = /^manifests\/(\d{12})\/$/.exec(Prefix) ?? [];
                    if (id) found[id] = { id, name: "", units: [], tags: {} };
                }
            }
        } catch (error) {
            log("ERROR", "ledger-unreadable", { error: (error as Error).name, detail: (error as Error).message });
        }
        return found;
    }
};
