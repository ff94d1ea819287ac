import type { Alarm } from "./alarms";
import type { FailureClass } from "./failure";
import { alarm, log, measure } from "./log";
import type { Memory } from "./observe";
import type { Protection } from "./rpo";
import type { Decision } from "./types";

/** What one look did. */
export interface Tally {
    started: number;
    /** StartExportTask calls that RDS refused. */
    refused: number;
    tried: number;
    /** Requests to the sealer. */
    asked: number;
    /** Wanted snapshots that aren't under way. */
    waiting: number;
    /** Why the round ended before everything was done. */
    ended?: FailureClass | "time" | "patience";
}

/** Says an alarm once per warm function. */
export function sayAlarms(alarms: readonly Alarm[], { said }: Memory): void {
    for (const { id, code, fields } of alarms) once(said, id, () => alarm(code, fields));
}

/** Says what stays as it is once per warm function. */
export function once(said: Record<string, true>, id: string, say: () => void): void {
    if (said[id]) return;
    said[id] = true;
    say();
}

/**
 * What waits for the deployment's repair, a line each and once per warm function; all else as counts by reason and as metrics: a line per
 * decision of every sweep would cost more than the rest.
 */
export function report(account: string, decisions: readonly Decision[], protection: readonly Protection[], tally: Tally, { said }: Memory): void {
    const { started, refused, asked, ended, waiting } = tally;
    const reasons: Record<string, number> = {};
    for (const { snapshot, code, reason } of decisions) {
        reasons[code] = (reasons[code] ?? 0) + 1;
        if (code !== "backoff") continue;
        once(said, `${code} ${snapshot.arn} ${reason}`, () => log("WARN", code, { account, database: `${snapshot.kind}.${snapshot.database}`, snapshot: snapshot.arn, reason }));
    }
    const broken = ended === "configuration" || ended === "source-key";
    const hours = protection.flatMap(({ told }) => (told.wanted ? (told.unprotectedHours ?? []) : []));
    measure(broken ? "ERROR" : "INFO", "look", { account, started, refused, ended, asked, reasons }, {
        Started: started, Waiting: waiting, BeyondRpo: protection.filter(({ beyond }) => beyond).length, OldestUnprotectedHours: hours.reduce((most, each) => Math.max(most, each), 0),
    });
}
