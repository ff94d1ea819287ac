// Doesn't prove how RDS words the names of skipped tables: the forms are those seen in public code.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { acceptsEverything, checkTable } from "../../components/skips";
import { isLike } from "../../handlers/lib/sealing/glob";

function matches(glob: string, table: string): boolean {
    assert.deepEqual(checkTable(glob), { glob });
    return isLike(table, glob);
}

describe("globs over tables", () => {
    const globs: [string, string[], string[]][] = [
        ["app.public.audit_log", ["app.public.audit_log"], ["app.public.audit_log2", "app_public.audit_log", "x.app.public.audit_log"]],
        ["app.public.tmp_*", ["app.public.tmp_", "app.public.tmp_1", "app.public.tmp_a.b", "app.public.tmp_a/b"], ["app.public.temp_1"]],
        ["*.tmp", ["app.tmp", "app.public.tmp", ".tmp"], ["tmp", "app.tmp2"]],
        ["app.**", ["app.a", "app.a.b"], ["app"]],
        ["app.t?", ["app.t1", "app.t/", "app.t[", "app.t\n"], ["app.t", "app.t12"]],
        ["app.#sql-ib$1 (old)", ["app.#sql-ib$1 (old)"], ["app.#sql-ib"]],
        ['app."Odd"\\name', ['app."Odd"\\name'], ["app.Oddname"]],
        ["App", ["App"], ["app"]],
    ];
    for (const [glob, inside, outside] of globs) {
        it(`${glob} matches ${inside.join(", ")} and not ${outside.join(", ")}`, () => {
            for (const table of inside) assert.ok(matches(glob, table), table);
            for (const table of outside) assert.ok(!matches(glob, table), table);
        });
    }

    it("takes every name without glob characters for itself and nothing else", () => {
        const name = fc.string({ unit: "binary-ascii", minLength: 1 }).filter((each) => !/[*?[\]{}]/.test(each));
        fc.assert(fc.property(name, name, (one, other) => matches(one, one) && matches(one, other) === (one === other)), { numRuns: 1000 });
    });

    it("refuses brackets and braces", () => {
        for (const glob of ["a[", "a]", "{a", "a}", "[a-c]", "{a,b}"]) assert.match(JSON.stringify(checkTable(glob)), /has no meaning here/, glob);
    });

    const all = "^.*$";
    const everything: [string[], string[], boolean][] = [
        [[all], ["*"], true],
        [[all], ["*.*"], true],
        [[all], ["*.*.*"], true],
        [[all], ["app.*", "*"], true],
        [[all], ["app.*"], false],
        [[all], ["*.public.*"], false],
        [["^warehouse-.*$"], ["*"], false],
        [[all], [], false],
        [[], ["*"], false],
    ];
    for (const [databases, written, yes] of everything) {
        it(`${JSON.stringify(databases)} with ${JSON.stringify(written)} ${yes ? "accepts everything" : "leaves something"}`, () =>
            assert.equal(acceptsEverything(databases, written), yes));
    }
});
