// Doesn't prove that the organization tells names, units and tags truly: whoever holds an account's tags chooses its rules.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Settings } from "../../components/settings";
import { start } from "../../handlers/start";
import { ruleOf, rulesOfMember } from "../../handlers/lib/member";
import type { EnrolledUnits, Enrolment, Member, MemberRule } from "../../handlers/lib/types";
import type { SimSnapshot } from "../../rehearsal/aws/types";
import { objectionTo } from "../../rehearsal/oracle";
import { filter, rules, settings } from "./planning";

const member: Member = { id: "999988887777", name: "shop-eu", units: ["ou-ab12-11111111", "ou-ab12-33333333"], tags: { backup: "gold", team: "a" } };
const rule = (criteria: Partial<MemberRule>, text = "organization.rules[0]"): MemberRule => ({ text, databases: rules({ frequency: "weekly" }), ...criteria });
const enrolled = (...all: MemberRule[]): EnrolledUnits => ({ organizationId: "o-a1b2c3d4e5", units: ["ou-ab12-11111111"], rules: all });

describe("rules of members", () => {
    const cases: [string, Partial<MemberRule>, boolean][] = [
        ["its id", { accounts: ["888877776666", member.id] }, true],
        ["another id", { accounts: ["888877776666"] }, false],
        ["its name", { names: ["x", "shop-*"] }, true],
        ["another name", { names: ["billing-*"] }, false],
        ["its unit", { units: ["ou-ab12-33333333"] }, true],
        ["a unit above", { units: ["ou-ab12-11111111"] }, true],
        ["another unit", { units: ["ou-ab12-22222222"] }, false],
        ["one of its tags", { tags: { backup: ["silver"], team: ["b", "a"] } }, true],
        ["another value", { tags: { backup: ["silver"] } }, false],
        ["a tag that it lacks", { tags: { tier: ["1"] } }, false],
        ["a tag of every object", { tags: { constructor: ["function Object() { [native code] }"] } }, false],
        ["all criteria", { accounts: [member.id], names: ["shop*"], units: ["ou-ab12-11111111"], tags: { team: ["a"] } }, true],
        ["all criteria but one", { accounts: [member.id], names: ["shop*"], units: ["ou-ab12-22222222"], tags: { team: ["a"] } }, false],
    ];
    for (const [what, criteria, fits] of cases) {
        it(`${what} ${fits ? "fits" : "doesn't fit"}`, () => assert.equal(ruleOf(enrolled(rule(criteria)), member) !== undefined, fits));
    }

    it("the last one that fits counts, by itself", () => {
        const all = [rule({ names: ["shop*"] }, "first"), rule({ accounts: [member.id] }, "second"), rule({ names: ["billing*"] }, "third")];
        assert.equal(ruleOf(enrolled(...all), member)?.text, "second");
    });

    it("without one that fits the global rules count", () => {
        const own = rule({ names: ["shop*"] });
        const enrolment = (...all: MemberRule[]): Enrolment => ({ ...settings(), organization: enrolled(...all) });
        assert.equal(rulesOfMember(enrolment(own), member), own.databases);
        const other = enrolment(rule({ names: ["billing*"] }));
        assert.equal(rulesOfMember(other, member), other.databases);
        const none = settings();
        assert.equal(rulesOfMember(none, member), none.databases);
    });

    it("are those that the rehearsal's oracle finds by itself", () => {
        const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
        const units = ["ou-ab12-11111111", "ou-ab12-22222222", "ou-ab12-33333333"];
        const values = fc.record({ backup: some("gold", "silver"), team: some("a", "b") }, { requiredKeys: [] }).filter((tags) => Object.keys(tags).length > 0);
        const criteria = fc.record({ accounts: some("1", "2"), names: some("shop*", "data*", "*"), units: some(...units), tags: values }, { requiredKeys: [] });
        const members = fc.record({
            id: fc.constantFrom("1", "2", "3"),
            name: fc.constantFrom("shop-1", "data-1", "x"),
            units: fc.constantFrom(["ou-ab12-11111111"], ["ou-ab12-11111111", "ou-ab12-33333333"]),
            tags: fc.record({ backup: fc.constantFrom("gold", "bronze"), team: fc.constant("a") }, { requiredKeys: [] }),
        });
        fc.assert(
            fc.property(fc.array(criteria, { maxLength: 4 }), members, (all, each) => {
                const organization = enrolled(...all.map((one, i) => ({ ...one, text: `${i}`, databases: rules({ include: [filter(`db-${i}`)] }) })));
                const enrolment = { ...settings({ include: [filter("db-global")] }), organization, sourceAccounts: [] };
                const [wanted] = rulesOfMember(enrolment, each).include;
                const database = { account: each.id, kind: "instance" as const, identifier: wanted!.text, engine: "postgres", resourceId: "db-1", sizeGiB: 1, tags: {} };
                const snapshot: SimSnapshot = { ...database, arn: "", type: "automated", database, createdAt: 0, status: "available" };
                assert.equal(objectionTo(snapshot, enrolment as unknown as Settings, [each]), undefined);
            }),
            { numRuns: 1000 },
        );
    });
});

describe("a starter", () => {
    const { env } = process;
    const print = console.log;
    const clients = [RDSClient, S3Client, SQSClient].map(({ prototype }) => prototype as unknown as { send?: unknown });
    const snapshot = {
        DBSnapshotArn: `arn:aws:rds:eu-west-1:${member.id}:snapshot:rds:orders`, DBSnapshotIdentifier: "rds:orders", DBInstanceIdentifier: "orders", DbiResourceId: "db-ABCDEFGH",
        SnapshotCreateTime: new Date(Date.now() - 3_600_000), Engine: "postgres", SnapshotType: "automated", Status: "available",
    };
    let exports: number;

    beforeEach(() => {
        exports = 0;
        process.env = { ...env, VAULT_BUCKET: "b", VAULT_KEY_ARN: "arn:aws:kms:eu-west-1:444455556666:key/k", ACCESS_ROLE: "a", EXPORT_ROLE: "e", EXTERNAL_ID: "x", SEAL_QUEUE_URL: "https://sqs/q", AWS_REGION: "eu-west-1" };
        console.log = (line: string) => (line.startsWith('{"level"') ? undefined : print(line));
        for (const client of clients) {
            client.send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: { SnapshotType?: string } }) => {
                if (name === "StartExportTaskCommand") exports++;
                return name === "DescribeDBSnapshotsCommand" && input.SnapshotType !== "awsbackup" ? { DBSnapshots: [snapshot] } : {};
            };
        }
    });
    afterEach(() => {
        for (const client of clients) delete client.send;
        [process.env, console.log] = [env, print];
    });

    /** Members of the unit save nothing, all others everything. */
    const enrolment: Enrolment = { ...settings(), accounts: {}, organization: enrolled(rule({ units: ["ou-ab12-33333333"], databases: rules({ exclude: [filter("*")] }) })) };
    const told = (account: Member) => ({ messageId: "1", body: JSON.stringify({ source: "rds-vault.sweep", account: account.id, member: account }) });
    const made: Member = { id: member.id, name: "", units: [], tags: {} };
    const run = (...members: Member[]) => {
        const starter = start(enrolment)();
        return members.reduce<Promise<unknown>>((before, each) => before.then(() => starter({ Records: [told(each)] } as never)), Promise.resolve());
    };

    it("that knows nothing of a member but its id puts it under the global rules", async () => {
        await run(made);
        assert.equal(exports, 1);
    });
    it("keeps what it knows of a member when a sweep could only make it up", async () => {
        await run(member, made);
        assert.equal(exports, 0);
    });
    it("believes a later sweep that knows more", async () => {
        await run(member, { ...member, units: ["ou-ab12-11111111"] });
        assert.equal(exports, 1);
    });
});
