// The watcher's parts without AWS. How FilterLogEvents matches is AWS's: watch.test.ts answers with what its documentation says.
import assert from "node:assert/strict";
import { addInventory, inPartsOnly, noInventories } from "../../../handlers/lib/watching/inventories";
import { readLines, says, type Line, type Logs } from "../../../handlers/lib/watching/logLines";
import { inventoryOf, sealedOf, troubleOf } from "../../../handlers/lib/watching/said";
import { cutText, section, shown, size } from "../../../handlers/lib/watching/text";
import { addTrouble, type Troubles } from "../../../handlers/lib/watching/troubles";
import { addTo, day, unusual, volumeReason, type Days } from "../../../handlers/lib/watching/volume";
import { billing, database, inventory, now, shop } from "./watching";

const gb = 1e9;

describe("volumes", () => {
    /** Bytes of each day in GB; the last is yesterday's. */
    const judge = (...days: readonly number[]) => {
        const all: Days = {};
        days.forEach((bytes, index) => addTo(all, { account: shop, outcome: "complete", bytes: bytes * gb }, now.getTime() - (days.length - index) * day));
        return unusual(all, now.getTime()).map(({ bytes, median, days: counted }) => [bytes / gb, median / gb, counted]);
    };
    const cases: readonly [name: string, days: readonly number[], alarmed: readonly number[] | undefined][] = [
        ["as always", [100, 100, 100, 100], undefined],
        ["three times the median exactly", [100, 100, 100, 300], undefined],
        ["more than that", [100, 100, 100, 301], [301, 100, 3]],
        ["a small account, up to 10 GB more", [1, 1, 1, 11], undefined],
        ["a small account, more than that", [1, 1, 1, 11.5], [11.5, 1, 3]],
        ["nothing yesterday", [100, 100, 100, 0], undefined],
        ["a new account's first days: two don't make a median", [100, 100, 900], undefined],
        ["an account's first day", [900], undefined],
        ["days without exports count, once there was one", [30, 0, 0, 0, 30, 30, 50], [50, 15, 6]],
        ["… and days before the first don't", [0, 0, 0, 0, 0, 100, 100, 100, 200], undefined],
        ["a burst among the days before moves no median", [100, 100, 5000, 100, 100, 400], [400, 100, 5]],
        ["days before the window are forgotten", [5000, 5000, 5000, ...Array<number>(14).fill(10), 100], [100, 10, 14]],
        ["a burst that lasts longer than half of the window is the new usual", [...Array<number>(6).fill(10), ...Array<number>(8).fill(100), 100], undefined],
    ];
    for (const [name, days, alarmed] of cases) it(`${alarmed ? "alarms" : "is quiet"}: ${name}`, () => assert.deepEqual(judge(...days), alarmed ? [alarmed] : []));

    it("judges yesterday by UTC's days, not the day that has begun", () => {
        const all: Days = {};
        for (let age = 5; age >= 2; age--) addTo(all, { account: shop, outcome: "complete", bytes: 10 * gb }, now.getTime() - age * day);
        addTo(all, { account: shop, outcome: "complete", bytes: 900 * gb }, Date.parse("2026-10-05T00:00:00Z"));
        assert.deepEqual(unusual(all, now.getTime()), []);
        addTo(all, { account: shop, outcome: "complete", bytes: 900 * gb }, Date.parse("2026-10-04T23:59:59Z"));
        assert.equal(unusual(all, now.getTime()).length, 1);
    });
    it("names both numbers", () => assert.match(volumeReason({ account: shop, bytes: 400 * gb, median: 100 * gb, days: 14 }), /^400 GB were sealed yesterday .* the 14 days before is 100 GB/));
    it("shows bytes as people read them", () => assert.deepEqual([0, 1, 999, 1000, 1.5 * gb, 1e18].map(size), ["0 B", "1 B", "999 B", "1.0 kB", "1.5 GB", "1000 PB"]));
});

describe("lines of the logs", () => {
    const line = JSON.stringify({ level: "INFO", message: "sealed", n: 1 });
    const read = async (pages: readonly (readonly string[])[], more: Partial<Logs> = {}) => {
        const taken: Line[] = [];
        const inputs: unknown[] = [];
        async function* paginateFilterLogEvents(_: unknown, input: unknown) {
            inputs.push(input);
            for (const [index, events] of pages.entries()) yield { events: events.map((message) => ({ message, timestamp: 5 })), ...(index + 1 < pages.length && { nextToken: "t" }) };
        }
        const logs = { logsModule: { paginateFilterLogEvents }, logs: {}, mostPages: 10, hasTime: () => true, ...more } as unknown as Logs;
        const reading = await readLines(logs, { group: "g", field: "message", value: "sealed", from: 1, to: 9 }, (each) => taken.push(each) > 0);
        return { ...reading, taken: taken.map(({ n }) => n), inputs };
    };

    it("are asked for by the word, and known by the exact text that log writes", async () => {
        const { inputs } = await read([[]]);
        assert.deepEqual(inputs, [{ logGroupName: "g", filterPattern: '"sealed"', startTime: 1, endTime: 9 }]);
        assert.ok(says(line, { field: "message", value: "sealed" }));
    });
    it("are read bare and behind Node's prefix", async () => {
        const { taken, odd } = await read([[line, `2026-10-05T06:00:00.000Z\t11111111-2222-4333-8444-555555555555\tINFO\t${line}\n`]]);
        assert.deepEqual([taken, odd], [[1, 1], 0]);
    });
    for (const other of ["", "sealed", "{ sealed", '{"message":"other","detail":"\\"message\\":\\"sealed\\""}', '["sealed"]', '{"message":["sealed"]}', '{"message":"unsealed"}']) {
        it(`are passed over where they merely hold the word: ${other}`, async () => {
            const { odd, taken } = await read([[other, line]]);
            assert.deepEqual([odd, taken], [0, [1]]);
        });
    }
    for (const odd of ['{"message":"sealed"', 'no JSON "message":"sealed"', '{"n":{"message":"sealed"}}', '["message","\\"",{"message":"sealed"}]']) {
        it(`are skipped and counted: ${odd}`, async () => assert.deepEqual([(await read([[odd, line]])).odd, (await read([[odd, line]])).taken], [1, [1]]));
    }
    it("are read page by page, empty ones too", async () => assert.deepEqual((await read([[line], [], [line]])).taken, [1, 1]));
    it("end with the pages that are allowed, and say so", async () => {
        const { taken, cut } = await read([[line], [line], [line]], { mostPages: 2 });
        assert.deepEqual([taken, cut], [[1, 1], true]);
        assert.equal((await read([[line], [line]], { mostPages: 2 })).cut, false, "there were no more");
    });
    it("end with the time, and say so", async () => assert.equal((await read([[line], [line]], { hasTime: () => false })).cut, true));
});

describe("what lines say", () => {
    const sealed = { account: shop, outcome: "complete", bytes: 5 };
    it("of a sealed export", () => assert.deepEqual(sealedOf({ ...sealed, task: "e1" }), sealed));
    for (const [name, more] of Object.entries({ "no account": { account: "shop" }, "no bytes": { bytes: "5" }, "bytes below zero": { bytes: -1 }, "no outcome": { outcome: 1 } })) {
        it(`isn't taken from a sealed line with ${name}`, () => assert.equal(sealedOf({ ...sealed, ...more }), undefined));
    }
    const good = { ...inventory(shop, [database("orders")]) };
    it("of an inventory", () => assert.deepEqual(inventoryOf({ ...good, level: "INFO" }), good));
    for (const [name, more] of Object.entries({
        "no time": { at: "soon" }, "no account": { account: 1 }, "part 0": { part: 0 }, "part 2 of 1": { part: 2 }, "half a part": { part: 0.5 }, "a million parts": { parts: 1e6 }, "no databases": { databases: {} },
        "a database that is none": { databases: [null] }, "a database without a name": { databases: [{ ...database("x"), database: undefined }] }, "hours in words": { databases: [{ ...database("x"), unprotectedHours: "many" }] },
        "a reason that is no text": { databases: [{ ...database("x"), reason: { toString: "x" } }] },
    })) {
        it(`isn't taken from an inventory with ${name}: half a part would hide databases`, () => assert.equal(inventoryOf({ ...good, ...more } as Line), undefined));
    }
    it("of an error: its reason, or what else tells why", () => {
        assert.deepEqual(troubleOf({ message: "given-up", account: shop, database: "instance.orders", reason: "r", detail: "d" }), { code: "given-up", account: shop, database: "instance.orders", reason: "r" });
        assert.deepEqual(troubleOf({ message: "seal-died", error: "TypeError" }), { code: "seal-died", reason: "TypeError" });
        assert.deepEqual(troubleOf({ message: "look", account: shop, ended: "configuration" }), { code: "look", account: shop, reason: "the round ended early: configuration" });
        assert.deepEqual(troubleOf({ message: "x", account: 5, database: {} }), { code: "x", reason: "" });
        assert.equal(troubleOf({ level: "ERROR" }), undefined);
    });
    it("is one matter, however often it is said, and at most a thousand of an account are told apart", () => {
        const all: Troubles = {};
        for (let n = 0; n < 3; n++) addTrouble(all, { code: "partial", account: shop, reason: "r" });
        for (let n = 0; n < 1500; n++) addTrouble(all, { code: "stranger", account: shop, reason: `r${n}` });
        assert.deepEqual([all.partial![shop]!.count, Object.values(all.partial![shop]!.matters)[0]!.times], [1, 3]);
        addTrouble(all, { code: "stranger", account: billing, reason: "r" });
        const { count, uncounted } = all.stranger![shop]!;
        assert.deepEqual([count, uncounted, all.stranger![billing]!.count], [1000, 500, 1]);
    });
});

describe("inventories", () => {
    const part = (at: string, n: number, parts: number) => ({ ...inventory(shop, [database(`db${n}`)], at), part: n, parts });
    const names = (...lines: readonly ReturnType<typeof part>[]) => {
        const all = noInventories();
        for (const each of lines) addInventory(all, each);
        return { names: all.whole[shop]?.databases.map((each) => each.database), halves: inPartsOnly(all), at: all.whole[shop]?.at };
    };
    const [early, late] = ["2026-10-05T00:05:00.000Z", "2026-10-05T06:05:00.000Z"];
    it("are joined from their parts, in whatever order", () => assert.deepEqual(names(part(late, 2, 2), part(late, 1, 2)).names, ["instance.db1", "instance.db2"]));
    it("of two functions aren't mixed up", () => assert.deepEqual(names(part(early, 1, 2), part(late, 2, 2)), { names: undefined, halves: [shop], at: undefined }));
    it("count when they are whole: an older one beats a newer half", () => assert.deepEqual(names(part(early, 1, 1), part(late, 1, 2)), { names: ["instance.db1"], halves: [], at: early }));
    it("are replaced by newer ones, whatever comes first", () => {
        assert.equal(names(part(early, 1, 1), part(late, 1, 1)).at, late);
        assert.equal(names(part(late, 1, 1), part(early, 1, 1)).at, late);
    });
    it("say a part twice without harm", () => assert.deepEqual(names(part(late, 1, 2), part(late, 1, 2), part(late, 2, 2)).names, ["instance.db1", "instance.db2"]));
});

describe("text of others", () => {
    it("stays on its line, and in its order", () => assert.equal(shown("a\nb\r\u2028c\u0000d\u202ee\ud800f\u0085"), "a\\u{a}b\\u{d}\\u{2028}c\\u{0}d\\u{202e}e\\u{d800}f\\u{85}"));
    it("keeps letters of any language", () => assert.equal(shown("Bestellungen-größe 注文 😀"), "Bestellungen-größe 注文 😀"));
    it("is cut within a pair without a half left", () => assert.equal(shown("ab😀", 3), "ab\\u{d83d}"));
    it("becomes no link", () => assert.equal(shown("https://x.example"), "https[:]//x.example"));
    it("says how many more there are", () => {
        assert.deepEqual(section("H", ["a", "b"], 1), ["", "H:", "  a", "  b", "  … and 1 more"]);
        assert.deepEqual(section("H", Array<string>(201).fill("a")).slice(-2), ["  a", "  … and 1 more"]);
    });
    it("is cut by lines, in bytes, saying what is left out", () => {
        const lines = Array.from({ length: 100 }, (_, n) => `ä${n}`);
        const text = cutText(lines, 200);
        assert.ok(Buffer.byteLength(text) <= 200);
        const kept = text.split("\n").slice(0, -2);
        assert.deepEqual(kept, lines.slice(0, kept.length));
        assert.ok(text.endsWith(`cut here: ${100 - kept.length} more lines would be too long for a notice.\n`), text);
        assert.equal(cutText(["a", "b"]), "a\nb\n");
    });
});
