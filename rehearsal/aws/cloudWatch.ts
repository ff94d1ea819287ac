/** Metric alarms over the minutes of a run. Pure. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html */

export type Statistic = "Sum" | "Maximum" | "Average" | "SampleCount";
export type Missing = "missing" | "ignore" | "breaching" | "notBreaching";
export type State = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface MetricAlarm {
    readonly name: string;
    readonly namespace: string;
    readonly metric: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: Statistic;
    readonly comparison: keyof typeof comparisons;
    readonly threshold: number;
    /** Minutes. */
    readonly period: number;
    readonly periods: number;
    /** At most `periods`. */
    readonly datapoints: number;
    readonly missing: Missing;
    /** Minutes after its creation in which it waits for data. */
    readonly warmUp: number;
}

export interface Datum {
    /** ms. */
    readonly at: number;
    readonly value: number;
}

export interface Transition {
    /** ms. */
    readonly at: number;
    readonly to: State;
}

const comparisons = {
    GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
    GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
    LessThanThreshold: (value: number, threshold: number) => value < threshold,
    LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

const minute = 60_000;

/**
 * How many data points beyond the evaluation periods are looked at where some are missing. AWS says that it depends on the period's length and names
 * no number; its examples have two. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const furtherBack = 2;

/** Creates the alarm at `from` and evaluates it until `to`; the state before is INSUFFICIENT_DATA. `data` in the order of time. */
export function evaluate(alarm: MetricAlarm, data: readonly Datum[], from: number, to: number): Transition[] {
    const { period, periods, warmUp } = alarm;
    const points = pointsAt(alarm, data, from, Math.floor((to - from) / minute));
    const range = periods + furtherBack;
    // Each minute, over a window that slides; once an hour where the window is longer than a day.
    const step = period * periods > 24 * 60 ? 60 : 1;
    const transitions: Transition[] = [];
    let state: State = "INSUFFICIENT_DATA";
    let isWarm = warmUp === 0;
    for (let end = step; end < points.length; end += step) {
        const recent = Array.from({ length: range }, (_, back) => points[end - (range - 1 - back) * period]);
        // It ends early when the window is full: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html
        isWarm ||= end >= warmUp || recent.filter((point) => point !== undefined).length >= periods;
        const next: State = isWarm ? stateOf(alarm, recent, state) : state;
        if (next !== state) transitions.push({ at: from + end * minute, to: next });
        state = next;
    }
    return transitions;
}

/** @param recent whether each data point of the evaluation range breaches, the newest last; `undefined`: missing */
export function stateOf({ periods, datapoints, missing }: Pick<MetricAlarm, "periods" | "datapoints" | "missing">, recent: readonly (boolean | undefined)[], before: State): State {
    const real = recent.filter((point) => point !== undefined);
    const breaching = (points: readonly boolean[]) => points.filter(Boolean).length;
    if (real.length >= periods) return breaching(real.slice(-periods)) >= datapoints ? "ALARM" : "OK";
    const filled = periods - real.length;
    if (missing === "breaching") return breaching(real) + filled >= datapoints ? "ALARM" : "OK";
    if (missing === "notBreaching") return breaching(real) >= datapoints ? "ALARM" : "OK";
    if (real.length === 0) return missing === "ignore" ? before : "INSUFFICIENT_DATA";
    if (breaching(real) >= datapoints) return "ALARM";
    if (!real.every(Boolean)) return "OK";
    // Nothing but breaches: the first one waits for what comes next, an old one counts for the periods in which nothing came ("premature alarm state" on that page).
    const isOld = recent.length - recent.indexOf(true) >= datapoints;
    return isOld && missing === "missing" ? "ALARM" : before;
}

/** Of each minute's end: whether the data point of the period before it breaches; `undefined` without data. */
function pointsAt(alarm: MetricAlarm, data: readonly Datum[], from: number, minutes: number): (boolean | undefined)[] {
    const { statistic, comparison, threshold, period } = alarm;
    const at = (index: number) => Math.floor((data[index]!.at - from) / minute);
    const points: (boolean | undefined)[] = [undefined];
    // Greatest values of the window, each greater than all after it.
    const highest: number[] = [];
    let [first, next, sum] = [0, 0, 0];
    for (let end = 1; end <= minutes; end++) {
        for (; next < data.length && at(next) < end; next++) {
            sum += data[next]!.value;
            while (highest.length > 0 && data[highest.at(-1)!]!.value <= data[next]!.value) highest.pop();
            highest.push(next);
        }
        for (; first < next && at(first) < end - period; first++) sum -= data[first]!.value;
        while (highest.length > 0 && highest[0]! < first) highest.shift();
        const count = next - first;
        const values: Record<Statistic, () => number> = { Sum: () => sum, SampleCount: () => count, Average: () => sum / count, Maximum: () => data[highest[0]!]!.value };
        points.push(count > 0 ? comparisons[comparison](values[statistic](), threshold) : undefined);
    }
    return points;
}

const known = new Set([
    "name", "alarmDescription", "namespace", "metricName", "dimensions", "statistic", "comparisonOperator", "threshold", "period", "evaluationPeriods", "datapointsToAlarm",
    "treatMissingData", "warmUpConfiguration", "actionsEnabled", "alarmActions", "okActions", "insufficientDataActions", "tags", "tagsAll", "region",
]);

/** From a rendered alarm's inputs. Refuses what isn't simulated: metric math, percentiles, units, other windows. */
export function parseAlarm(inputs: Readonly<Record<string, any>>): MetricAlarm { // eslint-disable-line @typescript-eslint/no-explicit-any -- as various as AWS
    const refuse = (what: string): never => {
        throw new Error(`The alarm ${inputs.name}: ${what} isn't simulated`);
    };
    const unknown = Object.keys(inputs).find((key) => !known.has(key) && inputs[key] !== undefined);
    if (unknown) refuse(unknown);
    const { statistic, comparisonOperator, threshold, period, evaluationPeriods, datapointsToAlarm, treatMissingData = "missing", warmUpConfiguration } = inputs;
    if (!["Sum", "Maximum", "Average", "SampleCount"].includes(statistic)) refuse(`the statistic ${statistic}`);
    if (!(comparisonOperator in comparisons)) refuse(`the comparison ${comparisonOperator}`);
    if (!["missing", "ignore", "breaching", "notBreaching"].includes(treatMissingData)) refuse(`treatMissingData ${treatMissingData}`);
    if (!(period > 0) || period % 60 !== 0) refuse(`a period of ${period} s`);
    if (warmUpConfiguration?.onlyStartEvaluatingAfterWarmUpPeriodEnds) refuse("a warm-up that data doesn't end");
    return {
        name: inputs.name, namespace: inputs.namespace, metric: inputs.metricName, dimensions: inputs.dimensions ?? {}, statistic, comparison: comparisonOperator, threshold: Number(threshold),
        period: period / 60, periods: evaluationPeriods, datapoints: datapointsToAlarm ?? evaluationPeriods, missing: treatMissingData, warmUp: warmUpConfiguration?.warmUpPeriodDurationInMinutes ?? 0,
    };
}
