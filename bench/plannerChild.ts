/** One size of the planner's benchmark, in a process of its own: snapshots on the command line, `Planned` on stdout. */
import { plan } from "../handlers/lib/plan";
import { startExportTaskInput, taskId, taskIdStem } from "../handlers/lib/taskId";
import type { ManifestName, Observed, PlanSettings, Snapshot } from "../handlers/lib/types";
import type { Planned } from "./planner";

const { peakMiB } = require("./peak.cjs") as { peakMiB(): number };

const account = "111122223333";
const now = new Date("2026-11-18T12:00:00Z");
const day = 86_400_000;
const settings: PlanSettings = {
    accounts: { [account]: { name: "shop" } },
    databases: { include: [{ text: "*", pattern: "^.*$" }], exclude: [], snapshotTypes: ["automated", "manual", "awsbackup"], frequency: "daily", overrides: [], lookbackDays: 7, copies: false },
    maxAttempts: 3,
    rpoHours: 36,
    destination: {
        partition: "aws", bucket: "rds-vault-prod-eu-west-1-444455556666", exportRole: "rds-vault-prod-eu-west-1-export",
        keyArn: "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
};

/** Ten days of automated snapshots of each database: seven in the window, and of these the oldest four sealed. */
const days = 10;
const sealedDays = [7, 6, 5, 4];

function snapshotAt(database: number, age: number): Snapshot {
    const identifier = `rds:db-${database}-${age}`;
    return {
        arn: `arn:aws:rds:eu-west-1:${account}:snapshot:${identifier}`, account, kind: "instance", identifier, type: "automated", status: "available", engine: "postgres",
        database: `db-${database}`, resourceId: `db-${String(database).padStart(26, "A")}`, createdAt: new Date(now.getTime() - age * day + (database % 1000) * 1000).toISOString(), tags: {},
    };
}

function observedOf(count: number): Observed {
    const snapshots = Array.from({ length: count }, (_, index) => snapshotAt(Math.floor(index / days), (index % days) + 1));
    const sealed = snapshots.filter((_, index) => sealedDays.includes((index % days) + 1));
    const manifests = sealed.map((snapshot): ManifestName => ({
        account, dataDate: snapshot.createdAt!.slice(0, 10), kind: "instance", database: snapshot.database, resource8: snapshot.resourceId.slice(-8),
        taskId: taskId(taskIdStem(snapshot, settings.destination), 1), outcome: "complete",
    }));
    const databases = snapshots.filter((_, index) => index % days === 0).map(({ database, resourceId }) => ({ kind: "instance" as const, identifier: database, resourceId, engine: "postgres", tags: {} }));
    const running = snapshots.slice(-1).map((snapshot) => {
        const { ExportTaskIdentifier: id, S3BucketName: bucket, S3Prefix: prefix, IamRoleArn: role, KmsKeyId: keyArn } = startExportTaskInput(snapshot, settings.destination, taskId(taskIdStem(snapshot, settings.destination), 1));
        return { id, sourceArn: snapshot.arn, status: "IN_PROGRESS", bucket, prefix, roleArn: role, keyArn, exportOnly: [], snapshotTime: snapshot.createdAt };
    });
    return { account, snapshots, databases, running, tasks: {}, manifests, finished: [], proven: true };
}

/** The least that any planner does: order by age, find by ARN. */
function indexed({ snapshots }: Observed): number {
    const byArn = new Map(snapshots.map((snapshot) => [snapshot.arn, { snapshot, time: Date.parse(snapshot.createdAt ?? "") }]));
    return [...byArn.values()].sort((a, b) => a.time - b.time || (a.snapshot.arn < b.snapshot.arn ? -1 : 1)).length;
}

const [count, rounds] = process.argv.slice(2).map(Number) as [number, number];
const observed = observedOf(count);
const kib = () => (gc!(), process.memoryUsage().heapUsed / 1024);
/** Of the processor: the planner waits for nothing, and what else runs disturbs this least. */
const timed = (work: () => unknown): number => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1e6;
};
// Small sizes are over before V8 has optimized: as in a warm function, they come after some looks.
for (let looks = 0; looks < Math.min(200, Math.floor(20_000 / count)); looks++) plan(observed, settings, now);
const [seconds, reference]: number[][] = [[], []];
const codes: Record<string, number> = {};
for (let round = 0; round < rounds; round++) {
    // Many at once, where one is too short to be timed.
    const times = Math.max(1, Math.ceil(5000 / count));
    const repeat = (work: () => unknown) => () => { for (let n = 0; n < times; n++) work(); };
    reference!.push(timed(repeat(() => indexed(observed))) / times);
    seconds!.push(timed(repeat(() => plan(observed, settings, now))) / times);
}
const before = kib();
const decisions = plan(observed, settings, now);
const held = kib() - before;
for (const { code } of decisions) codes[code] = (codes[code] ?? 0) + 1;
const planned: Planned = { snapshots: count, decisions: decisions.length, codes, seconds: seconds!, reference: reference!, heldBytes: (held * 1024) / count, peakMiB: peakMiB() };
process.stdout.write(JSON.stringify(planned));
