/** The data points of a run: EMF lines of the functions, Lambda's own metrics, queues as sampled, and what rules matched. */
import type { Datum } from "./cloudWatch";
import type { LogLine, Match, Run, World } from "./types";

/** Data points by `metricKey`, each in the order of time. */
export type Metrics = ReadonlyMap<string, readonly Datum[]>;

export const metricKey = (namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string =>
    JSON.stringify([namespace, name, ...Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

interface Directive {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
}

const sampled = 5 * 60_000;

/** A queue's state at a moment. */
interface Sample {
    readonly at: number;
    readonly queue: string;
    readonly visible: number;
    /** Seconds. */
    readonly age: number;
}

/** Looks at every queue each five minutes, from the first on; the samples grow as the clock goes. SQS itself says so each minute: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html */
export function sampleQueues({ clock, sqs }: World): readonly Sample[] {
    const samples: Sample[] = [];
    function sample(): void {
        const at = clock.now;
        for (const arn of sqs.arns()) {
            const messages = sqs.messages(arn);
            // One that was received three times is left out: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
            const oldest = messages.reduce((time, { sentAt, receives }) => (receives < 3 ? Math.min(time, sentAt) : time), at);
            samples.push({ at, queue: arn.slice(arn.lastIndexOf(":") + 1), visible: messages.filter(({ visibleAt }) => visibleAt <= at).length, age: (at - oldest) / 1000 });
        }
        clock.at(at + sampled, sample);
    }
    clock.at(clock.now + sampled, sample);
    return samples;
}

export function metricsOf(logs: readonly LogLine[], runs: readonly Run[], samples: readonly Sample[], matches: readonly Match[] = []): Metrics {
    const metrics = new Map<string, Datum[]>();
    const add = (namespace: string, name: string, dimensions: Record<string, string>, at: number, value: number) => {
        const key = metricKey(namespace, name, dimensions);
        const data = metrics.get(key);
        if (data) data.push({ at, value });
        else metrics.set(key, [{ at, value }]);
    };
    for (const line of logs) embedded(line, add);
    for (const { at, function: FunctionName, failed } of runs) {
        // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        const values = { Invocations: 1, Errors: failed ? 1 : 0, Throttles: 0 };
        for (const [name, value] of Object.entries(values)) add("AWS/Lambda", name, { FunctionName }, at, value);
    }
    for (const { at, queue: QueueName, visible, age } of samples) {
        add("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName }, at, visible);
        add("AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName }, at, age);
    }
    for (const { at, rule } of matches) add("AWS/Events", "MatchedEvents", ruleDimensions(rule), at, 1);
    return metrics;
}

/** Rules of the default bus say their name only: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
function ruleDimensions(arn: string): Record<string, string> {
    const [, bus, name] = arn.split("/") as [string, string, string?];
    return name === undefined ? { RuleName: bus } : { EventBusName: bus, RuleName: name };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embedded({ json, at }: LogLine, add: (namespace: string, name: string, dimensions: Record<string, string>, at: number, value: number) => void): void {
    const emf = json?._aws as { Timestamp?: number; CloudWatchMetrics?: readonly Directive[] } | undefined;
    if (!json || !emf) return;
    for (const { Namespace, Dimensions, Metrics } of emf.CloudWatchMetrics ?? []) {
        for (const { Name } of Metrics) {
            const value = json[Name];
            if (typeof value !== "number") throw new Error(`A metric line of ${String(json.message)} has no number ${Name}: CloudWatch would drop it`);
            for (const names of Dimensions) add(Namespace, Name, Object.fromEntries(names.map((name) => [name, dimension(json[name], name)])), at, value);
        }
    }
}

function dimension(value: unknown, name: string): string {
    if (typeof value !== "string" || value === "") throw new Error(`A metric line has no text for its dimension ${name}: CloudWatch would drop it`);
    return value;
}
