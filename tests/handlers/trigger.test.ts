import assert from "node:assert/strict";
import { parseTrigger } from "../../handlers/lib/trigger";

const account = "111122223333";
const member = { id: account, name: "shop", units: ["ou-ab12-11111111"], tags: { tier: "gold" } };
const arn = (owner: string) => `arn:aws:rds:eu-west-1:${owner}:snapshot:rds:orders-2026-11-23-03-10`;
const parse = (message: unknown) => parseTrigger(JSON.stringify(message));

describe("a trigger", () => {
    it("of the sweep names an account, and of a member what the organization says of it", () => {
        assert.deepEqual(parse({ source: "rds-vault.sweep", account }), { account, named: [], forged: [] });
        assert.deepEqual(parse({ source: "rds-vault.sweep", account, member }).member, member);
    });
    it("of RDS names snapshots, of which only those of its account count", () => {
        assert.deepEqual(parse({ source: "aws.rds", account, resources: [arn(account), arn("222233334444"), 7] }), { account, named: [arn(account)], forged: [arn("222233334444")] });
    });
    it("of anybody but the sweep isn't believed what it says of a member", () => {
        for (const source of ["aws.rds", "rds-vault.sweep2", undefined, ["rds-vault.sweep"]]) assert.equal(parse({ source, account, member }).member, undefined);
    });
    it("is malformed without an account, or with a member that isn't the account", () => {
        for (const bad of [null, 7, {}, { account: "1" }, { account: 111122223333 }]) assert.throws(() => parse(bad), /12-digit account; received/);
        for (const bad of [null, {}, { ...member, id: "222233334444" }, { ...member, name: 1 }, { ...member, units: "ou" }, { ...member, units: [1] }, { ...member, tags: null }, { ...member, tags: { a: 1 } }]) {
            assert.throws(() => parse({ source: "rds-vault.sweep", account, member: bad }), /member is the account 111122223333/);
        }
    });
});
