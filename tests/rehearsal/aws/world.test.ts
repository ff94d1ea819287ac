// Doesn't prove that AWS behaves so: it holds the simulation to AWS's documentation. The evaluator's own faults stay unseen.
import assert from "node:assert/strict";
import { createClock } from "../../../rehearsal/aws/clock";
import { AwsError } from "../../../rehearsal/aws/types";
import { accessArn, allow, backup, bucket, bucketArn, code, exportArn, keyArn, keyPolicy, policy, sessionOf, smallWorld, source, start, starterArn } from "./small";

describe("the virtual clock", () => {
    it("runs by time, equal times in the order of the calls, and awaits each", async () => {
        const clock = createClock(0);
        const seen: string[] = [];
        for (const [time, name] of [[5, "c"], [1, "a"], [5, "d"], [3, "b"], [99, "never"]] as const) {
            clock.at(time, async () => {
                await new Promise(setImmediate);
                seen.push(`${clock.now}${name}`);
                if (name === "b") clock.at(0, () => void seen.push(`${clock.now}late`));
            });
        }
        await clock.run(10);
        assert.deepEqual(seen, ["1a", "3b", "3late", "5c", "5d"]);
        assert.equal(clock.now, 10);
    });
    it("orders thousands of tasks", async () => {
        const clock = createClock(0);
        const times = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1009);
        const seen: number[] = [];
        times.forEach((time, i) => clock.at(time, () => void seen.push(time * 10_000 + i)));
        await clock.run(2000);
        assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
        assert.equal(seen.length, 5000);
    });
});

describe("the simulated IAM", () => {
    const starter = sessionOf(starterArn);

    it("assumes a role across accounts only when both sides allow", () => {
        const world = smallWorld();
        const session = world.iam.assumeRole(starter, accessArn, { externalId: "right", sessionName: "look" });
        assert.deepEqual(session, { arn: `arn:aws:sts::${source}:assumed-role/access/look`, account: source, roleArn: accessArn });
        const idle = `arn:aws:iam::${backup}:role/rds-vault/idle`;
        world.iam.addRole({ arn: idle, account: backup, trust: world.iam.role(starterArn)!.trust, policies: [] });
        assert.throws(() => world.iam.assumeRole(sessionOf(idle), accessArn, { externalId: "right", sessionName: "look" }), code("AccessDenied"));
        const open = `arn:aws:iam::${source}:role/rds-vault/open`;
        world.iam.addRole({ arn: open, account: source, trust: world.iam.role(exportArn)!.trust, policies: [] });
        assert.throws(() => world.iam.assumeRole(starter, open, { sessionName: "look" }), code("AccessDenied"));
    });
    it("refuses a wrong or missing external id, and a role that isn't there", () => {
        const world = smallWorld();
        for (const options of [{ externalId: "wrong", sessionName: "look" }, { sessionName: "look" }]) {
            assert.throws(() => world.iam.assumeRole(starter, accessArn, options), { name: "AccessDenied", status: 403 });
        }
        world.iam.removeRole(accessArn);
        assert.throws(() => world.iam.assumeRole(starter, accessArn, { externalId: "right", sessionName: "look" }), code("AccessDenied"));
    });
    it("lets a service in only for the source account that the trust names", () => {
        const world = smallWorld();
        const service = "export.rds.amazonaws.com";
        assert.equal(world.iam.assumeAsService(service, exportArn, { account: source }).account, source);
        assert.throws(() => world.iam.assumeAsService(service, exportArn, { account: backup }), code("AccessDenied"));
        assert.throws(() => world.iam.assumeAsService("lambda.amazonaws.com", exportArn, { account: source }), code("AccessDenied"));
    });
    it("gives service principals no account and no ARN as context", () => {
        const world = smallWorld();
        const queue = `arn:aws:sqs:eu-west-1:${backup}:q`;
        const call = { principal: { arn: "events.amazonaws.com", service: "events.amazonaws.com" }, action: "sqs:SendMessage", resource: queue, resourceAccount: backup, context: { "aws:SourceArn": "arn:aws:events:eu-west-1:1:rule/r" } };
        const only = (condition: object) => world.iam.setResourcePolicy(queue, backup, policy({ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queue, Condition: condition }));
        only({ ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-west-1:1:rule/r" }, Bool: { "aws:PrincipalIsAWSService": "true" }, Null: { "aws:PrincipalAccount": "true", "aws:PrincipalArn": "true" } });
        world.authorize(call);
        only({ ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-west-1:1:rule/other" } });
        assert.throws(() => world.authorize(call), code("AccessDenied"));
    });
    it("records every call with its verdict, and played faults by name before any judgement", () => {
        const world = smallWorld();
        world.s3.location(starter, bucket);
        world.interferences.push((call) => (call.action === "s3:ListBucket" ? { error: new AwsError("SlowDown", "slow", 503), fault: "throttled" } : undefined));
        assert.throws(() => world.s3.list(starter, bucket, {}), code("SlowDown"));
        assert.throws(() => world.authorize({ principal: starter, action: "rds:DescribeDBSnapshots", resource: "*", resourceAccount: backup }), code("AccessDenied"));
        assert.deepEqual(world.calls.map(({ at, allowed, error, fault }) => [at, allowed, error, fault]), [[start, true, undefined, undefined], [start, false, "SlowDown", "throttled"], [start, false, "AccessDenied", undefined]]);
        assert.match(world.calls[2]!.why, /no policy allows it/);
    });
    it("stops at context keys that the action never has, at unknown actions and at broken policies", () => {
        const world = smallWorld();
        const call = { principal: starter, resource: bucketArn, resourceAccount: backup };
        assert.throws(() => world.authorize({ ...call, action: "s3:GetBucketLocation", context: { "s3:prefix": "x" } }), /never has the context keys s3:prefix/);
        assert.throws(() => world.authorize({ ...call, action: "s3:GetBuketLocation" }), /can't judge/);
        world.iam.setResourcePolicy(bucketArn, backup, policy({ Effect: "Alow", Principal: "*", Action: "s3:*", Resource: bucketArn }));
        assert.throws(() => world.authorize({ ...call, action: "s3:GetBucketLocation" }), /invalid Resource policy/);
    });
});

describe("the simulated KMS", () => {
    it("needs both sides across accounts", () => {
        const world = smallWorld();
        const role = sessionOf(exportArn);
        world.kms.use(role, "kms:GenerateDataKey", keyArn);
        world.iam.setResourcePolicy(keyArn, backup, policy({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${backup}:root` }, Action: "kms:*", Resource: "*" }));
        assert.throws(() => world.kms.use(role, "kms:GenerateDataKey", keyArn), code("AccessDenied"));
        world.iam.setResourcePolicy(keyArn, backup, keyPolicy);
        world.iam.addRole({ ...world.iam.role(exportArn)!, policies: [policy(allow("kms:Decrypt", keyArn))] });
        assert.throws(() => world.kms.use(role, "kms:GenerateDataKey", keyArn), code("AccessDenied"));
    });
    it("describes a disabled key but doesn't use it", () => {
        const world = smallWorld();
        world.kms.key(keyArn)!.enabled = false;
        world.kms.use(sessionOf(starterArn), "kms:DescribeKey", keyArn);
        assert.throws(() => world.kms.use(sessionOf(starterArn), "kms:Decrypt", keyArn), code("DisabledException"));
        assert.throws(() => world.kms.use(sessionOf(starterArn), "kms:Decrypt", `${keyArn}0`), code("NotFoundException"));
    });
});
