/** The contract between the services of the simulated AWS. Times are milliseconds of the virtual clock. */

/** Who calls: a role session, an AWS service, or (set-up only) nobody. */
export interface Principal {
    /** `arn:aws:sts::…:assumed-role/<name>/<session>`, or the service's name such as `events.amazonaws.com`. */
    readonly arn: string;
    readonly account?: string;
    /** With a session: the role's ARN, path included; this is `aws:PrincipalArn`. */
    readonly roleArn?: string;
    readonly service?: string;
}

/** One call to judge. `context` holds what AWS would put into the request context beyond the principal's own keys. */
export interface Call {
    readonly principal: Principal;
    /** `rds:StartExportTask` */
    readonly action: string;
    /** ARN, or `*` for actions without a resource type. */
    readonly resource: string;
    /** Owner of the resource. */
    readonly resourceAccount: string;
    readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface JudgedCall extends Call {
    readonly at: number;
    readonly allowed: boolean;
    /** The code of the error that the caller got, if any: `AccessDenied` or a played fault's. */
    readonly error?: string;
    /** Name of the fault that explains a refusal; set by the fault itself. */
    readonly fault?: string;
    /** In words: which side allowed or refused. */
    readonly why: string;
}

/** An error as AWS answers it. */
export class AwsError extends Error {
    constructor(readonly code: string, message: string, readonly status = 400) {
        super(message);
        this.name = code;
    }
}

/** Looked at before each judgement: an error stands for AWS having a bad day (throttling, an outage). */
export type Interference = (call: Call) => { error: AwsError; fault: string } | undefined;

export interface Clock {
    readonly now: number;
    /** Runs `what` at `time` (now, if that is past); equal times run in the order of their calls. */
    at(time: number, what: () => void | Promise<void>): void;
    /** Plays everything up to and including `until`, then stands at `until`. */
    run(until: number): Promise<void>;
}

/** The policies are documents as sent, JSON strings. */
export interface Role {
    readonly arn: string;
    readonly account: string;
    readonly trust: string;
    readonly policies: readonly string[];
}

/** What each service needs of the others. */
export interface World {
    readonly clock: Clock;
    readonly region: string;
    readonly partition: string;
    /** Every judged call, in order. */
    readonly calls: JudgedCall[];
    readonly interferences: Interference[];
    /** Throws `AwsError("AccessDenied")`, or what an interference says; else records the call as allowed. */
    authorize(call: Call): void;
    /** Seeded random number in [0, 1). */
    random(): number;
    readonly iam: Iam;
    readonly kms: Kms;
    readonly s3: S3;
    readonly rds: Rds;
    readonly events: EventBridge;
    readonly sqs: Sqs;
    readonly lambda: Lambda;
    readonly organization: Organization;
    readonly sns: Sns;
    readonly logs: Logs;
    /** By ARN; whoever turns one off stops it. */
    readonly schedules: Map<string, { enabled: boolean }>;
}

/** Control policies of the organization, as documents. */
export interface Guards {
    readonly scps: readonly string[];
    readonly rcps: readonly string[];
}

export interface Iam {
    addRole(role: Role): void;
    removeRole(arn: string): void;
    role(arn: string): Role | undefined;
    /** Attaches a resource policy: the bucket's, key's, queue's or bus's ARN to its document. */
    setResourcePolicy(arn: string, account: string, policy: string): void;
    removeResourcePolicy(arn: string): void;
    resourcePolicy(arn: string): { account: string; policy: string } | undefined;
    /** What the organization has attached to an account; default: nothing. */
    setGuardrails(account: string, guards: Guards): void;
    guardrails(account: string): Guards;
    /** sts:AssumeRole by a session; judged on the caller's identity policies and the trust. */
    assumeRole(caller: Principal, roleArn: string, options: { externalId?: string; sessionName: string }): Principal;
    /** sts:AssumeRole by a service on behalf of `sourceAccount` / `sourceArn`; judged on the trust. */
    assumeAsService(service: string, roleArn: string, source: { account: string; arn?: string }): Principal;
    /** Access key id for a session, and back; the HTTP front reads it from the Authorization header. */
    issue(principal: Principal): string;
    whoIs(accessKeyId: string): Principal | undefined;
}

export type KeyState = "Enabled" | "Disabled" | "PendingDeletion" | "Deleted";
export interface Key {
    readonly arn: string;
    readonly account: string;
    enabled: boolean;
    /** Deletion is scheduled: the key is of no use any more, and gone from then on. */
    deletionAt?: number;
}
export interface Grant {
    readonly id: string;
    /** ARN of a role, a session or an account's root. */
    readonly grantee: string;
    /** `Decrypt`, without the service's name. */
    readonly operations: readonly string[];
    readonly retiring?: string;
    /** Account of the one who made it. */
    readonly madeBy: string;
}
/** Each call that takes a principal is judged. */
export interface Kms {
    addKey(key: Key): void;
    key(arn: string): Key | undefined;
    state(arn: string): KeyState | undefined;
    /** One of kms:DescribeKey, CreateGrant, GenerateDataKey, Decrypt; refused on a key that isn't enabled or unknown. A grant allows it too. */
    use(principal: Principal, action: string, keyArn: string, context?: Record<string, string>): void;
    scheduleKeyDeletion(principal: Principal, keyArn: string, days?: number): void;
    /** Leaves the key disabled. */
    cancelKeyDeletion(principal: Principal, keyArn: string): void;
    disableKey(principal: Principal, keyArn: string): void;
    enableKey(principal: Principal, keyArn: string): void;
    putKeyPolicy(principal: Principal, keyArn: string, policy: string, options?: { bypassSafetyCheck?: boolean }): void;
    /** Tells the grant's id. */
    createGrant(principal: Principal, keyArn: string, grant: Pick<Grant, "grantee" | "operations" | "retiring">): string;
    revokeGrant(principal: Principal, keyArn: string, id: string): void;
    retireGrant(principal: Principal, keyArn: string, id: string): void;
    grants(keyArn: string): readonly Grant[];
    /** Any other call that changes a key, such as kms:ImportKeyMaterial: judged, without an effect on what is stored. */
    administer(principal: Principal, action: string, keyArn: string, context?: Record<string, string>): void;
}

/** What S3 keeps of an object's bytes. */
export interface Checksum {
    /** As in the name of the API's field: `CRC64NVME` of ChecksumCRC64NVME. */
    readonly algorithm: string;
    /** Base64. */
    readonly value: string;
    readonly type: "FULL_OBJECT" | "COMPOSITE";
}
export interface ObjectVersion {
    readonly key: string;
    readonly versionId: string;
    readonly size: number;
    readonly etag?: string;
    readonly checksum?: Checksum;
    readonly writtenAt: number;
    readonly deleteMarker: boolean;
    readonly keyArn?: string;
    /** Encrypted with a key that only its writer has (SSE-C). */
    readonly customerKey?: boolean;
    readonly mode?: string;
    readonly retainUntil?: number;
    readonly legalHold?: boolean;
    readonly body?: string;
}
export interface Retention { readonly mode: string; readonly until: number }
/** Of the keys under `prefix`, in days. */
export interface LifecycleRule { readonly prefix: string; readonly expireAfter?: number; readonly expireNoncurrentAfter?: number }
export interface Bucket {
    readonly name: string;
    readonly account: string;
    readonly defaultKeyArn?: string;
    readonly retention?: { readonly mode: string; readonly days: number };
    /** Object Lock is on, with a default retention or without. Absent: as a default retention tells. */
    readonly objectLock?: boolean;
    readonly lifecycle?: readonly LifecycleRule[];
    /** What `configure` was told last, by action. */
    readonly configured?: ReadonlyMap<string, unknown>;
}
export interface PutOptions {
    /** Key named in the request; absent: S3 fills it from the bucket default and the context key is left out. */
    readonly keyArn?: string;
    readonly multipart?: boolean;
    /** Sent with the request; absent: S3 makes its own. */
    readonly checksum?: Checksum;
    /** `*`: the key must not exist (412 PreconditionFailed). */
    readonly ifNoneMatch?: string;
    readonly body?: string;
    readonly size?: number;
    /** Named in the request: beats the bucket's default, up and down. */
    readonly retention?: Retention;
    readonly legalHold?: boolean;
    /** With a key of the caller's own (SSE-C). */
    readonly customerKey?: boolean;
    /** A canned ACL. */
    readonly acl?: string;
}
export interface S3 {
    addBucket(bucket: Bucket): void;
    bucket(name: string): Bucket | undefined;
    /** Changes the default lock; no call, not judged. */
    setRetention(name: string, retention: Bucket["retention"]): void;
    put(principal: Principal, bucket: string, key: string, options?: PutOptions): ObjectVersion;
    get(principal: Principal, bucket: string, key: string, versionId?: string): ObjectVersion;
    /** @param bypass the header that sets GOVERNANCE aside, which needs a right of its own */
    remove(principal: Principal, bucket: string, key: string, versionId?: string, bypass?: boolean): void;
    /** Without a retention: takes it away. */
    putRetention(principal: Principal, bucket: string, key: string, retention: Retention | undefined, options?: { versionId?: string; bypass?: boolean }): void;
    putLegalHold(principal: Principal, bucket: string, key: string, on: boolean, versionId?: string): void;
    /** CreateMultipartUpload; tells its id. Parts aren't objects: no lock holds them. */
    startUpload(principal: Principal, bucket: string, key: string, options?: PutOptions): string;
    putPart(principal: Principal, bucket: string, key: string, uploadId: string, part: number, body: string): void;
    completeUpload(principal: Principal, bucket: string, key: string, uploadId: string): ObjectVersion;
    abortUpload(principal: Principal, bucket: string, key: string, uploadId: string): void;
    /** HeadObject with checksums asked for; mode and date only where the caller may s3:GetObjectRetention. */
    head(principal: Principal, bucket: string, key: string, versionId?: string): ObjectVersion;
    /** ListObjectVersions: by key, of a key the newest first, after the marker. */
    listVersions(principal: Principal, bucket: string, options: { prefix?: string; keyMarker?: string; versionIdMarker?: string; maxKeys?: number }): { versions: ObjectVersion[]; truncated: boolean };
    /** ListObjectsV2. With a delimiter, keys that hold it after the prefix are rolled up to `prefixes`; `next`: what to start after for the rest. */
    list(principal: Principal, bucket: string, options: { prefix?: string; delimiter?: string; startAfter?: string; maxKeys?: number }): { keys: ObjectVersion[]; prefixes: string[]; truncated: boolean; next?: string };
    location(principal: Principal, bucket: string): string;
    /** GetObjectLockConfiguration: the default lock. */
    lock(principal: Principal, bucket: string): NonNullable<Bucket["retention"]> | undefined;
    /** The default lock of future objects. */
    putObjectLock(principal: Principal, bucket: string, retention: Bucket["retention"]): void;
    putVersioning(principal: Principal, bucket: string, status: "Enabled" | "Suspended"): void;
    /** The default key of future objects. */
    putEncryption(principal: Principal, bucket: string, keyArn: string | undefined): void;
    putLifecycle(principal: Principal, bucket: string, rules: readonly LifecycleRule[]): void;
    /** S3's own daily round over what the lifecycle says; no call, not judged. */
    expire(bucket: string): void;
    putPolicy(principal: Principal, bucket: string, policy: string): void;
    deletePolicy(principal: Principal, bucket: string): void;
    /** Of the caller's account, versioned. */
    createBucket(principal: Principal, bucket: string, objectLock: boolean): void;
    deleteBucket(principal: Principal, bucket: string): void;
    /** Calls without an effect on what is stored (s3Config.ts has the list), such as s3:PutReplicationConfiguration: judged and remembered. */
    configure(principal: Principal, action: string, bucket: string, input?: unknown): void;
    /** All versions, oldest first, as the rehearsal's verdict sees them; no call, not judged. */
    versions(bucket: string, prefix?: string): readonly ObjectVersion[];
}

export interface SimDatabase {
    readonly account: string;
    readonly kind: "instance" | "cluster";
    readonly identifier: string;
    readonly engine: string;
    /** DbiResourceId / DbClusterResourceId */
    readonly resourceId: string;
    readonly sizeGiB: number;
    /** As RDS names them in perTableStatus; default: two. */
    readonly tables?: readonly string[];
    /** Default: the world's start. */
    readonly createdAt?: number;
    readonly tags: Readonly<Record<string, string>>;
    readonly storageType?: string;
    /** The key that its snapshots are encrypted with. */
    readonly keyArn?: string;
}
export interface SimSnapshot {
    readonly arn: string;
    readonly account: string;
    readonly kind: "instance" | "cluster";
    readonly identifier: string;
    readonly type: "automated" | "manual" | "awsbackup";
    readonly database: SimDatabase;
    readonly createdAt: number;
    readonly originalCreatedAt?: number;
    readonly copiedFrom?: string;
    status: string;
    /** When it became available; the start of `minutesToStart`. */
    availableAt?: number;
    deletedAt?: number;
    readonly tags: Readonly<Record<string, string>>;
}
export interface SimTask {
    readonly id: string;
    readonly account: string;
    readonly sourceArn: string;
    readonly bucket: string;
    readonly prefix: string;
    readonly roleArn: string;
    readonly keyArn: string;
    readonly exportOnly: readonly string[];
    /** Of the snapshot, which may be gone or made anew under its name; absent: what the snapshot says. */
    readonly snapshotTime?: number;
    status: "STARTING" | "IN_PROGRESS" | "COMPLETE" | "FAILED" | "CANCELING" | "CANCELED";
    readonly startedAt: number;
    endedAt?: number;
    failureCause?: string;
    warning?: string;
}
/** What is odd about the end of an export. */
export interface ExportEnd {
    readonly failureCause?: string;
    /** WarningMessage; for `skipped` it is made by itself. */
    readonly warning?: string;
    /** Tables without files, said so in WarningMessage and in the tables' info file. */
    readonly skipped?: readonly { readonly target: string; readonly reason: string }[];
    /** Tables (targets) that are said to be COMPLETE but have no file. */
    readonly lost?: readonly string[];
    /** Tables (targets) without rows: they have an end mark and no file. */
    readonly empty?: readonly string[];
    /** Info files come so many ms after COMPLETE; Infinity: never. */
    readonly infoDelay?: number;
    /** Instead of what RDS would write into `export_info_…json`. */
    readonly infoText?: string;
}
export interface Rds {
    addDatabase(database: SimDatabase): void;
    removeDatabase(database: SimDatabase): void;
    databases(account: string): readonly SimDatabase[];
    /** Starts a snapshot: `creating` now, `available` at `availableAt`, then RDS's own event is emitted (unless `silent`). */
    createSnapshot(options: {
        database: SimDatabase; type: SimSnapshot["type"]; identifier?: string; availableAt?: number;
        originalCreatedAt?: number; copiedFrom?: string; tags?: Record<string, string>; silent?: boolean;
    }): SimSnapshot;
    deleteSnapshot(arn: string): void;
    /** A snapshot of the past, without events. */
    addSnapshot(snapshot: SimSnapshot): void;
    /** A task of the past, for worlds that begin with a history; no call, not judged. */
    addTask(task: SimTask): void;
    snapshots(account?: string): readonly SimSnapshot[];
    tasks(account?: string): readonly SimTask[];
    /** The AWS API, query protocol names and shapes: `Describe…`, `StartExportTask`. */
    api(principal: Principal, action: string, parameters: Record<string, string>): Record<string, unknown>;
    /** How long an export stays STARTING and IN_PROGRESS, in ms; set by the rehearsal. */
    exportTimes: (task: SimTask, snapshot: SimSnapshot) => { starting: number; running: number };
    /** Lets an export fail, warn or come incomplete: asked once when it would end. */
    exportEnds: (task: SimTask, snapshot: SimSnapshot) => ExportEnd | undefined;
    /** Somebody with the rights calls CancelExportTask: CANCELING now, CANCELED after `takes` ms (Infinity: never). */
    cancelTask(account: string, id: string, takes: number): void;
}

export interface AwsEvent {
    readonly version: "0";
    readonly id: string;
    readonly "detail-type": string;
    readonly source: string;
    readonly account: string;
    readonly time: string;
    readonly region: string;
    readonly resources: readonly string[];
    readonly detail: Readonly<Record<string, unknown>>;
}
/** What a call's name alone tells of its event. */
export interface KnownOfCall {
    readonly source: string;
    readonly "detail-type": string;
    readonly detail: { readonly eventSource: string; readonly eventName: string; readonly readOnly: boolean };
}
export interface RuleTarget {
    readonly arn: string;
    readonly roleArn?: string;
    readonly deadLetterArn?: string;
    readonly transformer?: { readonly paths: Readonly<Record<string, string>>; readonly template: string };
}
/** An event that a rule matched: the rule's ARN, and when. */
export interface Match { readonly at: number; readonly rule: string }
export interface EventBridge {
    addBus(arn: string): void;
    addRule(rule: { arn: string; account: string; busArn: string; pattern: string; targets: readonly RuleTarget[]; readsToo?: boolean }): void;
    /** An AWS service's own event on the account's default bus. `world.eventWeather` may lose, repeat or delay it. */
    emit(event: AwsEvent): void;
    /** Whether any rule on the account's default bus in that Region may match an event that holds at least this. Cached. */
    listens(account: string, region: string, known: KnownOfCall): boolean;
    /** CloudTrail's events, which have no weather, on the default bus of an account. */
    tell(account: string, event: AwsEvent): void;
    /** What happens to an event between RDS and the default bus: the delays (ms) of each delivery; `[]` loses it. Default `[0]`. */
    weather: (event: AwsEvent) => readonly number[];
    /** Whether the pattern of the forwarder or of another rule ever matched this event id. */
    forwarded(eventId: string): boolean;
    /** What rules matched, in the order of time; grows. */
    readonly matches: readonly Match[];
    /** A customer's PutEvents. The envelope's account is the principal's. `trustSource` lets `aws.` sources through, which AWS refuses. */
    putEvents(principal: Principal, busArn: string, event: AwsEvent, options?: { trustSource?: boolean }): void;
}

export interface Message { readonly id: string; readonly body: string; readonly sentAt: number; receives: number; visibleAt: number }
export interface QueueOptions {
    readonly arn: string;
    readonly account: string;
    readonly visibilityMs: number;
    readonly retentionMs: number;
    readonly deadLetter?: { readonly arn: string; readonly maxReceiveCount: number };
}
export interface Sqs {
    addQueue(options: QueueOptions): void;
    send(principal: Principal, queueArn: string, body: string, context?: Record<string, string>): string;
    receive(principal: Principal, queueArn: string, max: number): Message[];
    remove(principal: Principal, queueArn: string, id: string): void;
    /** What lies in it now, visible or not; no call. */
    messages(queueArn: string): readonly Message[];
    /** Called after each send, so that a Lambda mapping can wake. */
    onSend(queueArn: string, wake: () => void): void;
    /** Every queue. */
    arns(): readonly string[];
}

/** What a topic was told. */
export interface Notice {
    readonly topicArn: string;
    readonly at: number;
    readonly principal: Principal;
    readonly subject?: string;
    readonly message: string;
    /** The rule or alarm that an AWS service published for, and the rule's event. */
    readonly sourceArn?: string;
    readonly event?: AwsEvent;
}
export interface Sns {
    addTopic(topic: { arn: string; account: string; keyArn?: string }): void;
    /** Recorded only: nobody confirms, and nobody reads mail. */
    subscribe(topicArn: string, protocol: string, endpoint: string): void;
    readonly subscriptions: readonly { topicArn: string; protocol: string; endpoint: string }[];
    /** Judged on the topic's policy and the caller's own; with an encrypted topic on the key's too. `source`: for whom a service publishes. */
    publish(principal: Principal, topicArn: string, text: { message: string; subject?: string }, source?: { arn: string; account: string; event?: AwsEvent }): string;
    readonly messages: readonly Notice[];
}

export interface Logs {
    /** FilterLogEvents with a pattern that is one quoted `"field":"value"`. Times in ms, the end included. */
    filter(principal: Principal, options: { logGroupName: string; filterPattern?: string; startTime?: number; endTime?: number; limit?: number; nextToken?: string }): {
        events: { timestamp: number; message: string; logStreamName: string; ingestionTime: number; eventId: string }[];
        nextToken?: string;
    };
}

export interface SimMember {
    /** 12 digits. */
    readonly id: string;
    readonly name: string;
    /** The nearest unit. */
    readonly unit: string;
    /** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html */
    readonly state: "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED";
    readonly tags: Readonly<Record<string, string>>;
}
export interface Organization {
    /** Before anything else of it. `delegation`: the policy by which the management account lets others read. */
    found(options: { id: string; rootId: string; managementAccount: string; delegation?: string }): void;
    /** Below another unit, or the root. */
    addUnit(id: string, parent?: string): void;
    /** One that is a member already moves. Default: active, without tags. */
    join(member: Omit<SimMember, "state" | "tags"> & Partial<Pick<SimMember, "state" | "tags">>): void;
    leave(id: string): void;
    member(id: string): SimMember | undefined;
    members(): readonly SimMember[];
    /** When it left, if it did and didn't come back. */
    leftAt(id: string): number | undefined;
    /** All units above a member, the nearest last. */
    unitsOf(id: string): string[];
    /** `aws:<prefix>OrgID` and `aws:<prefix>OrgPaths` of a member; of anybody else none. */
    keysOf(prefix: "Principal" | "Source", account: string): Record<string, string | readonly string[]>;
    isManagement(account: string): boolean;
    onJoin(tell: (member: SimMember) => void): void;
    onLeave(tell: (id: string) => void): void;
    /** The AWS API: DescribeOrganization, ListAccountsForParent, ListChildren, ListTagsForResource; judged on the caller's policies and the delegation. */
    api(principal: Principal, operation: string, input: Record<string, unknown>): Record<string, unknown>;
}

export interface LogLine { readonly at: number; readonly function: string; readonly text: string; readonly json?: Record<string, unknown> }
/** One run of a function, as Lambda's own metrics count it. */
export interface Run { readonly at: number; readonly function: string; readonly failed: boolean }
export interface Lambda {
    addFunction(options: { name: string; arn: string; account: string; roleArn: string; logGroupArn: string; timeoutMs: number; environment: Record<string, string>; files: Record<string, string>; handler: string }): void;
    addMapping(options: { functionArn: string; queueArn: string; batchSize: number; windowMs: number; reportFailures: boolean; maximumConcurrency: number }): void;
    /** Invokes now on the virtual clock; rejects when the function throws. `by` is judged for lambda:InvokeFunction unless it is Lambda's own poller. */
    invoke(functionArn: string, payload: unknown, by?: Principal): Promise<unknown>;
    readonly logs: readonly LogLine[];
    readonly runs: readonly Run[];
    /** Name of the function that writes into a log group of that ARN. */
    writerOf(logGroupArn: string): string | undefined;
    /** Where functions find AWS: the URL of `serve(world)`. Read when a function's process starts. */
    endpoint?: string;
    /** Ends the functions' processes and removes their files. */
    stop(): Promise<void>;
}
