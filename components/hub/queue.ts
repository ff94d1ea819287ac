import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import type { Document } from "../policies/document";
import { undeliveredPolicy } from "../policies/forward";
import { triggerQueuePolicy } from "../policies/trigger";

const hour = 3600;
const fourteenDays = 14 * 24 * hour;

export interface HubQueuesArgs {
    readonly place: Place;
    readonly accounts: readonly string[];
    /** Seconds; at least six times the starter's timeout plus the batching window. */
    readonly visibilityTimeoutSeconds: number;
}

/** The trigger queue, its dead letters, and what EventBridge couldn't deliver. SQS-managed encryption: no key to lock EventBridge out. */
export class HubQueues extends AccountComponent {
    readonly triggerUrl: pulumi.Output<string>;
    readonly ready: pulumi.Resource[];

    constructor(name: string, { place, accounts, visibilityTimeoutSeconds }: HubQueuesArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Queues", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const deadLetters = this.queue(`${name}-dead-letters`, {
            name: names.triggerDeadLetters,
            messageRetentionSeconds: fourteenDays,
            redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arns.triggerQueue] }),
        });
        const triggers = this.queue(`${name}-trigger`, {
            name: names.triggerQueue,
            // One hour: the next sweep is the retry, so an outage leaves no storm behind.
            messageRetentionSeconds: hour,
            visibilityTimeoutSeconds,
            redrivePolicy: deadLetters.arn.apply((deadLetterTargetArn) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 })),
        });
        const undelivered = this.queue(`${name}-undelivered`, { name: names.undeliveredQueue, messageRetentionSeconds: fourteenDays });
        this.triggerUrl = triggers.url;
        this.ready = [
            this.policy(`${name}-trigger-policy`, triggers, triggerQueuePolicy(arns)),
            this.policy(`${name}-undelivered-policy`, undelivered, undeliveredPolicy(arns, accounts)),
        ];
        this.registerOutputs({ triggerUrl: this.triggerUrl });
    }

    private queue(name: string, args: aws.sqs.QueueArgs): aws.sqs.Queue {
        return new aws.sqs.Queue(name, { sqsManagedSseEnabled: true, ...args }, { parent: this });
    }

    private policy(name: string, queue: aws.sqs.Queue, policy: Document): aws.sqs.QueuePolicy {
        return new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy: JSON.stringify(policy) }, { parent: this });
    }
}
