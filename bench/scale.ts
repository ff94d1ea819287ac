/** `npm run bench -- scale`: how the program, its documents and the hub grow with the number of accounts; docs/scale.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { costsOf, monthly, total } from "./costs";
import { documentsOf } from "./documents";
import { playHours } from "./hour";
import { hubOf } from "./hub";
import type { Held } from "./memoryChild";
import { childJson, countsOf, runProgram, sizes, type Run, type Size } from "./programs";
import { costSentence, scaleTable, written } from "./readme";
import { report } from "./report";

const root = join(__dirname, "..");
const readmeFile = join(root, "README.md");

export interface ScaleOptions {
    readonly accounts: number;
    readonly write: boolean;
    readonly json: boolean;
    progress(text: string): void;
}

export async function scale({ accounts, write, json, progress }: ScaleOptions): Promise<void> {
    /** A place that README doesn't have is no reason to throw the measurements away: a test misses what isn't said. */
    const intoReadme = (text: string, [name, made]: readonly [string, string]): string => {
        if (text.includes(`<!-- ${name} -->`)) return written(text, name, made);
        progress(`README.md has no <!-- ${name} -->, so it isn't written there`);
        return text;
    };
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
}
