import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { namesOf, partitionOf, type Place } from "../arns";

/** What is asked, of which functions' logs. Field names are those of the lines (handlers/lib/log.ts). */
const queries = {
    alarms: {
        of: ["starter", "sealer", "sweeper", "watcher"],
        text: `fields @timestamp, message, account, database, reason, task, class, detail | filter level = "ERROR"`,
    },
    looks: {
        of: ["starter"],
        text: [
            `fields @timestamp, message, account, BeyondRpo, OldestUnprotectedHours, Started, Waiting, reason`,
            `| filter message in ["look", "beyond-rpo", "account-not-ready", "account-lost", "look-died"]`,
        ].join("\n"),
    },
    sealed: {
        of: ["sealer"],
        text: [
            `fields @timestamp, message, account, database, task, outcome, objects, bytes, SealLagMinutes, reason`,
            `| filter message in ["sealed", "not-yet", "partial", "seal-died", "vault-not-ready"]`,
        ].join("\n"),
    },
    account: {
        of: ["starter", "sealer"],
        text: `# Put in the account that you want to know about.\nfields @timestamp, level, message, database, reason, task, detail | filter account = "000000000000" and message != "inventory"`,
    },
} as const;

export type QueryName = keyof typeof queries;
export const queryNames = Object.keys(queries) as QueryName[];

/** Slashes make folders: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_Insights-Saving-Queries.html */
export const savedQuery = ({ stack }: Place, query: QueryName): string => `rds-vault/${stack}/${query}`;

/** The query as it is saved, newest lines first. */
export const queryText = (query: QueryName): string => `${queries[query].text}\n| sort @timestamp desc\n| limit 500`;

/** CloudWatch's console in the Region. What follows the Region in such addresses is documented nowhere, so it ends there. */
export function consoleUrl({ region }: Place): string {
    const host = { aws: "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com" }[partitionOf(region)];
    return `https://${host}/cloudwatch/home?region=${region}`;
}

/** Saved Logs Insights queries, which the alarms' texts point to. */
export class SavedQueries extends AccountComponent {
    constructor(name: string, { place }: { readonly place: Place }, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:SavedQueries", name, opts);
        const names = namesOf(place);
        for (const query of queryNames) {
            new aws.cloudwatch.QueryDefinition(
                `${name}-${query}`,
                { name: savedQuery(place, query), logGroupNames: queries[query].of.map((part) => `/aws/lambda/${names[part]}`), queryString: queryText(query) },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
