import type { DescribeTrailsCommandInput, GetEventSelectorsCommandInput, GetTrailStatusCommandInput } from "@aws-sdk/client-cloudtrail";
import { clientSettings } from "./lib/client";
import { required } from "./lib/environment";
import { alarm, log, measure } from "./lib/log";
import type { Enrolment } from "./lib/types";
import { checkLock } from "./lib/watching/canary";
import { digestOf, type Found } from "./lib/watching/digest";
import { addInventory, noInventories } from "./lib/watching/inventories";
import { readLines, type Line, type Logs, type Search } from "./lib/watching/logLines";
import { inventoryOf, sealedOf, troubleOf } from "./lib/watching/said";
import { counted } from "./lib/watching/text";
import { checkTrails, isSilent, type TrailCalls } from "./lib/watching/trails";
import { addToTotals, addTrouble, noTotals, type Troubles } from "./lib/watching/troubles";
import { addTo, day, dayOf, daysBefore, unusual, volumeReason, type Days } from "./lib/watching/volume";

/**
 * The watcher, once a day: puts the lock canary, looks at the trails and at what was sealed, and mails what the other functions said.
 * Captures the enrolled accounts' names. Environment: VAULT_BUCKET, VAULT_KEY_ARN, NOTICES_TOPIC_ARN, RETENTION_DAYS, STARTER_LOGS,
 * SEALER_LOGS, SWEEPER_LOGS, STACK, and HEARTBEAT_TOPIC_ARN, if somebody outside listens.
 */
export const watch = ({ accounts, organization }: Pick<Enrolment, "accounts" | "organization">) => {
    const listed = Object.fromEntries(Object.entries(accounts).map(([id, { name }]) => [id, name]));
    const hasUnits = organization !== undefined;

    return () => {
        const trailModule = require("@aws-sdk/client-cloudtrail") as typeof import("@aws-sdk/client-cloudtrail");
        const logsModule = require("@aws-sdk/client-cloudwatch-logs") as typeof import("@aws-sdk/client-cloudwatch-logs");
        const s3Module = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
        const { SNSClient, PublishCommand } = require("@aws-sdk/client-sns") as typeof import("@aws-sdk/client-sns");
        const [bucket, keyArn, topic, retentionDays] = [required("VAULT_BUCKET"), required("VAULT_KEY_ARN"), required("NOTICES_TOPIC_ARN"), Number(required("RETENTION_DAYS"))];
        const [starter, sealer, sweeper] = [required("STARTER_LOGS"), required("SEALER_LOGS"), required("SWEEPER_LOGS")];
        if (!(retentionDays >= 1)) throw Object.assign(new Error("The environment variable RETENTION_DAYS is no number of days. Deploy the function with `pulumi up`."), { name: "ConfigurationError" });
        const patient = clientSettings(5, 15_000);
        const [s3, logs, sns] = [new s3Module.S3Client(patient), new logsModule.CloudWatchLogsClient(patient), new SNSClient(patient)];
        const trailCalls = trailCallsOf();
        const [, , , region = "", account = ""] = keyArn.split(":");
        const heartbeat = process.env.HEARTBEAT_TOPIC_ARN;
        // A reading takes a tenth of a second per page and more; the first page of each is always read, and the mail sent.
        const [mostPages, reserve] = [1000, 180_000];

        return async (_event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<void> => {
            const now = new Date();
            const at = now.getTime();
            const way: Logs = { logsModule, logs, mostPages, hasTime: () => context.getRemainingTimeInMillis() > reserve };
            const gaps: string[] = [];
            const failed: string[] = [];
            const lastDay = { from: at - day, to: at };

            const canary = await tried("lock canary", () => checkLock({ s3Module, s3, bucket, keyArn, retentionDays }, now));
            const trails = await tried("trails", () => checkTrails(trailCalls, { account, region }));
            const sealed = await tried("volumes", volumes);
            const inventories = await tried("inventories", readInventories);
            const seenBefore = await tried("inventories of the day before", readSeenBefore);
            const troubles: Troubles = {};
            for (const group of [starter, sealer, sweeper]) await tried(`errors in ${group}`, () => readTroubles(group));
            const found: Found = { now, stack: process.env.STACK ?? "", listed, hasUnits, canary, trails, ...sealed, inventories, seenBefore, troubles, gaps };
            const digest = await tried("digest", () => mail(found));
            // Only then: who watches from outside learns by its absence that notices reach nobody.
            if (digest && heartbeat) await tried("heartbeat", () => beat(heartbeat, now));

            const { unprotected, alarms } = digest ?? {};
            measure(failed.length ? "ERROR" : "INFO", "watch", { lock: canary?.problems.length === 0, trail: trails && !isSilent(trails), volumes: sealed?.volumes.length, unprotected, alarms, gaps: gaps.length, failed }, { Watched: 1 });
            if (failed.length) throw new Error(`The watcher couldn't do all of its work: ${failed.join(", ")}. Each is named in its log`);

            /** A step that fails is said, in the mail too, and costs no other its turn. */
            async function tried<T>(step: string, work: () => Promise<T>): Promise<T | undefined> {
                try {
                    return await work();
                } catch (error) {
                    const { name, message } = error as Error;
                    log("ERROR", "watch-failed", { step, error: name, detail: message });
                    failed.push(step);
                    gaps.push(`${step}: ${name}: ${message}`);
                    return undefined;
                }
            }

            async function read(what: string, search: Search, use: (line: Line, time: number) => boolean): Promise<void> {
                const { odd, cut } = await readLines(way, search, use);
                if (odd) gaps.push(`${what}: ${counted(odd, "line")} of ${search.group} couldn't be understood`);
                if (cut) gaps.push(`${what}: ${search.group} holds more than could be read in time; the newest lines are missing`);
            }

            async function volumes() {
                const days: Days = {};
                const totals = noTotals();
                // Whole days: yesterday and those that it is held against.
                const from = (dayOf(at) - daysBefore - 1) * day;
                await read("sealed exports", { group: sealer, field: "message", value: "sealed", from, to: at }, (line, time) => {
                    const one = sealedOf(line);
                    if (!one) return false;
                    addTo(days, one, time);
                    if (time >= lastDay.from) addToTotals(totals, one);
                    return true;
                });
                const above = unusual(days, at);
                for (const volume of above) alarm("volume", { account: volume.account, reason: volumeReason(volume), bytes: volume.bytes, median: volume.median });
                return { volumes: above, totals };
            }

            async function readInventories() {
                const all = noInventories();
                await read("inventories", { group: starter, field: "message", value: "inventory", ...lastDay }, (line) => {
                    const one = inventoryOf(line);
                    if (one) addInventory(all, one);
                    return one !== undefined;
                });
                return all;
            }

            /** Names by account. Read apart, since of what is too long the newest lines are missing. */
            async function readSeenBefore() {
                const names: Record<string, string> = {};
                await read("inventories of the day before", { group: starter, field: "message", value: "inventory", from: lastDay.from - day, to: lastDay.from - 1 }, (line) => {
                    const one = inventoryOf(line);
                    if (one) names[one.account] = one.name;
                    return one !== undefined;
                });
                return names;
            }

            async function readTroubles(group: string): Promise<void> {
                await read("errors", { group, field: "level", value: "ERROR", ...lastDay }, (line) => {
                    const one = troubleOf(line);
                    if (one) addTrouble(troubles, one);
                    return one !== undefined;
                });
            }
        };

        async function mail(found: Found) {
            const digest = digestOf(found);
            await sns.send(new PublishCommand({ TopicArn: topic, Subject: digest.subject, Message: digest.text }));
            return digest;
        }

        /** A topic's Region is in its ARN. */
        async function beat(TopicArn: string, now: Date) {
            const outside = new SNSClient({ ...patient, region: TopicArn.split(":")[3] });
            const Message = JSON.stringify({ stack: process.env.STACK ?? "", at: now.toISOString(), digest: true });
            await outside.send(new PublishCommand({ TopicArn, Subject: "rds-vault heartbeat", Message }));
        }

        function trailCallsOf(): TrailCalls {
            const { CloudTrailClient, DescribeTrailsCommand, GetTrailStatusCommand, GetEventSelectorsCommand } = trailModule;
            const cloudTrail = new CloudTrailClient(patient);
            return {
                describeTrails: (input: DescribeTrailsCommandInput) => cloudTrail.send(new DescribeTrailsCommand(input)),
                getTrailStatus: (input: GetTrailStatusCommandInput) => cloudTrail.send(new GetTrailStatusCommand(input)),
                getEventSelectors: (input: GetEventSelectorsCommandInput) => cloudTrail.send(new GetEventSelectorsCommand(input)),
            } as TrailCalls;
        }
    };
};
