/** Hub rule and sweep → trigger queue → starter. */
import type { Arns } from "../arns";
import { document, serviceTrust, type Document, type Statement } from "./document";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html */
export const triggerQueuePolicy = (arns: Arns): Document =>
    document({
        Sid: "HubRule",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: arns.triggerQueue,
        Condition: { ArnEquals: { "aws:SourceArn": arns.hubRule } },
    });

/** What Lambda's poller needs of a function's role: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export const consumeTriggers = (arns: Arns): Statement => ({
    Sid: "ConsumeTriggers",
    Effect: "Allow",
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    Resource: arns.triggerQueue,
});

export const writeLogs = (logGroupArn: string): Statement => ({
    Sid: "WriteLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${logGroupArn}:*`,
});

export const sweeperPolicy = (arns: Arns): Document =>
    document(
        { Sid: "SendTriggers", Effect: "Allow", Action: "sqs:SendMessage", Resource: arns.triggerQueue },
        writeLogs(arns.sweeperLogs),
    );

/** Scheduler sends the schedule *group* as source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
export const scheduleTrust = (arns: Arns, backupAccountId: string): Document =>
    serviceTrust("OurSchedules", "scheduler.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": backupAccountId },
        ArnEquals: { "aws:SourceArn": arns.scheduleGroup },
    });

export const schedulePolicy = (arns: Arns): Document =>
    document({ Sid: "RunSweep", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: arns.sweeper });

/** Both functions' trust. No source condition: only a principal with iam:PassRole in this account can hand the role to Lambda. */
export const lambdaTrust = document({
    Sid: "Lambda",
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
});
