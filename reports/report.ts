/** `npm run report`: which database is protected, since when and until when. Only reads. */
import { writeFileSync } from "node:fs";
import { createColors } from "picocolors";
import type { Colours } from "../rehearsal/timeline";
import { runCommand, usageError } from "../rehearsal/commands/options";
import type { Settings } from "../components/settings";
import type { Clients } from "./clients";
import { coverage, exitStatus } from "./coverage";
import { asCsv } from "./csv";
import { asHtml } from "./html";
import { parseReportOptions, readEvidence, where } from "./options";
import { asTable } from "./table";

const usage = `npm run report -- [--stack NAME | --config FILE] [--vault DIR] [--now ISO] [--html FILE] [--csv FILE] [--json]
  --html FILE       writes a page to show and to print
  --csv FILE        writes a table for spreadsheets
  --now ISO         tells what was known then; default: now
${where}`;

/** What the command prints, and its exit status. Throws a UsageError or SettingsError. */
export async function reportCommand(args: string[], colours: Colours, clientsOf?: (settings: Settings) => Promise<Clients>): Promise<{ text: string; status: 0 | 1 | 2 }> {
    const { settings, vault, now, json, html, csv } = parseReportOptions(usage, { html: { type: "string" }, csv: { type: "string" } } as const, args);
    const told = coverage(await readEvidence(settings, vault, now, false, clientsOf), settings, now);
    const written = [...(html === undefined ? [] : [write("html", html, asHtml(told))]), ...(csv === undefined ? [] : [write("csv", csv, asCsv(told))])];
    const text = json ? JSON.stringify(told, null, 2) : [...asTable(told, colours), ...(written.length ? ["", `Written: ${written.join(", ")}`] : [])].join("\n");
    return { text, status: exitStatus(told) };
}

function write(option: string, file: string, text: string): string {
    try {
        writeFileSync(file, text);
        return file;
    } catch (error) {
        throw usageError(`--${option} ${file}: can't be written (${(error as NodeJS.ErrnoException).code})`);
    }
}

if (require.main === module) {
    void runCommand(async () => {
        const { text, status } = await reportCommand(process.argv.slice(2), createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR));
        console.log(text);
        return status;
    });
}
