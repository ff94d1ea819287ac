/** What goes wrong at its hour: outages, broken policies, strangers, doubled starters, poison. */
import { taskId, taskIdStem } from "../../handlers/lib/taskId";
import { AwsError, type AwsEvent, type Call, type SimDatabase, type SimSnapshot, type SimTask } from "../aws/types";
import { hour, minute } from "../nights";
import type { Caller } from "./calls";
import type { Trouble } from "./history";
import type { Stage } from "./world";

const events = { arn: "events.amazonaws.com", service: "events.amazonaws.com" };
const iso = (time: number) => new Date(time).toISOString();

export function playTroubles(stage: Stage, caller: Caller): void {
    for (const trouble of stage.history.troubles) players[trouble.kind](stage, trouble as never, caller);
}

type Players = { readonly [K in Trouble["kind"]]: (stage: Stage, trouble: Extract<Trouble, { kind: K }>, caller: Caller) => void };

const accountOf = ({ accounts }: Stage, place: number) => accounts[place % accounts.length] as string;

/** Whether a call comes from the hub's functions, in their own roles or in an access role. */
const isOurs = ({ principal }: Call) => /:role\/rds-vault\/.*-(starter|sweeper|sealer|access)$/.test(principal.roleArn ?? "");

/** Refuses some calls for some hours. */
function refuse({ world, start, note }: Stage, trouble: { hour: number; hours: number }, name: string, error: () => AwsError, hits: (call: Call) => boolean): void {
    const from = start + trouble.hour * hour;
    const to = from + trouble.hours * hour;
    world.interferences.push((call) => (world.clock.now >= from && world.clock.now < to && hits(call) ? { error: error(), fault: name } : undefined));
    world.clock.at(from, () => note(`${name} begins, for ${trouble.hours} hours`));
    world.clock.at(to, () => note(`${name} is over`));
}

const players: Players = {
    outage: (stage, trouble) => refuse(stage, trouble, "outage", () => new AwsError("ServiceUnavailable", "Service Unavailable", 503), isOurs),

    broken(stage, trouble) {
        const account = accountOf(stage, trouble.account);
        const denied = () => new AwsError("AccessDenied", "not authorized to perform it", 403);
        const hits: Record<typeof trouble.what, (call: Call) => boolean> = {
            assume: ({ action, resource }) => action === "sts:AssumeRole" && resource === stage.arns.accessRole(account),
            start: ({ action, principal }) => action === "rds:StartExportTask" && principal.account === account,
            pass: ({ action, principal }) => action === "iam:PassRole" && principal.account === account,
            write: ({ action, principal }) => action === "s3:PutObject" && principal.account === account,
            seal: ({ action, principal }) => action === "s3:ListBucketVersions" && principal.roleArn === stage.arns.sealerRole,
            ledger: ({ action, principal }) => action === "s3:ListBucket" && principal.roleArn === stage.arns.starterRole,
        };
        refuse(stage, trouble, `broken policy (${trouble.what}) of ${account}`, denied, hits[trouble.what]);
    },

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

    /** SQS delivers at least once: two starters get the same trigger at the same moment. */
    doubled(stage, { account, hour: at, minute: past }, caller) {
        const { world, start, note } = stage;
        const owner = accountOf(stage, account);
        const records = [{ messageId: "doubled", body: JSON.stringify({ source: "rds-vault.sweep", account: owner }) }];
        const starter = stage.arns.sweeper.replace(/-sweeper$/, "-starter");
        world.clock.at(start + at * hour + past * minute, async () => {
            note(`two starters look at ${owner} at once`);
            caller.concurrent = true;
            await Promise.allSettled([1, 2].map(() => world.lambda.invoke(starter, { Records: records })));
            caller.concurrent = false;
        });
    },

    /** SQS delivers at least once: two sealers get the first request after this hour at the same moment. */
    "two-sealers"(stage, { hour: at }, caller) {
        const { world, start, note } = stage;
        const sealer = stage.arns.sweeper.replace(/-sweeper$/, "-sealer");
        world.clock.at(start + at * hour, () => {
            caller.asked = (body) => {
                caller.asked = undefined;
                world.clock.at(world.clock.now, async () => {
                    note("two sealers get the same request at once");
                    caller.concurrent = true;
                    await Promise.allSettled([1, 2].map(() => world.lambda.invoke(sealer, { Records: [{ messageId: "doubled", body }] })));
                    caller.concurrent = false;
                });
            };
        });
    },

    /** Exports a tiny snapshot under an id of our form and under another database's prefix, so that its seal would speak for that one. */
    forger(stage, { account, database: place, hour: at, id: form }) {
        const { world, start, destination, forgeries, strangers, random, note } = stage;
        const owner = accountOf(stage, account);
        const look = () => {
            const snapshots = world.rds.snapshots(owner).filter(({ status, database }) => status === "available" && !database.identifier.endsWith("-scratch"));
            const victim = snapshots[place % Math.max(1, snapshots.length)];
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

    poison({ world, start, arns, note }, { hour: at }) {
        world.clock.at(start + at * hour, () => {
            world.sqs.send(events, arns.triggerQueue, "{not json");
            note("a record that nobody can read comes onto the trigger queue");
        });
    },

    /** A source account sends an event about another account's snapshot; EventBridge sets the envelope's account. */
    forged(stage, { account, hour: at }) {
        const { world, start, arns, note } = stage;
        const sender = accountOf(stage, account);
        const victim = accountOf(stage, account + 1);
        world.clock.at(start + at * hour, () => {
            const resources = [`arn:aws:rds:${world.region}:${victim === sender ? "999988887777" : victim}:snapshot:forged`];
            const event: AwsEvent = { version: "0", id: `forged-${at}`, "detail-type": "RDS DB Snapshot Event", source: "aws.rds", account: sender, time: iso(world.clock.now), region: world.region, resources, detail: { EventID: "RDS-EVENT-0091", SourceArn: resources[0] } };
            world.sqs.send(events, arns.triggerQueue, JSON.stringify(event));
            note(`${sender} forges an event about ${resources[0]}`);
        });
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
