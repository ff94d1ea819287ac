// Doesn't prove that the starter's inventory lines are right; only what is made of them and of the manifests.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { InventoryDatabase, ManifestOutcome } from "../../handlers/lib/types";
import { coverage, exitStatus } from "../../reports/coverage";
import type { Manifest } from "../../reports/evidence";
import { gaps, windowOf } from "../../reports/picture";
import { billing, covered, database, evidence, hoursAgo, line, manifest, now, orders, quiet, settings, shop, warehouse } from "./vault";

const failed = (age: number, outcome: ManifestOutcome = "failed") => manifest({ age, outcome });
const partial = (age: number) => manifest({ age, outcome: "partial", skipped: ["app.public.wide"] });

type Expected = readonly [status: string, unprotected: boolean, reason: RegExp];
const one: Readonly<Record<string, readonly [databases: readonly InventoryDatabase[], manifests: readonly Manifest[], Expected]>> = {
    "a young export": [[database()], [manifest({ age: 30 })], ["protected", false, /^$/]],
    "the hour itself": [[database()], [manifest({ age: 36 })], ["protected", false, /^$/]],
    "an old export": [[database({ reason: "waits for a free slot" })], [manifest({ age: 36.5 })], ["beyond RPO", true, /^waits for a free slot$/]],
    "an old export, weekly": [[database({ rpoHours: 180 })], [manifest({ age: 100 })], ["protected", false, /^$/]],
    "an old export, nobody says why": [[database()], [manifest({ age: 40 })], ["beyond RPO", true, /^nobody says why/]],
    "a failure since": [[database()], [manifest({ age: 40 }), failed(10)], ["beyond RPO", true, /failed: RDS gave it up$/]],
    "a cancellation since": [[database()], [manifest({ age: 40 }), failed(10, "canceled")], ["beyond RPO", true, /was canceled$/]],
    "a failure before": [[database()], [manifest({ age: 10 }), failed(40)], ["protected", false, /^$/]],
    "a partial export since": [[database()], [manifest({ age: 40 }), partial(10)], ["beyond RPO", true, /is partial: it lacks app\.public\.wide$/]],
    "a partial export since, in time": [[database()], [manifest({ age: 30 }), partial(10)], ["protected", false, /is partial: it lacks app\.public\.wide$/]],
    "partial exports only": [[database({ unprotectedHours: 50 })], [partial(10)], ["partial only", true, /it lacks app\.public\.wide/]],
    "nothing yet, long": [[database({ unprotectedHours: 34.5, reason: "too big" })], [], ["never protected", true, /^too big$/]],
    "nothing yet, new": [[database({ unprotectedHours: 3 })], [], ["never protected", false, /^new, or seen for the first time: its first export is due by 2026-11-19 19:00$/]],
    "nothing yet, created lately, the starter doesn't say": [[database({ createdAt: hoursAgo(5) })], [], ["never protected", false, /^new/]],
    "nothing yet, since nobody knows when": [[database({ createdAt: undefined, reason: "RDS lists no snapshot of it" })], [manifest({ identifier: "other", resourceId: "db-OTHER", age: 900 })], ["never protected", false, /^RDS lists no snapshot of it$/]],
    "failures only": [[database({ unprotectedHours: 60 })], [failed(50)], ["never protected", true, /failed: RDS gave it up/]],
    "no snapshots": [[database({ snapshots: 0, unprotectedHours: 50 })], [], ["no snapshots", true, /^RDS lists no snapshot of it$/]],
    "no snapshots any more": [[database({ snapshots: 0 })], [manifest({ age: 20 })], ["no snapshots", false, /^RDS lists no snapshot of it$/]],
    "unwanted": [[database({ wanted: false, why: "excluded by *-scratch", unprotectedHours: 99 })], [], ["unwanted", false, /^excluded by \*-scratch$/]],
    "gone, lately": [[], [manifest({ age: 20 })], ["gone", false, /^it isn't in the inventory of 2026-11-18 10:00 any more; its restore points stay locked until /]],
    "gone, and missed": [[], [manifest({ age: 100 })], ["gone", true, /dropped on purpose\?/]],
    "gone, 35 days ago": [[], [manifest({ age: 36 * 24, retainUntil: hoursAgo(-5) })], ["gone", false, /stay locked until/]],
    "gone, though no filter wants it": [[], [manifest({ age: 100, identifier: "x-scratch" })], ["gone", false, /excluded by \*-scratch/]],
    "a manifest that nobody could tell the resource of": [[database({ unprotectedHours: 60 })], [manifest({ resourceId: "" })], ["never protected", true, /^an export under its name doesn't tell whose data it holds/]],
    "such a failure": [[database()], [manifest({ age: 50 }), manifest({ resourceId: "", outcome: "failed" })], ["beyond RPO", true, /failed: RDS gave it up$/]],
    "no snapshots, as the starter says too": [[database({ snapshots: 0, unprotectedHours: 50, reason: "RDS lists no snapshot of it" })], [], ["no snapshots", true, /^RDS lists no snapshot of it$/]],
    "an export that only the starter knows": [[database({ protectedAt: hoursAgo(3) })], [manifest({ age: 60 })], ["beyond RPO", true, /the starter counts an export of 2026-11-18 09:00, 57\.0 h newer, whose manifest isn't among those read here/]],
    "the time of sealing instead of the data's": [[database({ protectedAt: hoursAgo(38) })], [manifest({ age: 40 })], ["beyond RPO", true, /^nobody says why/]],
};

describe("a database's coverage", () => {
    for (const [name, [databases, manifests, [status, unprotected, reason]]] of Object.entries(one)) {
        it(`${name}: ${status}${unprotected ? ", unprotected" : ""}`, () => {
            const { rows } = covered(databases, manifests);
            const [row, ...others] = rows;
            assert.deepEqual([row!.status, row!.unprotected, others.filter((each) => each.status !== "gone")], [status, unprotected, []]);
            assert.match(row!.reason, reason);
        });
    }

    it("leaves out what is gone without any restore point", () => assert.deepEqual(covered([], [manifest({ age: 36 * 24, retainUntil: hoursAgo(5) })]).rows, []));

    it("counts restore points whose lock stands", () => {
        const { rows: [row], sums } = covered([database()], [manifest({ age: 10 }), manifest({ age: 34, retainUntil: hoursAgo(-20) }), manifest({ age: 900, retainUntil: hoursAgo(1) }), partial(50), failed(60)]);
        assert.deepEqual([row?.lastSealed, row?.ageHours, row?.lockedUntil, row?.restorePoints, row?.oldestRestorePoint, row?.nextLockEnds, row?.bytes], [hoursAgo(10), 10, hoursAgo(-800), 2, hoursAgo(34), hoursAgo(-20), 2_000_000]);
        assert.deepEqual([sums.wanted, sums.withinRpo, sums.unprotected, sums.restorePoints, sums.bytes], [1, 1, 0, 2, 2_000_000]);
        assert.equal(row?.partial, undefined);
    });

    it("takes a re-created database for another one", () => {
        const { rows } = covered([database({ resourceId: "db-SUCCESSORSUCCESSORSUCCESS1", createdAt: hoursAgo(5) })], [manifest({ age: 20 }), manifest({ age: 21, resourceId: "" })]);
        assert.deepEqual(rows.map(({ resourceId, status, restorePoints }) => [resourceId.slice(-6), status, restorePoints]), [["CCESS1", "never protected", 0], ["", "gone", 1], [orders.slice(-6), "gone", 1]]);
    });

    it("doesn't miss one whose name another one has", () => {
        const { rows } = covered([database({ resourceId: "db-SUCCESSORSUCCESSORSUCCESS1" })], [manifest({ age: 100 })]);
        const [gone] = rows.filter(({ status }) => status === "gone");
        assert.equal(gone?.unprotected, false);
        assert.match(gone!.reason, /, but another one of its name is; its restore points stay locked/);
    });

    it("keeps an instance and a cluster of one name apart", () => {
        const { rows } = covered([database(), database({ database: "cluster.orders", resourceId: orders })], [manifest({ kind: "cluster" })]);
        assert.deepEqual(rows.map(({ database: name, status }) => [name, status]), [["cluster.orders", "protected"], ["instance.orders", "never protected"]]);
    });

    it("leaves out what came later", () => {
        const told = coverage(evidence({ inventory: [line([database()]), line([], { at: hoursAgo(-5) })], manifests: [manifest({ age: 40 }), manifest({ age: -2 })] }), settings, now);
        assert.deepEqual(told.rows.map(({ status }) => status), ["beyond RPO"]);
        assert.deepEqual(told.hints, ["1 manifest sealed after 2026-11-18 12:00 left out"]);
    });
});

describe("accounts", () => {
    const manifests = [manifest({ account: billing, identifier: "ledger", age: 40 }), manifest({ account: billing, identifier: "new", age: 10 }), manifest({ account: billing, identifier: "x-sandbox", age: 10 })];
    const told = coverage(evidence({ inventory: [line([], { at: hoursAgo(30) }), ...quiet(warehouse)], manifests }), settings, now);

    it("without inventory, or with an old one, are named", () =>
        assert.deepEqual(told.accounts.map(({ name, unseen }) => [name, unseen]), [["shop", "its newest inventory is 30.0 h old"], ["billing", "no inventory of it: was it looked at in the last 24 hours?"], ["warehouse", undefined]]));
    it("are judged by their manifests", () =>
        assert.deepEqual(told.rows.map(({ database: name, status, unprotected, reason }) => [name, status, unprotected, reason.includes("isn't known")]), [
            ["instance.ledger", "beyond RPO", true, true], ["instance.new", "protected", false, true], ["instance.x-sandbox", "unwanted", false, true],
        ]));
    it("that aren't enrolled don't count", () => {
        const { rows, accounts } = coverage(evidence({ inventory: [line([]), ...quiet(billing, warehouse)], manifests: [manifest({ account: "999988887777", age: 100 })] }), settings, now);
        assert.deepEqual(rows.map(({ status, unprotected, reason }) => [status, unprotected, reason.split(";")[0]]), [["unwanted", false, "its account isn't enrolled"]]);
        assert.deepEqual(accounts.filter(({ unseen }) => unseen), []);
    });
    it("that are suspended are said to be", () => {
        const suspended = { ...settings, vault: { ...settings.vault, suspendedAccounts: [shop] } };
        assert.match(coverage(evidence({ inventory: [line([database()])], manifests: [manifest({ age: 40 })] }), suspended, now).rows[0]!.reason, /^the account is suspended/);
    });
    it("of which only snapshots made by hand are wanted have no age that is too old", () => {
        const manual = { ...settings, sourceAccounts: settings.sourceAccounts.map((each) => ({ ...each, databases: { ...(each.databases ?? settings.databases), snapshotTypes: ["manual"] as const } })) };
        const { rows } = coverage(evidence({ inventory: [line([database()]), ...quiet(billing, warehouse)], manifests: [manifest({ age: 400 }), manifest({ age: 500, identifier: "dropped", resourceId: "db-DROPPED" })] }), manual, now);
        assert.deepEqual(rows.map(({ status, unprotected }) => [status, unprotected]).sort(), [["gone", false], ["protected", false]]);
    });
    it("of units: what is gone may be as old as the others", () => {
        const member = "999988887777";
        const units = { ...settings, organization: { organizationId: "o-a1b2c3d4e5", units: ["ou-ab12-11111111"], rules: [] } } as unknown as typeof settings;
        const weekly = line([database({ rpoHours: 180, unprotectedHours: 20, protectedAt: hoursAgo(22) }), database({ database: "instance.by-hand", resourceId: "db-2", rpoHours: 36, protectedAt: hoursAgo(300) })], { account: member, name: "m" });
        const of = (identifier: string, resourceId: string, age: number) => manifest({ account: member, identifier, resourceId, age });
        const { rows } = coverage(evidence({ inventory: [weekly, line([]), ...quiet(billing, warehouse)], manifests: [of("orders", database().resourceId, 22), of("by-hand", "db-2", 300), of("dropped", "db-3", 100)] }), units, now);
        assert.deepEqual(rows.map(({ database: name, rpoHours, unprotected }) => [name, rpoHours, unprotected]).sort(), [["instance.by-hand", 36, false], ["instance.dropped", 180, false], ["instance.orders", 180, false]]);
    });
    it("expect a weekly export by the filters' word", () => {
        const [row] = coverage(evidence({ manifests: [manifest({ account: warehouse, identifier: "warehouse-x", age: 100 })] }), settings, now).rows;
        assert.deepEqual([row?.rpoHours, row?.status], [180, "protected"]);
    });
});

describe("an inventory in parts", () => {
    const parts = (at: string, ...numbers: readonly number[]) => numbers.map((part) => line([database({ database: `instance.d${part}`, resourceId: `db-${part}` })], { at, part, parts: 3 }));
    const told = (inventory: readonly ReturnType<typeof line>[]) => coverage(evidence({ inventory: [...inventory, ...quiet(billing, warehouse)] }), settings, now);
    it("is put together, each part once", () => {
        const { rows, complete } = told([...parts(hoursAgo(2), 3, 1, 2), ...parts(hoursAgo(2), 1)]);
        assert.deepEqual([rows.length, complete], [3, true]);
    });
    it("gives way to an older whole one", () => {
        const { rows, accounts, complete } = told([...parts(hoursAgo(8), 1, 2, 3), ...parts(hoursAgo(2), 1, 3)]);
        assert.deepEqual([rows.length, accounts[0]?.inventoryAt, complete], [3, hoursAgo(8), true]);
    });
    it("counts as far as it goes, and what it lacks is named", () => {
        const found = told(parts(hoursAgo(2), 1, 3));
        assert.deepEqual([found.rows.length, found.unreadable, exitStatus(found)], [2, [{ path: `inventory of ${shop}`, reason: `of that of ${hoursAgo(2)} part 2 of 3 is missing` }], 2]);
    });
});

describe("order and exit status", () => {
    it("the longest unprotected first, then by age, then the unwanted", () => {
        const named = (identifier: string, more: Partial<InventoryDatabase> = {}) => database({ database: `instance.${identifier}`, resourceId: `db-${identifier}`, ...more });
        const at = (identifier: string, age: number) => manifest({ identifier, resourceId: `db-${identifier}`, age });
        const { rows } = covered(
            [named("young"), named("old"), named("late"), named("later"), named("never", { createdAt: undefined, unprotectedHours: 500 }), named("none", { wanted: false })],
            [at("young", 5), at("old", 30), at("late", 40), at("later", 50), at("gone", 7)],
        );
        assert.deepEqual(rows.map(({ database: name }) => name.slice(9)), ["never", "later", "late", "old", "young", "gone", "none"]);
    });
    const statuses: readonly (readonly [string, ReturnType<typeof covered>, number])[] = [
        ["all is well", covered([database()], [manifest()]), 0], ["one is unprotected", covered([database()], []), 1], ["an account isn't seen", coverage(evidence({ inventory: [line([])] }), settings, now), 1],
        ["something can't be read", covered([database()], [manifest()], { unreadable: [{ path: "x", reason: "y" }] }), 2], ["unwanted and new ones only", covered([database({ wanted: false }), database({ resourceId: "db-2", unprotectedHours: 1 })], []), 0],
    ];
    for (const [name, told, status] of statuses) it(`${name}: ${status}`, () => assert.equal(exitStatus(told), status));
});

describe("the gaps of a picture", () => {
    const window = windowOf(35, now.getTime());
    const hours = (manifests: readonly Manifest[], more: Partial<InventoryDatabase> = {}) => gaps(covered([database(more)], manifests).rows[0]!, window).map(({ from, to }) => [from, to].map((time) => (now.getTime() - time) / 3_600_000));
    const table: readonly (readonly [string, number[][], number[][]])[] = [
        ["none between daily exports", hours([manifest({ age: 10 }), manifest({ age: 34 }), manifest({ age: 58 })]), []],
        ["one between two exports", hours([manifest({ age: 10 }), manifest({ age: 100 })]), [[64, 10]]],
        ["up to now", hours([manifest({ age: 50 })]), [[14, 0]]],
        ["since the database could have been protected", hours([], { createdAt: hoursAgo(100) }), [[64, 0]]],
        ["from the window's beginning", hours([manifest({ age: 50 * 24 }), manifest({ age: 5 })]), [[840, 5]]],
        ["an export before the window covers its beginning", hours([manifest({ age: 35 * 24 + 12 }), manifest({ age: 34 * 24 }), manifest({ age: 33 * 24 })]), [[756, 0]]],
        ["none of an unwanted one", hours([], { wanted: false }), []],
    ];
    for (const [name, found, expected] of table) it(name, () => assert.deepEqual(found, expected));
});

it("every database of an inventory is there exactly once, whatever else there is", () => {
    const name = fc.constantFrom("instance.a", "instance.b", "cluster.a");
    const entry = fc.record({ database: name, resourceId: fc.constantFrom("", "db-1", "db-2", "db-3"), wanted: fc.boolean(), snapshots: fc.nat(2), unprotectedHours: fc.option(fc.nat(100), { nil: undefined }), createdAt: fc.constantFrom(undefined, hoursAgo(20), hoursAgo(2000)) });
    const record = fc.record({ account: fc.constantFrom(shop, billing), identifier: fc.constantFrom("a", "b", "c"), kind: fc.constantFrom<"instance" | "cluster">("instance", "cluster"), resourceId: fc.constantFrom("", "db-1", "db-9"), age: fc.integer({ min: 2, max: 1000 }), outcome: fc.constantFrom<ManifestOutcome>("complete", "partial", "failed") });
    fc.assert(fc.property(fc.array(entry, { maxLength: 6 }), fc.array(record, { maxLength: 8 }), (entries, records) => {
        const listed = entries.map((each) => database(each));
        const manifests = records.map((each) => manifest({ ...each, retainUntil: hoursAgo(each.age - 840) }));
        const { rows, sums } = covered(listed, manifests);
        const seen = rows.filter(({ snapshots }) => snapshots !== undefined);
        assert.deepEqual(seen.map(({ database: is, resourceId, wanted }) => `${is} ${resourceId} ${wanted}`).sort(), listed.map(({ database: is, resourceId, wanted }) => `${is} ${resourceId} ${wanted}`).sort());
        // No export is lost, and none counts twice, but those of the long gone.
        const points = rows.reduce((sum, row) => sum + row.points.length, 0);
        assert.ok(points <= manifests.length);
        assert.equal(sums.restorePoints, manifests.filter(({ outcome, retainUntil = 0 }) => outcome === "complete" && retainUntil > now.getTime()).length);
        assert.equal(sums.wanted, sums.withinRpo + sums.unprotected);
    }), { numRuns: 60 });
});
