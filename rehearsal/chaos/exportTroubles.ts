/** How the exports of a history run and end, and what somebody does to their objects. */
import type { ExportEnd, SimSnapshot, SimTask } from "../aws/types";
import { hour, minute } from "../nights";
import { nameOf, type ExportTrouble } from "./history";
import type { Stage } from "./world";

/** By task: how it ends. Asked once, when it starts. */
export function playExports(stage: Stage): void {
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
