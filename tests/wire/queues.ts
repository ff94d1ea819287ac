import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Takes all messages that are visible in a queue, and returns their bodies. */
export async function taken(sqs: SQSClient, QueueUrl: string): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (!Messages.length) return bodies;
        for (const { Body, ReceiptHandle } of Messages) {
            bodies.push(Body!);
            await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
    }
}

/** Whether no message waits, and none is being worked off. */
export async function isEmpty(sqs: SQSClient, QueueUrl: string): Promise<boolean> {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] }));
    return Object.values(Attributes!).join() === "0,0";
}
