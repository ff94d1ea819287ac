import type { Alarm } from "./alarms";
import type { FailureClass } from "./failure";
import { alarm, log } from "./log";
import type { Memory } from "./observe";
import type { Decision } from "./types";

/** What one look did. */
export interface Tally {
    started: number;
    /** StartExportTask calls that RDS refused. */
    refused: number;
    tried: number;
    /** Requests to the sealer. */
    asked: number;
    /** Why the round ended before everything was done. */
    ended?: FailureClass | "time" | "patience";
}

/** Says an alarm once per warm function. */
export function sayAlarms(alarms: readonly Alarm[], { said }: Memory): void {
    for (const { id, code, fields } of alarms) once(said, id, () => alarm(code, fields));
}

function once(said: Record<string, true>, id: string, say: () => void): void {
    if (said[id]) return;
    said[id] = true;
    say();
}

/**
 * What waits for the deployment's repair, a line each and once per warm function; all else as counts by reason: a line per decision of every
 * sweep would cost more than the rest.
 */
export function report(account: string, decisions: readonly Decision[], { started, refused, asked, ended }: Tally, { said }: Memory): void {
    const reasons: Record<string, number> = {};
    for (const { snapshot, code, reason } of decisions) {
        reasons[code] = (reasons[code] ?? 0) + 1;
        if (code !== "backoff") continue;
        once(said, `${code} ${snapshot.arn} ${reason}`, () => log("WARN", code, { account, database: `${snapshot.kind}.${snapshot.database}`, snapshot: snapshot.arn, reason }));
    }
    const broken = ended === "configuration" || ended === "source-key";
    log(broken ? "ERROR" : "INFO", "look", { account, started, refused, ended, asked, reasons });
}
