/** Source account's forwarder rule → hub bus; and what can't be delivered, the tamper rules' notices too → the hub's `undelivered` queue. */
import type { Arns } from "../arns";
import { allowSources, document, inUnits, serviceTrust, type Document, type Sources, type Statement } from "./document";

/** EventBridge assumes the forwarder role for this rule only. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html */
export const forwarderTrust = (arns: Arns, account: string): Document =>
    serviceTrust("ForwarderRule", "events.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": account },
        ArnEquals: { "aws:SourceArn": arns.forwarderRule(account) },
    });

export const forwarderPolicy = (arns: Arns): Document =>
    document({ Sid: "PutToHub", Effect: "Allow", Action: "events:PutEvents", Resource: arns.bus });

export const busPolicy = (arns: Arns, sources: Sources): Document =>
    document(...allowSources(arns.partition, sources, "Forwarders", arns.forwarderRole("*"), { Action: "events:PutEvents", Resource: arns.bus }));

/**
 * Dead letters come from EventBridge itself, under the rule's ARN: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html.
 * @param tamperRules ARNs; like the hub rule's they hold the backup account, so that no further condition could narrow them
 */
export function undeliveredPolicy(arns: Arns, { accounts, organization }: Sources, tamperRules: readonly string[]): Document {
    const send = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: arns.undeliveredQueue } as const;
    const rule = { ArnLike: { "aws:SourceArn": arns.forwarderRule("*") } };
    const listed: Statement = { Sid: "Forwarders", ...send, Condition: { StringEquals: { "aws:SourceAccount": accounts }, ...rule } };
    return document(
        ...(accounts.length > 0 ? [listed] : []),
        ...(organization ? [{ Sid: "ForwardersInUnits", ...send, Condition: { ...inUnits("Source", organization), ...rule } }] : []),
        { Sid: "HubRule", ...send, Condition: { ArnEquals: { "aws:SourceArn": arns.hubRule } } },
        { Sid: "TamperRules", ...send, Condition: { ArnEquals: { "aws:SourceArn": [...tamperRules] } } },
    );
}
