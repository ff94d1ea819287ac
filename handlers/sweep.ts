import { clientSettings } from "./lib/client";
import { required } from "./lib/environment";
import { alarm, log, measure } from "./lib/log";
import { defaultPatience, emptyOrganizationMemory, gate, readMembers, type Left } from "./lib/organization";
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
export const sweep = (enrolment: Enrolment, patience = defaultPatience) => () => {
    const organizationsModule = require("@aws-sdk/client-organizations") as typeof import("@aws-sdk/client-organizations");
    const { S3Client, paginateListObjectsV2 } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    const { SQSClient, SendMessageBatchCommand } = require("@aws-sdk/client-sqs") as typeof import("@aws-sdk/client-sqs");
    const queue = required("TRIGGER_QUEUE_URL");
    const bucket = required("VAULT_BUCKET");
    // The bucket's name ends with the account that it is in (arns.ts).
    const backupAccountId = bucket.slice(-12);
    const sqs = new SQSClient(clientSettings(5, patience.request));
    const patient = clientSettings(2, patience.request);
    // One endpoint per partition, which the SDK knows: https://docs.aws.amazon.com/general/latest/gr/ao.html
    const organizations = new organizationsModule.OrganizationsClient(patient);
    const s3 = new S3Client(patient);
    const topicArn = process.env.HEARTBEAT_TOPIC_ARN;
    const heart = topicArn ? heartOf(topicArn) : undefined;
    const memory = emptyOrganizationMemory();
    const saidApart: string[] = [];
    const perBatch = 10; // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
    const batchesAtOnce = 20;

    return async () => {
        const listed = Object.keys(enrolment.accounts).map((account) => ({ source: "rds-vault.sweep", account }) as const);
        // Before anything is read: whatever becomes of the organization, the listed accounts have had their turn.
        const refused = await sendAll(listed);
        const { members, waiting } = enrolment.organization ? await unlisted(enrolment.organization) : { members: [], waiting: 0 };
        const failed = [...refused, ...(await sendAll(members.map((member) => ({ source: "rds-vault.sweep", account: member.id, member }) as const)))];
        const accounts = listed.length + members.length;
        const notSwept = failed.length + waiting;
        measure(failed.length ? "ERROR" : "INFO", "sweep", { accounts, members: members.length, ...(waiting && { waiting }), failed }, { AccountsNotSwept: notSwept });
        await heart?.({ accounts: accounts - failed.length, notSwept });
        // The next sweep is the retry; the error shows in Lambda's metric.
        if (failed.length) throw new Error(`No trigger for ${failed.length} of ${accounts} accounts`);
    };

    /** Publishes to a topic in another account, so that somebody notices when this one is silenced. A topic's Region is in its ARN. */
    function heartOf(TopicArn: string) {
        const { SNSClient, PublishCommand } = require("@aws-sdk/client-sns") as typeof import("@aws-sdk/client-sns");
        // Short: what is late here may cost the sweep its time.
        const sns = new SNSClient({ region: TopicArn.split(":")[3], ...clientSettings(2, 4000) });
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
    async function sendAll(triggers: readonly SweepTrigger[]): Promise<string[]> {
        const through = gate(batchesAtOnce);
        const batches = Array.from({ length: Math.ceil(triggers.length / perBatch) }, (_, index) => triggers.slice(index * perBatch, (index + 1) * perBatch));
        return (await Promise.all(batches.map((batch) => through(() => send(batch))))).flat();
    }

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
        const { members, read, error, waiting, left, apart } = await readMembers(units, backupAccountId, { organizationsModule, organizations }, memory, patience);
        // A function that read everybody before knows who has left too; a cold one has nothing but the ledger.
        const known: Record<string, Member> = memory.complete ? {} : await withManifests();
        // Not as one that the ledger knows: those that wait for their tags would be under the wrong rules.
        for (const id of [...Object.keys(memory.members), ...apart]) delete known[id];
        for (const member of members) known[member.id] = member;
        const triggered = Object.values(known).filter(({ id }) => !(id in enrolment.accounts));
        if (error) {
            const { name, message: detail } = error;
            const reason = "not all members of the organization could be read; the sweep goes on with those that it read or remembers, and with accounts that have manifests. New accounts may be unprotected. Check the delegation policy";
            alarm("organization-unreadable", { organization: units.organizationId, reason, error: name, detail, read, triggered: triggered.length });
        }
        for (const member of left) sayLeft(member, units.organizationId);
        for (const account of apart) sayApart(account);
        return { members: triggered, waiting };
    }

    /**
     * Said by the function that knew the member, so that it is said once. A cold one can't compare with the ledger: that keeps whoever
     * left weeks ago as long as its manifests, and every cold start would say it again.
     */
    function sayLeft({ id: account, name, state }: Left, organization: string): void {
        if (account in enrolment.accounts) return;
        const why = state ? `the account is ${state}` : "the account has left the organization, or was moved out of the enrolled units";
        alarm("member-left", { account, organization, name, reason: `${why}; its exports stay in the vault, and nothing new is saved. If nobody meant that, move it back, or list it` });
    }

    /** Once per function that starts cold. */
    function sayApart(account: string): void {
        if (account in enrolment.accounts || saidApart.includes(account)) return;
        saidApart.push(account);
        const why = account === backupAccountId ? "the backup account is no source; move it out of the enrolled units" : "StackSets don't reach the management account; if it has databases, list it under sourceAccounts";
        log("WARN", "member-apart", { account, reason: why });
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
