/** `npm run bench`: measures, prints, and writes docs/performance.md, docs/scale.md and README's share of both. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand, usageError } from "../rehearsal/commands/options";
import { benchmarks, performancePage, performanceTable, type Result, type Results } from "./performance";
import { written } from "./readme";
import { scale } from "./scale";
import { number } from "./table";

const usage = `npm run bench -- [NAME …] [--quick | --long] [--write] [--json]
  NAME          one of them; default: all but scale and people
${[...benchmarks, { name: "scale", about: "how program, documents and hub grow with accounts" }].map(({ name, about }) => `    ${name.padEnd(10)}${about}`).join("\n")}
  --quick       small sizes, few repeats: shows that it works
  --long        the largest sizes too, which takes an hour: 5,000 snapshots at once, 100,000 objects to seal
  --write       keeps what was measured in bench/results.json, and makes docs/performance.md and README's table of it; of scale docs/scale.md
  --accounts N  scale: members on the virtual clock, default 1000
  --json        prints one JSON document on stdout and nothing else`;

const root = join(__dirname, "..");
const [resultsFile, pageFile, readmeFile] = [join(__dirname, "results.json"), join(root, "docs", "performance.md"), join(root, "README.md")];
/** These measure what others do, and take minutes. */
const onlyByName = ["people", "scale"];

function optionsOf(args: string[]) {
    const flag = { type: "boolean", default: false } as const;
    try {
        const { values, positionals } = parseArgs({
            args,
            allowPositionals: true,
            options: { accounts: { type: "string", default: "1000" }, write: flag, json: flag, quick: flag, long: flag, help: { ...flag, short: "h" } },
        });
        if (values.help) throw Object.assign(usageError(usage), { name: "HelpAsked" });
        const names = [...benchmarks.map(({ name }) => name), "scale"];
        const unknown = positionals.find((name) => !names.includes(name));
        if (unknown !== undefined) throw new Error(`received ${JSON.stringify(unknown)}, wanted the name of a benchmark: ${names.join(", ")}.`);
        if (!/^[1-9]\d{0,4}$/.test(values.accounts)) throw new Error(`--accounts: received ${JSON.stringify(values.accounts)}, wanted a whole number up to 99999.`);
        if (values.quick && (values.write || values.long)) throw new Error(`--quick: received with --${values.write ? "write" : "long"}, wanted without: its numbers are no measurement.`);
        if (values.json && positionals.includes("scale") && positionals.length > 1) throw new Error("--json: received scale beside others, wanted it alone: it prints a document of its own.");
        return { ...values, accounts: Number(values.accounts), names: positionals.length ? names.filter((name) => positionals.includes(name)) : names.filter((name) => !onlyByName.includes(name)) };
    } catch (error) {
        if ((error as Error).name === "HelpAsked") throw error;
        throw usageError(`${(error as Error).message}\n${usage}`);
    }
}

const progress = (text: string) => void (process.stderr.isTTY ? process.stderr.write(`\r\u001b[K${text}`) : text && process.stderr.write(`${text}\n`));

/** Without the model's marks: `2 × Intel Xeon, 24 GiB, Node 20.20.2`. */
const machine = (): string => `${cpus().length} × ${cpus()[0]?.model.replace(/\((R|TM)\)/g, "").trim() ?? "processor"}, ${number(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;

void runCommand(async () => {
    const { names, accounts, write, json, quick, long } = optionsOf(process.argv.slice(2));
    if (names.includes("scale")) await scale({ accounts, write, json, progress });
    if (quick && !json) console.log("Small sizes, few repeats: this shows that it works, and its numbers are no measurement.\n");
    const own: Record<string, Result> = {};
    const keep = (): Results => ({ ...(existsSync(resultsFile) && (JSON.parse(readFileSync(resultsFile, "utf8")) as Results)), ...own });
    for (const benchmark of benchmarks.filter(({ name }) => names.includes(name))) {
        const began = Date.now();
        const measured = await benchmark.measure({ quick, long, progress });
        progress("");
        own[benchmark.name] = { machine: machine(), date: new Date(began).toISOString().slice(0, 10), seconds: Math.round((Date.now() - began) / 1000), measured };
        // After each: an hour's work isn't lost with what comes last.
        if (write) writeFileSync(resultsFile, `${JSON.stringify(keep(), null, 1)}\n`);
        if (!json) console.log(`## ${benchmark.name}\n\n${benchmark.section(measured)}\n`);
    }
    if (json && Object.keys(own).length) console.log(JSON.stringify(own, null, 2));
    if (!write || !Object.keys(own).length) return;
    writeFileSync(pageFile, performancePage(keep(), readFileSync(join(root, "package.json"), "utf8")));
    writeFileSync(readmeFile, written(readFileSync(readmeFile, "utf8"), "performance", performanceTable(keep())));
});
