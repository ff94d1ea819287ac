/** `npm run bench -- sealer`: the deployed sealer with the real SDK, at the simulated S3 and at MinIO, beside bare calls for the same objects. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, PutObjectLockConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { namesOf } from "../components/arns";
import type { Destination } from "../handlers/lib/types";
import { deploy } from "../rehearsal/aws/deploy";
import { serve } from "../rehearsal/aws/http";
import { inProcess } from "../rehearsal/aws/lambdaInProcess";
import { createWorld } from "../rehearsal/aws/world";
import type { Rendered } from "../rehearsal/graph";
import { startMinio } from "../tests/peers/minio";
import { quartiles, ratioOf, spreadOf, type Benchmark, type How } from "./benchmark";
import { bigExport, type BigExport } from "./bigExport";
import { node, runProgram, settingsOf, sizes } from "./programs";
import { number, table } from "./table";

const work = ["sealer", "bare"] as const;

interface Took {
    readonly objects: number;
    readonly invocations: number;
    readonly outcome?: string;
    readonly seconds: number;
    readonly processorSeconds: number;
    readonly peakMiB: number;
}

interface Sealed {
    readonly server: string;
    readonly objects: number;
    readonly outcome: string;
    readonly sealer: Took[];
    readonly bare: Took[];
}

export interface Sealing {
    readonly sealed: Sealed[];
    /** Why the real server wasn't asked. */
    readonly without?: string;
}

/** A server that holds the export, unsealed: by environment. */
interface Server {
    readonly environment: Readonly<Record<string, string>>;
    readonly request: ReturnType<BigExport["request"]>;
    stop(): Promise<void>;
}

const size = sizes[0]!;
const minute = 60_000;

function destinationOf({ functions }: Rendered): Destination {
    const { stack, region, backupAccount, partition } = settingsOf(size);
    const { bucket, exportRole } = namesOf({ stack, region, backupAccountId: backupAccount.id });
    return { partition, bucket, exportRole, keyArn: functions.seal!.environment.VAULT_KEY_ARN! };
}

async function simulated(rendered: Rendered, big: BigExport): Promise<Server> {
    const { region, partition } = settingsOf(size);
    const start = Date.now();
    const world = createWorld({ region, partition, start, seed: 1, judge: () => ({ allowed: true, why: "not judged" }), runtime: inProcess() });
    deploy(rendered, world);
    const { bucket, keyArn } = destinationOf(rendered);
    const role = world.iam.assumeAsService("lambda.amazonaws.com", `arn:${partition}:iam::444455556666:role/rds-vault/${rendered.functions.seal!.environment.STACK}-sealer`, { account: "444455556666" });
    for (const [key, body] of big.objects) world.s3.put(role, bucket, key, { keyArn, body });
    const front = await serve(world);
    return { environment: { AWS_ENDPOINT_URL: front.url, AWS_ACCESS_KEY_ID: world.iam.issue(role), AWS_SECRET_ACCESS_KEY: "secret" }, request: big.request(start - minute, start), stop: () => front.stop() };
}

/** Versioned and under COMPLIANCE, without KMS: every object is a defect to the sealer, which costs it no call. */
async function minio(rendered: Rendered, big: BigExport): Promise<Server> {
    const { endpoint, accessKeyId, secretAccessKey, stop } = await startMinio();
    try {
        const { bucket } = destinationOf(rendered);
        const s3 = new S3Client({ endpoint, region: "eu-west-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
        const start = Date.now();
        await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
        await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 35 } } } }));
        const left = big.objects.entries();
        const writer = async () => {
            for (const [Key, Body] of left) await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentLength: Body.length }));
        };
        await Promise.all(Array.from({ length: 32 }, writer));
        s3.destroy();
        return { environment: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }, request: big.request(start - minute, Date.now()), stop };
    } catch (error) {
        await stop();
        throw error;
    }
}

const servers = { "simulated S3": simulated, "MinIO": minio };

/** Each round a new server, because a manifest is written once; who begins changes. */
async function seal(rendered: Rendered, handler: string, server: keyof typeof servers, count: number, rounds: number): Promise<Sealed> {
    const big = bigExport(count, destinationOf(rendered));
    const took: Record<(typeof work)[number], Took[]> = { sealer: [], bare: [] };
    for (let round = 0; round < rounds; round++) {
        const { environment, request, stop } = await servers[server](rendered, big);
        const env = {
            ...rendered.functions.seal!.environment, ...environment, AWS_REGION: "eu-west-1", AWS_LAMBDA_FUNCTION_NAME: "sealer", NODE_PATH: join(__dirname, "../node_modules"),
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        };
        const input = JSON.stringify({ folder: big.folder, event: { Records: [{ messageId: "1", body: JSON.stringify(request) }] } });
        try {
            for (const name of round % 2 ? [...work].reverse() : work) took[name].push(await node<Took>(["sealerChild.cjs"], { input, env: { ...env, HANDLER: name === "bare" ? name : handler } }));
        } finally {
            await stop();
        }
    }
    const wrong = [...took.sealer, ...took.bare].find(({ objects }) => objects !== count);
    if (wrong) throw new Error(`${server}: of ${count} objects ${wrong.objects} were seen`);
    return { server, objects: count, outcome: took.sealer[0]!.outcome ?? "", ...took };
}

async function measure({ quick, long, progress }: How): Promise<Sealing> {
    progress("sealer: the program");
    const { rendered } = await runProgram(size);
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-bench-"));
    const handler = join(folder, "sealer.js");
    writeFileSync(handler, rendered.functions.seal!.files["__index.js"]!);
    const sealed: Sealed[] = [];
    let without: string | undefined;
    try {
        for (const server of ["simulated S3", "MinIO"] as const) {
            for (const count of quick ? [100, 1000] : [100, 1000, 10_000, ...(long ? [100_000] : [])]) {
                progress(`sealer: ${number(count)} objects, ${server}`);
                try {
                    sealed.push(await seal(rendered, handler, server, count, quick || count > 1000 ? 1 : 4));
                } catch (error) {
                    if (server !== "MinIO" || !/^go /.test((error as Error).message)) throw error;
                    without = (error as Error).message.split("\n")[0]!;
                    progress(without);
                    break;
                }
            }
        }
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
    return { sealed, ...(without && { without }) };
}

const perSecond = (took: readonly Took[]) => spreadOf(took.map(({ objects, seconds }) => objects / seconds));
const beside = ({ sealer, bare }: Sealed) => ratioOf(sealer.map(({ processorSeconds }) => processorSeconds), bare.map(({ processorSeconds }) => processorSeconds));

export const sealer: Benchmark<Sealing> = {
    name: "sealer",
    about: "objects a second and memory, at the simulated S3 and at MinIO",
    measure,
    section: ({ sealed, without }) => `The deployed sealer with the real SDK over HTTP, a process each with loading, from the request to the manifest. *Bare* lists the same versions and sends the same HEAD for each, as many at once, and nothing else. Both servers run on the same machine, so the rate is theirs as much as the sealer's; on AWS it is the network's.

${table(
    ["server", "objects", "runs", "objects a second", "quartiles", "of bare processor time", "quartiles ", "peak MiB", "bare, MiB", "processor seconds", "manifest"],
    sealed.map((each) => {
        const [rate, ratio] = [perSecond(each.sealer), beside(each)];
        const peak = (took: readonly Took[]) => number(spreadOf(took.map(({ peakMiB }) => peakMiB)).median);
        return [each.server, number(each.objects), number(rate.runs), number(rate.median), quartiles(rate, 0), `× ${number(ratio.median, 2)}`, quartiles(ratio, 2), peak(each.sealer), peak(each.bare), number(spreadOf(each.sealer.map(({ processorSeconds }) => processorSeconds)).median, 1), each.outcome];
    }),
)}

${without ? `MinIO wasn't asked: ${without}` : "MinIO runs without a key management, so to the sealer each object lacks the vault's key, and the manifest is `partial`; the calls are the same."}`,
    rows: ({ sealed }) =>
        sealed.filter((each, index) => sealed[index + 1]?.server !== each.server).map((each) => ({
            what: `sealing ${number(each.objects)} objects (${each.server})`,
            measured: `${number(perSecond(each.sealer).median)} objects a second, ${number(spreadOf(each.sealer.map(({ peakMiB }) => peakMiB)).median)} MiB`,
            beside: `× ${number(beside(each).median, 2)} of the processor time of bare list and HEADs`,
            goal: "-",
        })),
};
