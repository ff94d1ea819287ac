import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import type { Document, Sources } from "../policies/document";
import { undeliveredPolicy } from "../policies/forward";
import { tamperRuleArns } from "../policies/tamper";
import { triggerQueuePolicy } from "../policies/trigger";

const hour = 3600;
const fourteenDays = 14 * 24 * hour;

export interface HubQueuesArgs {
    readonly place: Place;
    readonly sources: Sources;
    /** Seconds; at least six times the starter's timeout plus the batching window. */
    readonly triggerVisibility: number;
    /** Seconds; at least six times the sealer's timeout. */
    readonly sealVisibility: number;
}

/**
 * The trigger queue and the seal queue, each with its dead letters, and what EventBridge couldn't deliver. SQS-managed
 * encryption: no key to lock EventBridge out.
 */
export class HubQueues extends AccountComponent {
    readonly triggerUrl: pulumi.Output<string>;
    readonly sealUrl: pulumi.Output<string>;
    /** Stand when the queues take what is sent. */
    readonly ready: pulumi.Resource[];

    constructor(name: string, { place, sources, triggerVisibility, sealVisibility }: HubQueuesArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Queues", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const triggers = this.queue(`${name}-trigger`, {
            name: names.triggerQueue,
            // One hour: the next sweep is the retry, so an outage leaves no storm behind.
            messageRetentionSeconds: hour,
            visibilityTimeoutSeconds: triggerVisibility,
            redrivePolicy: this.deadLetters(`${name}-dead-letters`, names.triggerDeadLetters, arns.triggerQueue),
        });
        // No queue policy: starter and sealer are roles of this account, whose own policies are enough.
        const seals = this.queue(`${name}-seal`, {
            name: names.sealQueue,
            // Twelve hours: longer than five receives of a request that can't be worked off, so that it ends among the dead
            // letters. What expires isn't lost: the starter asks again at every look until a manifest names the task.
            messageRetentionSeconds: 12 * hour,
            visibilityTimeoutSeconds: sealVisibility,
            redrivePolicy: this.deadLetters(`${name}-seal-dead-letters`, names.sealDeadLetters, arns.sealQueue),
        });
        const undelivered = this.queue(`${name}-undelivered`, { name: names.undeliveredQueue, messageRetentionSeconds: fourteenDays });
        this.triggerUrl = triggers.url;
        this.sealUrl = seals.url;
        this.ready = [
            this.policy(`${name}-trigger-policy`, triggers, triggerQueuePolicy(arns)),
            this.policy(`${name}-undelivered-policy`, undelivered, undeliveredPolicy(arns, sources, tamperRuleArns(place))),
            seals,
        ];
        this.registerOutputs({ triggerUrl: this.triggerUrl, sealUrl: this.sealUrl });
    }

    private queue(name: string, args: aws.sqs.QueueArgs): aws.sqs.Queue {
        return new aws.sqs.Queue(name, { sqsManagedSseEnabled: true, ...args }, { parent: this });
    }

    /**
     * A queue that takes the dead letters of one other; returns that one's redrive policy. AWS advises five receives or more:
     * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
     */
    private deadLetters(name: string, queueName: string, sourceArn: string): pulumi.Output<string> {
        const { arn } = this.queue(name, {
            name: queueName,
            messageRetentionSeconds: fourteenDays,
            redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [sourceArn] }),
        });
        return arn.apply((deadLetterTargetArn) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 }));
    }

    private policy(name: string, queue: aws.sqs.Queue, policy: Document): aws.sqs.QueuePolicy {
        return new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy: JSON.stringify(policy) }, { parent: this });
    }
}
