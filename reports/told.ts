/** Who is told by the notices topic. */
import type { SNS } from "@aws-sdk/client-sns";
import type { Told } from "./evidence";

/** One that waits says so instead of its ARN; a removed one stays listed for a while. https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
export async function subscribers(sns: Pick<SNS, "listSubscriptionsByTopic">, topicArn: string): Promise<Told> {
    const pending: string[] = [];
    let confirmed = 0;
    let token: string | undefined;
    do {
        const page = await sns.listSubscriptionsByTopic({ TopicArn: topicArn, ...(token !== undefined && { NextToken: token }) });
        for (const { SubscriptionArn = "", Endpoint = "" } of page.Subscriptions ?? []) {
            if (SubscriptionArn === "PendingConfirmation") pending.push(Endpoint);
            else if (SubscriptionArn.startsWith("arn:")) confirmed++;
        }
        token = page.NextToken;
    } while (token !== undefined);
    return { confirmed, pending };
}
