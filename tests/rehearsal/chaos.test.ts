// Doesn't prove AWS: the worlds are simulated, and a search that finds nothing proves only what it tried.
import assert from "node:assert/strict";
import { join } from "node:path";
import { bugs } from "../../rehearsal/chaos/bugs";
import { losses, none, sum } from "../../rehearsal/chaos/compare";
import { play } from "../../rehearsal/chaos/play";
import { search } from "../../rehearsal/chaos/search";
import { timeline } from "../../rehearsal/chaos/timeline";
import { tutorial } from "../../rehearsal/chaos/tutorial";
import { sweptEvery, type Stack } from "../../rehearsal/chaos/world";
import { settingsFromFile } from "../../rehearsal/config";
import { renderedStack, root } from "../rendered";

const file = join(root, "rehearsal/chaos/Pulumi.chaos.yaml");
/** Few here, so that `npm test` stays short; many where a change lands. */
const runs = Number(process.env.CHAOS_RUNS ?? 40);

describe("chaos", function () {
    this.timeout(1_800_000);
    let stack: Stack;

    before(() => {
        stack = sweptEvery({ rendered: renderedStack("--config", file), settings: settingsFromFile(file) }, 60);
    });

    it(`keeps every promise in ${runs} random histories, where the tutorials' design loses snapshots`, async () => {
        const baseline = tutorial(stack);
        let [ours, theirs] = [none, none];
        let played = 0;
        const { found } = await search(stack, {
            runs,
            seed: 20261123,
            async watch(history, world) {
                if (played++ >= 10) return;
                ours = sum(ours, losses(world));
                theirs = sum(theirs, losses(await play(baseline, history)));
            },
        });
        assert.equal(found, undefined, found && [...timeline(found.played), ...found.violations, `npm run chaos -- --seed ${found.seed} --path ${found.path}`].join("\n"));
        assert.ok(ours.wanted > 20, `${ours.wanted} snapshots were wanted`);
        assert.equal(ours.silent, 0);
        assert.ok(theirs.lost > ours.lost, `the tutorials' design lost ${theirs.lost}, ours ${ours.lost}`);
    });

    it("plays the same history the same way twice", async () => {
        const worlds: string[] = [];
        for (let turn = 0; turn < 2; turn++) await search(stack, { runs: 2, seed: 7, watch: (_history, world) => void worlds.push(timeline(world).join("\n")) });
        assert.ok(worlds[0]!.length > 100);
        assert.deepEqual(worlds.slice(0, 2), worlds.slice(2));
    });

    for (const { name, seed, found: expected, plant, focus } of bugs) {
        it(`finds a planted mistake: ${name}`, async () => {
            const { found } = await search(plant(stack), { runs: 60, seed, focus, shrink: false });
            assert.ok(found?.violations.some((each) => expected.test(each)), found ? found.violations.join("\n") : "nothing was found");
        });
    }
});
