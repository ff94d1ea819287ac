/** `npm run status`: whether everything is protected now, on one screen. Only reads. */
import { createColors } from "picocolors";
import type { Settings } from "../components/settings";
import { runCommand, usageError } from "../rehearsal/commands/options";
import type { Colours } from "../rehearsal/timeline";
import type { Clients } from "./clients";
import { coverage, exitStatus } from "./coverage";
import { parseReportOptions, readEvidence, where } from "./options";
import { asScreen, asStatus } from "./summary";

const usage = `npm run status -- [--stack NAME | --config FILE] [--vault DIR [--now ISO]] [--json]
  --now ISO         tells what was known then; default: now
${where}`;

/** What the command prints, and its exit status. Throws a UsageError or SettingsError. */
export async function statusCommand(args: string[], colours: Colours, clientsOf?: (settings: Settings) => Promise<Clients>): Promise<{ text: string; status: 0 | 1 | 2 }> {
    const options = parseReportOptions(usage, {}, args);
    const { settings, vault, now, json } = options;
    if (vault === undefined && args.some((arg) => arg === "--now" || arg.startsWith("--now="))) throw usageError(`--now goes with --vault: which alarms rang then isn't known.\n${usage}`);
    const evidence = await readEvidence(settings, vault, now, true, clientsOf);
    const told = coverage(evidence, settings, now);
    const text = json ? JSON.stringify(asStatus(told, evidence.alarms, evidence.told), null, 2) : asScreen(told, evidence.alarms, colours, evidence.told).join("\n");
    return { text, status: exitStatus(told) };
}

if (require.main === module) {
    void runCommand(async () => {
        const { text, status } = await statusCommand(process.argv.slice(2), createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR));
        console.log(text);
        return status;
    });
}
