/** RDS's events, as on https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-cloudwatch-events.sample.html */
import { uuid } from "./ids";
import type { SimSnapshot, World } from "./types";

/** Ids and categories: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html (Aurora's page has the same ids) */
const instanceEvents = {
    automatedStarted: ["0090", "creation", "Creating automated snapshot"],
    automatedCreated: ["0091", "creation", "Automated snapshot created"],
    manualStarted: ["0040", "creation", "Creating manual snapshot"],
    manualCreated: ["0042", "creation", "Manual snapshot created"],
    copyStarted: ["0196", "notification", "Started copy of snapshot in the same Region"],
    copyCreated: ["0197", "notification", "Finished copy of snapshot in the same Region"],
    regionCopyStarted: ["0059", "notification", "Started copy of snapshot from another Region"],
    regionCopyCreated: ["0060", "notification", "Finished copy of snapshot from another Region"],
    deleted: ["0041", "deletion", "Snapshot deleted"],
    FAILED: ["0159", "notification", "The export task failed"],
    CANCELED: ["0160", "notification", "The export task was canceled"],
    COMPLETE: ["0161", "notification", "The export task completed"],
} as const;

export type RdsEventName = keyof typeof instanceEvents;

/** Cluster snapshots have the category `backup`, and no event for a copy or a deletion that their page lists. */
const clusterEvents: Partial<Record<RdsEventName, readonly [id: string, category: string, message: string]>> = {
    automatedStarted: ["0168", "backup", "Creating automated cluster snapshot"],
    automatedCreated: ["0169", "backup", "Automated cluster snapshot created"],
    manualStarted: ["0074", "backup", "Creating manual cluster snapshot"],
    manualCreated: ["0075", "backup", "Manual cluster snapshot created"],
    FAILED: ["0162", "notification", "The export task failed"],
    CANCELED: ["0163", "notification", "The export task was canceled"],
    COMPLETE: ["0164", "notification", "The export task completed"],
};

/** How a snapshot announces itself: `<birth>Started`, `<birth>Created`. */
export function birthOf(world: World, { kind, type, copiedFrom }: Pick<SimSnapshot, "kind" | "type" | "copiedFrom">) {
    if (type === "automated") return "automated";
    if (kind === "cluster") return "manual";
    // AWS Backup may copy a recent snapshot instead of taking one: 0197, no 0042 (reported by users, README: not yet proven).
    if (type === "awsbackup") return copiedFrom !== undefined || world.random() < 0.5 ? "copy" : "manual";
    if (copiedFrom === undefined) return "manual";
    return copiedFrom.split(":")[3] === world.region ? "copy" : "regionCopy";
}

export function emitRdsEvent(world: World, snapshot: SimSnapshot, name: RdsEventName): void {
    const cluster = snapshot.kind === "cluster";
    const event = cluster ? clusterEvents[name] : instanceEvents[name];
    if (!event) return;
    const [id, category, message] = event;
    const time = new Date(world.clock.now).toISOString();
    world.events.emit({
        version: "0",
        id: uuid(world.random),
        "detail-type": cluster ? "RDS DB Cluster Snapshot Event" : "RDS DB Snapshot Event",
        source: "aws.rds",
        account: snapshot.account,
        time: time.replace(/\.\d+Z$/, "Z"),
        region: world.region,
        resources: [snapshot.arn],
        detail: {
            EventCategories: [category],
            SourceType: cluster ? "CLUSTER_SNAPSHOT" : "SNAPSHOT",
            SourceArn: snapshot.arn,
            Date: time,
            Message: message,
            SourceIdentifier: snapshot.identifier,
            EventID: `RDS-EVENT-${id}`,
        },
    });
}
