// Doesn't prove AWS's own time limits: a server on this machine takes each request and never answers.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { seal } from "../../handlers/seal";
import { start } from "../../handlers/start";
import { sweep } from "../../handlers/sweep";
import { taskId, taskIdStem } from "../../handlers/lib/taskId";
import { settings } from "./planning";

const account = "111122223333";
const keyArn = "arn:aws:kms:eu-west-1:444455556666:key/k";

describe("against endpoints that hang, with the real SDK,", function () {
    this.timeout(15_000);
    const { env } = process;
    const print = console.log;
    let server: Server;
    /** What came in: the service's target, or the path. */
    let asked: string[];
    /** Those that are answered, and how. */
    let answered: [RegExp, string][];
    let lines: Record<string, unknown>[];

    beforeEach(async () => {
        [asked, answered, lines] = [[], [], []];
        server = createServer(({ headers, url }, response) => {
            const what = String(headers["x-amz-target"] ?? url);
            asked.push(what);
            const [, text] = answered.find(([pattern]) => pattern.test(what)) ?? [];
            if (text !== undefined) response.end(text);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        process.env = {
            ...env, AWS_ENDPOINT_URL: endpoint, AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "s", STACK: "s",
            VAULT_BUCKET: "b", VAULT_KEY_ARN: keyArn, TRIGGER_QUEUE_URL: `${endpoint}/444455556666/q`, SEAL_QUEUE_URL: `${endpoint}/444455556666/s`,
            ACCESS_ROLE: "a", EXPORT_ROLE: "e", EXTERNAL_ID: "x", RETENTION_DAYS: "35",
        };
        console.log = (line: string) => (line.startsWith('{"level"') ? void lines.push(JSON.parse(line) as Record<string, unknown>) : print(line));
    });
    afterEach(async () => {
        [process.env, console.log] = [env, print];
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });

    const organization = { organizationId: "o-1", units: ["ou-a"], rules: [] };
    const sweeping = (patience: { reading: number; request: number; pause: number }) => sweep({ ...settings(), accounts: { [account]: { name: "shop" } }, organization }, patience)()();
    const sweepEnded = () => {
        const [line] = lines.filter(({ message }) => message === "sweep");
        assert.deepEqual([line?.accounts, line?.failed], [1, []]);
        assert.equal(asked[0], "AmazonSQS.SendMessageBatch", "before anything is read");
        assert.equal(lines.filter(({ Alarm }) => Alarm === "organization-unreadable").length, 1);
    };

    it("the sweep ends each request that takes too long, those to the ledger too, after the listed accounts have had their turn", async () => {
        answered = [[/^AmazonSQS/, "{}"]];
        await sweeping({ reading: 600, request: 100, pause: 20 });
        sweepEnded();
        assert.ok(asked.some((each) => each.includes("ListAccountsForParent")) && asked.some((each) => each.includes("manifests")));
    });
    it("the sweep ends its reading when the time is over, whatever a single request may take", async () => {
        answered = [[/^AmazonSQS/, "{}"], [/manifests/, "<ListBucketResult/>"]];
        await sweeping({ reading: 300, request: 60_000, pause: 20 });
        sweepEnded();
    });

    /** Seconds would be long for a test: each client is told to wait less, and nothing else. */
    async function hurried(client: { prototype: object }, run: () => Promise<unknown>): Promise<unknown> {
        const prototype = client.prototype as { send?: unknown };
        const send = prototype.send as (...all: unknown[]) => unknown;
        prototype.send = function (this: { config: { requestHandler: { updateHttpClientConfig(key: string, value: number): void } } }, ...all: unknown[]) {
            this.config.requestHandler.updateHttpClientConfig("requestTimeout", 100);
            return send.apply(this, all);
        };
        try {
            return await run();
        } finally {
            delete prototype.send;
        }
    }

    it("the starter calls the account not ready in passing, and consumes its trigger", async () => {
        const starter = start(settings())();
        const result = await hurried(STSClient, () => starter({ Records: [{ messageId: "1", body: JSON.stringify({ source: "rds-vault.sweep", account }) }] } as never));
        assert.deepEqual(result, { batchItemFailures: [] });
        assert.deepEqual(lines.map(({ message, error }) => [message, error])[0], ["throttled", "TimeoutError"]);
    });
    it("the sealer calls the vault not ready in passing, and consumes the request", async () => {
        const sourceArn = `arn:aws:rds:eu-west-1:${account}:snapshot:rds:orders-2026-10-05-02-10`;
        const snapshotTime = "2026-10-05T02:10:00.000Z";
        const task = {
            id: taskId(taskIdStem({ arn: sourceArn, createdAt: snapshotTime }, { partition: "aws", bucket: "b", keyArn, exportRole: "e" }), 1), status: "COMPLETE", bucket: "b",
            prefix: `exports/${account}/instance.orders/2026-10-05`, sourceArn, snapshotTime, keyArn, roleArn: `arn:aws:iam::${account}:role/rds-vault/e`,
            startedAt: "2026-10-05T03:00:00.000Z", endedAt: "2026-10-05T04:00:00.000Z", exportOnly: [],
        };
        const sealer = seal([])();
        const body = JSON.stringify({ account, task, resourceId: "db-ABCDEFGH" });
        const result = await hurried(S3Client, () => sealer({ Records: [{ messageId: "1", body }] } as never, { getRemainingTimeInMillis: () => 60_000 }));
        assert.deepEqual(result, { batchItemFailures: [] });
        assert.deepEqual(lines.map(({ message, error }) => [message, error]), [["throttled", "TimeoutError"]]);
    });
});
