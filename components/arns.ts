/**
 * Every name and ARN of the program, built and parsed here and nowhere else.
 *
 * Names are fixed (`rds-vault-<stack>-<region>-<part>`), so no policy waits for another component's output and
 * several stacks live side by side in one account. No import of Pulumi: the functions run inside Lambda too.
 */

/** What all names of a stack derive from. */
export interface Place {
    /** Stack name, at most 12 of `[a-z0-9-]`. */
    readonly stack: string;
    /** AWS Region, such as `eu-west-1`. */
    readonly region: string;
    /** 12 digits. */
    readonly backupAccountId: string;
}

/** IAM path of every role of ours; guardrails protect it as a whole. */
export const rolePath = "/rds-vault/";

/** The fixed names of a stack. IAM roles take at most 64 characters, buckets 63; both fit with the longest stack and Region. */
export function namesOf({ stack, region, backupAccountId }: Place) {
    const prefix = `rds-vault-${stack}-${region}`;
    return {
        prefix,
        /** Bucket names are global, hence the account. */
        bucket: `${prefix}-${backupAccountId}`,
        /** A confused-deputy guard, not a secret: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html */
        externalId: prefix,
        bus: `${prefix}-hub`,
        hubRule: `${prefix}-trigger`,
        triggerQueue: `${prefix}-trigger`,
        triggerDeadLetters: `${prefix}-trigger-dlq`,
        undeliveredQueue: `${prefix}-undelivered`,
        sealQueue: `${prefix}-seal`,
        sealDeadLetters: `${prefix}-seal-dlq`,
        starter: `${prefix}-starter`,
        sealer: `${prefix}-sealer`,
        sweeper: `${prefix}-sweeper`,
        watcher: `${prefix}-watcher`,
        /** Role of people and programs that report. */
        reader: `${prefix}-reader`,
        notices: `${prefix}-notices`,
        noticesKey: `alias/${prefix}-notices`,
        watchSchedule: `${prefix}-watch`,
        watchScheduleRole: `${prefix}-watch-schedule`,
        /** Prefix of alarm names, of rules on the default bus and of saved queries. */
        watch: `${prefix}-watch`,
        dashboard: prefix,
        iamForwarder: `${prefix}-iam-forwarder`,
        trail: `${prefix}-trail`,
        /** Bucket names are global, hence the account; IAM and S3 allow 63 characters. */
        trailBucket: `${prefix}-trail-${backupAccountId}`,
        schedule: `${prefix}-sweep`,
        scheduleRole: `${prefix}-schedule`,
        forwarder: `${prefix}-forwarder`,
        accessRole: `${prefix}-access`,
        exportRole: `${prefix}-export`,
        stackSet: prefix,
    } as const;
}

export type Names = ReturnType<typeof namesOf>;

/** `aws`, `aws-cn` or `aws-us-gov`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function partitionOf(region: string): string {
    if (region.startsWith("cn-")) return "aws-cn";
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

export const rootArn = (partition: string, account: string) => `arn:${partition}:iam::${account}:root`;

/** `account` may be `*` in a condition pattern. */
export const roleArn = (partition: string, account: string, name: string) =>
    `arn:${partition}:iam::${account}:role${rolePath}${name}`;

export const bucketArn = (partition: string, bucket: string) => `arn:${partition}:s3:::${bucket}`;

/** The ARNs of a stack that follow from its names; only the key's ARN is AWS's to choose. */
export function arnsOf(place: Place) {
    const names = namesOf(place);
    const partition = partitionOf(place.region);
    const inBackup = (service: string, resource: string) =>
        `arn:${partition}:${service}:${place.region}:${place.backupAccountId}:${resource}`;
    return {
        partition,
        bucket: bucketArn(partition, names.bucket),
        bus: inBackup("events", `event-bus/${names.bus}`),
        hubRule: inBackup("events", `rule/${names.bus}/${names.hubRule}`),
        triggerQueue: inBackup("sqs", names.triggerQueue),
        triggerDeadLetters: inBackup("sqs", names.triggerDeadLetters),
        undeliveredQueue: inBackup("sqs", names.undeliveredQueue),
        sealQueue: inBackup("sqs", names.sealQueue),
        sealDeadLetters: inBackup("sqs", names.sealDeadLetters),
        starter: inBackup("lambda", `function:${names.starter}`),
        sealer: inBackup("lambda", `function:${names.sealer}`),
        sweeper: inBackup("lambda", `function:${names.sweeper}`),
        watcher: inBackup("lambda", `function:${names.watcher}`),
        watcherLogs: inBackup("logs", `log-group:/aws/lambda/${names.watcher}`),
        notices: inBackup("sns", names.notices),
        readerRole: roleArn(partition, place.backupAccountId, names.reader),
        watcherRole: roleArn(partition, place.backupAccountId, names.watcher),
        watchScheduleGroup: inBackup("scheduler", `schedule-group/${names.watchSchedule}`),
        starterLogs: inBackup("logs", `log-group:/aws/lambda/${names.starter}`),
        sealerLogs: inBackup("logs", `log-group:/aws/lambda/${names.sealer}`),
        sweeperLogs: inBackup("logs", `log-group:/aws/lambda/${names.sweeper}`),
        scheduleGroup: inBackup("scheduler", `schedule-group/${names.schedule}`),
        starterRole: roleArn(partition, place.backupAccountId, names.starter),
        sealerRole: roleArn(partition, place.backupAccountId, names.sealer),
        /** Patterns: AWS chooses the id, and a service-managed StackSet belongs to the management account, whoever made it. */
        stackSet: `arn:${partition}:cloudformation:${place.region}:*:stackset/${names.stackSet}:*`,
        stackSetTargets: `arn:${partition}:cloudformation:*:*:stackset-target/${names.stackSet}:*`,
        /** `account` may be `*` in a condition pattern. */
        forwarderRule: (account: string) => `arn:${partition}:events:${place.region}:${account}:rule/${names.forwarder}`,
        forwarderRole: (account: string) => roleArn(partition, account, names.forwarder),
        accessRole: (account: string) => roleArn(partition, account, names.accessRole),
        exportRole: (account: string) => roleArn(partition, account, names.exportRole),
    } as const;
}

export type Arns = ReturnType<typeof arnsOf>;

/** A DB snapshot's or DB cluster snapshot's ARN in parts; `kind` says which. */
export interface SnapshotArn {
    readonly kind: "instance" | "cluster";
    readonly partition: string;
    readonly region: string;
    readonly account: string;
    /** The part after `snapshot:`; holds a colon for `rds:…` and `awsbackup:…` snapshots. */
    readonly identifier: string;
}

const snapshotArnPattern = /^arn:([a-z-]+):rds:([a-z0-9-]+):(\d{12}):(cluster-)?snapshot:(.+)$/;

/** Parses `arn:aws:rds:<region>:<account>:[cluster-]snapshot:<id>`; anything else gives `undefined`. */
export function parseSnapshotArn(arn: string): SnapshotArn | undefined {
    const [, partition, region, account, cluster, identifier] = snapshotArnPattern.exec(arn) ?? [];
    if (!partition || !region || !account || !identifier) return undefined;
    return { kind: cluster ? "cluster" : "instance", partition, region, account, identifier };
}
