/** `npm start`: the rehearsal of a stack. */
import { writeFileSync } from "fs";
import { createColors } from "picocolors";
import { settingsFromFile } from "../config";
import { readEvents, readInventory } from "../eventFiles";
import { playEvents } from "../playEvents";
import { rehearse } from "../rehearse";
import { render } from "../render";
import { report } from "../report";
import { isKept, summary, timeline } from "../timeline";
import { fates, verdict } from "../verdict";
import { commandLine, runCommand, wholeNumber } from "./options";

const reportFile = "rehearsal-report.html";

runCommand(async () => {
    const { values, config, stack, file } = commandLine({
        seed: { type: "string" },
        days: { type: "string" },
        databases: { type: "string" },
        events: { type: "string" },
        inventory: { type: "string" },
    });
    const seed = wholeNumber(values, "seed", 1, 0);
    const days = wholeNumber(values, "days", 2, 1);
    const databases = wholeNumber(values, "databases", 12, 1);
    const settings = settingsFromFile(file);
    // All input is read before anything starts.
    const events = values.events ? readEvents(values.events as string) : undefined;
    const inventory = values.inventory ? readInventory(values.inventory as string) : undefined;
    const print = (lines: readonly string[]) => void (values.json || console.log(lines.join("\n")));
    const progress = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`));

    progress(`Rendering the stack ${stack} …`);
    const rendered = await render(stack, config);
    if (events) {
        const played = await playEvents(rendered, settings, events, inventory, seed);
        progress("");
        if (values.json) console.log(JSON.stringify({ stack, seed, events: played }, null, 2));
        else for (const { file: name, account, decision, reason, alsoStarted } of played) console.log(`${name}  ${account}  ${decision}: ${reason}${alsoStarted ? ` (and ${alsoStarted} other exports started)` : ""}`);
        return 0;
    }

    const rehearsal = await rehearse(rendered, settings, {
        seed,
        days,
        databases,
        progress: ({ clock, rds }) => progress(`${new Date(clock.now).toISOString().slice(0, 16)}  ${rds.snapshots().length} snapshots, ${rds.tasks().length} exports`),
    });
    progress("");
    const all = fates(rehearsal);
    const result = verdict(rehearsal, all);
    const colours = createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
    print([colours.bold(`Rehearsal of the stack ${stack}, ${days} days, seed ${seed}`), "", ...timeline(rehearsal, colours), "", ...summary(result, all, colours)]);
    writeFileSync(reportFile, report(rehearsal, result, all));
    print(["", `Written: ${reportFile}`]);
    if (values.json) console.log(JSON.stringify(result, null, 2));
    return isKept(result) ? 0 : 1;
});
