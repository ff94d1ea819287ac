import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import { starterPolicy } from "../policies/access";
import { start } from "../../handlers/start";
import type { Enrolment } from "../../handlers/lib/types";
import { HubFunction } from "./function";

/** Seconds. A look takes a few. Five receives of a poison record (visibility below) still end before the queue forgets it after an hour. */
export const starterTimeout = 90;
const batchingWindow = 20;
/** Six times the timeout plus the window: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export const triggerVisibility = 6 * starterTimeout + batchingWindow;

export interface StarterArgs {
    readonly place: Place;
    readonly enrolment: Enrolment;
    readonly keyArn: pulumi.Input<string>;
}

/** Takes batches of triggers and looks at each account in them once. */
export class Starter extends AccountComponent {
    constructor(name: string, { place, enrolment, keyArn }: StarterArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Starter", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const starter = new HubFunction(
            name,
            {
                functionName: names.starter,
                description: "Looks at source accounts and starts the exports that are due",
                policy: starterPolicy(arns, Object.keys(enrolment.accounts)),
                timeout: starterTimeout,
                environment: {
                    VAULT_BUCKET: names.bucket,
                    VAULT_KEY_ARN: keyArn,
                    ACCESS_ROLE: names.accessRole,
                    EXPORT_ROLE: names.exportRole,
                    EXTERNAL_ID: names.externalId,
                },
                callbackFactory: start(enrolment),
            },
            { parent: this },
        );
        new aws.lambda.EventSourceMapping(
            `${name}-triggers`,
            {
                eventSourceArn: arns.triggerQueue,
                functionName: starter.lambda.arn,
                batchSize: 20,
                maximumBatchingWindowInSeconds: batchingWindow,
                functionResponseTypes: ["ReportBatchItemFailures"],
                // Never reserved concurrency: a fresh account has ten in all.
                scalingConfig: { maximumConcurrency: 2 },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
