/** The rendered prod stack in MiniStack, with what stands behind its functions' RDS endpoint. */
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetAccessKeyInfoCommand } from "@aws-sdk/client-sts";
import { waitFor, type Peer } from "../peers/peer";
import { startMiniStack } from "./emulators";
import { nodeOf, type NodeVersion } from "./functions";
import { arns, backup, keyArn, names, region, source, startHub, type Hub } from "./hub";
import { clientsOf, install, queueUrlOf, rootOf, type Credentials } from "./ministack";
import { relayTo, type Passing } from "./relay";

/** An RDS, and what happens to a call on its way there. */
interface Behind {
    readonly url: string;
    before?(passing: Passing): Promise<void>;
    stop(): Promise<void>;
}

/** A session of a role, which MiniStack lends to an account's root where it trusts a service. */
export async function assume(account: ReturnType<typeof rootOf>, RoleArn: string, more: { ExternalId?: string } = {}): Promise<Credentials> {
    const { Credentials: given } = await account.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "wire", ...more }));
    return { accessKeyId: given!.AccessKeyId!, secretAccessKey: given!.SecretAccessKey!, sessionToken: given!.SessionToken! };
}

/** @param callers hears the account of each call */
export const simulatedRds = (callers: (account: string) => void = () => undefined) => async (hub: Hub, stackUrl: string): Promise<Behind> => ({
    url: hub.url,
    // The session is MiniStack's, which says whose it is; the simulation knows that account's access role by another key.
    async before({ headers }) {
        const [, key = ""] = /Credential=([^/]+)/.exec(headers.authorization ?? "") ?? [];
        const { Account = "" } = await rootOf(stackUrl, backup).sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: key }));
        callers(Account);
        headers.authorization = headers.authorization!.replace(key, hub.accessKeyOf(arns.accessRole(Account)));
    },
    stop: async () => undefined,
});

export async function startStage(version: NodeVersion, rds: (hub: Hub, stackUrl: string) => Promise<Behind>) {
    const stops: (() => Promise<void>)[] = [];
    const stop = async () => {
        for (const each of stops.splice(0).reverse()) await each();
    };
    const kept = <T extends { stop(): Promise<void> }>(started: T): T => {
        stops.push(() => started.stop());
        return started;
    };
    try {
        const stack: Peer = kept(await startMiniStack(region, nodeOf(version)));
        const hub = kept(await startHub());
        const behind = kept(await rds(hub, stack.url));
        const nodes = new Set<string>();
        const relay = kept(await relayTo(behind.url, async (passing) => {
            // The SDK says what it runs on.
            nodes.add(/md\/nodejs#(\d+)/.exec(passing.headers["user-agent"] ?? "")?.[1] ?? `not told by ${passing.headers["user-agent"]}`);
            await behind.before?.(passing);
        }));
        await install(stack.url, { AWS_ENDPOINT_URL: stack.url, AWS_ENDPOINT_URL_RDS: relay.url });
        hub.world.rds.exportTimes = () => exportTimes;
        return { brought: 0, stack, hub, rdsUrl: behind.url, nodes, stop, backup: rootOf(stack.url, backup), source: rootOf(stack.url, source) };
    } catch (error) {
        await stop();
        throw error;
    }
}
export type Stage = Awaited<ReturnType<typeof startStage>>;

/** What the sweep sends. */
export const askForLook = (stage: Stage) =>
    stage.backup.sqs.send(new SendMessageCommand({ QueueUrl: queueUrlOf(stage.stack.url, backup, names.triggerQueue), MessageBody: JSON.stringify({ source: "rds-vault.sweep", account: source }) }));

/** The keys of the manifests. */
export async function manifestsOf(stage: Stage): Promise<string[]> {
    const { Contents = [] } = await stage.backup.s3.send(new ListObjectsV2Command({ Bucket: names.bucket, Prefix: "manifests/" }));
    return Contents.map(({ Key }) => Key!);
}

/** Milliseconds of virtual time. */
export const exportTimes = { starting: 1000, running: 1000 };

/** Lets virtual time pass, and waits for the real one: MiniStack and the functions go by that, and what they do may not come before what it is about. */
export async function pass({ hub: { world } }: Stage, milliseconds: number): Promise<void> {
    const until = world.clock.now + milliseconds;
    await waitFor("the real clock", async () => Date.now() >= until);
    await world.clock.run(until);
}

/** Ends the exports that run in the simulated RDS, and brings what these wrote into MiniStack's bucket, as the export role. */
export async function endExports(stage: Stage): Promise<void> {
    const { world } = stage.hub;
    await pass(stage, exportTimes.starting + exportTimes.running);
    const { s3 } = clientsOf(stage.stack.url, await assume(stage.source, arns.exportRole(source)));
    const written = world.s3.versions(names.bucket, "exports/");
    for (const { key, body, size, deleteMarker } of written.slice(stage.brought)) {
        if (deleteMarker) await s3.send(new DeleteObjectCommand({ Bucket: names.bucket, Key: key }));
        else await s3.send(new PutObjectCommand({ Bucket: names.bucket, Key: key, Body: Buffer.from(body ?? "x".repeat(Math.min(size, 1))), ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyArn() }));
    }
    stage.brought = written.length;
}
