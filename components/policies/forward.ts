/** Source account's forwarder rule → hub bus, and what can't be delivered → the hub's `undelivered` queue. */
import type { Arns } from "../arns";
import { accountRoots, document, serviceTrust, type Document } from "./document";

/** EventBridge assumes the forwarder role for this rule only. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html */
export const forwarderTrust = (arns: Arns, account: string): Document =>
    serviceTrust("ForwarderRule", "events.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": account },
        ArnEquals: { "aws:SourceArn": arns.forwarderRule(account) },
    });

export const forwarderPolicy = (arns: Arns): Document =>
    document({ Sid: "PutToHub", Effect: "Allow", Action: "events:PutEvents", Resource: arns.bus });

export const busPolicy = (arns: Arns, accounts: readonly string[]): Document =>
    document({
        Sid: "Forwarders",
        Effect: "Allow",
        Principal: accountRoots(arns.partition, accounts),
        Action: "events:PutEvents",
        Resource: arns.bus,
        Condition: { ArnLike: { "aws:PrincipalArn": arns.forwarderRole("*") } },
    });

/** Dead letters come from EventBridge itself, under the rule's ARN: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
export const undeliveredPolicy = (arns: Arns, accounts: readonly string[]): Document =>
    document(
        {
            Sid: "Forwarders",
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: arns.undeliveredQueue,
            Condition: { StringEquals: { "aws:SourceAccount": accounts }, ArnLike: { "aws:SourceArn": arns.forwarderRule("*") } },
        },
        {
            Sid: "HubRule",
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: arns.undeliveredQueue,
            Condition: { ArnEquals: { "aws:SourceArn": arns.hubRule } },
        },
    );
