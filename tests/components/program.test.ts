// Doesn't prove that AWS's provider accepts the inputs: mocks check no schema (README: the canary stack does).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rendered, RenderedResource } from "../../rehearsal/graph";
import { brokenPromises } from "../../rehearsal/promises";
import { command, renderedStack, root } from "../rendered";

const backup = "444455556666";
const sources = ["111122223333", "222233334444", "333344445555"];
const short = (type: string) => type.replace(/^aws:(.*)\/.*:/, "$1.");

function contract({ resources }: Rendered, account: string): Record<string, number> {
    const types = resources.filter((each) => each.account === account).map(({ type }) => short(type)).sort();
    return types.reduce<Record<string, number>>((counts, type) => ({ ...counts, [type]: (counts[type] ?? 0) + 1 }), {});
}

const named = ({ resources }: Rendered, name: string): RenderedResource => {
    const found = resources.find((each) => each.name === name && each.account);
    assert.ok(found, `${name} is rendered`);
    return found;
};

/** Account, type and physical name, of resources that have one; a bucket's is the world's. Saved queries are named by folders, and each Region has its own. */
function physicalNames({ account, region, type, inputs: { name, bucket } }: RenderedResource): string[] {
    if (!account || /RolePolicy|AccountPublicAccessBlock/.test(type)) return [];
    return name ? [`${account} ${type.endsWith(":QueryDefinition") ? region : ""} ${type} ${name}`] : type.endsWith(":Bucket") ? [bucket] : [];
}

/** Type and physical name of what a StackSet puts into each member. */
const templateNames = ({ inputs }: RenderedResource): string[] =>
    Object.values((JSON.parse(inputs.templateBody) as { Resources: Record<string, { Type: string; Properties: Record<string, string> }> }).Resources).map(({ Type, Properties: { RoleName, Name } }) => `${Type} ${RoleName ?? Name}`);

const stackSetName = ({ resources }: Rendered): string => resources.find(({ type }) => type === "aws:cloudformation/stackSet:StackSet")!.inputs.name;
const repeated = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

const fixture = join("tests", "fixtures", "Pulumi.organization.yaml");

/** The organization's fixture under another stack's name, changed. */
function variant(stack: string, change: (text: string) => string): Rendered {
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-"));
    try {
        const file = join(folder, `Pulumi.${stack}.yaml`);
        writeFileSync(file, change(readFileSync(join(root, fixture), "utf8")));
        return renderedStack(file);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

describe("the program", function () {
    this.timeout(180_000);
    let prod: Rendered;
    let canary: Rendered;
    /** Of an organization; and the same where IAM's calls are logged, with a trail of its own and a suspended account. */
    let wide: Rendered;
    let virginia: Rendered;
    before(() => {
        prod = renderedStack();
        canary = renderedStack("Pulumi.canary.yaml");
        wide = renderedStack(fixture);
        virginia = variant("organization", (text) =>
            text.replaceAll("eu-west-1", "us-east-1").replace(/^( +)(retentionDays: 35)/m, `$1$2\n$1suspendedAccounts: ["${sources[0]}"]`).replace("rds-vault:monitoring: {", "rds-vault:monitoring: { trail: create,"),
        );
    });

    it("puts exactly this into the backup account", () => {
        // Alarms and saved queries have a test of their own.
        const { "cloudwatch.MetricAlarm": alarms, "cloudwatch.QueryDefinition": queries, ...others } = contract(prod, backup);
        assert.ok(alarms && queries);
        assert.deepEqual(others, {
            "cloudwatch.Dashboard": 1, "cloudwatch.EventBus": 1, "cloudwatch.EventBusPolicy": 1, "cloudwatch.EventRule": 11, "cloudwatch.EventTarget": 10, "cloudwatch.LogGroup": 4,
            "iam.Role": 8, "iam.RolePolicy": 8, "kms.Alias": 1, "kms.Key": 2, "lambda.EventSourceMapping": 2, "lambda.Function": 4, "lambda.FunctionEventInvokeConfig": 1,
            "s3.AccountPublicAccessBlock": 1, "s3.Bucket": 1, "s3.BucketLifecycleConfiguration": 1, "s3.BucketObjectLockConfiguration": 1, "s3.BucketOwnershipControls": 1,
            "s3.BucketPolicy": 1, "s3.BucketPublicAccessBlock": 1, "s3.BucketServerSideEncryptionConfiguration": 1, "s3.BucketVersioning": 1,
            "scheduler.Schedule": 2, "scheduler.ScheduleGroup": 2, "sns.Topic": 1, "sns.TopicPolicy": 1, "sns.TopicSubscription": 1, "sqs.Queue": 5, "sqs.QueuePolicy": 2,
        });
    });

    for (const account of sources) {
        it(`puts a rule with its target and three roles into ${account}, nothing else`, () => {
            assert.deepEqual(contract(prod, account), { "cloudwatch.EventRule": 1, "cloudwatch.EventTarget": 1, "iam.Role": 3, "iam.RolePolicy": 3 });
        });
    }

    it("keeps its promises, and has one guarded provider per account", () => {
        assert.deepEqual(brokenPromises(prod), []);
        const providers = prod.resources.filter(({ type }) => type === "pulumi:providers:aws").map(({ inputs }) => [inputs.allowedAccountIds, JSON.parse(inputs.assumeRoles)[0].roleArn]);
        assert.deepEqual(providers, [backup, ...sources].map((id) => [JSON.stringify([id]), `arn:aws:iam::${id}:role/rds-vault-deploy`]));
    });

    it("locks the bucket before anybody outside is let in", () => {
        const order = ["", "-versioning", "-ownership", "-public-access", "-encryption", "-lock", "-lifecycle", "-policy"].map((part) => named(prod, `vault-bucket${part}`));
        order.slice(1).forEach((each, index) => assert.ok(each.dependsOn.includes(order[index]!.urn), `${each.name} waits for ${order[index]!.name}`));
        const lock = named(prod, "vault-bucket-lock").inputs.rule;
        assert.deepEqual(lock, { defaultRetention: { mode: "COMPLIANCE", days: 35 } });
        assert.equal(order[0]!.inputs.objectLockEnabled, true);
        assert.equal(order[0]!.inputs.forceDestroy, undefined);
    });

    it("makes sources wait for the hub, and the hub for the vault", () => {
        assert.ok(named(prod, "shop-forwarder-target").dependsOn.includes(named(prod, "hub-bus-policy").urn));
        // A child is registered once its component's dependencies stand.
        const hub = prod.resources.find(({ type }) => type === "rds-vault:hub:Hub");
        assert.ok(hub?.dependsOn.includes(named(prod, "vault-bucket-policy").urn));
    });

    it("protects and retains each resource of the vault", () => {
        const vault = prod.resources.filter(({ name, account }) => name.startsWith("vault") && account);
        assert.equal(vault.length, 10);
        for (const { name, protect, retainOnDelete } of vault) assert.ok(protect && retainOnDelete, name);
    });

    it("ends versions after their lock, and markers by a rule of their own", () => {
        const { rules } = named(prod, "vault-bucket-lifecycle").inputs;
        assert.deepEqual(rules.map(({ id, expiration }: { id: string; expiration: unknown }) => [id, expiration]), [["exports", { days: 36 }], ["manifests", { days: 36 }], ["canary", { days: 36 }], ["delete-markers", { expiredObjectDeleteMarker: true }]]);
        assert.deepEqual(rules[0].noncurrentVersionExpiration, { noncurrentDays: 1 });
        assert.deepEqual(rules[0].abortIncompleteMultipartUpload, { daysAfterInitiation: 7 });
    });

    it("encrypts with the vault key by default, and blocks SSE-C", () => {
        const [rule] = named(prod, "vault-bucket-encryption").inputs.rules;
        assert.deepEqual(rule, {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: named(prod, "vault-key").outputs?.arn },
            bucketKeyEnabled: true,
            blockedEncryptionTypes: ["SSE-C"],
        });
    });

    it("says role, runtime, memory, timeout and log group of each function; the archive is one file", () => {
        for (const [key, name] of [["start", "hub-starter"], ["seal", "hub-sealer"], ["sweep", "hub-sweeper"], ["watch", "watch-watcher"]] as const) {
            const { inputs } = named(prod, name);
            assert.equal(inputs.runtime, "nodejs24.x");
            assert.deepEqual(inputs.architectures, ["arm64"]);
            assert.ok(inputs.timeout && inputs.memorySize && inputs.loggingConfig.logGroup && inputs.role);
            assert.deepEqual(Object.keys(prod.functions[key]!.files), ["__index.js"]);
            assert.ok(JSON.stringify(prod.functions[key]!.environment).length < 2048);
            assert.equal(prod.functions[key]!.environment.STACK, "rds-vault-prod-eu-west-1");
        }
    });

    for (const [queueName, functionName, mappingName, deadLettersName] of [
        ["hub-queues-trigger", "hub-starter", "hub-starter-triggers", "hub-queues-dead-letters"],
        ["hub-queues-seal", "hub-sealer", "hub-sealer-requests", "hub-queues-seal-dead-letters"],
    ] as const) {
        it(`lets ${queueName} outlast six timeouts, and a poison record reach dead letters of its own before the queue forgets it`, () => {
            const { inputs: queue, outputs } = named(prod, queueName);
            const { inputs: mapping } = named(prod, mappingName);
            const { timeout } = named(prod, functionName).inputs;
            assert.equal(mapping.eventSourceArn, outputs!.arn);
            assert.equal(mapping.functionName, named(prod, functionName).outputs!.arn);
            assert.ok(queue.visibilityTimeoutSeconds >= 6 * timeout + (mapping.maximumBatchingWindowInSeconds ?? 0));
            const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(queue.redrivePolicy);
            assert.ok(maxReceiveCount * queue.visibilityTimeoutSeconds < queue.messageRetentionSeconds);
            const deadLetters = named(prod, deadLettersName);
            assert.equal(deadLetterTargetArn, deadLetters.outputs!.arn);
            assert.deepEqual(JSON.parse(deadLetters.inputs.redriveAllowPolicy), { redrivePermission: "byQueue", sourceQueueArns: [outputs!.arn] });
            assert.equal(deadLetters.inputs.messageRetentionSeconds, 14 * 24 * 3600);
            assert.ok(queue.sqsManagedSseEnabled && deadLetters.inputs.sqsManagedSseEnabled);
            assert.deepEqual(mapping.functionResponseTypes, ["ReportBatchItemFailures"]);
        });
    }

    it("hands requests to the sealer one by one, and leaves room among a fresh account's ten executions", () => {
        const mappings = prod.resources.filter(({ type }) => type === "aws:lambda/eventSourceMapping:EventSourceMapping").map(({ inputs }) => inputs);
        assert.equal(named(prod, "hub-sealer-requests").inputs.batchSize, 1);
        const sum = mappings.reduce((count, { scalingConfig }) => count + scalingConfig.maximumConcurrency, 0);
        assert.ok(sum < 10, `${sum}`);
    });

    it("tells the starter where to ask, and the sealer what it must find", () => {
        assert.equal(prod.functions.start!.environment.SEAL_QUEUE_URL, named(prod, "hub-queues-seal").outputs!.url);
        const { VAULT_BUCKET, VAULT_KEY_ARN, RETENTION_DAYS } = prod.functions.seal!.environment;
        assert.deepEqual([VAULT_BUCKET, VAULT_KEY_ARN, RETENTION_DAYS], [named(prod, "vault-bucket").inputs.bucket, named(prod, "vault-key").outputs!.arn, "35"]);
        assert.equal(canary.functions.seal!.environment.RETENTION_DAYS, "1");
    });

    it("gives no role of the backup account a right over a retention, a version's deletion or a hold", () => {
        const policies = prod.resources.filter(({ account, type }) => account === backup && type === "aws:iam/rolePolicy:RolePolicy").map(({ inputs }) => inputs.policy as string);
        assert.equal(policies.length, 8);
        for (const policy of policies) assert.doesNotMatch(policy, /PutObject\*|s3:\*|Put\w*Retention|LegalHold|Bypass|s3:Delete/);
    });

    it("lives beside the canary without a name collision", () => {
        assert.deepEqual(repeated([prod, canary].flatMap(({ resources }) => resources.flatMap(physicalNames))), []);
    });

    it("mails who touched the vault, from fields that the caller can't fill with markup", () => {
        const rules = prod.resources.filter(({ name, type }) => name.startsWith("watch-tamper") && type.endsWith(":EventRule"));
        const targets = prod.resources.filter(({ name, inputs }) => name.startsWith("watch-tamper") && inputs.inputTransformer);
        assert.deepEqual(rules.map(({ inputs }) => inputs.state), rules.map(() => "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"));
        assert.equal(targets.length, rules.length - 2, "all but the one that forwards and the one that counts");
        const counting = named(prod, "watch-tamper-foreign-grants").inputs.name;
        assert.deepEqual(prod.resources.filter(({ type, inputs }) => type.endsWith(":EventTarget") && inputs.rule === counting), []);
        assert.deepEqual(named(prod, "watch-alarms-foreign-grants").inputs.dimensions, { RuleName: counting });
        const safe = /^\$\.detail\.(eventName|eventSource|eventTime|eventID|awsRegion|errorCode|requestID|sourceIPAddress|userIdentity\.(type|userName|principalId|accountId|sessionContext\.sessionIssuer\.userName))$/;
        for (const { inputs } of targets) {
            const { inputPaths, inputTemplate } = inputs.inputTransformer;
            assert.equal(inputs.arn, named(prod, "watch-notices").outputs!.arn ?? inputs.arn);
            assert.deepEqual(inputs.deadLetterConfig, { arn: named(prod, "hub-queues-undelivered").outputs!.arn });
            for (const path of Object.values<string>(inputPaths)) assert.match(path, safe);
            const used: string[] = [...new Set<string>(inputTemplate.match(/<\w+>/g))].map((each) => each.slice(1, -1)).sort();
            assert.deepEqual(used, Object.keys(inputPaths).sort());
            for (const line of inputTemplate.split("\n")) assert.match(line, /^"[^"\\]+"$/);
            // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
            assert.ok(inputTemplate.length <= 8192);
        }
    });

    it("lives beside a second stack and a second Region of the same organization without a name collision", () => {
        const graphs = [wide, variant("test", (text) => text), virginia];
        assert.deepEqual(repeated(graphs.flatMap(({ resources }) => resources.flatMap(physicalNames))), []);
        assert.deepEqual(graphs.map(stackSetName), ["rds-vault-organization-eu-west-1", "rds-vault-test-eu-west-1", "rds-vault-organization-us-east-1"]);
        // A member that both Regions' stacks reach holds both templates' resources.
        const inMember = graphs.flatMap(({ resources }) => resources.filter(({ type }) => type === "aws:cloudformation/stackSet:StackSet").flatMap(templateNames));
        assert.equal(inMember.length, 3 * 4);
        assert.deepEqual(repeated(inMember), []);
    });

    it("has IAM's calls sent on from their Region, unless that is the home Region", () => {
        const { inputs } = named(prod, "watch-tamper-forward");
        assert.equal(inputs.region, "us-east-1");
        const target = named(prod, "watch-tamper-forward-target").inputs;
        assert.deepEqual([target.region, target.arn, target.roleArn], ["us-east-1", `arn:aws:events:eu-west-1:${backup}:event-bus/default`, named(prod, "watch-tamper-forward-role").outputs!.arn]);
        assert.deepEqual(virginia.resources.filter(({ name }) => name.startsWith("watch-tamper-forward")), []);
    });

    it("makes a trail that nobody stops, in a locked bucket of its own, only when asked", () => {
        const isTrail = ({ name }: RenderedResource) => name.startsWith("watch-trail");
        assert.deepEqual(prod.resources.filter(isTrail), []);
        const trail = virginia.resources.filter((each) => isTrail(each) && each.account);
        assert.equal(trail.length, 8);
        for (const { name, protect, retainOnDelete } of trail) assert.ok(protect && retainOnDelete, name);
        const order = ["-bucket", "-bucket-versioning", "-bucket-ownership", "-bucket-public-access", "-bucket-lock", "-bucket-lifecycle", "-bucket-policy", ""].map((part) => named(virginia, `watch-trail${part}`));
        order.slice(1).forEach((each, index) => assert.ok(each.dependsOn.includes(order[index]!.urn), `${each.name} waits for ${order[index]!.name}`));
        assert.deepEqual(named(virginia, "watch-trail-bucket-lock").inputs.rule, { defaultRetention: { mode: "COMPLIANCE", days: 35 } });
        assert.deepEqual(named(virginia, "watch-trail-bucket-lifecycle").inputs.rules[0].expiration, { days: 400 });
        const { isMultiRegionTrail, enableLogFileValidation, enableLogging, eventSelectors } = named(virginia, "watch-trail").inputs;
        assert.deepEqual({ isMultiRegionTrail, enableLogFileValidation, enableLogging, eventSelectors }, { isMultiRegionTrail: true, enableLogFileValidation: true, enableLogging: true, eventSelectors: undefined });
        assert.deepEqual(brokenPromises(virginia), []);
    });

    it("takes a suspended account's right to write", () => {
        const sids = (rendered: Rendered) => JSON.parse(named(rendered, "vault-bucket-policy").inputs.policy).Statement.map(({ Sid }: { Sid: string }) => Sid);
        assert.ok(!sids(prod).includes("DenySuspendedAccounts"));
        assert.ok(sids(virginia).includes("DenySuspendedAccounts"));
    });

    it("refuses to build a component without an account's provider", () => {
        const program = `
            const pulumi = require("@pulumi/pulumi");
            pulumi.runtime.setMocks({ newResource: ({ inputs }) => ({ id: "id", state: inputs }), call: () => ({}) }).then(() => {
                const { VaultKey } = require("./components/vault/key");
                try { new VaultKey("key", { description: "", policy: {} }, {}); } catch (error) { console.log(error.message); process.exit(0); }
                process.exit(1);
            });`;
        const { stdout } = spawnSync(process.execPath, ["-r", "./register.cjs", "-e", program], { cwd: root, encoding: "utf8" });
        assert.match(stdout, /^key has no AWS provider and would land in the ambient account\./);
    });

    it("prints a tree by account, and writes archives as folders", () => {
        const folder = mkdtempSync(join(tmpdir(), "rds-vault-"));
        try {
            const { stdout, status } = command("render", "--functions", folder);
            assert.equal(status, 0);
            assert.match(stdout, /^Stack prod: \d+ resources in 4 accounts/);
            assert.equal(readFileSync(join(folder, "start", "__index.js"), "utf8"), prod.functions.start!.files["__index.js"]);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

describe("what a rendered graph must never hold", () => {
    const withPolicy = (statement: object, account: string | undefined = backup): Rendered => ({
        stack: "x", functions: {}, guardrails: { backupAccount: [], sourceAccounts: [], backupResources: [] },
        resources: [{ urn: "urn", type: "aws:sqs/queuePolicy:QueuePolicy", name: "x", account, inputs: { policy: JSON.stringify({ Statement: [statement] }) }, protect: false, retainOnDelete: false, dependsOn: [] }],
    });
    const fine = { Sid: "S", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${backup}:root` }, Action: "sqs:SendMessage" };
    for (const [name, graph, pattern] of [
        ["a resource in the ambient account", { ...withPolicy(fine), resources: withPolicy(fine).resources.map((each) => ({ ...each, account: undefined })) }, /ambient account/],
        ["a role as Principal", withPolicy({ ...fine, Principal: { AWS: `arn:aws:iam::${backup}:role/x` } }), /names the role/],
        ["a wildcard principal without condition", withPolicy({ ...fine, Principal: "*" }), /allows everybody/],
        ["a wildcard principal whose condition names no account", withPolicy({ ...fine, Principal: { AWS: "*" }, Condition: { Bool: { "aws:SecureTransport": "true" } } }), /allows everybody/],
        ["a wildcard principal for every account but one", withPolicy({ ...fine, Principal: "*", Condition: { StringNotEquals: { "aws:PrincipalAccount": backup } } }), /allows everybody/],
        ["a wildcard principal for a whole organization", withPolicy({ ...fine, Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }), /allows everybody/],
        ["a wildcard principal in whatever place", withPolicy({ ...fine, Principal: "*", Condition: { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["*"] } } }), /allows everybody/],
        ["a wildcard principal outside of a unit", withPolicy({ ...fine, Principal: "*", Condition: { "ForAnyValue:StringNotLike": { "aws:PrincipalOrgPaths": ["o-1/r-1/*"] } } }), /allows everybody/],
        ["a statement without Sid", withPolicy({ ...fine, Sid: undefined }), /without Sid/],
    ] as const) {
        it(name, () => assert.match(brokenPromises(graph).join(), pattern));
    }
    it("and what it may", () => {
        assert.deepEqual(brokenPromises(withPolicy(fine)), []);
        assert.deepEqual(brokenPromises(withPolicy({ ...fine, Principal: "*", Condition: { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-1/r-1/*ou-1/*"] } } })), []);
    });
});
