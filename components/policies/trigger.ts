/** Hub rule and sweep → trigger queue → starter. */
import type { Arns } from "../arns";
import { document, serviceTrust, type Document, type Sources } from "./document";
import { listManifests, writeLogs } from "./function";
import { readOrganization } from "./organization";

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

/** `heartbeatTopicArn`: that topic's own policy must let the sweeper's role publish too, if it is in another account. */
export const sweeperPolicy = (arns: Arns, { organization }: Pick<Sources, "organization">, heartbeatTopicArn?: string): Document =>
    document(
        { Sid: "SendTriggers", Effect: "Allow", Action: "sqs:SendMessage", Resource: arns.triggerQueue },
        // Where the organization can't be read, the manifests' names tell whose exports there are.
        ...(organization ? [readOrganization, listManifests(arns)] : []),
        ...(heartbeatTopicArn ? [{ Sid: "Heartbeat", Effect: "Allow", Action: "sns:Publish", Resource: heartbeatTopicArn } as const] : []),
        writeLogs(arns.sweeperLogs),
    );

/** Scheduler sends the schedule *group* as source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
export const scheduleTrust = (groupArn: string, backupAccountId: string): Document =>
    serviceTrust("OurSchedules", "scheduler.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": backupAccountId },
        ArnEquals: { "aws:SourceArn": groupArn },
    });

export const schedulePolicy = (functionArn: string): Document => document({ Sid: "RunFunction", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn });
