/** Between COMPLETE and a manifest: what a finished export may lack, and what a source account may do to it. */
import type { ExportEnd, ObjectVersion, Principal, SimTask } from "../aws/types";
import { manifestsIn } from "../fates";
import { hour, makeDatabase, minute, snapshotAt, type Shape } from "../nights";
import { accountAt, at, logged, withSnapshot, type FaultStage, type PlayFault } from "./stage";

const shapeOf = (identifier: string): Shape => ({ identifier, kind: "instance", engine: "postgres", sizeGiB: 12 });

/** An export that ends oddly; `felt` is given its task, the outcome in the vault and the alarms about it. */
const oddEnd =
    (name: string, identifier: string, hours: number, end: (stage: FaultStage, task: SimTask) => ExportEnd, felt: (outcome: string, alarms: readonly string[], minutes: number) => string | undefined): PlayFault =>
    (stage) => {
        const { world } = stage;
        const { database, tasks } = withSnapshot(stage, 1, hours, shapeOf(identifier));
        const before = world.rds.exportEnds;
        world.rds.exportEnds = (task, snapshot) => (snapshot.database === database ? end(stage, task) : before(task, snapshot));
        return {
            name,
            when: at(hours),
            on: database,
            effect: () => {
                const task = tasks().at(-1);
                const manifest = task && manifestsIn(world, bucketOf(stage)).find(({ name: { taskId } }) => taskId === task.id);
                if (!manifest) return undefined;
                const alarms = world.lambda.logs.flatMap(({ json }) => (json?.Alarm && json.task === task.id ? [String(json.Alarm)] : []));
                return felt(manifest.name.outcome, alarms, Math.round((manifest.writtenAt - (task.endedAt ?? 0)) / minute));
            },
        };
    };

/** The export role, taken by whoever rules the source account. */
const thief = ({ world, arns }: FaultStage, account: string): Principal =>
    world.iam.assumeAsService("export.rds.amazonaws.com", arns.exportRole(account), { account });

/** At the end of the export, before anybody can have sealed it. */
const meddle = (what: (stage: FaultStage, as: Principal, file: ObjectVersion) => void) => (stage: FaultStage, task: SimTask): ExportEnd => {
    const { world } = stage;
    world.clock.at(world.clock.now, () => {
        const file = world.s3.versions(task.bucket, `${task.prefix}/${task.id}/`).find(({ key }) => key.endsWith(".parquet"));
        if (file) what(stage, thief(stage, task.account), file);
    });
    return {};
};

const bucketOf = ({ arns }: FaultStage) => arns.bucket.split(":::")[1] ?? "";

const stuckExport: PlayFault = (stage) => {
    const { world } = stage;
    const { database, snapshot, tasks } = withSnapshot(stage, 0, 15, shapeOf("frozen"));
    const before = world.rds.exportTimes;
    world.rds.exportTimes = (task, of) => (of.database === database ? { starting: Infinity, running: 0 } : before(task, of));
    return {
        name: "export stuck in STARTING",
        when: at(15),
        on: database,
        effect: () => {
            const alarmed = logged(stage, "stuck", { snapshot: snapshot()?.arn });
            return alarmed.length && tasks().length === 1 ? "alarmed after six hours, and never started a second time" : undefined;
        },
    };
};

const canceledExport: PlayFault = (stage) => {
    const { world } = stage;
    const { database, tasks } = withSnapshot(stage, 0, 9, shapeOf("interrupted"));
    const before = world.rds.exportTimes;
    world.rds.exportTimes = (task, of) => {
        const times = before(task, of);
        if (of.database === database && task.id.endsWith("-1")) world.clock.at(world.clock.now + times.starting + minute, () => world.rds.cancelTask(task.account, task.id, 5 * minute));
        return times;
    };
    return {
        name: "export canceled by somebody",
        when: at(9),
        on: database,
        effect: () => {
            const [first, second] = tasks();
            const alarmed = first && logged(stage, "canceled", { task: first.id }).length;
            return alarmed && second?.status === "COMPLETE" ? `alarmed; tried again ${Math.round((second.startedAt - (first.endedAt ?? 0)) / minute)} minutes later, sealed` : undefined;
        },
    };
};

const droppedDatabase: PlayFault = (stage) => {
    const { world } = stage;
    const database = makeDatabase(stage, accountAt(stage, 1), shapeOf("retired"));
    snapshotAt(world, at(8), { database, type: "manual", identifier: "retired-final" });
    const when = at(30);
    world.clock.at(when, () => world.rds.removeDatabase(database));
    return {
        name: "database dropped",
        when,
        on: database,
        effect: () => (logged(stage, "disappeared", { database: `instance.${database.identifier}` }).length ? "alarmed as disappeared; its exports stay" : undefined),
    };
};

export const sealingFaults: readonly PlayFault[] = [
    oddEnd("skipped table", "wide-rows", 7, () => ({ skipped: [{ target: "app.public.wide rows", reason: "column name with a space" }] }),
        (outcome, alarms) => (outcome === "partial" && alarms.includes("partial") ? "sealed as partial; the alarm names the table" : undefined)),
    oddEnd("COMPLETE though a table has no file", "half-done", 7.2, () => ({ lost: ["app.public.orders"] }),
        (outcome, alarms, minutes) => (outcome === "partial" && alarms.includes("partial") ? `partial after ${Math.round(minutes / 60)} hours of waiting, alarmed` : undefined)),
    oddEnd("info files two hours late", "slow-paper", 7.4, () => ({ infoDelay: 2 * hour }),
        (outcome, _, minutes) => (outcome === "complete" && minutes >= 120 ? `sealed ${minutes} minutes after COMPLETE` : undefined)),
    oddEnd("info files that never come", "no-paper", 7.6, () => ({ infoDelay: Infinity }),
        (outcome, alarms, minutes) => (outcome === "partial" && alarms.includes("partial") ? `partial after ${Math.round(minutes / 60)} hours, alarmed` : undefined)),
    oddEnd("unreadable info file", "forged-paper", 7.8, () => ({ infoText: '{"status":"COMPLETE"' }),
        (outcome, alarms) => (outcome === "partial" && alarms.includes("unreadable") ? "partial, alarmed with the object's name" : undefined)),
    oddEnd("shadow version over a data file", "shadowed", 8, meddle((stage, as, { key }) => void stage.world.s3.put(as, bucketOf(stage), key, { body: "junk" })),
        (outcome, alarms) => (outcome === "complete" && alarms.includes("tampering") ? "alarmed as tampering; the manifest pins RDS's version" : undefined)),
    oddEnd("delete marker over a data file", "hidden", 8.2, meddle((stage, as, { key }) => stage.world.s3.remove(as, bucketOf(stage), key)),
        (outcome, alarms) => (outcome === "complete" && alarms.includes("tampering") ? "alarmed as tampering; the manifest pins what lies under it" : undefined)),
    stuckExport,
    canceledExport,
    droppedDatabase,
];
