/** `npm start`: the rehearsal of a stack. */
import { existsSync, mkdirSync, writeFileSync } from "fs";
import { dirname, join } from "path";
import { createColors } from "picocolors";
import { namesOf } from "../../components/arns";
import { judgeAll } from "../attacks/judgeAll";
import { tryAll } from "../attacks/playAll";
import { rawConfig, settingsFromFile } from "../config";
import { readEvents, readInventory } from "../eventFiles";
import { playEvents } from "../playEvents";
import { rehearse, type Rehearsal } from "../rehearse";
import { render } from "../render";
import { report } from "../report";
import { isKept, summary, timeline } from "../timeline";
import { fates, manifestsIn } from "../fates";
import { verdict } from "../verdict";
import { parseOptions, runCommand, usageError } from "./options";

const reportFile = "rehearsal-report.html";

const usage = `Rehearses a stack on this machine: deploys what pulumi up would send into a simulated AWS, plays its nights, its faults and every attack, and says whether every promise was kept.

npm start -- [--stack NAME | --config FILE] [--seed N] [--days N] [--databases N] [--manifests DIR] [--json]
npm start -- --events DIR [--inventory FILE]… [--stack NAME | --config FILE] [--json]
  --seed N          of all chance: the same seed gives the same bytes; default 1
  --days N          days and nights, default 2
  --databases N     per account, default 7, with an organization 1
  --manifests DIR   writes the manifests that stand in the vault at the end into DIR/manifests, and what the starter
                    said of the accounts' databases into DIR/inventory.json: npm run report reads both
  --events DIR      plays the EventBridge events found there, one JSON file each, instead of the nights
  --inventory FILE  what exists then, as the AWS CLI prints it; may be given several times. Without it: an available
                    snapshot for the one that the event names`;

/** A whole number of at least `least`, as given with `--name`. */
function wholeNumber(name: string, given: string, least: number): number {
    if (/^\d{1,9}$/.test(given) && Number(given) >= least) return Number(given);
    throw usageError(`--${name}: received ${JSON.stringify(given)}, wanted a whole number of at least ${least}.\n${usage}`);
}

/** Not with its parents: Node tries for ever to make one below /proc. */
function makeFolder(directory: string): void {
    try {
        if (!existsSync(directory)) mkdirSync(directory);
    } catch (error) {
        throw usageError(`--manifests: ${directory} can't be made (${(error as NodeJS.ErrnoException).code}). Give a folder, or one in a folder that is there.`);
    }
}

function writeManifests(directory: string, { world, settings }: Rehearsal): void {
    const { bucket } = namesOf({ stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id });
    for (const { key, text } of manifestsIn(world, bucket)) {
        mkdirSync(dirname(join(directory, key)), { recursive: true });
        writeFileSync(join(directory, key), text);
    }
    const inventory = world.lambda.logs.flatMap(({ json }) => (json?.message === "inventory" ? [json] : []));
    writeFileSync(join(directory, "inventory.json"), JSON.stringify(inventory, null, 2));
}

void runCommand(async () => {
    const options = parseOptions(usage, {
        seed: { type: "string", default: "1" },
        days: { type: "string", default: "2" },
        databases: { type: "string" },
        manifests: { type: "string" },
        events: { type: "string" },
        inventory: { type: "string", multiple: true },
    });
    const { file, stack, json } = options;
    const seed = wholeNumber("seed", options.seed, 0);
    const days = wholeNumber("days", options.days, 1);
    if (options.inventory && !options.events) throw usageError(`--inventory goes with --events.\n${usage}`);
    const settings = settingsFromFile(file);
    const databases = wholeNumber("databases", options.databases ?? (settings.organization ? "1" : "7"), 1);
    if (options.manifests) makeFolder(options.manifests);
    // All input is read before anything starts.
    const events = options.events ? readEvents(options.events) : undefined;
    const inventory = options.inventory ? readInventory(options.inventory) : undefined;
    const progress = (text: string) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
    };

    progress(`Rendering the stack ${stack} …`);
    const rendered = await render(stack, rawConfig(file));
    if (events) {
        const played = await playEvents(rendered, settings, events, inventory, seed);
        progress("");
        if (json) console.log(JSON.stringify({ stack, seed, events: played }, null, 2));
        else for (const { file: name, account, decision, reason, alsoStarted } of played) console.log(`${name}  ${account}  ${decision}: ${reason}${alsoStarted ? ` (and ${alsoStarted} other exports started)` : ""}`);
        return 0;
    }

    const judging = judgeAll(rendered, settings);
    const rehearsal = await rehearse(rendered, settings, {
        seed,
        days,
        databases,
        progress: ({ clock, rds }) => progress(`${new Date(clock.now).toISOString().slice(0, 16)}  ${rds.snapshots().length} snapshots, ${rds.tasks().length} exports`),
    }).catch(async (error: unknown) => {
        await judging.stop();
        throw error;
    });
    progress("");
    const all = fates(rehearsal);
    progress("Trying every attack …");
    const attacks = tryAll(rehearsal.world, rendered, settings, await judging.verdicts);
    progress("");
    const result = verdict(rehearsal, all, attacks);
    if (options.manifests) writeManifests(options.manifests, rehearsal);
    const colours = createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
    if (json) console.log(JSON.stringify(result, null, 2));
    else {
        const lines = [colours.bold(`Rehearsal of the stack ${stack}, ${days} days, seed ${seed}`), "", ...timeline(rehearsal, colours), "", ...summary(result, all, colours)];
        writeFileSync(reportFile, report(rehearsal, result, all, attacks));
        console.log([...lines, "", `Written: ${reportFile}`].join("\n"));
    }
    return isKept(result) ? 0 : 1;
});
