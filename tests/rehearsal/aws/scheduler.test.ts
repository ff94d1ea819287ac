// Doesn't prove that AWS keeps time so: rates and times of day only, no flexible windows, no retry of refused invocations.
import assert from "node:assert/strict";
import { addSchedule, nextRun } from "../../../rehearsal/aws/scheduler";
import type { Lambda, World } from "../../../rehearsal/aws/types";
import { allow, backup, policy, start, trust } from "./small";
import { emptyWorld, minute, region } from "./relay";

const roleArn = `arn:aws:iam::${backup}:role/rds-vault/schedule`;
const targetArn = `arn:aws:lambda:${region}:${backup}:function:sweeper`;
const groupArn = `arn:aws:scheduler:${region}:${backup}:schedule-group/sweep`;

describe("the simulated EventBridge Scheduler", () => {
    let world: World;
    let ticks: number[];
    let fail: number;

    beforeEach(() => {
        world = emptyWorld();
        ticks = [];
        fail = 0;
        // In place of Lambda: judges the caller as Lambda does, and notes the time.
        const invoke: Lambda["invoke"] = async (resource, _payload, principal) => {
            world.authorize({ principal: principal!, action: "lambda:InvokeFunction", resource, resourceAccount: backup });
            ticks.push((world.clock.now - start) / minute);
            if (fail-- > 0) throw new Error("the function died");
        };
        (world as { lambda: Partial<Lambda> }).lambda = { invoke };
        world.iam.addRole({
            arn: roleArn,
            account: backup,
            trust: trust({ Service: "scheduler.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": backup }, ArnEquals: { "aws:SourceArn": groupArn } }),
            policies: [policy(allow("lambda:InvokeFunction", targetArn))],
        });
    });
    const add = (more = {}) => addSchedule(world, { arn: `${groupArn}/sweep`, groupArn, account: backup, expression: "rate(15 minutes)", targetArn, roleArn, ...more });
    const wait = (minutes: number) => world.clock.run(world.clock.now + minutes * minute);

    it("ticks each period, first after one, as the role's session", async () => {
        add();
        await wait(50);
        assert.deepEqual(ticks, [15, 30, 45]);
        const [assumed, invoked] = world.calls;
        assert.deepEqual([assumed!.context!["aws:SourceArn"], invoked!.principal.roleArn], [groupArn, roleArn]);
    });
    it("knows minutes, hours and a time of day, and refuses the rest", () => {
        const next = (expression: string, now = start) => (nextRun(expression, start, now) - start) / minute;
        // The world starts at 3:10.
        assert.deepEqual([next("rate(1 minute)"), next("rate(2 hours)"), next("cron(0 7 * * ? *)"), next("cron(10 3 * * ? *)"), next("cron(5 0 * * ? *)")], [1, 120, 230, 24 * 60, 20 * 60 + 55]);
        assert.equal(next("rate(15 minutes)", start + 15 * minute), 30);
        for (const expression of ["cron(0 * * * ? *)", "cron(0 24 * * ? *)", "cron(0 7 * * MON *)", "rate(1 day)", "rate(0 minutes)", "at(2026-11-23T00:00:00)"]) {
            assert.throws(() => next(expression), /only rate/);
        }
    });
    it("rests while it is turned off", async () => {
        add();
        await wait(20);
        world.schedules.get(`${groupArn}/sweep`)!.enabled = false;
        await wait(30);
        world.schedules.get(`${groupArn}/sweep`)!.enabled = true;
        await wait(20);
        assert.deepEqual(ticks, [15, 60]);
    });
    it("goes on when it is refused, and shows that in the judged calls", async () => {
        add({ groupArn: `${groupArn}-other` });
        await wait(30);
        assert.deepEqual(ticks, []);
        assert.deepEqual(world.calls.map(({ action, allowed }) => [action, allowed]), [["sts:AssumeRole", false], ["sts:AssumeRole", false]]);
    });
    it("asks a function that threw twice more, after one and two minutes", async () => {
        add();
        fail = 3;
        await wait(32);
        assert.deepEqual(ticks, [15, 16, 18, 30]);
    });
    it("… and none that Lambda is told not to run again", async () => {
        add({ retries: 0 });
        fail = 3;
        await wait(32);
        assert.deepEqual(ticks, [15, 30]);
    });
});
