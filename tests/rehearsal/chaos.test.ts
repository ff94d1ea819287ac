// Doesn't prove AWS: the worlds are simulated, and a search that finds nothing proves only what it tried.
import assert from "node:assert/strict";
import { join } from "node:path";
import { deploy } from "../../rehearsal/aws/deploy";
import { inProcess } from "../../rehearsal/aws/lambdaInProcess";
import { AwsError, type World } from "../../rehearsal/aws/types";
import { createWorld } from "../../rehearsal/aws/world";
import { bugs } from "../../rehearsal/chaos/bugs";
import { losses, none, sum } from "../../rehearsal/chaos/compare";
import { play } from "../../rehearsal/chaos/play";
import { search } from "../../rehearsal/chaos/search";
import { timeline } from "../../rehearsal/chaos/timeline";
import { tutorial } from "../../rehearsal/chaos/tutorial";
import { sweptEvery, type Stack } from "../../rehearsal/chaos/world";
import { settingsFromFile } from "../../rehearsal/config";
import { day, exportTimes, firstDay, hour, minute } from "../../rehearsal/nights";
import { openWorld } from "../../rehearsal/rehearse";
import { renderedStack, root } from "../rendered";

const file = join(root, "rehearsal/chaos/Pulumi.chaos.yaml");
/** Few here, so that `npm test` stays short; a thousand where a change lands (.ci/run). */
const runs = Number(process.env.CHAOS_RUNS ?? 50);

describe("chaos", function () {
    this.timeout(1_800_000);
    let stack: Stack;

    before(() => {
        stack = sweptEvery({ rendered: renderedStack(file), settings: settingsFromFile(file) }, 180);
    });

    it(`keeps every promise in ${runs} random histories`, async () => {
        const { found } = await search(stack, { runs, seed: 20261123 });
        assert.equal(found, undefined, found && [...timeline(found.played), ...found.violations, `npm run chaos -- --seed ${found.seed} --path ${found.path}`].join("\n"));
    });

    it("loses less than the tutorials' design in the same worlds, and nothing in silence", async () => {
        const baseline = tutorial(stack);
        let [ours, theirs] = [none, none];
        await search(stack, {
            runs: 8,
            seed: 3,
            focus: (history) => ({ ...history, events: { ...history.events, lost: 50 } }),
            async watch(history, world) {
                ours = sum(ours, losses(world));
                theirs = sum(theirs, losses(await play(baseline, history)));
            },
        });
        assert.ok(theirs.lost > 0 && theirs.silent > 0 && ours.lost < theirs.lost && ours.silent === 0, JSON.stringify({ ours, theirs }));
    });

    it("plays the same history the same way twice", async () => {
        const worlds: string[] = [];
        for (let turn = 0; turn < 2; turn++) await search(stack, { runs: 2, seed: 7, watch: (_history, world) => void worlds.push(timeline(world).join("\n")) });
        assert.ok(worlds[0]!.length > 100);
        assert.deepEqual(worlds.slice(0, 2), worlds.slice(2));
    });

    it("decides in process as child processes with the real SDK do", async () => {
        const { rendered, settings } = stack;
        const inside = createWorld({ region: settings.region, partition: settings.partition, start: firstDay, seed: 1, runtime: inProcess() });
        deploy(rendered, inside);
        inside.rds.exportTimes = (task, snapshot) => exportTimes(task.id, snapshot.database.sizeGiB);
        const wire = await openWorld(rendered, settings, firstDay, 1);
        try {
            const [fast, slow] = [await courseOf(inside), await courseOf(wire.world)];
            assert.ok(fast.tasks.length >= 6 && fast.manifests.length >= 5, JSON.stringify(fast));
            assert.deepEqual(fast, slow);
        } finally {
            await wire.stop();
        }
    });

    for (const { name, seed, found: expected, plant, focus } of bugs) {
        it(`finds a planted mistake: ${name}`, async () => {
            const { found } = await search(plant(stack), { runs: 10, seed, focus, shrink: false });
            assert.ok(found?.violations.some((each) => expected.test(each)), found ? found.violations.join("\n") : "nothing was found");
        });
    }
});

/** Six hours of three databases: a failure, a skipped table, a throttled time, a trigger that names nobody. */
async function courseOf(world: World) {
    const account = "111122223333";
    ["every-1", "daily-2", "weekly-3"].forEach((identifier, index) => {
        const database = { account, kind: index ? "instance" : "cluster", identifier, engine: index ? "postgres" : "aurora-mysql", resourceId: `db-NUMBER${index}`, sizeGiB: 1, tags: {} } as const;
        world.rds.addDatabase(database);
        for (const at of [5, 65]) world.clock.at(firstDay + at * minute + index, () => void world.rds.createSnapshot({ database, type: "automated" }));
        world.clock.at(firstDay + 2 * hour + index, () => void world.rds.createSnapshot({ database, type: "manual", identifier: `${identifier}-by-hand` }));
    });
    const ends = [{ failureCause: "The export failed with an unknown internal error. Retry the export." }, { skipped: [{ target: "app.orders", reason: "no rights" }] }];
    let ended = 0;
    world.rds.exportEnds = () => ends[ended++];
    world.interferences.push(({ action }) =>
        action === "rds:DescribeExportTasks" && world.clock.now > firstDay + hour && world.clock.now < firstDay + 1.5 * hour ? { error: new AwsError("Throttling", "Rate exceeded"), fault: "throttling" } : undefined,
    );
    await world.clock.run(firstDay + day / 4);
    const lines = world.lambda.logs.map(({ json }) => `${String(json?.level)} ${String(json?.message)} ${String(json?.task ?? json?.account ?? "")}`).sort();
    return {
        tasks: world.rds.tasks().map(({ id, startedAt, status }) => ({ id, startedAt, status })).sort((a, b) => (a.id < b.id ? -1 : 1)),
        manifests: world.s3.versions("rds-vault-chaos-eu-west-1-444455556666", "manifests/").map(({ key }) => key).sort(),
        lines,
    };
}
