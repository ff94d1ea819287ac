import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { namesOf, type Place } from "../arns";
import { alarmTable, type AlarmSpec } from "./alarmTable";
import { consoleUrl, savedQuery } from "./queries";
import { iamRegion } from "./tamperCalls";
import type { Monitoring } from "../settings";

export interface AlarmsArgs {
    readonly place: Place;
    readonly monitoring: Monitoring;
    readonly noticesArn: pulumi.Input<string>;
}

/** What the mail says: what it means, the command, where to read on. At most 1,024 characters: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export function description(place: Place, { means, run, query, metric }: AlarmSpec): string {
    const said = isSaid(metric);
    const where = `${consoleUrl(place)} > Logs Insights > saved query ${savedQuery(place, query)}`;
    return `${means}\n\nRun: ${forStack(place, run)}\n\n${said ? "Which account, which database, why" : "More"}: ${where}`;
}

/** Whether it counts lines: then no further line is no good news. */
const isSaid = ({ namespace, name }: AlarmSpec["metric"]): boolean => namespace === "rds-vault" && name === "Alarms";

/** Commands as they are to be typed for this stack, wherever they are typed. Calls of IAM and Organizations are told in one Region. */
const forStack = ({ stack, region }: Place, run: string): string =>
    run
        .replace(/npm run (status|report|doctor|explain)\b/g, `npm run $1 -- --stack ${stack}`)
        .replace(/\baws (?=[a-z0-9]+ [a-z])/g, `aws --region ${region} `)
        .replace(/--region \S+ (cloudtrail lookup-events [^;)]*AttributeValue=(DeleteRole|UpdateAssumeRolePolicy|MoveAccount|LeaveOrganization))/g, `--region ${iamRegion(region)} $1`);

/** The alarms of alarmTable.ts; those that judge a state tell the notices topic when it is over, too. */
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
                    okActions: isSaid(metric) ? [] : [noticesArn],
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
