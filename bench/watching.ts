/** What watching costs a month, counted in the rendered graph. Pure. List prices of us-east-1, November 2026, in dollars, no free tier. */
import type { Metric } from "../handlers/lib/log";
import type { Rendered } from "../rehearsal/graph";
import type { Cost } from "./costs";

const cloudWatch = "https://aws.amazon.com/cloudwatch/pricing/";
/** Standard resolution; https://aws.amazon.com/cloudwatch/pricing/ bills an alarm by the metrics that it reads. */
const prices = { alarmMetric: 0.1, metric: 0.3, dashboard: 3, key: 1 };

/** Billed while anything is told of them, so all of them: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html */
const metrics: Record<Metric, true> = {
    Alarms: true, Started: true, Waiting: true, BeyondRpo: true, OldestUnprotectedHours: true, AccountsNotReady: true, AccountsNotSwept: true,
    Sealed: true, Partial: true, Failed: true, SealLagMinutes: true, Watched: true,
};

export function watchingOf({ resources }: Rendered): Cost[] {
    const inputs = (type: string) => resources.filter((each) => each.type === `aws:${type}`).map((each) => each.inputs);
    const alarms = inputs("cloudwatch/metricAlarm:MetricAlarm");
    const ownMetrics = Object.keys(metrics).length;
    const alarmMetrics = alarms.reduce((sum, { metricQueries }) => sum + (metricQueries ? (metricQueries as { metric?: unknown }[]).filter(({ metric }) => metric).length : 1), 0);
    const line = (what: string, fixed: number, source: string): Cost => ({ what, fixed, account: 0, export: 0, source });
    return [
        line(`${alarms.length} alarms, by ${alarmMetrics} metrics`, alarmMetrics * prices.alarmMetric, cloudWatch),
        // One more is in the pipeline's own lines.
        line(`${ownMetrics - 1} other metrics`, (ownMetrics - 1) * prices.metric, cloudWatch),
        line("dashboard", inputs("cloudwatch/dashboard:Dashboard").length * prices.dashboard, cloudWatch),
        line("notices' key", prices.key, "https://aws.amazon.com/kms/pricing/"),
    ];
}
