// Doesn't prove AWS's own way of counting characters (it may count without white space, or count expanded forms).
import assert from "node:assert/strict";
import { outgrownLimits } from "../../components/limits";

const place = { stack: "abcdefghijkl", region: "ap-southeast-1", backupAccountId: "444455556666" };
const deployRoleArn = "arn:aws:iam::444455556666:role/rds-vault-deploy";
const accounts = (count: number) => Array.from({ length: count }, (_, index) => String(100000000000 + index));

describe("where listed accounts end", () => {
    it("90 accounts fit, with the longest names", () => assert.deepEqual(outgrownLimits(place, accounts(90), deployRoleArn), []));

    it("200 accounts are refused, document by document", () => {
        const problems = outgrownLimits(place, accounts(200), deployRoleArn);
        assert.ok(problems.some((problem) => /^hub rule pattern: \d+ characters with 200 accounts, AWS allows 2048$/.test(problem)), problems.join("\n"));
    });
});
