/** Every CloudWatch alarm: what it watches, what it means, what to run. Pure data; no alarm counts by account, which would cost more than all the rest. */
import type { AlarmCode, Metric } from "../../handlers/lib/log";
import { namesOf, type Names, type Place } from "../arns";
import type { Monitoring } from "../settings";
import { alarmCodes, type CodeText } from "./alarmCodes";
import type { QueryName } from "./queries";
import { foreignGrantsName } from "./tamperCalls";

export interface AlarmText extends CodeText {
    /** The saved query that names account, database and reason. */
    readonly query: QueryName;
}

export interface AlarmSpec extends AlarmText {
    /** The physical name: `<names.watch>-<code or topic>`. */
    readonly name: string;
    readonly metric: { readonly namespace: string; readonly name: string; readonly dimensions: Readonly<Record<string, string>> };
    readonly statistic: "Sum" | "Maximum" | "SampleCount";
    readonly comparison: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanThreshold";
    readonly threshold: number;
    /** Seconds. */
    readonly period: number;
    /** All of them in a row must be beyond the threshold. */
    readonly periods: number;
    readonly missing: "breaching" | "notBreaching";
    /** Minutes after its creation in which it only waits for data. Absent: none. */
    readonly warmUp?: number;
}

type Watched = Pick<AlarmSpec, "metric" | "statistic" | "comparison" | "threshold" | "period" | "periods" | "missing" | "warmUp">;
type Row = readonly [topic: string, watched: Watched, text: AlarmText];

const minutes = 60;
const hour = 3600;

/** All alarms of a stack. */
export function alarmTable(place: Place, { rpoHours }: Pick<Monitoring, "rpoHours">): AlarmSpec[] {
    const names = namesOf(place);
    const rows = [...codeRows(names), ...protectionRows(names, rpoHours), ...queueRows(names), grantRow(place), ...functionRows(names)];
    return rows.map(([topic, watched, { means, run, query }]) => ({ name: `${names.watch}-${topic}`, means, run, query, ...watched }));
}

/** A line at ERROR with a code: the alarm goes off within minutes and is over by itself. */
const codeRows = (names: Names): Row[] =>
    Object.entries(alarmCodes(names)).flatMap(([code, text]): Row[] => {
        if ("instead" in text) return [];
        return [[code, { ...atLeast(1, ours(names, "Alarms", code as AlarmCode), "Sum"), period: 5 * minutes, periods: 1 }, { ...text, query: "alarms" }]];
    });

/**
 * How things stand. The sweep, and with it a look per account, comes every 15 minutes, a little earlier or later: a period of 15 minutes may hold
 * two of them or none, one of 30 holds at least one of each account.
 */
function protectionRows(names: Names, rpoHours: number): Row[] {
    const gauge = (metric: Metric, threshold = 1) => atLeast(threshold, ours(names, metric), "Maximum");
    const silent = (metric: Metric, warmUp: number): Omit<Watched, "period" | "periods"> =>
        ({ metric: ours(names, metric), statistic: "SampleCount", comparison: "LessThanThreshold", threshold: 1, missing: "breaching", warmUp });
    const logs = (name: string) => `aws logs tail /aws/lambda/${name} --since 2h`;
    return [
        // Three hours: what a first deployment needs to seal its first exports; a sweep or look that fails changes nothing. The code beyond-rpo is
        // faster, and over at once.
        ["rpo", { ...gauge("BeyondRpo"), period: 30 * minutes, periods: 6, missing: "breaching", warmUp: 180 }, {
            means: `For three hours a database has been without a sealed export for longer than it may (${rpoHours} hours if it is exported daily), or nothing says how things stand.`,
            run: "npm run report, which lists unprotected databases first, with the reason.", query: "looks",
        }],
        ["not-ready", { ...gauge("AccountsNotReady"), period: 30 * minutes, periods: 4 }, {
            means: "For two hours an account couldn't be looked at: its access role can't be assumed or lacks a right, so nothing of it is saved. A new member's stack comes in that time.",
            run: "npm run doctor; pulumi up. Who changed the role?", query: "alarms",
        }],
        // Where data is missing CloudWatch looks some periods further back before it believes in silence, so these three come later than they count.
        ["no-sweep", { ...silent("AccountsNotSwept", 60), period: 15 * minutes, periods: 3 }, {
            means: "No sweep has come for an hour, so no account is looked at but by events.",
            run: `${logs(names.sweeper)}; aws scheduler get-schedule --group-name ${names.schedule} --name ${names.schedule}`, query: "alarms",
        }],
        ["not-swept", { ...gauge("AccountsNotSwept"), period: 15 * minutes, periods: 2 }, {
            means: "Two sweeps in a row couldn't queue a look at every account.", run: `${logs(names.sweeper)}; the line sweep names the accounts.`, query: "alarms",
        }],
        ["no-look", { ...silent("Waiting", 120), period: 30 * minutes, periods: 2 }, {
            means: "No account has been looked at for one to two hours, though sweeps may come: the starter is broken, or its queue is.", run: logs(names.starter), query: "looks",
        }],
        // The sealer waits six hours for info files by itself.
        ["seal-lag", { ...gauge("SealLagMinutes"), comparison: "GreaterThanThreshold", threshold: 420, period: 15 * minutes, periods: 1 }, {
            means: "An export was sealed more than seven hours after its end; until then it didn't count as protection.", run: logs(names.sealer), query: "sealed",
        }],
        // Once a day at 7 UTC; periods of an hour may reach back seven days, shorter ones one: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        ["not-watched", { ...silent("Watched", 26 * 60), period: hour, periods: 26 }, {
            means: "The watcher hasn't ended a run for more than a day: the lock isn't tried, volumes aren't compared, no digest is sent.",
            run: `aws logs tail /aws/lambda/${names.watcher} --since 2d`, query: "alarms",
        }],
    ];
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
function queueRows(names: Names): Row[] {
    const of = (queue: string, metric: string) => ({ namespace: "AWS/SQS", name: metric, dimensions: { QueueName: queue } });
    const age = (queue: string, seconds: number): Watched => ({ ...atLeast(seconds, of(queue, "ApproximateAgeOfOldestMessage"), "Maximum"), period: 5 * minutes, periods: 1 });
    const holds = (queue: string): Watched => ({ ...atLeast(1, of(queue, "ApproximateNumberOfMessagesVisible"), "Maximum"), period: 5 * minutes, periods: 1 });
    // Guardrails let nobody else read or purge them.
    const hands = " (both as the break-glass role, where guardrails are attached)";
    const see = (queue: string) => `aws sqs receive-message --queue-url $(aws sqs get-queue-url --queue-name ${queue} --query QueueUrl --output text)`;
    return [
        // The queue forgets after an hour; a record that can't be worked off is among the dead letters after 47 minutes.
        ["trigger-age", age(names.triggerQueue, 50 * minutes), {
            means: "Triggers wait for 50 minutes; after an hour they are forgotten, and the next sweep queues them anew.", run: `aws logs tail /aws/lambda/${names.starter} --since 2h`, query: "looks",
        }],
        // A receive that fails holds a request back for an hour and a half; the second one is trouble. The dead letters get it after seven and a half.
        ["seal-age", age(names.sealQueue, 3 * hour), {
            means: "A finished export has waited three hours to be sealed.", run: `aws logs tail /aws/lambda/${names.sealer} --since 4h`, query: "sealed",
        }],
        ["trigger-dlq", holds(names.triggerDeadLetters), {
            means: "A trigger couldn't be worked off five times.", run: `${see(names.triggerDeadLetters)}; when it is mended, purge the queue${hands}.`, query: "looks",
        }],
        ["seal-dlq", holds(names.sealDeadLetters), {
            means: "A finished export couldn't be sealed in five tries. The starter asks again for it with every look.",
            run: `${see(names.sealDeadLetters)}; when it is mended, purge the queue${hands}.`, query: "sealed",
        }],
        ["undelivered", holds(names.undeliveredQueue), {
            means: "EventBridge couldn't deliver an event to the hub or its queue, which the sweep makes up for, or a tamper notice to the notices topic, which nothing does: read it in the queue.",
            run: `${see(names.undeliveredQueue)} --message-attribute-names All: the body is the event, the attributes say why. pulumi up, then purge the queue${hands}.`, query: "looks",
        }],
    ];
}

/** Counted by CloudTrail's calls, on the default bus: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html. An hour, so that a flood doesn't go off and on. */
const grantRow = (place: Place): Row =>
    ["foreign-grants", { ...atLeast(1, { namespace: "AWS/Events", name: "MatchedEvents", dimensions: { RuleName: foreignGrantsName(place) } }, "Sum"), period: hour, periods: 1 }, {
        means: "Within an hour a source account lent the vault key by itself, or took a loan back; an export does so through RDS alone, and isn't counted.",
        run: `aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateGrant says by whom; suspend the account, revoke the grants (aws kms list-grants).`,
        query: "alarms",
    }];

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
function functionRows({ starter, sealer, sweeper, watcher }: Names): Row[] {
    const of = (functionName: string, name: string) => ({ namespace: "AWS/Lambda", name, dimensions: { FunctionName: functionName } });
    return Object.entries({ starter, sealer, sweeper, watcher }).flatMap(([part, name]): Row[] => {
        // The queues and the schedule try again, so one that fails once is mended by the next; the watcher runs once a day.
        const span = part === "watcher" ? { period: 15 * minutes, periods: 1 } : { period: 15 * minutes, periods: 2 };
        return [
            [`${part}-errors`, { ...atLeast(1, of(name, "Errors"), "Sum"), ...span }, {
                means: `The ${part} dies or runs out of time, again and again.`, run: `aws logs tail /aws/lambda/${name} --since 1h`, query: "alarms",
            }],
            [`${part}-throttles`, { ...atLeast(1, of(name, "Throttles"), "Sum"), ...span }, {
                means: `Lambda doesn't let the ${part} run: the account has too few executions at once, or somebody set its concurrency.`,
                run: `aws lambda get-account-settings; aws lambda get-function-concurrency --function-name ${name}`, query: "alarms",
            }],
        ];
    });
}

const ours = ({ prefix }: Names, name: Metric, code?: AlarmCode): AlarmSpec["metric"] => ({ namespace: "rds-vault", name, dimensions: { Stack: prefix, ...(code && { Alarm: code }) } });

const atLeast = (threshold: number, metric: AlarmSpec["metric"], statistic: AlarmSpec["statistic"]): Omit<Watched, "period" | "periods"> =>
    ({ metric, statistic, comparison: "GreaterThanOrEqualToThreshold", threshold, missing: "notBreaching" });
