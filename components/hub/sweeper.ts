import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, rolePath, type Place } from "../arns";
import { schedulePolicy, scheduleTrust, sweeperPolicy } from "../policies/trigger";
import { sweep } from "../../handlers/sweep";
import type { Enrolment } from "../../handlers/lib/types";
import { HubFunction } from "./function";

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
        const role = new aws.iam.Role(
            `${name}-schedule-role`,
            { name: names.scheduleRole, path: rolePath, assumeRolePolicy: JSON.stringify(scheduleTrust(arns, place.backupAccountId)) },
            { parent: this },
        );
        const rights = new aws.iam.RolePolicy(
            `${name}-schedule-rights`,
            { name: "rights", role: role.name, policy: JSON.stringify(schedulePolicy(arns)) },
            { parent: this },
        );
        const group = new aws.scheduler.ScheduleGroup(`${name}-schedule-group`, { name: names.schedule }, { parent: this });
        new aws.scheduler.Schedule(
            `${name}-schedule`,
            {
                name: names.schedule,
                groupName: group.name,
                scheduleExpression: "rate(15 minutes)",
                flexibleTimeWindow: { mode: "OFF" },
                target: { arn: sweeper.lambda.arn, roleArn: role.arn, retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 600 } },
            },
            { parent: this, dependsOn: rights },
        );
        this.registerOutputs({});
    }
}
