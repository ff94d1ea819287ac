// Doesn't prove that AWS delivers so: it holds the simulation to AWS's documentation, with the policy evaluator's verdicts.
import assert from "node:assert/strict";
import { AwsError, type AwsEvent, type World } from "../../../rehearsal/aws/types";
import { backup, policy, sessionOf, source, start } from "./small";
import { defaultBus, forwarderArn, forwarderRule, hubBus, hubRule, minute, pattern, queueArn, relayWorld, snapshotEvent } from "./relay";

const bodies = (world: World, queue: string) => world.sqs.messages(queueArn(queue)).map(({ body }) => JSON.parse(body) as AwsEvent);
const play = (world: World, ms = 0) => world.clock.run(world.clock.now + ms);

describe("the simulated EventBridge", () => {
    it("carries an event unchanged from the source's bus through the hub's to the queue", async () => {
        const world = relayWorld();
        world.events.emit(snapshotEvent());
        await play(world);
        assert.deepEqual(bodies(world, "trigger"), [snapshotEvent()]);
        assert.deepEqual(world.calls.map(({ action, allowed }) => [action, allowed]), [["sts:AssumeRole", true], ["events:PutEvents", true], ["sqs:SendMessage", true]]);
        assert.ok(world.events.forwarded("event-1"));
    });
    it("leaves alone what no pattern matches", async () => {
        const world = relayWorld();
        world.events.emit(snapshotEvent({ detail: { EventID: "RDS-EVENT-0090" } }));
        world.events.emit(snapshotEvent({ id: "event-2", account: "222233334444" }));
        await play(world);
        assert.deepEqual(world.calls, []);
        assert.ok(!world.events.forwarded("event-1") && !world.events.forwarded("event-2"));
    });
    it("loses, delays and repeats events as the weather says", async () => {
        const world = relayWorld();
        const delays: Record<string, number[]> = { lost: [], twice: [0, 5 * minute] };
        world.events.weather = ({ id }) => delays[id]!;
        for (const id of Object.keys(delays)) world.events.emit(snapshotEvent({ id }));
        await play(world);
        assert.deepEqual(bodies(world, "trigger").map(({ id }) => id), ["twice"]);
        await play(world, 5 * minute);
        assert.deepEqual(bodies(world, "trigger").map(({ id }) => id), ["twice", "twice"]);
        assert.ok(!world.events.forwarded("lost"));
    });

    const breakages: Record<string, (world: World) => void> = {
        "the forwarder's role is gone": (world) => world.iam.removeRole(forwarderArn),
        "the role may not put": (world) => world.iam.addRole({ ...world.iam.role(forwarderArn)!, policies: [] }),
        "the bus doesn't admit the account": (world) => world.iam.setResourcePolicy(hubBus, backup, policy({ Effect: "Deny", Principal: "*", Action: "events:*", Resource: hubBus })),
        "the queue doesn't admit the hub's rule": (world) => world.iam.setResourcePolicy(queueArn("trigger"), backup, policy({ Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: queueArn("trigger") })),
    };
    for (const [what, breakIt] of Object.entries(breakages)) {
        it(`puts the event into the dead-letter queue, without a retry, when ${what}`, async () => {
            const world = relayWorld();
            breakIt(world);
            world.events.emit(snapshotEvent());
            await play(world, 60 * minute - 1);
            assert.deepEqual(bodies(world, "trigger"), []);
            assert.deepEqual(bodies(world, "undelivered"), [snapshotEvent()]);
            assert.equal(world.calls.filter(({ allowed }) => !allowed).length, 1);
        });
    }
    it("loses the event when the dead-letter queue refuses too", async () => {
        const world = relayWorld();
        world.iam.removeRole(forwarderArn);
        world.iam.setResourcePolicy(queueArn("undelivered"), backup, world.iam.resourcePolicy(queueArn("trigger"))!.policy);
        world.events.emit(snapshotEvent());
        await play(world);
        assert.deepEqual(bodies(world, "undelivered"), []);
        assert.equal(world.calls.filter(({ allowed }) => !allowed).length, 2);
    });
    it("tries again after an error that passes", async () => {
        const world = relayWorld();
        world.interferences.push(({ action }) =>
            action === "events:PutEvents" && world.clock.now < start + 3 * minute ? { error: new AwsError("ThrottlingException", "slow down"), fault: "throttling" } : undefined,
        );
        world.events.emit(snapshotEvent());
        await play(world, 2 * minute);
        assert.deepEqual(bodies(world, "trigger"), []);
        await play(world, 10 * minute);
        assert.deepEqual(bodies(world, "trigger"), [snapshotEvent()]);
        assert.deepEqual(bodies(world, "undelivered"), []);
    });
    it("makes one hop only", async () => {
        const world = relayWorld();
        const third = "arn:aws:events:eu-west-1:222233334444:event-bus/third";
        world.events.addBus(third);
        world.events.addRule({ arn: `${hubRule}-on`, account: backup, busArn: hubBus, pattern, targets: [{ arn: third, roleArn: forwarderArn }] });
        world.events.emit(snapshotEvent());
        await play(world);
        assert.ok(world.calls.every(({ resource }) => resource !== third));
        assert.equal(bodies(world, "trigger").length, 1);
    });
    it("sets the account of what a customer puts, and refuses AWS's own sources", () => {
        const world = relayWorld();
        const forwarder = sessionOf(forwarderArn);
        const claimed = snapshotEvent({ account: "222233334444" });
        assert.throws(() => world.events.putEvents(forwarder, hubBus, claimed), { name: "NotAuthorizedForSourceException" });
        world.events.putEvents(forwarder, hubBus, claimed, { trustSource: true });
        assert.deepEqual(bodies(world, "trigger").map(({ account }) => account), [source]);
        const stranger = sessionOf(`arn:aws:iam::${source}:role/admin`);
        assert.throws(() => world.events.putEvents(stranger, hubBus, claimed, { trustSource: true }), { name: "AccessDenied" });
    });
    it("refuses a bus in another account as target without a role, and buses that aren't there", () => {
        const world = relayWorld();
        const rule = { arn: forwarderRule, account: source, busArn: defaultBus(source), pattern };
        assert.throws(() => world.events.addRule({ ...rule, targets: [{ arn: hubBus }] }), /needs a role/);
        assert.throws(() => world.events.addRule({ ...rule, busArn: `${hubBus}-none`, targets: [] }), { name: "ResourceNotFoundException" });
    });
});
