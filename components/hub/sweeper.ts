import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import { sweeperPolicy } from "../policies/trigger";
import { sweep } from "../../handlers/sweep";
import type { Enrolment } from "../../handlers/lib/types";
import { HubFunction } from "./function";
import { runOnSchedule } from "./schedule";

export interface SweeperArgs {
    readonly place: Place;
    readonly enrolment: Enrolment;
    readonly triggerUrl: pulumi.Input<string>;
    /** Topic that hears from every sweep; absent: none. */
    readonly heartbeatTopicArn?: string;
}

/** Every 15 minutes one trigger per enrolled account: RDS events are best effort, the sweep is the truth. */
export class Sweeper extends AccountComponent {
    constructor(name: string, { place, enrolment, triggerUrl, heartbeatTopicArn }: SweeperArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Sweeper", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const sweeper = new HubFunction(
            name,
            {
                place,
                functionName: names.sweeper,
                description: "Queues one trigger per enrolled account",
                policy: sweeperPolicy(arns, enrolment, heartbeatTopicArn),
                // An organization of 10,000 is read by some 800 calls, a few at a time.
                timeout: 180,
                environment: { TRIGGER_QUEUE_URL: triggerUrl, VAULT_BUCKET: names.bucket, ...(heartbeatTopicArn && { HEARTBEAT_TOPIC_ARN: heartbeatTopicArn }) },
                callbackFactory: sweep(enrolment),
            },
            { parent: this },
        );
        runOnSchedule(this, name, {
            backupAccountId: place.backupAccountId,
            roleName: names.scheduleRole,
            name: names.schedule,
            groupArn: arns.scheduleGroup,
            functionArn: arns.sweeper,
            lambda: sweeper.lambda,
            expression: "rate(15 minutes)",
            maximumAge: 600,
        });
        this.registerOutputs({});
    }
}
