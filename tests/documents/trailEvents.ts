/**
 * Calls as CloudTrail tells EventBridge of them, and which tamper rules must ring.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { tamperCalls } from "../../components/watch/tamperCalls";

const account = "444455556666";
const shop = "111122223333";
const deployRole = `arn:aws:iam::${account}:role/rds-vault-deploy`;

const session = (roleArn: string) => ({
    type: "AssumedRole", principalId: "AROAEXAMPLE:s", accountId: roleArn.split(":")[4], arn: roleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/"),
    sessionContext: { sessionIssuer: { type: "Role", arn: roleArn, userName: roleArn.split("/").at(-1) }, attributes: { mfaAuthenticated: "false" } },
});
const root = { type: "Root", principalId: account, accountId: account, arn: `arn:aws:iam::${account}:root` };

export const callers = {
    root,
    rootForAService: { ...root, invokedBy: "config.amazonaws.com" },
    user: { type: "IAMUser", principalId: "AIDAEXAMPLE", accountId: account, userName: "alice", arn: `arn:aws:iam::${account}:user/alice` },
    admin: session(`arn:aws:iam::${account}:role/admin`),
    deploy: session(deployRole),
    namesake: session(`arn:aws:iam::${account}:role/x/rds-vault-deploy`),
    stranger: { type: "AWSAccount", principalId: "AROAEXAMPLE:s", accountId: shop },
    rds: { ...session(`arn:aws:iam::${shop}:role/rds-vault/access`), invokedBy: "export.rds.amazonaws.com" },
    service: { type: "AWSService", invokedBy: "rds.amazonaws.com" },
    unknown: { type: "Unknown" },
} as const;

export interface Call {
    readonly service: string;
    readonly name: string;
    readonly by: keyof typeof callers;
    readonly error?: string;
    readonly readOnly?: boolean;
    readonly type?: string;
    readonly source?: string;
}

export const trailEvent = ({ service, name, by, error, readOnly = false, type = "AWS API Call via CloudTrail", source = `aws.${service}` }: Call) => ({
    version: "0", id: "e", source, account, region: "eu-west-1", time: "2026-10-05T00:00:00Z", resources: [], "detail-type": type,
    detail: { eventVersion: "1.11", eventSource: `${service}.amazonaws.com`, eventName: name, readOnly, userIdentity: callers[by], eventID: "e", requestParameters: null, ...(error && { errorCode: error }) },
});

/** Rules by the end of their names; `foreign-grants` counts without a mail, and `forward` brings calls to global services from us-east-1. */
export const rings: readonly (readonly [Call, readonly string[]])[] = [
    [{ service: "s3", name: "PutBucketPolicy", by: "admin" }, ["bucket"]],
    [{ service: "s3", name: "PutBucketLifecycleConfiguration", by: "root" }, ["bucket", "root", "forward"]],
    [{ service: "s3", name: "PutBucketPolicy", by: "deploy" }, ["deploy"]],
    [{ service: "s3", name: "PutBucketPolicy", by: "deploy", error: "AccessDenied" }, ["bucket"]],
    [{ service: "s3", name: "PutBucketPolicy", by: "deploy", error: "MalformedPolicy" }, []],
    [{ service: "s3", name: "PutBucketPolicy", by: "namesake" }, ["bucket"]],
    [{ service: "s3", name: "GetBucketPolicy", by: "admin", readOnly: true }, []],
    [{ service: "s3", name: "ListBuckets", by: "root", readOnly: true }, ["root", "forward"]],
    [{ service: "s3", name: "GetBucketAcl", by: "rootForAService", readOnly: true }, []],
    [{ service: "kms", name: "ScheduleKeyDeletion", by: "user" }, ["key"]],
    [{ service: "kms", name: "ScheduleKeyDeletion", by: "root", source: "my.kms" }, []],
    [{ service: "kms", name: "DeleteKey", by: "service", type: "AWS Service Event via CloudTrail" }, ["key"]],
    [{ service: "kms", name: "CreateGrant", by: "admin" }, ["grants"]],
    [{ service: "kms", name: "CreateGrant", by: "rds" }, []],
    [{ service: "kms", name: "CreateGrant", by: "service" }, []],
    [{ service: "kms", name: "CreateGrant", by: "stranger" }, ["foreign-grants"]],
    [{ service: "kms", name: "RetireGrant", by: "unknown" }, ["foreign-grants"]],
    [{ service: "kms", name: "GenerateDataKey", by: "rds", readOnly: true }, []],
    [{ service: "sqs", name: "PurgeQueue", by: "user" }, ["delivery"]],
    [{ service: "lambda", name: "UpdateFunctionCode20150331v2", by: "admin" }, ["delivery"]],
    [{ service: "monitoring", name: "DeleteAlarms", by: "admin" }, ["evidence"]],
    [{ service: "iam", name: "CreateUser", by: "admin" }, ["identity", "forward"]],
    [{ service: "iam", name: "ListUsers", by: "admin", readOnly: true }, []],
    [{ service: "sts", name: "AssumeRoot", by: "stranger", readOnly: true }, ["identity", "forward"]],
    [{ service: "sts", name: "AssumeRole", by: "admin", readOnly: true }, []],
    [{ service: "signin", name: "ConsoleLogin", by: "root", type: "AWS Console Sign In via CloudTrail" }, ["root", "forward"]],
    [{ service: "signin", name: "ConsoleLogin", by: "root", type: "AWS Console Signin via CloudTrail" }, ["root", "forward"]],
    [{ service: "ec2", name: "RunInstances", by: "admin" }, []],
];

/** Every listed call and some others, by everybody, allowed and not: whether two matchers agree needs no expectation. */
export const manyCalls: readonly Call[] = tamperCalls
    .flatMap(({ services, names }) => names.flatMap((name) => (typeof name === "string" ? [name] : [name.prefix, `${name.prefix}20150331v2`])).flatMap((name) => services.map((service) => ({ service, name }))))
    .concat([{ service: "s3", name: "GetObject" }, { service: "signin", name: "ConsoleLogin" }, { service: "ec2", name: "RunInstances" }])
    .flatMap((call) => (Object.keys(callers) as (keyof typeof callers)[]).flatMap((by) => [undefined, "AccessDeniedException", "MalformedPolicy"].map((error) => ({ ...call, by, error, readOnly: error === undefined && by === "user" }))));
