import type { RDSClient } from "@aws-sdk/client-rds";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { roleArn } from "../components/arns";
import { clientSettings } from "./lib/client";
import { required } from "./lib/environment";
import { isAwsError } from "./lib/failure";
import { count, log } from "./lib/log";
import { look } from "./lib/look";
import { unseen } from "./lib/lost";
import { rulesOfMember } from "./lib/member";
import { emptyMemory, type Memory } from "./lib/observe";
import { parseTrigger } from "./lib/trigger";
import type { Enrolment, Member, PlanSettings } from "./lib/types";

/**
 * The starter: takes a batch of triggers and looks once at each account in it. Captures filters and enrolment.
 * Environment: VAULT_BUCKET, VAULT_KEY_ARN, ACCESS_ROLE and EXPORT_ROLE (names), EXTERNAL_ID, SEAL_QUEUE_URL, STACK, and PER_ACCOUNT_METRICS, if it is "true".
 */
export const start = (enrolment: Enrolment) => () => {
    const rdsModule = require("@aws-sdk/client-rds") as typeof import("@aws-sdk/client-rds");
    const s3Module = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    const sqsModule = require("@aws-sdk/client-sqs") as typeof import("@aws-sdk/client-sqs");
    const { STSClient, AssumeRoleCommand } = require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts");
    const keyArn = required("VAULT_KEY_ARN");
    const partition = keyArn.split(":")[1] ?? "aws";
    const destination = { partition, bucket: required("VAULT_BUCKET"), keyArn, exportRole: required("EXPORT_ROLE") };
    const accessRole = required("ACCESS_ROLE");
    const externalId = required("EXTERNAL_ID");
    const sealQueueUrl = required("SEAL_QUEUE_URL");
    const settings: PlanSettings = { ...enrolment, destination };
    const client = clientSettings(3, 10_000);
    const sts = new STSClient(client);
    // One handler for all clients keeps connections open from look to look.
    const shared = { ...client, requestHandler: sts.config.requestHandler };
    const aws = { s3Module, s3: new s3Module.S3Client(shared), sqsModule, sqs: new sqsModule.SQSClient(shared), sealQueueUrl };
    const accounts: Record<string, { rds: RDSClient; memory: Memory }> = {};
    /** As the sweep told last: an event says nothing of its account but the id. */
    const members: Record<string, Member> = {};

    return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
        const malformed: string[] = [];
        const triggers: Record<string, { records: string[]; named: string[] }> = {};
        for (const { messageId, body } of Records) {
            try {
                const { account, named, forged, member } = parseTrigger(body);
                const about = (triggers[account] ??= { records: [], named: [] });
                about.records.push(messageId);
                about.named.push(...named.filter((arn) => !about.named.includes(arn)));
                // One without units is what a sweep makes up while it can't read the organization.
                if (member && (member.units.length || !members[account])) members[account] = member;
                if (forged.length) log("WARN", "forged", { account, snapshots: forged });
            } catch (error) {
                malformed.push(messageId);
                log("ERROR", "malformed-trigger", { messageId, detail: (error as Error).message });
            }
        }
        const visits = await Promise.all(Object.entries(triggers).map(async ([account, { records, named }]) => ({ records, came: await visit(account, records.length, named) })));
        const died = visits.filter(({ came }) => came === "died").flatMap(({ records }) => records);
        // Zero too: a metric that stays away would look as if nobody had asked.
        if (visits.length) count("batch", "AccountsNotReady", visits.filter(({ came }) => came === "not-ready").length);
        return { batchItemFailures: [...malformed, ...died].map((itemIdentifier) => ({ itemIdentifier })) };
    };

    /** The settings with the account's own rules: a listed account's, or those that its place in the organization gives it. */
    function settingsOf(account: string): PlanSettings | undefined {
        if (account in enrolment.accounts) return settings;
        const member = members[account];
        return member && { ...settings, accounts: { [account]: { name: member.name, databases: rulesOfMember(enrolment, member) } } };
    }

    /** Looks at one account. Its triggers are consumed whatever AWS answers; only code that died gives them back. */
    async function visit(account: string, triggers: number, named: readonly string[]): Promise<"done" | "not-ready" | "died"> {
        const now = new Date();
        try {
            const own = settingsOf(account);
            if (!own) {
                // Of a member: this function is new, and the next sweep tells it.
                log("WARN", "not-enrolled", { account, triggers });
                return "done";
            }
            const { rds, memory } = (accounts[account] ??= {
                // The SDK assumes the role when it is first needed, and again before the session ends.
                rds: new rdsModule.RDSClient({ ...shared, credentials: () => assume(account) }),
                memory: emptyMemory(),
            });
            await look({ account, named }, own, now, { rdsModule, rds, ...aws }, memory);
            return "done";
        } catch (error) {
            if (!isAwsError(error)) {
                const { name, message } = error as Error;
                log("ERROR", "look-died", { account, error: name, detail: message });
                return "died";
            }
            return unseen(account, error, now, aws, destination.bucket, accounts[account]?.memory ?? emptyMemory());
        }
    }

    async function assume(account: string) {
        const { Credentials } = await sts.send(
            new AssumeRoleCommand({
                RoleArn: roleArn(partition, account, accessRole),
                RoleSessionName: "rds-vault-starter",
                ExternalId: externalId,
            }),
        );
        if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey) throw new Error("STS answered without credentials");
        return {
            accessKeyId: Credentials.AccessKeyId,
            secretAccessKey: Credentials.SecretAccessKey,
            sessionToken: Credentials.SessionToken,
            expiration: Credentials.Expiration,
        };
    }
};
