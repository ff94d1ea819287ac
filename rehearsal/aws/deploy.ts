/** Installs a rendered graph in the simulated AWS, as `pulumi up` would in the real one. No call is judged. */
import type { Rendered, RenderedResource } from "../graph";
import { installs, type Resource, type Stage } from "./installs";
import type { World } from "./types";

/** Accepted, and without behaviour in the simulation. What they promise is for the policy tests and the canary to show. */
export const notSimulated: readonly string[] = [
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    // Every simulated bucket is versioned, and nothing in it ends before the rehearsal does.
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:scheduler/scheduleGroup:ScheduleGroup",
    // The rehearsal evaluates these when the nights are over: rehearsal/alarms.ts.
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    // Pictures and saved questions: they do nothing by themselves.
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/queryDefinition:QueryDefinition",
    // CloudTrail's events are made of the judged calls, whoever owns the trail: trail.ts.
    "aws:cloudtrail/trail:Trail",
    // Attached whether the program does it or somebody by hand: guardrails.ts.
    "aws:organizations/policy:Policy",
    "aws:organizations/policyAttachment:PolicyAttachment",
    // Nothing calls a key by its alias.
    "aws:kms/alias:Alias",
];

/** Installed with the resource that they belong to. */
const parts = new Set([
    "aws:iam/rolePolicy:RolePolicy",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudformation/stackSetInstance:StackSetInstance",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
]);

export function deploy(rendered: Rendered, world: World): void {
    const resources = rendered.resources.filter(({ type }) => type.startsWith("aws:")).map(known);
    const stage: Stage = {
        world,
        rendered,
        arn: ({ outputs, account, region }, service, name) => outputs?.arn ?? `arn:${world.partition}:${service}:${region}:${account}:${name}`,
        others: (owner, type, passes) =>
            resources.filter((each) => each.type === type && each.account === owner.account && each.region === owner.region && passes(each.inputs)),
    };
    for (const [type, install] of Object.entries(installs)) {
        for (const resource of resources) if (resource.type === type) install(resource, stage);
    }
}

function known(resource: RenderedResource): Resource {
    const { type, urn, account, region } = resource;
    if (!installs[type] && !parts.has(type) && !notSimulated.includes(type)) throw new Error(`${urn}: the simulated AWS doesn't know the type ${type}`);
    if (!account || !region) throw new Error(`${urn}: no explicit provider, so its account isn't known`);
    const own: unknown = resource.inputs.region;
    if (typeof own !== "string" || own === region) return { ...resource, account, region };
    // A resource may lie in another Region than its provider: https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/
    return { ...resource, account, region: own, outputs: undefined };
}
