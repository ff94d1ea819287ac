// Doesn't prove CloudTrail: what it logs, when, and with which fields is held to its documentation.
import assert from "node:assert/strict";
import { AwsError, type AwsEvent, type Principal, type World } from "../../../rehearsal/aws/types";
import { allow, backup, policy, sessionOf, source, trust } from "./small";
import { addRole, defaultBus, emptyWorld, events, minute, region } from "./relay";

const topicArn = `arn:aws:sns:${region}:${backup}:notices`;
const ruleArn = `arn:aws:events:${region}:${backup}:rule/tamper`;
const keyArn = `arn:aws:kms:${region}:${backup}:key/33333333-2222-3333-4444-555555555555`;

function watchedWorld(detail: object, readsToo = true): World {
    const world = emptyWorld();
    world.sns.addTopic({ arn: topicArn, account: backup });
    world.iam.setResourcePolicy(topicArn, backup, policy({ Effect: "Allow", Principal: { Service: events.service }, Action: "sns:Publish", Resource: topicArn, Condition: { ArnEquals: { "aws:SourceArn": ruleArn } } }));
    const pattern = JSON.stringify({ source: [{ prefix: "aws." }], "detail-type": ["AWS API Call via CloudTrail"], detail });
    world.events.addRule({ arn: ruleArn, account: backup, busArn: defaultBus(backup), pattern, readsToo, targets: [{ arn: topicArn }] });
    return world;
}
const admin = (world: World, ...rights: Parameters<typeof allow>) => sessionOf(addRole(world, "admin", "x.amazonaws.com", policy(allow(...rights))));
function call(world: World, principal: Principal, action: string, resource: string, more: { resourceAccount?: string; context?: Record<string, string> } = {}): void {
    try {
        world.authorize({ principal, action, resource, resourceAccount: backup, ...more });
    } catch (error) {
        if (!(error instanceof AwsError)) throw error;
    }
}
async function told(world: World): Promise<AwsEvent[]> {
    await world.clock.run(world.clock.now + 10 * minute);
    return world.sns.messages.map(({ event }) => event!);
}
const bucketCalls = { eventSource: ["s3.amazonaws.com"], eventName: [{ prefix: "PutBucketPolicy" }] };

describe("the simulated CloudTrail", () => {
    it("tells allowed and denied calls to the rules that ask for them, minutes later", async () => {
        const world = watchedWorld(bucketCalls);
        call(world, admin(world, "s3:PutBucketPolicy", "*"), "s3:PutBucketPolicy", "arn:aws:s3:::vault");
        call(world, admin(world, "s3:GetObject", "*"), "s3:PutBucketPolicy", "arn:aws:s3:::vault");
        await world.clock.run(world.clock.now + minute);
        assert.deepEqual(world.sns.messages, []);
        const [allowed, denied] = (await told(world)).map(({ detail }) => detail as Record<string, any>); // eslint-disable-line @typescript-eslint/no-explicit-any -- fields of CloudTrail
        assert.deepEqual([allowed!.eventName, allowed!.eventSource, allowed!.readOnly, allowed!.errorCode, denied!.errorCode], ["PutBucketPolicy", "s3.amazonaws.com", false, undefined, "AccessDenied"]);
        assert.deepEqual([allowed!.userIdentity.type, allowed!.userIdentity.sessionContext.sessionIssuer.arn], ["AssumedRole", `arn:aws:iam::${backup}:role/rds-vault/admin`]);
        assert.notEqual(allowed!.eventID, denied!.eventID);
    });
    it("knows no data events, and names Lambda's calls as Lambda does", async () => {
        const world = watchedWorld({ eventSource: ["s3.amazonaws.com", "sqs.amazonaws.com", "sns.amazonaws.com", "lambda.amazonaws.com", "logs.amazonaws.com", "iam.amazonaws.com"] });
        const principal = admin(world, "*", "*");
        for (const [action, resource] of [["s3:PutObject", "arn:aws:s3:::vault/a"], ["s3:ListBucketVersions", "arn:aws:s3:::vault"], ["sqs:SendMessage", `arn:aws:sqs:${region}:${backup}:q`], ["lambda:InvokeFunction", `arn:aws:lambda:${region}:${backup}:function:f`]] as const) call(world, principal, action, resource);
        call(world, principal, "lambda:UpdateFunctionCode", `arn:aws:lambda:${region}:${backup}:function:f`);
        assert.deepEqual((await told(world)).map(({ detail }) => detail.eventName), ["UpdateFunctionCode20150331v2"]);
    });
    it("tells the caller's account, and the owner's too unless it was refused", async () => {
        const keyCalls = { eventSource: ["kms.amazonaws.com"], eventName: ["CreateGrant"] };
        const run = async (rights: string) => {
            const world = watchedWorld(keyCalls);
            const arn = `arn:aws:iam::${source}:role/access`;
            world.iam.addRole({ arn, account: source, trust: trust({ Service: "x.amazonaws.com" }), policies: [policy(allow(rights, "*"))] });
            world.iam.setResourcePolicy(keyArn, backup, policy({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${source}:root` }, Action: "kms:*", Resource: "*" }));
            call(world, sessionOf(arn), "kms:CreateGrant", keyArn, { context: { "kms:ViaService": `rds.${region}.amazonaws.com` } });
            return (await told(world)).map(({ account, detail }) => [account, (detail.userIdentity as { invokedBy?: string }).invokedBy]);
        };
        assert.deepEqual(await run("kms:*"), [[backup, "rds.amazonaws.com"]]);
        assert.deepEqual(await run("s3:*"), []);
    });
    it("tells reading calls only to rules that ask for all of them", async () => {
        for (const readsToo of [true, false]) {
            const world = watchedWorld({ eventSource: ["kms.amazonaws.com"] }, readsToo);
            const principal = admin(world, "kms:*", "*");
            for (const action of ["kms:DescribeKey", "kms:Decrypt"]) call(world, principal, action, keyArn);
            assert.deepEqual((await told(world)).map(({ detail }) => detail.eventName), readsToo ? ["DescribeKey", "Decrypt"] : ["Decrypt"]);
        }
    });
    it("tells IAM's calls in us-east-1, from where a rule forwards them home", async () => {
        const world = watchedWorld({ eventSource: ["iam.amazonaws.com"] });
        const principal = admin(world, "iam:*", "*");
        call(world, principal, "iam:DeleteRole", `arn:aws:iam::${backup}:role/r`);
        assert.deepEqual(await told(world), []);
        const forwarder = `arn:aws:events:us-east-1:${backup}:rule/forward`;
        const roleArn = addRole(world, "forward", "events.amazonaws.com", policy(allow("events:PutEvents", defaultBus(backup))));
        world.events.addRule({ arn: forwarder, account: backup, busArn: `arn:aws:events:us-east-1:${backup}:event-bus/default`, pattern: JSON.stringify({ source: ["aws.iam"] }), targets: [{ arn: defaultBus(backup), roleArn }] });
        call(world, principal, "iam:DeleteRole", `arn:aws:iam::${backup}:role/r`);
        assert.deepEqual((await told(world)).map((event) => [event.region, event.detail.eventName]), [["us-east-1", "DeleteRole"]]);
    });
    it("hands over what the rule's transformer makes of it", async () => {
        const world = watchedWorld(bucketCalls);
        const transformer = { paths: { call: "$.detail.eventName", error: "$.detail.errorCode" }, template: '"<call> in the account"\n"error: <error>"' };
        world.events.addRule({ arn: ruleArn, account: backup, busArn: defaultBus(backup), pattern: JSON.stringify({ detail: { eventName: ["PutBucketPolicy"] } }), targets: [{ arn: topicArn, transformer }] });
        call(world, admin(world, "s3:*", "*"), "s3:PutBucketPolicy", "arn:aws:s3:::vault");
        await told(world);
        assert.equal(world.sns.messages[1]!.message, '"PutBucketPolicy in the account"\n"error: "');
    });
});
