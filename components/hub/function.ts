import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import type { Document } from "../policies/document";
import { lambdaTrust } from "../policies/trigger";
import { dependencies } from "../../package.json";
import { rolePath } from "../arns";

export interface HubFunctionArgs {
    /** Physical name of the function and its role. */
    readonly functionName: string;
    readonly description: string;
    readonly policy: Document;
    /** Seconds. */
    readonly timeout: number;
    readonly environment: Record<string, pulumi.Input<string>>;
    readonly callbackFactory: () => (event: never) => Promise<unknown>;
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
            { name: "rights", role: role.name, policy: JSON.stringify(args.policy) },
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
                memorySize: 512,
                environment: { variables: args.environment },
                loggingConfig: { logFormat: "Text", logGroup: logs.name },
                // The SDK is the runtime's own, so the archive is one file. A new object each: the constructor changes it.
                codePathOptions: { extraExcludePackages: Object.keys(dependencies) },
            },
            { parent: this, dependsOn: [rights, logs] },
        );
        this.registerOutputs({});
    }
}
