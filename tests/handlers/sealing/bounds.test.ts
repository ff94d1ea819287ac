// Bounds on what a hostile account makes the sealer read, keep and write; and how it finds what stands. Time is no proof, only a hint.
import assert from "node:assert/strict";
import { taskIdStem } from "../../../handlers/lib/taskId";
import type { Destination } from "../../../handlers/lib/types";
import { Export, bucket, ended, fixture, folder, hour, keyArn, manifestIn, pageName, pageOf, postgres, request, run, stem, taskId, type Line } from "./sealing";

const late = ended + 6 * hour;
const messages = (lines: readonly Line[]) => lines.map(({ message }) => message);
const targets = (count: number) => Array.from({ length: count }, (_, n) => `app.public.t${n}`);
const pages = (s3: Export, size: number, all: readonly string[]) => {
    for (let from = 0; from < all.length; from += size) s3.file(pageName(from + 1, from + size), { body: pageOf(all.slice(from, from + size)) });
    return s3.file(`export_info_${taskId}.json`, { body: fixture("export_info.json") });
};
const exported = (count: number) => new Export().tables(targets(count).map((name) => name.replace(".", "/")));

describe("what a sealer reads of info files", () => {
    it("ends at the bytes of all of them, and what is left out is named", async () => {
        const s3 = pages(exported(20), 5, targets(20));
        const size = Buffer.byteLength(pageOf(targets(5)));
        const info = Buffer.byteLength(fixture("export_info.json"));
        const lines = await run(s3, { at: late, limits: { infoBytesInAll: info + 2 * size + 10 } });
        assert.deepEqual(messages(lines), ["unreadable", "partial", "sealed"]);
        assert.equal(s3.calls.filter((name) => name === "GetObjectCommand").length, 3);
        assert.match(manifestIn(s3).manifest.problems.join(), /with it the info files have more than \d+ bytes/);
    });

    it("ends at the characters of all tables, counted as a manifest writes them", async () => {
        const odd = targets(20).map((name) => `${name}${"\u0001".repeat(20)}`);
        for (const [limit, readable] of [[20 * 140, true], [19 * 120, false]] as const) {
            const s3 = pages(new Export().tables(odd.map((name) => name.replace(".", "/"))), 5, odd);
            await run(s3, { at: late, limits: { tableCharacters: limit } });
            const { manifest } = manifestIn(s3);
            assert.equal(/more than \d+ characters/.test(manifest.problems.join()), !readable, String(limit));
            assert.equal(manifest.tables.length, readable ? 20 : 15);
        }
    });

    it("ends at the number of tables", async () => {
        const s3 = pages(exported(20), 5, targets(20));
        await run(s3, { at: late, limits: { tables: 19 } });
        assert.match(manifestIn(s3).manifest.problems.join(), /more than 19 tables/);
    });

    it("makes no longer list of a thousand unreadable files, each with a long name", async () => {
        const s3 = postgres();
        for (let n = 0; n < 1000; n++) s3.file(`export_info_${"x".repeat(700)}${n}.json`, { body: "{" });
        const lines = await run(s3, { at: late });
        assert.deepEqual(messages(lines), ["unreadable", "partial", "sealed"]);
        const { manifest } = manifestIn(s3);
        assert.ok(JSON.stringify(manifest.problems).length < 50_000 && JSON.stringify(lines[0]).length < 10_000);
    });

    it("takes no minute for skips with several * and names that are made for them", async () => {
        const names = Array.from({ length: 40 }, (_, n) => `${"a".repeat(250)}.${n}`);
        const entries = names.map((target) => ({ target, status: "SKIPPED", sizeGB: 0 }));
        const s3 = new Export().infos(JSON.stringify({ perTableStatus: entries }));
        const begun = Date.now();
        await run(s3, { at: late, skips: [{ databases: [{ text: "*", pattern: "^.*$" }], tables: [`${"*a".repeat(12)}*b`] }] });
        assert.ok(Date.now() - begun < 10_000);
        assert.equal(manifestIn(s3).manifest.tables[0].accepted, false);
    });
});

describe("one task, whatever resource id its request carries", () => {
    const unknown = { ...request(), resourceId: "" };
    const elsewhere = stem.replace("STUVWX01", "unknown");
    const limits = { inline: 2, perPart: 3 };

    it("is sealed once", async () => {
        const s3 = postgres();
        await run(s3);
        assert.deepEqual(messages(await run(s3, { request: unknown })), ["already-sealed"]);
        assert.equal(manifestIn(s3).key, `${stem}.complete.json`);
    });

    it("goes on where its parts stand, and its manifest lies beside them", async () => {
        const s3 = postgres();
        let asked = 0;
        assert.deepEqual(messages(await run(s3, { limits, request: unknown, remaining: () => (asked++ ? 0 : 900_000) })), ["sealing-continues"]);
        assert.deepEqual(messages(await run(s3, { limits })), ["sealed"]);
        const { key, manifest } = manifestIn(s3);
        assert.equal(key, `${elsewhere}.complete.json`);
        assert.deepEqual(manifest.parts.map((part: { key: string }) => part.key), [0, 1, 2].map((n) => `${elsewhere}.part-${n}.json`));
        assert.equal(manifest.totals.objects, 8);
    });

    it("isn't taken for its neighbours: another attempt, another database with the same beginning", async () => {
        const s3 = postgres();
        s3.write(stem.replace(taskId, taskId.replace("-1", "-11")) + ".complete.json", 0, { body: "{}" });
        s3.write(`${stem.replace("instance.orders.", "instance.orders-old.")}.complete.json`, 0, { body: "{}" });
        assert.deepEqual(messages(await run(s3)), ["sealed"]);
    });

    it("is found among more names than one answer holds", async () => {
        const s3 = new Export(2).tables(["app/public.customers", "app/public.orders"]).infos(fixture("tables_postgres.json"));
        for (let attempt = 2; attempt < 9; attempt++) s3.write(`${stem.replace("STUVWX01", "A").replace("-1", `-${attempt}`)}.canceled.json`, 0, { body: "{}" });
        s3.write(`${elsewhere}.partial.json`, 0, { body: "{}" });
        assert.deepEqual(messages(await run(s3)), ["already-sealed"]);
    });

    for (const [what, break_] of Object.entries({ "no JSON": () => "{", "another text": (body: string) => body.replace('"size": 10', '"size": 11'), "null": () => "null" })) {
        it(`with a part that is ${what} is alarmed by the part's name and consumed, whatever comes`, async () => {
            const s3 = postgres();
            let asked = 0;
            await run(s3, { limits, remaining: () => (asked++ ? 0 : 900_000) });
            const key = `${stem}.part-0.json`;
            s3.write(key, 0, { body: break_(s3.current(key)!.body!) });
            for (let n = 0; n < 2; n++) {
                const [line, ...rest] = await run(s3, { limits });
                assert.deepEqual([line!.message, line!.Alarm, line!.objects, rest.length], ["unreadable", "unreadable", [key], 0]);
                assert.match(String(line!.reason), /part-0\.json in .* isn't the part/);
            }
        });
    }
});

describe("a version that goes while its export is sealed", () => {
    const gone = "app/public.orders/1/_SUCCESS";

    for (const missing of [403, 404]) {
        it(`is a defect where S3 answers ${missing}`, async () => {
            const s3 = postgres();
            s3.missing = missing;
            s3.file(`${gone}2`);
            s3.before = (name, key) => name === "HeadObjectCommand" && key === folder + gone && s3.remove(key);
            assert.deepEqual(messages(await run(s3)), ["partial", "sealed"]);
            assert.deepEqual(manifestIn(s3).manifest.defects.first.map(({ key, problem }: { key: string; problem: string }) => [key, /gone/.test(problem)]), [[gone, true]]);
        });

        it(`makes an info file unreadable where S3 answers ${missing}`, async () => {
            const s3 = postgres();
            s3.missing = missing;
            s3.before = (name, key) => name === "GetObjectCommand" && key.includes("export_info") && s3.remove(key);
            assert.match(messages(await run(s3, { at: late })).join(), /unreadable/);
        });
    }

    it("isn't taken for gone while it is listed: then 403 is a refusal", async () => {
        const s3 = postgres();
        s3.before = (name) => {
            if (name === "HeadObjectCommand") throw Object.assign(new Error("no"), { name: "403", $metadata: { httpStatusCode: 403 } });
        };
        await assert.rejects(run(s3), { name: "403" });
        assert.deepEqual(s3.manifests(), []);
    });
});

describe("what S3 keeps of the bytes", () => {
    const kinds = [
        [{ ChecksumSHA256: "abc=-3", ChecksumType: "COMPOSITE" }, { algorithm: "SHA256", value: "abc=-3", type: "COMPOSITE" }],
        [{ ChecksumSHA1: "a=" }, { algorithm: "SHA1", value: "a=" }],
        [{ ChecksumCRC32C: "c=", ChecksumType: "FULL_OBJECT" }, { algorithm: "CRC32C", value: "c=", type: "FULL_OBJECT" }],
        [{ ChecksumCRC32: "d=", ChecksumType: "FULL_OBJECT" }, { algorithm: "CRC32", value: "d=", type: "FULL_OBJECT" }],
        [{}, undefined],
    ] as const;
    for (const [checksums, expected] of kinds) {
        it(`is listed as it is: ${JSON.stringify(checksums)}`, async () => {
            const s3 = postgres().file("app/public.orders/1/part-9", { checksums });
            await run(s3);
            assert.deepEqual(manifestIn(s3).manifest.objects.find(({ key }: { key: string }) => key.endsWith("part-9")).checksum, expected);
        });
    }
});

it("the builders' task id is the planner's", () =>
    assert.equal(taskId, `${taskIdStem(request().snapshot!, { partition: "aws", bucket, keyArn } as unknown as Destination)}-1`));
