// Doesn't prove that AWS names its refusals as here, nor how long a function stays warm.
import assert from "node:assert/strict";
import { mock } from "node:test";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { start } from "../../handlers/start";
import { account, now, settings } from "./planning";

const other = "222233334444";
const minutes = 60_000;
const day = 24 * 60;

interface Said { readonly message: string; readonly account?: string; readonly reason?: string; readonly level: string; readonly AccountsNotReady?: number }

describe("an account that can't be looked at", () => {
    const { env } = process;
    const print = console.log;
    const clients = [RDSClient, S3Client, SQSClient].map(({ prototype }) => prototype as unknown as { send?: unknown });
    /** What RDS answers, and what S3 does when it is asked whether there are manifests. */
    let refuse: string | undefined;
    let holds: number | string;
    let asked: object[];
    let said: Said[];

    beforeEach(() => {
        [refuse, holds, asked, said] = [undefined, 0, [], []];
        process.env = { ...env, VAULT_BUCKET: "b", VAULT_KEY_ARN: "arn:aws:kms:eu-west-1:444455556666:key/k", ACCESS_ROLE: "a", EXPORT_ROLE: "e", EXTERNAL_ID: "x", SEAL_QUEUE_URL: "https://sqs/q", AWS_REGION: "eu-west-1", STACK: "s" };
        console.log = (line: string) => (line.startsWith('{"level"') ? void said.push(JSON.parse(line)) : print(line));
        const error = (name: string) => Object.assign(new Error(`${name}!`), { name, $fault: "client", $metadata: {} });
        for (const client of clients) {
            client.send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: { MaxKeys?: number } }) => {
                if (name.startsWith("Describe") && refuse) throw error(refuse);
                if (name !== "ListObjectsV2Command" || input.MaxKeys !== 1) return {};
                asked.push(input);
                if (typeof holds === "string") throw error(holds);
                return { Contents: Array.from({ length: holds }, () => ({})) };
            };
        }
        mock.timers.enable({ apis: ["Date"], now });
    });
    afterEach(() => {
        mock.timers.reset();
        for (const client of clients) delete client.send;
        [process.env, console.log] = [env, print];
    });

    /** A function that is asked at these minutes; what it says of the account each time, and how many weren't ready. */
    async function told(...steps: (readonly [at: number, refusal?: string])[]): Promise<string[]> {
        const starter = start({ ...settings(), accounts: { [account]: { name: "shop" } } })();
        const results: string[] = [];
        for (const [at, refusal] of steps) {
            [refuse, said] = [refusal, []];
            mock.timers.setTime(now.getTime() + at * minutes);
            await starter({ Records: [{ messageId: "1", body: JSON.stringify({ source: "rds-vault.sweep", account }) }] } as never);
            const codes = said.filter(({ level }) => level !== "INFO").map(({ message }) => message);
            results.push([...codes, said.find(({ message }) => message === "batch")?.AccountsNotReady].join(" "));
        }
        return results;
    }

    for (const name of ["ThrottlingException", "TimeoutError", "InternalFailure"]) {
        it(`${name}: passes for an hour, and then no more`, async () =>
            assert.deepEqual(await told([0, name], [30, name], [59, name], [60, name]), ["throttled 0", "throttled 0", "throttled 0", "account-not-ready 1"]));
    }
    it("passes anew after a look that came to its end", async () =>
        assert.deepEqual(await told([0, "Throttling"], [45, "Throttling"], [59], [70, "Throttling"], [119, "Throttling"]), ["throttled 0", "throttled 0", "0", "throttled 0", "throttled 0"]));
    it("isn't ready at once where a right lacks", async () => assert.deepEqual(await told([0, "AccessDenied"]), ["account-not-ready 1"]));

    for (const name of ["AccessDenied", "Throttling"]) {
        it(`${name}: is lost after an hour if it was looked at before, said once a day`, async () => {
            const last = await told([0], [15, name], [70, name], [75, name], [90, name], [day, name], [day + 15, name]);
            assert.deepEqual(last.map((each) => each.includes("account-lost")), [false, false, false, true, false, true, false]);
            assert.deepEqual(asked, []);
        });
        it(`${name}: is lost for a function that is new, if the vault holds manifests of it`, async () => {
            holds = 1;
            assert.deepEqual((await told([0, name], [60, name])).map((each) => each.includes("account-lost")), [false, true]);
            assert.deepEqual(asked, [{ Bucket: "b", Prefix: `manifests/${account}/`, MaxKeys: 1 }]);
        });
    }
    it("says since when, and what AWS said", async () => {
        await told([0], [15, "AccessDenied"], [75, "AccessDenied"]);
        const { account: whose, reason } = said.find(({ message }) => message === "account-lost")!;
        assert.deepEqual([whose, reason], [account, "every look at the account has failed since 2026-11-18T12:15:00.000Z, so nothing of it is saved or watched: AccessDenied!"]);
    });
    it("isn't lost while its stack is still to come", async () => {
        assert.deepEqual(await told([0, "AccessDenied"], [60, "AccessDenied"]), ["account-not-ready 1", "account-not-ready 1"]);
        assert.equal(asked.length, 1);
    });
    it("is lost a look later, where the vault couldn't tell", async () => {
        holds = "SlowDown";
        const starts = told([0, "AccessDenied"], [60, "AccessDenied"], [75, "AccessDenied"]);
        assert.deepEqual(await starts, ["account-not-ready 1", "account-not-ready 1", "account-not-ready 1"]);
        assert.equal(asked.length, 2);
    });
    it("doesn't hide another one", async () => {
        const starter = start({ ...settings(), accounts: { [account]: { name: "shop" }, [other]: { name: "billing" } } })();
        holds = 1;
        refuse = "AccessDenied";
        for (const at of [0, 60]) {
            mock.timers.setTime(now.getTime() + at * minutes);
            await starter({ Records: [account, other].map((id) => ({ messageId: id, body: JSON.stringify({ source: "rds-vault.sweep", account: id }) })) } as never);
        }
        assert.deepEqual(said.filter(({ message }) => message === "account-lost").map((line) => line.account), [account, other]);
    });
});
