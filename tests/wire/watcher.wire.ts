// Doesn't prove the right to read logs: moto judges nobody.
import assert from "node:assert/strict";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import type { Peer } from "../peers/peer";
import { database, inventory } from "../handlers/watching/watching";
import { adapted } from "./dialects";
import { startMiniStack, startMoto } from "./emulators";
import { nodeVersions, said, startFunction, type Answer, type Environment, type NodeVersion } from "./functions";
import { arns, backup, names, region } from "./hub";
import { installRoles, rightsNamed, rootOf, without } from "./ministack";
import { taken } from "./queues";
import { trailArn, watchedIn } from "./watched";

/** The handler leaves pages out when its time is almost over. */
const timeoutMs = 900_000;
/** CloudWatch Logs answers with 10,000 lines at most: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const many = 10_400;
const sealed = { level: "INFO", message: "sealed", account: "111122223333", outcome: "complete", bytes: 1e6 };
const inventories = () => ["111122223333", "222233334444", "333344445555"].map((account) => inventory(account, [database("orders")], new Date().toISOString()));
const clear = async (url: string) => void (await (await fetch(url, { method: "POST" })).arrayBuffer());

describe("the watcher's deployed text against MiniStack's S3, CloudTrail and SNS, and moto's CloudWatch Logs", function () {
    this.timeout(300_000);
    let [miniStack, moto] = [undefined, undefined] as unknown as [Peer, Peer];
    let watched: ReturnType<typeof watchedIn>;
    const stops: (() => Promise<void>)[] = [];

    before(async () => {
        miniStack = await startMiniStack(region, process.execPath);
        moto = await startMoto(backup);
    });
    after(async () => {
        await miniStack?.stop();
        await moto?.stop();
    });
    beforeEach(async () => {
        await clear(`${miniStack.url}/_ministack/reset`);
        await clear(`${moto.url}/moto-api/reset`);
        await installRoles(miniStack.url);
        watched = watchedIn(miniStack.url, moto.url);
    });
    afterEach(async () => {
        for (const stop of stops.splice(0).reverse()) await stop();
    });

    async function watcher(version: NodeVersion): Promise<Environment> {
        // MiniStack lets root into a role that trusts Lambda.
        const { Credentials } = await rootOf(miniStack.url, backup).sts.send(new AssumeRoleCommand({ RoleArn: arns.watcherRole, RoleSessionName: "wire" }));
        const session = { AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId!, AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey!, AWS_SESSION_TOKEN: Credentials!.SessionToken! };
        const environment = startFunction("watch", version, { ...session, AWS_ENDPOINT_URL: miniStack.url, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: moto.url });
        stops.push(() => environment.stop());
        return environment;
    }
    const mailsIn = async (queue: string) => (await taken(watched.sqs, queue)).map((text) => JSON.parse(text) as { Subject: string; Message: string });
    const told = (answer: Answer) => `${JSON.stringify(answer)}\n${miniStack.log()}\n${moto.log()}`;

    for (const version of nodeVersions) {
        it(`mails that all is well, with the lock, the trail and what was sealed, on Node ${version}`, async () => {
            const notices = await watched.install();
            await watched.say("STARTER_LOGS", inventories());
            for (let i = 0; i < 2; i++) await watched.say("SEALER_LOGS", Array.from({ length: many / 2 }, () => sealed));
            const environment = await watcher(version);
            // The second finds the day's canary.
            for (const answer of [await environment.invoke({}, timeoutMs), await environment.invoke({}, timeoutMs)]) {
                assert.equal(answer.node.split(".")[0], version);
                assert.equal(answer.error, undefined, told(answer));
                const [line, ...others] = answer.lines;
                assert.deepEqual([line!.message, line!["lock"], line!["trail"], line!["gaps"], others], ["watch", true, true, 0, []], told(answer));
            }
            const mails = await mailsIn(notices);
            assert.deepEqual(mails.map(({ Subject }) => Subject), Array.from({ length: 2 }, () => `${names.prefix}: all well, 3 databases in 3 accounts`));
            for (const { Message } of mails) {
                assert.match(Message, /Sealed in 24 hours: 10400 complete, 0 partial, 0 failed or canceled; 10\.4 GB\./);
                assert.ok(Message.includes(`Trail: ${trailArn} logs.`), Message);
            }
            assert.equal((await watched.s3.send(new HeadObjectCommand({ Bucket: names.bucket, Key: `canary/${new Date().toISOString().slice(0, 10)}` }))).ObjectLockMode, "COMPLIANCE");
        });

        it(`alarms and mails that the lock is broken, the trail stopped, and what the starter said, on Node ${version}`, async () => {
            const notices = await watched.install({ Mode: "GOVERNANCE", Days: 1 });
            await watched.stopTrail();
            await watched.say("STARTER_LOGS", [...inventories(), { level: "ERROR", message: "account-not-ready", account: "222233334444", reason: "no role" }]);
            const answer = await (await watcher(version)).invoke({}, timeoutMs);
            assert.equal(answer.error, undefined, told(answer));
            assert.match(String(said(answer, "lock-broken")[0]?.["reason"]), /the object's lock is GOVERNANCE, not COMPLIANCE; .*default retention is GOVERNANCE for 1 day, not COMPLIANCE for 35 days/, told(answer));
            assert.match(String(said(answer, "trail-silent")[0]?.["reason"]), /trail\/all is stopped/);
            const [mail, ...others] = await mailsIn(notices);
            assert.deepEqual([mail!.Subject, others], [`${names.prefix}: LOCK BROKEN, NO TRAIL LOGS, 1 alarm`, []]);
            assert.match(mail!.Message, /ALARM account-not-ready \(1\)[^]*222233334444[^]*no role/);
        });

        it(`says in log and mail what it has no right to, and does the rest, on Node ${version}`, async () => {
            const notices = await watched.install();
            await watched.say("STARTER_LOGS", inventories());
            await watched.say("SEALER_LOGS", [sealed]);
            const { role: RoleName, name: PolicyName, policy } = rightsNamed("watch-watcher-rights");
            await rootOf(miniStack.url, backup).iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: adapted(without(policy, "LookAtTrails")) }));
            const answer = await (await watcher(version)).invoke({}, timeoutMs);
            assert.match(answer.error!, /couldn't do all of its work: trails\./, told(answer));
            assert.match(String(said(answer, "watch-failed")[0]?.["detail"]), /not authorized to perform: cloudtrail:GetTrailStatus/);
            const [mail, ...others] = await mailsIn(notices);
            assert.deepEqual([mail!.Subject, others], [`${names.prefix}: not all could be read`, []]);
            assert.match(mail!.Message, /Sealed in 24 hours: 1 complete[^]*Lock: canary\/[-\d]+ is kept in COMPLIANCE mode/, mail!.Message);
        });
    }
});
