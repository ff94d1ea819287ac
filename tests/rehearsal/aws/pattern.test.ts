// Doesn't prove that AWS matches so: exact values only, held to AWS's documentation.
import assert from "node:assert/strict";
import { compilePattern } from "../../../rehearsal/aws/pattern";

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
    it("refuse operators by name, and what EventBridge refuses", () => {
        for (const operator of ["prefix", "anything-but", "exists", "wildcard"]) {
            assert.throws(() => matches({ detail: { EventID: [{ [operator]: "RDS" }] } }, event), new RegExp(`"EventID" uses the operator "${operator}"`));
        }
        assert.throws(() => matches({ $or: [{ source: ["aws.rds"] }] }, event), /operator "\$or"/);
        for (const bad of [{ source: "aws.rds" }, { source: [] }, {}, { source: [["aws.rds"]] }]) assert.throws(() => matches(bad, event), /Event pattern/);
    });
});
