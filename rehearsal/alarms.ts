/** What rang in a rehearsal: CloudWatch alarms as rendered, on the metrics of the run, and tamper notices; and whether the faults explain it. Pure. */
import { namesOf } from "../components/arns";
import type { Settings } from "../components/settings";
import { evaluate, parseAlarm, type MetricAlarm } from "./aws/cloudWatch";
import { metricKey, type Metrics } from "./aws/metrics";
import type { AwsEvent, LogLine, Notice } from "./aws/types";
import type { Fault } from "./faults";
import { unprotected } from "./faults/stage";
import type { Rendered } from "./graph";
import { hour, minute } from "./nights";

/** What a person is told. */
export interface Told {
    /** Of the alarm or the tamper rule, without the stack's prefix. */
    readonly name: string;
    /** When it went to ALARM, or when the call was told. ISO. */
    readonly when: string;
    /** One sentence. */
    readonly about: string;
}

export interface Alarm extends Told {
    /** While it rang, and how far it looks back, ms. Absent: a tamper rule's, which tells of one call. */
    readonly stood?: { readonly until: number; readonly span: number };
    /** The lines that it counted until it was over. None: it judges a state. */
    readonly signs: readonly Sign[];
}

/** A line that rings an alarm. */
interface Sign {
    /** ms. */
    readonly at: number;
    /** `<account>` or `<account> <kind>.<identifier>`; absent: it is about nobody in particular, as the backup account itself. */
    readonly of?: string;
}

/** An alarm that went to ALARM, and whom it tells. */
export interface Ringing {
    readonly alarm: MetricAlarm;
    /** ms. */
    readonly at: number;
    /** When it was over, or the end of the run, ms. */
    readonly until: number;
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
            const transitions = evaluate(alarm, data, from, to);
            return transitions.flatMap(({ at, to: state }, index) =>
                state === "ALARM" ? [{ alarm, at, until: transitions[index + 1]?.at ?? to, arn, account, topics: told, description: String(inputs.alarmDescription ?? "") }] : [],
            );
        })
        .sort((a, b) => a.at - b.at || (a.alarm.name < b.alarm.name ? -1 : 1));
}

/** By time. `rung` are those that were told; `notices`: what the rules on the default bus published. */
export function alarmsOf({ stack, region, backupAccount }: Settings, rung: readonly Ringing[], notices: readonly Notice[], logs: readonly LogLine[]): Alarm[] {
    const prefix = `${namesOf({ stack, region, backupAccountId: backupAccount.id }).watch}-`;
    const short = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
    const metric = rung.map((each): Timed => {
        const signs = linesOf(each, logs).map(({ at, json }): Sign => ({ at, ...whom(json as Said, backupAccount.id) }));
        const stood = { until: each.until, span: each.alarm.period * each.alarm.periods * minute };
        return { name: short(each.alarm.name), at: each.at, about: subjects(each, logs) ?? firstSentence(each.description), signs, stood };
    });
    const tamper = notices.flatMap(({ sourceArn = "", event, at }): Timed[] => (event ? [{ name: short(sourceArn.slice(sourceArn.lastIndexOf("/") + 1)), at, about: called(event), signs: [] }] : []));
    return [...metric, ...tamper].sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ at, ...alarm }) => ({ ...alarm, when: new Date(at).toISOString() }));
}

type Timed = Omit<Alarm, "when"> & { readonly at: number };
type Said = Readonly<Record<string, unknown>>;

const firstSentence = (text: string) => /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;

/** The lines that an alarm counts by their code, from the first on until it is over: CloudWatch says nothing of further ones while it rings. */
const linesOf = ({ alarm: { dimensions, period }, at, until }: Ringing, logs: readonly LogLine[]): LogLine[] =>
    dimensions.Alarm === undefined ? [] : logs.filter((line) => line.json?.Alarm === dimensions.Alarm && line.at < until && line.at >= at - period * minute);

const whom = ({ account, database }: Said, backupAccount: string): Pick<Sign, "of"> =>
    typeof account === "string" && account !== backupAccount ? { of: database === undefined ? account : `${account} ${String(database)}` } : {};

/** The database and the reason of the lines that rang it. */
function subjects(rung: Ringing, logs: readonly LogLine[]): string | undefined {
    const said = linesOf(rung, logs).filter(({ at }) => at < rung.at);
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

/** CloudTrail tells within minutes. */
const callWithin = hour / 2;
/** Of the other alarms, where a fault says nothing else: sealing waits six hours for info files. */
const usuallyWithin = 8 * hour;
/** A database of a fault has one snapshot; after `rpoHours` of its account, by default 36, it is unprotected. */
const unprotectedWithin = 72 * hour;

/** How long after its begin a fault answers for an alarm, ms: until its deadline, or until the alarm has seen the fault's own end. */
function deadline({ when, within, until = when }: Fault, { name, stood }: Pick<Alarm, "name" | "stood">): number {
    if (!stood) return when + callWithin;
    if (unprotected.includes(name)) return when + unprotectedWithin;
    return Math.max(when + (within === undefined ? usuallyWithin : within * hour), until + stood.span);
}

/** Whom a fault's alarm may name; `undefined`: it may not ring. */
function answersFor({ alarms = [], mayRing = [], on, about }: Fault, name: string): readonly string[] | undefined {
    const database = on ? [`${on.account} ${on.kind}.${on.identifier}`] : [];
    if (alarms.includes(name) || mayRing.includes(name)) return about?.() ?? database;
    return on && unprotected.includes(name) ? database : undefined;
}

/** Alarms of faults that didn't ring in time, and alarms that no fault explains. `felt`: the faults that came to something. */
export function alarmViolations(alarms: readonly Alarm[], faults: readonly Fault[], felt: readonly Fault[]): string[] {
    const isOf = (fault: Fault, alarm: Alarm, { at, of }: Sign) => {
        const own = answersFor(fault, alarm.name);
        return own !== undefined && at >= fault.when && at <= deadline(fault, alarm) && (of === undefined || own.some((each) => of === each || of.startsWith(`${each} `)));
    };
    const signsOf = (alarm: Alarm): readonly Sign[] => (alarm.signs.length ? alarm.signs : [{ at: Date.parse(alarm.when) }]);
    // One that judges a state doesn't ring anew where it rings for another fault already.
    const stoodFor = (fault: Fault, { when, stood, signs, name }: Alarm) =>
        stood !== undefined && !signs.length && Date.parse(when) <= deadline(fault, { name, stood }) && stood.until >= fault.when + stood.span;
    const rangFor = (name: string, fault: Fault) => alarms.some((alarm) => alarm.name === name && (stoodFor(fault, alarm) || signsOf(alarm).some((sign) => isOf(fault, alarm, sign))));
    const silent = felt.flatMap((fault) => (fault.alarms ?? []).filter((name) => !rangFor(name, fault)).map((name) => `the fault "${fault.name}" didn't raise the alarm ${name} in time`));
    const strange = (alarm: Alarm) => signsOf(alarm).find((sign) => !faults.some((fault) => isOf(fault, alarm, sign)));
    const unexplained = alarms.flatMap((alarm) => {
        const sign = strange(alarm);
        return sign ? [`the alarm ${alarm.name} rang at ${alarm.when}, and no fault explains it${sign.of ? ` for ${sign.of}` : ""}: ${alarm.about}`] : [];
    });
    return [...silent, ...unexplained];
}
