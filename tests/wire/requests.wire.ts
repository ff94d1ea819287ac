// Doesn't prove what no peer has: limits and life cycle of exports, and rights across accounts.
import assert from "node:assert/strict";
import { wrongAnswers } from "./requests";
import { judges } from "./requests/judges";
import type { Judge } from "./requests/request";

describe("the calls that the functions make, answered by the simulated AWS and by peers", function () {
    // The first time MinIO is compiled.
    this.timeout(1_800_000);
    for (const [name, judgeOf] of Object.entries(judges)) {
        describe(name, () => {
            const stops: (() => Promise<void>)[] = [];
            let judge: Judge;
            before(async () => void (judge = await judgeOf(stops)));
            after(async () => {
                for (const stop of stops.reverse()) await stop();
            });
            it("answers as the table says", async () => assert.deepEqual(await wrongAnswers(judge), []));
        });
    }
});
