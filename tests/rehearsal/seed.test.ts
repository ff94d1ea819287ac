// Doesn't prove that another machine or Node version gives the same course.
import assert from "node:assert/strict";
import { command } from "../rendered";

describe("the rehearsal's seed", function () {
    this.timeout(120_000);

    it("gives the same bytes each time", () => {
        const [first, second] = [1, 2].map(() => command("start", "--json", "--stack", "canary", "--days", "1", "--seed", "7"));
        assert.equal(first!.status, 0, first!.stderr + first!.stdout);
        assert.equal(first!.stdout, second!.stdout);
    });
});
