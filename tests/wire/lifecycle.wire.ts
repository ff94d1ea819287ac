// Doesn't prove RDS, which is simulated here, and the key policy, which MiniStack hasn't.
import assert from "node:assert/strict";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SendMessageCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { parseManifestName } from "../../handlers/lib/manifestName";
import { waitFor } from "../peers/peer";
import { adapted } from "./dialects";
import { nodeVersions } from "./functions";
import { backup, keyArn, names, source } from "./hub";
import { queueUrlOf, rightsNamed, without } from "./ministack";
import { isEmpty } from "./queues";
import { askForLook, endExports, manifestsOf, simulatedRds, startStage, type Stage } from "./stage";

for (const version of nodeVersions) {
    describe(`from a trigger to a locked manifest in MiniStack on Node ${version}, with the simulated RDS`, function () {
        this.timeout(300_000);
        let stage: Stage;
        const callers: string[] = [];
        before(async () => void (stage = await startStage(version, simulatedRds((account) => callers.push(account)))));
        after(() => stage?.stop());

        const seen = <T>(what: string, ask: () => Promise<T | undefined | false>) => waitFor(what, ask).catch((error: Error) => assert.fail(`${error.message}\n${stage.stack.log()}`));

        it("starts a task in RDS, as the source account's session", async () => {
            const { world } = stage.hub;
            const database = { account: source, kind: "instance", identifier: "orders", engine: "postgres", resourceId: "db-ORDERS123", sizeGiB: 1, tags: {} } as const;
            world.rds.addDatabase(database);
            world.rds.createSnapshot({ database, type: "manual", identifier: "orders-1", silent: true });
            await askForLook(stage);
            await seen("a task", async () => world.rds.tasks(source)[0]);
            assert.ok(callers.length && callers.every((account) => account === source), `RDS was called by ${callers.join(", ")}`);
            assert.deepEqual([...stage.nodes], [version]);
        });

        it("comes from the export's end to a locked manifest", async () => {
            const { world } = stage.hub;
            await endExports(stage);
            assert.equal(world.rds.tasks(source)[0]!.status, "COMPLETE");
            await askForLook(stage);
            const Key = await seen("a manifest", async () => (await manifestsOf(stage))[0]);
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
            await askForLook(stage);
            const dead = await waitFor("the dead letter", async () => (await stage.backup.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrlOf(stage.stack.url, backup, names.triggerDeadLetters), MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }))).Messages);
            await seen("the queue's end", () => isEmpty(stage.backup.sqs, QueueUrl));
            const later = await stage.backup.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrlOf(stage.stack.url, backup, names.triggerDeadLetters), MaxNumberOfMessages: 10 }));
            assert.deepEqual([...dead, ...(later.Messages ?? [])].map(({ Body }) => Body), ["poison"]);
        });

        it("says what right is missing, and alarms", async () => {
            const { role: RoleName, name: PolicyName, policy } = rightsNamed("hub-starter-rights");
            const missing = () => /account-not-ready.*not authorized to perform: s3:ListBucket/.test(stage.stack.log(Infinity));
            assert.ok(!missing());
            await stage.backup.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: adapted(without(policy, "ListManifests")) }));
            await askForLook(stage);
            await seen("the alarm", async () => missing());
        });
    });
}
