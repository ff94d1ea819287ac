// Doesn't prove that CloudFormation takes the template (cfn-lint judges it in npm run test:documents; README: the canary stack does).
import assert from "node:assert/strict";
import { join } from "node:path";
import { sourceTemplate, type TemplateResource } from "../../components/rollout/template";
import type { Rendered } from "../../rehearsal/graph";
import { brokenPromises } from "../../rehearsal/promises";
import { settingsFromFile } from "../../rehearsal/config";
import { vaultTimes } from "../../components/vault/lifecycle";
import { command, renderedStack, root } from "../rendered";

const file = join(root, "tests", "fixtures", "Pulumi.organization.yaml");
const settings = settingsFromFile(file);
const organization = settings.organization!;
const place = { stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id };

/** What CloudFormation makes of a value in an account, as far as the template uses its functions. Fails on anything else. */
function inAccount(value: unknown, account: string, resources: Record<string, TemplateResource>): unknown {
    const known: Record<string, string> = { "AWS::AccountId": account, "AWS::Partition": settings.partition };
    const pseudo = (name: string) => known[name] ?? assert.fail(`${name} isn't put in`);
    if (Array.isArray(value)) return value.map((each) => inAccount(each, account, resources));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [[key, inner]] = entries as [[string, unknown]];
    if (key === "Ref") return pseudo(inner as string);
    if (key === "Fn::Sub") return (inner as string).replace(/\$\{(!?)([^}]+)\}/g, (_, raw, name) => (raw ? `\${${name}}` : pseudo(name)));
    if (key === "Fn::GetAtt") {
        const { Properties } = resources[(inner as string[])[0]!]!;
        return `arn:${settings.partition}:iam::${account}:role${Properties.Path}${Properties.RoleName}`;
    }
    assert.ok(!key.startsWith("Fn::"), `${key} isn't known here`);
    return Object.fromEntries(entries.map(([name, each]) => [name, inAccount(each, account, resources)]));
}

interface Carried {
    readonly roles: unknown;
    readonly rule: unknown;
}

/** What a member carries, by its stack. */
function byTemplate(template: { Resources: Record<string, TemplateResource> }, account: string): Carried {
    const resources = Object.values(inAccount(template.Resources, account, template.Resources) as Record<string, any>); // eslint-disable-line @typescript-eslint/no-explicit-any -- resources are as various as AWS
    const roles = resources.filter(({ Type }) => Type === "AWS::IAM::Role").map(({ Properties: { RoleName, Path, AssumeRolePolicyDocument, Policies, ...more } }) => {
        assert.deepEqual(more, {});
        return { name: RoleName, path: Path, trust: AssumeRolePolicyDocument, policies: Policies.map((each: Record<string, unknown>) => [each.PolicyName, each.PolicyDocument]) };
    });
    const rules = resources.filter(({ Type }) => Type === "AWS::Events::Rule");
    assert.deepEqual([roles.length + rules.length, rules.length], [resources.length, 1]);
    const { Name, Description, EventPattern, State, Targets: [{ Id, Arn, RoleArn, DeadLetterConfig, ...rewriting }], ...bus } = rules[0].Properties;
    // On the default bus, and nothing rewrites the event on its way.
    assert.deepEqual([State, bus, rewriting], ["ENABLED", {}, {}]);
    return { roles: byName(roles), rule: { name: Name, description: Description, pattern: EventPattern, target: { id: Id, arn: Arn, roleArn: RoleArn, deadLetters: DeadLetterConfig.Arn } } };
}

/** What a listed account carries, by its provider. */
function byComponents({ resources }: Rendered, account: string): Carried {
    const ofType = (type: string) => resources.filter((each) => each.account === account && each.type === type).map(({ inputs }) => inputs);
    const roles = ofType("aws:iam/role:Role").map(({ name, path, assumeRolePolicy }) => ({
        name, path, trust: JSON.parse(assumeRolePolicy), policies: ofType("aws:iam/rolePolicy:RolePolicy").filter(({ role }) => role === name).map((each) => [each.name, JSON.parse(each.policy)]),
    }));
    const [rule] = ofType("aws:cloudwatch/eventRule:EventRule");
    const [{ targetId, arn, roleArn, deadLetterConfig }] = ofType("aws:cloudwatch/eventTarget:EventTarget") as [Record<string, any>]; // eslint-disable-line @typescript-eslint/no-explicit-any
    return { roles: byName(roles), rule: { name: rule!.name, description: rule!.description, pattern: JSON.parse(rule!.eventPattern), target: { id: targetId, arn, roleArn, deadLetters: deadLetterConfig.arn } } };
}

const byName = <T extends { name: string }>(roles: T[]): T[] => roles.sort((a, b) => (a.name < b.name ? -1 : 1));

describe("the rollout to enrolled units", function () {
    this.timeout(60_000);
    let rendered: Rendered;
    let template: { Resources: Record<string, TemplateResource> };
    const ofType = (type: string) => rendered.resources.filter((each) => each.type === `aws:cloudformation/${type}`);
    before(() => {
        rendered = renderedStack(file);
        template = JSON.parse(ofType("stackSet:StackSet")[0]!.inputs.templateBody);
    });

    for (const { id, name } of settings.sourceAccounts) {
        it(`puts into a member what the components put into ${name}, policy by policy`, () => assert.deepEqual(byTemplate(template, id), byComponents(rendered, id)));
    }

    it("differs between two accounts in nothing but the account", () => {
        const text = JSON.stringify(byTemplate(template, "111111111111"));
        assert.equal(text.replaceAll("111111111111", "222222222222"), JSON.stringify(byTemplate(template, "222222222222")));
        assert.doesNotMatch(JSON.stringify(template), new RegExp(settings.sourceAccounts.map(({ id }) => id).join("|")));
    });

    it("leaves IAM's own variables to IAM, and writes no ARN of a fixed partition", () => {
        const odd = { stack: "${aws:username}", region: "eu-west-1", backupAccountId: place.backupAccountId };
        const [policy] = (sourceTemplate(odd, "key").Resources.ExportRole!.Properties.Policies as { PolicyDocument: { Statement: { Resource: unknown }[] } }[]);
        assert.match(JSON.stringify(policy!.PolicyDocument.Statement[0]!.Resource), /^\{"Fn::Sub":"arn:\$\{AWS::Partition\}:s3:::rds-vault-\$\{!aws:username\}-.*\/exports\/\$\{AWS::AccountId\}\/\*"\}$/);
        assert.doesNotMatch(JSON.stringify(template), /"arn:aws/);
    });

    it("is one StackSet in the rollout account, deployed to each unit in the stack's Region", () => {
        const mine = rendered.resources.filter(({ account }) => account === organization.rolloutAccount.id);
        assert.equal(mine.length, 1 + organization.units.length);
        const preferences = { maxConcurrentPercentage: 20, failureTolerancePercentage: 10, concurrencyMode: "SOFT_FAILURE_TOLERANCE" };
        const hours = { create: "3h", update: "3h", delete: "3h" };
        const [set] = ofType("stackSet:StackSet");
        const { templateBody, ...inputs } = set!.inputs;
        assert.ok(templateBody.length < 51_200, `${templateBody.length} characters`);
        assert.deepEqual(inputs, {
            name: `rds-vault-${place.stack}-${place.region}`,
            description: "Lets the backup account save the RDS snapshots of this account",
            permissionModel: "SERVICE_MANAGED",
            callAs: "DELEGATED_ADMIN",
            capabilities: ["CAPABILITY_NAMED_IAM"],
            autoDeployment: { enabled: true, retainStacksOnAccountRemoval: true },
            managedExecution: { active: true },
            operationPreferences: preferences,
        });
        assert.deepEqual(set!.timeouts, hours);
        for (const { inputs, timeouts, deleteBeforeReplace } of ofType("stackSetInstance:StackSetInstance")) {
            assert.deepEqual([inputs.operationPreferences, timeouts, deleteBeforeReplace], [preferences, hours, true]);
            assert.deepEqual([inputs.callAs, inputs.stackSetName, inputs.stackSetInstanceRegion, inputs.retainStack], ["DELEGATED_ADMIN", set!.inputs.name, place.region, undefined]);
        }
        // One each: with all units in one deployment, the provider would replace it, and so empty the others, when the list changes.
        assert.deepEqual(ofType("stackSetInstance:StackSetInstance").map(({ inputs }) => inputs.deploymentTargets), organization.units.map((unit) => ({ organizationalUnitIds: [unit] })));
    });

    it("waits for the hub, and has a guarded provider of its own", () => {
        const hubBus = rendered.resources.find(({ name }) => name === "hub-bus-policy");
        assert.ok(ofType("stackSet:StackSet")[0]!.dependsOn.includes(hubBus!.urn));
        const provider = rendered.resources.find(({ type, name }) => type === "pulumi:providers:aws" && name === "rollout");
        assert.deepEqual(JSON.parse(provider!.inputs.allowedAccountIds), [organization.rolloutAccount.id]);
    });

    it("keeps manifests as long as a member's rule has them read back", () => {
        const rules = organization.rules.map((rule) => ({ ...rule, databases: { ...rule.databases, frequency: "monthly" as const, lookbackDays: 30 } }));
        assert.equal(vaultTimes(settings).manifestExpireAfterDays, 36);
        assert.equal(vaultTimes({ ...settings, organization: { ...organization, rules } }).manifestExpireAfterDays, 31 + 30 + 7);
    });

    it("keeps the promises, those about policies inside the template too", () => {
        assert.deepEqual(brokenPromises(rendered), []);
        const broken = (change: object): string => {
            const spoiled = structuredClone(template) as any; // eslint-disable-line @typescript-eslint/no-explicit-any
            Object.assign(spoiled.Resources.AccessRole.Properties.AssumeRolePolicyDocument.Statement[0], change);
            return brokenPromises({ ...rendered, resources: ofType("stackSet:StackSet").map((each) => ({ ...each, inputs: { templateBody: JSON.stringify(spoiled) } })) }).join();
        };
        assert.equal(broken({}), "");
        assert.match(broken({ Sid: undefined }), /without Sid/);
        assert.match(broken({ Principal: { AWS: "*" } }), /allows everybody/);
        assert.match(broken({ Principal: { AWS: { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x" } } }), /names the role/);
    });
});

describe("npm run organization", () => {
    it("prints what the management account must do once, ready to paste", () => {
        const { stdout, status } = command("organization", "--config", file);
        assert.equal(status, 0);
        const [, content] = /put-resource-policy --content '(.*)'/.exec(stdout) ?? [];
        assert.deepEqual(JSON.parse(content!).Statement[0].Principal, { AWS: [`arn:aws:iam::${place.backupAccountId}:root`] });
        assert.match(stdout, new RegExp(`register-delegated-administrator --account-id ${organization.rolloutAccount.id} --service-principal member.org.stacksets.cloudformation.amazonaws.com`));
        assert.match(stdout, /activate-organizations-access/);
        assert.match(stdout, /don't deploy into the management account.*list it under rds-vault:sourceAccounts/);
    });

    it("as one JSON document, too", () => {
        const { steps, warnings, organizationId } = JSON.parse(command("organization", "--config", file, "--json").stdout);
        assert.deepEqual([steps.length, warnings.length, organizationId], [4, 4, organization.organizationId]);
        for (const { commands, why } of steps) assert.ok(commands.length > 0 && why);
    });

    it("says that a stack without units needs none of it", () => {
        const { stderr, status } = command("organization");
        assert.equal(status, 2);
        assert.match(stderr, /has no rds-vault:organization/);
    });
});

describe("npm run deploy-roles with units", () => {
    it("prints the rollout account's role beside the others", () => {
        const { roles } = JSON.parse(command("deployRoles", "--config", file, "--json").stdout);
        assert.deepEqual(roles.map(({ account }: { account: string }) => account), [place.backupAccountId, ...settings.sourceAccounts.map(({ id }) => id), organization.rolloutAccount.id, settings.guardrails.managementRoleArn!.split(":")[4]]);
        assert.match(JSON.stringify(roles.find(({ part }: { part: string }) => part === "rollout")), new RegExp(`stackset/rds-vault-${place.stack}-${place.region}:`));
    });
});
