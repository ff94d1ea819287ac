// Doesn't prove AWS's own way of counting characters (it may count without white space, or count expanded forms).
import assert from "node:assert/strict";
import { enrolmentOf } from "../../components/enrolment";
import { documentSizes, outgrownLimits } from "../../components/limits";
import { parseSettings } from "../../components/settings";

const place = { stack: "abcdefghijkl", region: "ap-southeast-1", backupAccountId: "444455556666" };
const deployRoleArn = "arn:aws:iam::444455556666:role/rds-vault-deploy";
const accounts = (count: number) => Array.from({ length: count }, (_, index) => String(100000000000 + index));

describe("where listed accounts end", () => {
    it("90 accounts fit, with the longest names", () => assert.deepEqual(outgrownLimits(place, { accounts: accounts(90) }, deployRoleArn), []));

    it("200 accounts are refused, document by document", () => {
        const problems = outgrownLimits(place, { accounts: accounts(200) }, deployRoleArn);
        assert.ok(problems.some((problem) => /^hub rule pattern: \d+ characters with 200 accounts, AWS allows 2048$/.test(problem)), problems.join("\n"));
    });

    const units = (count: number) => ({ organizationId: "o-a1b2c3d4e5", units: accounts(count).map((id) => `ou-ab12-${id.slice(4)}`) });

    it("a whole organization fits by its units: no document knows how many members there are", () => {
        assert.deepEqual(outgrownLimits(place, { accounts: [], organization: units(40) }, deployRoleArn), []);
        assert.deepEqual(outgrownLimits(place, { accounts: accounts(40), organization: units(20) }, deployRoleArn), []);
        const [pattern] = documentSizes(place, { accounts: accounts(1000), organization: units(1) }, deployRoleArn);
        assert.ok(pattern!.size < 1000, `the pattern names no account: ${pattern!.size} characters`);
    });

    it("units that don't fit are refused, too", () => {
        const problems = outgrownLimits(place, { accounts: accounts(2), organization: units(200) }, deployRoleArn);
        assert.ok(problems.some((problem) => /^undelivered queue's policy: \d+ characters with 2 accounts and 200 units, AWS allows 8192$/.test(problem)), problems.join("\n"));
    });

    it("holds every pattern of what watches against EventBridge's limit, whatever the deploy role is called", () => {
        const patterns = (arn: string) => documentSizes(place, { accounts: accounts(90) }, arn).filter(({ what }) => what.startsWith("pattern of "));
        const longest = `arn:aws-us-gov:iam::444455556666:role/${"p".repeat(511)}/${"r".repeat(64)}`;
        assert.equal(patterns(longest).length, 10);
        for (const { what, size, limit } of patterns(longest)) assert.ok(limit === 2048 && size > 200 && size <= limit, `${what}: ${size}`);
        assert.match(outgrownLimits(place, { accounts: [] }, `${longest}${"x".repeat(200)}`).join("\n"), /^pattern of rds-vault-abcdefghijkl-ap-southeast-1-watch-bucket: \d+ characters/);
    });

    it("suspended accounts count, and the policy says when they are too many", () => {
        const size = (count: number) => documentSizes(place, { accounts: accounts(90) }, deployRoleArn, accounts(count)).find(({ what }) => what === "vault bucket policy")!.size;
        assert.ok(size(1) > size(0) && size(90) === size(1) + 89 * 15, `${size(0)} ${size(1)} ${size(90)}`);
        assert.deepEqual(outgrownLimits(place, { accounts: accounts(90) }, deployRoleArn, accounts(90)), []);
        assert.match(outgrownLimits(place, { accounts: accounts(90) }, deployRoleArn, accounts(2000)).join(), /^vault bucket policy: \d+ characters/);
    });

    it("200 accounts with rules of their own stay far below Lambda's 50 MB of code; the environment doesn't grow with them", () => {
        const role = (id: string) => `arn:aws:iam::${id}:role/deploy`;
        const sourceAccounts = accounts(200).map((id, index) => ({ id, name: `account-${index}`, deployRoleArn: role(id), databases: { exclude: ["*-sandbox"], frequency: "weekly" } }));
        const settings = parseSettings("prod", {
            "aws:region": "eu-west-1", backupAccount: { id: "444455556666", deployRoleArn: role("444455556666") }, sourceAccounts, databases: { exclude: ["*-scratch"] }, vault: { retentionDays: 1 },
        });
        // What the starter captures; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
        const { length } = JSON.stringify(enrolmentOf(settings));
        assert.ok(length > 20_000 && length < 1_000_000, `${length} characters`);
    });
});
