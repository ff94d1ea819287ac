// Doesn't prove that AWS lets five exports of an account run and no more: RDS is simulated here (requests/rds.ts asks it for a sixth).
import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { parseManifestName } from "../../handlers/lib/manifestName";
import { parseTaskId } from "../../handlers/lib/taskId";
import { waitFor } from "../peers/peer";
import { nodeVersions } from "./functions";
import { arns, backup, names, olderManifest, source } from "./hub";
import { clientsOf, queueUrlOf } from "./ministack";
import { isEmpty } from "./queues";
import { askForLook, assume, endExports, exportTimes, manifestsOf, pass, simulatedRds, startStage, type Stage } from "./stage";

const count = 7;
/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html */
const slots = 5;

for (const version of nodeVersions) {
    describe(`the exports of an account with ${count} snapshots in MiniStack on Node ${version}, with the simulated RDS`, function () {
        this.timeout(300_000);
        let stage: Stage;
        let proof: string;
        before(async () => {
            stage = await startStage(version, simulatedRds());
            proof = olderManifest();
            const { s3 } = clientsOf(stage.stack.url, await assume(stage.backup, arns.sealerRole));
            await s3.send(new PutObjectCommand({ Bucket: names.bucket, Key: proof, Body: "{}", IfNoneMatch: "*" }));
            for (let i = 0; i < count; i++) {
                const database = { account: source, kind: "instance", identifier: `orders-${i}`, engine: "postgres", resourceId: `db-ORDERS${i}`, sizeGiB: 1, tags: {} } as const;
                stage.hub.world.rds.addDatabase(database);
                stage.hub.world.rds.createSnapshot({ database, type: "manual", identifier: `orders-${i}-1`, silent: true });
            }
        });
        after(() => stage?.stop());

        const tasks = () => stage.hub.world.rds.tasks(source);
        const statuses = () => tasks().map(({ status }) => status);
        const sealed = async () => (await manifestsOf(stage)).filter((key) => key !== proof);
        const all = <T>(times: number, what: T) => Array.from({ length: times }, () => what);
        const seen = <T>(what: string, ask: () => Promise<T | undefined | false>) => waitFor(what, ask).catch((error: Error) => assert.fail(`${error.message}\n${stage.stack.log()}`));
        /** Ends when the trigger is consumed, so that no look begins while another runs. */
        async function look(): Promise<void> {
            const QueueUrl = queueUrlOf(stage.stack.url, backup, names.triggerQueue);
            await askForLook(stage);
            await seen("the look's end", () => isEmpty(stage.backup.sqs, QueueUrl));
        }

        it("fill the slots, and no look starts another while all run", async () => {
            await look();
            assert.deepEqual(statuses(), all(slots, "STARTING"));
            await look();
            assert.deepEqual(statuses(), all(slots, "STARTING"));
            await pass(stage, exportTimes.starting);
            await look();
            assert.deepEqual(statuses(), all(slots, "IN_PROGRESS"));
            assert.equal(stage.hub.world.calls.filter(({ action }) => action === "rds:StartExportTask").length, slots, "RDS was asked for more than it has room for");
            assert.deepEqual(await sealed(), []);
        });

        it("make room for the others when they end, and each snapshot comes to one task and one manifest", async () => {
            await endExports(stage);
            assert.deepEqual(statuses(), all(slots, "COMPLETE"));
            await look();
            assert.deepEqual(statuses(), [...all(slots, "COMPLETE"), ...all(count - slots, "STARTING")]);
            await seen(`${slots} manifests`, async () => (await sealed()).length >= slots);
            await endExports(stage);
            await look();
            await seen(`${count} manifests`, async () => (await sealed()).length >= count);
            await look();
            assert.equal(new Set(tasks().map(({ sourceArn }) => sourceArn)).size, count);
            assert.deepEqual(tasks().map(({ id }) => parseTaskId(id)?.attempt), all(count, 1));
            const manifests = (await sealed()).map((key) => parseManifestName(key)!);
            assert.deepEqual(manifests.map(({ taskId }) => taskId).sort(), tasks().map(({ id }) => id).sort());
            assert.deepEqual(manifests.map(({ outcome }) => outcome), all(count, "complete"));
        });
    });
}
