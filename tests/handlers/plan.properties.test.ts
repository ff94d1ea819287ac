// Doesn't prove that the rules are the right ones: only that whatever is observed, the plan keeps its promises.
import assert from "node:assert/strict";
import fc from "fast-check";
import { dataTime, databaseKey } from "../../handlers/lib/database";
import { inFlight } from "../../handlers/lib/history";
import { plan, planner } from "../../handlers/lib/plan";
import type { Frequency, Observed, PlanSettings, Snapshot, Task } from "../../handlers/lib/types";
import { asTask, daysAgo, filter, manifest, now, observed, ownTask, settings, snapshot, strangersTasks } from "./planning";

interface Case { readonly look: Observed; readonly plans: PlanSettings }

const history = fc.constantFrom("none", "unknown", "running", "complete", "failed", "fault", "sealed", "spoiled");
const oneSnapshot = fc.record({
    hours: fc.integer({ min: 1, max: 300 }), database: fc.integer({ min: 0, max: 3 }), cluster: fc.boolean(), past: history,
    type: fc.constantFrom("automated", "manual", "awsbackup", "shared"), engine: fc.constantFrom("postgres", "mysql", "oracle-ee"),
    status: fc.constantFrom("available", "available", "available", "creating", "deleting"), undated: fc.nat(9).map((n) => n === 0),
});
const frequencies = fc.constantFrom<Frequency>("every", "daily", "weekly", "monthly");

const cases: fc.Arbitrary<Case> = fc
    .record({ all: fc.array(oneSnapshot, { maxLength: 25 }), strangers: fc.integer({ min: 0, max: 6 }), proven: fc.boolean(), frequency: frequencies, other: frequencies })
    .map(({ all, strangers, proven, frequency, other }) => {
        const given = all.map((one, n) =>
            snapshot(`s${n}`, daysAgo(one.hours / 24), { kind: one.cluster ? "cluster" : "instance", database: `d${one.database}`, resourceId: `db-${one.database}`, type: one.type, engine: one.engine, status: one.status, ...(one.undated && { createdAt: undefined }) }));
        const task = (of: Snapshot, past: string): Task[] => {
            const ended = { endedAt: daysAgo(0.1) };
            if (past === "running") return [ownTask(of, 1, { status: "IN_PROGRESS" })];
            if (past === "complete") return [ownTask(of, 1, { status: "COMPLETE", ...ended })];
            if (past === "failed") return [1, 2].map((attempt) => ownTask(of, attempt, { status: "FAILED", failureCause: "x", ...ended }));
            return past === "fault" ? [ownTask(of, 1, { status: "FAILED", failureCause: "KMS key check failed.", ...ended })] : [];
        };
        const pairs = given.map((of, n) => [of, all[n]?.past ?? "none"] as const);
        const tasks = Object.fromEntries(pairs.flatMap(([of, past]) => (past === "unknown" ? [] : [[of.arn, task(of, past)]])));
        const running = [...strangersTasks(strangers), ...Object.values(tasks).flat().filter(inFlight)];
        const manifests = pairs.flatMap(([of, past]) => (past === "sealed" ? [manifest(of, 1)] : past === "spoiled" ? [manifest(of, 1, "failed")] : []));
        return { look: observed(given, { tasks, running, manifests, proven }), plans: settings({ frequency, overrides: [{ databases: [filter("d1")], frequency: other }] }) };
    });

const always = (holds: (one: Case) => void) => fc.assert(fc.property(cases, holds), { numRuns: 300 });
const run = ({ look, plans }: Case) => plan(look, plans, now);
const exportsOf = (decisions: ReturnType<typeof plan>) => decisions.filter(({ decision }) => decision === "export");

describe("whatever is observed", () => {
    it("every snapshot gets exactly one decision, with a reason", () =>
        always((one) => {
            const decisions = run(one);
            assert.deepEqual(decisions.map(({ snapshot: { arn } }) => arn).sort(), one.look.snapshots.map(({ arn }) => arn).sort());
            assert.ok(decisions.every(({ decision, reason, startExportTask }) => reason && (decision === "export") === Boolean(startExportTask)));
        }));

    it("a planner made of one state of a look plans the others as a new one does", () =>
        fc.assert(fc.property(cases, cases, ({ look: first, plans }, { look }) => {
            const { account, snapshots, databases } = first;
            const second = { ...look, account, snapshots, databases };
            assert.deepEqual(planner(first, plans, now)(second), plan(second, plans, now));
        }), { numRuns: 300 }));

    it("there are never more exports than free slots", () =>
        always((one) => assert.ok(exportsOf(run(one)).length <= Math.max(0, 5 - (one.look.running?.length ?? 0)))));

    it("a new account never has two of ours", () =>
        always((one) => {
            const ours = (one.look.running ?? []).filter(({ id }) => !id.startsWith("by-hand")).length;
            if (!one.look.proven) assert.ok(exportsOf(run(one)).length <= (ours ? 0 : 1));
        }));

    it("the oldest unprotected data comes first, failing databases last", () =>
        always((one) => {
            const queued = run(one).filter(({ code }) => code === "due" || code === "no-slot" || code === "first-export");
            const failing = new Set(one.look.snapshots.filter(({ arn }) => (one.look.tasks[arn] ?? []).some(({ status }) => status === "FAILED")).map(databaseKey));
            for (const { kind, database, outcome } of one.look.manifests) if (outcome === "failed") failing.add(`${kind}.db-${database.slice(1)}`);
            const healthy = queued.filter(({ snapshot: of }) => !failing.has(databaseKey(of))).map(({ snapshot: of }) => dataTime(of) ?? 0);
            assert.deepEqual(healthy, [...healthy].sort((a, b) => a - b));
        }));

    it("what was started isn't started again", () =>
        always((one) => {
            const started = exportsOf(run(one)).flatMap(({ startExportTask }) => (startExportTask ? [asTask(startExportTask)] : []));
            const again = run({ ...one, look: { ...one.look, running: [...(one.look.running ?? []), ...started] } });
            const sources = started.map(({ sourceArn }) => sourceArn);
            assert.deepEqual(exportsOf(again).filter(({ snapshot: { arn } }) => sources.includes(arn)), []);
            if (one.look.running && one.look.running.length + started.length >= 5) assert.deepEqual(exportsOf(again), []);
        }));

    it("the order of the input doesn't matter", () =>
        always((one) => {
            const { snapshots, running, manifests } = one.look;
            const turned = { ...one, look: { ...one.look, snapshots: [...snapshots].reverse(), running: [...(running ?? [])].reverse(), manifests: [...manifests].reverse() } };
            assert.deepEqual(run(turned), run(one));
        }));

    it("asking and planning anew comes to an end, and nothing is left unknown but for want of slots", () =>
        always((one) => {
            let { look } = one;
            for (let asked = 0; ; asked++) {
                assert.ok(asked <= one.look.snapshots.length);
                const next = run({ ...one, look }).find(({ needs }) => needs === "tasks");
                if (!next) break;
                look = { ...look, tasks: { ...look.tasks, [next.snapshot.arn]: [] } };
            }
            assert.ok(run({ ...one, look }).every(({ decision }) => decision !== "unknown"));
        }));
});
