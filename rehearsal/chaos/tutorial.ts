/**
 * The design that public tutorials print, for comparison: a function per event that starts an export at once, under a random id;
 * what fails is received five times a minute apart and then lies among the dead letters. No sweep, no queue of work, no sealing.
 */
import type { Stack } from "./world";
import { changed } from "./world";

interface Records {
    readonly Records: readonly { readonly body: string }[];
}

/** Its text is deployed, so it stands alone. Environment as the starter's. */
const handler = () => {
    const { RDSClient, StartExportTaskCommand } = require("@aws-sdk/client-rds") as typeof import("@aws-sdk/client-rds");
    const { STSClient, AssumeRoleCommand } = require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts");
    const { randomUUID } = require("crypto") as typeof import("crypto");
    const { VAULT_BUCKET, VAULT_KEY_ARN, ACCESS_ROLE, EXPORT_ROLE, EXTERNAL_ID } = process.env;
    // Instance and cluster snapshots, automated and manual, that have become available.
    const created = ["RDS-EVENT-0091", "RDS-EVENT-0042", "RDS-EVENT-0169", "RDS-EVENT-0075"];

    return async ({ Records }: Records) => {
        for (const { body } of Records) {
            const { account, detail } = JSON.parse(body) as { account: string; detail: { EventID: string; SourceArn: string } };
            if (!created.includes(detail.EventID)) continue;
            const sts = new STSClient({});
            const RoleArn = `arn:aws:iam::${account}:role/rds-vault/${ACCESS_ROLE}`;
            const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "tutorial", ExternalId: EXTERNAL_ID }));
            const credentials = { accessKeyId: Credentials?.AccessKeyId ?? "", secretAccessKey: Credentials?.SecretAccessKey ?? "", sessionToken: Credentials?.SessionToken };
            const rds = new RDSClient({ credentials: async () => credentials });
            await rds.send(
                new StartExportTaskCommand({
                    ExportTaskIdentifier: `export-${randomUUID()}`,
                    SourceArn: detail.SourceArn,
                    S3BucketName: VAULT_BUCKET,
                    S3Prefix: `exports/${account}`,
                    IamRoleArn: `arn:aws:iam::${account}:role/rds-vault/${EXPORT_ROLE}`,
                    KmsKeyId: VAULT_KEY_ARN,
                }),
            );
        }
    };
};

/** The same stack with the tutorial's function in the starter's place. */
export function tutorial(stack: Stack): Stack {
    const { start, ...others } = stack.rendered.functions;
    if (!start) throw new Error("the graph holds no starter");
    const files = { "__index.js": `const __tutorial = ${handler.toString()};\nexports.handler = __tutorial();\n` };
    return changed(
        stack,
        (resource) => {
            const { type, inputs } = resource;
            if (type === "aws:scheduler/schedule:Schedule") return undefined;
            const of = (what: string, suffix: string) => type === what && String(inputs.name ?? inputs.functionName).endsWith(suffix);
            if (of("aws:lambda/function:Function", "-starter")) return { ...resource, inputs: { ...inputs, timeout: 30 } };
            if (of("aws:sqs/queue:Queue", "-trigger")) return { ...resource, inputs: { ...inputs, visibilityTimeoutSeconds: 60, messageRetentionSeconds: 345_600 } };
            if (type !== "aws:lambda/eventSourceMapping:EventSourceMapping" || !String(inputs.eventSourceArn).endsWith("-trigger")) return resource;
            return { ...resource, inputs: { ...inputs, batchSize: 1, maximumBatchingWindowInSeconds: 0, functionResponseTypes: [] } };
        },
        { ...others, start: { ...start, files } },
    );
}
