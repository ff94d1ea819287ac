/**
 * CloudTrail: judged calls as events on the default buses of those whom they concern. Only management events: data events must be asked for,
 * and our trail doesn't. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
import { iamRegion } from "../../components/watch/tamperCalls";
import { globalServices } from "./context";
import { AwsError, type AwsEvent, type JudgedCall, type KnownOfCall, type Principal, type World } from "./types";

/**
 * What CloudTrail answers to the one who asks: every account has one trail of all Regions, which logs all management events, as
 * `record` does. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html
 */
export function trailApi(world: World, principal: Principal, operation: string, { Name, TrailName }: { readonly Name?: string; readonly TrailName?: string }): Record<string, unknown> {
    const account = principal.account ?? "";
    const arn = `arn:${world.partition}:cloudtrail:${world.region}:${account}:trail/simulated`;
    const asked = Name ?? TrailName ?? arn;
    const isOne = operation !== "DescribeTrails";
    world.authorize({ principal, action: `cloudtrail:${operation}`, resource: isOne ? asked : "*", resourceAccount: account });
    if (asked !== arn) throw new AwsError("TrailNotFoundException", `Unknown trail: ${asked}`);
    if (operation === "DescribeTrails") return { trailList: [{ Name: "simulated", TrailARN: arn, HomeRegion: world.region, IsMultiRegionTrail: true, IsOrganizationTrail: false, IncludeGlobalServiceEvents: true }] };
    if (operation === "GetTrailStatus") return { IsLogging: true };
    if (operation === "GetEventSelectors") return { TrailARN: arn, EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] }] };
    throw new AwsError("NotSimulated", `cloudtrail:${operation} isn't simulated`, 501);
}

/** AWS says "typically within 5 minutes": https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html */
const delay = 5 * 60_000;

/**
 * Data events, and calls that CloudTrail doesn't log. KMS's cryptographic calls are management events, high in number as they are:
 * https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html. The others:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html (objects and lists of them),
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-logging-using-cloudtrail.html,
 * https://docs.aws.amazon.com/sns/latest/dg/logging-using-cloudtrail.html, https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/logging_cw_api_calls_cwl.html,
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/logging-using-cloudtrail.html. PassRole is a right, not a call.
 */
const notLogged = /^(s3:(.*Object(Version|Retention|LegalHold|Acl|Tagging)?|ListBucket(Versions)?)|sqs:(SendMessage|ReceiveMessage|DeleteMessage|ChangeMessageVisibility)(Batch)?|sns:Publish|lambda:InvokeFunction|logs:(PutLogEvents|FilterLogEvents)|events:PutEvents|iam:PassRole)$/;

/** Where the call has another name than the right. https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html and S3's page above. */
const callNames: Readonly<Record<string, string>> = {
    "lambda:UpdateFunctionCode": "UpdateFunctionCode20150331v2",
    "lambda:UpdateFunctionConfiguration": "UpdateFunctionConfiguration20150331v2",
    "lambda:PutFunctionConcurrency": "PutFunctionConcurrency20171031",
    "s3:PutLifecycleConfiguration": "PutBucketLifecycle",
};

/** Of services that CloudTrail calls otherwise than IAM does: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html */
const sourceNames: Readonly<Record<string, string>> = { cloudwatch: "monitoring" };

/** What CloudTrail counts as reading, of the calls that are made here. */
const reads = /^(Get|List|Describe|AssumeRole$|Decrypt$|GenerateDataKey)/;

const known = new Map<string, KnownOfCall | undefined>();
/** Absent: CloudTrail doesn't log it as a management event. */
export function knownOf(action: string): KnownOfCall | undefined {
    if (known.has(action)) return known.get(action);
    const [service, name] = action.split(":") as [string, string];
    const eventName = callNames[action] ?? name;
    const source = sourceNames[service] ?? service;
    const made = notLogged.test(action) ? undefined : { source: `aws.${source}`, "detail-type": "AWS API Call via CloudTrail", detail: { eventSource: `${source}.amazonaws.com`, eventName, readOnly: reads.test(eventName) } };
    known.set(action, made);
    return made;
}

/**
 * Tells the caller's account of a call, and the owner's too unless the call was refused: so KMS, and we take it for all services.
 * https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html. Calls that no rule waits for cost a look-up.
 */
export function record(world: World, call: JudgedCall): void {
    const of = knownOf(call.action);
    if (!of) return;
    const { principal, resourceAccount, allowed, at } = call;
    const caller = principal.account ?? resourceAccount;
    tell(caller);
    if (allowed && resourceAccount !== caller) tell(resourceAccount);

    function tell(account: string): void {
        const service = of!.source.slice("aws.".length);
        const region = globalServices.has(service) ? iamRegion(world.region) : world.region;
        if (!world.events.listens(account, region, of!)) return;
        // From the call's number: the seeded chance is for what happens, and watching must not change it.
        const event = eventOf(call, of!, account, region, world.calls.length);
        world.clock.at(at + delay, () => world.events.tell(account, event));
    }
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export function eventOf(call: JudgedCall, of: KnownOfCall, account: string, region: string, count: number): AwsEvent {
    const { at, principal, error, resource } = call;
    const number = count.toString(16).padStart(12, "0");
    const time = new Date(at).toISOString();
    return {
        version: "0", id: `00000000-0000-4000-c000-${number}`, "detail-type": of["detail-type"], source: of.source, account, time, region, resources: [],
        detail: {
            eventVersion: "1.11", eventTime: time, awsRegion: region, eventType: "AwsApiCall", managementEvent: true, eventCategory: "Management", recipientAccountId: account,
            ...of.detail,
            userIdentity: identityOf(principal, call),
            sourceIPAddress: principal.service ?? call.context?.["aws:CalledViaLast"] ?? "203.0.113.7",
            requestID: `00000000-0000-4000-d000-${number}`,
            eventID: `00000000-0000-4000-e000-${number}`,
            resources: [{ ARN: resource }],
            ...(error !== undefined && { errorCode: error, errorMessage: call.why }),
        },
    };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
function identityOf({ arn, account, roleArn, service }: Principal, { context }: JudgedCall): Record<string, unknown> {
    if (service) return { type: "AWSService", invokedBy: service };
    const invokedBy = invoker(context);
    if (!roleArn) return { type: "Root", principalId: account, arn, accountId: account, ...(invokedBy && { invokedBy }) };
    const userName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
    return {
        type: "AssumedRole", principalId: `AROASIMULATED:${arn.slice(arn.lastIndexOf("/") + 1)}`, arn, accountId: account,
        sessionContext: { sessionIssuer: { type: "Role", principalId: "AROASIMULATED", arn: roleArn, accountId: account, userName } },
        ...(invokedBy && { invokedBy }),
    };
}

/** A service that uses a key in the caller's name: `rds.eu-west-1.amazonaws.com` of `kms:ViaService`. */
function invoker(context: JudgedCall["context"]): string | undefined {
    const via = context?.["kms:ViaService"];
    return typeof via === "string" ? `${via.split(".")[0]}.amazonaws.com` : undefined;
}
