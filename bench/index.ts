/** `npm run bench -- scale`: how the program, its documents and the hub grow with the number of accounts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand, usageError } from "../rehearsal/commands/options";
import { costsOf, monthly, total } from "./costs";
import { documentsOf } from "./documents";
import { playHours } from "./hour";
import { hubOf } from "./hub";
import type { Held } from "./memoryChild";
import { childJson, countsOf, runProgram, sizes, type Run, type Size } from "./programs";
import { costSentence, scaleTable, written } from "./readme";
import { report } from "./report";

const usage = `npm run bench -- scale [--accounts N] [--write] [--json]
  --accounts N  members on the virtual clock, default 1000
  --write       writes docs/scale.md, and README.md between <!-- scale --> and <!-- /scale -->, <!-- cost --> and <!-- /cost -->`;

const root = join(__dirname, "..");

function optionsOf(args: string[]) {
    try {
        const { values, positionals } = parseArgs({
            args,
            allowPositionals: true,
            options: { accounts: { type: "string", default: "1000" }, write: { type: "boolean", default: false }, json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
        });
        if (values.help) throw Object.assign(usageError(usage), { name: "HelpAsked" });
        if (positionals.join(" ") !== "scale") throw new Error(`received ${JSON.stringify(positionals.join(" "))}, wanted the name of a benchmark: scale.`);
        if (!/^[1-9]\d{0,4}$/.test(values.accounts)) throw new Error(`--accounts: received ${JSON.stringify(values.accounts)}, wanted a whole number up to 99999.`);
        return { ...values, accounts: Number(values.accounts) };
    } catch (error) {
        if ((error as Error).name === "HelpAsked") throw error;
        throw usageError(`${(error as Error).message}\n${usage}`);
    }
}

const readmeFile = join(root, "README.md");

/** A place that README doesn't have is no reason to throw the measurements away: a test misses what isn't said. */
function intoReadme(text: string, [name, made]: readonly [string, string]): string {
    if (text.includes(`<!-- ${name} -->`)) return written(text, name, made);
    progress(`README.md has no <!-- ${name} -->, so it isn't written there`);
    return text;
}

const progress = (text: string) => void (process.stderr.isTTY ? process.stderr.write(`\r\u001b[K${text}`) : text && process.stderr.write(`${text}\n`));

void runCommand(async () => {
    const { accounts, write, json } = optionsOf(process.argv.slice(2));
    // Times are compared, so nothing runs beside anything else.
    const runs: { size: Size; run: Run }[] = [];
    for (const size of sizes) {
        progress(`the program with ${size.name}`);
        runs.push({ size, run: await runProgram(size) });
    }
    progress("the SDK's clients");
    const held = await childJson<Held>(["memoryChild.ts"]);
    const { size, run } = runs.find(({ size }) => size.unit && !size.listed)!;
    let hour = -1;
    const played = await playHours(run.rendered, size, accounts, (minutes) => {
        if (Math.floor(minutes / 60) > hour) progress(`${accounts} accounts, hour ${(hour = Math.floor(minutes / 60))} of 7`);
    });
    progress("");

    const basis = { held, hub: hubOf(run.rendered) };
    const text = report({ runs, played, basis });
    const costs = costsOf(played, basis);
    if (write) {
        writeFileSync(join(root, "docs", "scale.md"), text);
        writeFileSync(readmeFile, [["scale", scaleTable(runs)] as const, ["cost", costSentence(total(costs))] as const].reduce(intoReadme, readFileSync(readmeFile, "utf8")));
    }
    if (!json) return console.log(text);
    const programs = runs.map(({ size: { name }, run: { rendered, ...took } }) => ({ sources: name, ...took, ...countsOf(rendered), documents: documentsOf(rendered) }));
    console.log(JSON.stringify({ programs, held, played, costs, monthly: monthly(total(costs), accounts, accounts * 60) }, null, 2));
});
