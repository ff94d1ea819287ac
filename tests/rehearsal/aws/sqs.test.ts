// Doesn't prove that AWS queues so: it holds the simulation to AWS's documentation. Order and duplicates of the real SQS aren't played.
import assert from "node:assert/strict";
import type { World } from "../../../rehearsal/aws/types";
import { allow, policy, sessionOf } from "./small";
import { addQueue, addRole, emptyWorld, minute, queueArn } from "./relay";

describe("the simulated SQS", () => {
    const arn = queueArn("work");
    let world: World;
    const worker = sessionOf("arn:aws:iam::444455556666:role/rds-vault/worker");
    const receive = (max = 10) => world.sqs.receive(worker, arn, max);
    const bodies = (queue: string) => world.sqs.messages(queueArn(queue)).map(({ body }) => body);
    const wait = (ms: number) => world.clock.run(world.clock.now + ms);

    beforeEach(() => {
        world = emptyWorld();
        addQueue(world, "dead");
        addQueue(world, "work", { deadLetter: { arn: queueArn("dead"), maxReceiveCount: 2 } });
        addRole(world, "worker", "lambda.amazonaws.com", policy(allow("sqs:*", "*")));
    });

    it("hides what was received until the visibility timeout, and forgets what was deleted", async () => {
        world.sqs.send(worker, arn, "a");
        world.sqs.send(worker, arn, "b");
        assert.deepEqual(receive(1).map(({ body }) => body), ["a"]);
        assert.deepEqual(receive().map(({ body }) => body), ["b"]);
        assert.deepEqual(receive(), []);
        await wait(minute - 1);
        assert.deepEqual(receive(), []);
        await wait(1);
        const [a] = receive();
        assert.deepEqual([a!.body, a!.receives], ["a", 2]);
        world.sqs.remove(worker, arn, a!.id);
        assert.deepEqual(bodies("work"), ["b"]);
    });
    it("redrives what was received maxReceiveCount times when it would be received once more", async () => {
        world.sqs.send(worker, arn, "poison");
        for (let round = 0; round < 2; round++) {
            assert.equal(receive().length, 1);
            await wait(minute);
        }
        assert.deepEqual([bodies("work"), bodies("dead")], [["poison"], []]);
        assert.deepEqual(receive(), []);
        assert.deepEqual([bodies("work"), bodies("dead")], [[], ["poison"]]);
    });
    it("keeps messages for the retention since they were first sent, also after a redrive", async () => {
        const long = queueArn("long");
        addQueue(world, "long", { retentionMs: 90 * minute, deadLetter: { arn: queueArn("dead"), maxReceiveCount: 1 } });
        world.sqs.send(worker, arn, "expires");
        world.sqs.send(worker, long, "redriven");
        world.sqs.receive(worker, long, 1);
        await wait(50 * minute);
        assert.deepEqual(world.sqs.receive(worker, long, 1), []);
        assert.deepEqual([bodies("work"), bodies("dead")], [["expires"], ["redriven"]]);
        await wait(10 * minute);
        assert.deepEqual([bodies("work"), bodies("dead")], [[], []]);
        assert.deepEqual(receive(), []);
    });
    it("judges send, receive and delete, and knows only its queues", () => {
        const stranger = sessionOf("arn:aws:iam::444455556666:role/stranger");
        assert.throws(() => world.sqs.send(stranger, arn, "x"), { name: "AccessDenied" });
        assert.throws(() => world.sqs.receive(stranger, arn, 1), { name: "AccessDenied" });
        assert.throws(() => world.sqs.remove(stranger, arn, "x"), { name: "AccessDenied" });
        assert.deepEqual(world.calls.map(({ action }) => action), ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"]);
        assert.throws(() => world.sqs.send(worker, queueArn("none"), "x"), { name: "AWS.SimpleQueueService.NonExistentQueue" });
        assert.throws(() => receive(11), { name: "InvalidParameterValue" });
    });
    it("wakes on each send", () => {
        let woken = 0;
        world.sqs.onSend(arn, () => woken++);
        world.sqs.send(worker, arn, "a");
        world.sqs.send(worker, arn, "b");
        assert.equal(woken, 2);
    });
});
