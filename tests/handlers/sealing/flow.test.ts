// Doesn't prove that S3 or RDS behave as the fake vault does: only what the sealer makes of it.
import assert from "node:assert/strict";
import { digestOf } from "../../../handlers/lib/sealing/manifest";
import { Export, ended, fixture, folder, hour, keyArn, manifestIn, minute, pageName, pageOf, postgres, request, run, started, stem, taskId, type Line } from "./sealing";

const day = 24 * hour;
const late = ended + 6 * hour;
const messages = (lines: readonly Line[]) => lines.map(({ message }) => message);
const many = (count: number, files = 100) => {
    const tables = Array.from({ length: count / files }, (_, n) => `app.public.t${n}`);
    return new Export().tables(tables.map((name) => name.replace(".", "/")), files - 1).infos(tables);
};

describe("sealing a COMPLETE task", () => {
    it("lists every pinned version, and says so", async () => {
        const s3 = postgres();
        const lines = await run(s3);
        const { key, manifest } = manifestIn(s3);
        assert.equal(key, `${stem}.complete.json`);
        assert.deepEqual(manifest.totals, { objects: 8, bytes: manifest.objects.reduce((sum: number, { size }: { size: number }) => sum + size, 0), tables: 2, skipped: 0, strays: 0 });
        assert.deepEqual(manifest.tables[0], { name: "app.public.customers", status: "exported", files: 3, bytes: 20 });
        assert.ok(manifest.objects.every(({ checksum }: { checksum: object }) => assert.deepEqual(checksum, { algorithm: "CRC64NVME", value: "AAAAAAAAAAA=", type: "FULL_OBJECT" }) === undefined));
        assert.equal(manifest.retainUntil, new Date(ended - 10 * minute + 35 * day).toISOString());
        assert.ok(manifest.objects.every(({ key, versionId }: { key: string; versionId: string }) => s3.versions.get(folder + key)?.[0]?.versionId === versionId));
        const { outcome, objects, minutes } = lines[0]!;
        assert.deepEqual([messages(lines), outcome, objects, minutes], [["sealed"], "complete", 8, 20]);
        const { Sealed, Partial, Failed, SealLagMinutes, _aws } = lines[0] as Line & { _aws: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[] } };
        assert.deepEqual([Sealed, Partial, Failed, SealLagMinutes], [1, 0, 0, 20]);
        const [{ Dimensions, Metrics }] = _aws.CloudWatchMetrics as [(typeof _aws.CloudWatchMetrics)[number]];
        assert.deepEqual([Dimensions, Metrics.map(({ Name, Unit }) => `${Name} ${Unit}`)], [[["Stack"]], ["Sealed Count", "Partial Count", "Failed Count", "SealLagMinutes None"]]);
    });

    it("ends at once where a manifest stands, whatever its outcome", async () => {
        const s3 = postgres();
        s3.write(`${stem}.partial.json`, 0, { body: "{}" });
        assert.deepEqual(messages(await run(s3)), ["already-sealed"]);
        assert.deepEqual(s3.calls, ["ListObjectsV2Command"]);
    });

    it("finds MySQL's tables, dots, and characters that RDS replaces", async () => {
        const s3 = new Export().tables(["app/app.customers", "app/app.audit_log", "a.b/a.b.c"]).infos(["app.customers", 'app.audit"log', "a.b.c"]);
        await run(s3);
        assert.equal(manifestIn(s3).outcome, "complete");
    });

    it("counts strays without judging them: RDS's credential check leaves an object under a delete marker", async () => {
        const s3 = postgres().file("rds-export-credential-check", {}, started).file("rds-export-credential-check", { marker: true }, started);
        assert.deepEqual(messages(await run(s3)), ["sealed"]);
        assert.equal(manifestIn(s3).manifest.totals.strays, 1);
    });
});

describe("what isn't there yet", () => {
    const cases: readonly (readonly [string, () => Export, RegExp])[] = [
        ["no info files", () => new Export().tables(["app/public.t"]), /export_info isn't there/],
        ["export_info that still runs", () => postgres().file("export_info_other.json", { body: fixture("export_info.json").replace("COMPLETE", "IN_PROGRESS") }), /export_info says IN_PROGRESS/],
        ["a table without files", () => new Export().tables(["app/public.customers"]).infos(fixture("tables_postgres.json")), /the table app\.public\.orders has no file/],
        ["a folder that no table names", () => postgres().tables(["app/public.more"]), /the folder app\/public\.more/],
        ["a page of tables", () => postgres().tables(["b/public.t"]).file(pageName(5, 5), { body: pageOf(["b.public.t"]) }), /lacks the tables from 3 to 4/],
        ["everything", () => new Export().infos('{"perTableStatus":[]}'), /no table is named, and no file is there/],
        ["data of a table that has a size", () => new Export().tables(["app/public.customers"]).file("app/public.orders/1/_SUCCESS", { size: 0 }).infos(fixture("tables_postgres.json")), /the table app\.public\.orders has no file with data/],
        ["bytes in a file of such a table", () => new Export().tables(["app/public.customers"]).file("app/public.orders/1/part-0", { size: 0 }).infos(fixture("tables_postgres.json")), /the table app\.public\.orders has no file with data/],
        ["an end mark that is one", () => new Export().tables(["app/public.customers"]).file("app/public.orders/1/_SUCCESS", { size: 9 }).infos(fixture("tables_postgres.json")), /the table app\.public\.orders has no file with data/],
    ];
    for (const [what, make, missing] of cases) {
        it(`${what}: nothing is written for 6 h, then the manifest is partial and names it`, async () => {
            const s3 = make();
            for (const at of [ended + minute, late - 1]) {
                const lines = await run(s3, { at });
                assert.deepEqual(messages(lines), ["not-yet"]);
                assert.match(String(lines[0]!.missing), missing);
            }
            assert.ok(!s3.calls.includes("PutObjectCommand"));
            assert.deepEqual(messages(await run(s3, { at: late })), ["partial", "sealed"]);
            const { outcome, manifest } = manifestIn(s3);
            assert.equal(outcome, "partial");
            assert.match(manifest.problems.join(), missing);
        });
    }

    it("late info files make it complete", async () => {
        const s3 = new Export().tables(["app/public.customers", "app/public.orders"]);
        assert.deepEqual(messages(await run(s3, { at: ended + hour })), ["not-yet"]);
        s3.infos(fixture("tables_postgres.json"), ended + 2 * hour);
        await run(s3, { at: ended + 3 * hour });
        assert.equal(manifestIn(s3).outcome, "complete");
    });

    const unreadable: readonly (readonly [string, string])[] = [
        ["no JSON", "{"], ["a list", "[]"], ["null", "null"], ["another task's", fixture("export_info.json").replace("-1\"", "-2\"")], ["without status", JSON.stringify({ exportTaskIdentifier: taskId })],
    ];
    for (const [what, body] of unreadable) {
        it(`export_info that is ${what} is unreadable: not yet, then partial and alarmed`, async () => {
            const s3 = new Export().tables(["app/public.customers", "app/public.orders"]).file(`export_tables_info_${taskId}_from_1_to_2.json`, { body: fixture("tables_postgres.json") }).file(`export_info_${taskId}.json`, { body });
            assert.deepEqual(messages(await run(s3)), ["not-yet"]);
            assert.deepEqual(messages(await run(s3, { at: late })), ["unreadable", "partial", "sealed"]);
            assert.match(manifestIn(s3).manifest.problems.join(), new RegExp(`export_info_${taskId}\\.json can't be read`));
        });
    }

    it("a page that lists less than its name says is unreadable", async () => {
        const s3 = new Export().tables(["app/public.customers", "app/public.orders"]).file(pageName(1, 4), { body: fixture("tables_postgres.json") }).file(`export_info_${taskId}.json`, { body: fixture("export_info.json") });
        assert.deepEqual(messages(await run(s3, { at: late })), ["unreadable", "partial", "sealed"]);
        assert.match(manifestIn(s3).manifest.problems.join(), /it lists 2 tables, but is named for those from 1 to 4/);
    });

    it("a table that is empty, by its size, needs an end mark alone", async () => {
        const s3 = new Export().file("app/public.t/1/_SUCCESS", { size: 0 }).infos(pageOf(["app.public.t"], 0));
        await run(s3);
        assert.equal(manifestIn(s3).outcome, "complete");
    });

    it("an info file that is too large is never fetched", async () => {
        const s3 = postgres();
        await run(s3, { at: late, limits: { infoBytes: 100 } });
        assert.ok(!s3.calls.includes("GetObjectCommand"));
        assert.match(manifestIn(s3).manifest.problems.join(), /more than 100/);
    });
});

describe("skipped tables", () => {
    const mysql = () => new Export().tables(["app/app.customers"]).infos(fixture("tables_mysql.json"));
    const skips = (table: string, pattern = "^orders$") => [{ databases: [{ text: "x", pattern }], tables: [table] }];

    it("make the export partial and alarmed, by name and reason", async () => {
        const s3 = mysql();
        const lines = await run(s3);
        assert.deepEqual(messages(lines), ["partial", "sealed"]);
        assert.deepEqual(lines[0]!.tables, ["app.audit log"]);
        assert.deepEqual(manifestIn(s3).manifest.tables[1], { name: "app.audit log", status: "skipped", files: 0, bytes: 0, reason: "The table has column names with spaces.", accepted: false });
    });

    it("that are accepted leave it complete, listed", async () => {
        const s3 = mysql();
        assert.deepEqual(messages(await run(s3, { skips: skips("app.audit*") })), ["sealed"]);
        assert.equal(manifestIn(s3).outcome, "complete");
        assert.equal(manifestIn(s3).manifest.tables[1].accepted, true);
    });

    for (const [what, accepted] of [["another table", skips("app.audit")], ["another database", skips("*", "^else$")]] as const) {
        it(`aren't accepted by an entry for ${what}`, async () => {
            const s3 = mysql();
            await run(s3, { skips: accepted });
            assert.equal(manifestIn(s3).outcome, "partial");
        });
    }

    const warnings: readonly (readonly [string, string, "complete" | "partial", RegExp])[] = [
        ["nothing", '{"skippedTables":[],"skippedObjectives":[],"general":[]}', "complete", /^$/],
        ["an accepted table as text", '{"skippedTables":["app.audit"]}', "complete", /^$/],
        ["a table as an object", '{"skippedTables":[{"tableName":"app.public.big","reason":"ROW_TOO_LARGE"}]}', "partial", /app\.public\.big was skipped: ROW_TOO_LARGE/],
        ["a table that the pages call COMPLETE", '{"skippedTables":["app.public.orders"]}', "partial", /app\.public\.orders was skipped/],
        ["the documented example", fixture("warning.json"), "partial", /FAILED_TO_EXTRACT_TABLES_LIST_FOR_DATABASE/],
        ["something unknown", '{"skippedTables":[{"x":1}]}', "partial", /RDS warns/],
        ["no JSON", "some tables were skipped", "partial", /RDS warns: some tables were skipped/],
    ];
    for (const [what, warningMessage, outcome, problem] of warnings) {
        it(`WarningMessage with ${what}: ${outcome}`, async () => {
            const s3 = postgres();
            await run(s3, { request: request({ warningMessage }), skips: skips("app.audit") });
            const { manifest } = manifestIn(s3);
            assert.equal(manifest.status, outcome);
            assert.match(manifest.problems.join(), problem);
        });
    }
});

describe("a hostile account", () => {
    const part = "app/public.orders/1/part-00000-x.gz.parquet";

    it("writes over a file: the export's own version is pinned, and the alarm names the file", async () => {
        const s3 = postgres();
        const own = s3.versions.get(folder + part)![0]!.versionId;
        s3.file(part, {}, ended + minute).file(part, {}, ended + 3 * hour).file(part, { marker: true }, ended + 4 * hour);
        const lines = await run(s3, { at: late });
        assert.deepEqual(messages(lines), ["tampering", "sealed"]);
        assert.deepEqual(lines[0]!.objects, [part, part, part]);
        const { manifest } = manifestIn(s3);
        assert.equal(manifest.objects.find(({ key }: { key: string }) => key === part).versionId, own);
        assert.equal(manifest.status, "complete");
        assert.equal(manifest.tampering.count, 3);
    });

    it("adds a table's file later: it doesn't stand for a file of RDS", async () => {
        const s3 = new Export().tables(["app/public.customers"]).infos(fixture("tables_postgres.json")).file("app/public.orders/1/part-0", {}, ended + hour);
        assert.deepEqual(messages(await run(s3)), ["not-yet"]);
        assert.deepEqual(messages(await run(s3, { at: late })), ["tampering", "partial", "sealed"]);
    });

    it("fills the gap two minutes after the end, when it knows what RDS left out: that doesn't count either", async () => {
        const s3 = new Export().tables(["app/public.customers"]).infos(fixture("tables_postgres.json")).file("app/public.orders/1/part-0", {}, ended + 2 * minute);
        assert.deepEqual(messages(await run(s3, { at: late })), ["tampering", "partial", "sealed"]);
    });

    it("touches an info file: the export can't be complete", async () => {
        const s3 = postgres().file(`export_info_${taskId}.json`, { marker: true }, ended + hour);
        assert.deepEqual(messages(await run(s3)), ["tampering", "partial", "sealed"]);
        assert.match(manifestIn(s3).manifest.problems.join(), /info file/);
    });

    it("floods the folder: no list, an alarm of its own, and no more pages than the limit", async () => {
        const s3 = postgres();
        for (let n = 0; n < 50_000; n++) s3.file(n % 2 ? part : `junk/${n}/x/y`, {}, ended + hour);
        const lines = await run(s3, { limits: { versions: 40_000 } });
        assert.deepEqual(messages(lines), ["flood", "sealed"]);
        const { outcome, manifest } = manifestIn(s3);
        assert.deepEqual([outcome, manifest.objects, manifest.problems.length], ["partial", undefined, 1]);
        assert.ok(s3.calls.filter((name) => name === "ListObjectVersionsCommand").length <= 41);
    });

    it("uses names that break careless programs", async () => {
        const targets = ["__proto__.constructor", "toString.__proto__", "...", "a.b\u0001c", "a.\u{1F600}", "a.+%41&<x>"];
        const s3 = new Export().infos(targets).tables(["__proto__/constructor", "toString/__proto__", "a/b\u0001c", "a/\u{1F600}", "a/+%41&<x>", "../..", "\uFFFD/x"]).file("/x").file("x//y").file("x/").file("").file("a/b/");
        await run(s3, { at: late });
        const { manifest } = manifestIn(s3);
        assert.deepEqual(manifest.tables.map(({ status }: { status: string }) => status), ["exported", "exported", "missing", "exported", "exported", "exported"]);
        assert.equal(manifest.totals.strays, 5);
        assert.equal(digestOf(manifest), manifest.sha256);
    });
});

describe("what isn't kept as it should be", () => {
    const wrong = { "without a lock": { mode: undefined, until: undefined }, "under GOVERNANCE": { mode: "GOVERNANCE" }, "kept too short": { until: started + 35 * day - 1000 }, "under another key": { keyArn: `${keyArn}0` } };
    for (const [what, more] of Object.entries(wrong)) {
        it(`a file ${what} is a defect, and the export partial`, async () => {
            const s3 = postgres().file("app/public.orders/1/part-9", more);
            assert.deepEqual(messages(await run(s3)), ["partial", "sealed"]);
            const { manifest } = manifestIn(s3);
            assert.deepEqual([manifest.defects.count, manifest.defects.first[0].key], [1, "app/public.orders/1/part-9"]);
        });
    }

    it("a version that goes between list and head is a defect", async () => {
        const s3 = postgres();
        s3.before = (name, key) => name === "HeadObjectCommand" && key.includes("public.orders/1/_SUCCESS") && s3.versions.delete(key);
        await run(s3);
        assert.match(manifestIn(s3).manifest.defects.first[0].problem, /gone/);
    });
});

describe("FAILED and CANCELED tasks", () => {
    it("get a short manifest with cause and class, without a look at the objects", async () => {
        const s3 = postgres();
        await run(s3, { request: request({ status: "FAILED", failureCause: "KMS key check failed." }) });
        const { key, manifest } = manifestIn(s3);
        assert.equal(key, `${stem}.failed.json`);
        assert.deepEqual([manifest.failure, manifest.objects], [{ cause: "KMS key check failed.", class: "configuration" }, undefined]);
        assert.ok(!s3.calls.includes("ListObjectVersionsCommand"));
    });

    it("count as failed, and have no lag", async () => {
        for (const status of ["FAILED", "CANCELED"] as const) {
            const [{ Sealed, Partial, Failed, SealLagMinutes, _aws }] = (await run(postgres(), { request: request({ status }) })) as [Line & { _aws: object }];
            assert.deepEqual([Sealed, Partial, Failed, SealLagMinutes, JSON.stringify(_aws).includes("SealLag")], [0, 0, 1, undefined, false]);
        }
    });

    it("need no times, and no database that still exists", async () => {
        const s3 = new Export();
        await run(s3, { request: { ...request({ status: "CANCELED", startedAt: undefined, endedAt: undefined }), resourceId: "", snapshot: undefined } });
        assert.match(manifestIn(s3).key, /instance\.orders\.unknown\/e[0-9a-f]{40}-1\.canceled\.json$/);
    });
});

describe("large exports, deaths and company", function () {
    this.timeout(60_000);

    it("12,000 objects stand in parts, each named by its digest and cut between keys", async () => {
        const s3 = many(12_000);
        await run(s3);
        const { manifest } = manifestIn(s3);
        assert.deepEqual([manifest.status, manifest.objects, manifest.totals.objects], ["complete", undefined, 12_002]);
        assert.deepEqual(manifest.parts.map(({ objects }: { objects: number }) => objects), [5000, 5000, 2002]);
        let after: string | undefined;
        const keys: string[] = [];
        for (const { key, sha256 } of manifest.parts) {
            const part = JSON.parse(s3.current(key)!.body!);
            assert.deepEqual([digestOf(part), part.sha256, part.after], [sha256, sha256, after]);
            keys.push(...part.objects.map((object: { key: string }) => object.key));
            after = part.through;
        }
        assert.deepEqual(keys.sort(), s3.keys(folder).map((key) => key.slice(folder.length)).sort());
    });

    it("a run out of time goes on with the next request", async () => {
        const s3 = many(2000);
        const limits = { perPart: 500 };
        let turns = 0;
        const lines: string[] = [];
        do {
            let parts = 0;
            lines.push(...messages(await run(s3, { limits, remaining: () => (parts++ < 2 ? 900_000 : 59_000) })));
        } while (++turns < 10 && !lines.includes("sealed"));
        assert.deepEqual(lines, ["sealing-continues", "sealing-continues", "sealed"]);
        assert.equal(manifestIn(s3).manifest.totals.objects, 2002);
    });

    const shapes: readonly (readonly [string, () => Export, object])[] = [
        ["small", () => postgres().file("app/public.orders/1/part-00000-x.gz.parquet", {}, ended + minute), {}],
        ["large", () => many(60, 10), { inline: 5, perPart: 20 }],
    ];
    for (const [size, make, limits] of shapes) {
        it(`a ${size} export's run that dies at any call is repaired by the next, with the same manifest`, async () => {
            const undisturbed = make();
            await run(undisturbed, { limits });
            const calls = undisturbed.calls.length;
            for (let dying = 1; dying <= calls; dying++) {
                for (const after of [false, true]) {
                    const s3 = make();
                    let call = 0;
                    s3.before = (name, key) => {
                        if (++call !== dying) return;
                        // The answer may be lost after S3 has done its part.
                        if (after && name === "PutObjectCommand") s3.write(key, 0, { body: undisturbed.current(key)!.body! });
                        throw Object.assign(new Error("killed"), { name: "TimeoutError" });
                    };
                    await assert.rejects(run(s3, { limits }), /killed/);
                    await run(s3, { limits });
                    assert.deepEqual(s3.manifests(), undisturbed.manifests(), `died at call ${dying}`);
                }
            }
        });

        it(`two runs at once seal a ${size} export once`, async () => {
            const [undisturbed, s3] = [make(), make()];
            await run(undisturbed, { limits });
            await Promise.all([run(s3, { limits }), run(s3, { limits })]);
            assert.deepEqual(s3.manifests(), undisturbed.manifests());
        });
    }

    it("goes on behind another's part where that was cut elsewhere", async () => {
        const s3 = many(60, 10);
        let other: Promise<unknown> | undefined;
        s3.before = (name, key) => {
            if (other || name !== "PutObjectCommand" || !key.includes("part-1")) return;
            // The other's parts are smaller; it stops after one.
            let parts = 0;
            other = run(s3, { limits: { inline: 5, perPart: 7 }, remaining: () => (parts++ ? 0 : 900_000) });
            throw Object.assign(new Error("busy"), { name: "ConditionalRequestConflict" });
        };
        await run(s3, { limits: { inline: 5, perPart: 20 }, wait: async () => void (await other) });
        const { manifest } = manifestIn(s3);
        assert.deepEqual(manifest.parts.map(({ objects }: { objects: number }) => objects), [20, 7, 20, 15]);
        assert.equal(manifest.totals.objects, 62);
        assert.equal(manifest.status, "complete");
    });

    it("cuts parts the same way whether S3 lists from a marker on or behind it", async () => {
        const [one, other] = [many(60, 10), many(60, 10)];
        other.inclusive = true;
        for (const s3 of [one, other]) await run(s3, { limits: { inline: 5, perPart: 20 } });
        assert.deepEqual(other.manifests(), one.manifests());
    });

    it("doesn't seal beside a manifest of another outcome that came meanwhile", async () => {
        const s3 = postgres();
        s3.before = (name) => name === "HeadObjectCommand" && !s3.current(`${stem}.partial.json`) && s3.write(`${stem}.partial.json`, 0, { body: "{}" });
        assert.deepEqual(messages(await run(s3)), ["already-sealed"]);
        assert.equal(manifestIn(s3).outcome, "partial");
    });

    it("409 is tried again", async () => {
        const s3 = postgres();
        let conflicts = 3;
        s3.before = (name) => {
            if (name === "PutObjectCommand" && conflicts-- > 0) throw Object.assign(new Error("busy"), { name: "ConditionalRequestConflict", $metadata: { httpStatusCode: 409 } });
        };
        assert.deepEqual(messages(await run(s3)), ["sealed"]);
    });

    it("one key's versions over many pages are judged together", async () => {
        const s3 = new Export(3).tables(["app/public.customers", "app/public.orders"], 2).infos(fixture("tables_postgres.json"));
        for (let n = 0; n < 20; n++) s3.file("app/public.customers/1/part-00000-x.gz.parquet", {}, ended + hour);
        await run(s3);
        const { manifest } = manifestIn(s3);
        assert.deepEqual([manifest.status, manifest.tampering.count, manifest.tampering.first[0].finding], ["complete", 1, "20 versions were written outside the task's time"]);
    });
});
