// Doesn't prove that the ledger was read back far enough: it is given here whole.
import assert from "node:assert/strict";
import { plan } from "../../handlers/lib/plan";
import type { DatabaseRules, Observed, Snapshot } from "../../handlers/lib/types";
import { filter, manifest, now, observed, ownTask, settings, snapshot } from "./planning";

const at = (identifier: string, time: string, more: Partial<Snapshot> = {}) => snapshot(identifier, time, more);
/** `now` is Wednesday the 18th, noon. */
const monday = at("monday", "2026-11-16T03:00:00Z");
const tuesday = at("tuesday", "2026-11-17T03:00:00Z");
const tuesdayNoon = at("tuesday-noon", "2026-11-17T12:00:00Z");
const sunday = at("sunday", "2026-11-15T03:00:00Z");
const failed = (of: Snapshot) => [1, 2, 3].map((attempt) => ownTask(of, attempt, { status: "FAILED", failureCause: "x", endedAt: "2026-11-17T20:00:00Z" }));

const codes = (given: Snapshot[], rules: Partial<DatabaseRules>, more: Partial<Observed> = {}) =>
    Object.fromEntries(plan(observed(given, more), settings(rules), now).map(({ snapshot: { identifier }, code }) => [identifier, code]));
const reasons = (given: Snapshot[], rules: Partial<DatabaseRules>, more: Partial<Observed> = {}) =>
    Object.fromEntries(plan(observed(given, more), settings(rules), now).map(({ snapshot: { identifier }, reason }) => [identifier, reason]));
const daily = { frequency: "daily" } as const;
const weekly = { frequency: "weekly" } as const;

describe("thinning", () => {
    it("keeps the oldest of a day", () => assert.deepEqual(codes([tuesdayNoon, tuesday, monday], daily), { monday: "due", tuesday: "due", "tuesday-noon": "thinned" }));
    it("doesn't take a week or a month for the day that it begins on", () => {
        const daysAnd = (frequency: "weekly" | "monthly") => ({ ...daily, lookbackDays: 20, overrides: [{ databases: [filter("other")], frequency }] });
        const [first, third] = [at("first", "2026-11-01T03:00:00Z"), at("third", "2026-11-03T03:00:00Z")];
        assert.deepEqual(codes([monday], daysAnd("weekly"), { manifests: [manifest(tuesday, 1)] }), { monday: "due" });
        assert.deepEqual(codes([first], daysAnd("monthly"), { manifests: [manifest(third, 1)] }), { first: "due" });
    });
    it("names the claimer", () => assert.equal(reasons([tuesday, tuesdayNoon], daily)["tuesday-noon"], "covered by tuesday of the same day"));
    it("keeps the oldest of a week, from Monday", () => assert.deepEqual(codes([sunday, monday, tuesday], weekly), { sunday: "due", monday: "due", tuesday: "thinned" }));
    it("keeps the oldest of a month", () => assert.deepEqual(codes([sunday, tuesday], { frequency: "monthly" }), { sunday: "due", tuesday: "thinned" }));
    it("holds databases apart by kind and resource id", () => {
        const recreated = at("recreated", "2026-11-17T05:00:00Z", { resourceId: "db-OTHER" });
        const namesake = at("namesake", "2026-11-17T05:00:00Z", { kind: "cluster" });
        assert.deepEqual(codes([tuesday, recreated, namesake], daily), { tuesday: "due", recreated: "due", namesake: "due" });
    });
    it("is satisfied by a later export in flight", () => assert.deepEqual(codes([tuesday, tuesdayNoon], daily, { running: [ownTask(tuesdayNoon, 1)] }), { tuesday: "thinned", "tuesday-noon": "running" }));
    it("is satisfied by a finished export", () => assert.deepEqual(codes([tuesday, tuesdayNoon], daily, { manifests: [manifest(tuesdayNoon, 1)] }), { tuesday: "thinned", "tuesday-noon": "sealed" }));
    it("is satisfied by a manifest whose snapshot is gone", () => {
        assert.deepEqual(codes([tuesdayNoon], daily, { manifests: [manifest(tuesday, 1)] }), { "tuesday-noon": "thinned" });
        assert.match(reasons([tuesdayNoon], daily, { manifests: [manifest(tuesday, 1)] })["tuesday-noon"] ?? "", /sealed export e[0-9a-f]{40}-1 of the same day/);
    });
    it("isn't satisfied by a failed manifest or another database's", () => {
        assert.deepEqual(codes([tuesdayNoon], daily, { manifests: [manifest(tuesday, 1, "failed")] }), { "tuesday-noon": "due" });
        assert.deepEqual(codes([tuesdayNoon], daily, { manifests: [{ ...manifest(tuesday, 1), resource8: "OTHERXXX" }] }), { "tuesday-noon": "due" });
    });
    it("isn't satisfied by a partial export, until there are as many as attempts", () => {
        const partials = (...of: Snapshot[]) => ({ manifests: of.map((each) => manifest(each, 1, "partial")) });
        const wednesday = at("wednesday", "2026-11-18T03:00:00Z");
        assert.deepEqual(codes([monday, tuesday], weekly, partials(monday)), { monday: "partial", tuesday: "due" });
        assert.deepEqual(codes([wednesday], weekly, partials(monday, tuesday, tuesdayNoon)), { wednesday: "thinned" });
        assert.match(reasons([wednesday], weekly, partials(monday, tuesday, tuesdayNoon))["wednesday"] ?? "", /3 partial exports/);
        assert.deepEqual(codes([wednesday], daily, partials(monday, tuesday, tuesdayNoon)), { wednesday: "due" });
    });
    it("isn't satisfied by a manifest without a resource id: nobody can tell whose data it holds", () =>
        assert.deepEqual(codes([tuesdayNoon], daily, { manifests: [{ ...manifest(tuesday, 1), resource8: "unknown" }] }), { "tuesday-noon": "due" }));
    it("goes on to the next when one is given up", () =>
        assert.deepEqual(codes([tuesday, tuesdayNoon], daily, { tasks: { [tuesday.arn]: failed(tuesday), [tuesdayNoon.arn]: [] } }), { tuesday: "given-up", "tuesday-noon": "due" }));
    it("doesn't go on while one backs off", () =>
        assert.deepEqual(codes([tuesday, tuesdayNoon], daily, { tasks: { [tuesday.arn]: [ownTask(tuesday, 1, { status: "CANCELED", endedAt: "2026-11-18T11:50:00Z" })] } }), { tuesday: "backoff", "tuesday-noon": "thinned" }));
    it("never thins manual ones, but lets them cover", () => {
        const manual = at("manual", "2026-11-17T01:00:00Z", { type: "manual" });
        const another = at("another", "2026-11-17T14:00:00Z", { type: "manual" });
        assert.deepEqual(codes([manual, tuesday, another], daily), { manual: "due", tuesday: "thinned", another: "due" });
    });
    it("thins manual ones where an override says so", () => {
        const manual = at("manual", "2026-11-17T05:00:00Z", { type: "manual" });
        assert.deepEqual(codes([tuesday, manual], { overrides: [{ databases: [filter("*")], snapshotTypes: ["manual"], frequency: "daily" }] }), { tuesday: "due", manual: "thinned" });
    });
});

describe("out of the window", () => {
    const old = at("old", "2026-11-10T03:00:00Z");
    const older = at("older", "2026-11-09T03:00:00Z");
    const ledger = [manifest(at("first", "2026-11-08T03:00:00Z", { resourceId: "db-ELSE" }), 1)];
    it("a first deployment's history is only too old", () => assert.deepEqual(codes([old], {}), { old: "too-old" }));
    it("after the account's first export it is a loss", () => assert.deepEqual(codes([old, older], {}, { manifests: ledger }), { old: "expired-unprotected", older: "expired-unprotected" }));
    it("counts from failed attempts too: an account whose exports all fail is no new one", () =>
        assert.deepEqual(codes([old], { frequency: "every" }, { finished: [], manifests: [manifest(at("first", "2026-11-08T03:00:00Z", { resourceId: "db-ELSE" }), 1, "failed")] }), { old: "expired-unprotected" }));
    it("counts from a finished task too", () => {
        const first = at("first", "2026-11-09T03:00:00Z", { resourceId: "db-ELSE" });
        assert.deepEqual(codes([old, first], {}, { tasks: { [old.arn]: [], [first.arn]: [ownTask(first, 1, { status: "COMPLETE" })] } }), { first: "sealing", old: "expired-unprotected" });
    });
    it("what is older than the first export isn't", () => assert.deepEqual(codes([older], {}, { manifests: [manifest(old, 9)] }), { older: "too-old" }));
    it("what is older than the ledger isn't", () => assert.deepEqual(codes([at("ancient", "2026-10-01T00:00:00Z")], {}, { manifests: [{ ...ledger[0]!, dataDate: "2026-09-01" }] }), { ancient: "too-old" }));
    it("what was excluded isn't", () => assert.deepEqual(codes([old], { exclude: [filter("*")] }, { manifests: ledger }), { old: "excluded" }));
    it("what a sealed export of the period covers isn't", () => assert.deepEqual(codes([old], weekly, { manifests: [...ledger, manifest(older, 1)] }), { old: "thinned" }));
    it("what a later snapshot in the window covers isn't", () => {
        const edge = at("edge", "2026-11-12T03:00:00Z");
        assert.deepEqual(codes([old, edge], weekly, { manifests: ledger }), { old: "thinned", edge: "due" });
    });
    it("is said once per period", () => assert.deepEqual(codes([older, old], weekly, { manifests: ledger }), { older: "expired-unprotected", old: "thinned" }));
    it("is asked for last, after the queue", () => {
        const decisions = plan(observed([old, tuesday], { tasks: {}, manifests: ledger }), settings(), now);
        assert.deepEqual(decisions.map(({ snapshot: { identifier }, needs }) => [identifier, needs]), [["tuesday", "tasks"], ["old", "tasks"]]);
    });
});
