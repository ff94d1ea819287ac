/**
 * The rendered graph as CloudFormation templates, one for each account and Region, where the types map one to one: AWS's own schemas of
 * resources are CloudFormation's. What isn't translated by name goes through with its name, so that nothing is left out unseen.
 */
import type { Rendered, RenderedResource } from "../../rehearsal/graph";

type Value = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- inputs are as various as AWS
type Properties = Record<string, Value>;

interface Resource {
    readonly Type: string;
    readonly Properties: Properties;
    readonly DeletionPolicy?: "Retain";
    readonly UpdateReplacePolicy?: "Retain";
}

export interface Template {
    readonly AWSTemplateFormatVersion: "2010-09-09";
    readonly Description: string;
    readonly Resources: Readonly<Record<string, Resource>>;
}

/** What a translation may look up: the resources that Pulumi has apart and CloudFormation in one. */
interface Beside {
    /** Of this type whose input names the same. */
    all(type: string, passes: (inputs: Properties) => boolean): Properties[];
}

type Translation = readonly [type: string, properties: (inputs: Properties, beside: Beside, resource: RenderedResource) => Properties];

const pascal = (key: string) => key[0]!.toUpperCase() + key.slice(1);

/** Objects whose keys are AWS's; not for documents and maps, whose keys are the user's. */
function cased(value: Value): Value {
    if (Array.isArray(value)) return value.map(cased);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [pascal(key), cased(each)]));
}

const without = (inputs: Properties, ...keys: string[]): Properties => Object.fromEntries(Object.entries(inputs).filter(([key]) => !keys.includes(key) && key !== "region"));
/** Pulumi's name for a thing → CloudFormation's. */
function renamed(inputs: Properties, names: Readonly<Record<string, string>>): Properties {
    return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== "region").map(([key, value]) => [names[key] ?? pascal(key), cased(value)]));
}
const parsed = (policy: Value): Value => (typeof policy === "string" ? JSON.parse(policy) : policy);
const list = (named: Readonly<Record<string, string>>, key: string, value: string) => Object.entries(named).map(([name, each]) => ({ [key]: name, [value]: each }));

const ofBucket = ({ bucket }: Properties) => (inputs: Properties) => inputs.bucket === bucket;

const rule = ({ id, status, filter, expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload, ...more }: Properties): Properties => ({
    Id: id, Status: status, ...(filter.prefix === "" ? {} : { Prefix: filter.prefix }),
    ...(expiration?.days && { ExpirationInDays: expiration.days }), ...(expiration?.expiredObjectDeleteMarker && { ExpiredObjectDeleteMarker: true }),
    ...(noncurrentVersionExpiration && { NoncurrentVersionExpiration: cased(noncurrentVersionExpiration) }),
    ...(abortIncompleteMultipartUpload && { AbortIncompleteMultipartUpload: cased(abortIncompleteMultipartUpload) }),
    ...cased(more),
});

const encryption = ({ applyServerSideEncryptionByDefault, blockedEncryptionTypes, bucketKeyEnabled, ...more }: Properties): Properties => ({
    ServerSideEncryptionByDefault: renamed(applyServerSideEncryptionByDefault, { sseAlgorithm: "SSEAlgorithm", kmsMasterKeyId: "KMSMasterKeyID" }),
    ...(bucketKeyEnabled !== undefined && { BucketKeyEnabled: bucketKeyEnabled }), ...(blockedEncryptionTypes && { BlockedEncryptionTypes: { EncryptionType: blockedEncryptionTypes } }), ...cased(more),
});

function bucket(inputs: Properties, beside: Beside): Properties {
    const one = (type: string): Properties | undefined => beside.all(`s3/${type}`, ofBucket(inputs))[0];
    const [versioning, ownership, block, encrypted, lock, lifecycle] = [
        one("bucketVersioning:BucketVersioning"), one("bucketOwnershipControls:BucketOwnershipControls"), one("bucketPublicAccessBlock:BucketPublicAccessBlock"),
        one("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"), one("bucketObjectLockConfiguration:BucketObjectLockConfiguration"),
        one("bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
    ];
    return {
        ...renamed(inputs, { bucket: "BucketName" }),
        ...(versioning && { VersioningConfiguration: cased(versioning.versioningConfiguration) }),
        ...(ownership && { OwnershipControls: { Rules: [cased(ownership.rule)] } }),
        ...(block && { PublicAccessBlockConfiguration: cased(without(block, "bucket")) }),
        ...(encrypted && { BucketEncryption: { ServerSideEncryptionConfiguration: encrypted.rules.map(encryption) } }),
        ...(lock && { ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: cased(lock.rule) } }),
        ...(lifecycle && { LifecycleConfiguration: { Rules: lifecycle.rules.map(rule), ...cased(without(lifecycle, "bucket", "rules")) } }),
    };
}

const target = ({ targetId, inputTransformer, ...inputs }: Properties): Properties => ({
    Id: targetId,
    ...cased(without(inputs, "rule", "eventBusName")),
    ...(inputTransformer && { InputTransformer: { InputPathsMap: inputTransformer.inputPaths, InputTemplate: inputTransformer.inputTemplate } }),
});

/** By Pulumi's type. Null: a part of another resource, or unknown to CloudFormation. */
const translations: Readonly<Record<string, Translation | null>> = {
    "s3/bucket:Bucket": ["AWS::S3::Bucket", bucket],
    "s3/bucketVersioning:BucketVersioning": null,
    "s3/bucketOwnershipControls:BucketOwnershipControls": null,
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": null,
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": null,
    "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": null,
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": null,
    // CloudFormation has no type for an account's block of public access.
    "s3/accountPublicAccessBlock:AccountPublicAccessBlock": null,
    "s3/bucketPolicy:BucketPolicy": ["AWS::S3::BucketPolicy", ({ bucket, policy }) => ({ Bucket: bucket, PolicyDocument: parsed(policy) })],
    "kms/key:Key": ["AWS::KMS::Key", ({ policy, deletionWindowInDays, ...inputs }) => ({ ...renamed(inputs, {}), PendingWindowInDays: deletionWindowInDays, KeyPolicy: parsed(policy) })],
    "kms/alias:Alias": ["AWS::KMS::Alias", (inputs) => renamed(inputs, { name: "AliasName" })],
    "iam/role:Role": ["AWS::IAM::Role", ({ assumeRolePolicy, ...inputs }, beside, { outputs }) => ({
        ...renamed(inputs, { name: "RoleName" }), AssumeRolePolicyDocument: parsed(assumeRolePolicy),
        Policies: beside.all("iam/rolePolicy:RolePolicy", ({ role }) => [inputs.name, outputs!.id].includes(role)).map(({ name, policy }) => ({ PolicyName: name, PolicyDocument: parsed(policy) })),
    })],
    "iam/rolePolicy:RolePolicy": null,
    "cloudwatch/eventBus:EventBus": ["AWS::Events::EventBus", (inputs) => renamed(inputs, {})],
    // CloudFormation takes it by statement; the first stands for all, and the whole document is judged as a policy.
    "cloudwatch/eventBusPolicy:EventBusPolicy": ["AWS::Events::EventBusPolicy", ({ eventBusName, policy }) => ({ EventBusName: eventBusName, StatementId: parsed(policy).Statement[0].Sid, Statement: parsed(policy).Statement[0] })],
    "cloudwatch/eventRule:EventRule": ["AWS::Events::Rule", ({ eventPattern, ...inputs }, beside) => ({
        ...renamed(inputs, {}), EventPattern: parsed(eventPattern),
        Targets: beside.all("cloudwatch/eventTarget:EventTarget", (each) => each.rule === inputs.name && each.eventBusName === inputs.eventBusName).map(target),
    })],
    "cloudwatch/eventTarget:EventTarget": null,
    "sqs/queue:Queue": ["AWS::SQS::Queue", ({ redrivePolicy, redriveAllowPolicy, ...inputs }) => ({
        ...renamed(inputs, { name: "QueueName", messageRetentionSeconds: "MessageRetentionPeriod", visibilityTimeoutSeconds: "VisibilityTimeout" }),
        ...(redrivePolicy && { RedrivePolicy: parsed(redrivePolicy) }), ...(redriveAllowPolicy && { RedriveAllowPolicy: parsed(redriveAllowPolicy) }),
    })],
    "sqs/queuePolicy:QueuePolicy": ["AWS::SQS::QueuePolicy", ({ queueUrl, policy }) => ({ Queues: [queueUrl], PolicyDocument: parsed(policy) })],
    "sns/topic:Topic": ["AWS::SNS::Topic", (inputs) => renamed(inputs, { name: "TopicName" })],
    "sns/topicPolicy:TopicPolicy": ["AWS::SNS::TopicPolicy", ({ arn, policy }) => ({ Topics: [arn], PolicyDocument: parsed(policy) })],
    "sns/topicSubscription:TopicSubscription": ["AWS::SNS::Subscription", (inputs) => renamed(inputs, { topic: "TopicArn" })],
    "lambda/function:Function": ["AWS::Lambda::Function", ({ environment, code: _code, name, ...inputs }) => ({
        ...renamed(inputs, {}), FunctionName: name, Environment: { Variables: environment.variables }, Code: { ZipFile: "exports.handler = async () => {};" },
    })],
    "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["AWS::Lambda::EventInvokeConfig", (inputs) => ({ ...renamed(inputs, {}), Qualifier: "$LATEST" })],
    "lambda/eventSourceMapping:EventSourceMapping": ["AWS::Lambda::EventSourceMapping", (inputs) => renamed(inputs, {})],
    "scheduler/scheduleGroup:ScheduleGroup": ["AWS::Scheduler::ScheduleGroup", (inputs) => renamed(inputs, {})],
    "scheduler/schedule:Schedule": ["AWS::Scheduler::Schedule", (inputs) => renamed(inputs, {})],
    "cloudwatch/logGroup:LogGroup": ["AWS::Logs::LogGroup", (inputs) => renamed(inputs, { name: "LogGroupName" })],
    "cloudwatch/queryDefinition:QueryDefinition": ["AWS::Logs::QueryDefinition", (inputs) => renamed(inputs, {})],
    "cloudwatch/dashboard:Dashboard": ["AWS::CloudWatch::Dashboard", (inputs) => renamed(inputs, {})],
    "cloudwatch/metricAlarm:MetricAlarm": ["AWS::CloudWatch::Alarm", ({ dimensions, ...inputs }) => ({
        ...renamed(inputs, { name: "AlarmName", okActions: "OKActions", metricQueries: "Metrics" }), ...(dimensions && { Dimensions: list(dimensions, "Name", "Value") }),
    })],
    "cloudtrail/trail:Trail": ["AWS::CloudTrail::Trail", (inputs) => renamed(inputs, { name: "TrailName", enableLogging: "IsLogging" })],
    "cloudformation/stackSet:StackSet": ["AWS::CloudFormation::StackSet", (inputs, beside) => ({
        ...renamed(inputs, { name: "StackSetName" }),
        StackInstancesGroup: beside.all("cloudformation/stackSetInstance:StackSetInstance", ({ stackSetName }) => stackSetName === inputs.name)
            .map(({ deploymentTargets, stackSetInstanceRegion }) => ({ DeploymentTargets: cased(deploymentTargets), Regions: [stackSetInstanceRegion] })),
    })],
    "cloudformation/stackSetInstance:StackSetInstance": null,
    "organizations/policy:Policy": ["AWS::Organizations::Policy", ({ content, ...inputs }, beside, { outputs }) => ({
        ...renamed(without(inputs, "skipDestroy"), {}), Content: parsed(content),
        TargetIds: beside.all("organizations/policyAttachment:PolicyAttachment", ({ policyId }) => policyId === outputs!.id).map(({ targetId }) => targetId),
    })],
    "organizations/policyAttachment:PolicyAttachment": null,
};

/** CloudFormation's names of resources are letters and digits. */
const logicalId = (name: string) => name.split(/[^A-Za-z0-9]+/).map(pascal).join("");

/** By `<account> <Region>`. */
export function templatesOf({ resources }: Rendered): Readonly<Record<string, Template>> {
    const placed = resources.filter(({ type, account }) => account && type.startsWith("aws:")).map((each) => ({ ...each, type: each.type.slice(4), where: `${each.account} ${each.inputs.region ?? each.region}` }));
    return Object.fromEntries([...new Set(placed.map(({ where }) => where))].map((where) => {
        const here = placed.filter((each) => each.where === where);
        const beside: Beside = { all: (type, passes) => here.filter((each) => each.type === type && passes(each.inputs)).map(({ inputs }) => inputs) };
        const translated = here.flatMap((resource): [string, Resource][] => {
            const translation = translations[resource.type];
            if (translation === undefined) throw new Error(`${resource.type} has no translation: say in tests/documents/cloudFormation.ts what it is in CloudFormation, or that it is nothing there.`);
            if (!translation) return [];
            const [Type, properties] = translation;
            const kept = resource.retainOnDelete ? ({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" } as const) : {};
            return [[logicalId(resource.name), { Type, Properties: properties(resource.inputs, beside, resource), ...kept }]];
        });
        const Resources = Object.fromEntries(translated);
        if (Object.keys(Resources).length !== translated.length) throw new Error(`${where}: two resources have one logical id`);
        return [where, { AWSTemplateFormatVersion: "2010-09-09", Description: where, Resources }];
    }));
}
