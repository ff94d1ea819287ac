export type Level = "INFO" | "WARN" | "ERROR";

/** One JSON line; `message` names what happened, so that Logs Insights can filter on it. Field names are powertools'. */
export function log(level: Level, message: string, fields: Record<string, unknown>): void {
    console.log(JSON.stringify({ level, timestamp: new Date().toISOString(), service: "rds-vault", message, ...fields }));
}

/** What an alarm is about; the names of the metric's dimension. */
export type AlarmCode =
    // starter
    | "given-up" | "expired-unprotected" | "stranger" | "failed" | "canceled" | "stuck" | "vanished" | "disappeared" | "unsealed"
    | "account-not-ready" | "export-refused"
    // sealer
    | "partial" | "tampering" | "flood" | "unreadable" | "vault-not-ready"
    // sweep
    | "organization-unreadable" | "member-left";

/** What every alarm says, beside what is particular to it. */
export interface AlarmFields {
    /** 12 digits. */
    readonly account: string;
    /** `<kind>.<identifier>`; absent: it concerns the whole account. */
    readonly database?: string;
    /** One sentence for a person. */
    readonly reason: string;
    readonly [more: string]: unknown;
}

/** What an alarm says that is about no single account. */
export interface OrganizationAlarmFields {
    /** `o-…` */
    readonly organization: string;
    /** One sentence for a person. */
    readonly reason: string;
    readonly [more: string]: unknown;
}

/** A log line at ERROR that is a metric too: namespace `rds-vault`, metric `Alarms`, by `Stack`, and by `Stack` and `Alarm`. */
export function alarm(code: AlarmCode, fields: AlarmFields | OrganizationAlarmFields): void {
    log("ERROR", code, { ...fields, ...embedded("Alarms", 1, { Alarm: code }) });
}

/** A log line that is a metric too: namespace `rds-vault`, dimension `Stack`. */
export function count(message: string, metric: "AccountsNotReady", value: number): void {
    log("INFO", message, embedded(metric, value, {}));
}

/** Embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embedded(name: string, value: number, more: Record<string, string>): Record<string, unknown> {
    const metric = { Namespace: "rds-vault", Dimensions: [["Stack"], ...Object.keys(more).map((key) => ["Stack", key])], Metrics: [{ Name: name, Unit: "Count" }] };
    return { Stack: process.env.STACK ?? "", ...more, [name]: value, _aws: { Timestamp: Date.now(), CloudWatchMetrics: [metric] } };
}
