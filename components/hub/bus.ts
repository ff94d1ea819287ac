import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import type { Sources } from "../policies/document";
import { enrolledSnapshotEvents } from "../policies/eventPattern";
import { busPolicy } from "../policies/forward";

export interface HubBusArgs {
    readonly place: Place;
    readonly sources: Sources;
}

/** Where the forwarders of all source accounts put their events, and the rule that queues those of enrolled accounts. */
export class HubBus extends AccountComponent {
    /** Stands when forwarders may send; EventBridge checks it when their target is put. */
    readonly ready: pulumi.Resource;

    constructor(name: string, { place, sources }: HubBusArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Bus", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const bus = new aws.cloudwatch.EventBus(name, { name: names.bus }, { parent: this });
        this.ready = new aws.cloudwatch.EventBusPolicy(
            `${name}-policy`,
            { eventBusName: bus.name, policy: JSON.stringify(busPolicy(arns, sources)) },
            { parent: this },
        );
        const rule = new aws.cloudwatch.EventRule(
            `${name}-rule`,
            {
                name: names.hubRule,
                eventBusName: bus.name,
                description: "Snapshot events of enrolled accounts",
                eventPattern: JSON.stringify(enrolledSnapshotEvents(sources)),
            },
            { parent: this },
        );
        // No input transformer: it doesn't escape, so a crafted resource string could forge fields.
        new aws.cloudwatch.EventTarget(
            `${name}-target`,
            {
                rule: rule.name,
                eventBusName: bus.name,
                targetId: "trigger-queue",
                arn: arns.triggerQueue,
                deadLetterConfig: { arn: arns.undeliveredQueue },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
