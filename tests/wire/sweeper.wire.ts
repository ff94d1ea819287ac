// Doesn't prove rights, and how Organizations throttles: moto judges nobody, and answers the management account alone (deviations/).
import assert from "node:assert/strict";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { enrolmentOf } from "../../components/enrolment";
import { rulesOfMember } from "../../handlers/lib/member";
import { parseTrigger, type Trigger } from "../../handlers/lib/trigger";
import { settingsFromFile } from "../../rehearsal/config";
import type { Peer } from "../peers/peer";
import { startMoto } from "./emulators";
import { nodeVersions, renderedFunctions, said, startFunction, type Environment, type Functions } from "./functions";
import { region } from "./hub";
import { configuration, found, type Founded } from "./organization";
import { taken } from "./queues";
import { relayTo, type Passing } from "./relay";

const operationOf = ({ headers }: Passing) => /^AWSOrganizationsV20161128\.(\w+)$/.exec(String(headers["x-amz-target"]))?.[1];

describe("the sweeper's deployed text against moto's Organizations", function () {
    this.timeout(300_000);
    let moto: Peer;
    let organization: Founded;
    let config: ReturnType<typeof configuration>;
    let functions: Functions;

    before(async () => {
        moto = await startMoto();
        const { organizations, s3 } = clients();
        organization = await found(organizations);
        config = configuration(organization);
        functions = renderedFunctions("--config", config.file);
        const Bucket = functions.rendered.functions["sweep"]!.environment["VAULT_BUCKET"];
        await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
        await s3.send(new PutObjectCommand({ Bucket, Key: `manifests/${organization.crowd[7]}/2026-11-23/instance.orders.ORDERS12/x.complete.json`, Body: "{}" }));
    });
    after(async () => {
        await moto?.stop();
        config?.remove();
    });

    function clients() {
        const settings = { endpoint: moto.url, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
        return { organizations: new OrganizationsClient(settings), sqs: new SQSClient(settings), sns: new SNSClient(settings), s3: new S3Client({ ...settings, forcePathStyle: true }) };
    }

    for (const version of nodeVersions) {
        describe(`on Node ${version}`, () => {
            let [triggerQueue, beats, topicArn] = ["", "", ""];
            const stops: (() => Promise<void>)[] = [];

            before(async () => {
                const { sqs, sns } = clients();
                const addQueue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl!;
                [triggerQueue, beats] = [await addQueue(`trigger-${version}`), await addQueue(`beats-${version}`)];
                topicArn = (await sns.send(new CreateTopicCommand({ Name: `heartbeat-${version}` }))).TopicArn!;
                await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint: `arn:aws:sqs:${region}:${organization.accounts.management}:beats-${version}`, Attributes: { RawMessageDelivery: "true" } }));
            });
            afterEach(async () => {
                for (const stop of stops.splice(0).reverse()) await stop();
            });

            async function sweeper(before: (passing: Passing) => void): Promise<Environment> {
                const relay = await relayTo(moto.url, before);
                stops.push(() => relay.stop());
                const environment = startFunction("sweep", version, { AWS_ACCESS_KEY_ID: "test", AWS_ENDPOINT_URL: relay.url, TRIGGER_QUEUE_URL: triggerQueue.replace(moto.url, relay.url), HEARTBEAT_TOPIC_ARN: topicArn }, functions);
                stops.push(() => environment.stop());
                return environment;
            }
            const triggers = async () => (await taken(clients().sqs, triggerQueue)).map(parseTrigger);
            const accountsIn = (all: readonly Trigger[]) => all.map(({ account }) => account).sort();

            it("sends a trigger for each active member of the units and of those below, with what its rules go by", async () => {
                const { units, accounts, crowd } = organization;
                const pages: (string | undefined)[] = [];
                const answer = await (await sweeper((passing) => {
                    if (operationOf(passing) !== "ListAccountsForParent") return;
                    const { ParentId, NextToken } = JSON.parse(passing.body) as Record<string, string>;
                    if (ParentId === units.workloads) pages.push(NextToken);
                })).invoke({});
                assert.equal(answer.node.split(".")[0], version);
                assert.equal(answer.error, undefined, `${JSON.stringify(answer)}\n${moto.log()}`);
                const all = await triggers();
                const { staged, deep, gold, lake, listed, backup, management } = accounts;
                assert.deepEqual(accountsIn(all), [...crowd, staged, deep, gold, lake, listed].sort(), JSON.stringify(answer.lines));
                assert.deepEqual(pages.map((token) => token !== undefined), [false, true, true]);

                const member = (id: string) => all.find(({ account }) => account === id)!.member!;
                assert.deepEqual(member(deep), { id: deep, name: "deep", units: [units.workloads, units.staging, units.below], tags: {} });
                assert.deepEqual([member(gold).tags, member(lake).units, member(listed)], [{ backup: "gold" }, [units.data], undefined]);
                const enrolment = enrolmentOf(settingsFromFile(config.file));
                const rulesOf = (id: string) => rulesOfMember(enrolment, member(id));
                assert.deepEqual([crowd[0]!, staged, deep, gold].map((id) => rulesOf(id).frequency), ["daily", "weekly", "weekly", "every"]);
                assert.deepEqual(rulesOf(lake).exclude.map(({ text }) => text), ["*-scratch", "*-tmp"]);

                assert.deepEqual(said(answer, "member-apart").map(({ account }) => account).sort(), [management, backup].sort());
                const [beat, ...others] = (await taken(clients().sqs, beats)).map((text) => ({ ...(JSON.parse(text) as object), at: "" }));
                assert.deepEqual([beat, others], [{ stack: "rds-vault-organization-eu-west-1", at: "", accounts: crowd.length + 5, notSwept: 0 }, []]);
            });

            it("sends none any more for who was closed or moved out, and says so once", async () => {
                const { units, addAccount, move, close } = organization;
                const [closing, leaving] = [await addAccount(`closing-${version}`, units.data), await addAccount(`leaving-${version}`, units.data)];
                const warm = await sweeper(() => undefined);
                await warm.invoke({});
                const before = accountsIn(await triggers());
                await close(closing);
                await move(leaving, units.data, units.elsewhere);
                const [second, third] = [await warm.invoke({}), await warm.invoke({})];
                const after = accountsIn(await triggers());
                assert.deepEqual(after, before.filter((id) => id !== closing && id !== leaving).flatMap((id) => [id, id]));
                const left = said(second, "member-left");
                assert.deepEqual(left.map(({ account }) => account).sort(), [closing, leaving].sort(), JSON.stringify(second.lines));
                assert.match(String(left.find(({ account }) => account === closing)!["reason"]), /SUSPENDED/);
                assert.deepEqual(said(third, "member-left"), []);
            });

            it("goes on with listed accounts and those of the ledger, and alarms, when the organization can't be read", async () => {
                const { accounts, crowd } = organization;
                const answer = await (await sweeper((passing) => {
                    // A member asks, to whom nothing is delegated.
                    if (operationOf(passing)) passing.headers["x-moto-account-id"] = crowd[0];
                })).invoke({});
                assert.equal(answer.error, undefined, `${JSON.stringify(answer)}\n${moto.log()}`);
                assert.deepEqual(accountsIn(await triggers()), [accounts.listed, crowd[7]].sort(), JSON.stringify(answer.lines));
                assert.deepEqual(said(answer, "organization-unreadable").map(({ read, triggered }) => [read, triggered]), [[0, 1]]);
            });
        });
    }
});
