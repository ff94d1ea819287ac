// Doesn't prove the hop between two accounts' buses, queue policies, the key policy, TLS, and that of an account only its export role writes: MiniStack
// has none of them (deviations.ts).
import assert from "node:assert/strict";
import { PutEventsCommand, TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, DeleteRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { DescribeExportTasksCommand, RDSClient } from "@aws-sdk/client-rds";
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SendMessageCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetAccessKeyInfoCommand } from "@aws-sdk/client-sts";
import { parseManifestName } from "../../handlers/lib/manifestName";
import type { SimSnapshot } from "../../rehearsal/aws/types";
import { addInstance, addSnapshot } from "./databases";
import { adapted } from "./deviations";
import { startMiniStack, startMoto } from "./emulators";
import { nodeOf, nodeVersions, renderedFunctions } from "./functions";
import { arns, backup, keyArn, names, region, source, startHub, type Hub } from "./hub";
import { clientsOf, eventSource, install, queueUrlOf, rootOf, type Credentials } from "./ministack";
import { waitFor, type Peer } from "../peers/peer";
import { relayTo, type Passing } from "./relay";

const eventPattern = () => renderedFunctions().rendered.resources.find(({ name }) => name === "hub-bus-rule")!.inputs["eventPattern"] as string;

/** An RDS, and what happens to a call on its way there. */
interface Behind {
    readonly url: string;
    before?(passing: Passing): Promise<void>;
    stop(): Promise<void>;
}

/** MiniStack with the graph in it, and what stands behind its functions' RDS endpoint. */
async function startStage(version: (typeof nodeVersions)[number], rds: (hub: Hub, stackUrl: string) => Promise<Behind>) {
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
        return { stack, hub, rdsUrl: behind.url, nodes, stop, backup: rootOf(stack.url, backup), source: rootOf(stack.url, source) };
    } catch (error) {
        await stop();
        throw error;
    }
}
type Stage = Awaited<ReturnType<typeof startStage>>;

/** Event → forwarder's rule → bus → hub's rule → queue, then the hop to the hub's queue, which is the test's. */
async function announce(stage: Stage, arn: string): Promise<void> {
    const Detail = JSON.stringify({ EventID: "RDS-EVENT-0042", SourceArn: arn });
    const event = { Source: eventSource, DetailType: "RDS DB Snapshot Event", Detail, Resources: [arn] };
    const { FailedEntryCount } = await stage.source.events.send(new PutEventsCommand({ Entries: [event, { ...event, DetailType: "RDS DB Instance Event" }] }));
    assert.equal(FailedEntryCount, 0);
    const QueueUrl = queueUrlOf(stage.stack.url, source, names.triggerQueue);
    const [message, ...others] = await waitFor("the event in the queue", async () => (await stage.source.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages);
    assert.equal(others.length, 0, "the rules let an event through that they don't know");
    const body = JSON.parse(message!.Body!) as { account: string; resources: string[] };
    assert.deepEqual([body.account, body.resources], [source, [arn]]);
    await stage.backup.sqs.send(new SendMessageCommand({ QueueUrl: queueUrlOf(stage.stack.url, backup, names.triggerQueue), MessageBody: message!.Body }));
}

for (const version of nodeVersions) {
    describe(`the way to an export in MiniStack on Node ${version}, with moto as RDS`, function () {
        this.timeout(300_000);
        let stage: Stage;
        before(async () => void (stage = await startStage(version, () => startMoto(source))));
        after(() => stage?.stop());

        it("comes from an event to StartExportTask", async () => {
            const rds = new RDSClient({ endpoint: stage.rdsUrl, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
            await addInstance(rds, "orders");
            const arn = await addSnapshot(rds, "orders", "orders-1");
            await announce(stage, arn);
            const [task] = await waitFor("a task", async () => {
                const { ExportTasks = [] } = await rds.send(new DescribeExportTasksCommand({}));
                return ExportTasks.length ? ExportTasks : undefined;
            }).catch((error: Error) => assert.fail(`${error.message}\n${stage.stack.log()}`));
            assert.deepEqual([task!.SourceArn, task!.S3Bucket, task!.KmsKeyId], [arn, names.bucket, keyArn()]);
            assert.deepEqual([...stage.nodes], [version]);
        });
    });

    describe(`the whole way in MiniStack on Node ${version}, with the simulated RDS`, function () {
        this.timeout(300_000);
        let stage: Stage;
        let snapshot: SimSnapshot;
        const callers: string[] = [];
        before(async () => {
            stage = await startStage(version, async (hub, stackUrl) => ({
                url: hub.url,
                // The session is MiniStack's, which says whose it is; the simulation knows that account's access role by another key.
                async before({ headers }) {
                    const [, key = ""] = /Credential=([^/]+)/.exec(headers.authorization ?? "") ?? [];
                    const { Account = "" } = await rootOf(stackUrl, backup).sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: key }));
                    callers.push(Account);
                    headers.authorization = headers.authorization!.replace(key, hub.accessKeyOf(arns.accessRole(Account)));
                },
                stop: async () => undefined,
            }));
        });
        after(() => stage?.stop());

        const manifests = async () => (await stage.backup.s3.send(new ListObjectsV2Command({ Bucket: names.bucket, Prefix: "manifests/" }))).Contents ?? [];
        const look = () => stage.backup.sqs.send(new SendMessageCommand({ QueueUrl: queueUrlOf(stage.stack.url, backup, names.triggerQueue), MessageBody: JSON.stringify({ source: "rds-vault.sweep", account: source }) }));
        const assume = async (root: Stage["source"], RoleArn: string, more: { ExternalId?: string } = {}): Promise<Credentials> => {
            const { Credentials: given } = await root.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "wire", ...more }));
            return { accessKeyId: given!.AccessKeyId!, secretAccessKey: given!.SecretAccessKey!, sessionToken: given!.SessionToken! };
        };
        const denied = { name: "AccessDenied" };
        const rightsNamed = (name: string) => renderedFunctions().rendered.resources.find((each) => each.name === name)!.inputs as { role: string; name: string; policy: string };
        const everything = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } };
        /** A session that its own policy stops nowhere. */
        async function administratorOf(account: string) {
            const root = rootOf(stage.stack.url, account);
            const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" } });
            await root.iam.send(new CreateRoleCommand({ RoleName: "admin", AssumeRolePolicyDocument }));
            await root.iam.send(new PutRolePolicyCommand({ RoleName: "admin", PolicyName: "everything", PolicyDocument: JSON.stringify(everything) }));
            return clientsOf(stage.stack.url, await assume(root, `arn:aws:iam::${account}:role/admin`));
        }

        it("matches RDS's own event by the rendered pattern, and no account that isn't enrolled", async () => {
            const matches = async (account: string) => {
                const event = { id: "1", account, source: "aws.rds", time: "2026-11-23T00:00:00Z", region, resources: [], "detail-type": "RDS DB Snapshot Event", detail: { EventID: "RDS-EVENT-0042" } };
                return (await stage.backup.events.send(new TestEventPatternCommand({ EventPattern: eventPattern(), Event: JSON.stringify(event) }))).Result;
            };
            assert.deepEqual([await matches(source), await matches("999988887777")], [true, false]);
        });

        it("comes from an event to a task in RDS, as the source account's session", async () => {
            const { world } = stage.hub;
            world.rds.exportTimes = () => ({ starting: 1000, running: 1000 });
            const database = { account: source, kind: "instance", identifier: "orders", engine: "postgres", resourceId: "db-ORDERS123", sizeGiB: 1, tags: {} } as const;
            world.rds.addDatabase(database);
            snapshot = world.rds.createSnapshot({ database, type: "manual", identifier: "orders-1", silent: true });
            await announce(stage, snapshot.arn);
            await waitFor("a task", async () => world.rds.tasks(source)[0]).catch((error: Error) => assert.fail(`${error.message}\n${stage.stack.log()}`));
            assert.ok(callers.every((account) => account === source), `RDS was called by ${callers.join(", ")}`);
            assert.deepEqual([...stage.nodes], [version]);
        });

        it("comes from the export's end to a locked manifest", async () => {
            const { world } = stage.hub;
            const exporter = clientsOf(stage.stack.url, await assume(stage.source, arns.exportRole(source)));
            await waitFor("the export's time", async () => Date.now() > world.rds.tasks(source)[0]!.startedAt + 2500);
            await world.clock.run(Date.now());
            assert.equal(world.rds.tasks(source)[0]!.status, "COMPLETE");
            for (const { key, body, size, deleteMarker } of world.s3.versions(names.bucket, "exports/")) {
                if (deleteMarker) await exporter.s3.send(new DeleteObjectCommand({ Bucket: names.bucket, Key: key }));
                else await exporter.s3.send(new PutObjectCommand({ Bucket: names.bucket, Key: key, Body: Buffer.from(body ?? "x".repeat(Math.min(size, 1))), ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyArn() }));
            }
            await look();
            const [{ Key }] = await waitFor("a manifest", async () => {
                const found = await manifests();
                return found.length ? (found as [{ Key: string }]) : undefined;
            }).catch((error: Error) => assert.fail(`${error.message}\n${stage.stack.log()}`));
            assert.equal(parseManifestName(Key)?.outcome, "complete", Key);
            const { Body } = await stage.backup.s3.send(new GetObjectCommand({ Bucket: names.bucket, Key }));
            const manifest = JSON.parse(await Body!.transformToString()) as { objects: unknown[] };
            // What the exporter's credential check leaves is none of the export's objects.
            const written = world.s3.versions(names.bucket, "exports/").filter(({ key }) => /(\.parquet|\/_SUCCESS|\.json)$/.test(key));
            assert.equal(manifest.objects.length, written.length);
            const { ObjectLockMode, SSEKMSKeyId } = await stage.backup.s3.send(new HeadObjectCommand({ Bucket: names.bucket, Key }));
            assert.deepEqual([ObjectLockMode, SSEKMSKeyId], ["COMPLIANCE", keyArn()]);
        });

        it("brings a poison record to the dead letters, and takes its neighbour", async () => {
            const QueueUrl = queueUrlOf(stage.stack.url, backup, names.triggerQueue);
            await stage.backup.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: "1" } }));
            await stage.backup.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "poison" }));
            await look();
            const dead = await waitFor("the dead letter", async () => (await stage.backup.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrlOf(stage.stack.url, backup, names.triggerDeadLetters), MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }))).Messages);
            assert.deepEqual(dead.map(({ Body }) => Body), ["poison"]);
        });

        it("lends the access role to the starter with the external id, and to nobody else", async () => {
            const ExternalId = names.externalId;
            const access = arns.accessRole(source);
            // MiniStack lets root into a role that trusts Lambda.
            const starter = clientsOf(stage.stack.url, await assume(stage.backup, arns.starterRole));
            await assume(starter, access, { ExternalId });
            await assert.rejects(assume(starter, access, { ExternalId: "wrong" }), denied, "a wrong external id");
            await assert.rejects(assume(starter, access), denied, "no external id");
            for (const account of [backup, source, "222233334444"]) {
                await assert.rejects(assume(await administratorOf(account), access, { ExternalId }), denied, `an administrator of ${account}`);
            }
        });

        it("lets the export role write under its account's own prefix only, and send no other encryption, by its own rights and by the bucket's policy", async () => {
            const { s3 } = clientsOf(stage.stack.url, await assume(stage.source, arns.exportRole(source)));
            const put = (Key: string, more: object = {}) => s3.send(new PutObjectCommand({ Bucket: names.bucket, Key, Body: "x", ...more }));
            const refusals = async () => {
                await put(`exports/${source}/instance.orders/mine`);
                await assert.rejects(put("exports/222233334444/instance.orders/theirs"), denied);
                await assert.rejects(put(`manifests/${source}/forged.json`, { IfNoneMatch: "*" }), denied);
                await assert.rejects(put(`exports/${source}/other`, { ServerSideEncryption: "AES256" }), denied);
            };
            await refusals();
            // The bucket's policy refuses the same without the role's own.
            const { role: RoleName } = rightsNamed("shop-export-role-rights");
            await stage.source.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "everything", PolicyDocument: JSON.stringify(everything) }));
            await refusals();
            await stage.source.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "everything" }));
        });

        it("says what right is missing, and alarms", async () => {
            const { role: RoleName, name: PolicyName, policy } = rightsNamed("hub-starter-rights");
            const document = JSON.parse(policy) as { Statement: { Sid: string }[] };
            const put = (text: string) => stage.backup.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: adapted(text) }));
            const missing = () => /account-not-ready.*not authorized to perform: s3:ListBucket/.test(stage.stack.log(Infinity));
            assert.ok(!missing());
            await put(JSON.stringify({ ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== "ListManifests") }));
            try {
                await look();
                await waitFor("the alarm", async () => missing()).catch((error: Error) => assert.fail(`${error.message}\n${stage.stack.log()}`));
            } finally {
                await put(policy);
            }
        });
    });
}
