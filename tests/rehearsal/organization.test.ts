// Doesn't prove AWS: the world is simulated. Large organizations run in process; that a small one decides alike on the wire is shown below.
import assert from "node:assert/strict";
import { join } from "node:path";
import { enrolmentOf } from "../../components/enrolment";
import { inProcess } from "../../rehearsal/aws/lambdaInProcess";
import type { RuntimeOf } from "../../rehearsal/aws/lambda";
import { sweptEvery } from "../../rehearsal/chaos/world";
import { settingsFromFile } from "../../rehearsal/config";
import { fates, type SnapshotFate } from "../../rehearsal/fates";
import { day, firstDay, hour, minute, populate, scheduleNights } from "../../rehearsal/nights";
import { enter, found, joiners, populationOf, withMembers } from "../../rehearsal/population";
import { openWorld, rehearse, type Rehearsal } from "../../rehearsal/rehearse";
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
        rehearsal = await rehearse(renderedStack(file), settingsFromFile(file), { seed: 1, days: 1, databases: 1, accounts: 30 });
        all = fates(rehearsal);
        result = verdict(rehearsal, all);
    });

    it("keeps every promise while accounts join, leave and aren't ready", () => {
        assert.deepEqual([result.violations, result.deniedCalls], [[], []]);
        assert.ok(isKept(result), JSON.stringify([result.snapshots, all.filter(({ fate }) => fate === "lost").map(({ snapshot, reason }) => [snapshot.arn, reason])]));
        for (const name of ["6 accounts join, one after another", "3 accounts leave, one while it exports", "owner removes the access role for good", "organization unreadable for an hour", "event from an account outside the units", "account comes back into another unit", "role of the name stands in a member"]) {
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

describe("an organization of 13 accounts", function () {
    this.timeout(120_000);

    it("decides in process as child processes with the real SDK do", async () => {
        const [fast, slow] = [await dayOf(inProcess()), await dayOf()];
        assert.ok(fast.tasks.length >= 12 && fast.manifests.length >= 10 && fast.lines.some((line) => line.includes("member-left")), JSON.stringify(fast));
        assert.deepEqual(fast, slow);
    });
});

/** A night and the day after it: one account is listed, one joins, one leaves, one's role is taken away. */
async function dayOf(runtime?: RuntimeOf) {
    const written = settingsFromFile(file);
    const wide = { ...written, organization: written.organization! };
    const { rendered } = sweptEvery({ rendered: renderedStack(file), settings: written }, 120);
    const population = populationOf(wide, 12 + joiners);
    const { members } = population;
    const settings = withMembers(written, members);
    const { world, stop } = await openWorld(rendered, written, firstDay, 1, (each) => found(each, wide, population), runtime);
    try {
        const databases = populate({ world, enrolment: enrolmentOf(settings) }, settings.sourceAccounts.map(({ id }) => id), 2, true);
        scheduleNights(world, databases, 1);
        const [leaver, owner] = [members[3]!.id, members[4]!.id];
        world.clock.at(firstDay + 5 * hour + minute, () => enter(world, members.at(-1)!));
        world.clock.at(firstDay + 9 * hour + minute, () => world.organization.leave(leaver));
        world.clock.at(firstDay + 3 * hour + minute, () => world.iam.removeRole(`arn:aws:iam::${owner}:role/rds-vault/${rendered.functions.start!.environment.ACCESS_ROLE}`));
        await world.clock.run(firstDay + day);
        const bucket = rendered.functions.start!.environment.VAULT_BUCKET!;
        return {
            tasks: world.rds.tasks().map(({ id, account, startedAt, status }) => ({ id, account, startedAt, status })).sort((a, b) => (a.id < b.id ? -1 : 1)),
            manifests: world.s3.versions(bucket, "manifests/").map(({ key }) => key).sort(),
            lines: world.lambda.logs.map(({ at, json }) => `${at} ${String(json?.level)} ${String(json?.message)} ${String(json?.task ?? json?.account ?? json?.member ?? "")}`).sort(),
        };
    } finally {
        await stop();
    }
}
