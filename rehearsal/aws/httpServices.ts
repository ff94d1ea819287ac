/** RDS, STS and SNS (query protocol, XML), SQS (JSON 1.0), Organizations, CloudWatch Logs and CloudTrail (JSON 1.1) over HTTP. */
import { createHash } from "node:crypto";
import type { Response, Service } from "./http";
import { trailApi } from "./trail";
import { AwsError } from "./types";
import { xml } from "./xml";

const sessionMs = 3_600_000;

const queryAnswer = (namespace: string, action: string, result: Record<string, unknown>): Response => ({
    headers: { "content-type": "text/xml" },
    body: xml(`${action}Response`, { [`${action}Result`]: result, ResponseMetadata: { RequestId: "0" } }, ` xmlns="${namespace}"`),
});

const queryError = ({ code, message, status }: AwsError): Response => ({
    status,
    headers: { "content-type": "text/xml" },
    body: xml("ErrorResponse", { Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message }, RequestId: "0" }),
});

export const serveRds: Service = {
    serve(world, { body, principal }) {
        const parameters = Object.fromEntries(new URLSearchParams(body.toString()));
        const action = parameters["Action"] ?? "";
        return queryAnswer("http://rds.amazonaws.com/doc/2014-10-31/", action, world.rds.api(principal, action, parameters));
    },
    error: queryError,
};

export const serveSts: Service = {
    serve(world, { body, principal }) {
        const { Action, RoleArn = "", RoleSessionName = "", ExternalId, DurationSeconds } = Object.fromEntries(new URLSearchParams(body.toString()));
        if (Action !== "AssumeRole") throw new AwsError("NotSimulated", `sts:${Action} isn't simulated`, 501);
        // Role chaining: an hour at most. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
        if (Number(DurationSeconds ?? 900) * 1000 > sessionMs) {
            throw new AwsError("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
        }
        const session = world.iam.assumeRole(principal, RoleArn, { sessionName: RoleSessionName, ...(ExternalId !== undefined && { externalId: ExternalId }) });
        return queryAnswer("https://sts.amazonaws.com/doc/2011-06-15/", "AssumeRole", {
            Credentials: {
                AccessKeyId: world.iam.issue(session),
                SecretAccessKey: "simulated",
                SessionToken: "simulated",
                Expiration: new Date(world.clock.now + sessionMs),
            },
            AssumedRoleUser: { AssumedRoleId: `AROASIMULATED:${RoleSessionName}`, Arn: session.arn },
        });
    },
    error: queryError,
};

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const serveSns: Service = {
    serve(world, { body, principal }) {
        const { Action, TopicArn = "", Message = "", Subject, ...others } = Object.fromEntries(new URLSearchParams(body.toString()));
        const unknown = Object.keys(others).find((name) => name !== "Version");
        if (Action !== "Publish" || unknown) throw new AwsError("NotSimulated", `sns:${Action} with ${unknown ?? "what is known"} isn't simulated`, 501);
        const MessageId = world.sns.publish(principal, TopicArn, { message: Message, ...(Subject !== undefined && { subject: Subject }) });
        return queryAnswer("http://sns.amazonaws.com/doc/2010-03-31/", "Publish", { MessageId });
    },
    error: ({ code, message, status }) => queryError(new AwsError(code === "AccessDenied" ? "AuthorizationError" : code, message, status)),
};

const md5 = (text: string) => createHash("md5").update(text).digest("hex");

export const serveSqs: Service = {
    serve(world, { headers, body, principal }) {
        const target = String(headers["x-amz-target"]);
        const input = JSON.parse(body.toString()) as { QueueUrl: string; MessageBody?: string; Entries?: { Id: string; MessageBody: string }[] };
        // https://sqs.<region>.amazonaws.com/<account>/<name>
        const [account, name] = new URL(input.QueueUrl).pathname.split("/").slice(1);
        const queueArn = `arn:${world.partition}:sqs:${world.region}:${account}:${name}`;
        const send = (text: string) => ({ MessageId: world.sqs.send(principal, queueArn, text), MD5OfMessageBody: md5(text) });
        if (target === "AmazonSQS.SendMessage") return json(200, send(input.MessageBody ?? ""));
        if (target === "AmazonSQS.SendMessageBatch") {
            const entries = input.Entries ?? [];
            // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
            if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request.");
            if (entries.length > 10) throw new AwsError("TooManyEntriesInBatchRequest", `Maximum number of entries per request are 10. You have sent ${entries.length}.`);
            if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.");
            return json(200, { Successful: entries.map(({ Id, MessageBody }) => ({ Id, ...send(MessageBody) })), Failed: [] });
        }
        throw new AwsError("NotSimulated", `${target} isn't simulated`, 501);
    },
    error: ({ code, message, status }) => json(status, { __type: `com.amazonaws.sqs#${code}`, message }),
};

export const serveOrganizations: Service = {
    serve(world, { headers, body, principal }) {
        const [, operation = ""] = /^AWSOrganizationsV20161128\.(\w+)$/.exec(String(headers["x-amz-target"])) ?? [];
        return json(200, world.organization.api(principal, operation, JSON.parse(body.toString()) as Record<string, unknown>), "1.1");
    },
    error: ({ code, message, status }) => json(status, { __type: code === "AccessDenied" ? "AccessDeniedException" : code, Message: message }, "1.1"),
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const serveLogs: Service = {
    serve(world, { headers, body, principal }) {
        const target = String(headers["x-amz-target"]);
        if (target !== "Logs_20140328.FilterLogEvents") throw new AwsError("NotSimulated", `${target} isn't simulated`, 501);
        const input = JSON.parse(body.toString()) as Parameters<typeof world.logs.filter>[1];
        const known = ["logGroupName", "filterPattern", "startTime", "endTime", "limit", "nextToken"];
        const unknown = Object.keys(input).find((name) => !known.includes(name));
        if (unknown) throw new AwsError("NotSimulated", `logs: FilterLogEvents with ${unknown} isn't simulated`, 501);
        return json(200, world.logs.filter(principal, input), "1.1");
    },
    error: ({ code, message, status }) => json(status, { __type: code === "AccessDenied" ? "AccessDeniedException" : code, message }, "1.1"),
};

export const serveCloudTrail: Service = {
    serve(world, { headers, body, principal }) {
        const [, operation = ""] = /CloudTrail_20131101\.(\w+)$/.exec(String(headers["x-amz-target"])) ?? [];
        return json(200, trailApi(world, principal, operation, JSON.parse(body.toString()) as Record<string, string>), "1.1");
    },
    error: ({ code, message, status }) => json(status, { __type: code === "AccessDenied" ? "AccessDeniedException" : code, message }, "1.1"),
};

const json = (status: number, value: unknown, version = "1.0"): Response => ({ status, headers: { "content-type": `application/x-amz-json-${version}` }, body: JSON.stringify(value) });
