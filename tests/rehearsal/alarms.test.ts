// Doesn't prove that CloudWatch rings so: tests/rehearsal/aws/cloudWatch.test.ts says how far its evaluation is held to the documentation.
import assert from "node:assert/strict";
import { alarmsOf, alarmViolations, ringing, type Alarm } from "../../rehearsal/alarms";
import { metricKey } from "../../rehearsal/aws/metrics";
import { settingsFromFile, stackFile } from "../../rehearsal/config";
import type { Fault } from "../../rehearsal/faults";
import type { Rendered } from "../../rehearsal/graph";
import { rehearse } from "../../rehearsal/rehearse";
import { renderedStack } from "../rendered";

const settings = settingsFromFile(stackFile("prod"));
const watch = "rds-vault-prod-eu-west-1-watch-";
const minute = 60_000;

const rendered = (name: string): Rendered => ({
    stack: "prod",
    functions: {},
    resources: [{
        urn: "u", type: "aws:cloudwatch/metricAlarm:MetricAlarm", name, account: "444455556666", region: "eu-west-1", protect: false, retainOnDelete: false, dependsOn: [],
        inputs: { name: watch + name, alarmDescription: "It is given up. Run something.", namespace: "rds-vault", metricName: "Alarms", dimensions: { Alarm: name }, statistic: "Sum", comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: 1, period: 300, evaluationPeriods: 1, treatMissingData: "notBreaching", alarmActions: ["topic"] },
    }],
});
const fault = (name: string, when: number, more: Partial<Fault> = {}): Fault => ({ name, when, effect: () => "felt", ...more });
const alarm = (name: string, when: number): Alarm => ({ name, when: new Date(when).toISOString(), about: "it." });

describe("the alarms of a rehearsal", () => {
    it("are rung by lines, named without the prefix, and tell of what", () => {
        const metrics = new Map([[metricKey("rds-vault", "Alarms", { Alarm: "given-up" }), [{ at: 6 * minute, value: 1 }]]]);
        const rung = ringing(rendered("given-up"), metrics, 0, 60 * minute);
        const json = { Alarm: "given-up", account: "111122223333", database: "instance.a", reason: "3 of 3 failed" };
        const line = { at: 6 * minute, function: "f", text: "", json };
        assert.deepEqual(alarmsOf(settings, rung, [], [line]), [{ name: "given-up", when: new Date(7 * minute).toISOString(), about: "111122223333 instance.a: 3 of 3 failed" }]);
        assert.equal(alarmsOf(settings, rung, [], [])[0]!.about, "It is given up.");
        assert.deepEqual(ringing(rendered("given-up"), new Map(), 0, 60 * minute), []);
    });
    it("are told by rules too, in the order of time", () => {
        const userIdentity = { type: "AssumedRole", sessionContext: { sessionIssuer: { userName: "visitor" } } };
        const event = { version: "0", id: "1", "detail-type": "t", source: "aws.kms", account: "1", time: "", region: "r", resources: [], detail: { eventName: "ScheduleKeyDeletion", eventSource: "kms.amazonaws.com", errorCode: "AccessDenied", userIdentity } } as const;
        const notice = { topicArn: "t", at: minute, principal: { arn: "events.amazonaws.com" }, message: "m", sourceArn: `arn:aws:events:eu-west-1:1:rule/${watch}key`, event };
        assert.deepEqual(alarmsOf(settings, [], [notice, { ...notice, sourceArn: undefined, event: undefined }], []), [{ name: "key", when: new Date(minute).toISOString(), about: "ScheduleKeyDeletion of kms by the role visitor, refused: AccessDenied." }]);
    });
    it("are held against the faults: one that stays silent, one that nothing explains", () => {
        const faults = [fault("a", 10, { alarms: ["x"], mayRing: ["y"] }), fault("b", 10, { on: {} as Fault["on"] })];
        assert.deepEqual(alarmViolations([alarm("x", 10), alarm("y", 11), alarm("rpo", 12)], faults, faults), []);
        const [silent, unexplained, early] = alarmViolations([alarm("x", 9), alarm("z", 11)], faults, faults);
        assert.match(silent!, /"a" didn't raise the alarm x/);
        assert.match(unexplained!, /alarm x rang at .*09Z, and no fault explains/);
        assert.match(early!, /alarm z rang/);
        // One that nothing came of needn't ring.
        assert.deepEqual(alarmViolations([], faults, []), []);
    });
});

describe("a quiet rehearsal", function () {
    this.timeout(240_000);

    it("rings no alarm, and the watcher runs each morning", async () => {
        const { alarms, world } = await rehearse(renderedStack("--stack", "prod"), settings, { seed: 1, days: 2, databases: 3, faults: false });
        assert.deepEqual(alarms, []);
        assert.equal(world.lambda.logs.filter(({ json }) => json?.message === "watch").length, 2);
        assert.ok(world.s3.versions(`rds-vault-prod-eu-west-1-${settings.backupAccount.id}`, "canary/").length === 2);
    });
});
