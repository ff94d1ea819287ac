// Doesn't prove that CloudWatch evaluates so: held to the tables of AWS's documentation.
import assert from "node:assert/strict";
import { evaluate, parseAlarm, stateOf, type Datum, type MetricAlarm, type Missing, type State } from "../../../rehearsal/aws/cloudWatch";
import { metricKey, metricsOf } from "../../../rehearsal/aws/metrics";

const minute = 60_000;
const treatments: readonly Missing[] = ["missing", "ignore", "breaching", "notBreaching"];
const short: Record<string, State | "same"> = { O: "OK", A: "ALARM", I: "INSUFFICIENT_DATA", "=": "same" };
const points = (text: string) => text.split(" ").map((each) => (each === "-" ? undefined : each === "X"));

// M of 3, the five newest points, and the state by missing, ignore, breaching, notBreaching:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
const documented: readonly (readonly [datapoints: number, recent: string, states: string])[] = [
    [3, "0 - X - X", "O O O O"],
    [3, "0 - - - -", "O O O O"],
    [3, "- - - - -", "I = A O"],
    [3, "0 X X - X", "A A A A"],
    [3, "- - X - -", "A = A O"],
    [3, "- - - - X", "= = A O"],
    [3, "- - - X -", "= = A O"],
    [2, "0 - X - X", "A A A A"],
    [2, "0 0 X 0 X", "A A A A"],
    [2, "0 - X - -", "O O A O"],
    [2, "- - - - 0", "O O A O"],
    [2, "- - - X -", "A = A O"],
    [3, "0 0 0 X X", "O O O O"],
];

const alarm = (more: Partial<MetricAlarm> = {}): MetricAlarm => ({
    name: "a", namespace: "n", metric: "m", dimensions: {}, statistic: "Sum", comparison: "GreaterThanOrEqualToThreshold", threshold: 1, period: 5, periods: 1, datapoints: 1, missing: "notBreaching", warmUp: 0, ...more,
});
const data = (...pairs: readonly (readonly [minutes: number, value: number])[]): Datum[] => pairs.map(([at, value]) => ({ at: at * minute, value }));
/** `A6 O21`: to ALARM at the end of minute 6, to OK at 21. */
const course = (of: MetricAlarm, values: readonly Datum[], hours = 3) => evaluate(of, values, 0, hours * 60 * minute).map(({ at, to }) => `${to[0]}${at / minute}`).join(" ");

describe("CloudWatch alarms", () => {
    for (const [datapoints, recent, states] of documented) {
        it(`${datapoints} of 3, ${recent}`, () => {
            for (const before of ["OK", "ALARM", "INSUFFICIENT_DATA"] as const) {
                const expected = states.split(" ").map((each) => (short[each] === "same" ? before : short[each]));
                assert.deepEqual(treatments.map((missing) => stateOf({ periods: 3, datapoints, missing }, points(recent), before)), expected);
            }
        });
    }
    it("slide their window over the minutes, and look further back where data is missing", () => {
        assert.equal(course(alarm(), data([6, 1])), "O1 A7 O22");
        assert.equal(course(alarm(), data([6, 1], [12, 0])), "O1 A7 O13");
        assert.equal(course(alarm(), []), "O1");
    });
    it("by their statistic", () => {
        const values = data([10, 2], [11, 4]);
        const rings = (statistic: MetricAlarm["statistic"], threshold: number) => course(alarm({ statistic, threshold }), values).includes("A");
        assert.deepEqual([rings("Sum", 6), rings("Sum", 7), rings("Maximum", 4), rings("Maximum", 5), rings("Average", 3), rings("Average", 5), rings("SampleCount", 2), rings("SampleCount", 3)], [true, false, true, false, true, false, true, false]);
    });
    it("of a heartbeat ring when it has left the whole range, and not while they warm up", () => {
        const heart = alarm({ statistic: "SampleCount", comparison: "LessThanThreshold", period: 15, periods: 3, datapoints: 3, missing: "breaching" });
        assert.equal(course(heart, []), "A1");
        assert.equal(course({ ...heart, warmUp: 60 }, []), "A60");
        const beats = data(...[15, 30, 45, 60].map((at) => [at, 1] as const), [180, 1]);
        assert.equal(course({ ...heart, warmUp: 60 }, beats, 4), "O46 A136 O181");
    });
    it("of more than a day are looked at once an hour", () => {
        const daily = alarm({ statistic: "SampleCount", comparison: "LessThanThreshold", period: 60, periods: 26, datapoints: 26, missing: "breaching", warmUp: 26 * 60 });
        assert.equal(course(daily, data([7 * 60, 1]), 60), `O${26 * 60} A${36 * 60}`);
    });
    it("are read from their resources, and refused where they are more than that", () => {
        const inputs = { name: "a", namespace: "n", metricName: "m", statistic: "Maximum", comparisonOperator: "GreaterThanThreshold", threshold: 3, period: 900, evaluationPeriods: 4, datapointsToAlarm: 2 };
        assert.deepEqual(parseAlarm(inputs), alarm({ statistic: "Maximum", comparison: "GreaterThanThreshold", threshold: 3, period: 15, periods: 4, datapoints: 2, missing: "missing" }));
        for (const more of [{ metricQueries: [] }, { extendedStatistic: "p95" }, { statistic: "Minimum" }, { period: 10 }, { comparisonOperator: "GreaterThanUpperThreshold" }, { treatMissingData: "odd" }]) {
            assert.throws(() => parseAlarm({ ...inputs, ...more }), /isn't simulated/);
        }
    });
});

describe("the metrics of a run", () => {
    const line = (fields: Record<string, unknown>, names: string[], dimensions: string[][]) => {
        const json = { ...fields, _aws: { CloudWatchMetrics: [{ Namespace: "n", Dimensions: dimensions, Metrics: names.map((Name) => ({ Name })) }] } };
        return { at: 5, function: "f", text: JSON.stringify(json), json };
    };
    it("are those of EMF lines by each of their dimensions, of runs and of queues", () => {
        const metrics = metricsOf(
            [line({ Stack: "s", Alarm: "a", Alarms: 1 }, ["Alarms"], [["Stack"], ["Stack", "Alarm"]]), { at: 6, function: "f", text: "no JSON" }],
            [{ at: 7, function: "f", failed: true }, { at: 8, function: "f", failed: false }],
            [{ at: 9, queue: "q", visible: 2, age: 30 }],
        );
        const of = (namespace: string, name: string, dimensions: Record<string, string>) => metrics.get(metricKey(namespace, name, dimensions))?.map(({ at, value }) => [at, value]);
        assert.deepEqual(of("n", "Alarms", { Stack: "s" }), [[5, 1]]);
        assert.deepEqual(of("n", "Alarms", { Alarm: "a", Stack: "s" }), [[5, 1]]);
        assert.deepEqual(of("AWS/Lambda", "Errors", { FunctionName: "f" }), [[7, 1], [8, 0]]);
        assert.deepEqual(of("AWS/Lambda", "Throttles", { FunctionName: "f" }), [[7, 0], [8, 0]]);
        assert.deepEqual(of("AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: "q" }), [[9, 30]]);
    });
    it("refuse lines that CloudWatch would drop", () => {
        assert.throws(() => metricsOf([line({ Stack: "s", Alarms: "1" }, ["Alarms"], [["Stack"]])], [], []), /no number Alarms/);
        assert.throws(() => metricsOf([line({ Stack: "", Alarms: 1 }, ["Alarms"], [["Stack"]])], [], []), /dimension Stack/);
    });
});
