// Doesn't prove Lambda's managed runtime: the text runs on the Node that runs the tests, with this project's SDK.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { taskId, taskIdStem } from "../../handlers/lib/taskId";
import { renderedStack, root } from "../rendered";

const environments = {
    start: { VAULT_BUCKET: "b", VAULT_KEY_ARN: "arn:aws:kms:eu-west-1:444455556666:key/k", ACCESS_ROLE: "a", EXPORT_ROLE: "e", EXTERNAL_ID: "x", SEAL_QUEUE_URL: "http://127.0.0.1:1/q" },
    seal: { VAULT_BUCKET: "b", VAULT_KEY_ARN: "arn:aws:kms:eu-west-1:444455556666:key/k", RETENTION_DAYS: "35" },
    sweep: { TRIGGER_QUEUE_URL: "http://127.0.0.1:1/q", VAULT_BUCKET: "b" },
    watch: {
        VAULT_BUCKET: "b", VAULT_KEY_ARN: "arn:aws:kms:eu-west-1:444455556666:key/k", RETENTION_DAYS: "35", NOTICES_TOPIC_ARN: "arn:aws:sns:eu-west-1:444455556666:n",
        STARTER_LOGS: "/aws/lambda/starter", SEALER_LOGS: "/aws/lambda/sealer", SWEEPER_LOGS: "/aws/lambda/sweeper",
    },
};
type Name = keyof typeof environments;

/** Runs the serialized text in a child process and returns what `event` gives. */
function run(name: Name, event: unknown, environment: Record<string, string> = environments[name]) {
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-"));
    try {
        writeFileSync(join(folder, "__index.js"), renderedStack().functions[name]!.files["__index.js"]!);
        const program = `require(${JSON.stringify(join(folder, "__index.js"))}).handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60000 }).then((result) => console.log("RESULT " + JSON.stringify(result)), (error) => console.log("ERROR " + error.name + ": " + error.message));`;
        const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], {
            encoding: "utf8",
            env: {
                PATH: process.env.PATH, NODE_PATH: join(root, "node_modules"), AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "s",
                // A closed port: whatever is called fails at once.
                AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_MAX_ATTEMPTS: "1", AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", ...environment,
            },
        });
        return { out: stdout, all: stdout + stderr };
    } finally {
        rmSync(folder, { recursive: true });
    }
}
const record = (messageId: string, body: string) => ({ messageId, body });

describe("the serialized functions", function () {
    this.timeout(60_000);

    const requires = {
        start: ["@aws-sdk/client-rds", "@aws-sdk/client-s3", "@aws-sdk/client-sqs", "@aws-sdk/client-sts", "crypto"],
        seal: ["@aws-sdk/client-s3", "crypto"],
        sweep: ["@aws-sdk/client-organizations", "@aws-sdk/client-s3", "@aws-sdk/client-sns", "@aws-sdk/client-sqs"],
        watch: ["@aws-sdk/client-cloudtrail", "@aws-sdk/client-cloudwatch-logs", "@aws-sdk/client-s3", "@aws-sdk/client-sns"],
    };
    for (const name of ["start", "seal", "sweep", "watch"] as const) {
        it(`${name} requires exactly ${requires[name].join(", ")}`, () => {
            const text = renderedStack().functions[name]!.files["__index.js"]!;
            const found = [...text.matchAll(/require\("([^"]+)"\)/g)].map(([, module]) => module!.replace(/^node:/, ""));
            assert.deepEqual([...new Set(found)].sort(), requires[name]);
        });

        it(`${name} stays below 150 kB: it holds functions of ours and what they capture, nothing else`, () => {
            const { length } = renderedStack().functions[name]!.files["__index.js"]!;
            assert.ok(length < 150_000, `${length} bytes`);
        });

        for (const variable of Object.keys(environments[name])) {
            it(`${name} stops at cold start without ${variable}, naming it`, () => {
                const { all } = run(name, { Records: [] }, { ...environments[name], [variable]: "" });
                assert.match(all, new RegExp(`The environment variable ${variable} is missing`));
            });
        }
    }

    it("start looks at the members that the sweep tells of, and at no account that calls itself one", () => {
        const told = (source: string, account: string) => record(account, JSON.stringify({ source, account, member: { id: account, name: "n", units: ["ou-ab12-11111111"], tags: {} } }));
        const { out } = run("start", { Records: [told("rds-vault.sweep", "555566667777"), told("aws.rds", "666677778888"), record("event", JSON.stringify({ source: "aws.rds", account: "555566667777" }))] });
        assert.deepEqual(JSON.parse(/RESULT (.*)/.exec(out)![1]!), { batchItemFailures: [] });
        const lines = out.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
        assert.deepEqual(lines.map(({ message, account }) => [message, account]), [["not-enrolled", "666677778888"], ["throttled", "555566667777"], ["batch", undefined]]);
        const { AccountsNotReady, Stack, _aws } = lines[2];
        assert.deepEqual([AccountsNotReady, Stack, _aws.CloudWatchMetrics], [0, "", [{ Namespace: "rds-vault", Dimensions: [["Stack"]], Metrics: [{ Name: "AccountsNotReady", Unit: "Count" }] }]]);
    });

    it("start gives back malformed records only, drops accounts that aren't enrolled, and consumes what AWS refuses", () => {
        const { out } = run("start", {
            Records: [
                record("poison", "{ not a trigger"),
                record("no-account", JSON.stringify({ source: "aws.rds" })),
                record("stranger", JSON.stringify({ account: "999988887777" })),
                record("forged", JSON.stringify({ account: "111122223333", resources: ["arn:aws:rds:eu-west-1:222233334444:snapshot:x"] })),
            ],
        });
        const result = JSON.parse(/RESULT (.*)/.exec(out)![1]!);
        assert.deepEqual(result, { batchItemFailures: [{ itemIdentifier: "poison" }, { itemIdentifier: "no-account" }] });
        const messages = out.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line).message);
        assert.deepEqual(messages.sort(), ["batch", "forged", "malformed-trigger", "malformed-trigger", "not-enrolled", "throttled"]);
    });

    it("seal gives back malformed requests only, and consumes what AWS refuses: the starter asks again", () => {
        const account = "111122223333";
        const sourceArn = `arn:aws:rds:eu-west-1:${account}:snapshot:rds:orders-2026-10-05-02-10`;
        const snapshotTime = "2026-10-05T02:10:00.000Z";
        const { VAULT_BUCKET, VAULT_KEY_ARN } = environments.seal;
        const task = {
            id: taskId(taskIdStem({ arn: sourceArn, createdAt: snapshotTime }, { partition: "aws", bucket: VAULT_BUCKET, keyArn: VAULT_KEY_ARN, exportRole: "e" }), 1), status: "COMPLETE", bucket: "b", prefix: `exports/${account}/instance.orders/2026-10-05`,
            sourceArn, snapshotTime, keyArn: VAULT_KEY_ARN, roleArn: `arn:aws:iam::${account}:role/rds-vault/e`,
            startedAt: "2026-10-05T03:00:00.000Z", endedAt: "2026-10-05T04:00:00.000Z", exportOnly: [],
        };
        const request = (changes: object) => JSON.stringify({ account, task: { ...task, ...changes }, resourceId: "db-ABCDEFGH" });
        const { out } = run("seal", {
            Records: [
                record("poison", "{ not a request"),
                record("elsewhere", request({ prefix: "exports/222233334444/instance.orders/2026-10-05" })),
                record("unfinished", request({ status: "IN_PROGRESS" })),
                record("good", request({})),
            ],
        });
        const result = JSON.parse(/RESULT (.*)/.exec(out)![1]!);
        assert.deepEqual(result, { batchItemFailures: ["poison", "elsewhere", "unfinished"].map((itemIdentifier) => ({ itemIdentifier })) });
        const messages = out.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line).message);
        assert.deepEqual(messages.sort(), ["malformed-request", "malformed-request", "malformed-request", "throttled"]);
    });

    it("seal stops at cold start when the days aren't a number", () => {
        assert.match(run("seal", { Records: [] }, { ...environments.seal, RETENTION_DAYS: "soon" }).all, /RETENTION_DAYS is no number/);
    });

    it("carries the accepted skips of the configuration into the sealer's text", () => {
        const folder = mkdtempSync(join(tmpdir(), "rds-vault-"));
        try {
            const file = join(folder, "Pulumi.prod.yaml");
            const skips = '  rds-vault:exports:\n    acceptedSkips: [{ databases: ["warehouse-*"], tables: ["app.public.tmp_*"] }]\n';
            writeFileSync(file, readFileSync(join(root, "Pulumi.prod.yaml"), "utf8").replace(/ {2}rds-vault:exports:[^]*$/, skips));
            const text = renderedStack(file).functions.seal!.files["__index.js"]!;
            assert.ok(text.includes("app.public.tmp_*") && text.includes("warehouse-*"), "captured");
            assert.ok(!renderedStack().functions.seal!.files["__index.js"]!.includes("tmp_"));
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("sweep fails loudly when the queue can't be reached", () => {
        assert.match(run("sweep", {}).out, /^ERROR /m);
    });

    it("watch says each step that AWS refuses, tries all, and fails at the end", () => {
        const { out } = run("watch", {});
        const lines = out.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
        const errors = ["starter", "sealer", "sweeper"].map((name) => `errors in /aws/lambda/${name}`);
        const steps = ["lock canary", "trails", "volumes", "inventories", "inventories of the day before", ...errors, "digest"];
        assert.deepEqual(lines.map(({ message, step }) => [message, step]), [...steps.map((step) => ["watch-failed", step]), ["watch", undefined]]);
        assert.deepEqual([lines.at(-1).Watched, lines.at(-1).failed], [1, steps]);
        assert.match(out, /ERROR Error: The watcher couldn't do all of its work: lock canary, trails, volumes, /);
    });

    it("watch is one file that holds names of accounts and no filters", () => {
        const { files } = renderedStack().functions.watch!;
        assert.deepEqual(Object.keys(files).filter((path) => !/package(-lock)?\.json$/.test(path)), ["__index.js"]);
        assert.doesNotMatch(files["__index.js"]!, /lookbackDays/);
    });
});
