/** The deploy role's rights over what watches. */
import { arnsOf, namesOf, partitionOf, type Place } from "../arns";
import { iamRegion } from "../watch/tamperCalls";
import type { Statement } from "./document";
import { trailArn } from "./trail";

export const inBackup = ({ region, backupAccountId }: Place, service: string, resource: string) =>
    `arn:${partitionOf(region)}:${service}:${region}:${backupAccountId}:${resource}`;

/** On the default buses of the home Region and of the one where IAM is logged. */
export const watchRules = (place: Place): string[] =>
    [...new Set([place.region, iamRegion(place.region)])].map((region) => inBackup({ ...place, region }, "events", `rule/${namesOf(place).watch}-*`));

/** Topic, alarms, dashboard, saved queries and trail. A trail is never stopped or deleted: it stays when the stack goes. */
export function watchStatements(place: Place): Statement[] {
    const { notices } = arnsOf(place);
    const { watch, dashboard, noticesKey } = namesOf(place);
    return [
        {
            Sid: "Topic",
            Effect: "Allow",
            Action: [
                "sns:CreateTopic",
                "sns:GetTopicAttributes",
                // The doctor's: who has confirmed.
                "sns:ListSubscriptionsByTopic",
                "sns:SetTopicAttributes",
                "sns:ListTagsForResource",
                "sns:DeleteTopic",
                "sns:Subscribe",
            ],
            Resource: notices,
        },
        {
            // Asked of the alias and of its key: https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
            Sid: "NoticesKeyAlias",
            Effect: "Allow",
            Action: ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
            Resource: [inBackup(place, "kms", noticesKey), inBackup(place, "kms", "key/*")],
        },
        {
            Sid: "Alarms",
            Effect: "Allow",
            Action: ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource"],
            Resource: inBackup(place, "cloudwatch", `alarm:${watch}-*`),
        },
        {
            Sid: "Dashboard",
            Effect: "Allow",
            Action: ["cloudwatch:PutDashboard", "cloudwatch:GetDashboard", "cloudwatch:DeleteDashboards"],
            // Dashboards have no Region.
            Resource: `arn:${partitionOf(place.region)}:cloudwatch::${place.backupAccountId}:dashboard/${dashboard}`,
        },
        {
            Sid: "Trail",
            Effect: "Allow",
            Action: ["cloudtrail:CreateTrail", "cloudtrail:StartLogging", "cloudtrail:UpdateTrail", "cloudtrail:ListTags"],
            Resource: trailArn(place),
        },
        {
            // A subscription is no type of resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html
            Sid: "Subscriptions",
            Effect: "Allow",
            Action: ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"],
            Resource: "*",
        },
        {
            // Listing is checked on all alarms; the others know no resource.
            Sid: "AlarmsQueriesAliases",
            Effect: "Allow",
            Action: ["cloudwatch:DescribeAlarms", "logs:PutQueryDefinition", "logs:DescribeQueryDefinitions", "logs:DeleteQueryDefinition", "kms:ListAliases"],
            Resource: "*",
        },
    ];
}
