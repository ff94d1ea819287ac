// Doesn't prove that AWS's answers look like these, nor that anybody acts on the plan: it is only the pure function.
import assert from "node:assert/strict";
import { enrolmentOf } from "../../components/enrolment";
import { plan } from "../../handlers/lib/plan";
import type { Decision, Observed, PlanSettings, Snapshot } from "../../handlers/lib/types";
import { settingsFromFile, stackFile } from "../../rehearsal/config";
import { account, daysAgo, filter, manifest, now, observed, ownTask, rules, settings, snapshot, strangersTasks } from "./planning";

const one = (given: Snapshot, plans: PlanSettings = settings(), more: Partial<Observed> = {}): Decision => {
    const [decision, ...others] = plan(observed([given], more), plans, now);
    assert.ok(decision && !others.length);
    return decision;
};
const tagged = { tags: { backup: ["vault", "gold"] } };
const is = ({ code, reason }: Decision, wanted: string, text: RegExp = /./) => {
    assert.equal(code, wanted, reason);
    assert.match(reason, text);
};
const tuesday = daysAgo(1);
const s = (more: Partial<Snapshot> = {}, created: string | undefined = tuesday, id = "s1") => snapshot(id, created, more);
const failedTask = (of: Snapshot, attempt: number, failureCause = "An unknown internal error occurred.", endedAt = daysAgo(0.5)) => ownTask(of, attempt, { status: "FAILED", failureCause, endedAt });

describe("a snapshot by itself", () => {
    const cluster = (more: Partial<Snapshot> = {}, id = "c1") => snapshot(id, tuesday, { kind: "cluster", ...more });
    const cases: [string, Snapshot, PlanSettings, string, RegExp, Partial<Observed>?][] = [
        ["is due", s(), settings(), "due", /orders/],
        ["of another account", { ...s(), arn: s().arn.replace(account, "999999999999") }, settings(), "foreign", /999999999999/],
        ["of an account that isn't enrolled", s(), { ...settings(), accounts: {} }, "not-enrolled", /111122223333/],
        ["of an account that is suspended", s(), { ...settings(), suspended: ["999999999999", account] }, "suspended", /vault\.suspendedAccounts/],
        ["of an account beside one that is suspended", s(), { ...settings(), suspended: ["999999999999"] }, "due", /./],
        ["shared", s({ type: "shared" }), settings(), "shared", /copy it first/],
        ["public", s({ type: "public" }), settings(), "shared", /public/],
        ["of a type that isn't wanted", s({ type: "manual" }), settings({ snapshotTypes: ["automated"] }), "snapshot-type", /manual/],
        ["of AWS Backup, a cluster's, by its id", cluster({ type: "manual" }, "awsbackup:job-1"), settings({ snapshotTypes: ["manual"] }), "snapshot-type", /awsbackup/],
        ["of Oracle", s({ engine: "oracle-ee" }), settings(), "engine", /oracle-ee can't be exported/],
        ["of RDS Custom", s({ engine: "custom-sqlserver-ee" }), settings(), "engine", /custom/],
        ["of Neptune", cluster({ engine: "neptune" }), settings(), "engine", /neptune/],
        ["of DocumentDB", cluster({ engine: "docdb" }), settings(), "engine", /docdb/],
        ["of old Aurora MySQL", cluster({ engine: "aurora" }), settings(), "due", /./],
        ["on magnetic storage", s({ storageType: "standard" }), settings(), "storage", /magnetic/],
        ["still creating, without a time", s({ status: "creating", createdAt: undefined }), settings(), "creating", /being created/],
        ["available without a time", s({ createdAt: undefined }), settings(), "creating", /when/],
        ["being deleted", s({ status: "deleting" }), settings(), "status", /deleting/],
        ["excluded and included", s({ database: "a-scratch" }), settings({ exclude: [filter("*-scratch")], include: [filter("a-*")] }), "excluded", /\*-scratch/],
        ["not included", s(), settings({ include: [filter("billing")] }), "not-included", /billing/],
        ["with the tag", s({ tags: { backup: "gold" } }), settings(tagged), "due", /./, { databases: undefined }],
        ["with another value", s({ tags: { backup: "no" } }), settings(tagged), "tags", /backup=vault\|gold/],
        ["whose database has the tag", s(), settings(tagged), "due", /./, { databases: [{ kind: "instance", engine: "postgres", identifier: "orders", resourceId: s().resourceId, tags: { backup: "vault" } }] }],
        ["whose cluster namesake has the tag", s(), settings(tagged), "tags", /./, { databases: [{ kind: "cluster", engine: "aurora-mysql", identifier: "orders", resourceId: s().resourceId, tags: { backup: "vault" } }] }],
        ["whose re-created database has the tag", s(), settings(tagged), "tags", /./, { databases: [{ kind: "instance", engine: "postgres", identifier: "orders", resourceId: "db-NEW", tags: { backup: "vault" } }] }],
        ["whose database isn't known", s(), settings(tagged), "unknown", /describe-db-instances/, { databases: undefined }],
        ["copied cluster snapshot", cluster({ copiedFrom: "arn:x" }), settings(), "copy", /copies is false/],
        ["copied cluster snapshot, wanted", cluster({ copiedFrom: "arn:x" }), settings({ copies: true }), "due", /./],
        ["copied instance snapshot of new data", s({ copiedFrom: "arn:x", originalCreatedAt: daysAgo(2) }), settings(), "due", /./],
        ["copied instance snapshot of old data", s({ copiedFrom: "arn:x", originalCreatedAt: daysAgo(9) }), settings(), "too-old", /9 days old, lookbackDays is 7/],
        ["too old", s({}, daysAgo(9.5)), settings(), "too-old", /data is 9 days old, lookbackDays is 7/],
        ["old, in a catch-up", s({}, daysAgo(9)), settings({ catchUpFrom: "2026-11-01" }), "due", /./],
        ["older than the catch-up", s({}, daysAgo(30)), settings({ catchUpFrom: "2026-11-01" }), "too-old", /2026-11-01/],
        ["at the window's very start", s({}, daysAgo(7)), settings(), "due", /./],
    ];
    for (const [name, given, plans, code, text, more] of cases) it(name, () => is(one(given, plans, more), code, text));
    it("follows its account's own rules", () =>
        is(one(s(), { ...settings(), accounts: { [account]: { name: "shop", databases: rules({ exclude: [filter("orders")] }) } } }), "excluded"));
    it("needs the database's tags by name", () => assert.equal(one(s(), settings(tagged), { databases: undefined }).needs, "databases"));
});

describe("protection", () => {
    it("by a manifest of any attempt", () => is(one(s(), settings(), { manifests: [manifest(s(), 4)] }), "sealed", /-4$/));
    it("not by a partial one, which isn't tried again either", () => is(one(s(), settings(), { manifests: [manifest(s(), 1, "partial")] }), "partial", /no protection/));
    it("not by another account's manifest", () => is(one(s(), settings(), { manifests: [{ ...manifest(s(), 1), account: "999999999999" }] }), "due"));
    it("not yet by a COMPLETE task of ours", () => is(one(s(), settings(), { tasks: { [s().arn]: [ownTask(s(), 2, { status: "COMPLETE" })] } }), "sealing"));
    it("not yet by one that only the list of finished tasks names", () => is(one(s(), settings(), { finished: [ownTask(s(), 1, { status: "COMPLETE" })] }), "sealing"));
    it("not by a task whose manifest says failed", () =>
        is(one(s(), settings(), { tasks: { [s().arn]: [ownTask(s(), 1, { status: "COMPLETE" })] }, manifests: [manifest(s(), 1, "failed")] }), "due", /attempt 2, 1 of 3 failed/));
    it("is said before filters and window", () => is(one(s({}, daysAgo(9)), settings({ exclude: [filter("*")] }), { manifests: [manifest(s({}, daysAgo(9)), 1)] }), "sealed"));
    it("is said of a snapshot that is being deleted", () => is(one(s({ status: "deleting" }), settings(), { manifests: [manifest(s(), 1)] }), "sealed"));
});

describe("tasks in flight", () => {
    it("ours", () => is(one(s(), settings(), { running: [ownTask(s(), 1)], tasks: {} }), "running", /starting/));
    it("the next number is the lowest that is free, however far away a stranger took one", () => {
        const stranger = { ...ownTask(s(), 999_999), bucket: "elsewhere", status: "FAILED" };
        assert.match(one(s(), settings(), { tasks: { [s().arn]: [stranger] } }).startExportTask?.ExportTaskIdentifier ?? "", /-1$/);
    });
    it("ours, in an account that was suspended since", () => is(one(s(), { ...settings(), suspended: [account] }, { running: [ownTask(s(), 1)], tasks: {} }), "running"));
    it("ours, known by the snapshot only", () => is(one(s(), settings(), { tasks: { [s().arn]: [ownTask(s(), 1, { status: "IN_PROGRESS" })] } }), "running", /in progress/));
    it("somebody else's of the same snapshot", () => is(one(s(), settings(), { running: [{ ...ownTask(s(), 1), id: "by-hand" }] }), "busy", /by-hand/));
    it("a stranger under our id", () => {
        const stranger = ownTask(s(), 1, { bucket: "elsewhere", status: "COMPLETE" });
        const decision = one(s(), settings(), { tasks: { [s().arn]: [stranger] } });
        assert.deepEqual(decision.strangers, [stranger.id]);
        assert.match(decision.startExportTask?.ExportTaskIdentifier ?? "", /-2$/);
    });
    it("a stranger under our id that exports another snapshot", () => {
        const stranger = ownTask(s(), 1, { sourceArn: s({}, tuesday, "other").arn });
        const decision = one(s(), settings(), { running: [stranger] });
        assert.deepEqual(decision.strangers, [stranger.id]);
        assert.match(decision.startExportTask?.ExportTaskIdentifier ?? "", /-2$/);
    });
    it("other snapshots' tasks take slots", () => is(one(s(), settings(), { running: strangersTasks(5) }), "no-slot", /5 of 5 slots in use/));
    it("aren't known", () => assert.equal(one(s(), settings(), { running: undefined }).needs, "running"));
});

describe("failed attempts", () => {
    const failures = (...attempts: number[]) => ({ tasks: { [s().arn]: attempts.map((attempt) => failedTask(s(), attempt)) } });
    it("take the next number", () => assert.match(one(s(), settings(), failures(1, 2)).startExportTask?.ExportTaskIdentifier ?? "", /-3$/));
    it("end the attempts", () => is(one(s(), settings(), failures(1, 2, 3)), "given-up", /3 of 3 attempts failed, last: An unknown/));
    it("count from manifests when RDS forgot the tasks", () =>
        is(one(s(), settings(), { manifests: [1, 2, 3].map((attempt) => manifest(s(), attempt, "failed")) }), "given-up"));
    it("count once, by manifest and task", () => is(one(s(), settings(), { ...failures(1, 2), manifests: [manifest(s(), 1, "failed"), manifest(s(), 2, "failed")] }), "due", /attempt 3/));
    it("aren't final while the tasks aren't known", () =>
        assert.equal(one(s(), settings(), { tasks: {}, manifests: [1, 2, 3].map((attempt) => manifest(s(), attempt, "failed")) }).needs, "tasks"));
    const faults = (count: number, endedHoursAgo: number) => ({
        tasks: { [s().arn]: Array.from({ length: count }, (_, n) => failedTask(s(), n + 1, "KMS key check failed.", daysAgo(endedHoursAgo / 24))) },
    });
    const backoffs: [number, number, string][] = [[1, 0.9, "backoff"], [1, 1.1, "due"], [2, 1.9, "backoff"], [2, 2.1, "due"], [6, 23.9, "backoff"], [6, 24.1, "due"], [40, 24.1, "due"]];
    for (const [count, hours, code] of backoffs) it(`${count} faults of the deployment, ${hours} h ago: ${code}`, () => is(one(s(), settings(), faults(count, hours)), code));
    it("says when it goes on", () => is(one(s(), settings(), faults(1, 0.5)), "backoff", /2026-11-18T12:30:00\.000Z/));
    it("never gives up after a fault whose manifest says failed", () =>
        is(one(s(), settings(), { ...faults(3, 30), manifests: [1, 2, 3].map((attempt) => manifest(s(), attempt, "failed")) }), "due", /0 of 3 failed/));
    it("backs off after somebody canceled", () => is(one(s(), settings(), { tasks: { [s().arn]: [ownTask(s(), 1, { status: "CANCELED", endedAt: daysAgo(0.01) })] } }), "backoff"));
});

describe("the queue", () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => s({ database: `d${n}`, resourceId: `db-${n}` }, daysAgo(1 + n / 10), `s${n}`));
    const run = (given: Snapshot[], more: Partial<Observed> = {}, plans = settings()) => plan(observed(given, more), plans, now);
    const codes = (decisions: Decision[]) => decisions.map(({ snapshot: { identifier }, code }) => `${identifier} ${code}`);

    it("starts with the oldest data and ends at five", () => assert.deepEqual(codes(run(many(7))), ["s6 due", "s5 due", "s4 due", "s3 due", "s2 due", "s1 no-slot", "s0 no-slot"]));
    it("puts a database whose newest attempt failed last", () => {
        const given = many(3);
        assert.deepEqual(codes(run(given, { tasks: { ...observed(given).tasks, [given[2]!.arn]: [failedTask(given[2]!, 1)] } })), ["s1 due", "s0 due", "s2 due"]);
        assert.deepEqual(codes(run(given, { manifests: [manifest(given[2]!, 1, "failed")] })), ["s1 due", "s0 due", "s2 due"]);
    });
    it("breaks ties by ARN", () => assert.deepEqual(codes(run([s({ resourceId: "b" }, tuesday, "b"), s({ resourceId: "a" }, tuesday, "a")])), ["a due", "b due"]));
    it("lets a new account start with one", () => {
        assert.deepEqual(codes(run(many(3), { proven: false })), ["s2 due", "s1 first-export", "s0 first-export"]);
        assert.deepEqual(codes(run(many(3), { proven: false, running: [ownTask(many(3)[2]!, 1)] })), ["s1 first-export", "s0 first-export", "s2 running"]);
    });
    it("lets a new account start beside strangers", () => assert.deepEqual(codes(run(many(2), { proven: false, running: strangersTasks(4) })), ["s1 due", "s0 no-slot"]));
    it("asks only until the slots are filled", () => {
        const given = many(8);
        const asked = [...run(given, { tasks: {} })];
        assert.ok(asked.every(({ needs }) => needs === "tasks"));
        const known = Object.fromEntries(given.slice(3).map(({ arn }) => [arn, []]));
        assert.deepEqual(codes(run(given, { tasks: known })), ["s7 due", "s6 due", "s5 due", "s4 due", "s3 due", "s2 no-slot", "s1 no-slot", "s0 no-slot"]);
    });
    it("decides once about a snapshot that RDS names twice", () => assert.equal(run([s(), s()]).length, 1));
    it("needs nothing from an empty account", () => assert.deepEqual(run([]), []));
    it("knows by tasks what covers a period, though the snapshot is gone and the function is cold", () => {
        const monday = s({}, "2026-11-16T03:00:00Z", "rds:orders-2026-11-16-03-00");
        const tuesday = s({}, "2026-11-17T03:00:00Z", "tuesday");
        const finished = [ownTask(monday, 1, { status: "COMPLETE" })];
        const look = (snapshots: ReturnType<typeof s>[]) => codes(plan(observed(snapshots, { tasks: {}, finished }), settings({ frequency: "weekly" }), now));
        assert.deepEqual(look([tuesday]), ["tuesday thinned"]);
        assert.deepEqual(look([monday, tuesday]), ["rds:orders-2026-11-16-03-00 sealing", "tuesday thinned"]);
    });
});

it("the functions know which accounts are suspended", () => {
    const prod = settingsFromFile(stackFile("prod"));
    const suspended = (suspendedAccounts: string[]) => enrolmentOf({ ...prod, vault: { ...prod.vault, suspendedAccounts } }).suspended;
    assert.deepEqual([suspended([]), suspended([account])], [undefined, [account]]);
});
