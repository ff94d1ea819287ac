// Doesn't prove limits, life cycle and rights of exports: moto says `complete` at once, without an end, ignores filters, and judges nobody.
import assert from "node:assert/strict";
import { DeleteDBSnapshotCommand, DescribeExportTasksCommand, RDSClient, StartExportTaskCommand } from "@aws-sdk/client-rds";
import { addCluster, addClusterSnapshot, addInstance, addSnapshot } from "./databases";
import { startMoto } from "./emulators";
import { batch, nodeVersions, said, startFunction } from "./functions";
import { arns, keyArn, names, olderManifest, region, sessionOf, source, startHub, type Hub } from "./hub";
import type { Peer } from "../peers/peer";
import { relayTo, type Passing } from "./relay";

const trigger = (...resources: string[]) => ({ source: "aws.rds", account: source, resources });

for (const version of nodeVersions) {
    describe(`the starter's deployed text on Node ${version} against moto's RDS`, function () {
        this.timeout(300_000);
        let moto: Peer;
        let hub: Hub;
        let rds: RDSClient;
        const stops: (() => Promise<void>)[] = [];

        before(async () => void (moto = await startMoto(source)));
        after(() => moto?.stop());
        beforeEach(async () => {
            await (await fetch(`${moto.url}/moto-api/reset`, { method: "POST" })).arrayBuffer();
            hub = await startHub();
            stops.push(() => hub.stop());
            rds = new RDSClient({ endpoint: moto.url, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
        });
        afterEach(async () => {
            for (const stop of stops.splice(0).reverse()) await stop();
        });

        function starter(rdsUrl = moto.url) {
            const environment = startFunction("start", version, { ...hub.environmentOf(arns.starterRole), AWS_ENDPOINT_URL_RDS: rdsUrl });
            stops.push(() => environment.stop());
            return environment;
        }
        async function relayed(before: (passing: Passing) => Promise<void> | void): Promise<string> {
            const relay = await relayTo(moto.url, before);
            stops.push(() => relay.stop());
            return relay.url;
        }
        const tasks = async () => (await rds.send(new DescribeExportTasksCommand({}))).ExportTasks ?? [];
        const prove = () => void hub.world.s3.put(sessionOf(arns.sealerRole), names.bucket, olderManifest(), { body: "{}", size: 2, ifNoneMatch: "*" });

        it("starts one export of a new account, with the parameters that RDS knows", async () => {
            await addInstance(rds, "orders");
            await addInstance(rds, "reports", "sqlserver-ex");
            const arn = await addSnapshot(rds, "orders", "orders-1");
            await addSnapshot(rds, "orders", "orders-2");
            await addSnapshot(rds, "reports", "reports-1");
            const answer = await starter().invoke(batch(trigger(arn)));
            assert.equal(answer.node.split(".")[0], version);
            assert.deepEqual(answer.result, { batchItemFailures: [] }, JSON.stringify(answer));
            const [task, ...others] = await tasks();
            assert.equal(others.length, 0);
            assert.match(task!.ExportTaskIdentifier!, /^e[0-9a-f]{40}-1$/);
            assert.equal(task!.SourceArn, arn);
            assert.equal(task!.S3Bucket, names.bucket);
            assert.match(task!.S3Prefix!, new RegExp(`^exports/${source}/instance\\.orders/\\d{4}-\\d\\d-\\d\\d$`));
            assert.equal(task!.IamRoleArn, arns.exportRole(source));
            assert.equal(task!.KmsKeyId, keyArn());
            assert.deepEqual(task!.ExportOnly ?? [], []);
            // Its session came from the access role, by external id, in the simulated STS.
            assert.ok(hub.world.calls.some(({ action, resource, allowed }) => action === "sts:AssumeRole" && resource === arns.accessRole(source) && allowed));
        });

        it("exports instances and clusters of a proven account, each once, on cold and warm functions", async () => {
            prove();
            await addInstance(rds, "orders");
            await addCluster(rds, "lake");
            const arn = [await addSnapshot(rds, "orders", "orders-1"), await addClusterSnapshot(rds, "lake", "lake-1")];
            const warm = starter();
            const first = await warm.invoke(batch(trigger(arn[0]!)));
            assert.deepEqual((await tasks()).map(({ SourceArn }) => SourceArn).sort(), [...arn].sort(), JSON.stringify(first));
            for (const environment of [warm, starter()]) assert.equal(said(await environment.invoke(batch(trigger(arn[1]!))), "export-started").length, 0);
            assert.equal((await tasks()).length, 2);
        });

        it("steps over a stranger's task under its identifier", async () => {
            await addInstance(rds, "orders");
            await addInstance(rds, "reports", "sqlserver-ex");
            const taken = await addSnapshot(rds, "reports", "reports-1");
            prove();
            const arn = await addSnapshot(rds, "orders", "orders-1");
            // Whoever knows the snapshot can compute the identifier.
            const relay = await relayed(async ({ body }) => {
                const asked = new URLSearchParams(body);
                if (asked.get("Action") !== "StartExportTask" || (await tasks()).length) return;
                await rds.send(new StartExportTaskCommand({ ExportTaskIdentifier: asked.get("ExportTaskIdentifier")!, SourceArn: taken, S3BucketName: "elsewhere", IamRoleArn: asked.get("IamRoleArn")!, KmsKeyId: keyArn() }));
            });
            const answer = await starter(relay).invoke(batch(trigger(arn)));
            const all = await tasks();
            assert.deepEqual(all.map(({ S3Bucket, ExportTaskIdentifier }) => [S3Bucket, ExportTaskIdentifier!.slice(-2)]), [["elsewhere", "-1"], [names.bucket, "-2"]], JSON.stringify(answer.lines));
            assert.equal(said(answer, "export-exists").length, 1);
            assert.equal(said(answer, "stranger").length, 1);
        });

        it("takes ExportTaskAlreadyExists for success when another environment was quicker with the same export", async () => {
            await addInstance(rds, "orders");
            const arn = await addSnapshot(rds, "orders", "orders-1");
            let release = (): void => undefined;
            const both = new Promise<void>((resolve) => (release = resolve));
            let waiting = 0;
            const relay = await relayed(async ({ body }) => {
                if (!body.includes("Action=StartExportTask")) return;
                if (++waiting === 2) release();
                await both;
            });
            const answers = await Promise.all([starter(relay), starter(relay)].map((environment) => environment.invoke(batch(trigger(arn)))));
            assert.equal((await tasks()).length, 1);
            assert.deepEqual(answers.map((answer) => [said(answer, "export-started").length, said(answer, "export-exists").length]).sort(), [[0, 1], [1, 0]], JSON.stringify(answers));
            assert.ok(answers.every(({ result }) => result!.batchItemFailures.length === 0));
        });

        it("goes on when a snapshot vanishes between look and start", async () => {
            await addInstance(rds, "orders");
            const arn = await addSnapshot(rds, "orders", "orders-1");
            const next = await addSnapshot(rds, "orders", "orders-2");
            const relay = await relayed(async ({ body }) => {
                const asked = new URLSearchParams(body);
                if (asked.get("Action") === "StartExportTask" && asked.get("SourceArn") === arn) await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "orders-1" }));
            });
            const answer = await starter(relay).invoke(batch(trigger(arn)));
            const [refusal, ...others] = said(answer, "export-refused");
            assert.deepEqual([refusal?.["class"], refusal?.["level"], others.length], ["vanished", "WARN", 0], JSON.stringify(answer));
            assert.deepEqual((await tasks()).map(({ SourceArn }) => SourceArn), [next]);
        });

        it("reads a list of more than one page to its end", async () => {
            // Of the lists that the starter reads, moto pages this one.
            const count = 120;
            for (let i = 0; i < count; i++) await addInstance(rds, `orders-${i}`);
            const arn = await addSnapshot(rds, "orders-7", "orders-1");
            const pages: (string | null)[] = [];
            const relay = await relayed(({ body }) => {
                const asked = new URLSearchParams(body);
                if (asked.get("Action") === "DescribeDBInstances") pages.push(asked.get("Marker"));
            });
            const answer = await starter(relay).invoke(batch(trigger(arn)));
            assert.deepEqual(pages.map((marker) => marker !== null), [false, true]);
            const databases = said(answer, "inventory").flatMap((line) => line["databases"] as unknown[]);
            assert.equal(databases.length, count, JSON.stringify(answer.lines));
        });

        it("gives back a trigger that is none, and no other", async () => {
            await addInstance(rds, "orders");
            const arn = await addSnapshot(rds, "orders", "orders-1");
            const answer = await starter().invoke(batch("no JSON", trigger(arn), { account: "12" }));
            assert.deepEqual(answer.result!.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), ["m0", "m2"]);
            assert.equal((await tasks()).length, 1);
        });
    });
}
