import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { namesOf, type Place } from "../arns";
import { alarmTable, type AlarmSpec } from "./alarmTable";
import { consoleUrl, savedQuery } from "./queries";
import type { Monitoring } from "../settings";

export interface AlarmsArgs {
    readonly place: Place;
    readonly monitoring: Monitoring;
    readonly noticesArn: pulumi.Input<string>;
}

/** What the mail says: what it means, the command, where to read on. At most 1,024 characters: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export const description = (place: Place, { means, run, query }: AlarmSpec): string =>
    `${means}\n\nRun: ${run}\n\nWhich account, which database, why: ${consoleUrl(place)} > Logs Insights > saved query ${savedQuery(place, query)}`;

/** The alarms of alarmTable.ts; all of them tell the notices topic when they go off and when they are over. */
export class Alarms extends AccountComponent {
    constructor(name: string, { place, monitoring, noticesArn }: AlarmsArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:Alarms", name, opts);
        const prefix = `${namesOf(place).watch}-`;
        for (const spec of alarmTable(place, monitoring)) {
            const { metric, warmUp } = spec;
            new aws.cloudwatch.MetricAlarm(
                `${name}-${spec.name.slice(prefix.length)}`,
                {
                    name: spec.name,
                    alarmDescription: description(place, spec),
                    namespace: metric.namespace,
                    metricName: metric.name,
                    dimensions: { ...metric.dimensions },
                    statistic: spec.statistic,
                    comparisonOperator: spec.comparison,
                    threshold: spec.threshold,
                    period: spec.period,
                    evaluationPeriods: spec.periods,
                    treatMissingData: spec.missing,
                    // Else a new stack alarms before it can have said anything: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html
                    ...(warmUp && { warmUpConfiguration: { warmUpPeriodDurationInMinutes: warmUp } }),
                    actionsEnabled: true,
                    alarmActions: [noticesArn],
                    okActions: [noticesArn],
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
