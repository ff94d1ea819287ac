// Doesn't prove that the patterns which the deployment compiles from globs are right: they are given here.
import assert from "node:assert/strict";
import { dataTime, frequencyOf, ledgerStart, matches, rulesFor, typeOf, windowStart } from "../../handlers/lib/database";
import { periodStart } from "../../handlers/lib/period";
import type { Filter, Frequency } from "../../handlers/lib/types";
import { account, filter, rules, settings, snapshot } from "./planning";

const target = { kind: "instance", account, database: "orders-scratch" } as const;

describe("filters", () => {
    const cases: [string, Filter, boolean][] = [
        ["everything", filter("*"), true],
        ["a glob that fits", filter("*-scratch"), true],
        ["a part isn't enough", filter("orders"), false],
        ["the same kind", filter("*", { kind: "instance" }), true],
        ["the other kind", filter("*", { kind: "cluster" }), false],
        ["the same account", filter("*", { account }), true],
        ["another account", filter("*", { account: "999999999999" }), false],
    ];
    for (const [name, given, wanted] of cases) it(name, () => assert.equal(matches(given, target), wanted));
});

describe("rules and frequency", () => {
    it("takes the account's own rules before the global ones", () => {
        const own = rules({ lookbackDays: 3 });
        assert.equal(rulesFor({ ...settings(), accounts: { [account]: { name: "shop", databases: own } } }, account), own);
        assert.equal(rulesFor(settings(), account).lookbackDays, 7);
    });
    const thinned = rules({
        frequency: "daily",
        overrides: [{ databases: [filter("*")], frequency: "weekly" }, { databases: [filter("orders*")], frequency: "monthly" }, { databases: [filter("orders*")], snapshotTypes: ["manual"], frequency: "daily" }],
    });
    for (const [type, database, wanted] of [["automated", "orders", "monthly"], ["awsbackup", "other", "weekly"], ["manual", "other", "every"], ["manual", "orders", "daily"]] as const) {
        it(`${type} of ${database}: ${wanted}`, () => assert.equal(frequencyOf(thinned, type, { ...target, database }), wanted));
    }
    it("knows a cluster's AWS Backup snapshot by its id", () => {
        assert.equal(typeOf(snapshot("awsbackup:job-1", "2026-11-17T00:00:00Z", { kind: "cluster", type: "manual" })), "awsbackup");
        assert.equal(typeOf(snapshot("awsbackup:job-1", "2026-11-17T00:00:00Z", { type: "manual" })), "manual");
    });
    it("takes the data's time, not the copy's", () => {
        const copy = snapshot("copy", "2026-11-17T00:00:00Z", { originalCreatedAt: "2026-10-01T00:00:00Z" });
        assert.equal(dataTime(copy), Date.parse("2026-10-01T00:00:00Z"));
        assert.equal(dataTime(snapshot("creating", undefined)), undefined);
    });
});

describe("periods", () => {
    const cases: [Frequency, string, string][] = [
        ["daily", "2026-11-18T23:59:59.999Z", "2026-11-18"],
        ["daily", "2028-02-29T00:00:00Z", "2028-02-29"],
        ["weekly", "2026-11-22T23:59:59Z", "2026-11-16"], // a Sunday still belongs to Monday's week
        ["weekly", "2026-11-23T00:00:00Z", "2026-11-23"],
        ["weekly", "2027-01-01T12:00:00Z", "2026-12-28"], // ISO week 53 of 2026
        ["weekly", "2024-12-30T00:00:00Z", "2024-12-30"], // ISO week 1 of 2025
        ["weekly", "2028-02-29T12:00:00Z", "2028-02-28"],
        ["monthly", "2026-12-31T23:59:59.999Z", "2026-12-01"],
        ["monthly", "2028-02-29T12:00:00Z", "2028-02-01"],
    ];
    for (const [frequency, time, wanted] of cases) it(`${frequency} of ${time}`, () => assert.equal(periodStart(frequency, Date.parse(time)), Date.parse(wanted)));
    it("starts a period at midnight UTC", () => assert.equal(periodStart("monthly", Date.parse("2026-11-18T12:00:00Z")), Date.parse("2026-11-01T00:00:00Z")));
});

describe("ledgerStart", () => {
    const at = new Date("2026-11-18T12:00:00Z");
    const cases: [string, Parameters<typeof rules>[0], string][] = [
        ["every", {}, "2026-11-04"],
        ["weekly", { frequency: "weekly" }, "2026-11-02"],
        ["monthly in an override", { overrides: [{ databases: [], frequency: "monthly" }] }, "2026-10-25"],
        ["a catch-up", { catchUpFrom: "2026-09-10" }, "2026-09-03"],
        ["a catch-up inside the window changes nothing", { catchUpFrom: "2026-11-15" }, "2026-11-04"],
    ];
    for (const [name, more, wanted] of cases) it(name, () => assert.equal(ledgerStart(rules(more), at), wanted));
    it("lies a week before the window at least", () => assert.ok(Date.parse(ledgerStart(rules(), at)) <= windowStart(rules(), at) - 6 * 86_400_000));
});
