// Fakes speak for AWS here; simulated.test.ts has the simulated one.
import assert from "node:assert/strict";
import { join } from "node:path";
import { organizationDelegation } from "../../components/policies/organization";
import { examine } from "../../doctor";
import { awsClients, calls, type Clients, type Credentials } from "../../doctor/clients";
import { asText, exitStatus, ok, problem, unseen } from "../../doctor/finding";
import { settingsFromFile } from "../../rehearsal/config";
import { command, root } from "../rendered";
import { backup, briefly, fails, fake, listed, management, rollout, treeOf, type Answers } from "./fakes";

const file = join(root, "tests/fixtures/Pulumi.organization.yaml");
const settings = settingsFromFile(file);
const [workloads, staging, data] = ["ou-ab12-11111111", "ou-ab12-11111133", "ou-ab12-22222222"];
const member = "100000000001";
const person = `arn:aws:iam::${management}:role/people/pipeline`;

/** A role's session is known by its access key, which here is the account. */
const sts: Answers["sts"] = {
    getCallerIdentity: () => ({ Account: management, Arn: person }),
    assumeRole: ({ RoleArn }: { RoleArn: string }) => ({ Credentials: { AccessKeyId: RoleArn.split(":")[4], SecretAccessKey: "x", SessionToken: "x" } }),
};
const inManagement: Answers = {
    sts,
    organizations: {
        describeOrganization: () => ({ Organization: { Id: "o-a1b2c3d4e5", FeatureSet: "ALL", MasterAccountId: management } }),
        listDelegatedAdministrators: () => ({ DelegatedAdministrators: [{ Id: rollout }] }),
        describeResourcePolicy: () => ({ ResourcePolicy: { Content: JSON.stringify(organizationDelegation("aws", backup)) } }),
        ...treeOf({ [workloads]: [staging, member], [staging]: [], [data]: [] }),
    },
    cloudFormation: { describeOrganizationsAccess: () => ({ Status: "ENABLED" }) },
};
const inBackup: Answers = {
    account: { getRegionOptStatus: () => ({ RegionOptStatus: "ENABLED_BY_DEFAULT" }) },
    lambda: { getAccountSettings: () => ({ AccountLimit: { UnreservedConcurrentExecutions: 10 } }) },
    s3: { headBucket: fails("NotFound", 404) },
    iam: { getRole: fails("NoSuchEntityException", 404) },
    sns: { listSubscriptionsByTopic: fails("NotFoundException", 404) },
    cloudTrail: { describeTrails: () => ({ trailList: [{ TrailARN: "arn:trail", IsMultiRegionTrail: true }] }), getTrailStatus: () => ({ IsLogging: true }), getEventSelectors: () => ({ EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "All" }] }) },
};
/** The others, where nothing of ours is yet. */
const inListed: Answers = { iam: inBackup.iam, eventBridge: { describeRule: fails("ResourceNotFoundException") } };
const inRollout: Answers = { cloudFormation: { describeStackSet: fails("StackSetNotFoundException", 404) } };
const fresh = { [backup]: inBackup, [listed]: inListed, [rollout]: inRollout };

function played(own: Answers = inManagement, answersOf: Readonly<Record<string, Answers>> = fresh) {
    const called: string[] = [];
    const clientsOf = (credentials?: Credentials): Clients => {
        if (!credentials) return fake(own, called);
        const Account = credentials.accessKeyId;
        return fake({ sts: { getCallerIdentity: () => ({ Account }) }, ...answersOf[Account] }, called);
    };
    return { called, findings: examine(settings, clientsOf, "--stack prod") };
}

describe("npm run doctor", () => {
    it("is content with a prepared organization", async () => {
        const findings = await played().findings;
        assert.deepEqual(findings.filter(({ status }) => status !== "ok"), []);
        assert.deepEqual(
            findings.map(({ about }) => about),
            [
                "credentials", "deploy role of backup", "deploy role of billing", "deploy role of rollout", "organization o-a1b2c3d4e5", "management account", "trusted access of StackSets",
                "delegated administrator", "delegation policy", `unit ${workloads}`, `unit ${data}`, "overlap of units", "accounts in the units", "rules for members",
                "Region eu-west-1", "Lambda concurrency", `bucket rds-vault-${settings.stack}-eu-west-1-${backup}`, "names in the backup account", "CloudTrail", "notices",
                "names in billing", "name of the StackSet",
            ],
        );
        assert.equal(exitStatus(findings), 0);
    });
    it("asks nothing about an organization where none is configured", async () => {
        const called: string[] = [];
        const clientsOf = (credentials?: Credentials) => fake(credentials ? { ...inBackup, ...inListed, sts: { getCallerIdentity: () => ({ Account: credentials.accessKeyId }) } } : { sts }, called);
        const findings = await examine({ ...settings, organization: undefined }, clientsOf, "--stack prod");
        assert.equal(exitStatus(findings), 0);
        assert.deepEqual(called.filter((call) => /^(organizations|cloudFormation)/.test(call)), []);
    });

    describe("changes nothing", () => {
        const listedCalls = Object.entries(calls).flatMap(([service, names]) => names.map((name) => `${service}.${name}`));
        it("makes only calls that read by their name, and assumes the deploy roles", () => {
            assert.deepEqual(listedCalls.filter((call) => !/\.(get|list|describe|head)[A-Z]/.test(call)), ["sts.assumeRole"]);
        });
        it("makes those that are listed and no others", async () => {
            const { called, findings } = played();
            await findings;
            assert.deepEqual([...new Set(called)].sort(), [...listedCalls].sort());
        });
        it("can't make others: its clients have no other method", () => {
            const clients = awsClients("eu-west-1", { accessKeyId: "x", secretAccessKey: "x" });
            assert.deepEqual(Object.entries(clients).flatMap(([service, client]) => Object.keys(client).map((name) => `${service}.${name}`)), listedCalls);
        });
    });

    describe("who asks", () => {
        it("stops without usable credentials, since nothing can be seen", async () => {
            const findings = await played({ sts: { getCallerIdentity: fails("CredentialsProviderError") } }).findings;
            assert.deepEqual(briefly(findings.filter(({ status }) => status !== "unseen")), ["credentials: problem"]);
            assert.deepEqual(findings.slice(1).map(({ about }) => about), [
                "deploy role of backup", "deploy role of billing", "deploy role of rollout", "organization o-a1b2c3d4e5", "trusted access of StackSets", "delegated administrator", "delegation policy",
                "units and the accounts in them", "backup account",
            ]);
            assert.match(asText(findings).at(-1)!, /^0 ok, 1 problem, 9 not seen$/);
        });
        describe("says why credentials can't be used:", () => {
            const none = "Could not load credentials from any providers";
            const profile = process.env.AWS_PROFILE;
            afterEach(() => {
                delete process.env.AWS_PROFILE;
                if (profile !== undefined) process.env.AWS_PROFILE = profile;
            });
            for (const [what, error, given, text, fix] of [
                ["there are none", { name: "CredentialsProviderError", message: none }, undefined, /^there are none\.$/, /^Set AWS_PROFILE or run aws sso login$/],
                ["no such profile", { name: "CredentialsProviderError", message: none }, "nope", /^the profile nope \(AWS_PROFILE\) doesn't exist, or holds none\.$/, /^See aws configure list-profiles; set AWS_PROFILE or run aws sso login$/],
                ["a session that has ended", { name: "CredentialsProviderError", message: "The SSO session token associated with profile=p was not found or is invalid." }, "p", /^CredentialsProviderError: The SSO session token/, /aws sso login/],
                ["no network", { name: "Error", code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com" }, undefined, /^AWS can't be reached in eu-west-1: .*ENOTFOUND/, /^See to network and proxy/],
                ["anything else", { name: "ExpiredTokenException", message: "x" }, undefined, /^yours can't be used in eu-west-1: ExpiredTokenException: x/, /^aws sts get-caller-identity --region eu-west-1; if they have expired/],
            ] as const) {
                it(what, async () => {
                    delete process.env.AWS_PROFILE;
                    if (given) process.env.AWS_PROFILE = given;
                    const getCallerIdentity = () => {
                        throw Object.assign(new Error(), error);
                    };
                    const [finding] = await played({ sts: { getCallerIdentity } }).findings;
                    assert.match(finding!.text, text);
                    assert.match(finding!.fix!, fix);
                });
            }
        });
        it("complains about each role that can't be assumed, with the command that prints it", async () => {
            const findings = await played({ ...inManagement, sts: { ...sts, assumeRole: fails("AccessDenied", 403) } }).findings;
            const roles = findings.filter(({ status }) => status === "problem");
            assert.deepEqual(roles.map(({ about }) => about), ["deploy role of backup", "deploy role of billing", "deploy role of rollout"]);
            for (const { text, fix } of roles) assert.match(`${text} ${fix}`, /can't be assumed .* npm run deploy-roles -- --stack prod --principal/);
            assert.deepEqual(findings.filter(({ status }) => status === "unseen").map(({ about }) => about), ["backup account"]);
        });
        it("doesn't take an outage for a closed role", async () => {
            const findings = await played({ ...inManagement, sts: { ...sts, assumeRole: fails("ServiceUnavailable", 503) } }).findings;
            assert.deepEqual(briefly(findings).slice(1, 4), ["deploy role of backup: unseen", "deploy role of billing: unseen", "deploy role of rollout: unseen"]);
        });
        it("complains about a role that leads into another account", async () => {
            const findings = await played(inManagement, { ...fresh, [listed]: { sts: { getCallerIdentity: () => ({ Account: "000000000000" }) } } }).findings;
            const [finding, ...others] = findings.filter(({ status }) => status !== "ok");
            assert.match(finding!.text, new RegExp(`leads into account 000000000000, and the configuration says ${listed}`));
            assert.deepEqual(others, []);
        });
        it("sees as much from a pipeline that may do nothing but assume the roles", async () => {
            const { describeOrganization, listDelegatedAdministrators, describeResourcePolicy, listChildren } = inManagement.organizations!;
            const inTurn = {
                ...fresh,
                [backup]: { ...inBackup, organizations: { describeOrganization, listChildren, describeResourcePolicy } },
                [rollout]: { organizations: { listDelegatedAdministrators }, cloudFormation: { ...inManagement.cloudFormation, ...inRollout.cloudFormation } },
            };
            assert.deepEqual((await played({ sts }, inTurn).findings).filter(({ status }) => status !== "ok"), []);
        });
        it("looks into the backup account with the caller's own rights where he is in it", async () => {
            const findings = await played({ ...inManagement, ...inBackup, sts: { ...sts, getCallerIdentity: () => ({ Account: backup, Arn: person }) } }, { ...fresh, [backup]: {} }).findings;
            assert.equal(exitStatus(findings), 0);
        });
        it("says what it can't see from outside of the organization, and lets the rollout account tell what it may", async () => {
            const answers = { ...fresh, [rollout]: { ...inRollout, organizations: { listDelegatedAdministrators: () => ({ DelegatedAdministrators: [{ Id: rollout }] }) } } };
            const findings = await played({ sts }, answers).findings;
            assert.deepEqual(briefly(findings.filter(({ status }) => status !== "ok")), ["organization o-a1b2c3d4e5: unseen", "organization: unseen"]);
            assert.equal(exitStatus(findings), 1);
        });
    });

    describe("what it prints", () => {
        it("puts problems last, with what mends them", () => {
            const lines = asText([problem("a", "is wrong", "do this"), ok("b", "is right"), unseen("c", "denied", "look there")]);
            assert.deepEqual(lines, ["  ok       b: is right", "? not seen c: denied", "             look there", "! PROBLEM  a: is wrong", "             do this", "", "1 ok, 1 problem, 1 not seen"]);
        });
        it("is content only with what was seen", () => {
            assert.deepEqual([exitStatus([ok("a", "")]), exitStatus([ok("a", ""), unseen("b", "", "")]), exitStatus([problem("c", "", "")])], [0, 1, 1]);
        });
    });

    describe("the command", () => {
        const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "AWS_EC2_METADATA_DISABLED", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] as const;
        const before = names.map((name) => [name, process.env[name]] as const);
        beforeEach(() => {
            for (const name of names.slice(0, 4)) delete process.env[name];
            Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" });
        });
        afterEach(() => {
            for (const [name, value] of before) {
                if (value === undefined) delete process.env[name];
                else process.env[name] = value;
            }
        });
        it("ends with 1 and JSON alone where it finds problems", () => {
            const { status, stdout, stderr } = command("doctor", "--config", file, "--json");
            assert.equal(stderr, "", "not even the SDK's warning of this Node.js");
            const { stack, findings } = JSON.parse(stdout) as { stack: string; findings: { about: string; status: string }[] };
            assert.deepEqual([status, stack, findings.map((finding) => `${finding.about}: ${finding.status}`)], [1, settings.stack, ["credentials: problem", ...findings.slice(1).map(({ about }) => `${about}: unseen`)]]);
        });
        it("ends with 2 for wrong usage", () => {
            const { status, stderr } = command("doctor", "--fix");
            assert.equal(status, 2);
            assert.match(stderr, /npm run doctor -- \[--stack NAME/);
        });
    });
});
