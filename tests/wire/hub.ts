/** The rendered prod stack in the simulated AWS, on loopback: what stands behind the starter and the sealer where no peer does. */
import { createWorld } from "../../rehearsal/aws/world";
import { deploy } from "../../rehearsal/aws/deploy";
import { serve } from "../../rehearsal/aws/http";
import type { Principal } from "../../rehearsal/aws/types";
import { arnsOf, namesOf } from "../../components/arns";
import { resource8 } from "../../handlers/lib/database";
import { manifestName } from "../../handlers/lib/manifestName";
import { renderedFunctions } from "./functions";

export const region = "eu-west-1";
export const backup = "444455556666";
export const source = "111122223333";
const place = { stack: "prod", region, backupAccountId: backup };
export const names = namesOf(place);
export const arns = arnsOf(place);
export const keyArn = () => renderedFunctions().rendered.functions["start"]!.environment["VAULT_KEY_ARN"]!;

export const sessionOf = (roleArn: string, session = "wire"): Principal => ({
    arn: `${roleArn.replace(":iam:", ":sts:").replace(/role\/.*\//, "assumed-role/")}/${session}`,
    account: roleArn.split(":")[4]!,
    roleArn,
});

/** The key of a manifest. One makes an account proven: more than one export may run at a time. */
export const olderManifest = () =>
    manifestName({ account: source, dataDate: new Date().toISOString().slice(0, 10), kind: "instance", database: "old", resource8: resource8("db-OLD00000"), taskId: `e${"0".repeat(40)}-1`, outcome: "complete" });

export async function startHub() {
    const world = createWorld({ region, partition: "aws", start: Date.now(), seed: 1 });
    deploy(renderedFunctions().rendered, world);
    const front = await serve(world);
    const accessKeyOf = (roleArn: string) => world.iam.issue(sessionOf(roleArn));
    return {
        world,
        url: front.url,
        accessKeyOf,
        /** What a function gets from Lambda, and where it finds AWS. */
        environmentOf: (roleArn: string): Record<string, string> => ({
            AWS_ACCESS_KEY_ID: accessKeyOf(roleArn),
            AWS_SESSION_TOKEN: "token",
            AWS_ENDPOINT_URL: front.url,
            // The SDK takes a queue's URL for its endpoint.
            SEAL_QUEUE_URL: `${front.url}/${backup}/${names.sealQueue}`,
            TRIGGER_QUEUE_URL: `${front.url}/${backup}/${names.triggerQueue}`,
        }),
        async stop() {
            await front.stop();
            await world.lambda.stop();
        },
    };
}

export type Hub = Awaited<ReturnType<typeof startHub>>;
