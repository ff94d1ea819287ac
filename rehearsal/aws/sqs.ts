/** Standard queues. No jitter of order, no spontaneous duplicates: whoever wants these sends twice. */
import { AwsError, type Message, type Principal, type QueueOptions, type Sqs, type World } from "./types";

interface Queue {
    readonly options: QueueOptions;
    /** In the order of arrival. */
    readonly messages: Map<string, Message>;
    readonly wakes: (() => void)[];
}

export function createSqs(world: World): Sqs {
    const queues = new Map<string, Queue>();
    let sent = 0;

    function queueOf(arn: string): Queue {
        const queue = queues.get(arn);
        if (!queue) throw new AwsError("AWS.SimpleQueueService.NonExistentQueue", `The specified queue does not exist: ${arn}`);
        return queue;
    }

    function judged(principal: Principal, action: string, arn: string, context?: Record<string, string>): Queue {
        const queue = queueOf(arn);
        world.authorize({ principal, action: `sqs:${action}`, resource: arn, resourceAccount: queue.options.account, context });
        return queue;
    }

    /** Counted from the first enqueueing, also after a redrive: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
    function dropExpired({ options, messages }: Queue): void {
        for (const message of messages.values()) {
            if (world.clock.now >= message.sentAt + options.retentionMs) messages.delete(message.id);
        }
    }

    function put(queue: Queue, message: Message): void {
        queue.messages.set(message.id, message);
        for (const wake of queue.wakes) wake();
    }

    return {
        addQueue: (options) => void queues.set(options.arn, { options, messages: new Map(), wakes: [] }),
        send(principal, queueArn, body, context) {
            const queue = judged(principal, "SendMessage", queueArn, context);
            const id = `00000000-0000-4000-8000-${(++sent).toString().padStart(12, "0")}`;
            put(queue, { id, body, sentAt: world.clock.now, receives: 0, visibleAt: world.clock.now });
            return id;
        },
        receive(principal, queueArn, max) {
            // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
            if (max < 1 || max > 10) throw new AwsError("InvalidParameterValue", `MaxNumberOfMessages must be between 1 and 10, not ${max}`);
            const queue = judged(principal, "ReceiveMessage", queueArn);
            const { deadLetter, visibilityMs } = queue.options;
            dropExpired(queue);
            const received: Message[] = [];
            for (const message of queue.messages.values()) {
                if (received.length === max) break;
                if (message.visibleAt > world.clock.now) continue;
                if (deadLetter && message.receives >= deadLetter.maxReceiveCount) {
                    queue.messages.delete(message.id);
                    put(queueOf(deadLetter.arn), { ...message, visibleAt: world.clock.now });
                    continue;
                }
                message.receives++;
                message.visibleAt = world.clock.now + visibilityMs;
                received.push(message);
            }
            return received;
        },
        remove: (principal, queueArn, id) => void judged(principal, "DeleteMessage", queueArn).messages.delete(id),
        messages(queueArn) {
            const queue = queueOf(queueArn);
            dropExpired(queue);
            return [...queue.messages.values()];
        },
        arns: () => [...queues.keys()],
        onSend: (queueArn, wake) => void queueOf(queueArn).wakes.push(wake),
    };
}
