/** Alarms, tamper rules and the digest → notices topic, and the key that it is encrypted with. */
import { arnsOf, namesOf, partitionOf, rootArn, type Place } from "../arns";
import { document, type Document, type Statement } from "./document";
import { keyDenies } from "./vaultKey";

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
export const alarmArn = ({ region, backupAccountId }: Place, name: string): string => `arn:${partitionOf(region)}:cloudwatch:${region}:${backupAccountId}:alarm:${name}`;

/** Of a rule on the account's default bus. */
const ruleArn = ({ region, backupAccountId }: Place, name: string) => `arn:${partitionOf(region)}:events:${region}:${backupAccountId}:rule/${name}`;

/**
 * Who may publish. The watcher's own policy is enough, since it is in the account.
 *
 * The rules are allowed without a condition: AWS says that conditions can't be used in topic policies for EventBridge
 * (https://github.com/awsdocs/amazon-eventbridge-user-guide/blob/main/doc_source/eb-use-resource-based.md#amazon-sns-permissions),
 * and one that EventBridge doesn't fill in would swallow every tamper notice without a trace. What EventBridge does fill in is
 * held against our rules by the deny, which lets pass what says nothing about its source.
 * @param rules names of the rules on the default bus that publish here
 */
export const noticesTopicPolicy = (place: Place, rules: readonly string[]): Document => {
    const arns = arnsOf(place);
    const alarms = alarmArn(place, `${namesOf(place).watch}-*`);
    const publish = { Action: "sns:Publish", Resource: arns.notices } as const;
    return document(
        {
            // https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html#sns-publish-to-topic-with-cloudwatch-alarm-in-different-account
            Sid: "Alarms",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            ...publish,
            Condition: { StringEquals: { "aws:SourceAccount": place.backupAccountId }, ArnLike: { "aws:SourceArn": alarms } },
        },
        { Sid: "TamperRules", Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, ...publish },
        {
            Sid: "DenyOtherRules",
            Effect: "Deny",
            Principal: { Service: "events.amazonaws.com" },
            ...publish,
            Condition: { Null: { "aws:SourceArn": "false" }, ArnNotEquals: { "aws:SourceArn": rules.map((rule) => ruleArn(place, rule)) } },
        },
        {
            // https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
            Sid: "DenyPlainHttp",
            Effect: "Deny",
            Principal: { AWS: "*" },
            ...publish,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
    );
};

/**
 * The key policy. In a key policy `Resource: "*"` means this key. Which roles use it is the account's own IAM to say: it protects
 * notices, which hold names and reasons and no data. The vault key's denies stand here too: without this key alarms, tamper notices and
 * the digest are silent at once.
 *
 * What the services need, and that EventBridge supports no condition here:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
export const noticesKeyPolicy = ({ region, backupAccountId }: Place, deployRoleArn: string, breakGlassRoleArn?: string): Document => {
    const use: Statement = { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: "*" };
    return document(
        ...keyDenies({ deployRoleArn, breakGlassRoleArn }),
        { Sid: "Account", Effect: "Allow", Principal: { AWS: [rootArn(partitionOf(region), backupAccountId)] }, Action: "kms:*", Resource: "*" },
        { Sid: "Alarms", ...use, Principal: { Service: "cloudwatch.amazonaws.com" }, Condition: { StringEquals: { "aws:SourceAccount": backupAccountId } } },
        // What may be published, and so encrypted, the topic's policy says.
        { Sid: "TamperRules", ...use, Principal: { Service: "events.amazonaws.com" } },
    );
};
