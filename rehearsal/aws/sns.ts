/** Topics that keep what they were told. Nothing is delivered: who reads mail isn't simulated. */
import { AwsError, type Notice, type Principal, type Sns, type World } from "./types";

interface Topic {
    readonly arn: string;
    readonly account: string;
    readonly keyArn?: string;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const longest = { subject: 100, message: 262_144 };

export function createSns(world: World): Sns {
    const topics = new Map<string, Topic>();
    const messages: Notice[] = [];
    const subscriptions: { topicArn: string; protocol: string; endpoint: string }[] = [];

    /** SNS uses the key in the publisher's name: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services */
    function useKey(principal: Principal, keyArn: string, context: Record<string, string>): void {
        const via = principal.service ? context : { "kms:ViaService": `sns.${world.region}.amazonaws.com` };
        for (const action of ["kms:GenerateDataKey", "kms:Decrypt"]) world.kms.use(principal, action, keyArn, via);
    }

    return {
        messages,
        subscriptions,
        addTopic: (topic) => void topics.set(topic.arn, topic),
        subscribe: (topicArn, protocol, endpoint) => void subscriptions.push({ topicArn, protocol, endpoint }),
        publish(principal, topicArn, { message, subject }, source) {
            const topic = topics.get(topicArn);
            if (!topic) throw new AwsError("NotFound", `Topic does not exist: ${topicArn}`, 404);
            const context: Record<string, string> = source ? { "aws:SourceArn": source.arn, "aws:SourceAccount": source.account } : {};
            world.authorize({ principal, action: "sns:Publish", resource: topicArn, resourceAccount: topic.account, context });
            if (subject !== undefined && (subject === "" || subject.length > longest.subject)) throw new AwsError("InvalidParameter", "Invalid parameter: Subject");
            if (message === "" || Buffer.byteLength(message) > longest.message) throw new AwsError("InvalidParameter", "Invalid parameter: Message");
            if (topic.keyArn) useKey(principal, topic.keyArn, context);
            messages.push({ topicArn, at: world.clock.now, principal, message, ...(subject !== undefined && { subject }), ...(source && { sourceArn: source.arn, event: source.event }) });
            return `00000000-0000-4000-b000-${messages.length.toString().padStart(12, "0")}`;
        },
    };
}
