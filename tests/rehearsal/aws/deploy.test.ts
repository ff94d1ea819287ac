// Doesn't prove that Pulumi would create these resources: the graph is made up here, the rendered one is the rehearsal's to deploy.
import assert from "node:assert/strict";
import { deploy, notSimulated } from "../../../rehearsal/aws/deploy";
import type { Rendered, RenderedResource } from "../../../rehearsal/graph";
import { allow, backup, code, keyArn, keyPolicy, policy, sessionOf, start, trust } from "./small";
import { emptyWorld, fromRules, hubBus, minute, pattern, queueArn, region } from "./relay";

const resource = (type: string, inputs: Record<string, unknown>, more: Partial<RenderedResource> = {}): RenderedResource => ({
    urn: `urn:pulumi:prod::rds-vault::${type}::${String(inputs.name ?? "it")}`,
    type,
    name: String(inputs.name ?? "it"),
    account: backup,
    region,
    inputs,
    protect: false,
    retainOnDelete: false,
    dependsOn: [],
    ...more,
});
const lambdaArn = `arn:aws:lambda:${region}:${backup}:function:p-starter`;
const roleArn = `arn:aws:iam::${backup}:role/rds-vault/p-starter`;
const rule = `arn:aws:events:${region}:${backup}:rule/hub/trigger`;
const handler = "exports.handler = async ({ Records }) => { console.log((Records ?? []).map(({ body }) => body).join()); };";

const graph = (resources: readonly RenderedResource[] = all): Rendered => ({
    stack: "prod",
    resources,
    guardrails: { backupAccount: [], sourceAccounts: [], backupResources: [] },
    functions: { start: { handler: "__index.handler", environment: { KEY: "value" }, files: { "__index.js": handler } } },
});

const queueResource = resource("aws:sqs/queue:Queue", { name: "trigger", visibilityTimeoutSeconds: 60, messageRetentionSeconds: 120, redrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn("dead"), maxReceiveCount: 5 }) }, { outputs: { arn: queueArn("trigger"), url: "https://q/trigger" } });
const all: readonly RenderedResource[] = [
    resource("rds-vault:hub:Hub", {}, { account: undefined, region: undefined }),
    ...notSimulated.map((type) => resource(type, {})),
    // Parts before what they belong to: the order of registrations isn't ours.
    resource("aws:iam/rolePolicy:RolePolicy", { name: "rights", role: "p-starter", policy: policy(allow(["sqs:*", "logs:*", "lambda:*", "s3:*", "kms:*"], "*")) }),
    resource("aws:iam/role:Role", { name: "p-starter", path: "/rds-vault/", assumeRolePolicy: trust({ Service: ["lambda.amazonaws.com", "scheduler.amazonaws.com"] }) }),
    resource("aws:sqs/queuePolicy:QueuePolicy", { queueUrl: "https://q/trigger", policy: fromRules(queueArn("trigger"), rule) }),
    resource("aws:sqs/queue:Queue", { name: "dead" }),
    queueResource,
    resource("aws:cloudwatch/eventTarget:EventTarget", { rule: "trigger", eventBusName: "hub", arn: queueArn("trigger"), deadLetterConfig: { arn: queueArn("dead") } }),
    resource("aws:cloudwatch/eventRule:EventRule", { name: "trigger", eventBusName: "hub", eventPattern: pattern }),
    resource("aws:cloudwatch/eventBus:EventBus", { name: "hub" }),
    resource("aws:cloudwatch/eventBusPolicy:EventBusPolicy", { eventBusName: "hub", policy: policy({ Effect: "Allow", Principal: "*", Action: "events:PutEvents", Resource: hubBus }) }),
    resource("aws:lambda/eventSourceMapping:EventSourceMapping", { eventSourceArn: queueArn("trigger"), functionName: lambdaArn, maximumBatchingWindowInSeconds: 20 }),
    resource("aws:lambda/function:Function", { name: "p-starter", role: roleArn, timeout: 10 }),
    resource("aws:scheduler/schedule:Schedule", { name: "sweep", groupName: "sweep", scheduleExpression: "rate(15 minutes)", target: { arn: lambdaArn, roleArn } }),
    resource("aws:kms/key:Key", { policy: keyPolicy }, { outputs: { arn: keyArn, id: "1" } }),
    resource("aws:s3/bucket:Bucket", { bucket: "vault" }),
    resource("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", { bucket: "vault", rules: [{ applyServerSideEncryptionByDefault: { kmsMasterKeyId: keyArn } }] }),
    resource("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", { bucket: "vault", rule: { defaultRetention: { mode: "COMPLIANCE", days: 35 } } }),
    resource("aws:s3/bucketPolicy:BucketPolicy", { bucket: "vault", policy: policy({ Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::vault/*" }) }),
];

describe("deploying a rendered graph", () => {
    it("installs what works together: bus to queue to function, and the schedule", async () => {
        const world = emptyWorld();
        deploy(graph(), world);
        try {
            const sent = { version: "0", id: "1", "detail-type": "t", source: "aws.rds", account: backup, time: "", region, resources: [], detail: { EventID: "RDS-EVENT-0091" } } as const;
            world.iam.addRole({ arn: `arn:aws:iam::${backup}:role/tester`, account: backup, trust: trust({ Service: "x.amazonaws.com" }), policies: [policy(allow("events:PutEvents", hubBus))] });
            world.events.putEvents(sessionOf(`arn:aws:iam::${backup}:role/tester`), hubBus, sent, { trustSource: true });
            await world.clock.run(start + 15 * minute);
            assert.deepEqual(world.calls.filter(({ allowed }) => !allowed), []);
            assert.deepEqual(world.lambda.logs.map(({ at, text }) => [at - start, text]), [[20_000, JSON.stringify(sent)], [15 * minute, ""]]);
            assert.deepEqual(world.sqs.messages(queueArn("trigger")), []);
        } finally {
            await world.lambda.stop();
        }
    });
    it("installs bucket and key with their defaults and policies", () => {
        const world = emptyWorld();
        deploy(graph(), world);
        const session = sessionOf(roleArn);
        const { mode, retainUntil, keyArn: key } = world.s3.put(session, "vault", "a", { size: 1 });
        assert.deepEqual({ mode, retainUntil, key }, { mode: "COMPLIANCE", retainUntil: start + 35 * 24 * 60 * minute, key: keyArn });
        assert.throws(() => world.s3.get(session, "vault", "a"), code("AccessDenied"));
    });
    it("refuses types that it doesn't know, resources without an account, and mappings that AWS refuses", () => {
        const refused = (resources: RenderedResource[], why: RegExp) => assert.throws(() => deploy(graph(resources), emptyWorld()), why);
        refused([resource("aws:dynamodb/table:Table", {})], /doesn't know the type aws:dynamodb\/table:Table/);
        refused([resource("aws:sqs/queue:Queue", {}, { account: undefined })], /no explicit provider/);
        refused([...all.filter((each) => each !== queueResource), { ...queueResource, inputs: { name: "trigger", visibilityTimeoutSeconds: 5 } }], /visibility timeout \(5 s\) is shorter/);
        refused([resource("aws:lambda/function:Function", { name: "p-unknown", role: roleArn })], /holds no code for p-unknown, only for start/);
    });
});
