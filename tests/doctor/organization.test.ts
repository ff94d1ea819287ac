// Doesn't prove how Organizations or CloudFormation word a refusal: whatever isn't an answer is `unseen`.
import assert from "node:assert/strict";
import { organizationDelegation } from "../../components/policies/organization";
import { seenByAny, type Clients } from "../../doctor/clients";
import { delegatedAdministrator, delegation, managementApart, missingReads, rightOrganization, trustedAccess } from "../../doctor/organization";
import { backup, fails, fake, listed, management, rollout } from "./fakes";

const organization = { organizationId: "o-a1b2c3d4e5", rolloutAccount: { id: rollout, deployRoleArn: "" }, units: [], rules: [] };

const only = (service: keyof Clients, clients: Clients) => ({ [service]: clients[service] }) as unknown as Pick<Clients, "cloudFormation">;

describe("the doctor on the organization", () => {
    describe("whose credentials", () => {
        const seen = (answer: (input: never) => unknown) => rightOrganization(organization, fake({ organizations: { describeOrganization: answer } }));
        const found = (Id: string, FeatureSet = "ALL") => () => ({ Organization: { Id, FeatureSet, MasterAccountId: management } });
        it("is quiet in the right one", async () => {
            const { finding, inside, managementAccount } = await seen(found("o-a1b2c3d4e5"));
            assert.deepEqual([finding.status, inside, managementAccount], ["ok", true, management]);
        });
        it("complains about another one, and about one without all features", async () => {
            const other = await seen(found("o-0000000000"));
            assert.deepEqual([other.finding.status, other.inside], ["problem", false]);
            assert.match(other.finding.text, /belong to o-0000000000/);
            const billing = await seen(found("o-a1b2c3d4e5", "CONSOLIDATED_BILLING"));
            assert.deepEqual([billing.finding.status, billing.inside], ["problem", true]);
        });
        it("sees nothing from outside", async () => {
            const { finding, inside } = await seen(fails("AWSOrganizationsNotInUseException"));
            assert.deepEqual([finding.status, inside], ["unseen", false]);
        });
    });
    it("keeps the management account apart from backup and rollout", () => {
        const check = (backupId: string, rolloutId: string) =>
            managementApart({ backupAccount: { id: backupId, deployRoleArn: "" }, organization: { ...organization, rolloutAccount: { id: rolloutId, deployRoleArn: "" } } }, management).map(({ status }) => status);
        assert.deepEqual(check(backup, rollout), ["ok"]);
        assert.deepEqual(check(management, rollout), ["problem"]);
        assert.deepEqual(check(backup, management), ["problem"]);
    });
    it("wants trusted access on", async () => {
        const asked: unknown[] = [];
        const access = async (Status: string) =>
            (await trustedAccess([{ ...only("cloudFormation", fake({})), callAs: "DELEGATED_ADMIN" }, { ...only("cloudFormation", fake({ cloudFormation: { describeOrganizationsAccess: (input: never) => (asked.push(input), { Status }) } })), callAs: "SELF" }], "eu-west-1"))[0]!;
        assert.equal((await access("ENABLED")).status, "ok");
        for (const status of ["DISABLED", "DISABLED_PERMANENTLY"]) {
            const finding = await access(status);
            assert.equal(finding.status, "problem");
            assert.match(finding.fix!, /activate-organizations-access --region eu-west-1/);
        }
        assert.deepEqual(asked[0], { CallAs: "SELF" });
        assert.equal((await trustedAccess([{ ...only("cloudFormation", fake({})), callAs: "SELF" }], "eu-west-1"))[0]!.status, "unseen");
    });
    describe("the delegated administrator", () => {
        const pages = (...ids: string[]) => fake({
            organizations: {
                listDelegatedAdministrators: ({ ServicePrincipal, NextToken = "0" }: { ServicePrincipal: string; NextToken?: string }) => {
                    assert.equal(ServicePrincipal, "member.org.stacksets.cloudformation.amazonaws.com");
                    const next = Number(NextToken) + 1;
                    return { DelegatedAdministrators: [{ Id: ids[next - 1] }], ...(next < ids.length && { NextToken: String(next) }) };
                },
            },
        });
        const status = async (...viewers: ReturnType<typeof fake>[]) => (await delegatedAdministrator(organization, { organizations: seenByAny(viewers.map(({ organizations }) => organizations)) }))[0]!.status;
        it("is quiet where the rollout account is one, on whatever page, whoever may tell", async () => {
            assert.equal(await status(pages(listed, rollout)), "ok");
            assert.equal(await status(fake({}), pages(rollout)), "ok");
        });
        it("complains where it isn't", async () => {
            const [finding] = await delegatedAdministrator(organization, pages(listed));
            assert.equal(finding!.status, "problem");
            assert.match(finding!.fix!, new RegExp(`register-delegated-administrator --account-id ${rollout} --service-principal member.org`));
        });
        it("doesn't know where nobody tells", async () => assert.deepEqual([await status(fake({}), fake({})), await status()], ["unseen", "unseen"]));
    });
    describe("the delegation policy", () => {
        const ours = organizationDelegation("aws", backup);
        const [statement] = ours.Statement as { Action: string[]; Principal: unknown }[];
        const withStatements = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
        const check = async (answer: (input: never) => unknown) =>
            (await delegation({ partition: "aws", backupAccount: { id: backup, deployRoleArn: "" } }, fake({ organizations: { describeResourcePolicy: answer } }), "--stack prod"))[0]!;

        it("is quiet about what npm run organization prints, and about as much in other words", async () => {
            assert.equal((await check(() => ({ ResourcePolicy: { Content: JSON.stringify(ours) } }))).status, "ok");
            const actions = ["organizations:list*", "organizations:DescribeOrganizatio?"];
            for (const Principal of [{ AWS: backup }, "*", { AWS: [listed, `arn:aws:iam::${backup}:root`] }]) {
                assert.deepEqual(missingReads(withStatements(...actions.map((Action) => ({ ...statement, Principal, Action }))), "aws", backup), []);
            }
        });
        it("complains where there is none, and names what is missing", async () => {
            const none = await check(fails("ResourcePolicyNotFoundException"));
            assert.deepEqual([none.status, none.fix], ["problem", "npm run organization -- --stack prod"]);
            assert.deepEqual(missingReads(withStatements({ ...statement, Action: statement!.Action.slice(1) }), "aws", backup), [statement!.Action[0]]);
        });
        it("counts no statement for others, for some resources, or with a condition, and none that is denied again", () => {
            const all = statement!.Action;
            for (const change of [{ Principal: { AWS: listed } }, { Resource: "arn:aws:organizations::1:ou/o-1/ou-1" }, { Condition: { Bool: { a: "b" } } }, { Effect: "Deny" }]) {
                assert.deepEqual(missingReads(withStatements({ ...statement, ...change }), "aws", backup), all);
            }
            assert.deepEqual(missingReads(withStatements(statement!, { ...statement, Effect: "Deny", Action: "*" }), "aws", backup), all);
        });
        it("doesn't know where it may not read it", async () => assert.equal((await check(fails("AccessDeniedException"))).status, "unseen"));
    });
});
