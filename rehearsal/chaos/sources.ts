/** The source accounts of a history: databases, snapshots and their events. */
import { manifestName } from "../../handlers/lib/manifestName";
import { periodStart } from "../../handlers/lib/period";
import { taskId, taskIdStem } from "../../handlers/lib/taskId";
import type { SimDatabase, SimSnapshot } from "../aws/types";
import { day, hour, minute } from "../nights";
import { playExports } from "./exportTroubles";
import { nameOf, type DatabasePlan } from "./history";
import type { Stage } from "./world";

const iso = (time: number) => new Date(time).toISOString();

export function playSources(stage: Stage): void {
    const { history, accounts } = stage;
    history.accounts.forEach((plans, place) => plans.forEach((plan, index) => playDatabase(stage, accounts[place] as string, plan, index)));
    playExports(stage);
    playWeather(stage);
}

function playDatabase(stage: Stage, account: string, plan: DatabasePlan, index: number): void {
    const { world, start, history } = stage;
    const identifier = nameOf(plan, index);
    const make = (life: number): SimDatabase => ({
        account, identifier, kind: plan.kind, sizeGiB: 1, tags: {},
        // The sealer's request tells a later database of the same name by it.
        ...(life > 1 && { createdAt: world.clock.now }),
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
