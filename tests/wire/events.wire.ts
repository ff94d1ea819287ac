// Doesn't prove the hop between two accounts' buses and queue policies: MiniStack has neither (deviations/).
import assert from "node:assert/strict";
import { PutEventsCommand, TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { DescribeExportTasksCommand, RDSClient } from "@aws-sdk/client-rds";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { waitFor } from "../peers/peer";
import { addInstance, addSnapshot } from "./databases";
import { startMoto } from "./emulators";
import { nodeVersions, renderedFunctions } from "./functions";
import { backup, keyArn, names, region, source } from "./hub";
import { eventSource, queueUrlOf } from "./ministack";
import { startStage, type Stage } from "./stage";

const eventPattern = () => renderedFunctions().rendered.resources.find(({ name }) => name === "hub-bus-rule")!.inputs["eventPattern"] as string;

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
    describe(`from an event to an export in MiniStack on Node ${version}, with moto as RDS`, function () {
        this.timeout(300_000);
        let stage: Stage;
        before(async () => void (stage = await startStage(version, () => startMoto(source))));
        after(() => stage?.stop());

        it("matches RDS's own event by the rendered pattern, and no account that isn't enrolled", async () => {
            const matches = async (account: string) => {
                const event = { id: "1", account, source: "aws.rds", time: "2026-11-23T00:00:00Z", region, resources: [], "detail-type": "RDS DB Snapshot Event", detail: { EventID: "RDS-EVENT-0042" } };
                return (await stage.backup.events.send(new TestEventPatternCommand({ EventPattern: eventPattern(), Event: JSON.stringify(event) }))).Result;
            };
            assert.deepEqual([await matches(source), await matches("999988887777")], [true, false]);
        });

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
}
