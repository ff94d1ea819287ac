import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { watch } from "../../handlers/watch";
import type { Enrolment } from "../../handlers/lib/types";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import { HubFunction } from "../hub/function";
import { runOnSchedule } from "../hub/schedule";
import { watcherPolicy } from "../policies/watch";

export interface WatcherArgs {
    readonly place: Place;
    readonly enrolment: Enrolment;
    /** Of the vault. */
    readonly keyArn: pulumi.Input<string>;
    /** Topic that the digest goes to, and the key that it is encrypted with. */
    readonly noticesArn: pulumi.Input<string>;
    readonly noticesKeyArn: pulumi.Input<string>;
    /** COMPLIANCE retention that every version must carry, in days. */
    readonly retentionDays: number;
    /** Topic that hears when the digest went out; absent: none. */
    readonly heartbeatTopicArn?: string;
}

/** Once a day: is the vault still locked, is an account's volume unusual, and what did the others say? The answer is a mail. */
export class Watcher extends AccountComponent {
    constructor(name: string, { place, enrolment, keyArn, noticesArn, noticesKeyArn, retentionDays, heartbeatTopicArn }: WatcherArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:Watcher", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);
        const { region } = place;

        const watcher = new HubFunction(
            name,
            {
                place,
                functionName: names.watcher,
                description: "Checks the vault's lock and mails the daily digest",
                policy: pulumi.all([keyArn, noticesKeyArn]).apply(([vaultKey, noticesKey]) => watcherPolicy({ arns, region, keyArn: vaultKey, noticesKeyArn: noticesKey, heartbeatTopicArn })),
                // Lambda's longest: 10,000 accounts say much in a day.
                timeout: 900,
                memoryMiB: 1024,
                environment: {
                    VAULT_BUCKET: names.bucket,
                    VAULT_KEY_ARN: keyArn,
                    NOTICES_TOPIC_ARN: noticesArn,
                    RETENTION_DAYS: String(retentionDays),
                    STARTER_LOGS: `/aws/lambda/${names.starter}`,
                    SEALER_LOGS: `/aws/lambda/${names.sealer}`,
                    SWEEPER_LOGS: `/aws/lambda/${names.sweeper}`,
                    ...(heartbeatTopicArn && { HEARTBEAT_TOPIC_ARN: heartbeatTopicArn }),
                },
                callbackFactory: watch(enrolment),
            },
            { parent: this },
        );
        // Scheduler invokes asynchronously (https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html), so it is Lambda that would run
        // one that throws twice more: three digests. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
        new aws.lambda.FunctionEventInvokeConfig(`${name}-once`, { functionName: watcher.lambda.name, maximumRetryAttempts: 0 }, { parent: this });
        runOnSchedule(this, name, {
            backupAccountId: place.backupAccountId,
            roleName: names.watchScheduleRole,
            name: names.watchSchedule,
            groupArn: arns.watchScheduleGroup,
            functionArn: arns.watcher,
            lambda: watcher.lambda,
            // An hour after the inventories of 6 o'clock.
            expression: "cron(0 7 * * ? *)",
            maximumAge: 3600,
        });
        this.registerOutputs({});
    }
}
