export type Level = "INFO" | "WARN" | "ERROR";

/** One JSON line; `message` names what happened, so that Logs Insights can filter on it. Field names are powertools'. */
export function log(level: Level, message: string, fields: Record<string, unknown>): void {
    console.log(JSON.stringify({ level, timestamp: new Date().toISOString(), service: "rds-vault", message, ...fields }));
}

/** What an alarm is about; the names of the metric's dimension. */
export type AlarmCode =
    // starter
    | "beyond-rpo"
    | "given-up" | "expired-unprotected" | "stranger" | "failed" | "canceled" | "stuck" | "vanished" | "disappeared" | "unsealed"
    | "account-not-ready" | "account-lost" | "export-refused"
    // sealer
    | "partial" | "tampering" | "flood" | "unreadable" | "vault-not-ready"
    // sweep
    | "organization-unreadable" | "member-left"
    // watcher
    | "lock-broken" | "volume" | "trail-silent";

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

/** Every metric, with its unit. */
const units = {
    Alarms: "Count",
    Started: "Count", Waiting: "Count", BeyondRpo: "Count", OldestUnprotectedHours: "None",
    AccountsNotReady: "Count", AccountsNotSwept: "Count",
    Sealed: "Count", Partial: "Count", Failed: "Count", SealLagMinutes: "None",
    Watched: "Count",
} as const;

export type Metric = keyof typeof units;
type Values = Readonly<Partial<Record<Metric, number>>>;

/** A log line at ERROR that is a metric too: namespace `rds-vault`, metric `Alarms`, by `Stack`, and by `Stack` and `Alarm`. */
export function alarm(code: AlarmCode, fields: AlarmFields | OrganizationAlarmFields): void {
    log("ERROR", code, { ...fields, ...embedded({ Alarms: 1 }, { Alarm: code }) });
}

/** A log line that is a metric too: namespace `rds-vault`, dimension `Stack`. */
export function count(message: string, metric: Metric, value: number): void {
    log("INFO", message, embedded({ [metric]: value }));
}

/** A log line with several metrics. Those of an account are counted by `Stack` and `Account` as well, where the environment says PER_ACCOUNT_METRICS=true. */
export function measure(level: Level, message: string, fields: Record<string, unknown> & { readonly account?: string }, values: Values): void {
    const isPerAccount = process.env.PER_ACCOUNT_METRICS === "true" && fields.account !== undefined;
    log(level, message, { ...fields, ...embedded(values, isPerAccount ? { Account: String(fields.account) } : {}) });
}

/** Embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embedded(values: Values, more: Record<string, string> = {}): Record<string, unknown> {
    // One that nobody could tell is left out: CloudWatch refuses what isn't a number.
    const Metrics = (Object.keys(units) as Metric[]).filter((name) => values[name] !== undefined).map((name) => ({ Name: name, Unit: units[name] }));
    const metric = { Namespace: "rds-vault", Dimensions: [["Stack"], ...Object.keys(more).map((key) => ["Stack", key])], Metrics };
    return { Stack: process.env.STACK ?? "", ...more, ...values, _aws: { Timestamp: Date.now(), CloudWatchMetrics: [metric] } };
}
