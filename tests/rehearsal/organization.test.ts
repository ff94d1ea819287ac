// Doesn't prove AWS: the world is simulated, the functions run in process (that they decide alike on the wire is shown in chaos.test.ts).
import assert from "node:assert/strict";
import { join } from "node:path";
import { settingsFromFile } from "../../rehearsal/config";
import { fates, type SnapshotFate } from "../../rehearsal/fates";
import { rehearse, type Rehearsal } from "../../rehearsal/rehearse";
import { isKept, summary, timeline } from "../../rehearsal/timeline";
import { report } from "../../rehearsal/report";
import { verdict, type Verdict } from "../../rehearsal/verdict";
import { renderedStack, root } from "../rendered";

const file = join(root, "tests/fixtures/Pulumi.organization.yaml");
const plain = { bold: String, dim: String, green: String, red: String, yellow: String };

describe("the rehearsal of an organization", function () {
    this.timeout(180_000);
    let rehearsal: Rehearsal;
    let all: readonly SnapshotFate[];
    let result: Verdict;

    before(async () => {
        rehearsal = await rehearse(renderedStack("--config", file), settingsFromFile(file), { seed: 1, days: 1, databases: 1, accounts: 30 });
        all = fates(rehearsal);
        result = verdict(rehearsal, all);
    });

    it("keeps every promise while accounts join, leave and aren't ready", () => {
        assert.deepEqual([result.violations, result.deniedCalls], [[], []]);
        assert.ok(isKept(result), JSON.stringify([result.snapshots, all.filter(({ fate }) => fate === "lost").map(({ snapshot, reason }) => [snapshot.arn, reason])]));
        for (const name of ["6 accounts join, one after another", "3 accounts leave, one while it exports", "owner removes the access role for good", "organization unreadable for an hour", "event from an account outside the units"]) {
            assert.ok(result.faults.some((fault) => fault.name === name), name);
        }
    });
    it("reads members through the delegation, and looks at nobody outside the units", () => {
        for (const action of ["organizations:ListAccountsForParent", "organizations:ListChildren", "organizations:ListTagsForResource"]) assert.ok(result.calls[action]! > 0, action);
        const looked = new Set(rehearsal.world.lambda.logs.flatMap(({ json }) => (json?.message === "look" ? [String(json.account)] : [])));
        const members = rehearsal.settings.sourceAccounts.map(({ id }) => id);
        assert.ok(looked.size > 25 && [...looked].every((account) => members.includes(account)));
        assert.ok(all.some(({ reason }) => reason === "its account isn't enrolled"));
        assert.ok(all.some(({ reason }) => /left the organization/.test(reason)));
    });
    it("draws and tells a large organization within bounds", () => {
        assert.ok(timeline(rehearsal, plain).every((line) => line.length < 200));
        assert.match(summary(result, all, plain).at(-1)!, /Every promise was kept/);
        assert.match(report(rehearsal, result, all), /Drawn are the 20 busiest of 29 accounts/);
    });
});
