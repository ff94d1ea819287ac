// Doesn't prove the numbers of time, memory and money: those are of the machine and the month they were measured in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countsOf, runProgram, sizes, type Size } from "../bench/programs";
import { costSentence, scaleRows, written } from "../bench/readme";
import { documentsOf, ends } from "../bench/documents";
import { hubOf } from "../bench/hub";
import { callsAtOnce, defaultPatience } from "../handlers/lib/organization";
import { table } from "../bench/table";
import { root } from "./rendered";
import type { Rendered } from "../rehearsal/graph";

const text = readFileSync(join(root, "docs/scale.md"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");
const remedy = "write it anew: npm run bench -- scale --write";

/** Rows of the table with that first column, as cells by the head's names; numbers without their commas. */
function rowsOf(first: string, page = text): Record<string, string>[] {
    const lines = page.split("\n");
    const cells = (line: string) => line.split("|").slice(1, -1).map((cell) => cell.trim().replace(/(?<=\d),(?=\d)/g, ""));
    const start = lines.findIndex((line) => line.startsWith("|") && cells(line)[0] === first);
    assert.ok(start >= 0, `no table of ${first}; ${remedy}`);
    const head = cells(lines[start]!);
    const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
    return lines.slice(start + 2, start + length).map((line) => Object.fromEntries(cells(line).map((cell, column) => [head[column], cell])));
}

describe("docs/scale.md", () => {
    // Two sizes tell: the others differ in the number of accounts only.
    const rendered: [Size, Rendered][] = [];
    before(async function () {
        this.timeout(120_000);
        const some = sizes.filter(({ name }) => name === "10 listed" || name === "unit");
        rendered.push(...(await Promise.all(some.map(async (size): Promise<[Size, Rendered]> => [size, (await runProgram(size)).rendered]))));
    });

    it("counts the resources that the program makes", () => {
        const rows = rowsOf("sources");
        for (const [{ name }, graph] of rendered) {
            const { resources, providers } = countsOf(graph);
            const row = rows.find(({ sources }) => sources === name);
            assert.deepEqual([row?.resources, row?.["provider processes"]], [String(resources), String(providers)], `${name}: ${remedy}`);
        }
    });

    it("tells every document's size", () => {
        const rows = rowsOf("document");
        for (const [{ name }, graph] of rendered) {
            const told = rows.filter((row) => row[name] !== "-").map((row) => `${/^\[(\w+)\]/.exec(row.of!)?.[1]} ${row.document}: ${row[name]} of ${row["AWS allows"]}`);
            const made = documentsOf(graph).map(({ kind, what, size, limit }) => `${kind} ${what}: ${size} of ${limit}`);
            assert.deepEqual(told.sort(), made.sort(), `${name}: ${remedy}`);
        }
    });

    it("says where listed accounts and units end", () => {
        const rows = text.match(/^\| (listed|listed beside a unit|units) +\| +\d+ \| .*$/gm) ?? [];
        const made = (["listed", "listed beside a unit", "units"] as const).map((what) => `${what} ${ends(what).count} ${ends(what).by}`);
        assert.deepEqual(rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()).join(" ")), made, remedy);
    });

    it("is right that no member is named: the graph with a unit holds no account but ours", () => {
        const [, graph] = rendered.find(([{ unit }]) => unit)!;
        const ids = new Set(JSON.stringify(graph.resources).match(/(?<!\d)\d{12}(?!\d)/g));
        // The zeros are what a saved query has in place of an account.
        assert.deepEqual([...ids].sort(), ["000000000000", "444455556666", "555566667777"]);
    });

    it("is what README says of the program, and of the cost", () => {
        const rows = rowsOf("sources", readme.slice(readme.indexOf("<!-- scale -->"), readme.indexOf("<!-- /scale -->"))).map((row) => Object.values(row));
        for (const made of scaleRows(rendered.map(([size, graph]) => ({ size, run: { rendered: graph } })))) {
            assert.ok(rows.some((row) => row.join() === made.join().replace("10,000", "10000")), `${made.join(" | ")}: ${remedy}`);
        }
        assert.match(rows[1]!.join(), new RegExp(`^100 listed \\(${ends("listed").count} is the end\\)`));
        const [, fixed, account, each] = /\*\*Cost = \$([\d.]+) \+ \$([\d.]+) × A \+ \$([\d.]+) × E\*\*/.exec(text) ?? [];
        const sentence = costSentence({ fixed: Number(fixed), account: Number(account), export: Number(each) });
        assert.ok(readme.includes(sentence), `README.md doesn't say "${sentence}"; ${remedy}`);
    });

    it("is written between markers, and nowhere else", () => {
        assert.equal(written("a <!-- cost -->old\n<!-- /cost --> b", "cost", "new"), "a <!-- cost -->new<!-- /cost --> b");
        for (const page of ["no marker", "<!-- cost -->", "<!-- /cost --><!-- cost -->"]) assert.throws(() => written(page, "cost", "new"), /README.md has no <!-- cost -->/);
    });

    it("is reckoned by what the graph says, not by copies", () => {
        const [, graph] = rendered.find(([{ unit }]) => unit)!;
        const { inputs } = graph.resources.find(({ name }) => name === "hub-starter-triggers")!;
        const { batchSize, starters, memoryMiB, sweepSeconds } = hubOf(graph);
        assert.deepEqual([batchSize, starters, sweepSeconds], [inputs.batchSize, inputs.scalingConfig.maximumConcurrency, 900]);
        assert.deepEqual(Object.keys(memoryMiB).sort(), ["sealer", "starter", "sweeper", "watcher"]);
        for (const said of [`batch of ${batchSize} accounts`, `the stack has ${starters},`, `may run out of its ${memoryMiB.starter} MB`, `${callsAtOnce} at once, a new function reads so many in its ${defaultPatience.reading / 1000} seconds`]) {
            assert.ok(text.includes(said), `docs/scale.md doesn't say "${said}"; ${remedy}`);
        }
    });

    it("has tables that line up", () => {
        const lines = table(["what", "how many"], [["a", "1"], ["longer", "12,345"]]).split("\n");
        assert.deepEqual(lines, ["| what   | how many |", "|--------|---------:|", "| a      |        1 |", "| longer |   12,345 |"]);
    });
});
