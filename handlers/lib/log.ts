export type Level = "INFO" | "WARN" | "ERROR";

/** One JSON line; `message` names what happened, so that Logs Insights can filter on it. Field names are powertools'. */
export function log(level: Level, message: string, fields: Record<string, unknown>): void {
    console.log(JSON.stringify({ level, timestamp: new Date().toISOString(), service: "rds-vault", message, ...fields }));
}
