/** What rang in a rehearsal: CloudWatch alarms as rendered, on the metrics of the run, and tamper notices; and whether the faults explain it. Pure. */
import { namesOf } from "../components/arns";
import type { Settings } from "../components/settings";
import { evaluate, parseAlarm, type MetricAlarm } from "./aws/cloudWatch";
import { metricKey, type Metrics } from "./aws/metrics";
import type { AwsEvent, LogLine, Notice } from "./aws/types";
import type { Fault } from "./faults";
import { unprotected } from "./faults/stage";
import type { Rendered } from "./graph";

export interface Alarm {
    /** Of the alarm or the tamper rule, without the stack's prefix. */
    readonly name: string;
    /** When it went to ALARM, or when the call was told. ISO. */
    readonly when: string;
    /** One sentence. */
    readonly about: string;
}

/** An alarm that went to ALARM, and whom it tells. */
export interface Ringing {
    readonly alarm: MetricAlarm;
    /** ms. */
    readonly at: number;
    readonly arn: string;
    readonly account: string;
    readonly topics: readonly string[];
    readonly description: string;
}

/** Every transition to ALARM between two times, in their order. */
export function ringing({ resources }: Rendered, metrics: Metrics, from: number, to: number): Ringing[] {
    return resources
        .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
        .flatMap(({ inputs, account = "", region }) => {
            const alarm = parseAlarm(inputs);
            const data = metrics.get(metricKey(alarm.namespace, alarm.metric, alarm.dimensions)) ?? [];
            const arn = `arn:aws:cloudwatch:${region}:${account}:alarm:${alarm.name}`;
            const told = inputs.actionsEnabled === false ? [] : ((inputs.alarmActions ?? []) as string[]);
            return evaluate(alarm, data, from, to).filter((each) => each.to === "ALARM").map(({ at }) => ({ alarm, at, arn, account, topics: told, description: String(inputs.alarmDescription ?? "") }));
        })
        .sort((a, b) => a.at - b.at || (a.alarm.name < b.alarm.name ? -1 : 1));
}

/** By time. `rung` are those that were told; `notices`: what the rules on the default bus published. */
export function alarmsOf({ stack, region, backupAccount }: Settings, rung: readonly Ringing[], notices: readonly Notice[], logs: readonly LogLine[]): Alarm[] {
    const prefix = `${namesOf({ stack, region, backupAccountId: backupAccount.id }).watch}-`;
    const short = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
    const metric = rung.map((each) => ({ name: short(each.alarm.name), at: each.at, about: subjects(each, logs) ?? firstSentence(each.description) }));
    const tamper = notices.flatMap(({ sourceArn = "", event, at }) => (event ? [{ name: short(sourceArn.slice(sourceArn.lastIndexOf("/") + 1)), at, about: called(event) }] : []));
    return [...metric, ...tamper].sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ at, ...alarm }) => ({ name: alarm.name, when: new Date(at).toISOString(), about: alarm.about }));
}

const firstSentence = (text: string) => /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;

/** The database and the reason of the lines that an alarm counts by their code. */
function subjects({ alarm, at }: Ringing, logs: readonly LogLine[]): string | undefined {
    const code = alarm.dimensions.Alarm;
    if (code === undefined) return undefined;
    const said = logs.filter((line) => line.json?.Alarm === code && line.at < at && line.at >= at - alarm.period * 60_000);
    const [first] = said;
    if (!first) return undefined;
    const { account, database, reason } = first.json as Record<string, unknown>;
    const others = said.length > 1 ? ` (and ${said.length - 1} more)` : "";
    return `${[account, database].filter(Boolean).join(" ")}: ${String(reason)}${others}`.replace(/^: /, "");
}

function called({ detail }: AwsEvent): string {
    const { eventName, eventSource, errorCode, userIdentity } = detail as Record<string, string> & { userIdentity: { type: string; sessionContext?: { sessionIssuer: { userName: string } } } };
    const by = userIdentity.sessionContext ? `the role ${userIdentity.sessionContext.sessionIssuer.userName}` : userIdentity.type;
    return `${eventName} of ${eventSource?.replace(".amazonaws.com", "")} by ${by}, ${errorCode ? `refused: ${errorCode}` : "allowed"}.`;
}

/** Alarms of faults that didn't ring, and alarms that no fault explains. `felt`: the faults that came to something. */
export function alarmViolations(alarms: readonly Alarm[], faults: readonly Fault[], felt: readonly Fault[]): string[] {
    const rangFor = (name: string, { when }: Fault) => alarms.some((alarm) => alarm.name === name && Date.parse(alarm.when) >= when);
    const silent = felt.flatMap((fault) => (fault.alarms ?? []).filter((name) => !rangFor(name, fault)).map((name) => `the fault "${fault.name}" didn't raise the alarm ${name}`));
    const mayRaise = ({ alarms: own = [], mayRing = [], on }: Fault, name: string) => own.includes(name) || mayRing.includes(name) || (on !== undefined && unprotected.includes(name));
    const isExplained = ({ name, when }: Alarm) => faults.some((fault) => Date.parse(when) >= fault.when && mayRaise(fault, name));
    const unexplained = alarms.filter((alarm) => !isExplained(alarm)).map(({ name, when, about }) => `the alarm ${name} rang at ${when}, and no fault explains it: ${about}`);
    return [...silent, ...unexplained];
}
