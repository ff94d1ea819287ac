import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { rolePath } from "../arns";
import { schedulePolicy, scheduleTrust } from "../policies/trigger";

export interface ScheduleArgs {
    readonly backupAccountId: string;
    readonly roleName: string;
    /** Of the group and of the schedule in it. */
    readonly name: string;
    readonly groupArn: string;
    readonly functionArn: string;
    readonly lambda: aws.lambda.Function;
    /** In UTC. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
    readonly expression: string;
    /** After so many seconds Scheduler gives one run up. */
    readonly maximumAge: number;
}

/** Runs a function by EventBridge Scheduler, with a role and a schedule group of its own, since it is the group that the role's trust names. */
export function runOnSchedule(parent: pulumi.Resource, name: string, { backupAccountId, roleName, name: scheduleName, groupArn, functionArn, lambda, expression, maximumAge }: ScheduleArgs): void {
    const role = new aws.iam.Role(
        `${name}-schedule-role`,
        { name: roleName, path: rolePath, assumeRolePolicy: JSON.stringify(scheduleTrust(groupArn, backupAccountId)) },
        { parent },
    );
    const rights = new aws.iam.RolePolicy(
        `${name}-schedule-rights`,
        { name: "rights", role: role.name, policy: JSON.stringify(schedulePolicy(functionArn)) },
        { parent },
    );
    const group = new aws.scheduler.ScheduleGroup(`${name}-schedule-group`, { name: scheduleName }, { parent });
    new aws.scheduler.Schedule(
        `${name}-schedule`,
        {
            name: scheduleName,
            groupName: group.name,
            scheduleExpression: expression,
            scheduleExpressionTimezone: "UTC",
            flexibleTimeWindow: { mode: "OFF" },
            target: { arn: lambda.arn, roleArn: role.arn, retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: maximumAge } },
        },
        { parent, dependsOn: rights },
    );
}
