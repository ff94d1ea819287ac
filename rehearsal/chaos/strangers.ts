/** Somebody else exports in a source account: by chance, or to be taken for us. */
import { taskId, taskIdStem } from "../../handlers/lib/taskId";
import { AwsError, type SimDatabase, type SimSnapshot, type SimTask } from "../aws/types";
import { hour, minute } from "../nights";
import type { Players } from "./troubles";
import { accountOf, type Stage } from "./world";

const iso = (time: number) => new Date(time).toISOString();

export const strangers: Pick<Players, "slots-taken" | "squatter" | "forger"> = {
    "slots-taken"(stage, { account, count, hour: at, hours }) {
        const { world, start, strangers, note } = stage;
        const owner = accountOf(stage, account);
        world.clock.at(start + at * hour, () => {
            // The first takes a snapshot that may be wanted, too.
            const victim = world.rds.snapshots(owner).find(({ status }) => status === "available");
            const tasks = Array.from({ length: count }, (_, n): SimTask => strangersTask(stage, owner, `by-hand-${at}-${n}`, n === 0 && victim ? victim.arn : `arn:aws:rds:${world.region}:${owner}:snapshot:other-${n}`, "IN_PROGRESS"));
            for (const task of tasks) {
                strangers.add(task.id);
                world.rds.addTask(task);
            }
            note(`somebody takes ${count} slots of ${owner} for ${hours} hours`);
            world.clock.at(world.clock.now + hours * hour, () => tasks.forEach((task) => Object.assign(task, { status: "COMPLETE", endedAt: world.clock.now })));
        });
    },

    /** Takes the id of the first attempt at the next snapshot of a database. The ids are no secret. */
    squatter(stage, { account, database, hour: at }) {
        const { world, start, strangers, note, destination } = stage;
        const owner = accountOf(stage, account);
        const look = () => {
            const databases = world.rds.databases(owner);
            const target = databases[database % Math.max(1, databases.length)];
            const snapshot = world.rds.snapshots(owner).find((each) => each.database === target && each.createdAt >= start + at * hour);
            if (!snapshot) return world.clock.at(world.clock.now + minute * 5, () => void (world.clock.now < stage.end && look()));
            const task = strangersTask(stage, owner, idOf(snapshot, destination), snapshot.arn, "COMPLETE");
            if (world.rds.tasks(owner).some(({ id }) => id === task.id)) return;
            strangers.add(task.id);
            world.rds.addTask(task);
            note(`somebody takes the task id ${task.id} of ${snapshot.identifier}`);
        };
        world.clock.at(start + at * hour, look);
    },

    /** Exports a tiny snapshot under an id of our form and under another database's prefix, so that its seal would speak for that one. */
    forger(stage, { account, database: place, hour: at, id: form }) {
        const { world, start, destination, forgeries, strangers, random, note } = stage;
        const owner = accountOf(stage, account);
        const look = () => {
            const snapshots = world.rds.snapshots(owner).filter(({ status, database }) => status === "available" && !database.identifier.endsWith("-scratch"));
            // One that isn't exported yet, when its id is to be taken.
            const open = form === "of-victim" ? snapshots.filter((each) => !world.rds.tasks(owner).some(({ id }) => id === idOf(each, destination))) : snapshots;
            const victim = open[place % Math.max(1, open.length)];
            const again = () => world.clock.at(world.clock.now + 20 * minute, () => void (world.clock.now < stage.end && look()));
            if (!victim) return again();
            const tiny = tinySnapshot(stage, owner, victim);
            const madeUp = `e${Array.from({ length: 40 }, () => Math.floor(random() * 16).toString(16)).join("")}-1`;
            const id = { "of-victim": idOf(victim, destination), "of-own": idOf(tiny, destination), "made-up": madeUp }[form];
            forgeries.set(id, victim.database);
            const date = iso(victim.createdAt).slice(0, 10);
            try {
                world.rds.api({ arn: "forger", account: owner }, "StartExportTask", {
                    ExportTaskIdentifier: id, SourceArn: tiny.arn, S3BucketName: destination.bucket, KmsKeyId: destination.keyArn,
                    S3Prefix: `exports/${owner}/${victim.kind}.${victim.database.identifier}/${date}`,
                    IamRoleArn: stage.arns.exportRole(owner),
                });
            } catch (error) {
                // The slots are full, or the id is taken.
                forgeries.delete(id);
                if (!(error instanceof AwsError)) throw error;
                return again();
            }
            strangers.add(id);
            note(`somebody exports ${tiny.identifier} as ${id} under the prefix of ${victim.database.identifier}`);
        };
        world.clock.at(start + at * hour, look);
    },
};

const idOf = ({ arn, createdAt }: SimSnapshot, destination: Stage["destination"]) => taskId(taskIdStem({ arn, createdAt: iso(createdAt) }, destination), 1);

/** A snapshot that nobody wants, of the victim's kind. */
function tinySnapshot({ world }: Stage, account: string, { kind, database: { engine } }: SimSnapshot): SimSnapshot {
    const identifier = `tiny-${kind}`;
    const known = world.rds.snapshots(account).find((each) => each.identifier === identifier);
    const database: SimDatabase = { account, kind, identifier: `${kind}-scratch`, engine, resourceId: `${kind}-TINY`, sizeGiB: 1, tags: {} };
    return known ?? world.rds.createSnapshot({ database, type: "manual", identifier, silent: true });
}

const strangersTask = ({ world }: Stage, account: string, id: string, sourceArn: string, status: SimTask["status"]): SimTask => ({
    id, account, sourceArn, status, bucket: "elsewhere", prefix: "mine", exportOnly: [], startedAt: world.clock.now,
    roleArn: `arn:aws:iam::${account}:role/somebody`,
    keyArn: `arn:aws:kms:${world.region}:${account}:key/00000000-0000-0000-0000-000000000000`,
    ...(status === "COMPLETE" && { endedAt: world.clock.now }),
});
