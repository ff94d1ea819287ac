// Doesn't prove that AWS runs functions so: the processes are real, the poller's timing follows AWS's documentation.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createLambda } from "../../../rehearsal/aws/lambda";
import { AwsError, type Lambda, type World } from "../../../rehearsal/aws/types";
import { allow, backup, policy, sessionOf, start } from "./small";
import { addQueue, addRole, emptyWorld, minute, region } from "./relay";

const functionArn = (name: string) => `arn:aws:lambda:${region}:${backup}:function:${name}`;
const logGroupArn = `arn:aws:logs:${region}:${backup}:log-group:/aws/lambda/f`;
const window = 20_000;

describe("the simulated Lambda", () => {
    let world: World;
    let lambda: Lambda;
    let queue: string;

    beforeEach(() => {
        world = emptyWorld();
        (world as { lambda: Lambda }).lambda = lambda = createLambda(world, { patienceMs: 2000 });
        queue = addQueue(world, "work");
    });
    afterEach(() => lambda.stop());

    function add(code: string, rights = policy(allow("logs:*", `${logGroupArn}:*`), allow("sqs:*", queue)), environment: Record<string, string> = { MINE: "yes" }): string {
        const roleArn = addRole(world, "function", "lambda.amazonaws.com", rights);
        lambda.addFunction({ name: "f", arn: functionArn("f"), account: backup, roleArn, logGroupArn, timeoutMs: 3000, environment, files: { "__index.js": code }, handler: "__index.handler" });
        return functionArn("f");
    }
    const handler = (body: string) => `exports.handler = async (event, context) => { ${body} };`;
    const map = (more: Partial<Parameters<Lambda["addMapping"]>[0]> = {}) =>
        lambda.addMapping({ functionArn: functionArn("f"), queueArn: queue, batchSize: 20, windowMs: window, reportFailures: true, maximumConcurrency: 2, ...more });
    const send = (...bodies: string[]) => bodies.forEach((body) => world.sqs.send(sessionOf(world.iam.role(`arn:aws:iam::${backup}:role/rds-vault/function`)!.arn), queue, body));
    const wait = (ms: number) => world.clock.run(world.clock.now + ms);
    const left = () => world.sqs.messages(queue).map(({ body }) => body);
    const texts = () => lambda.logs.map(({ text }) => text);

    it("runs the archive's text with event, context and an environment of its own", async () => {
        lambda.endpoint = "http://127.0.0.1:9";
        const arn = add(handler(`return { event, id: context.awsRequestId, name: context.functionName, left: context.getRemainingTimeInMillis(), env: process.env }`));
        const { env, ...seen } = (await lambda.invoke(arn, { a: 1 })) as { env: Record<string, string> };
        assert.deepEqual(seen, { event: { a: 1 }, id: "00000000-0000-4000-9000-000000000001", name: "f", left: 3000 });
        assert.deepEqual([env.MINE, env.AWS_REGION, env.AWS_LAMBDA_FUNCTION_NAME, env.AWS_ENDPOINT_URL], ["yes", region, "f", "http://127.0.0.1:9"]);
        assert.equal(env.HOME, undefined);
        assert.equal(world.iam.whoIs(env.AWS_ACCESS_KEY_ID!)!.roleArn, `arn:aws:iam::${backup}:role/rds-vault/function`);
        await lambda.stop();
        assert.ok(!existsSync(env.HANDLER_FOLDER!));
    });
    it("sees the virtual date, no randomness, and finds the SDK", async () => {
        const arn = add(`const { RDSClient } = require("@aws-sdk/client-rds"); ${handler("return [new Date().toISOString(), Math.random(), typeof RDSClient]")}`);
        assert.deepEqual(await lambda.invoke(arn, {}), [new Date(start).toISOString(), 0, "function"]);
        await wait(90 * minute);
        assert.deepEqual(await lambda.invoke(arn, {}), [new Date(start + 90 * minute).toISOString(), 0, "function"]);
    });
    it("reaches the simulated AWS only, queue URLs included", async () => {
        lambda.endpoint = "http://127.0.0.1:9";
        const arn = add(handler(`
            const refused = await fetch("https://sqs.eu-west-1.amazonaws.com/").catch((error) => error.cause.message);
            return [process.env.QUEUE_URL, refused];`), undefined, { QUEUE_URL: `https://sqs.${region}.amazonaws.com/${backup}/work` });
        assert.deepEqual(await lambda.invoke(arn, {}), [`http://127.0.0.1:9/${backup}/work`, "The rehearsal reaches nothing but the simulated AWS, not sqs.eu-west-1.amazonaws.com"]);
    });
    it("keeps log lines when the role may write them, and loses them otherwise", async () => {
        const code = handler(`console.log(JSON.stringify({ message: "look", at: Date.now() })); console.log("plain %s", 1)`);
        const arn = add(code);
        await lambda.invoke(arn, {});
        assert.deepEqual(lambda.logs.map(({ at, function: name, text, json }) => [at, name, json ?? text]), [[start, "f", { message: "look", at: start }], [start, "f", "plain 1"]]);
        assert.deepEqual(world.calls.map(({ action, allowed }) => [action, allowed]), [["sts:AssumeRole", true], ["logs:CreateLogStream", true], ["logs:PutLogEvents", true]]);
        world.iam.addRole({ ...world.iam.role(`arn:aws:iam::${backup}:role/rds-vault/function`)!, policies: [] });
        await lambda.invoke(arn, {});
        assert.equal(lambda.logs.length, 2);
        assert.equal(world.calls.at(-1)!.allowed, false);
    });
    it("rejects with the function's own error, and with Lambda's for crashes, hangs and code that doesn't load", async () => {
        const arn = add(
            `let calls = 0; ${handler(`
                calls++;
                if (event === "throw") throw Object.assign(new Error("no"), { name: "MyError" });
                if (event === "exit") process.exit(3);
                if (event === "hang") await new Promise(() => setInterval(() => {}, 1000));
                return calls;`)}`,
        );
        await assert.rejects(lambda.invoke(arn, "throw"), { name: "MyError", message: "no" });
        assert.equal(await lambda.invoke(arn, ""), 2);
        await assert.rejects(lambda.invoke(arn, "exit"), { name: "Runtime.ExitError" });
        assert.equal(await lambda.invoke(arn, ""), 1, "a new environment");
        await assert.rejects(lambda.invoke(arn, "hang"), /Task timed out/);
        assert.equal(await lambda.invoke(arn, ""), 1);
        await lambda.stop();
        await assert.rejects(lambda.invoke(add("throw new TypeError('broken')"), ""), { name: "TypeError", message: "broken" });
    });
    it("judges who invokes, and needs a role that Lambda may assume", async () => {
        const arn = add(handler("return 1"));
        await assert.rejects(lambda.invoke(arn, {}, sessionOf(`arn:aws:iam::${backup}:role/nobody`)), { name: "AccessDenied" });
        await assert.rejects(lambda.invoke(`${arn}-none`, {}), { name: "ResourceNotFoundException" });
        addRole(world, "function", "ec2.amazonaws.com");
        await assert.rejects(lambda.invoke(arn, {}), { name: "AccessDenied" });
    });

    it("takes what arrives within the window as one batch, in AWS's shape, and deletes it", async () => {
        add(handler("console.log(JSON.stringify({ message: 'batch', records: event.Records }))"));
        map();
        send("a");
        await wait(window - 1);
        send("b");
        assert.equal(lambda.logs.length, 0);
        await wait(1);
        const records = lambda.logs[0]!.json!.records as Record<string, unknown>[];
        assert.deepEqual(records.map(({ body }) => body), ["a", "b"]);
        const { messageId, receiptHandle, attributes, eventSource, eventSourceARN, awsRegion } = records[0]!;
        assert.deepEqual({ eventSource, eventSourceARN, awsRegion }, { eventSource: "aws:sqs", eventSourceARN: queue, awsRegion: region });
        assert.ok(messageId && receiptHandle);
        assert.deepEqual([(attributes as Record<string, string>).ApproximateReceiveCount, (attributes as Record<string, string>).SentTimestamp], ["1", String(start)]);
        assert.deepEqual(left(), []);
    });
    it("doesn't wait for the window once a batch is full", async () => {
        add(handler("console.log(String(event.Records.length))"));
        map({ batchSize: 12 });
        send(...Array.from({ length: 30 }, (_, i) => String(i)));
        await wait(0);
        assert.deepEqual(texts(), ["12", "12", "6"]);
    });
    it("shows again what the function names as failed, after the visibility timeout", async () => {
        add(handler(`
            console.log(event.Records.map(({ body, attributes }) => body + attributes.ApproximateReceiveCount).join());
            return { batchItemFailures: event.Records.filter(({ body, attributes }) => body === "bad" && attributes.ApproximateReceiveCount < 2).map(({ messageId }) => ({ itemIdentifier: messageId })) };`));
        map({ windowMs: 0 });
        send("good", "bad");
        await wait(minute - 1);
        assert.deepEqual([texts(), left()], [["good1,bad1"], ["bad"]]);
        await wait(1);
        assert.deepEqual([texts(), left()], [["good1,bad1", "bad2"], []]);
    });
    it("keeps the whole batch when the function throws, or names a message that isn't in it", async () => {
        for (const body of [`throw new Error("died")`, `return { batchItemFailures: [{ itemIdentifier: "unknown" }] }`]) {
            add(handler(`console.log("ran"); ${body}`));
            map({ windowMs: 0 });
            send("a", "b");
            await wait(0);
            assert.deepEqual([texts(), left()], [["ran"], ["a", "b"]]);
            await lambda.stop();
            world = emptyWorld();
            (world as { lambda: Lambda }).lambda = lambda = createLambda(world);
            queue = addQueue(world, "work");
        }
    });
    it("gives up to the dead-letter queue after maxReceiveCount tries", async () => {
        const dead = addQueue(world, "dead");
        queue = addQueue(world, "poisoned", { deadLetter: { arn: dead, maxReceiveCount: 3 } });
        add(handler(`console.log("try"); throw new Error("died")`));
        map({ windowMs: 0 });
        send("poison");
        await wait(10 * minute);
        assert.equal(texts().length, 3);
        assert.deepEqual([left(), world.sqs.messages(dead).map(({ body }) => body)], [[], ["poison"]]);
    });
    it("polls again after a refusal, and delivers again what it couldn't delete", async () => {
        add(handler("console.log(String(event.Records[0].attributes.ApproximateReceiveCount))"));
        map({ windowMs: 0 });
        const bad = (action: string, until: number) =>
            world.interferences.push((call) => (call.action === action && world.clock.now < until ? { error: new AwsError("Throttling", "slow"), fault: "throttling" } : undefined));
        bad("sqs:ReceiveMessage", start + minute);
        bad("sqs:DeleteMessage", start + 2 * minute);
        send("a");
        await wait(10 * minute);
        assert.deepEqual([texts(), left()], [["1", "2"], []]);
    });
});
