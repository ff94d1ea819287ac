/** The source accounts of a history: databases, snapshots and how their exports end. */
import { manifestName } from "../../handlers/lib/manifestName";
import { periodStart } from "../../handlers/lib/period";
import { taskId, taskIdStem } from "../../handlers/lib/taskId";
import type { ExportEnd, SimDatabase, SimSnapshot, SimTask } from "../aws/types";
import { day, hour, minute } from "../nights";
import type { DatabasePlan, ExportTrouble } from "./history";
import type { Stage } from "./world";

const iso = (time: number) => new Date(time).toISOString();

export function playSources(stage: Stage): void {
    const { history, accounts } = stage;
    history.accounts.forEach((plans, place) => plans.forEach((plan, index) => playDatabase(stage, accounts[place] as string, plan, index)));
    playExports(stage);
    playWeather(stage);
}

const nameOf = ({ frequency, always }: DatabasePlan, index: number) => `${frequency}-${index}${always ? `-${always}` : ""}`;

function playDatabase(stage: Stage, account: string, plan: DatabasePlan, index: number): void {
    const { world, start, history } = stage;
    const identifier = nameOf(plan, index);
    const make = (life: number): SimDatabase => ({
        account, identifier, kind: plan.kind, sizeGiB: 1, tags: {},
        engine: plan.kind === "cluster" ? "aurora-postgresql" : "postgres",
        // Manifests' names carry the last eight.
        resourceId: `${plan.kind === "cluster" ? "cluster" : "db"}-${account.slice(0, 4)}LIFE${life}N${String(index).padStart(6, "0")}`,
    });
    let database = make(1);
    world.rds.addDatabase(database);
    if (plan.coveredBefore) cover(stage, database, plan);
    const at = (time: number, what: () => void) => world.clock.at(start + time, what);
    /** `deletedAfter`: hours after it became available. */
    const snapshot = (type: SimSnapshot["type"], deletedAfter: number, name?: string) => {
        if (gone) return;
        const made = world.rds.createSnapshot({ database, type, ...(name && { identifier: name }), availableAt: world.clock.now + (2 + (index % 5)) * minute });
        world.clock.at(world.clock.now + deletedAfter * hour, () => world.rds.deleteSnapshot(made.arn));
    };
    for (let date = 0; date < history.days; date++) {
        for (const time of plan.times) at(date * day + time * minute, () => snapshot("automated", plan.keptHours));
    }
    if (plan.manual) {
        const { hour: first, deletedAfter, againAfter } = plan.manual;
        at(first * hour, () => snapshot("manual", deletedAfter, `${identifier}-keep`));
        at((first + deletedAfter + againAfter) * hour + minute, () => snapshot("manual", 500, `${identifier}-keep`));
    }
    const drop = () => {
        world.rds.removeDatabase(database);
        stage.dropped.push({ database, at: world.clock.now });
    };
    let gone = false;
    if (plan.droppedAtHour !== undefined) {
        at(plan.droppedAtHour * hour, () => {
            gone = true;
            drop();
            stage.note(`${account} ${identifier} is deleted`);
        });
    }
    if (plan.recreatedAtHour !== undefined) {
        at(plan.recreatedAtHour * hour, () => {
            if (gone) return;
            drop();
            database = make(2);
            world.rds.addDatabase(database);
            stage.note(`${account} ${identifier} is deleted and made again`);
        });
    }
}

/** A manifest of the same week or month from before the window: RDS has forgotten the task, and the snapshot is gone. */
function cover({ world, start, stack, destination }: Stage, database: SimDatabase, { frequency }: DatabasePlan): void {
    const time = periodStart(frequency, start);
    if (start - time < (stack.settings.databases.lookbackDays + 1) * day) return;
    const { account, kind, identifier, resourceId } = database;
    const arn = `arn:${world.partition}:rds:${world.region}:${account}:${kind === "cluster" ? "cluster-" : ""}snapshot:rds:${identifier}-before`;
    const id = taskId(taskIdStem({ arn, createdAt: iso(time) }, destination), 1);
    const name = manifestName({ account, kind, database: identifier, dataDate: iso(time).slice(0, 10), resource8: resourceId.slice(-8), taskId: id, outcome: "complete" });
    world.s3.put({ arn: "before" }, destination.bucket, name, { body: "{}" });
}

/** By task: how it ends. Asked once, when it starts. */
function playExports(stage: Stage): void {
    const { world, history, accounts, random, note, endings: troubles } = stage;
    const nth = new Map(history.exports.map((each) => [each.nth, each.trouble]));
    const minutes = new Map(history.accounts.flatMap((plans, place) => plans.map((plan, index) => [`${accounts[place]} ${nameOf(plan, index)}`, plan.minutes] as const)));
    let started = 0;
    world.rds.exportTimes = (task, { database }) => {
        const always = /-(fails|configuration|skips-table)$/.exec(database.identifier)?.[1] as ExportTrouble | undefined;
        const trouble = always ?? nth.get(started);
        started++;
        if (trouble) {
            troubles.set(task.id, trouble);
            note(`task ${task.id} of ${task.sourceArn.split(":").slice(5).join(":")} is to end so: ${trouble}`);
        }
        const starting = (10 + random() * 10) * minute;
        if (trouble === "canceled" || trouble === "canceling") {
            const takes = trouble === "canceled" ? 5 * minute : Infinity;
            world.clock.at(world.clock.now + starting + 2 * minute, () => {
                if (task.status === "STARTING" || task.status === "IN_PROGRESS") world.rds.cancelTask(task.account, task.id, takes);
            });
        }
        // A forger's lasts, so that looks see it run.
        const running = stage.forgeries.has(task.id) ? 5 * hour : (minutes.get(`${database.account} ${database.identifier}`) ?? 5) * minute;
        return { starting: trouble === "stuck" ? Infinity : starting, running };
    };
    // Asked right before RDS writes the files.
    world.rds.exportEnds = (task, snapshot) => {
        const trouble = troubles.get(task.id);
        if (trouble === "shadowed" || trouble === "marked-deleted" || trouble === "info-touched") world.clock.at(world.clock.now + 1000, () => tamper(stage, task, trouble));
        if (trouble === "unlocked") unlock(stage);
        if (trouble === "other-key") world.clock.at(world.clock.now, () => rekey(stage, task));
        return endings[trouble ?? "fine"]?.(task, snapshot);
    };
}

/** Whoever holds the export role writes over a file after the end, or hides it under a delete marker. The first version stays, locked. */
function tamper({ world, note, destination: { bucket }, shadows, tampered }: Stage, task: SimTask, how: "shadowed" | "marked-deleted" | "info-touched"): void {
    const end = how === "info-touched" ? `/export_info_${task.id}.json` : ".parquet";
    const file = world.s3.versions(bucket, `${task.prefix}/${task.id}/`).find(({ key }) => key.endsWith(end));
    if (!file || task.status !== "COMPLETE") return;
    const attacker = { arn: "attacker", account: task.account };
    if (how === "marked-deleted") world.s3.remove(attacker, bucket, file.key);
    else shadows.add(world.s3.put(attacker, bucket, file.key, { body: how === "info-touched" ? file.body : "not yours any more" }).versionId);
    tampered.set(task.id, world.clock.now);
    note(`${file.key} is ${how}`);
}

/** The bucket's default retention is off while this one export is written. */
function unlock({ world, destination: { bucket: name } }: Stage): void {
    const bucket = world.s3.bucket(name);
    const retention = bucket?.retention;
    if (!bucket || !retention) return;
    Object.assign(bucket, { retention: undefined });
    world.clock.at(world.clock.now, () => void Object.assign(bucket, { retention }));
}

/** What this one export wrote lies under a key that isn't the vault's. */
function rekey({ world, destination: { bucket } }: Stage, task: SimTask): void {
    const arn = `arn:${world.partition}:kms:${world.region}:${task.account}:key/11111111-1111-4111-8111-111111111111`;
    world.kms.addKey({ arn, account: task.account, enabled: true });
    for (const version of world.s3.versions(bucket, `${task.prefix}/${task.id}/`)) if (!version.deleteMarker) Object.assign(version, { keyArn: arn });
}

/** The tables of a simulated database: exportTask.ts. */
const endings: Partial<Record<ExportTrouble | "fine", (task: SimTask, snapshot: SimSnapshot) => ExportEnd>> = {
    fails: () => ({ failureCause: "The export failed with an unknown internal error. Retry the export." }),
    configuration: (task) => ({ failureCause: `The RDS export failed to write the export task's metadata because it can't assume the IAM role ${task.roleArn}.` }),
    "skips-table": () => ({ skipped: [{ target: "app.public.orders", reason: "the table can't be read" }] }),
    "loses-file": () => ({ lost: ["app.public.orders"] }),
    "info-late": () => ({ infoDelay: 40 * minute }),
    "info-missing": () => ({ infoDelay: Infinity }),
    "info-hostile": () => ({ infoText: "{\"status\": " }),
};

/** Events are best effort: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.overview.html */
function playWeather({ world, history: { events }, random, note }: Stage): void {
    if (!events.lost && !events.repeated && !events.late) return;
    world.events.weather = ({ detail, resources }) => {
        const chance = (percent: number) => percent > 0 && random() * 100 < percent;
        const late = chance(events.late) ? Math.floor(random() * 26 * 60) * minute : 0;
        const what = `event ${String(detail.EventID)} of ${resources[0]?.split(":").slice(4).join(":")}`;
        if (chance(events.lost)) {
            note(`${what} is lost`);
            return [];
        }
        if (late) note(`${what} comes ${Math.round(late / minute)} minutes late`);
        return chance(events.repeated) ? [late, late, late + 3 * minute] : [late];
    };
}
