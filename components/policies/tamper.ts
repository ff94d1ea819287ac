/** Rule in the Region where IAM is logged → forwarder's role → default bus of the home Region; and the rules there that mail. */
import { arnsOf, namesOf, type Place } from "../arns";
import { iamRegion, tamperRuleNames } from "../watch/tamperCalls";
import { inBackup } from "./deployWatch";
import { document, serviceTrust, type Document } from "./document";

/** The rules that mail, on the default bus of the home Region. */
export const tamperRuleArns = (place: Place): string[] => tamperRuleNames(place).map((name) => inBackup(place, "events", `rule/${name}`));

/** The rule that forwards. */
export const iamForwarderName = (place: Place): string => `${namesOf(place).watch}-forward`;

export const iamForwarderRule = (place: Place): string =>
    `arn:${arnsOf(place).partition}:events:${iamRegion(place.region)}:${place.backupAccountId}:rule/${iamForwarderName(place)}`;

/** Every account has one in each Region. */
export const defaultBus = (place: Place): string => `arn:${arnsOf(place).partition}:events:${place.region}:${place.backupAccountId}:event-bus/default`;

export const iamForwarderTrust = (place: Place): Document =>
    serviceTrust("IamForwarderRule", "events.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": place.backupAccountId },
        ArnEquals: { "aws:SourceArn": iamForwarderRule(place) },
    });

/** A bus in another Region as target needs a role: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html */
export const iamForwarderPolicy = (place: Place): Document =>
    document({ Sid: "PutToHomeRegion", Effect: "Allow", Action: "events:PutEvents", Resource: defaultBus(place) });
