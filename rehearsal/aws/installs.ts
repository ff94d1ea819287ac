/** How each resource of a rendered graph is installed in the simulated AWS, together with the parts that belong to it. */
import type { Rendered, RenderedResource } from "../graph";
import { installStackSet } from "./cloudFormation";
import { addSchedule } from "./scheduler";
import type { World } from "./types";

/** One that AWS serves, so that its account is known. */
export type Resource = RenderedResource & { readonly account: string; readonly region: string };
type Install = (resource: Resource, stage: Stage) => void;
export interface Stage {
    readonly world: World;
    readonly rendered: Rendered;
    arn(resource: Resource, service: string, name: string): string;
    /** Resources of a type that belong to `owner`'s account and pass. */
    others(owner: Resource, type: string, passes: (inputs: RenderedResource["inputs"]) => boolean): Resource[];
}

const seconds = (count: unknown, otherwise: number) => Number(count ?? otherwise) * 1000;
const text = (policy: unknown) => (typeof policy === "string" ? policy : JSON.stringify(policy));

function role(resource: Resource, { world, others }: Stage): void {
    const { name, path = "/", assumeRolePolicy } = resource.inputs;
    const policies = others(resource, "aws:iam/rolePolicy:RolePolicy", ({ role }) => role === name || role === resource.outputs?.id);
    world.iam.addRole({
        arn: resource.outputs?.arn ?? `arn:${world.partition}:iam::${resource.account}:role${path}${name}`,
        account: resource.account,
        trust: text(assumeRolePolicy),
        policies: policies.map(({ inputs }) => text(inputs.policy)),
    });
}

function bucket(resource: Resource, { world, others }: Stage): void {
    const name: string = resource.inputs.bucket;
    const ofIt = (type: string) => others(resource, type, (inputs) => inputs.bucket === name)[0]?.inputs;
    const encryption = ofIt("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration");
    const retention = ofIt("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")?.rule?.defaultRetention;
    const policy = ofIt("aws:s3/bucketPolicy:BucketPolicy")?.policy;
    world.s3.addBucket({
        name,
        account: resource.account,
        defaultKeyArn: encryption?.rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId,
        retention: retention && { mode: retention.mode, days: retention.days ?? retention.years * 365 },
    });
    if (policy) world.iam.setResourcePolicy(`arn:${world.partition}:s3:::${name}`, resource.account, text(policy));
}

function key(resource: Resource, { world, others }: Stage): void {
    const { arn, id } = resource.outputs ?? {};
    if (!arn) throw new Error(`${resource.urn}: a key's ARN is AWS's to choose; the graph doesn't hold it`);
    const apart = others(resource, "aws:kms/keyPolicy:KeyPolicy", ({ keyId }) => keyId === id || keyId === arn)[0]?.inputs.policy;
    world.kms.addKey({ arn, account: resource.account, enabled: resource.inputs.isEnabled ?? true });
    const policy = resource.inputs.policy ?? apart;
    if (policy) world.iam.setResourcePolicy(arn, resource.account, text(policy));
}

function queue(resource: Resource, stage: Stage): void {
    const { name, redrivePolicy, visibilityTimeoutSeconds, messageRetentionSeconds } = resource.inputs;
    const arn = stage.arn(resource, "sqs", name);
    const redrive = redrivePolicy && JSON.parse(redrivePolicy);
    // Defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    stage.world.sqs.addQueue({
        arn,
        account: resource.account,
        visibilityMs: seconds(visibilityTimeoutSeconds, 30),
        retentionMs: seconds(messageRetentionSeconds, 345_600),
        deadLetter: redrive && { arn: redrive.deadLetterTargetArn, maxReceiveCount: Number(redrive.maxReceiveCount) },
    });
    const { url } = resource.outputs ?? {};
    const ofIt = (queueUrl: string) => queueUrl === url || (!url && queueUrl.endsWith(`/${name}`));
    const policy = stage.others(resource, "aws:sqs/queuePolicy:QueuePolicy", ({ queueUrl }) => ofIt(queueUrl))[0]?.inputs.policy;
    if (policy) stage.world.iam.setResourcePolicy(arn, resource.account, text(policy));
}

function bus(resource: Resource, stage: Stage): void {
    const { name } = resource.inputs;
    const arn = stage.arn(resource, "events", `event-bus/${name}`);
    stage.world.events.addBus(arn);
    const policy = stage.others(resource, "aws:cloudwatch/eventBusPolicy:EventBusPolicy", ({ eventBusName }) => eventBusName === name)[0];
    if (policy) stage.world.iam.setResourcePolicy(arn, resource.account, text(policy.inputs.policy));
}

function rule(resource: Resource, stage: Stage): void {
    const { name, eventBusName = "default", eventPattern, state = "ENABLED" } = resource.inputs;
    if (!/^ENABLED(_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS)?$/.test(state)) throw new Error(`${resource.urn}: the state ${state} isn't simulated`);
    if (!eventPattern) throw new Error(`${resource.urn}: only rules with an event pattern are simulated`);
    const targets = stage.others(resource, "aws:cloudwatch/eventTarget:EventTarget", (target) => target.rule === name && (target.eventBusName ?? "default") === eventBusName);
    stage.world.events.addRule({
        arn: stage.arn(resource, "events", `rule/${eventBusName === "default" ? "" : `${eventBusName}/`}${name}`),
        account: resource.account,
        busArn: `arn:${stage.world.partition}:events:${resource.region}:${resource.account}:event-bus/${eventBusName}`,
        pattern: text(eventPattern),
        readsToo: state !== "ENABLED",
        targets: targets.map(({ urn, inputs }) => {
            const rewrite = ["input", "inputPath"].find((each) => inputs[each] !== undefined);
            if (rewrite) throw new Error(`${urn}: ${rewrite} isn't simulated`);
            const { inputTransformer: written } = inputs;
            const transformer = written && { paths: written.inputPaths ?? {}, template: written.inputTemplate };
            return { arn: inputs.arn, roleArn: inputs.roleArn, deadLetterArn: inputs.deadLetterConfig?.arn, ...(transformer && { transformer }) };
        }),
    });
}

/** The graph names functions by their handlers. */
const handlers: Record<string, string> = { starter: "start", sweeper: "sweep", sealer: "seal", watcher: "watch" };

function lambda(resource: Resource, stage: Stage): void {
    const { name, role, timeout, loggingConfig } = resource.inputs;
    const { functions } = stage.rendered;
    const code = functions[handlers[name.slice(name.lastIndexOf("-") + 1)] ?? ""] ?? functions[resource.name];
    if (!code) throw new Error(`${resource.urn}: the graph holds no code for ${name}, only for ${Object.keys(functions).join(", ")}`);
    stage.world.lambda.addFunction({
        ...code,
        name,
        arn: stage.arn(resource, "lambda", `function:${name}`),
        account: resource.account,
        roleArn: role,
        logGroupArn: `arn:${stage.world.partition}:logs:${resource.region}:${resource.account}:log-group:${loggingConfig?.logGroup ?? `/aws/lambda/${name}`}`,
        timeoutMs: seconds(timeout, 3),
        environment: { ...code.environment },
        files: { ...code.files },
    });
}

function mapping(resource: Resource, stage: Stage): void {
    const { urn, inputs } = resource;
    const last = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1);
    const [queueName, functionName] = [last(inputs.eventSourceArn), last(inputs.functionName)];
    const inputsOf = (type: string, wanted: string) => stage.others(resource, type, ({ name }) => name === wanted)[0]?.inputs;
    const visibility = inputsOf("aws:sqs/queue:Queue", queueName)?.visibilityTimeoutSeconds ?? 30;
    const timeout = inputsOf("aws:lambda/function:Function", functionName)?.timeout ?? 3;
    // AWS refuses the mapping: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    if (visibility < timeout) throw new Error(`${urn}: the queue's visibility timeout (${visibility} s) is shorter than the function's (${timeout} s)`);
    stage.world.lambda.addMapping({
        functionArn: stage.arn({ ...resource, outputs: undefined }, "lambda", `function:${functionName}`),
        queueArn: inputs.eventSourceArn,
        batchSize: inputs.batchSize ?? 10,
        windowMs: seconds(inputs.maximumBatchingWindowInSeconds, 0),
        reportFailures: (inputs.functionResponseTypes ?? []).includes("ReportBatchItemFailures"),
        maximumConcurrency: inputs.scalingConfig?.maximumConcurrency ?? 1000,
    });
}

function schedule(resource: Resource, stage: Stage): void {
    const { name, groupName = "default", scheduleExpression, target } = resource.inputs;
    const once = stage.others(resource, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", ({ functionName }) => target.arn.endsWith(`:${functionName}`))[0]?.inputs;
    addSchedule(stage.world, {
        arn: stage.arn(resource, "scheduler", `schedule/${groupName}/${name}`),
        groupArn: stage.arn({ ...resource, outputs: undefined }, "scheduler", `schedule-group/${groupName}`),
        account: resource.account,
        expression: scheduleExpression,
        targetArn: target.arn,
        roleArn: target.roleArn,
        input: target.input && JSON.parse(target.input),
        retries: once?.maximumRetryAttempts,
    });
}

function stackSet(resource: Resource, { world, others }: Stage): void {
    const { name, templateBody, autoDeployment, permissionModel } = resource.inputs;
    if (permissionModel !== "SERVICE_MANAGED") throw new Error(`${resource.urn}: only service-managed StackSets are simulated`);
    const instances = others(resource, "aws:cloudformation/stackSetInstance:StackSetInstance", ({ stackSetName, stackSetInstanceRegion }) => stackSetName === name && stackSetInstanceRegion === world.region);
    const deployments = instances.map(({ inputs: { deploymentTargets, operationPreferences } }) => ({ units: deploymentTargets.organizationalUnitIds, failureTolerancePercentage: operationPreferences?.failureTolerancePercentage }));
    installStackSet(world, { templateBody, deployments, autoDeployment: { enabled: autoDeployment?.enabled === true, retainStacksOnAccountRemoval: autoDeployment?.retainStacksOnAccountRemoval === true } });
}

/** Mail is recorded as asked for; a topic keeps what it is told. */
function topic(resource: Resource, stage: Stage): void {
    const { name, kmsMasterKeyId } = resource.inputs;
    const arn = stage.arn(resource, "sns", name);
    const ofIt = (type: string, field: string) => stage.others(resource, type, (inputs) => inputs[field] === arn).map(({ inputs }) => inputs);
    stage.world.sns.addTopic({ arn, account: resource.account, ...(kmsMasterKeyId && { keyArn: kmsMasterKeyId }) });
    for (const { policy } of ofIt("aws:sns/topicPolicy:TopicPolicy", "arn")) stage.world.iam.setResourcePolicy(arn, resource.account, text(policy));
    for (const { protocol, endpoint } of ofIt("aws:sns/topicSubscription:TopicSubscription", "topic")) stage.world.sns.subscribe(arn, protocol, endpoint);
}

/** In this order: what is referred to stands before what refers to it. */
export const installs: Record<string, Install> = {
    "aws:iam/role:Role": role,
    "aws:kms/key:Key": key,
    "aws:s3/bucket:Bucket": bucket,
    "aws:sqs/queue:Queue": queue,
    "aws:sns/topic:Topic": topic,
    "aws:cloudwatch/eventBus:EventBus": bus,
    "aws:cloudwatch/eventRule:EventRule": rule,
    "aws:lambda/function:Function": lambda,
    "aws:lambda/eventSourceMapping:EventSourceMapping": mapping,
    "aws:scheduler/schedule:Schedule": schedule,
    "aws:cloudformation/stackSet:StackSet": stackSet,
};
