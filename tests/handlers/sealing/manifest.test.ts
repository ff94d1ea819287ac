import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import { seal } from "../../../handlers/seal";
import { digestOf, signed, textOf } from "../../../handlers/lib/sealing/manifest";
import { resource8 } from "../../../handlers/lib/database";
import { manifestName, parseManifestName } from "../../../handlers/lib/manifestName";
import { taskIdStem } from "../../../handlers/lib/taskId";
import type { Destination } from "../../../handlers/lib/types";
import { Export, ended, fixture, hour, keyArn, manifestIn, postgres, request, run, taskId } from "./sealing";

const schema = JSON.parse(readFileSync(join(__dirname, "../../../schemas/manifest-v1.json"), "utf8"));
const isTime = (text: string) => !Number.isNaN(Date.parse(text));
const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, formats: { "date-time": isTime, date: isTime } }).compile(schema);
const valid = (document: unknown): boolean => validate(document) as boolean;

describe("the manifest", () => {
    describe("in docs/manifest.md", () => {
        const page = readFileSync(join(__dirname, "../../../docs/manifest.md"), "utf8");
        const [, text = ""] = /```json\n(\{\n  "version"[^]*?)\n```/.exec(page) ?? [];
        const example = JSON.parse(text);
        it("is a valid one, written as manifests are, with the digest that it names", () => {
            assert.ok(valid(example), JSON.stringify(validate.errors));
            assert.equal(digestOf(example), example.sha256);
            assert.equal(text, textOf(example).trimEnd(), "so that the documented command verifies what is copied from there");
        });
        it("is the one of the path above it, and of the task that its snapshot gives", () => {
            const { account, dataDate, database, snapshot, task, vault, status } = example;
            const { kind, identifier, resourceId } = database;
            const name = { account, dataDate, kind, database: identifier, resource8: resource8(resourceId), taskId: task.id, outcome: status };
            assert.equal(/^manifests\/\S+/m.exec(page)?.[0], manifestName(name));
            assert.equal(task.id, `${taskIdStem(snapshot, { partition: "aws", bucket: vault.bucket } as Destination)}-${task.attempt}`);
            assert.ok(snapshot.arn.includes(`:${account}:snapshot:rds:${identifier}-`) && snapshot.createdAt.startsWith(dataDate));
            assert.equal(task.prefix, `exports/${account}/${kind}.${identifier}/${dataDate}`);
            assert.deepEqual(example.objects.filter(({ key }: { key: string }) => key.startsWith("export_") && !key.includes(task.id)), []);
        });
    });
    const part = "app/public.orders/1/part-00000-x.gz.parquet";
    const outcomes: Record<string, () => Promise<Export>> = {
        complete: () => sealed(postgres()),
        "complete, in parts, with tampering": () => sealed(postgres().file(part, {}, ended + hour), { limits: { inline: 2, perPart: 3 } }),
        "complete with an accepted skip": () => sealed(new Export().tables(["app/app.customers"]).infos(fixture("tables_mysql.json")), { skips: [{ databases: [{ text: "*", pattern: "^.*$" }], tables: ["*"] }] }),
        "partial for all reasons": () => sealed(new Export().tables(["app/app.customers"]).infos(fixture("tables_mysql.json")).file("app/app.customers/2/x", { mode: undefined, until: undefined }).file(`export_info_${taskId}.json`, { marker: true }), { at: ended + 7 * hour, request: request({ warningMessage: "?" }) }),
        "partial without anything": () => sealed(new Export(), { at: ended + 7 * hour }),
        "partial by a flood": () => sealed(postgres(), { limits: { versions: 3 } }),
        failed: () => sealed(new Export(), { request: request({ status: "FAILED", failureCause: "The RDS export failed with an unknown internal error." }) }),
        "canceled, the snapshot gone": () => sealed(new Export(), { request: { ...request({ status: "CANCELED" }), snapshot: undefined, resourceId: "" } }),
    };
    async function sealed(s3: Export, more: Parameters<typeof run>[1] = {}) {
        await run(s3, more);
        return s3;
    }

    for (const [what, make] of Object.entries(outcomes)) {
        it(`that is ${what} follows its schema, its name and its digest`, async () => {
            const { key, body, manifest } = manifestIn(await make());
            assert.ok(valid(manifest), JSON.stringify(validate.errors, null, 2));
            assert.equal(manifest.status, what.split(/[ ,]/)[0]);
            assert.equal(parseManifestName(key)?.outcome, manifest.status);
            assert.equal(manifest.sha256, digestOf(manifest));
            assert.equal(body, textOf(manifest), "a reader that parses it and writes it again gets the same text");
        });
    }

    it("isn't taken by the schema as complete with a problem, or with a table that nobody accepted", async () => {
        const { manifest } = manifestIn(await outcomes.complete!());
        const skipped = { name: "x", status: "skipped", files: 0, bytes: 0, accepted: false };
        for (const wrong of [{ problems: ["x"] }, { defects: { count: 1, first: [] } }, { tables: [skipped] }, { objects: undefined }, { status: "partial" }, { sha256: "0" }, { more: 1 }]) {
            assert.ok(!valid(JSON.parse(JSON.stringify({ ...manifest, ...wrong }))), JSON.stringify(wrong));
        }
    });

    it("has another digest after any change, and the same after a round through JSON", () =>
        fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
            const one = signed({ version: 1, document: JSON.stringify(document) });
            assert.equal(digestOf(JSON.parse(textOf(one))), one.sha256);
            assert.notEqual(digestOf({ ...one, version: 2 }), one.sha256);
        })));
});

describe("the handler", () => {
    const given = { ...process.env };
    afterEach(() => {
        process.env = { ...given };
    });

    it("gives malformed records back, consumes what AWS refuses, and needs its environment", async () => {
        Object.assign(process.env, {
            VAULT_BUCKET: "rds-vault-prod-eu-west-1-444455556666", VAULT_KEY_ARN: keyArn, RETENTION_DAYS: "35", AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "s",
            AWS_ENDPOINT_URL: "http://127.0.0.1:1", // a closed port
        });
        const lines: string[] = [];
        const print = console.log;
        console.log = (line: string) => void lines.push(JSON.parse(line).message);
        try {
            const records = [["poison", "{"], ["refused", JSON.stringify(request())]].map(([messageId, body]) => ({ messageId, body }));
            const answer = await seal([])()({ Records: records } as never, { getRemainingTimeInMillis: () => 900_000 });
            assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: "poison" }] });
        } finally {
            console.log = print;
        }
        assert.deepEqual(lines, ["malformed-request", "throttled"]);
        process.env.RETENTION_DAYS = "soon";
        assert.throws(seal([]), /RETENTION_DAYS/);
    });
});
