// Doesn't prove SNS: nothing is delivered, and who may publish is as the IAM evaluator says.
import assert from "node:assert/strict";
import { SNSClient, PublishCommand } from "@aws-sdk/client-sns";
import { serve } from "../../../rehearsal/aws/http";
import type { World } from "../../../rehearsal/aws/types";
import { allow, backup, code, policy, sessionOf, source } from "./small";
import { addRole, emptyWorld, region } from "./relay";

const topicArn = `arn:aws:sns:${region}:${backup}:notices`;
const keyArn = `arn:aws:kms:${region}:${backup}:key/22222222-2222-3333-4444-555555555555`;
const cloudWatch = { arn: "cloudwatch.amazonaws.com", service: "cloudwatch.amazonaws.com" };
const alarmArn = `arn:aws:cloudwatch:${region}:${backup}:alarm:a`;
const fromAlarm = { arn: alarmArn, account: backup };
const ofAccount = { StringEquals: { "aws:SourceAccount": backup } };
const root = { AWS: `arn:aws:iam::${backup}:root` };

function topicWorld(): World {
    const world = emptyWorld();
    world.kms.addKey({ arn: keyArn, account: backup, enabled: true });
    world.iam.setResourcePolicy(keyArn, backup, policy({ Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" }, { Effect: "Allow", Principal: { Service: cloudWatch.service }, Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: "*", Condition: ofAccount }));
    world.sns.addTopic({ arn: topicArn, account: backup, keyArn });
    world.iam.setResourcePolicy(topicArn, backup, policy({ Effect: "Allow", Principal: { Service: cloudWatch.service }, Action: "sns:Publish", Resource: topicArn, Condition: ofAccount }));
    return world;
}

describe("the simulated SNS", () => {
    it("keeps what a service publishes for the account, and refuses another account's", () => {
        const world = topicWorld();
        world.sns.publish(cloudWatch, topicArn, { message: "rang", subject: "ALARM" }, fromAlarm);
        assert.throws(() => world.sns.publish(cloudWatch, topicArn, { message: "rang" }, { arn: alarmArn, account: source }), code("AccessDenied"));
        assert.deepEqual(world.sns.messages.map(({ message, subject, sourceArn }) => [message, subject, sourceArn]), [["rang", "ALARM", alarmArn]]);
        assert.deepEqual(world.calls.map(({ action, allowed }) => [action, allowed]), [["sns:Publish", true], ["kms:GenerateDataKey", true], ["kms:Decrypt", true], ["sns:Publish", false]]);
    });
    it("asks for the key's right too, through SNS only", () => {
        const world = topicWorld();
        const rights = (...more: ReturnType<typeof allow>[]) => sessionOf(addRole(world, "watcher", "lambda.amazonaws.com", policy(allow("sns:Publish", topicArn), ...more)));
        assert.throws(() => world.sns.publish(rights(), topicArn, { message: "digest" }), code("AccessDenied"));
        world.sns.publish(rights(allow("kms:*", keyArn, { Condition: { StringEquals: { "kms:ViaService": `sns.${region}.amazonaws.com` } } })), topicArn, { message: "digest" });
        assert.equal(world.sns.messages.length, 1);
    });
    it("refuses unknown topics and what AWS refuses", () => {
        const world = topicWorld();
        assert.throws(() => world.sns.publish(cloudWatch, `${topicArn}-2`, { message: "m" }, fromAlarm), code("NotFound"));
        assert.throws(() => world.sns.publish(cloudWatch, topicArn, { message: "" }, fromAlarm), code("InvalidParameter"));
        assert.throws(() => world.sns.publish(cloudWatch, topicArn, { message: "m", subject: "s".repeat(101) }, fromAlarm), code("InvalidParameter"));
    });
    it("speaks to the SDK", async () => {
        const world = topicWorld();
        const front = await serve(world);
        const session = sessionOf(addRole(world, "watcher", "lambda.amazonaws.com", policy(allow(["sns:Publish", "kms:*"], [topicArn, keyArn]))));
        const sns = new SNSClient({ region, endpoint: front.url, credentials: { accessKeyId: world.iam.issue(session), secretAccessKey: "s" } });
        try {
            const { MessageId } = await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: "digest", Message: "two\nlines & <more>" }));
            assert.match(MessageId ?? "", /-000000000001$/);
            assert.deepEqual(world.sns.messages.map(({ message, subject }) => [message, subject]), [["two\nlines & <more>", "digest"]]);
            await assert.rejects(sns.send(new PublishCommand({ TopicArn: `${topicArn}-2`, Message: "m" })), /Topic does not exist/);
        } finally {
            sns.destroy();
            await front.stop();
        }
    });
});
