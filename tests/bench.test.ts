// Doesn't prove the numbers of time, memory and money: those are of the machine and the month they were measured in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countsOf, runProgram, settingsOf, sizes, type Size } from "../bench/programs";
import { costSentence, scaleRows, written } from "../bench/readme";
import { documentsOf, ends } from "../bench/documents";
import { hubOf } from "../bench/hub";
import { callsAtOnce, defaultPatience } from "../handlers/lib/organization";
import { anatomy, zipBytes } from "../bench/archive";
import { exponent, interleaved, ratioOf, spreadOf } from "../bench/benchmark";
import { drain, longestFirst } from "../bench/burst";
import { dependencyTable } from "../bench/dependencies";
import { playHours } from "../bench/hour";
import { benchmarks, performancePage, performanceTable, type Results } from "../bench/performance";
import { table } from "../bench/table";
import { watchingOf } from "../bench/watching";
import { renderedStack, root } from "./rendered";
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

// Two sizes tell: the others differ in the number of accounts only.
const rendered: [Size, Rendered][] = [];
before(async function () {
    this.timeout(120_000);
    const some = sizes.filter(({ name }) => name === "10 listed" || name === "unit");
    rendered.push(...(await Promise.all(some.map(async (size): Promise<[Size, Rendered]> => [size, (await runProgram(size)).rendered]))));
});

describe("docs/scale.md", () => {
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

describe("npm run bench", () => {
    const results = JSON.parse(readFileSync(join(root, "bench/results.json"), "utf8")) as Results;
    const packageJson = readFileSync(join(root, "package.json"), "utf8");
    const again = "write it anew: npm run bench -- --write";

    it("says in docs/performance.md and in README what stands in bench/results.json, and nothing else", () => {
        assert.equal(readFileSync(join(root, "docs/performance.md"), "utf8"), performancePage(results, packageJson), again);
        assert.equal(written(readme, "performance", performanceTable(results)), readme, again);
        // What people wait for is measured with these tests, so it comes after them.
        for (const { name } of benchmarks.filter(({ name }) => name !== "people")) assert.ok(results[name], `bench/results.json has nothing of ${name}; ${again}`);
        for (const [name, { machine, date }] of Object.entries(results)) assert.match(`${date}, ${machine}`, /^\d{4}-\d\d-\d\d, \d+ × .+, \d+ GiB, Node \d+/, `${name}: ${again}`);
    });

    it("says of each dependency what it is for", () => {
        const { name: unknown, ...known } = { name: "left-pad", ...JSON.parse(packageJson) } as { name: string; dependencies: Record<string, string>; devDependencies: Record<string, string> };
        assert.throws(() => dependencyTable(JSON.stringify({ ...known, dependencies: { ...known.dependencies, [unknown]: "1.0.0" } })), /don't name the same packages: rds-vault\. Say/);
        assert.throws(() => dependencyTable(JSON.stringify({ ...known, devDependencies: {} })), /don't name the same packages: @aws-sdk\/client-account/);
        assert.equal(dependencyTable(packageJson).split("\n").length - 2, Object.keys({ ...known.dependencies, ...known.devDependencies }).length);
    });

    it("takes medians and quartiles, and ratios by round", async () => {
        assert.deepEqual(spreadOf([9, 1, 5, 3, 7]), { median: 5, lower: 3, upper: 7, runs: 5 });
        assert.deepEqual(spreadOf([1, 2]), { median: 1.5, lower: 1.25, upper: 1.75, runs: 2 });
        // The second round was disturbed as a whole: the ratio doesn't show it.
        assert.deepEqual(ratioOf([2, 20, 2], [1, 10, 1]), { median: 2, lower: 2, upper: 2, runs: 3 });
        const order: string[] = [];
        const runs = await interleaved(["a", "b", "c"], 2, async (name, round) => order.push(`${name}${round}`));
        assert.deepEqual(order, ["a0", "b0", "c0", "b1", "c1", "a1"]);
        assert.deepEqual(runs, { a: [1, 6], b: [2, 4], c: [3, 5] });
        assert.equal(exponent({ size: 10, cost: 3 }, { size: 1000, cost: 30_000 }), 2);
    });

    it("reckons archives as zip does, and takes them apart", () => {
        // 22 bytes end a zip, and its one file has 76, twice its name, and its deflated text.
        assert.equal(zipBytes({ a: "" }), 22 + 76 + 2 + 2);
        assert.ok(zipBytes({ a: "x".repeat(100_000) }) < 400);
        const { start } = renderedStack().functions;
        const text = start!.files["__index.js"]!;
        const parts = anatomy(text);
        assert.equal(parts.reduce((sum, { bytes }) => sum + bytes, 0), zipBytes({ "__index.js": text }));
        for (const { what, bytes } of parts) assert.ok(bytes > 300, `${what}: ${bytes} bytes`);
        // The goal of 20 kB isn't met; what is shipped must not grow unseen.
        assert.ok(zipBytes({ "__index.js": text }) < 29_000, `the starter's archive has ${zipBytes({ "__index.js": text })} bytes`);
    });

    it("bounds a burst from below by what five slots can do at best", () => {
        assert.equal(longestFirst([5, 5, 5, 5, 5]), 5);
        assert.equal(longestFirst([1, 1, 1, 1, 1, 4]), 4);
        assert.equal(longestFirst([3, 3, 2, 2, 2, 2, 2]), 4);
    });

    it("loses nothing of a burst, and leaves no slot empty for longer than the queue's window; the tutorial's design loses what has no slot", async function () {
        this.timeout(120_000);
        const [size, graph] = rendered.find(([{ listed }]) => listed)!;
        const stack = { rendered: graph, settings: settingsOf(size) };
        const own = await drain(stack, "rds-vault", 40);
        assert.deepEqual([own.exported, own.lost], [40, 0]);
        assert.ok(own.bound / own.makespan > 0.9, `${own.makespan} hours, the bound is ${own.bound}`);
        assert.ok(own.makespan >= own.bound && own.idle.largest <= 0.5, JSON.stringify(own));
        assert.equal((await drain(stack, "tutorial", 40)).lost, 35);
    });

    it("calls AWS in proportion to the accounts, and pays for watching what the graph holds", async function () {
        this.timeout(120_000);
        const [size, graph] = rendered.find(([{ unit }]) => unit)!;
        const [few, many] = [await playHours(graph, size, 10, () => undefined), await playHours(graph, size, 40, () => undefined)];
        const starters = [few, many].map(({ quiet }) => Object.entries(quiet.calls).reduce((sum, [name, count]) => sum + (name.startsWith("starter ") ? count : 0), 0));
        assert.equal(starters[1]! / starters[0]!, 4);
        assert.equal(few.exported * 4, many.exported);
        const alarms = graph.resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm").length;
        const watching = watchingOf(graph);
        assert.ok(watching.some(({ what, fixed }) => what.startsWith(`${alarms} alarms, `) && fixed >= alarms * 0.1));
        const sum = Math.round(watching.reduce((total, { fixed }) => total + fixed, 0.3));
        assert.ok(readme.includes(`**Watching** costs about $${sum} a month`), `README.md doesn't say that watching costs about $${sum}`);
    });
});
