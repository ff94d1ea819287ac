/** What every function of the hub needs besides its task: Lambda's trust, its queue, its log. */
import type { Arns } from "../arns";
import { document, type Statement } from "./document";

/** Every function's trust. No source condition: only a principal with iam:PassRole in this account can hand the role to Lambda. */
export const lambdaTrust = document({
    Sid: "Lambda",
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
});

/** What Lambda's poller needs of a function's role: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export const consumeQueue = (sid: string, queueArn: string): Statement => ({
    Sid: sid,
    Effect: "Allow",
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    Resource: queueArn,
});

export const listManifests = (arns: Arns): Statement => ({
    Sid: "ListManifests",
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: arns.bucket,
    Condition: { StringLike: { "s3:prefix": "manifests/*" } },
});

export const writeLogs = (logGroupArn: string): Statement => ({
    Sid: "WriteLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${logGroupArn}:*`,
});
