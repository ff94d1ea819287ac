/** The rendered graph in MiniStack, created through its API as each account's root: what `pulumi up` does on AWS. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateEventBusCommand, EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketEncryptionCommand, PutBucketPolicyCommand, PutObjectLockConfigurationCommand, S3Client, type DefaultRetention } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import type { RenderedResource } from "../../rehearsal/graph";
import { venv } from "../peers/python";
import { adapted } from "./dialects";
import { renderedFunctions } from "./functions";
import { backup, names, region, source } from "./hub";
import { waitFor } from "../peers/peer";

export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
}

export function clientsOf(url: string, credentials: Credentials) {
    const config = { endpoint: url, region, credentials };
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    return { iam: new IAMClient(config), sqs: new SQSClient(config), s3, sts: new STSClient(config), events: new EventBridgeClient(config), lambda: new LambdaClient(config) };
}

/** MiniStack takes an account's id for its root's access key. */
export const rootOf = (url: string, account: string) => clientsOf(url, { accessKeyId: account, secretAccessKey: "test" });

/** EventBridge takes `aws.*` from services only, MiniStack too: the rules let this source through besides. */
export const eventSource = "wire.rds";

const of = (type: string, ...accounts: string[]) => renderedFunctions().rendered.resources.filter((each) => each.type === `aws:${type}` && accounts.includes(each.account ?? ""));
const inputs = (type: string, account: string) => of(type, account).map((each) => each.inputs);

/** A rendered role policy. */
export const rightsNamed = (name: string) => renderedFunctions().rendered.resources.find((each) => each.name === name)!.inputs as { role: string; name: string; policy: string };

/** A document without one of its statements. */
export function without(policy: string, sid: string): string {
    const document = JSON.parse(policy) as { Statement: { Sid: string }[] };
    if (!document.Statement.some(({ Sid }) => Sid === sid)) throw new Error(`There is no statement ${sid}`);
    return JSON.stringify({ ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== sid) });
}

/** All roles with their policies. */
export async function installRoles(url: string): Promise<void> {
    const [hub, shop] = [rootOf(url, backup), rootOf(url, source)];
    const rootFor = ({ account }: RenderedResource) => (account === backup ? hub : shop);
    for (const role of of("iam/role:Role", backup, source)) {
        const { name, path, assumeRolePolicy } = role.inputs;
        await rootFor(role).iam.send(new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument: adapted(assumeRolePolicy) }));
    }
    for (const rights of of("iam/rolePolicy:RolePolicy", backup, source)) {
        const { role, name, policy } = rights.inputs;
        await rootFor(rights).iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: adapted(policy) }));
    }
}

/** @param retention instead of the rendered one */
export async function installBucket(s3: S3Client, retention?: DefaultRetention): Promise<void> {
    const Bucket = names.bucket;
    const ours = (type: string) => inputs(type, backup).find(({ bucket }) => bucket === Bucket)!;
    await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true, CreateBucketConfiguration: { LocationConstraint: region } }));
    const [encryption] = ours("s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").rules;
    const { kmsMasterKeyId, sseAlgorithm } = encryption.applyServerSideEncryptionByDefault;
    const Rules = [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: kmsMasterKeyId, SSEAlgorithm: sseAlgorithm }, BucketKeyEnabled: true }];
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const { mode, days } = ours("s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").rule.defaultRetention;
    const DefaultRetention = retention ?? { Mode: mode, Days: days };
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } } }));
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: adapted(ours("s3/bucketPolicy:BucketPolicy").policy) }));
}

/**
 * Installs queues, roles, policies, functions, their mappings, bucket and rules. The hub's bus and rule come into the source account too,
 * with a queue of the trigger queue's name behind them, because MiniStack knows no way from one account's bus to another's.
 * @param more environment variables of all functions
 */
export async function install(url: string, more: Record<string, string>): Promise<void> {
    const [hub, shop] = [rootOf(url, backup), rootOf(url, source)];

    for (const queue of of("sqs/queue:Queue", backup)) {
        const { name, messageRetentionSeconds, visibilityTimeoutSeconds, redrivePolicy } = queue.inputs;
        const attributes = { MessageRetentionPeriod: messageRetentionSeconds, VisibilityTimeout: visibilityTimeoutSeconds, RedrivePolicy: redrivePolicy };
        const Attributes = Object.fromEntries(Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
        await hub.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    }
    for (const { queueUrl, policy } of inputs("sqs/queuePolicy:QueuePolicy", backup)) {
        await hub.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrlOf(url, backup, queueUrl.split("/").pop()), Attributes: { Policy: adapted(policy) } }));
    }
    await installRoles(url);
    await installBucket(hub.s3);
    await installFunctions();
    await installRules();

    async function installFunctions(): Promise<void> {
        const zips = { start: names.starter, seal: names.sealer };
        for (const [key, FunctionName] of Object.entries(zips)) {
            const { role, runtime, timeout, memorySize, handler, environment } = inputs("lambda/function:Function", backup).find(({ name }) => name === FunctionName)!;
            const Variables = { ...environment.variables, ...more, ...(key === "start" && { SEAL_QUEUE_URL: queueUrlOf(url, backup, names.sealQueue) }) };
            const ZipFile = await zipOf(key);
            await hub.lambda.send(new CreateFunctionCommand({ FunctionName, Role: role, Runtime: runtime, Timeout: timeout, MemorySize: memorySize, Handler: handler, Environment: { Variables }, Code: { ZipFile } }));
            await waitFor(`${FunctionName} to be active`, async () => (await hub.lambda.send(new GetFunctionCommand({ FunctionName }))).Configuration?.State !== "Pending");
        }
        for (const { functionName, eventSourceArn, batchSize, maximumBatchingWindowInSeconds, functionResponseTypes, scalingConfig } of inputs("lambda/eventSourceMapping:EventSourceMapping", backup)) {
            await hub.lambda.send(new CreateEventSourceMappingCommand({
                FunctionName: functionName, EventSourceArn: eventSourceArn, BatchSize: batchSize, MaximumBatchingWindowInSeconds: maximumBatchingWindowInSeconds,
                FunctionResponseTypes: functionResponseTypes, ScalingConfig: { MaximumConcurrency: scalingConfig.maximumConcurrency },
            }));
        }
    }

    async function installRules(): Promise<void> {
        const queueArn = `arn:aws:sqs:${region}:${source}:${names.triggerQueue}`;
        await shop.sqs.send(new CreateQueueCommand({ QueueName: names.triggerQueue }));
        await shop.events.send(new CreateEventBusCommand({ Name: names.bus }));
        const pattern = (account: string, wanted: string) => patternWithSource(inputs("cloudwatch/eventRule:EventRule", account).find(({ name }) => name === wanted)!.eventPattern);
        await shop.events.send(new PutRuleCommand({ Name: names.forwarder, EventPattern: pattern(source, names.forwarder) }));
        await shop.events.send(new PutTargetsCommand({ Rule: names.forwarder, Targets: [{ Id: "hub", Arn: `arn:aws:events:${region}:${source}:event-bus/${names.bus}` }] }));
        await shop.events.send(new PutRuleCommand({ Name: names.hubRule, EventBusName: names.bus, EventPattern: pattern(backup, names.hubRule) }));
        await shop.events.send(new PutTargetsCommand({ Rule: names.hubRule, EventBusName: names.bus, Targets: [{ Id: "queue", Arn: queueArn }] }));
    }
}

export const queueUrlOf = (url: string, account: string, name: string | undefined) => `${url}/${account}/${name}`;

function patternWithSource(text: string): string {
    const pattern = JSON.parse(text) as { source: string[] };
    return JSON.stringify({ ...pattern, source: [...pattern.source, eventSource] });
}

/** An archive with its one file, as Pulumi makes it. */
async function zipOf(name: string): Promise<Buffer> {
    const folder = join(renderedFunctions().folder, name);
    const zip = `${folder}.zip`;
    execFileSync(join(await venv(["ministack==1.5.33"]), "python"), ["-m", "zipfile", "-c", zip, "__index.js"], { cwd: folder });
    return readFileSync(zip);
}
