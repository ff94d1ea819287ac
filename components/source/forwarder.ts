import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf } from "../arns";
import { snapshotEvents } from "../policies/eventPattern";
import { forwarderPolicy, forwarderTrust } from "../policies/forward";
import type { SourceArgs } from "./args";
import { SourceRole } from "./role";

/** Forwards snapshot events to the hub, with its role; what can't be delivered goes to the hub's `undelivered` queue. */
export class Forwarder extends AccountComponent {
    constructor(name: string, { place, accountId, hubReady }: SourceArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:source:Forwarder", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const role = new SourceRole(
            `${name}-role`,
            { roleName: names.forwarder, trust: forwarderTrust(arns, accountId), policy: forwarderPolicy(arns) },
            { parent: this },
        );
        const rule = new aws.cloudwatch.EventRule(
            name,
            { name: names.forwarder, description: "RDS snapshot events to the backup account", eventPattern: JSON.stringify(snapshotEvents) },
            { parent: this },
        );
        new aws.cloudwatch.EventTarget(
            `${name}-target`,
            { rule: rule.name, targetId: "hub", arn: arns.bus, roleArn: role.arn, deadLetterConfig: { arn: arns.undeliveredQueue } },
            { parent: this, dependsOn: [role.ready, ...hubReady] },
        );
        this.registerOutputs({});
    }
}
