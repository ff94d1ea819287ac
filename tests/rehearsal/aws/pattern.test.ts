// Doesn't prove that AWS matches so: exact values and four operators, held to AWS's documentation.
import assert from "node:assert/strict";
import { compilePart, compilePattern } from "../../../rehearsal/aws/pattern";

const matches = (pattern: unknown, event: object) => compilePattern(JSON.stringify(pattern))(event);
const event = { source: "aws.rds", account: "111122223333", detail: { EventID: "RDS-EVENT-0091", EventCategories: ["creation"], "Count": 3 } };

describe("event patterns", () => {
    it("match when every field holds one of its values", () => {
        assert.ok(matches({ source: ["aws.s3", "aws.rds"], detail: { EventID: ["RDS-EVENT-0091"] } }, event));
        assert.ok(!matches({ source: ["aws.rds"], detail: { EventID: ["RDS-EVENT-0042"] } }, event));
        assert.ok(!matches({ source: ["aws.rds"], account: ["444455556666"] }, event));
    });
    it("don't match missing fields, other types or other case", () => {
        assert.ok(!matches({ detail: { Nothing: ["x"] } }, event));
        assert.ok(!matches({ detail: { EventID: { deeper: ["x"] } } }, event));
        assert.ok(!matches({ detail: { Count: ["3"] } }, event));
        assert.ok(!matches({ source: ["AWS.RDS"] }, event));
    });
    it("match a list in the event by any of its values", () => {
        assert.ok(matches({ detail: { EventCategories: ["backup", "creation"] } }, event));
        assert.ok(!matches({ detail: { EventCategories: ["backup"] } }, event));
    });
    it("know prefix, anything-but, exists and $or", () => {
        const one = (value: unknown) => matches({ detail: { EventID: [value] } }, event);
        assert.deepEqual([one({ prefix: "RDS-" }), one({ prefix: "S3-" }), one({ "anything-but": ["RDS-EVENT-0091"] }), one({ "anything-but": "other" }), one({ exists: true }), one({ exists: false })], [true, false, false, true, true, false]);
        const absent = (value: unknown) => matches({ detail: { deep: { Nothing: [value] } } }, event);
        assert.deepEqual([absent({ exists: false }), absent({ exists: true }), absent({ "anything-but": "x" }), absent({ prefix: "" })], [true, false, false, false]);
        assert.ok(matches({ source: ["aws.rds"], $or: [{ account: ["x"] }, { detail: { Count: [3] } }] }, event));
        assert.ok(!matches({ source: ["aws.s3"], $or: [{ account: ["x"] }, { detail: { Count: [3] } }] }, event));
    });
    it("say whether what is known of an event may still match", () => {
        const may = compilePart(JSON.stringify({ source: ["aws.s3"], detail: { eventName: [{ prefix: "Put" }], userIdentity: { type: ["Root"] }, $or: [{ errorCode: ["x"] }] } }));
        assert.ok(may({ source: "aws.s3", detail: { eventName: "PutBucketPolicy" } }));
        assert.ok(!may({ source: "aws.s3", detail: { eventName: "GetBucketPolicy" } }));
        assert.ok(!may({ source: "aws.rds", detail: { eventName: "PutBucketPolicy" } }));
    });
    it("refuse operators by name, and what EventBridge refuses", () => {
        for (const operator of ["suffix", "wildcard", "numeric", "equals-ignore-case"]) {
            assert.throws(() => matches({ detail: { EventID: [{ [operator]: "RDS" }] } }, event), new RegExp(`"EventID" uses the operator "${operator}"`));
        }
        assert.throws(() => matches({ $and: [{ source: ["aws.rds"] }] }, event), /operator "\$and"/);
        assert.throws(() => matches({ source: [{ "anything-but": { prefix: "aws." } }] }, event), /operator "anything-but"/);
        for (const bad of [{ source: "aws.rds" }, { source: [] }, {}, { source: [["aws.rds"]] }]) assert.throws(() => matches(bad, event), /Event pattern/);
    });
});
