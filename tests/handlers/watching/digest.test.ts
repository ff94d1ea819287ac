// Two digests to read, and what no name or number may do to them.
import assert from "node:assert/strict";
import { digestOf, type Found } from "../../../handlers/lib/watching/digest";
import { addInventory, noInventories } from "../../../handlers/lib/watching/inventories";
import type { Trouble } from "../../../handlers/lib/watching/said";
import { longestMessage } from "../../../handlers/lib/watching/text";
import { addTrouble, type Troubles } from "../../../handlers/lib/watching/troubles";
import type { InventoryLine } from "../../../handlers/lib/types";
import { billing, database, inventory, now, shop } from "./watching";

const gb = 1e9;
const stack = "rds-vault-prod-eu-west-1";
const member = "333344445555";
const trail = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/all";

function found(lines: readonly InventoryLine[], troubles: readonly Trouble[] = [], more: Partial<Found> = {}): Found {
    const inventories = noInventories();
    for (const line of lines) addInventory(inventories, line);
    const all: Troubles = {};
    for (const trouble of troubles) addTrouble(all, trouble);
    return {
        now, stack, listed: { [shop]: "shop", [billing]: "billing" }, hasUnits: false, inventories, troubles: all, volumes: [], gaps: [],
        canary: { key: "canary/2026-10-05", until: "2026-11-09T07:00:02.000Z", problems: [] },
        trails: { logging: [trail], unseen: [], silent: [], stopped: [] },
        totals: { complete: 3, partial: 0, failed: 0, bytes: 41 * gb }, ...more,
    };
}
const quiet = [inventory(shop, [database("orders"), database("users")]), inventory(billing, [database("ledger")])];

describe("the digest", () => {
    it("of a quiet day is short", () => {
        const { subject, text } = digestOf(found(quiet));
        assert.equal(subject, "rds-vault-prod-eu-west-1: all well, 3 databases in 2 accounts");
        assert.equal(text, `rds-vault-prod-eu-west-1, 2026-10-05 07:00 UTC: all well, 3 databases in 2 accounts.

Sealed in 24 hours: 3 complete, 0 partial, 0 failed or canceled; 41.0 GB.
Lock: canary/2026-10-05 is kept in COMPLIANCE mode until 2026-11-09 07:00 UTC.
Trail: arn:aws:cloudtrail:eu-west-1:444455556666:trail/all logs.
Volumes: no account far above its usual.
`);
    });

    it("of a bad day names all that is wrong, the worst first", () => {
        const lines = [
            inventory(shop, [
                database("orders", { unprotectedHours: 53.2, reason: "rds:orders-2026-10-05-02-10: the export failed 3 times" }),
                database("carts", { unprotectedHours: 70, protectedAt: undefined, snapshots: 0, reason: "RDS lists no snapshot of it" }),
                database("scratch", { wanted: false, why: "excluded by `scratch`" }),
            ]),
            inventory(member, [database("events", { database: "cluster.events" })], undefined, "analytics"),
        ];
        const troubles: Trouble[] = [
            { code: "beyond-rpo", account: shop, database: "instance.orders", reason: "its newest protected data is of 2026-10-03T01:50:00.000Z, more than the 36 hours that monitoring.rpoHours and its frequency allow" },
            { code: "beyond-rpo", account: shop, database: "instance.old", reason: "its newest protected data is of 2026-10-01T01:50:00.000Z, more than the 36 hours that monitoring.rpoHours and its frequency allow. it is no longer in the account; if that is as it should be, exclude it" },
            { code: "given-up", account: shop, database: "instance.orders", reason: "the export failed 3 times" },
            { code: "given-up", account: shop, database: "instance.orders", reason: "the export failed 3 times" },
            { code: "triggers-refused", reason: "Service Unavailable" },
        ];
        const { subject, text, unprotected, alarms } = digestOf(found(lines, troubles, {
            canary: { key: "canary/2026-10-05", until: "2026-10-06T07:00:02.000Z", problems: ["the object is kept until 2026-10-06T07:00:02.000Z, not 35 days", "the bucket's default retention is COMPLIANCE for 1 day, not COMPLIANCE for 35 days"] },
            trails: { logging: [], unseen: [], silent: [`${trail} is stopped`], stopped: [trail] },
            volumes: [{ account: member, bytes: 900 * gb, median: 100 * gb, days: 14 }],
            totals: { complete: 4, partial: 1, failed: 3, bytes: 940 * gb },
            gaps: ["errors in /aws/lambda/rds-vault-prod-eu-west-1-sealer: ThrottlingException: Rate exceeded"],
            hasUnits: true,
        }));
        assert.deepEqual([unprotected, alarms], [3, 4]);
        assert.equal(subject, "rds-vault-prod-eu-west-1: LOCK BROKEN, NO TRAIL LOGS, 3 databases unprotected, 1 account not seen...");
        assert.equal(text, `rds-vault-prod-eu-west-1, 2026-10-05 07:00 UTC: LOCK BROKEN, NO TRAIL LOGS, 3 databases unprotected, 1 account not seen, not all could be read, 1 unusual volume, 4 alarms.

NOT ALL COULD BE READ, so more may be wrong than is said here:
  errors in /aws/lambda/rds-vault-prod-eu-west-1-sealer: ThrottlingException: Rate exceeded

THE LOCK IS BROKEN:
  the object is kept until 2026-10-06T07:00:02.000Z, not 35 days
  the bucket's default retention is COMPLIANCE for 1 day, not COMPLIANCE for 35 days

NOBODY WOULD SEE TAMPERING:
  No trail logs the writes of management events in all Regions, so the tamper rules hear nothing: arn:aws:cloudtrail:eu-west-1:444455556666:trail/all is stopped

UNPROTECTED FOR TOO LONG (3):
  shop (111122223333) instance.carts: never protected, 70 hours without protection, 36 are allowed; RDS lists no snapshot of it
  shop (111122223333) instance.orders: 53.2 hours without protection, 36 are allowed; rds:orders-2026-10-05-02-10: the export failed 3 times
  shop (111122223333) instance.old: its newest protected data is of 2026-10-01T01:50:00.000Z, more than the 36 hours that monitoring.rpoHours and its frequency allow. it is no longer in the account; if that is as it should be, exclude it

WANTED, BUT WITHOUT ANY SNAPSHOT (1):
  shop (111122223333) instance.carts

ACCOUNTS NOT SEEN FOR 24 HOURS (1):
  billing (222233334444)

MORE SEALED THAN IS USUAL:
  333344445555 "analytics": 900 GB were sealed yesterday (UTC), the median of the 14 days before is 100 GB. If no database of that size was added, find out who exports

ALARM beyond-rpo (2):
  shop (111122223333) instance.orders: its newest protected data is of 2026-10-03T01:50:00.000Z, more than the 36 hours that monitoring.rpoHours and its frequency allow
  shop (111122223333) instance.old: its newest protected data is of 2026-10-01T01:50:00.000Z, more than the 36 hours that monitoring.rpoHours and its frequency allow. it is no longer in the account; if that is as it should be, exclude it

ALARM given-up (1):
  shop (111122223333) instance.orders: the export failed 3 times (said 2 times)

ALARM triggers-refused (1):
  Service Unavailable

Sealed in 24 hours: 4 complete, 1 partial, 3 failed or canceled; 940 GB.
Accounts of units are known by their inventories only: one that falls silent is named on the day after, once; one that was never swept isn't missed here.

WANTED BY NO FILTER (1):
  shop (111122223333) instance.scratch: excluded by \`scratch\`
`);
    });

    const states: readonly [name: string, found: Found, subject: RegExp][] = [
        ["at its RPO, a database is protected", found([quiet[1]!, inventory(shop, [database("x", { unprotectedHours: 36 })])]), /all well/],
        ["one that is unwanted can't be unprotected", found([quiet[1]!, inventory(shop, [database("x", { unprotectedHours: 99, wanted: false })])]), /all well, 1 database in 2 accounts$/],
        ["one that was alarmed and is protected since is an alarm only", found(quiet, [{ code: "beyond-rpo", account: shop, database: "instance.orders", reason: "" }]), /: 1 alarm$/],
        ["one that is gone counts once, however its reason changed", found(quiet, ["a", "b"].map((reason) => ({ code: "beyond-rpo", account: shop, database: "instance.gone", reason }))), /1 database unprotected, 2 alarms$/],
        ["an account without an inventory", found(quiet.slice(0, 1)), /1 account not seen$/],
        ["an account with half an inventory", found([quiet[0]!, { ...quiet[1]!, parts: 2 }]), /1 account not seen$/],
        ["a member of a unit that told of itself the day before", found(quiet, [], { seenBefore: { [member]: "analytics", [shop]: "shop" } }), /: 1 account not seen$/],
        ["a trail that couldn't be seen isn't broken", found(quiet, [], { trails: { logging: [], unseen: [trail], silent: [], stopped: [] } }), /all well/],
        ["inventories that couldn't be read say nothing of accounts", found([], [], { inventories: undefined, gaps: ["inventories: no"] }), /: not all could be read$/],
        ["a lock that couldn't be looked at isn't called whole", found(quiet, [], { canary: undefined, gaps: ["lock canary: no"] }), /: not all could be read$/],
        ["nothing is enrolled", found([], [], { listed: {} }), /all well, 0 databases in 0 accounts$/],
    ];
    for (const [name, each, subject] of states) it(`says at a glance: ${name}`, () => assert.match(digestOf(each).subject, subject));

    it("says nothing of a lock that couldn't be looked at", () => assert.doesNotMatch(digestOf(found(quiet, [], { canary: undefined })).text, /Lock:/));

    it("names members that fell silent, and says of a trail that it couldn't be seen", () => {
        const { text } = digestOf(found(quiet, [], { seenBefore: { [member]: "analytics" }, trails: { logging: [], unseen: [trail], silent: [], stopped: [] } }));
        assert.match(text, /ACCOUNTS NOT SEEN FOR 24 HOURS \(1\):\n {2}333344445555 "analytics"\n/);
        assert.ok(text.includes(`Trail: whether ${trail} logs couldn't be seen.\n`));
    });

    const matters = (count: number, account: string, code = "partial"): Trouble[] => Array.from({ length: count }, (_, n) => ({ code, account, database: `instance.d${n}`, reason: "r" }));
    it("lets no account hide another's alarms, however many it makes", () => {
        const { text, alarms } = digestOf(found(quiet, [...matters(5000, shop), ...matters(2, billing)]));
        assert.match(text, /ALARM partial \(1002, and 4000 further lines\):\n( {2}shop .*\n){3} {2}… and 997 more of shop \(111122223333\)\n( {2}billing .*: r\n){2}\n/);
        assert.equal(alarms, 1002);
    });
    it("… nor its databases, wanted or not", () => {
        const flood = (more: object) => Array.from({ length: 300 }, (_, n) => database(`d${n}`, more));
        const { text } = digestOf(found([inventory(shop, flood({ unprotectedHours: 99, snapshots: 0 })), inventory(billing, [database("ledger", { unprotectedHours: 50, snapshots: 0 })])]));
        for (const heading of ["UNPROTECTED FOR TOO LONG", "WITHOUT ANY SNAPSHOT"]) assert.match(text, new RegExp(`${heading} \\(301\\):\n( {2}shop .*\n){20} {2}… and 280 more of shop .*\n {2}billing .*ledger`));
        assert.match(digestOf(found([inventory(shop, flood({ wanted: false })), inventory(billing, [database("b", { wanted: false })])])).text, /NO FILTER \(301\):\n( {2}shop .*\n){3} {2}… and 297 more of shop .*\n {2}billing /);
    });
    it("counts the accounts that there is no room for", () => {
        const { text } = digestOf(found(quiet, Array.from({ length: 90 }, (_, n) => matters(4, String(100_000_000_000 + n))).flat()));
        assert.match(text, /ALARM partial \(360\):\n( {2}.*\n){200} {2}… and 160 more\n/);
    });
    it("makes no link of a name, and doesn't let a member call itself another account", () => {
        const { text } = digestOf(found([inventory(member, [database("x", { database: "http://x.example", snapshots: 0 })], undefined, `billing (${billing}) https://x.example "`)]));
        assert.ok(text.includes(`  333344445555 "billing (222233334444) https[:]//x.example '" http[:]//x.example\n`), text);
        assert.doesNotMatch(text, /:\/\//);
    });

    it("lets no name or reason make a line of its own, nor a subject of more than SNS takes", () => {
        const evil = "x\n\nLock: all is well\r\u2028\u202e\u0000";
        const { subject, text } = digestOf(found(
            [inventory(member, [database("x", { database: evil, unprotectedHours: 99, snapshots: 0, reason: evil }), database("y", { database: evil, wanted: false, why: evil })], undefined, evil)],
            [{ code: evil, account: shop, database: evil, reason: evil }, { code: "beyond-rpo", account: member, database: `${evil}2`, reason: evil }],
            { stack: `rds-vault-ä\n${"long".repeat(30)}`, listed: { [shop]: evil }, gaps: [evil], canary: { key: "canary/x", problems: [evil] } },
        ));
        assert.match(subject, /^[ -~]{1,100}$/);
        assert.doesNotMatch(text, /^\s*Lock: all is well/m);
        assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\u2028]/u);
    });
    it("stays within an SNS message, whatever it has to say", () => {
        const long = "ü".repeat(300);
        const lines = Array.from({ length: 200 }, (_, n) => inventory(String(200_000_000_000 + n), [database("x", { database: long, unprotectedHours: 99, snapshots: 0, reason: long })], undefined, long));
        const troubles = Array.from({ length: 2000 }, (_, n) => ({ code: `code-${n % 100}`, account: shop, database: long, reason: `${n}${long}` }));
        const { text } = digestOf(found(lines, troubles, { gaps: Array<string>(300).fill(long) }));
        assert.ok(Buffer.byteLength(text) <= longestMessage);
        assert.match(text, /… cut here: \d+ more lines would be too long for a notice\.\n$/);
    });
});
