/**
 * The AWS SDK's face (v3: clients, commands, paginators, names of errors) over a simulated AWS in the same process. Only what our
 * functions use; anything else is an error, so that nothing passes for tested that wasn't. The real SDK is on the wire: http.ts.
 */
import { trailApi } from "./trail";
import { AwsError, type Principal, type World } from "./types";

export type Input = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- as various as AWS
type Answer = Record<string, unknown>;

/** One call that a function makes, as the function sees it. */
export interface SdkCall {
    /** Name of the function. */
    readonly by: string;
    /** `StartExportTask` */
    readonly operation: string;
    readonly input: Input;
    readonly principal: Principal;
}

/** Stands around every call: may wait, change the answer, throw what `sdkError` makes, or let the invocation die (never resolves). */
export type Around = (call: SdkCall, run: () => Answer, die: () => Promise<never>) => Promise<Answer>;

export interface SdkOptions {
    readonly env: Readonly<Record<string, string>>;
    readonly die: () => Promise<never>;
    /** Whether the environment has died: whatever else it was doing ends with it. */
    readonly dead: () => boolean;
    readonly around?: Around;
}

/** Wire codes whose error class in the SDK's model ends in Fault, which is then `err.name`: https://www.npmjs.com/package/@aws-sdk/client-rds */
const faults = /^(DBSnapshotNotFound|DBInstanceNotFound|ExportTaskAlreadyExists|ExportTaskNotFound|IamRoleMissingPermissions|IamRoleNotFound|InvalidExportOnly|InvalidExportSourceState)$/;
/** Retried by the SDK's standard mode: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const retried = /^(Throttling|ThrottlingException|RequestLimitExceeded|SlowDown|RequestTimeout|TimeoutError|TooManyRequestsException|ServiceUnavailable|InternalFailure|InternalError)$/;

/** An error as SDK v3 throws it. */
export function sdkError({ code, message, status }: AwsError): Error {
    return Object.assign(new Error(message), {
        name: faults.test(code) ? `${code}Fault` : code,
        Code: code,
        $fault: status < 500 ? "client" : "server",
        $metadata: { httpStatusCode: status, requestId: "00000000-0000-0000-0000-000000000000", attempts: 1, totalRetryDelay: 0 },
    });
}

/** What `require` finds: the SDK's module of that name, or `undefined` for modules that aren't the SDK's. */
export function sdkModules(world: World, options: SdkOptions): (id: string) => unknown {
    const made: Record<string, unknown> = {};
    return (id) => (id.startsWith("@aws-sdk/client-") ? (made[id] ??= moduleOf(world, options)) : undefined);
}

interface Config {
    readonly maxAttempts?: number;
    readonly credentials?: () => Promise<{ accessKeyId: string; expiration?: Date }>;
}

interface Command {
    readonly operation: string;
    readonly input: Input;
}

function moduleOf(world: World, options: SdkOptions): unknown {
    const members: Record<string, unknown> = {};
    const make = (name: string): unknown => {
        const operation = name.replace(/(^paginate|Command$|Client$)/, "");
        if (name.endsWith("Client")) return clientOf(world, options);
        if (name.startsWith("paginate")) return pages(operation);
        if (name.endsWith("Command")) return class { readonly operation = operation; constructor(readonly input: Input) {} };
        return undefined;
    };
    return new Proxy(members, { get: (_, name) => (typeof name === "string" ? (members[name] ??= make(name)) : undefined) });
}

/** The clients of all services are alike: a command knows its operation, and no two services share one. */
const clientOf = (world: World, { env, die, dead, around = (_call, run) => Promise.resolve(run()) }: SdkOptions) =>
    class {
        private session?: Promise<{ readonly accessKeyId: string; readonly expiration?: Date }>;
        private until = -Infinity;

        constructor(readonly config: Config = {}) {}

        async send({ operation, input }: Command): Promise<Answer> {
            const call: SdkCall = { by: env.AWS_LAMBDA_FUNCTION_NAME ?? "", operation, input, principal: await this.principal() };
            if (dead()) return die();
            const { maxAttempts = 3 } = this.config;
            return around(call, () => attempts(world, call, maxAttempts), die);
        }

        destroy(): void {}

        private async principal(): Promise<Principal> {
            const { credentials } = this.config;
            const found = world.iam.whoIs((credentials ? await this.assumed(credentials) : env.AWS_ACCESS_KEY_ID) ?? "");
            if (!found) throw sdkError(new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403));
            return found;
        }

        /** A provider is asked once for all calls that wait, and again some minutes before the session ends. */
        private async assumed(credentials: NonNullable<Config["credentials"]>): Promise<string> {
            if (world.clock.now >= this.until) {
                this.until = Infinity;
                this.session = credentials();
            }
            try {
                const { accessKeyId, expiration } = await this.session!;
                this.until = (expiration?.getTime() ?? Infinity) - 300_000;
                return accessKeyId;
            } catch (error) {
                this.until = -Infinity;
                throw error;
            }
        }
    };

/** Waits between attempts would be real time; on the virtual clock they are none. */
function attempts(world: World, call: SdkCall, max: number): Answer {
    for (let attempt = 1; ; attempt++) {
        try {
            return answer(world, call);
        } catch (error) {
            // A mistake of the simulation keeps its own name and has no $metadata: the functions let it through as a defect.
            if (!(error instanceof AwsError)) throw error;
            if (attempt >= max || !retried.test(error.code)) throw sdkError(error);
        }
    }
}

const pages = (operation: string) =>
    async function* ({ client }: { client: { send(command: Command): Promise<Answer> } }, input: Input): AsyncGenerator<Answer> {
        const [to, from] = tokens[operation] ?? [];
        if (!to || !from) throw new Error(`paginate${operation} isn't simulated`);
        let next: unknown;
        do {
            const page = await client.send({ operation, input: next === undefined ? input : { ...input, [to]: next } });
            yield page;
            next = page[from];
        } while (next !== undefined);
    };

const tokens: Record<string, readonly [string, string]> = {
    ...Object.fromEntries(["DBSnapshots", "DBClusterSnapshots", "DBInstances", "DBClusters", "ExportTasks"].map((what) => [`Describe${what}`, ["Marker", "Marker"]])),
    FilterLogEvents: ["nextToken", "nextToken"],
    ListObjectsV2: ["ContinuationToken", "NextContinuationToken"],
    ...Object.fromEntries(["ListAccountsForParent", "ListChildren", "ListTagsForResource"].map((what) => [what, ["NextToken", "NextToken"]])),
};

function answer(world: World, { operation, input, principal }: SdkCall): Answer {
    const own = operations[operation];
    if (own) return own(world, principal, input);
    if (/^(DescribeOrganization|ListAccountsForParent|ListChildren|ListTagsForResource)$/.test(operation)) return world.organization.api(principal, operation, input);
    if (/^(Describe|StartExportTask)/.test(operation)) return world.rds.api(principal, operation, flat(input));
    throw new Error(`${operation} isn't simulated in process`);
}

/** The query protocol's parameters: `Filters.Filter.1.Values.Value.1`, `ExportOnly.member.1`. */
function flat(input: Input): Record<string, string> {
    const parameters: Record<string, string> = {};
    for (const [name, value] of Object.entries(input)) {
        if (name === "Filters") {
            (value as { Name: string; Values: string[] }[]).forEach(({ Name, Values }, index) => {
                parameters[`Filters.Filter.${index + 1}.Name`] = Name;
                Values.forEach((each, at) => (parameters[`Filters.Filter.${index + 1}.Values.Value.${at + 1}`] = each));
            });
        } else if (Array.isArray(value)) value.forEach((each, at) => (parameters[`${name}.member.${at + 1}`] = String(each)));
        else if (value !== undefined) parameters[name] = String(value);
    }
    return parameters;
}

const queueArn = (world: World, url: string): string => {
    const [account, name] = new URL(url).pathname.split("/").slice(1);
    return `arn:${world.partition}:sqs:${world.region}:${account}:${name}`;
};
const sessionMs = 3_600_000;

const operations: Record<string, (world: World, principal: Principal, input: Input) => Answer> = {
    AssumeRole(world, principal, { RoleArn, RoleSessionName, ExternalId }) {
        const session = world.iam.assumeRole(principal, RoleArn, { sessionName: RoleSessionName, externalId: ExternalId });
        const credentials = { AccessKeyId: world.iam.issue(session), SecretAccessKey: "simulated", SessionToken: "simulated" };
        return { Credentials: { ...credentials, Expiration: new Date(world.clock.now + sessionMs) } };
    },
    SendMessage: (world, principal, { QueueUrl, MessageBody }) => ({ MessageId: world.sqs.send(principal, queueArn(world, QueueUrl), MessageBody) }),
    SendMessageBatch(world, principal, { QueueUrl, Entries }) {
        const entries = Entries as { Id: string; MessageBody: string }[];
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
        if (entries.length < 1 || entries.length > 10) throw new AwsError("TooManyEntriesInBatchRequest", `A batch has one to ten entries, not ${entries.length}.`);
        return { Successful: entries.map(({ Id, MessageBody }) => ({ Id, MessageId: world.sqs.send(principal, queueArn(world, QueueUrl), MessageBody) })), Failed: [] };
    },
    ListObjectsV2(world, principal, { Bucket, Prefix, Delimiter, StartAfter, ContinuationToken, MaxKeys }) {
        const { keys, prefixes, truncated, next } = world.s3.list(principal, Bucket, { prefix: Prefix, delimiter: Delimiter, startAfter: ContinuationToken ?? StartAfter, maxKeys: MaxKeys });
        const Contents = keys.map(({ key, size, writtenAt }) => ({ Key: key, Size: size, LastModified: new Date(writtenAt) }));
        return { Contents, CommonPrefixes: prefixes.map((each) => ({ Prefix: each })), KeyCount: keys.length + prefixes.length, IsTruncated: truncated, NextContinuationToken: truncated ? next : undefined };
    },
    ListObjectVersions(world, principal, { Bucket, Prefix, KeyMarker, VersionIdMarker, MaxKeys }) {
        const { versions, truncated } = world.s3.listVersions(principal, Bucket, { prefix: Prefix, keyMarker: KeyMarker, versionIdMarker: VersionIdMarker, maxKeys: MaxKeys });
        const seen = new Set<string>(KeyMarker !== undefined && VersionIdMarker !== undefined ? [KeyMarker] : []);
        // Of a key the newest comes first.
        const shown = versions.map(({ key, versionId, size, etag, writtenAt, deleteMarker }) => {
            const IsLatest = !seen.has(key);
            seen.add(key);
            return { deleteMarker, Key: key, VersionId: versionId, IsLatest, LastModified: new Date(writtenAt), Size: size, ETag: `"${etag ?? versionId}"`, StorageClass: "STANDARD" };
        });
        const last = versions.at(-1);
        const without = (marker: boolean) => shown.filter(({ deleteMarker }) => deleteMarker === marker).map(({ deleteMarker: _, ...each }) => each);
        return { Versions: without(false), DeleteMarkers: without(true), IsTruncated: truncated, ...(truncated && { NextKeyMarker: last?.key, NextVersionIdMarker: last?.versionId }) };
    },
    Publish: (world, principal, { TopicArn, Message, Subject }) => ({ MessageId: world.sns.publish(principal, TopicArn, { message: Message, subject: Subject }) }),
    FilterLogEvents: (world, principal, input) => world.logs.filter(principal, input as Parameters<World["logs"]["filter"]>[1]),
    ...Object.fromEntries(["DescribeTrails", "GetTrailStatus", "GetEventSelectors"].map((operation) => [operation, (world: World, principal: Principal, input: Input) => trailApi(world, principal, operation, input)])),
    GetObjectLockConfiguration: (world, principal, { Bucket }) => ({ ObjectLockConfiguration: lockOf(world.s3.lock(principal, Bucket)) }),
    HeadObject: (world, principal, { Bucket, Key, VersionId }) => object(world.s3.head(principal, Bucket, Key, VersionId)),
    GetObject(world, principal, { Bucket, Key, VersionId, Range }) {
        const found = world.s3.get(principal, Bucket, Key, VersionId);
        const [, last] = /^bytes=0-(\d+)$/.exec(Range ?? "") ?? [];
        const bytes = Buffer.from(found.body ?? "").subarray(0, last === undefined ? undefined : Number(last) + 1);
        const Body = { transformToString: async () => bytes.toString(), transformToByteArray: async () => new Uint8Array(bytes), destroy: () => undefined };
        return { ...object(found), ContentLength: bytes.length, Body };
    },
    PutObject(world, principal, { Bucket, Key, Body, IfNoneMatch, SSEKMSKeyId }) {
        const body = typeof Body === "string" ? Body : Buffer.from(Body).toString();
        return object(world.s3.put(principal, Bucket, Key, { body, ...(SSEKMSKeyId && { keyArn: SSEKMSKeyId }), ...(IfNoneMatch && { ifNoneMatch: IfNoneMatch }) }));
    },
};

const lockOf = (retention: ReturnType<World["s3"]["lock"]>) => ({
    ObjectLockEnabled: "Enabled",
    ...(retention && { Rule: { DefaultRetention: { Mode: retention.mode, Days: retention.days } } }),
});

const object = (version: ReturnType<World["s3"]["head"]>): Answer => ({
    VersionId: version.versionId,
    ContentLength: version.size,
    ETag: `"${version.etag ?? version.versionId}"`,
    ...(version.checksum && { [`Checksum${version.checksum.algorithm}`]: version.checksum.value, ChecksumType: version.checksum.type }),
    LastModified: new Date(version.writtenAt),
    ...(version.keyArn && { ServerSideEncryption: "aws:kms", SSEKMSKeyId: version.keyArn }),
    ...(version.mode && { ObjectLockMode: version.mode, ObjectLockRetainUntilDate: new Date(version.retainUntil ?? 0) }),
});
