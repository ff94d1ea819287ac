/**
 * What the hub costs a month: prices times what an organization's hours asked for. Pure. List prices of us-east-1, November 2026, in
 * dollars, no free tier; of the export itself (RDS, per GB), its storage and its files' PUTs nothing.
 */
import { callsAtOnce } from "../handlers/lib/organization";
import type { Hub } from "./hub";
import type { Held } from "./memoryChild";
import type { Counts, Played, Tally } from "./hour";

/** What an hour's time and money are reckoned by. */
export interface Basis {
    readonly held: Held;
    readonly hub: Hub;
}

/** Fixed, per account and month, and per export. */
export interface Cost {
    readonly what: string;
    readonly fixed: number;
    readonly account: number;
    readonly export: number;
    readonly source: string;
}

const hours = 730;
const perMillion = 1e-6;
const bytesPerGB = 1e9;
/** Ours, not AWS's: seconds that a call waits for its answer. */
export const wait = 0.1;
/** Lambda gives a function of 1,769 MB one processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const wholeProcessorMiB = 1769;
/** Lambda's own START, END and REPORT lines, estimated. */
const bytesPerInvocation = 300;
/** Empty receives: five pollers at two queues, each asking every 20 seconds; estimated after https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const emptyReceives = 5 * 2 * 3 * 60 * hours;
/** Logs are kept for 400 days, and stored at about 15 % of their size. */
const monthsKept = 400 / 30.4;

const gbSecond = 0.0000133334;
const prices = { invocation: 0.2 * perMillion, message: 0.4 * perMillion, event: 1 * perMillion, schedule: 1 * perMillion, logged: 0.5 + 0.03 * 0.15 * monthsKept, list: 0.005 / 1000, get: 0.0004 / 1000, kms: 0.03 / 10_000 };

const callsOf = (tally: Tally, pattern: RegExp) => Object.entries(tally.calls).reduce((sum, [name, count]) => sum + (pattern.test(name) ? count : 0), 0);
const sum = (counts: Counts) => Object.values(counts).reduce((total, each) => total + each, 0);

/**
 * Seconds of a function, estimated: the starter waits for one call after another within an account, the sealer for all of them, and
 * the SDK's work is what was measured, on the part of a processor that the memory buys. An upper bound as far as waiting goes.
 */
export function secondsOf(name: string, tally: Tally, { held: { cpuMs }, hub: { memoryMiB } }: Basis): number {
    const calls = callsOf(tally, new RegExp(`^${name} `));
    const waits = name === "starter" ? tally.depth : name === "sweeper" ? calls / callsAtOnce : calls;
    return waits * wait + ((calls * cpuMs) / 1000) * Math.max(1, wholeProcessorMiB / memoryMiB[name]!);
}

/** Everything that is billed, of one tally. */
function billed(tally: Tally, basis: Basis): Record<string, number> {
    const sealed = tally.invocations.sealer ?? 0;
    const seconds = Object.entries(basis.hub.memoryMiB).reduce((total, [name, memory]) => total + (memory / 1024) * secondsOf(name, tally, basis), 0);
    return {
        "Lambda, time": seconds * gbSecond,
        "Lambda, invocations": sum(tally.invocations) * prices.invocation,
        // A receive and a delete for each message at most; Lambda takes up to ten at once.
        "SQS": (callsOf(tally, / SendMessageBatch$/) + 2 * tally.records + 2 * sealed) * prices.message,
        "CloudWatch Logs": ((sum(tally.logs) + sum(tally.invocations) * bytesPerInvocation) / bytesPerGB) * prices.logged,
        "S3, LIST and PUT": callsOf(tally, / (ListObject|PutObject)/) * prices.list,
        "S3, GET and HEAD": callsOf(tally, / (Get|Head)Object$/) * prices.get,
        // With a bucket key fewer.
        "KMS": callsOf(tally, / (Get|Head|Put)Object$/) * prices.kms,
    };
}

const sources: Record<string, string> = {
    "Lambda, time": "https://aws.amazon.com/lambda/pricing/",
    "Lambda, invocations": "https://aws.amazon.com/lambda/pricing/",
    "SQS": "https://aws.amazon.com/sqs/pricing/",
    "CloudWatch Logs": "https://aws.amazon.com/cloudwatch/pricing/",
    "S3, LIST and PUT": "https://aws.amazon.com/s3/pricing/",
    "S3, GET and HEAD": "https://aws.amazon.com/s3/pricing/",
    "KMS": "https://aws.amazon.com/kms/pricing/",
    "EventBridge": "https://aws.amazon.com/eventbridge/pricing/",
};

/** What belongs to the exports: the night's, less as many quiet hours. */
export const ofExports = ({ night, quiet }: Played, count: (tally: Tally) => number): number => count(night) - (count(quiet) / quiet.hours) * night.hours;

/** @param played with exports */
export function costsOf(played: Played, basis: Basis): Cost[] {
    const { accounts, exported, quiet } = played;
    const fixed: Record<string, number> = { SQS: emptyReceives * prices.message, KMS: 1 };
    const lines = Object.entries(billed(quiet, basis)).map(([what, hourly]): Cost => {
        const own = ofExports(played, (tally) => billed(tally, basis)[what]!) / exported;
        return { what, fixed: fixed[what] ?? 0, account: (hourly / quiet.hours / accounts) * hours, export: own, source: sources[what]! };
    });
    // Events are RDS's own; what is billed is their way into another account.
    const events = ofExports(played, ({ records }) => records) / exported;
    return [
        ...lines,
        { what: "EventBridge", fixed: 0, account: 0, export: events * prices.event, source: sources.EventBridge! },
        { what: "Scheduler, one metric", fixed: 4 * hours * prices.schedule + 0.3, account: 0, export: 0, source: sources.EventBridge! },
    ];
}

export const total = (costs: readonly Cost[]): Omit<Cost, "what" | "source"> => ({
    fixed: costs.reduce((sum, { fixed }) => sum + fixed, 0),
    account: costs.reduce((sum, { account }) => sum + account, 0),
    export: costs.reduce((sum, each) => sum + each.export, 0),
});

export const monthly = ({ fixed, account, export: each }: Pick<Cost, "fixed" | "account" | "export">, accounts: number, exports: number): number => fixed + account * accounts + each * exports;
