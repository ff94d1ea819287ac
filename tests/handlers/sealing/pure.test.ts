// Doesn't prove that RDS's files look as assumed (README: not yet proven): only that what is in doubt is never called complete.
import assert from "node:assert/strict";
import fc from "fast-check";
import { readInfo, readTables, readWarning, type TableState } from "../../../handlers/lib/sealing/exportInfo";
import { assignFolders, foldersOf, placeOf } from "../../../handlers/lib/sealing/folders";
import { judge, type Evidence } from "../../../handlers/lib/sealing/judge";
import { pin, windowsOf, type Version } from "../../../handlers/lib/sealing/pin";
import { isLike } from "../../../handlers/lib/sealing/glob";
import { parseRequest } from "../../../handlers/lib/sealing/request";
import { none, note } from "../../../handlers/lib/sealing/some";
import { bucket, ended, fixture, folder, hour, keyArn, minute, request, started, taskId } from "./sealing";

describe("what a key is", () => {
    const cases: readonly (readonly [string, string])[] = [
        [`export_info_${taskId}.json`, "info"], [`export_tables_info_${taskId}_from_1_to_30.json`, "tables"], [`export_tables_info_${taskId}_from_1_to_99999999999.json`, "stray"],
        ["app/public.t/1/part-0.gz.parquet", "file app/public.t"], ["app/public.t/part-0.gz.parquet", "file app/public.t"], ["app/public.t/1/_SUCCESS", "file app/public.t"],
        ["app/public.t/", "stray"], ["app/public.t", "stray"], ["/t/x", "stray"], ["app//x", "stray"], ["", "stray"], ["x/export_info_1.json", "stray"], ["rds-export-credential-check", "stray"],
    ];
    for (const [key, expected] of cases) {
        it(`${JSON.stringify(key)}: ${expected}`, () => {
            const place = placeOf(key);
            assert.equal(place.is === "file" ? `file ${place.folder}` : place.is, expected);
        });
    }

    it("is said of any name without failing", () => fc.assert(fc.property(fc.string({ unit: "binary" }), (key) => void placeOf(key))));
});

describe("a table's folder", () => {
    it("is tried likeliest first", () => assert.deepEqual(foldersOf("db.s.t"), ["db/s.t", "db/db.s.t", "db.s/t", "db.s/db.s.t"]));
    it("has RDS's underscores", () => assert.equal(foldersOf('a b.c`\\"d')[0], "a_b/c___d"));
    it("isn't sought at length", () => assert.deepEqual([foldersOf("a.".repeat(600)).length, foldersOf("a.".repeat(100)).length], [0, 16]));
    it("is given to the first of two that RDS would write to the same place", () =>
        assert.deepEqual([...assignFolders(["a.b c", "a.b_c"], (one) => one === "a/b_c")], [["a.b c", "a/b_c"]]));
    it("is never given twice", () =>
        fc.assert(fc.property(fc.uniqueArray(fc.array(fc.constantFrom("a", "b", "."), { maxLength: 8 }).map((chars) => chars.join(""))), (targets) => {
            const folders = [...assignFolders(targets, () => true).values()];
            assert.equal(new Set(folders).size, folders.length);
        })));
});

describe("pinning", () => {
    const { files } = windowsOf(started, ended);
    const version = (writtenAt: number, deleteMarker = false, versionId = `${writtenAt}`): Version => ({ versionId, size: 1, etag: "", writtenAt, deleteMarker });

    it("takes a version from 15 minutes before the start to one after the end; S3's times have whole seconds", () => {
        const at = (time: number) => pin([version(time)], files).pinned !== undefined;
        assert.deepEqual([started - 15 * minute - 1000, started - 15 * minute, ended + minute, ended + minute + 1000, NaN].map(at), [false, true, true, false, false]);
        const odd = windowsOf(started + 999, ended);
        assert.ok(pin([version(started - 15 * minute)], odd.files).pinned, "written in the same second");
        assert.equal(odd.infos.to, ended + 6 * hour);
    });

    it("takes the last in S3's order of equal times, which is the oldest", () =>
        assert.equal(pin([version(ended, false, "newer"), version(ended, false, "older")], files).pinned?.versionId, "older"));

    const versions = fc.array(fc.record({ writtenAt: fc.integer({ min: started - hour, max: ended + hour }), deleteMarker: fc.boolean() })).map((all) =>
        all.sort((a, b) => b.writtenAt - a.writtenAt).map(({ writtenAt, deleteMarker }, n) => version(writtenAt, deleteMarker, `v${n}`)));
    it("isn't moved by what is written afterwards", () =>
        fc.assert(fc.property(versions, versions, (own, later) => {
            const before = pin(own, files).pinned;
            const last = Math.max(0, ...own.map(({ writtenAt }) => writtenAt));
            if (before) assert.equal(pin([...later.map((one) => ({ ...one, versionId: "later", writtenAt: Math.max(one.writtenAt, last) })), ...own], files).pinned, before);
        })));
    it("says nothing of exactly one version in time, and something of all else", () =>
        fc.assert(fc.property(versions, (all) => {
            const { pinned, findings } = pin(all, files);
            assert.equal(findings.length === 0, all.length === 0 || (all.length === 1 && pinned !== undefined));
        })));

    it("keeps a hundred findings and counts the rest", () => {
        const some = none<number>();
        for (let n = 0; n < 150; n++) note(some, n);
        assert.deepEqual([some.count, some.first.length], [150, 100]);
    });
});

describe("info files and warnings", () => {
    it("are read as users report them", () => {
        assert.deepEqual(readInfo(fixture("export_info.json"), taskId), { is: "info", status: "COMPLETE" });
        const tables = readTables(fixture("tables_mysql.json"), taskId, { from: 1, to: 2 });
        assert.deepEqual(tables, { is: "tables", tables: [{ target: "app.customers", complete: true, filled: true, reason: "" }, { target: "app.audit log", complete: false, filled: false, reason: "The table has column names with spaces." }] });
    });

    for (const page of ["{}", '{"perTableStatus":{}}', '{"perTableStatus":[1]}', '{"perTableStatus":[{"target":"a.b"}]}', '{"perTableStatus":[{"target":"","status":"COMPLETE"}]}', '{"exportTaskIdentifier":"x","perTableStatus":[]}', `{"perTableStatus":[{"target":"${"a".repeat(261)}","status":"COMPLETE"}]}`]) {
        it(`${page} is no page of tables`, () => assert.equal(readTables(page, taskId, { from: 1, to: 1 }).is, "unreadable"));
    }

    it("must list as many tables as their name says, or one more or less, because its base isn't known", () => {
        const page = (count: number) => JSON.stringify({ perTableStatus: Array.from({ length: count }, (_, n) => ({ target: `a.t${n}`, status: "COMPLETE" })) });
        const kinds = [0, 8, 9, 10, 11, 12].map((count) => readTables(page(count), taskId, { from: 11, to: 20 }).is);
        assert.deepEqual(kinds, ["unreadable", "unreadable", "tables", "tables", "tables", "unreadable"]);
    });

    it("never fail, whatever they hold", () =>
        fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
            assert.ok(readInfo(text, taskId) && readTables(text, taskId, { from: 0, to: 1 }) && readWarning(text));
        })));

    it("a warning with anything in it is never taken for none", () =>
        fc.assert(fc.property(fc.dictionary(fc.string(), fc.array(fc.jsonValue(), { minLength: 1 }), { minKeys: 1 }), (warning) => {
            const { skipped, unknown } = readWarning(JSON.stringify(warning));
            assert.ok(skipped.length + unknown.length > 0);
        })));
});

describe("the judgement", () => {
    const name = fc.constantFrom("a.b.c", "a.b.d", "a.c", "a.a.c", "__proto__.x", "b", "a.b c");
    const states = fc.array(fc.record({ target: name, complete: fc.boolean(), filled: fc.boolean(), reason: fc.constant("") }));
    const folders = fc.uniqueArray(fc.constantFrom("a/b.c", "a/b.d", "a/a.c", "a/c", "a/a.a.c", "__proto__/x", "a/b_c", "z/z")).map((all) => new Map(all.map((one, n) => [one, { files: 1, bytes: 1, data: n % 3 ? 1 : 0 }])));
    const evidence: fc.Arbitrary<Evidence> = fc.record({
        statuses: fc.array(fc.constantFrom("COMPLETE", "FAILED"), { maxLength: 2 }), pages: fc.array(fc.record({ from: fc.nat(4), to: fc.nat(9) }), { maxLength: 3 }),
        tables: states, unreadable: fc.constantFrom([], ["x"]), folders, warning: fc.record({ skipped: fc.array(fc.record({ target: name, reason: fc.constant("r") })), unknown: fc.constantFrom([], ["w"]) }),
        accepts: fc.constantFrom(() => true, () => false, (target: string) => target === "a.c"),
    });
    const fine = (one: Evidence) => ((verdict) => !verdict.missing.length && !verdict.problems.length)(judge(one));

    it("never calls an export fine that lacks a file, a page, a status or a consent", () =>
        fc.assert(fc.property(evidence, (one) => {
            if (!fine(one)) return;
            const skipped = new Set([...one.tables.filter(({ complete }) => !complete), ...one.warning.skipped].map(({ target }) => target));
            const wanted = new Set(one.tables.map(({ target }) => target).filter((target) => !skipped.has(target)));
            assert.ok(wanted.size <= one.folders.size && one.folders.size <= wanted.size + skipped.size);
            for (const target of wanted) assert.ok(foldersOf(target).some((folder) => one.folders.has(folder)), target);
            for (const target of skipped) assert.ok(one.accepts(target));
            assert.ok(wanted.size + skipped.size, "no table");
            for (const { target, filled } of one.tables) if (filled && wanted.has(target)) assert.ok(foldersOf(target).some((folder) => one.folders.get(folder)?.data), target);
            assert.ok(one.statuses.length && one.statuses.every((status) => status === "COMPLETE") && one.pages.length && !one.unreadable.length && !one.warning.unknown.length);
        }), { numRuns: 3000 }));

    it("loses a fine export with each file that is taken away", () =>
        fc.assert(fc.property(fc.uniqueArray(fc.constantFrom("a.b.c", "a.b.d", "c.b.c", "x.y z.z"), { minLength: 1 }), fc.nat(), (targets, which) => {
            const tables: TableState[] = targets.map((target) => ({ target, complete: true, filled: false, reason: "" }));
            const all = new Map(targets.map((target) => [foldersOf(target)[0]!, { files: 1, bytes: 0, data: 0 }]));
            const one: Evidence = { statuses: ["COMPLETE"], pages: [{ from: 1, to: 9 }], tables, unreadable: [], folders: all, warning: { skipped: [], unknown: [] }, accepts: () => true };
            assert.ok(fine(one));
            all.delete([...all.keys()][which % all.size]!);
            assert.ok(!fine(one));
        })));
});

describe("a glob over tables", () => {
    it("says of short names what a RegExp says", () =>
        fc.assert(fc.property(fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?", "\n") }), fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?") }), (name, glob) => {
            const source = glob.replace(/\./g, "\\.").replace(/\*+/g, "[^]*").replace(/\?/g, "[^]");
            assert.equal(isLike(name, glob), new RegExp(`^${source}$`).test(name), `${name} ${glob}`);
        }), { numRuns: 5000 }));

    it("with many * is soon done with a name that is made for it", () => {
        const begun = Date.now();
        for (let n = 0; n < 1000; n++) assert.ok(!isLike("a".repeat(1000), `${"*a".repeat(20)}*b`));
        assert.ok(Date.now() - begun < 5000, "a RegExp takes hours for the first");
    });
});

describe("a seal request", () => {
    const vault = { bucket, keyArn };

    it("says where to look and how the manifest is named", () => {
        const job = parseRequest(JSON.stringify(request()), vault);
        assert.deepEqual([job.folder, job.attempt, job.startedAt, job.name.resource8], [folder, 1, started, "STUVWX01"]);
        assert.equal(parseRequest(JSON.stringify(request({ prefix: `${request().task.prefix}/` })), vault).folder, folder);
    });

    const good = request();
    const bad: readonly (readonly [string, unknown, RegExp])[] = [
        ["no JSON", "{", /JSON object/],
        ["a list", [], /JSON object/],
        ["no account", { ...good, account: "1" }, /12-digit account/],
        ["no task", { ...good, task: null }, /has a task/],
        ["a running task", request({ status: "IN_PROGRESS" }), /finished task/],
        ["another id", request({ id: "by-hand" }), /task of ours/],
        ["another bucket", request({ bucket: "elsewhere" }), /for the bucket/],
        ["another account's prefix", request({ prefix: good.task.prefix.replace(/\d{12}/, "222233334444") }), /names a prefix/],
        ["a prefix that climbs", request({ prefix: good.task.prefix.replace("orders", "../x") }), /names a prefix/],
        ["a prefix with a day that isn't", request({ prefix: good.task.prefix.replace("11-20", "13-40") }), /names a prefix/],
        ["another account's snapshot", request({ sourceArn: good.task.sourceArn.replace(/\d{12}/, "222233334444") }), /for a snapshot of account/],
        ["another kind's snapshot", request({ sourceArn: good.task.sourceArn.replace(":snapshot:", ":cluster-snapshot:") }), /kind instance/],
        ["a snapshot that wasn't exported", { ...good, snapshot: { ...good.snapshot, arn: `${good.snapshot?.arn}x` } }, /carries the snapshot/],
        ["a resource id with a slash", { ...good, resourceId: "db-../x" }, /resource id/],
        ["COMPLETE without an end", request({ endedAt: undefined }), /started and ended/],
        ["a time that is none", request({ startedAt: "soon" }), /ISO time in task.startedAt/],
        ["another key", request({ keyArn: keyArn.replace("1234abcd", "00000000") }), /for the key/],
        ["a role elsewhere", request({ roleArn: good.task.roleArn.replace("role/rds-vault/", "role/") }), /for a role arn:aws:iam::111122223333:role\/rds-vault\//],
        ["a role below ours", request({ roleArn: good.task.roleArn.replace("role/rds-vault/", "role/rds-vault/x/") }), /for a role/],
        ["another account's role", request({ roleArn: good.task.roleArn.replace(/\d{12}/, "222233334444") }), /for a role/],
        ["an export of one table", request({ exportOnly: ["app.public.t"] }), /export of everything/],
        ["an id of another snapshot", request({ sourceArn: good.task.sourceArn, id: `e${"0".repeat(40)}-1` }), /names the task of its snapshot/],
        ["another time of the snapshot", { ...good, snapshot: { ...good.snapshot, createdAt: "2026-11-20T03:10:00.001Z" } }, /names the task of its snapshot/],
        ["another time and no snapshot", { ...request({ snapshotTime: "2026-11-20T03:10:00.001Z" }), snapshot: undefined }, /names the task of its snapshot/],
        ["neither time nor snapshot", { ...request({ snapshotTime: undefined }), snapshot: undefined }, /when its snapshot was made/],
        ["a snapshot of another database", { ...good, snapshot: { ...good.snapshot, database: "billing" } }, /the prefix of its snapshot/],
        ["a snapshot of older data", { ...good, snapshot: { ...good.snapshot, originalCreatedAt: "2026-11-19T03:10:00Z" } }, /the prefix of its snapshot/],
        ["a snapshot without a time", { ...good, snapshot: { ...good.snapshot, createdAt: undefined } }, /text snapshot.createdAt/],
        ["a number for a text", { ...good, task: { ...good.task, prefix: 1 } }, /text task.prefix/],
    ];
    for (const [what, message, expected] of bad) {
        it(`is refused with ${what}`, () => {
            const refusal = (error: Error) => error.name === "MalformedRequest" && expected.test(error.message);
            assert.throws(() => parseRequest(typeof message === "string" ? message : JSON.stringify(message), vault), refusal);
        });
    }

    it("is refused as malformed or taken, whatever it is", () =>
        fc.assert(fc.property(fc.oneof(fc.json(), fc.record({ account: fc.constant(good.account), task: fc.record(Object.fromEntries(Object.entries(good.task).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.jsonValue())]))) }).map((x) => JSON.stringify(x))), (body) => {
            try {
                parseRequest(body, vault);
            } catch (error) {
                assert.equal((error as Error).name, "MalformedRequest", String((error as Error).stack));
            }
        })));
});
