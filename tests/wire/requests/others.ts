import { DescribeTrailsCommand, GetEventSelectorsCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeOrganizationCommand, ListAccountsForParentCommand, ListChildrenCommand, ListTagsForResourceCommand } from "@aws-sdk/client-organizations";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { patternOf } from "../../../handlers/lib/watching/logLines";
import { ok, type Judge, type Request } from "./request";

const assume = ({ sts, roleArn }: Judge, ExternalId?: string) => sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "rds-vault-starter", ExternalId }));
const sendTwo = ({ sqs }: Judge, QueueUrl: string) => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "111122223333", MessageBody: "one" }, { Id: "e1-1", MessageBody: "two" }] }));
const publish = ({ sns }: Judge, TopicArn: string) => sns.send(new PublishCommand({ TopicArn, Subject: "rds-vault heartbeat", Message: "{}" }));
const nobody = "999988887777";
const noUnit = (unit: string) => `${unit.slice(0, -1)}${unit.endsWith("0") ? 1 : 0}`;
const accountFields = ["Id", "Name", "State"].map((field) => `Accounts.0.${field}`);

const ofOrganizations: readonly Request[] = [
    { name: "DescribeOrganization", service: "organizations", send: ({ organizations }) => organizations.send(new DescribeOrganizationCommand({})), ...ok("Organization.Id", "Organization.MasterAccountId") },
    { name: "ListAccountsForParent", service: "organizations", send: ({ organizations, unit }) => organizations.send(new ListAccountsForParentCommand({ ParentId: unit })), ...ok(...accountFields) },
    { name: "ListAccountsForParent, first page", service: "organizations", send: ({ organizations, unit }) => organizations.send(new ListAccountsForParentCommand({ ParentId: unit, MaxResults: 1 })), ...ok("Accounts.0.Id", "NextToken") },
    { name: "ListAccountsForParent of an unknown unit", service: "organizations", send: ({ organizations, unit }) => organizations.send(new ListAccountsForParentCommand({ ParentId: noUnit(unit) })), expected: "400 ParentNotFoundException" },
    { name: "ListChildren", service: "organizations", send: ({ organizations, unit }) => organizations.send(new ListChildrenCommand({ ParentId: unit, ChildType: "ORGANIZATIONAL_UNIT" })), ...ok("Children.0.Id") },
    { name: "ListChildren of an unknown unit", service: "organizations", send: ({ organizations, unit }) => organizations.send(new ListChildrenCommand({ ParentId: noUnit(unit), ChildType: "ORGANIZATIONAL_UNIT" })), expected: "400 ParentNotFoundException" },
    { name: "ListTagsForResource", service: "organizations", send: ({ organizations, account }) => organizations.send(new ListTagsForResourceCommand({ ResourceId: account })), ...ok("Tags.0.Key", "Tags.0.Value") },
    { name: "ListTagsForResource of an unknown account", service: "organizations", send: ({ organizations }) => organizations.send(new ListTagsForResourceCommand({ ResourceId: nobody })), expected: "400 TargetNotFoundException" },
];

const ofTrails: readonly Request[] = [
    { name: "DescribeTrails", service: "cloudTrail", send: ({ cloudTrail }) => cloudTrail.send(new DescribeTrailsCommand({ includeShadowTrails: true })), ...ok("trailList.0.TrailARN", "trailList.0.IsMultiRegionTrail") },
    { name: "GetTrailStatus", service: "cloudTrail", send: ({ cloudTrail, trailArn }) => cloudTrail.send(new GetTrailStatusCommand({ Name: trailArn })), ...ok("IsLogging") },
    { name: "GetTrailStatus of an unknown trail", service: "cloudTrail", send: ({ cloudTrail, trailArn }) => cloudTrail.send(new GetTrailStatusCommand({ Name: `${trailArn}-none` })), expected: "400 TrailNotFoundException" },
    { name: "GetEventSelectors", service: "cloudTrail", send: ({ cloudTrail, trailArn }) => cloudTrail.send(new GetEventSelectorsCommand({ TrailName: trailArn })), ...ok("EventSelectors.0.IncludeManagementEvents", "EventSelectors.0.ReadWriteType") },
    { name: "GetEventSelectors of an unknown trail", service: "cloudTrail", send: ({ cloudTrail, trailArn }) => cloudTrail.send(new GetEventSelectorsCommand({ TrailName: `${trailArn}-none` })), expected: "400 TrailNotFoundException" },
];

const ofLogs: readonly Request[] = [
    { name: "FilterLogEvents of a word", service: "logs", send: ({ logs, logGroup }) => logs.send(new FilterLogEventsCommand({ logGroupName: logGroup, filterPattern: patternOf({ value: "sealed" }), startTime: 0, endTime: Date.now() })), reads: ["events.0.message", "events.0.timestamp", "events.1.message", "events.2.message"], expected: "200 events.0.message events.0.timestamp events.1.message" },
    { name: "FilterLogEvents, first page", service: "logs", send: ({ logs, logGroup }) => logs.send(new FilterLogEventsCommand({ logGroupName: logGroup, limit: 1 })), ...ok("events.0.message", "nextToken") },
    { name: "FilterLogEvents of an unknown group", service: "logs", send: ({ logs, logGroup }) => logs.send(new FilterLogEventsCommand({ logGroupName: `${logGroup}-none` })), expected: "400 ResourceNotFoundException" },
];

export const ofOthers: readonly Request[] = [
    { name: "AssumeRole", service: "sts", send: (judge) => assume(judge, "right"), ...ok("Credentials.AccessKeyId", "Credentials.SecretAccessKey", "Credentials.SessionToken", "Credentials.Expiration") },
    { name: "AssumeRole with a wrong external id", service: "sts", send: (judge) => assume(judge, "wrong"), expected: "403 AccessDenied" },
    { name: "AssumeRole without an external id", service: "sts", send: (judge) => assume(judge), expected: "403 AccessDenied" },
    { name: "SendMessageBatch", service: "sqs", send: (judge) => sendTwo(judge, judge.queueUrl), ...ok("Successful.0.Id", "Successful.0.MessageId", "Successful.1.Id") },
    { name: "SendMessageBatch to an unknown queue", service: "sqs", send: (judge) => sendTwo(judge, `${judge.queueUrl}-none`), expected: "400 QueueDoesNotExist" },
    { name: "Publish", service: "sns", send: (judge) => publish(judge, judge.topicArn), ...ok("MessageId") },
    { name: "Publish to an unknown topic", service: "sns", send: (judge) => publish(judge, `${judge.topicArn}-none`), expected: "404 NotFoundException" },
    ...ofOrganizations,
    ...ofTrails,
    ...ofLogs,
];
