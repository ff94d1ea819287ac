// Doesn't prove that CloudWatch rings so: tests/rehearsal/aws/cloudWatch.test.ts says how far its evaluation is held to the documentation.
import assert from "node:assert/strict";
import { alarmsOf, alarmViolations, ringing, type Alarm } from "../../rehearsal/alarms";
import { metricKey } from "../../rehearsal/aws/metrics";
import { settingsFromFile, stackFile } from "../../rehearsal/config";
import type { Fault } from "../../rehearsal/faults";
import type { Rendered } from "../../rehearsal/graph";
import { rehearse } from "../../rehearsal/rehearse";
import { grouped } from "../../rehearsal/timeline";
import { renderedStack } from "../rendered";

const settings = settingsFromFile(stackFile("prod"));
const watch = "rds-vault-prod-eu-west-1-watch-";
const minute = 60_000;

const rendered = (name: string): Rendered => ({
    stack: "prod",
    functions: {},
    guardrails: { backupAccount: [], sourceAccounts: [], backupResources: [] },
    resources: [{
        urn: "u", type: "aws:cloudwatch/metricAlarm:MetricAlarm", name, account: "444455556666", region: "eu-west-1", protect: false, retainOnDelete: false, dependsOn: [],
        inputs: { name: watch + name, alarmDescription: "It is given up. Run something.", namespace: "rds-vault", metricName: "Alarms", dimensions: { Alarm: name }, statistic: "Sum", comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: 1, period: 300, evaluationPeriods: 1, treatMissingData: "notBreaching", alarmActions: ["topic"] },
    }],
});
const hour = 60 * minute;
const shop = "111122223333";
const orders = { account: shop, kind: "instance", identifier: "orders" } as Fault["on"];
const fault = (name: string, when: number, more: Partial<Fault> = {}): Fault => ({ name, when, effect: () => "felt", ...more });
const told = (name: string, when: number) => ({ name, when: new Date(when).toISOString(), about: "it." });
/** Of lines, each of whom. */
const alarm = (name: string, when: number, ...of: readonly string[]): Alarm => ({ ...told(name, when), stood: { until: when + 20 * minute, span: 5 * minute }, signs: of.map((each) => ({ at: when, of: each })) });
/** Of a state. */
const standing = (name: string, when: number, until: number): Alarm => ({ ...told(name, when), stood: { until, span: 2 * hour }, signs: [] });
const call = (name: string, when: number): Alarm => ({ ...told(name, when), signs: [] });
const violations = (alarms: readonly Alarm[], ...faults: readonly Fault[]) => alarmViolations(alarms, faults, faults).map((text) => /didn't raise|no fault explains it(?: for [^:]*)?/.exec(text)![0]);

describe("the alarms of a rehearsal", () => {
    it("are rung by lines, named without the prefix, and tell of what", () => {
        const metrics = new Map([[metricKey("rds-vault", "Alarms", { Alarm: "given-up" }), [{ at: 6 * minute, value: 1 }]]]);
        const rung = ringing(rendered("given-up"), metrics, 0, 60 * minute);
        const json = { Alarm: "given-up", account: "111122223333", database: "instance.a", reason: "3 of 3 failed" };
        const line = { at: 6 * minute, function: "f", text: "", json };
        const [first] = alarmsOf(settings, rung, [], [line, { ...line, at: 8 * minute, json: { ...json, database: "instance.b" } }, { ...line, at: 50 * minute }]);
        assert.deepEqual([first!.name, first!.when, first!.about], ["given-up", new Date(7 * minute).toISOString(), "111122223333 instance.a: 3 of 3 failed"]);
        // CloudWatch says nothing of the second one, which came while it rang.
        assert.deepEqual(first!.signs, [{ at: 6 * minute, of: "111122223333 instance.a" }, { at: 8 * minute, of: "111122223333 instance.b" }]);
        assert.deepEqual(first!.stood, { until: 22 * minute, span: 5 * minute });
        const own = alarmsOf(settings, rung, [], [{ ...line, json: { Alarm: "given-up", account: settings.backupAccount.id, reason: "r" } }]);
        assert.deepEqual(own[0]!.signs, [{ at: 6 * minute }], "the backup account is nobody in particular");
        assert.equal(alarmsOf(settings, rung, [], [])[0]!.about, "It is given up.");
        assert.deepEqual(ringing(rendered("given-up"), new Map(), 0, 60 * minute), []);
    });
    it("are told by rules too, in the order of time", () => {
        const userIdentity = { type: "AssumedRole", sessionContext: { sessionIssuer: { userName: "visitor" } } };
        const event = { version: "0", id: "1", "detail-type": "t", source: "aws.kms", account: "1", time: "", region: "r", resources: [], detail: { eventName: "ScheduleKeyDeletion", eventSource: "kms.amazonaws.com", errorCode: "AccessDenied", userIdentity } } as const;
        const notice = { topicArn: "t", at: minute, principal: { arn: "events.amazonaws.com" }, message: "m", sourceArn: `arn:aws:events:eu-west-1:1:rule/${watch}key`, event };
        assert.deepEqual(alarmsOf(settings, [], [notice, { ...notice, sourceArn: undefined, event: undefined }], []), [{ name: "key", when: new Date(minute).toISOString(), about: "ScheduleKeyDeletion of kms by the role visitor, refused: AccessDenied.", signs: [] }]);
    });
    it("are held against the faults: one that stays silent, one that nothing explains", () => {
        const faults = [fault("a", 10, { alarms: ["x"], mayRing: ["y"] }), fault("b", 10, { on: orders })];
        assert.deepEqual(alarmViolations([alarm("x", 10), alarm("y", 11), alarm("rpo", 12)], faults, faults), []);
        const [silent, unexplained, early] = alarmViolations([call("x", 9), alarm("z", 11)], faults, faults);
        assert.match(silent!, /"a" didn't raise the alarm x/);
        assert.match(unexplained!, /alarm x rang at .*09Z, and no fault explains/);
        assert.match(early!, /alarm z rang/);
        // One that nothing came of needn't ring.
        assert.deepEqual(alarmViolations([], faults, []), []);
    });
    it("have a deadline: half an hour for a call, eight hours else, what the fault says, or its end", () => {
        const late = ["didn't raise", "no fault explains it"];
        const x = (more: Partial<Fault> = {}) => fault("a", 0, { alarms: ["x"], ...more });
        assert.deepEqual(violations([call("x", 0.5 * hour)], x()), []);
        assert.deepEqual(violations([call("x", 0.6 * hour)], x({ within: 20, until: Infinity })), late);
        assert.deepEqual(violations([alarm("x", 8 * hour)], x()), []);
        assert.deepEqual(violations([alarm("x", 30 * hour)], x()), late);
        assert.deepEqual(violations([alarm("x", 20 * hour)], x({ within: 20 })), []);
        assert.deepEqual(violations([standing("x", 12 * hour, 13 * hour)], x({ until: 10 * hour })), []);
        assert.deepEqual(violations([standing("x", 12.1 * hour, 13 * hour)], x({ until: 10 * hour })), late);
    });
    it("don't explain a second one when the time is over", () => {
        const bucket = fault("a", 0, { alarms: ["bucket"] });
        assert.deepEqual(violations([call("bucket", 0.1 * hour), call("bucket", 3 * hour)], bucket), ["no fault explains it"]);
        assert.deepEqual(violations([alarm("bucket", 0.1 * hour), alarm("bucket", 9 * hour)], bucket), ["no fault explains it"]);
        assert.deepEqual(violations([alarm("rpo", 71 * hour), alarm("beyond-rpo", 73 * hour)], fault("b", 0, { on: orders })), ["no fault explains it"]);
    });
    it("of another account or database are nobody's", () => {
        const x = fault("a", 0, { alarms: ["x"], on: orders });
        assert.deepEqual(violations([alarm("x", 1, `${shop} instance.orders`)], x), []);
        assert.deepEqual(violations([alarm("x", 1, `${shop} instance.orders-2`)], x), ["didn't raise", `no fault explains it for ${shop} instance.orders-2`]);
        assert.deepEqual(violations([alarm("x", 1, `${shop} instance.orders`, `${shop} instance.other`)], x), [`no fault explains it for ${shop} instance.other`]);
        assert.deepEqual(violations([alarm("x", 1, shop)], fault("a", 0, { alarms: ["x"] })), ["didn't raise", `no fault explains it for ${shop}`]);
        const account = fault("a", 0, { alarms: ["x"], about: () => [shop], on: orders });
        assert.deepEqual(violations([alarm("x", 1, `${shop} instance.other`), alarm("x", 2, shop)], account), []);
        assert.deepEqual(violations([alarm("x", 1, `${shop}4`)], account), ["didn't raise", `no fault explains it for ${shop}4`]);
        // What its one database lacks says nothing of the account's others.
        assert.deepEqual(violations([alarm("x", 1, shop), alarm("beyond-rpo", 2, `${shop} instance.other`)], account), [`no fault explains it for ${shop} instance.other`]);
    });
    it("of a state stand for a fault that comes while they ring, if they outlast it", () => {
        const faults = [fault("a", 0, { alarms: ["x"], until: Infinity }), fault("b", 20 * hour, { alarms: ["x"] })];
        assert.deepEqual(violations([standing("x", 2 * hour, 40 * hour)], ...faults), []);
        assert.deepEqual(violations([standing("x", 2 * hour, 21 * hour)], ...faults), ["didn't raise"]);
    });
});

describe("a list of alarms", () => {
    it("is shown as it is, or with those of one name within an hour as one where it is long", () => {
        const few = Array.from({ length: 40 }, (_, index) => told("x", index * minute));
        assert.deepEqual(grouped(few), few.map((each) => ({ ...each, others: "" })));
        const many = [...few, told("y", 40 * minute), told("x", 61 * minute)];
        assert.deepEqual(grouped(many).map(({ name, when, others }) => [name, Date.parse(when) / minute, others]), [["x", 0, " and 39 more within the hour"], ["y", 40, ""], ["x", 61, ""]]);
    });
});

describe("a quiet rehearsal", function () {
    this.timeout(240_000);

    it("rings no alarm, and the watcher runs each morning", async () => {
        const { alarms, world } = await rehearse(renderedStack(), settings, { seed: 1, days: 1, databases: 2, faults: false });
        assert.deepEqual(alarms, []);
        assert.equal(world.lambda.logs.filter(({ json }) => json?.message === "watch").length, 1);
        assert.ok(world.s3.versions(`rds-vault-prod-eu-west-1-${settings.backupAccount.id}`, "canary/").length === 1);
    });
});
