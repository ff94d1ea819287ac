/** The words of the planner. Plain data only: every value here may be captured by a serialized Lambda. */

/** An instance and a cluster may share a name, so a database is its kind and its resource id. */
export type Kind = "instance" | "cluster";
export type SnapshotType = "automated" | "manual" | "awsbackup";
export type Frequency = "every" | "daily" | "weekly" | "monthly";

/** `[instance:|cluster:][<account id or name>/]<glob>`, compiled at deployment. */
export interface Filter {
    /** As written in the configuration, for reasons in words. */
    readonly text: string;
    readonly kind?: Kind;
    /** 12 digits; names are resolved at deployment. */
    readonly account?: string;
    /** Source of an anchored RegExp over the database identifier. */
    readonly pattern: string;
}

export interface FrequencyOverride {
    readonly databases: readonly Filter[];
    /** Which snapshots the frequency thins; default: automated and awsbackup. */
    readonly snapshotTypes?: readonly SnapshotType[];
    readonly frequency: Frequency;
}

/** Which snapshots of an account are wanted. */
export interface DatabaseRules {
    readonly include: readonly Filter[];
    /** Beats `include`. */
    readonly exclude: readonly Filter[];
    readonly snapshotTypes: readonly SnapshotType[];
    /** Tag key to accepted values; database or snapshot must carry one of them. Absent: no tag is asked for. */
    readonly tags?: Readonly<Record<string, readonly string[]>>;
    readonly frequency: Frequency;
    /** The last match wins. */
    readonly overrides: readonly FrequencyOverride[];
    /** Data older than this is not wanted any more. */
    readonly lookbackDays: number;
    /** Whether cluster copies, whose data time is unknown, are wanted. */
    readonly copies: boolean;
    /** ISO date that widens the window once, for a first catch-up. */
    readonly catchUpFrom?: string;
}

export interface EnrolledAccount {
    readonly name: string;
    /** Only where they differ from the global rules. */
    readonly databases?: DatabaseRules;
}

/** An account of an enrolled unit, as the organization tells it. */
export interface Member {
    /** 12 digits. */
    readonly id: string;
    readonly name: string;
    /** Ids of all units above it, such as `ou-ab12-11111111`; the nearest last. */
    readonly units: readonly string[];
    readonly tags: Readonly<Record<string, string>>;
}

/** Rules for members that nobody lists one by one. Every criterion that is given must hold; of several rules the last that fits counts. */
export interface MemberRule {
    /** Where it stands in the configuration, such as `organization.rules[2]`, for reasons in words. */
    readonly text: string;
    /** 12 digits each. */
    readonly accounts?: readonly string[];
    /** Globs over the account's name: `*` any run of characters, `?` one. */
    readonly names?: readonly string[];
    /** Ids of units; the account lies in one of them or below. */
    readonly units?: readonly string[];
    /** Tag key to accepted values, of the account. */
    readonly tags?: Readonly<Record<string, readonly string[]>>;
    /** Merged with the global rules. */
    readonly databases: DatabaseRules;
}

/** Which members of the organization are enrolled beside the listed accounts. */
export interface EnrolledUnits {
    /** `o-…` */
    readonly organizationId: string;
    /** `ou-…`; members below them count too. */
    readonly units: readonly string[];
    readonly rules: readonly MemberRule[];
}

/** What the hub's functions capture: filters and enrolment. */
export interface Enrolment {
    readonly accounts: Readonly<Record<string, EnrolledAccount>>;
    readonly organization?: EnrolledUnits;
    readonly databases: DatabaseRules;
    /** Attempts per snapshot whose export itself failed, before it is given up. */
    readonly maxAttempts: number;
    /** Hours that a database exported daily (or more often) may be without protection. */
    readonly rpoHours: number;
    /** Ids of accounts whose exports the vault refuses; they are looked at, and nothing is exported. */
    readonly suspended?: readonly string[];
}

/** Where exports go; the same for every account but for the export role's account. */
export interface Destination {
    readonly partition: string;
    readonly bucket: string;
    readonly keyArn: string;
    /** Name of the export role, without path. */
    readonly exportRole: string;
}

export interface PlanSettings extends Enrolment {
    readonly destination: Destination;
}

export interface Snapshot {
    readonly arn: string;
    readonly account: string;
    readonly kind: Kind;
    readonly identifier: string;
    /** As RDS says it: automated, manual, awsbackup, shared, public. */
    readonly type: string;
    readonly status: string;
    readonly engine: string;
    /** Identifier of the instance or cluster. */
    readonly database: string;
    /** DbiResourceId or DbClusterResourceId. */
    readonly resourceId: string;
    /** ISO, as are all times here. RDS leaves it out while a snapshot is being created. */
    readonly createdAt?: string;
    readonly originalCreatedAt?: string;
    /** ARN of the snapshot that this one was copied from. */
    readonly copiedFrom?: string;
    readonly storageType?: string;
    /** AllocatedStorage. */
    readonly sizeGiB?: number;
    /** The key that the snapshot itself is encrypted with. */
    readonly sourceKeyArn?: string;
    readonly tags: Readonly<Record<string, string>>;
}

export interface Database {
    readonly kind: Kind;
    readonly identifier: string;
    readonly resourceId: string;
    /** When the instance or cluster was created. */
    readonly createdAt?: string;
    readonly engine: string;
    /** AllocatedStorage; of an Aurora cluster RDS tells nothing meaningful. */
    readonly sizeGiB?: number;
    /** Of an instance in a cluster: the cluster's identifier. Snapshots are the cluster's, so it is no database by itself. */
    readonly memberOf?: string;
    /** Of a read replica: its source's identifier, or ARN if that is in another Region or account. */
    readonly replicaOf?: string;
    readonly tags: Readonly<Record<string, string>>;
}

/** An export task as DescribeExportTasks tells it. */
export interface Task {
    readonly id: string;
    readonly sourceArn: string;
    readonly status: string;
    readonly bucket: string;
    readonly prefix: string;
    readonly roleArn: string;
    readonly keyArn: string;
    readonly exportOnly: readonly string[];
    readonly snapshotTime?: string;
    readonly startedAt?: string;
    readonly endedAt?: string;
    readonly failureCause?: string;
    /** JSON text of RDS that names skipped tables, with a COMPLETE task. */
    readonly warningMessage?: string;
}

/** What the starter asks of the sealer: everything that only the source account tells. */
export interface SealRequest {
    /** 12 digits. */
    readonly account: string;
    /** COMPLETE, FAILED or CANCELED, and ours. */
    readonly task: Task;
    /** Of the database, while snapshot or database still tell it; else empty. */
    readonly resourceId: string;
    /** As RDS described it; absent: it is gone. */
    readonly snapshot?: Snapshot;
}

/** Tables that an export may lack without being `partial`. */
export interface AcceptedSkip {
    readonly databases: readonly Filter[];
    /** Globs over RDS's name of the table, such as `app.public.tmp_*`: `*` is any run of characters, `?` is one. */
    readonly tables: readonly string[];
}

export type ManifestOutcome = "complete" | "partial" | "failed" | "canceled";

/** What a manifest's name says: `manifests/<account>/<data date>/<kind>.<identifier>.<resource8>/<task id>.<outcome>.json`. */
export interface ManifestName {
    readonly account: string;
    /** yyyy-mm-dd, UTC. */
    readonly dataDate: string;
    readonly kind: Kind;
    readonly database: string;
    /** Last 8 characters of the resource id; `unknown` where nobody could tell it any more. */
    readonly resource8: string;
    readonly taskId: string;
    readonly outcome: ManifestOutcome;
    /** When the manifest was written, as S3 lists it; not part of the name, so it may be unknown. */
    readonly writtenAt?: string;
}

/** One database as the starter's `inventory` line tells it; what digest and reports know of the source accounts. */
export interface InventoryDatabase {
    /** `<kind>.<identifier>` */
    readonly database: string;
    readonly resourceId: string;
    readonly engine: string;
    readonly sizeGiB?: number;
    readonly createdAt?: string;
    /** Whether the configuration wants it exported. */
    readonly wanted: boolean;
    /** Unless it is wanted: why not, in words. */
    readonly why?: string;
    /** Its snapshots that RDS lists. */
    readonly snapshots: number;
    /** Data time of the newest of them. */
    readonly newestSnapshot?: string;
    /** Data time of its newest whole export. */
    readonly protectedAt?: string;
    /**
     * Hours without protection; of one that was never protected since it exists, or since the ledger begins. Absent: nobody knows since when, or only
     * snapshots made by hand are wanted, so that nobody can say when one is missing.
     */
    readonly unprotectedHours?: number;
    /** Hours that it may be without protection, by its frequency. */
    readonly rpoHours: number;
    /** What the planner says of its newest unprotected snapshot. */
    readonly reason?: string;
}

/** A log line of the starter, every six hours per account and running function; long inventories come in parts. */
export interface InventoryLine {
    readonly message: "inventory";
    /** ISO: when it was looked at. The parts of one inventory share it. */
    readonly at: string;
    /** 12 digits. */
    readonly account: string;
    readonly name: string;
    /** From 1. */
    readonly part: number;
    readonly parts: number;
    readonly databases: readonly InventoryDatabase[];
}

/** What one look at an account saw. */
export interface Observed {
    readonly account: string;
    readonly snapshots: readonly Snapshot[];
    /** Absent: not known (only in `explain`). */
    readonly databases?: readonly Database[];
    /** Tasks in flight, anybody's. Absent: not known (only in `explain`). */
    readonly running?: readonly Task[];
    /** Tasks by source ARN. An ARN that is missing here wasn't asked for yet. */
    readonly tasks: Readonly<Record<string, readonly Task[]>>;
    readonly manifests: readonly ManifestName[];
    /** Those of data before them, for whoever judges protection; the plan doesn't ask. Absent: not listed. */
    readonly older?: readonly ManifestName[];
    /** Finished tasks of ours that no manifest names yet, those of snapshots that are gone too. */
    readonly finished?: readonly Task[];
    /** Tasks under our form of id and in our bucket that aren't ours. */
    readonly strangers?: readonly Task[];
    /** Whether a manifest says `complete` or `partial`; a new account gets one export at a time. */
    readonly proven: boolean;
}

export interface StartExportTaskInput {
    readonly ExportTaskIdentifier: string;
    readonly SourceArn: string;
    readonly S3BucketName: string;
    readonly S3Prefix: string;
    readonly IamRoleArn: string;
    readonly KmsKeyId: string;
}

export type ReasonCode =
    | "not-enrolled" | "suspended" | "foreign" | "shared" | "engine" | "storage" | "status" | "creating" | "snapshot-type" | "excluded" | "not-included"
    | "tags" | "copy" | "too-old" | "expired-unprotected" | "thinned" | "given-up"
    | "running" | "busy" | "backoff" | "no-slot" | "first-export" | "due" | "sealing" | "sealed" | "partial" | "unknown";

export interface Decision {
    readonly snapshot: Snapshot;
    readonly decision: "export" | "skip" | "wait" | "done" | "unknown";
    readonly code: ReasonCode;
    /** One sentence for a person. */
    readonly reason: string;
    /** With `export`: exactly what is sent. */
    readonly startExportTask?: StartExportTaskInput;
    /** With `unknown`: `tasks` (ask by source ARN), or what else is missing. */
    readonly needs?: "tasks" | "running" | "databases";
    /** Foreign tasks found under an id of ours; alarmed. */
    readonly strangers?: readonly string[];
}
