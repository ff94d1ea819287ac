// Doesn't prove how a page looks: that was looked at in a browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Clients } from "../../reports/clients";
import type { Coverage } from "../../reports/coverage";
import { asCsv, cell } from "../../reports/csv";
import type { Ringing } from "../../reports/evidence";
import { asHtml } from "../../reports/html";
import { reportCommand } from "../../reports/report";
import { statusCommand } from "../../reports/status";
import { asScreen, asStatus } from "../../reports/summary";
import { asTable } from "../../reports/table";
import { firstOf, plain, size, span } from "../../reports/words";
import { billing, colourless, covered, database, directory, hostile, hoursAgo, line, manifest, now, orders, quiet, sealed, shop, warehouse } from "./vault";

/** RFC 4180: rows of cells. */
function parsed(text: string): string[][] {
    const rows: string[][] = [];
    let [row, at]: [string[], number] = [[], 0];
    while (at < text.length) {
        const quoted = text[at] === '"';
        const found = (quoted ? /"((?:[^"]|"")*)"(,|\r\n)/y : /([^",\r\n]*)(,|\r\n)/y);
        found.lastIndex = at;
        const [all, value, end] = found.exec(text) ?? assert.fail(`no cell at ${at}: ${text.slice(at, at + 40)}`);
        row.push((value ?? "").replace(/""/g, '"'));
        at += all.length;
        if (end === "\r\n") { rows.push(row); row = []; }
    }
    assert.deepEqual(row, []);
    return rows;
}

/** Fails unless every element is closed in order; returns the tags. The page is written so that it is XML but for its doctype. */
function tagsOf(page: string): string[] {
    const open: string[] = [];
    const tags: string[] = [];
    const text = page.replace("<!doctype html>", "").replace(/<style>[^<]*<\/style>/, "");
    for (const [all, closing, name = "", attributes = "", empty] of text.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/g)) {
        tags.push(name, ...[...attributes.matchAll(/([\w:-]+)="/g)].map(([, attribute]) => `@${attribute}`));
        assert.ok(all);
        if (closing) assert.equal(open.pop(), name);
        else if (!empty) open.push(name);
    }
    assert.deepEqual(open, []);
    const rest = text.replace(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/g, "");
    assert.doesNotMatch(rest, /[<>]/);
    assert.doesNotMatch(rest, /&(?!(amp|lt|gt|quot|#39);)/);
    return [...new Set(tags)];
}

/** Every text of others is `text`. */
const spoilt = (text: string): Coverage => {
    const told = covered(
        [database({ database: `instance.${text}`, engine: text, resourceId: text || orders, reason: text, unprotectedHours: 50 }), database({ database: `cluster.${text}`, resourceId: "db-2", wanted: false, why: text })],
        [manifest({ identifier: "gone", resourceId: "db-3", age: 5 }), manifest({ outcome: "partial", identifier: "x", resourceId: "db-4", age: 3, skipped: Array.from({ length: 7 }, (_, n) => `${text}${n}`) })],
        { unreadable: [{ path: text, reason: text }], source: text },
    );
    return { ...told, accounts: told.accounts.map((account) => ({ ...account, name: text, unseen: text })), rows: told.rows.map((row) => ({ ...row, accountName: text })), hints: [text] };
};

describe("the HTML page", () => {
    const tags = tagsOf(asHtml(spoilt("harmless")));
    it("is well formed, without scripts, links and foreign addresses", () => {
        const page = asHtml(spoilt("harmless"));
        assert.deepEqual(tags.filter((tag) => ["script", "link", "img", "iframe", "a", "form", "@href", "@src", "@style", "@onclick"].includes(tag)), []);
        assert.doesNotMatch(page, /https?:|url\(|@import/);
    });
    for (const text of hostile) it(`takes ${JSON.stringify(text)} for text`, () => assert.deepEqual(tagsOf(asHtml(spoilt(text))), tags));
    it("takes any text for text", () => fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 30 }), (text) => assert.deepEqual(tagsOf(asHtml(spoilt(text))), tags)), { numRuns: 100 }));
    it("shows what moves or hides", () => {
        const page = asHtml(spoilt("\u202egnp.exe\u0000"));
        assert.ok(page.includes("\\u{202e}gnp.exe\\u{0}") && !page.includes("\u202e"));
    });
    it("says on top that it is incomplete", () => {
        const page = asHtml(spoilt("x"));
        assert.ok(page.indexOf("This report is incomplete") < page.indexOf("<h1") && page.includes("1 thing can't be read"));
        assert.doesNotMatch(asHtml(covered([database()], [manifest()])), /incomplete/);
    });
    it("has a section for each kind of database, and each database once", () => {
        const named = (name: string, more = {}) => database({ database: `instance.${name}`, resourceId: `db-${name}`, ...more });
        const page = asHtml(covered([named("late", { unprotectedHours: 90 }), named("fine"), named("unwanted", { wanted: false }), named("bare", { snapshots: 0 }), named("barelate", { snapshots: 0, unprotectedHours: 80 })], [manifest({ identifier: "fine", resourceId: "db-fine" }), manifest({ identifier: "bare", resourceId: "db-bare" }), manifest({ identifier: "left", resourceId: "db-left" })]));
        const order = [...page.matchAll(/<h2>([^<]*)<\/h2>|class="name"><b>([^<]*)/g)].map(([, section, name]) => section ?? name);
        assert.deepEqual(order, ["Unprotected", "late", "barelate", "Within the time allowed", "fine", "Forgotten?", "bare", "unwanted", "Gone", "left", "Accounts"]);
        assert.match(page, /1 more without snapshots stands above/);
    });
    it("counts by account what the cards count, whoever is gone", () => {
        const left = (more: object) => manifest({ identifier: "left", resourceId: "db-left", ...more });
        for (const [gone, wanted] of [[left({ age: 100 }), 2], [left({ age: 20 }), 1]] as const) {
            const coverage = covered([database()], [manifest(), gone]);
            const [, table = ""] = asHtml(coverage).split('<table class="accounts">');
            const counted = [...table.matchAll(/<td>(\d+)<\/td><td>(\d+)<\/td><\/tr>/g)].map(([, ...cells]) => cells.map(Number));
            const column = (at: number) => counted.reduce((sum, cells) => sum + cells[at]!, 0);
            assert.deepEqual([column(0), column(1)], [coverage.sums.wanted, coverage.sums.unprotected]);
            assert.equal(coverage.sums.wanted, wanted);
        }
    });
    it("can be made of nothing", () => tagsOf(asHtml({ ...covered([], []), accounts: [] })));
});

describe("the CSV", () => {
    const defused: readonly (readonly [string, string])[] = [["=cmd()", "'=cmd()"], ["+1", "'+1"], ["-1", "'-1"], ["@x", "'@x"], ["\tx", "'\tx"], ["\nx", `"'\nx"`], ["\rx", `"'\rx"`], [" =1", "' =1"], ["＝1", "'＝1"], ["a=1", "a=1"], ["", ""], ['a"b', '"a""b"'], ["a,b", '"a,b"']];
    for (const [text, expected] of defused) it(`writes ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => assert.equal(cell(text), expected));

    const column = (rows: string[][], name: string) => rows.slice(1).map((row) => row[rows[0]!.indexOf(name)] ?? "");
    const undefused = (text: string) => text.replace(/^'(?=(\s*[=+\-@＝＋－＠]|[\t\r\n]))/, "");
    it("comes back as it was, and no cell is a formula", () => fc.assert(fc.property(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary", maxLength: 20 })), (text) => {
        const told = spoilt(text);
        const rows = parsed(asCsv(told));
        assert.ok(rows.every((row) => row.length === rows[0]!.length && row.every((value) => !/^(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(value))));
        const notices = 1 + told.accounts.length;
        assert.deepEqual(column(rows, "database").slice(notices), told.rows.map(({ database: name }) => name));
        assert.deepEqual(column(rows, "reason").slice(notices).map(undefused), told.rows.map(({ reason }) => reason));
        assert.deepEqual(column(rows, "partial_tables").slice(notices).map(undefused), told.rows.map(({ partial }) => partial?.lacking.join(", ") ?? ""));
        assert.deepEqual(column(rows, "restore_bytes").slice(notices).map(Number), told.rows.map(({ bytes }) => bytes));
    }), { numRuns: 200 }));
    it("tells what is missing before all else", () => assert.deepEqual(column(parsed(asCsv(spoilt("x"))), "status"), ["unreadable", "account not seen", "account not seen", "account not seen", "never protected", "gone", "gone", "unwanted"]));
});

describe("the terminal", () => {
    it("says the sum first, aligns, and shows no moving characters", () => {
        const lines = asTable(covered([database({ database: "instance.\u001b[2Jx\ny", unprotectedHours: 40, reason: "too\u202e big" }), database({ database: "instance.much-longer-db-name", resourceId: "db-2" })], [manifest({ resourceId: "db-2", identifier: "much-longer-db-name" })]), colourless);
        assert.deepEqual(lines, [
            "1 of 2 wanted databases is unprotected.",
            "Stack prod in eu-west-1, 2026-11-18 12:00 UTC: 1 restore point (1.0 MB), 0 unwanted, 0 without snapshots, 0 gone.",
            "",
            "STATE              ACCOUNT  DATABASE                      LAST SEALED          AGE  ALLOWED  LOCKED UNTIL      POINTS   BYTES  REASON",
            "! never protected  shop     instance.\\u{1b}[2Jx\\u{a}y     never             42.0 h   36.0 h  -                      0     0 B  too\\u{202e} big",
            "protected          shop     instance.much-longer-db-name  2026-11-18 02:00  10.0 h   36.0 h  2026-12-21 20:00       1  1.0 MB",
        ]);
    });
    for (const text of hostile) it(`stays on its lines with ${JSON.stringify(text)}`, () => {
        const told = spoilt(text);
        for (const each of [...asTable(told, colourless), ...asScreen(told, [{ name: text, state: "ALARM", reason: text }], colourless)]) assert.doesNotMatch(each, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    });
    it("says before all else that it is incomplete", () => assert.deepEqual(asTable(covered([database()], [manifest()], { unreadable: [{ path: "a", reason: "b" }] }), colourless).slice(0, 4), ["INCOMPLETE: 1 thing can't be read, so this doesn't tell all:", "  a: b", "", "The one wanted database is within the time allowed."]));
});

describe("the status screen", () => {
    const alarms: Ringing[] = [{ name: "rds-vault-x-watch-partial", state: "ALARM", since: hoursAgo(3), reason: "threshold crossed" }, { name: "rds-vault-x-watch-sweep", state: "INSUFFICIENT_DATA", reason: "new" }];
    it("fits on one screen however much is wrong", () => {
        const databases = Array.from({ length: 40 }, (_, n) => database({ database: `instance.d${n}`, resourceId: `db-${n}`, unprotectedHours: 50 + n }));
        const lines = asScreen(covered(databases, [], { unreadable: Array.from({ length: 3 }, () => ({ path: "a", reason: "b" })) }), alarms, colourless);
        assert.ok(lines.length < 40);
        assert.ok(lines.includes("  … and 30 more: npm run report"));
    });
    it("tells all that is asked", () => assert.deepEqual(asScreen(covered([database()], [manifest(), manifest({ age: 34, retainUntil: hoursAgo(-20) })]), alarms, colourless), [
        "The one wanted database is within the time allowed.", "Stack prod in eu-west-1, 2026-11-18 12:00 UTC", "",
        "databases        1 wanted, 1 within the time allowed, 0 unprotected; 0 unwanted, 0 without snapshots, 0 gone", "newest data      2026-11-18 02:00, shop/instance.orders",
        "restore points   2 (2.0 MB)", "next lock to end 2026-11-19 08:00, shop/instance.orders", "not looked at    none", "",
        "1 alarm rings, 1 without data", "  rds-vault-x-watch-partial since 2026-11-18 09:00: threshold crossed", "  rds-vault-x-watch-sweep: insufficient data: new",
    ]));
    const ends: readonly (readonly [string, readonly Ringing[] | undefined, string])[] = [["no alarm", [], "No alarm rings."], ["files", undefined, "Alarms: files don't tell whether one rings."]];
    for (const [name, given, last] of ends) it(`ends with ${name}`, () => assert.equal(asScreen(covered([], []), given, colourless).pop(), last));
    const listeners: readonly (readonly [string, { confirmed: number; pending: string[] } | undefined, RegExp])[] = [
        ["nobody subscribed", { confirmed: 0, pending: [] }, /^Nobody is told of alarms.*alertEmails is empty/],
        ["nobody confirmed", { confirmed: 0, pending: ["a@x"] }, /^Nobody is told of alarms.*a@x didn't confirm/],
        ["one didn't confirm", { confirmed: 1, pending: ["a\u202e@x"] }, /^a\\u\{202e\}@x didn't confirm/],
        ["all confirmed", { confirmed: 2, pending: [] }, /^No alarm rings\.$/],
        ["files", undefined, /^No alarm rings\.$/],
    ];
    for (const [name, subscriptions, last] of listeners) it(`says who is told: ${name}`, () => {
        assert.match(asScreen(covered([], []), [], colourless, subscriptions).pop()!, last);
        assert.deepEqual(asStatus(covered([], []), [], subscriptions).subscriptions, subscriptions ?? null);
    });
    it("as JSON tells null where nobody knows", () => {
        const { alarms: none, protected: well, newestSealed, nextLockEnds } = asStatus(covered([], []), undefined);
        assert.deepEqual([none, well, newestSealed, nextLockEnds], [null, true, null, null]);
    });
});

describe("the commands", () => {
    const inventory = [line([database()]), ...quiet(billing, warehouse)];
    const { key, text } = sealed();
    const vault = (more: Readonly<Record<string, string>> = {}) => directory({ [key]: text, "inventory.json": JSON.stringify(inventory), ...more });
    const at = ["--now", now.toISOString()];

    it("write page, table and JSON, and end with 0 when all is well", async () => {
        const root = vault();
        const [html, csv] = [join(root, "report.html"), join(root, "report.csv")];
        const { text: said, status } = await reportCommand(["--vault", root, ...at, "--html", html, "--csv", csv], colourless);
        assert.equal(status, 0);
        assert.match(said, /^The one wanted database is within the time allowed\.\n[^]*\nWritten: .*report\.html, .*report\.csv$/);
        assert.match(readFileSync(html, "utf8"), /<h1 class="good">The one wanted database is within the time allowed<\/h1>/);
        assert.equal(parsed(readFileSync(csv, "utf8")).length, 2);
        const json = JSON.parse((await reportCommand(["--vault", root, ...at, "--json"], colourless)).text) as Coverage;
        assert.deepEqual([json.complete, json.rows[0]?.status, json.rows[0]?.points], [true, "protected", [{ at: hoursAgo(10), outcome: "complete", restorable: true }]]);
        assert.equal((await statusCommand(["--vault", root, ...at, "--json"], colourless)).status, 0);
    });
    const endings: readonly (readonly [string, () => string, readonly string[], number, RegExp])[] = [
        ["1 when one is unprotected", () => vault(), ["--now", hoursAgo(-30)], 1, /1 of 1 wanted database is unprotected; 3 accounts not looked at/],
        ["1 long after, and says how to see it as of then", () => vault(), ["--now", "2027-11-18"], 1, /the newest inventory is of 2026-11-18 10:00: for a report as of then add --now 2026-11-18T10:00:00\.000Z/],
        ["2 when a manifest was changed", () => vault({ [key]: text.replace("1000000", "1000001") }), at, 2, /^INCOMPLETE: 1 thing[^]*its digest/],
        ["2 without an inventory", () => directory({ [key]: text }), at, 2, /inventory\.json: there is no such file/],
    ];
    for (const [name, root, args, status, said] of endings) it(`end with ${name}`, async () => {
        const directoryGiven = root();
        for (const command of [reportCommand, statusCommand]) {
            const result = await command(["--vault", directoryGiven, ...args], colourless);
            assert.equal(result.status, status);
            assert.match(result.text, said);
        }
    });
    const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [["a time that is none", ["--vault", ".", "--now", "soon"], /^--now: received soon/], ["an unknown option", ["--vaults", "."], /Usage|npm run/], ["a stack that isn't there", ["--stack", "nobody"], /Pulumi\.nobody\.yaml/]];
    for (const [name, args, message] of wrong) it(`refuse ${name}`, async () => {
        for (const command of [reportCommand, statusCommand]) await assert.rejects(command([...args], colourless), { message });
    });
    it("refuse a page that can't be written", () => assert.rejects(reportCommand(["--vault", vault(), "--html", "/nowhere/x.html"], colourless), { name: "UsageError", message: "--html /nowhere/x.html: can't be written (ENOENT)" }));
    it("refuse a past time with alarms of now", () => assert.rejects(statusCommand(at, colourless), { name: "UsageError", message: /^--now goes with --vault/ }));
    it("read live", async () => {
        const messages = [line([database()]), ...quiet(billing, warehouse)].map((each) => JSON.stringify({ ...each, at: new Date().toISOString() }));
        const clients = {
            s3: { listObjectsV2: async ({ Delimiter }: { Delimiter?: string }) => (Delimiter ? { CommonPrefixes: [{ Prefix: `manifests/${shop}/` }] } : { Contents: [{ Key: key }] }), getObject: async () => ({ Body: { transformToString: async () => text } }) },
            logs: { filterLogEvents: async () => ({ events: messages.map((message) => ({ message })) }) },
            cloudWatch: { describeAlarms: async () => ({}) },
        } as unknown as Clients;
        const { text: said } = await statusCommand([], colourless, async () => clients);
        assert.match(said, /not looked at +none[^]*No alarm rings\.$/);
    });
});

describe("words", () => {
    const table: readonly (readonly [string, string])[] = [
        [size(0), "0 B"], [size(999), "999 B"], [size(1500), "1.5 kB"], [size(6_442_451_536), "6.4 GB"], [size(3.1e12), "3.1 TB"], [size(322e9), "322 GB"],
        [span(36), "36.0 h"], [span(99.99), "100.0 h"], [span(168), "7.0 days"], [plain("é ü 漢"), "é ü 漢"], [plain("a\u200bb"), "a\\u{200b}b"], [firstOf(["a", "b", "c"], 2), "a, b and 1 more"], [firstOf([]), ""],
    ];
    for (const [found, expected] of table) it(expected || "nothing", () => assert.equal(found, expected));
});
