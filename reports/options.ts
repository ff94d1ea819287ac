/** What report and status share: their options, and where they read. */
import type { ParseArgsConfig } from "node:util";
import { namesOf } from "../components/arns";
import type { Settings } from "../components/settings";
import { parseOptions, usageError } from "../rehearsal/commands/options";
import { settingsFromFile } from "../rehearsal/config";
import { readerClients, type Clients } from "./clients";
import type { Evidence } from "./evidence";
import { readVault } from "./files";
import { readLive } from "./live";

export const where = `  --vault DIR       reads DIR/manifests and DIR/inventory.json: a copy made by
                    aws s3 sync s3://<vault bucket>/manifests DIR/manifests, or by npm start -- --manifests DIR
                    Without it: reads the vault itself with your AWS credentials, as the stack's reader role
  exit status: 0 every wanted database is protected, 1 one isn't or an account wasn't looked at, 2 wrong usage, or something can't be read`;

/** `now` is the time as of which is told. */
export function parseReportOptions<const E extends NonNullable<ParseArgsConfig["options"]>>(usage: string, extra: E, args: string[]) {
    const options = parseOptions(usage, { ...extra, vault: { type: "string" }, now: { type: "string" } } as const, args);
    const { now: given, vault } = options as { now?: string; vault?: string };
    const now = given === undefined ? new Date() : new Date(given);
    if (Number.isNaN(now.getTime())) throw usageError(`--now: received ${given}, wanted an ISO time such as 2026-11-23T06:00:00Z.\n${usage}`);
    return { ...options, vault, now, settings: settingsFromFile(options.file, options.stack) };
}

/** From files, or from AWS with progress on stderr once it takes longer than two seconds. */
export async function readEvidence(settings: Settings, vault: string | undefined, now: Date, alarms: boolean, clientsOf: (settings: Settings) => Promise<Clients> = readerClients): Promise<Evidence> {
    const { bucket } = namesOf({ stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id });
    if (vault !== undefined) return readVault(vault, bucket);
    const clients = await clientsOf(settings);
    const begun = Date.now();
    let said = begun;
    const progress = (text: string) => {
        const tick = Date.now();
        if (tick - begun < 2000 || tick - said < (process.stderr.isTTY ? 200 : 5000)) return;
        said = tick;
        process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
    };
    const evidence = await readLive({ settings, clients, now, progress, alarms });
    if (process.stderr.isTTY && said > begun) process.stderr.write("\r\u001b[K");
    return evidence;
}
