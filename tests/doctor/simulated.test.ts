// Doesn't prove what AWS answers where the simulated AWS has no answer (Region, Lambda, HeadBucket, trusted access, delegation policy).
import assert from "node:assert/strict";
import { join } from "node:path";
import { deployTrust } from "../../components/policies/deployRole";
import { organizationDelegation } from "../../components/policies/organization";
import { examine } from "../../doctor";
import { awsClients, type Clients, type Credentials } from "../../doctor/clients";
import { serve, type HttpFront } from "../../rehearsal/aws/http";
import type { World } from "../../rehearsal/aws/types";
import { createWorld } from "../../rehearsal/aws/world";
import { settingsFromFile } from "../../rehearsal/config";
import { allow, policy, sessionOf, start } from "../rehearsal/aws/small";
import { root } from "../rendered";
import { backup, listed, management } from "./fakes";

const settings = settingsFromFile(join(root, "tests/fixtures/Pulumi.organization.yaml"));
const [workloads, staging, data] = ["ou-ab12-11111111", "ou-ab12-11111133", "ou-ab12-22222222"];
const member = "100000000001";
const person = `arn:aws:iam::${management}:role/people/pipeline`;

describe("npm run doctor against the simulated AWS, with the real SDK", () => {
    let world: World;
    let http: HttpFront;
    const role = (arn: string, trust: object, ...policies: string[]) => world.iam.addRole({ arn, account: arn.split(":")[4]!, trust: JSON.stringify(trust), policies });
    beforeEach(async () => {
        world = createWorld({ region: "eu-west-1", partition: "aws", start, seed: 1 });
        world.organization.found({ id: "o-a1b2c3d4e5", rootId: "r-ab12", managementAccount: management, delegation: JSON.stringify(organizationDelegation("aws", backup)) });
        world.organization.addUnit(workloads);
        world.organization.addUnit(staging, workloads);
        world.organization.addUnit(data);
        for (let n = 0; n < 45; n++) world.organization.join({ id: String(Number(member) + n), name: `a${n}`, unit: n % 2 ? staging : workloads });
        role(person, deployTrust(person), policy(allow(["sts:AssumeRole", "organizations:*"], "*")));
        for (const arn of [settings.backupAccount, settings.sourceAccounts[0]!, settings.organization!.rolloutAccount].map(({ deployRoleArn }) => deployRoleArn)) role(arn, deployTrust(person));
        http = await serve(world);
        process.env["AWS_ENDPOINT_URL"] = http.url;
    });
    afterEach(async () => {
        delete process.env["AWS_ENDPOINT_URL"];
        await http.stop();
    });
    /** Who calls is the one thing that the simulated STS doesn't tell. */
    const clientsOf = (credentials: Credentials = { accessKeyId: world.iam.issue(sessionOf(person)), secretAccessKey: "x" }): Clients => {
        const clients = awsClients("eu-west-1", credentials);
        const getCallerIdentity = async () => ({ Account: world.iam.whoIs(credentials.accessKeyId)!.account });
        return { ...clients, sts: { ...clients.sts, getCallerIdentity } as unknown as Clients["sts"] };
    };

    it("assumes the roles by the trust that npm run deploy-roles prints, and reads the units", async () => {
        const findings = await examine(settings, clientsOf, "--stack prod");
        const good = findings.filter(({ status }) => status === "ok").map(({ about }) => about);
        assert.deepEqual(good, [
            "credentials", "deploy role of backup", "deploy role of billing", "deploy role of rollout", "organization o-a1b2c3d4e5", "management account",
            `unit ${workloads}`, `unit ${data}`, "overlap of units", "accounts in the units", "rules for members",
        ]);
        assert.match(findings.find(({ about }) => about === `unit ${workloads}`)!.text, /with 45 accounts/);
        assert.deepEqual(findings.filter(({ status }) => status === "problem"), []);
    });
    it("sees the trail where the backup account's deploy role lets it look", async () => {
        role(settings.backupAccount.deployRoleArn, deployTrust(person), policy(allow(["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"], "*")));
        const [finding] = (await examine(settings, clientsOf, "--stack prod")).filter(({ about }) => about === "CloudTrail");
        assert.deepEqual([finding!.status, finding!.text], ["ok", `arn:aws:cloudtrail:eu-west-1:${settings.backupAccount.id}:trail/simulated logs`]);
    });
    it("complains about a role that trusts somebody else, a listed account in a unit, and a unit that isn't there", async () => {
        role(settings.sourceAccounts[0]!.deployRoleArn, deployTrust(`arn:aws:iam::${management}:role/people/other`));
        world.organization.join({ id: listed, name: "billing", unit: staging });
        const problems = await examine({ ...settings, organization: { ...settings.organization!, units: [workloads, staging, "ou-ab12-99999999"] } }, clientsOf, "--stack prod");
        assert.deepEqual(
            problems.filter(({ status }) => status === "problem").map(({ about }) => about),
            ["deploy role of billing", "unit ou-ab12-99999999", "overlap of units", "accounts in the units"],
        );
    });
});
