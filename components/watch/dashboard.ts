import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Metric } from "../../handlers/lib/log";
import { AccountComponent } from "../accounts";
import { namesOf, type Names, type Place } from "../arns";
import { alarmArn } from "../policies/notices";
import type { Monitoring } from "../settings";
import { alarmTable, type AlarmSpec } from "./alarmTable";
import { consoleUrl, queryNames, savedQuery } from "./queries";

/** A metric as CloudWatch draws it: namespace, name, dimensions by name and value, then how. */
type Line = readonly (string | Readonly<Record<string, string | number>>)[];
interface Widget {
    readonly type: "metric" | "alarm" | "text";
    /** Of 24. */
    readonly width: number;
    readonly height: number;
    readonly properties: Readonly<Record<string, unknown>>;
}
export interface PlacedWidget extends Widget {
    readonly x: number;
    readonly y: number;
}

const day = 86_400;

/** The dashboard as CloudWatch takes it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(place: Place, monitoring: Pick<Monitoring, "rpoHours">): { widgets: PlacedWidget[] } {
    const alarms = alarmTable(place, monitoring);
    const names = namesOf(place);
    return { widgets: placed([[intro(place)], [states(place, alarms)], ...graphs(place, names, monitoring), [runbook(names, alarms)]]) };
}

/** Rows from top to bottom, each from left to right and as high as its highest. */
function placed(rows: readonly (readonly Widget[])[]): PlacedWidget[] {
    let y = 0;
    return rows.flatMap((row) => {
        const top = y;
        let x = 0;
        y += Math.max(...row.map(({ height }) => height));
        return row.map((widget) => {
            const left = x;
            x += widget.width;
            return { ...widget, x: left, y: top };
        });
    });
}

const text = (markdown: string, height: number): Widget => ({ type: "text", width: 24, height, properties: { markdown } });

function intro(place: Place): Widget {
    const { prefix } = namesOf(place);
    const saved = queryNames.map((query) => `\`${savedQuery(place, query)}\``).join(", ");
    return text(`# ${prefix}\nWhat is unprotected and why: \`npm run status\`, \`npm run report\`. Which account and database: [Logs Insights](${consoleUrl(place)}), saved queries ${saved}.`, 3);
}

/** A widget shows at most 100 alarms. */
const states = (place: Place, alarms: readonly AlarmSpec[]): Widget => ({
    type: "alarm",
    width: 24,
    height: 7,
    properties: { title: "Alarms", sortBy: "stateUpdatedTimestamp", alarms: alarms.map(({ name }) => alarmArn(place, name)) },
});

/** Graphs in thirds; gauges are per account, so what they show is the worst one's. */
function graphs(place: Place, names: Names, { rpoHours }: Pick<Monitoring, "rpoHours">): Widget[][] {
    const gauge = (metric: Metric, label: string): Line => ["rds-vault", metric, "Stack", names.prefix, { stat: "Maximum", label }];
    const count = (metric: Metric): Line => ["rds-vault", metric, "Stack", names.prefix, { stat: "Sum", label: metric }];
    const graph = (title: string, metrics: readonly Line[], more: Readonly<Record<string, unknown>> = {}): Widget =>
        ({ type: "metric", width: 8, height: 6, properties: { title, region: place.region, view: "timeSeries", stacked: false, period: 1800, metrics, ...more } });
    const queue = (label: string, name: string, metric: string, stat = "Maximum"): Line => ["AWS/SQS", metric, "QueueName", name, { stat, label }];
    const functions = { starter: names.starter, sealer: names.sealer, sweeper: names.sweeper, watcher: names.watcher };
    const ofFunctions = (metric: string, stat: string): Line[] => Object.entries(functions).map(([label, name]) => ["AWS/Lambda", metric, "FunctionName", name, { stat, label }]);
    const bucket = (metric: string, storage: string, label: string, axis: string): Line =>
        ["AWS/S3", metric, "BucketName", names.bucket, "StorageType", storage, { stat: "Average", period: day, label, yAxis: axis }];
    return [
        [
            graph("Unprotected: databases beyond their RPO, in the worst account", [
                gauge("BeyondRpo", "beyond RPO"), gauge("AccountsNotReady", "accounts not ready"), gauge("AccountsNotSwept", "accounts not swept"),
            ]),
            graph("Hours without protection, of the worst database", [gauge("OldestUnprotectedHours", "hours")], { annotations: { horizontal: [{ label: "RPO, exported daily", value: rpoHours }] } }),
            graph("Waiting snapshots, in the account with most", [gauge("Waiting", "waiting")]),
        ],
        [
            graph("Exports a day", (["Started", "Sealed", "Partial", "Failed"] as const).map(count), { period: day, view: "bar" }),
            graph("Minutes from an export's end to its manifest", [gauge("SealLagMinutes", "slowest")]),
            // Once a day, from S3 itself: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
            graph("Vault", [bucket("BucketSizeBytes", "StandardStorage", "bytes in Standard", "left"), bucket("NumberOfObjects", "AllStorageTypes", "objects", "right")], { period: day }),
        ],
        [
            graph("Queues: dead letters and undelivered", [
                queue("triggers", names.triggerDeadLetters, "ApproximateNumberOfMessagesVisible"),
                queue("seals", names.sealDeadLetters, "ApproximateNumberOfMessagesVisible"),
                queue("undelivered", names.undeliveredQueue, "ApproximateNumberOfMessagesVisible"),
                queue("age of triggers, s", names.triggerQueue, "ApproximateAgeOfOldestMessage"),
                queue("age of seal requests, s", names.sealQueue, "ApproximateAgeOfOldestMessage"),
            ]),
            graph("Functions: errors and throttles", [...ofFunctions("Errors", "Sum"), ...ofFunctions("Throttles", "Sum")]),
            graph("Functions: longest run, ms", ofFunctions("Duration", "Maximum")),
        ],
    ];
}

/** Its own scroll bar; alarms by what comes after the prefix. */
function runbook({ watch }: Names, alarms: readonly AlarmSpec[]): Widget {
    const cell = (words: string) => words.replaceAll("|", "\\|");
    const rows = alarms.map(({ name, means, run }) => `| ${name.slice(watch.length + 1)} | ${cell(means)} | ${cell(run)} |`);
    return text(["## When an alarm goes off", "| alarm | means | run first |", "|---|---|---|", ...rows].join("\n"), 20);
}

/** One page that shows how all stands. */
export class Dashboard extends AccountComponent {
    constructor(name: string, { place, monitoring }: { readonly place: Place; readonly monitoring: Monitoring }, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:Dashboard", name, opts);
        new aws.cloudwatch.Dashboard(name, { dashboardName: namesOf(place).dashboard, dashboardBody: JSON.stringify(dashboardBody(place, monitoring)) }, { parent: this });
        this.registerOutputs({});
    }
}
