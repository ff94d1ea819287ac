/**
 * The CloudFormation template that puts into a member what `components/source` puts into a listed account, from the same policy
 * builders and the same event pattern. Pure; objects throughout, no text with holes in it.
 */
import { arnsOf, namesOf, rolePath, type Place } from "../arns";
import { accessPolicy, accessTrust } from "../policies/access";
import type { Document } from "../policies/document";
import { snapshotEvents } from "../policies/eventPattern";
import { exportPolicy, exportTrust } from "../policies/export";
import { forwarderPolicy, forwarderTrust } from "../policies/forward";

/** What builders get for an account that only CloudFormation knows. */
const account = "${AWS::AccountId}";

/** @param keyArn the vault key */
export function sourceTemplate(place: Place, keyArn: string) {
    const arns = arnsOf(place);
    const names = namesOf(place);
    return {
        AWSTemplateFormatVersion: "2010-09-09",
        Description: "Lets the backup account save the RDS snapshots of this account",
        Resources: substituted({
            ExportRole: role(names.exportRole, exportTrust(account), exportPolicy(arns, account, keyArn)),
            AccessRole: role(names.accessRole, accessTrust(arns, place.backupAccountId, names.externalId), accessPolicy(arns, place.region, account, keyArn)),
            ForwarderRole: role(names.forwarder, forwarderTrust(arns, account), forwarderPolicy(arns)),
            Forwarder: {
                Type: "AWS::Events::Rule",
                Properties: {
                    Name: names.forwarder,
                    Description: "RDS snapshot events to the backup account",
                    EventPattern: snapshotEvents,
                    State: "ENABLED",
                    Targets: [{ Id: "hub", Arn: arns.bus, RoleArn: { "Fn::GetAtt": ["ForwarderRole", "Arn"] }, DeadLetterConfig: { Arn: arns.undeliveredQueue } }],
                },
            },
        }) as Record<string, TemplateResource>,
    };
}

export interface TemplateResource {
    readonly Type: string;
    readonly Properties: Readonly<Record<string, unknown>>;
}

const role = (name: string, trust: Document, policy: Document): TemplateResource => ({
    Type: "AWS::IAM::Role",
    Properties: { RoleName: name, Path: rolePath, AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: "rights", PolicyDocument: policy }] },
});

/** Has CloudFormation put in the account wherever a builder was given it, and the partition of every ARN. */
function substituted(value: unknown): unknown {
    if (value === account) return { Ref: "AWS::AccountId" };
    if (typeof value === "string") return value.includes(account) || value.startsWith("arn:") ? { "Fn::Sub": subText(value) } : value;
    if (Array.isArray(value)) return value.map(substituted);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substituted(each)]));
}

/**
 * Any other `${…}`, such as an IAM policy variable, must reach IAM as it stands:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
 */
const subText = (text: string) => text.replace(/\$\{(?!AWS::AccountId\})/g, "${!").replace(/^arn:[a-z-]+:/, "arn:${AWS::Partition}:");
