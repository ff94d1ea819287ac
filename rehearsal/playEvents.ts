/** `npm start -- --events DIR`: a user's own events, each played in a fresh world against the deployed program. */
import { arnsOf, namesOf, parseSnapshotArn } from "../components/arns";
import type { Settings } from "../components/settings";
import { enrolmentOf } from "../components/enrolment";
import { ledgerStart, rulesFor } from "../handlers/lib/database";
import { manifestName } from "../handlers/lib/manifestName";
import type { Snapshot, StartExportTaskInput } from "../handlers/lib/types";
import type { SimDatabase, World } from "./aws/types";
import type { EventFile, Inventory } from "./eventFiles";
import type { Rendered } from "./graph";
import { minute } from "./nights";
import { openWorld } from "./rehearse";
import { decisionsWithHindsight } from "./fates";

export interface PlayedEvent {
    readonly file: string;
    /** Whether the account's forwarder rule matched it. */
    readonly forwarded: boolean;
    readonly account: string;
    readonly decision: "export" | "skip" | "wait" | "done" | "none";
    readonly reason: string;
    readonly startExportTask?: StartExportTaskInput;
    /** Exports that the same look started for other snapshots. */
    readonly alsoStarted: number;
}

/** One after another, so that the same seed gives the same bytes. */
export async function playEvents(rendered: Rendered, settings: Settings, files: readonly EventFile[], inventory: Inventory | undefined, seed: number): Promise<PlayedEvent[]> {
    const played: PlayedEvent[] = [];
    for (const file of files) played.push(await playEvent(rendered, settings, file, inventory, seed));
    return played;
}

async function playEvent(rendered: Rendered, settings: Settings, { file, event }: EventFile, inventory: Inventory | undefined, seed: number): Promise<PlayedEvent> {
    const now = Date.parse(event.time) + minute;
    const arn = event.resources.find((resource) => parseSnapshotArn(resource));
    const snapshots = inventory?.snapshots ?? (arn && event.detail.EventID !== deleted ? [namedSnapshot(arn, event.time)] : []);
    const { world, stop } = await openWorld(rendered, settings, now, seed, (world) => history(world, snapshots, inventory));
    try {
        oldManifests(world, settings);
        world.events.emit(event);
        await world.clock.run(now + 5 * minute);
        const { account } = event;
        const forwarded = world.events.forwarded(event.id);
        const looked = world.lambda.logs.some(({ json }) => (json?.message === "look" || json?.message === "account-not-ready") && json.account === account);
        const started = world.rds.tasks(account).filter(({ startedAt }) => startedAt >= now);
        const ours = started.find(({ sourceArn }) => sourceArn === arn);
        const answer = { file, forwarded, account, alsoStarted: started.length - (ours ? 1 : 0) };
        if (!looked) return { ...answer, decision: "none", reason: whyNotLooked(settings, account, forwarded) };
        if (ours) {
            const startExportTask = { ExportTaskIdentifier: ours.id, SourceArn: ours.sourceArn, S3BucketName: ours.bucket, S3Prefix: ours.prefix, IamRoleArn: ours.roleArn, KmsKeyId: ours.keyArn };
            return { ...answer, decision: "export", reason: "started", startExportTask };
        }
        const known = decisionsWithHindsight({ world, settings, enrolment: enrolmentOf(settings), rendered }, account, world.clock.now).find(({ snapshot }) => snapshot.arn === arn);
        if (!known) return { ...answer, decision: "skip", reason: "the account was looked at; it has no such snapshot" };
        const refusal = world.lambda.logs.find(({ json }) => json?.message === "export-refused" && json.snapshot === arn)?.json;
        if (refusal) return { ...answer, decision: "wait", reason: `RDS refused it: ${String(refusal.error)}, ${String(refusal.reason)}` };
        const decision = known.decision === "unknown" || known.decision === "export" ? "wait" : known.decision;
        return { ...answer, decision, reason: known.reason };
    } finally {
        await stop();
    }
}

function whyNotLooked(settings: Settings, account: string, forwarded: boolean): string {
    if (!settings.sourceAccounts.some(({ id }) => id === account)) {
        return settings.organization ? `nobody lists the account ${account}; whether it lies in an enrolled unit only the organization knows` : `the account ${account} isn't enrolled in this stack`;
    }
    return forwarded ? "the event was forwarded, but no look came of it" : "the forwarder's pattern doesn't match this event";
}

/** DB snapshot deleted. */
const deleted = "RDS-EVENT-0041";

/** What stands in the world without an inventory: the snapshot that the event names, made at the event's time. */
function namedSnapshot(arn: string, time: string): Snapshot {
    const { account = "", kind = "instance", identifier = "" } = parseSnapshotArn(arn) ?? {};
    const database = identifier.replace(/^(rds|awsbackup):/, "").replace(/-\d{4}-\d\d-\d\d-\d\d-\d\d$/, "");
    const type = identifier.startsWith("awsbackup:") ? "awsbackup" : identifier.startsWith("rds:") ? "automated" : "manual";
    const engine = kind === "cluster" ? "aurora-postgresql" : "postgres";
    return { arn, account, kind, identifier, type, status: "available", engine, database, resourceId: `${kind === "cluster" ? "cluster" : "db"}-OF${database.toUpperCase().replace(/[^A-Z0-9]/g, "")}`, createdAt: time, tags: {} };
}

/** Before the stack is deployed: databases and snapshots. */
function history(world: World, snapshots: readonly Snapshot[], inventory: Inventory | undefined): void {
    const databases = new Map<string, SimDatabase>();
    for (const { account, kind, resourceId, engine, database, storageType } of snapshots) {
        const key = `${account} ${kind} ${resourceId}`;
        const tags = inventory?.databases.find((each) => each.account === account && each.kind === kind && each.resourceId === resourceId)?.tags ?? {};
        if (!databases.has(key)) databases.set(key, { account, kind, identifier: database, engine, resourceId, sizeGiB: 10, tags, storageType });
    }
    databases.forEach((database) => world.rds.addDatabase(database));
    for (const snapshot of snapshots) {
        const { account, kind, resourceId, createdAt, originalCreatedAt, type, identifier, copiedFrom, tags, status } = snapshot;
        const database = databases.get(`${account} ${kind} ${resourceId}`);
        if (!database || (type !== "automated" && type !== "manual" && type !== "awsbackup")) continue;
        const born = createdAt ? Date.parse(createdAt) : world.clock.now;
        world.rds.addSnapshot({ arn: snapshot.arn, account, kind, identifier, type, database, createdAt: born, availableAt: born, originalCreatedAt: originalCreatedAt ? Date.parse(originalCreatedAt) : undefined, copiedFrom, tags, status });
    }
}

/** One old manifest per account, so that it counts as known: a new one starts with a single export. */
function oldManifests(world: World, settings: Settings): void {
    const place = { stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id };
    const { sealerRole } = arnsOf(place);
    const sealer = { arn: sealerRole, account: settings.backupAccount.id, roleArn: sealerRole };
    const enrolment = enrolmentOf(settings);
    for (const { id: account } of settings.sourceAccounts) {
        const dataDate = ledgerStart(rulesFor(enrolment, account), new Date(world.clock.now));
        const key = manifestName({ account, dataDate, kind: "instance", database: "before", resource8: "unknown", taskId: `e${"0".repeat(40)}-1`, outcome: "complete" });
        world.s3.put(sealer, namesOf(place).bucket, key, { body: "{}", ifNoneMatch: "*" });
    }
}
