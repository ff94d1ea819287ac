import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import type { Document } from "../policies/document";
import { lambdaTrust } from "../policies/function";
import { dependencies } from "../../package.json";
import { namesOf, rolePath, type Place } from "../arns";

export interface HubFunctionArgs {
    readonly place: Place;
    /** Physical name of the function and its role. */
    readonly functionName: string;
    readonly description: string;
    /** May wait for the key's ARN, which AWS chooses. */
    readonly policy: pulumi.Input<Document>;
    /** Seconds. */
    readonly timeout: number;
    /** Default 512. */
    readonly memoryMiB?: number;
    readonly environment: Record<string, pulumi.Input<string>>;
    readonly callbackFactory: () => (event: never, context: aws.lambda.Context) => Promise<unknown>;
}

/** Six times the timeout plus the window: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export const visibilityFor = (timeout: number, batchingWindow = 0): number => 6 * timeout + batchingWindow;

/** What `measure` reads. */
export const perAccount = (isOn: boolean): Record<string, string> => (isOn ? { PER_ACCOUNT_METRICS: "true" } : {});

export interface ConsumerArgs {
    readonly queueArn: string;
    readonly batchSize: number;
    /** Seconds; absent: at once. */
    readonly batchingWindow?: number;
    /** Of this queue, 2 or more. Never reserved concurrency: a fresh account has ten executions in all. */
    readonly maximumConcurrency: number;
}

/** A serialized callback with everything said that Pulumi or AWS would otherwise choose: role, runtime, memory, log group. */
export class HubFunction extends AccountComponent {
    readonly lambda: aws.lambda.CallbackFunction<never, unknown>;

    constructor(name: string, args: HubFunctionArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Function", name, opts);
        const role = new aws.iam.Role(
            `${name}-role`,
            { name: args.functionName, path: rolePath, assumeRolePolicy: JSON.stringify(lambdaTrust) },
            { parent: this },
        );
        const rights = new aws.iam.RolePolicy(
            `${name}-rights`,
            { name: "rights", role: role.name, policy: pulumi.output(args.policy).apply((policy) => JSON.stringify(policy)) },
            { parent: this },
        );
        const logs = new aws.cloudwatch.LogGroup(
            `${name}-logs`,
            { name: `/aws/lambda/${args.functionName}`, retentionInDays: 400 },
            { parent: this },
        );
        this.lambda = new aws.lambda.CallbackFunction(
            name,
            {
                name: args.functionName,
                description: args.description,
                callbackFactory: args.callbackFactory,
                role,
                runtime: aws.lambda.Runtime.NodeJS24dX,
                architectures: ["arm64"],
                timeout: args.timeout,
                memorySize: args.memoryMiB ?? 512,
                // The alarms' metric tells stacks of one account apart by it.
                environment: { variables: { STACK: namesOf(args.place).prefix, ...args.environment } },
                loggingConfig: { logFormat: "Text", logGroup: logs.name },
                // The SDK is the runtime's own, so the archive is one file. A new object each: the constructor changes it.
                codePathOptions: { extraExcludePackages: Object.keys(dependencies) },
            },
            { parent: this, dependsOn: [rights, logs] },
        );
        this.registerOutputs({});
    }

    /** Lets the function work off a queue. Only the records that it names come back. */
    consume(name: string, { queueArn, batchSize, batchingWindow, maximumConcurrency }: ConsumerArgs, opts: pulumi.CustomResourceOptions): void {
        new aws.lambda.EventSourceMapping(
            name,
            {
                eventSourceArn: queueArn,
                functionName: this.lambda.arn,
                batchSize,
                ...(batchingWindow !== undefined && { maximumBatchingWindowInSeconds: batchingWindow }),
                functionResponseTypes: ["ReportBatchItemFailures"],
                scalingConfig: { maximumConcurrency },
            },
            opts,
        );
    }
}
