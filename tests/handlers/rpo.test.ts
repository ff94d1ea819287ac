// Doesn't prove that S3's LastModified is a manifest's time, nor that the ledger was listed far enough back: both are given here.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Settings } from "../../components/settings";
import { vaultTimes } from "../../components/vault/lifecycle";
import { clusterDatabase, instanceDatabase } from "../../handlers/lib/fromAws";
import { inventoryLines, sayInventory } from "../../handlers/lib/inventory";
import { emptyMemory } from "../../handlers/lib/observe";
import { dateOf, day } from "../../handlers/lib/period";
import { plan } from "../../handlers/lib/plan";
import { protections, protectionStart, type Protection } from "../../handlers/lib/rpo";
import type { Database, DatabaseRules, Decision, ManifestName, Observed, Snapshot } from "../../handlers/lib/types";
import { settingsFromFile, stackFile } from "../../rehearsal/config";
import { account, daysAgo, filter, manifest, now, observed, rules, settings, snapshot } from "./planning";

const hoursAgo = (hours: number) => daysAgo(hours / 24);
const resourceId = "db-ABCDEFGHIJKLMNOPQRSTUVWX01";
const orders = (more: Partial<Database> = {}): Database => ({ kind: "instance", identifier: "orders", resourceId, engine: "postgres", createdAt: daysAgo(400), tags: {}, ...more });
const of = (hours: number, more: Partial<Snapshot> = {}) => snapshot(`rds:orders-${hours}`, hoursAgo(hours), more);
const sealed = (from: Snapshot, writtenHoursAgo?: number, outcome: ManifestName["outcome"] = "complete"): ManifestName => ({ ...manifest(from, 1, outcome), writtenAt: writtenHoursAgo === undefined ? undefined : hoursAgo(writtenHoursAgo) });

interface Given {
    readonly databases?: readonly Database[];
    readonly snapshots?: readonly Snapshot[];
    readonly manifests?: readonly ManifestName[];
    readonly older?: readonly ManifestName[];
    readonly rules?: Partial<DatabaseRules>;
    /** Beside the plan's. */
    readonly refusals?: readonly Decision[];
}

function judge({ databases = [orders()], snapshots = [], manifests = [], older, rules: own = {}, refusals = [] }: Given): Protection[] {
    const plans = settings({ frequency: "daily", ...own });
    const look: Observed = observed(snapshots, { databases, manifests, older });
    return protections(look, [...plan(look, plans, now), ...refusals], plans, now);
}

describe("protection of a database", () => {
    // hours without protection, beyond its RPO
    const cases: readonly (readonly [string, Given, number | undefined, boolean])[] = [
        ["its newest export's data, while its snapshot is listed", { snapshots: [of(30)], manifests: [sealed(of(30), 26)] }, 30, false],
        ["one hour more than the limit", { snapshots: [of(37)], manifests: [sealed(of(37), 30)] }, 37, true],
        ["exactly the limit", { snapshots: [of(36)], manifests: [sealed(of(36), 30)] }, 36, false],
        ["when its manifest was written, the snapshot being gone", { manifests: [sealed(of(30), 29)] }, 29, false],
        ["the end of its date, if that was before: a late export is no newer data", { manifests: [sealed(of(100), 2)] }, 84, true],
        ["the end of its date, if nobody knows when it was written", { manifests: [sealed(of(100))] }, 84, true],
        ["the newest of several, whatever their order", { manifests: [sealed(of(31), 30), sealed(of(80), 70), sealed(of(55), 50)] }, 30, false],
        ["of older data than the plan's", { manifests: [], older: [sealed(of(24 * 20), 24 * 20 - 1)] }, 24 * 20 - 1, true],
        ["partial, failed and canceled exports protect nothing; the account was protected since the first of them", { manifests: (["partial", "failed", "canceled"] as const).map((outcome, n) => sealed(of(30 - n), 28 - n, outcome)) }, 28, false],
        ["another database's protect nothing", { manifests: [sealed(of(5, { resourceId: "db-OTHER001", database: "other" }), 50)], databases: [orders(), orders({ identifier: "other", resourceId: "db-OTHER001" })] }, 50, true],
        ["those of the database before it under its name", { manifests: [sealed(of(5, { resourceId: "db-OLD00001" }), 50)] }, 50, true],
        ["those of another account", { manifests: [{ ...sealed(of(5), 4), account: "999999999999" }], databases: [orders({ createdAt: hoursAgo(10) })] }, 10, false],
        ["those without a resource id: nobody knows whose data they hold", { manifests: [{ ...sealed(of(5), 50), resource8: "unknown" }] }, 50, true],
        ["under the name it had before it was renamed", { databases: [orders({ identifier: "orders-renamed" })], manifests: [sealed(of(30), 29)] }, 29, false],
        ["never, since it was created", { databases: [orders({ createdAt: hoursAgo(10) })], older: [sealed(of(900, { resourceId: "db-OTHER001" }), 800)] }, 10, false],
        ["never, in an account without any manifest", {}, 9600, true],
        ["never, and RDS doesn't say when it was created", { databases: [orders({ createdAt: undefined })] }, undefined, false],
        ["the same, in an account that was protected before", { databases: [orders({ createdAt: undefined })], older: [sealed(of(900, { resourceId: "db-OTHER001" }), 800)] }, undefined, false],
        ["where only snapshots made by hand are wanted no time is too long", { rules: { snapshotTypes: ["manual"] }, manifests: [sealed(of(150), 149)] }, undefined, false],
        ["manual ones beside others", { rules: { snapshotTypes: ["manual", "awsbackup"] }, manifests: [sealed(of(150), 149)] }, 149, true],
        ["weekly: a week and a half day", { rules: { frequency: "weekly" }, manifests: [sealed(of(179), 178)] }, 178, false],
        ["weekly, beyond", { rules: { frequency: "weekly" }, manifests: [sealed(of(182), 181)] }, 181, true],
        ["monthly: a month and a half day", { rules: { frequency: "monthly" }, older: [sealed(of(750), 749)] }, 749, false],
        ["its override's frequency", { rules: { overrides: [{ databases: [filter("ord*")], frequency: "weekly" }] }, manifests: [sealed(of(150), 149)] }, 149, false],
        ["every: a day, as daily", { rules: { frequency: "every" }, manifests: [sealed(of(40), 39)] }, 39, true],
        ["AWS Backup's frequency, where automated snapshots aren't wanted", { rules: { snapshotTypes: ["awsbackup"], overrides: [{ databases: [filter("*")], snapshotTypes: ["awsbackup"], frequency: "weekly" }] }, manifests: [sealed(of(150), 149)] }, 149, false],
    ];
    for (const [name, given, hours, beyond] of cases) {
        it(name, () => {
            const { told, ...found } = judge(given)[0]!;
            assert.deepEqual([told.unprotectedHours && Math.round(told.unprotectedHours), found.beyond, found.gone], [hours, beyond, false]);
        });
    }
});

describe("whether a database is wanted", () => {
    const tags = { backup: ["vault"] };
    const cases: readonly (readonly [string, Given, RegExp | undefined])[] = [
        ["by the filters", {}, undefined],
        ["not with an engine that RDS can't export", { databases: [orders({ engine: "oracle-ee" })] }, /oracle-ee can't be exported/],
        ["not when it is excluded", { rules: { exclude: [filter("ord*")] } }, /excluded by ord\*/],
        ["not when nothing includes it", { rules: { include: [filter("billing")] } }, /matches no include filter \(billing\)/],
        ["not without the tag", { rules: { tags } }, /has the tag backup=vault/],
        ["with the tag", { rules: { tags }, databases: [orders({ tags: { backup: "vault" } })] }, undefined],
        ["with the tag on snapshots that AWS Backup made", { rules: { tags }, snapshots: [of(5, { type: "awsbackup", tags: { backup: "vault" } })] }, undefined],
        ["not with the tag on one that was made by hand: that one is wanted, not its database", { rules: { tags }, snapshots: [of(5, { type: "manual", tags: { backup: "vault" } })] }, /has the tag/],
    ];
    for (const [name, given, why] of cases) {
        it(name, () => {
            const { told, beyond } = judge(given)[0]!;
            assert.deepEqual([told.wanted, beyond], [!why, !why]);
            assert.match(told.why ?? "", why ?? /^$/);
        });
    }
    const replica = (replicaOf: string) => orders({ identifier: "reader", resourceId: "db-READER01", replicaOf });
    const replicas: readonly (readonly [string, Given, boolean])[] = [
        ["without snapshots isn't: its source is saved", { databases: [replica("orders"), orders()] }, false],
        ["of a replica isn't either", { databases: [replica("orders"), orders({ replicaOf: "first" }), orders({ identifier: "first", resourceId: "db-FIRST001" })] }, false],
        ["with snapshots is", { databases: [replica("orders"), orders()], snapshots: [of(5, { database: "reader", resourceId: "db-READER01" })] }, true],
        ["is, if its source isn't", { databases: [replica("orders"), orders()], rules: { exclude: [filter("orders")] } }, true],
        ["is, if its source is elsewhere", { databases: [replica("arn:aws:rds:us-east-1:111122223333:db:orders"), orders()] }, true],
    ];
    for (const [name, given, wanted] of replicas) {
        it(`a read replica ${name}`, () => {
            const { told, beyond } = judge(given)[0]!;
            assert.deepEqual([told.wanted, beyond, told.why], [wanted, wanted, wanted ? undefined : "a read replica without snapshots of its own; its source is saved"]);
        });
    }
    it("a read replica's source is known by its identifier in the same Region and account only", () => {
        const own = "arn:aws:rds:eu-west-1:111122223333:";
        const instance = (source?: string) => instanceDatabase({ DBInstanceIdentifier: "reader", DBInstanceArn: `${own}db:reader`, ReadReplicaSourceDBInstanceIdentifier: source }).replicaOf;
        const cluster = (source: string) => clusterDatabase({ DBClusterIdentifier: "reader", DBClusterArn: `${own}cluster:reader`, ReplicationSourceIdentifier: source }).replicaOf;
        const far = "arn:aws:rds:us-east-1:111122223333:db:orders";
        assert.deepEqual([instance(), instance(""), instance("orders"), instance(`${own}db:orders`), instance(far)], [undefined, undefined, "orders", "orders", far]);
        assert.deepEqual([cluster(`${own}cluster:orders`), cluster(far)], ["orders", far]);
    });
    it("an instance of a cluster is none: the snapshots are the cluster's", () => assert.deepEqual(judge({ databases: [orders({ memberOf: "shop" })] }), []));
});

describe("a database that only manifests tell of", () => {
    const gone = (more: Partial<Snapshot> = {}) => sealed(of(60, { database: "dropped", resourceId: "db-DROPPED1", ...more }), 58);
    const tellsOf = (given: Given) => judge({ databases: [orders({ createdAt: hoursAgo(1) })], ...given }).filter((each) => each.gone).map(({ told, beyond }) => [told.database, Math.round(told.unprotectedHours ?? 0), beyond]);
    it("counts, as far back as the ledger goes", () => assert.deepEqual(tellsOf({ older: [gone()] }), [["instance.dropped", 58, true]]));
    it("says what to do", () => assert.match(judge({ databases: [], manifests: [gone()] })[0]!.told.reason ?? "", /no longer in the account; .* exclude it/));
    it("doesn't, once it is excluded", () => assert.deepEqual(tellsOf({ manifests: [gone()], rules: { exclude: [filter("drop*")] } }), []));
    it("does, though nobody knows its tags any more", () => assert.equal(tellsOf({ manifests: [gone()], rules: { tags: { backup: ["vault"] } } }).length, 1));
    it("doesn't, while another has its name: that one is judged", () => assert.deepEqual(tellsOf({ manifests: [gone({ database: "orders" })] }), []));
    it("doesn't, when it was renamed", () => assert.deepEqual(tellsOf({ manifests: [gone({ resourceId })] }), []));
    it("counts once, whatever lives it had", () => assert.equal(tellsOf({ manifests: [gone(), gone({ resourceId: "db-DROPPED2" })] }).length, 1));
});

describe("what is said of a database", () => {
    const reason = (given: Given) => judge(given)[0]!.told.reason;
    it("is the plan's word on its newest unprotected snapshot", () => assert.match(reason({ snapshots: [of(50), of(20)], manifests: [sealed(of(50), 40)] }) ?? "", /^rds:orders-20: automated snapshot of orders isn't protected yet/));
    it("is about one that doesn't stand back for another", () => assert.match(reason({ snapshots: [of(8), of(4)] }) ?? "", /^rds:orders-8: /));
    it("is that there is no snapshot", () => assert.equal(reason({}), "RDS lists no snapshot of it"));
    it("is that there is none newer than the protected one", () => assert.equal(reason({ snapshots: [of(20)], manifests: [sealed(of(20), 18)] }), "RDS lists no newer snapshot of it"));
    it("is what RDS refused, whose snapshot this look plans no more", () =>
        assert.equal(reason({ refusals: [{ snapshot: of(3), decision: "export", code: "due", reason: "RDS refused its export: X: no" }] }), "rds:orders-3: RDS refused its export: X: no"));
    it("counts its snapshots and names the newest", () => {
        const { snapshots, newestSnapshot, protectedAt, engine, rpoHours } = judge({ snapshots: [of(50), of(20), of(2, { resourceId: "db-OTHER001" })] })[0]!.told;
        assert.deepEqual([snapshots, newestSnapshot, protectedAt, engine, rpoHours], [2, hoursAgo(20), undefined, "postgres", 36]);
    });
});

describe("how far back protection is judged", () => {
    for (const [frequency, rpoHours, date] of [["daily", 36, "2026-10-14"], ["monthly", 36, "2026-10-11"], ["daily", 1000, "2026-09-30"]] as const) {
        it(`${frequency}, ${rpoHours} hours: from ${date}`, () => assert.equal(protectionStart(rules({ frequency }), rpoHours, now), date));
    }
    it("is never further than manifests live", () => {
        const prod = settingsFromFile(stackFile("prod"));
        const frequencies = fc.constantFrom("every", "daily", "weekly", "monthly");
        const some = fc.record({ frequency: frequencies, overrides: fc.array(fc.record({ databases: fc.constant([]), frequency: frequencies }), { maxLength: 2 }), lookbackDays: fc.integer({ min: 1, max: 40 }) });
        const given = fc.record({ all: some, own: some, ofUnits: some, rpoHours: fc.integer({ min: 1, max: 8760 }), retentionDays: fc.integer({ min: 1, max: 400 }), at: fc.nat(400 * 24 * 60) });
        fc.assert(fc.property(given, ({ all, own, ofUnits, rpoHours, retentionDays, at }) => {
            const time = new Date(now.getTime() + at * 60_000);
            const sets = [all, own, ofUnits].map((each) => ({ ...prod.databases, ...each }));
            const drawn = {
                ...prod, databases: sets[0]!, sourceAccounts: [{ ...prod.sourceAccounts[0]!, databases: sets[1]! }], organization: { rules: [{ databases: sets[2]! }] },
                monitoring: { ...prod.monitoring, rpoHours }, vault: { ...prod.vault, retentionDays, expireAfterDays: retentionDays },
            } as unknown as Settings;
            const lives = vaultTimes(drawn).manifestExpireAfterDays;
            assert.ok(Number.isInteger(lives));
            // S3 ends an object at the midnight after its days: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
            for (const each of sets) assert.ok(protectionStart(each, rpoHours, time) >= dateOf(time.getTime() - lives * day));
        }));
    });
});

describe("the inventory's lines", () => {
    const many = (count: number) => judge({ databases: Array.from({ length: count }, (_, n) => orders({ identifier: `d${n}`, resourceId: `db-${String(n).padStart(8, "0")}` })) });
    it("have 200 databases each, and share their time", () => {
        const lines = inventoryLines(account, "shop", many(401), now);
        assert.deepEqual(lines.map(({ part, parts, at, databases }) => [part, parts, at, databases.length]), [[1, 3, now.toISOString(), 200], [2, 3, now.toISOString(), 200], [3, 3, now.toISOString(), 1]]);
        // Of one event: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
        assert.ok(JSON.stringify(lines[0]).length < 256_000);
    });
    it("stay below what a log event holds, whatever reasons say", () => {
        const wordy = many(401).map((each): Protection => ({ ...each, told: { ...each.told, why: "€".repeat(900), reason: "\u0001".repeat(900) } }));
        const lines = inventoryLines(account, "shop", wordy, now);
        assert.ok(lines.every((line) => Buffer.byteLength(JSON.stringify(line)) < 200_000));
        assert.deepEqual([lines.flatMap(({ databases }) => databases.map(({ database }) => database)), lines.map(({ part, parts }) => `${part} ${parts}`)], [wordy.map(({ told }) => told.database), lines.map((_, index) => `${index + 1} ${lines.length}`)]);
        assert.deepEqual([lines[0]!.databases[0]!.why?.length, lines[0]!.databases[0]!.reason?.length], [300, 300]);
    });
    it("are one, with nothing in it, for an account without databases", () => assert.deepEqual(inventoryLines(account, "shop", [], now).map(({ databases }) => databases), [[]]));
    it("hold no database that is gone", () => assert.deepEqual(inventoryLines(account, "shop", judge({ databases: [], manifests: [sealed(of(5), 4)] }), now)[0]!.databases, []));
    it("are said once in six hours, from midnight on", () => {
        const memory = emptyMemory();
        const said: string[] = [];
        const print = console.log;
        console.log = (line: string) => void said.push(JSON.parse(line).at);
        try {
            for (const hour of [5, 5.9, 6, 11, 12, 13]) {
                const at = new Date(Date.parse("2026-11-18T00:00:00Z") + hour * 3_600_000);
                sayInventory(() => inventoryLines(account, "shop", [], at), at, memory);
            }
        } finally {
            console.log = print;
        }
        assert.deepEqual(said.map((at) => at.slice(11, 16)), ["05:00", "06:00", "12:00"]);
    });
});
