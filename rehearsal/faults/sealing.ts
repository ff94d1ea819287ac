/** Between COMPLETE and a manifest: what a finished export may lack, and what a source account may do to it. */
import { matches } from "../../handlers/lib/database";
import { isLike } from "../../handlers/lib/sealing/glob";
import type { ExportEnd, ObjectVersion, Principal, SimDatabase, SimTask } from "../aws/types";
import { manifestsIn } from "../fates";
import { hour, makeDatabase, minute, snapshotAt, type Shape } from "../nights";
import { accountAt, at, bucketOf, logged, within, withSnapshot, type FaultStage, type PlayFault } from "./stage";

const shapeOf = (identifier: string): Shape => ({ identifier, kind: "instance", engine: "postgres", sizeGiB: 12 });

/** An export that ends oddly; `felt` is given its task, the outcome in the vault and the alarms about it. */
const oddEnd =
    (name: string, identifier: string, hours: number, alarms: readonly string[], end: (stage: FaultStage, task: SimTask) => ExportEnd, felt: (outcome: string, alarms: readonly string[], minutes: number, accepted: boolean) => string | undefined): PlayFault =>
    (stage) => {
        const { world } = stage;
        const { database, tasks } = withSnapshot(stage, 1, hours, shapeOf(identifier));
        const before = world.rds.exportEnds;
        world.rds.exportEnds = (task, snapshot) => (snapshot.database === database ? end(stage, task) : before(task, snapshot));
        return {
            name,
            when: at(hours),
            on: database,
            alarms: accepts(stage, database) ? [] : alarms,
            mayRing: ["partial"],
            effect: () => {
                const task = tasks().at(-1);
                const manifest = task && manifestsIn(world, bucketOf(stage)).find(({ name: { taskId } }) => taskId === task.id);
                if (!manifest) return undefined;
                const alarms = world.lambda.logs.flatMap(({ json }) => (json?.Alarm && json.task === task.id ? [String(json.Alarm)] : []));
                return felt(manifest.name.outcome, alarms, Math.round((manifest.writtenAt - (task.endedAt ?? 0)) / minute), accepts(stage, database));
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

const wideRows = "app.public.wide rows";
/** Whether the configuration accepts that the table is skipped. */
const accepts = ({ acceptedSkips }: FaultStage, { account, kind, identifier }: SimDatabase): boolean =>
    acceptedSkips.some(({ databases, tables }) => databases.some((filter) => matches(filter, { account, kind, database: identifier })) && tables.some((glob) => isLike(wideRows, glob)));

const stuckExport: PlayFault = (stage) => {
    const { world } = stage;
    const { database, snapshot, tasks } = withSnapshot(stage, 0, 15, shapeOf("frozen"));
    const before = world.rds.exportTimes;
    world.rds.exportTimes = (task, of) => (of.database === database ? { starting: Infinity, running: 0 } : before(task, of));
    return {
        name: "export stuck in STARTING",
        when: at(15),
        on: database,
        alarms: ["stuck"],
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
        alarms: ["canceled"],
        effect: () => {
            const [first, second] = tasks();
            const alarmed = first && logged(stage, "canceled", { task: first.id }).length;
            return alarmed && second?.status === "COMPLETE" ? `alarmed; tried again ${Math.round((second.startedAt - (first.endedAt ?? 0)) / minute)} minutes later, sealed` : undefined;
        },
    };
};

/** The sealer loses a right for two hours, as after a careless change; exports go on meanwhile. */
const brokenSealer: PlayFault = (stage) => {
    const { world, arns } = stage;
    const [from, to] = [at(16), at(18)];
    const { database, tasks } = withSnapshot(stage, 1, 16.1, shapeOf("unverified"));
    world.clock.at(from, () => {
        const role = world.iam.role(arns.sealerRole);
        if (!role) return;
        world.iam.addRole({ ...role, policies: role.policies.map((policy) => policy.replaceAll("s3:ListBucketVersions", "s3:GetBucketVersioning")) });
        world.clock.at(to, () => world.iam.addRole(role));
    });
    return {
        name: "sealer without a right",
        when: from,
        on: database,
        alarms: ["vault-not-ready"],
        until: to,
        about: () => stage.accounts,
        explains: (call) => within(call, from, to) && call.principal.roleArn === arns.sealerRole,
        effect: () => {
            const [task] = tasks();
            const manifest = task && manifestsIn(world, bucketOf(stage)).find(({ name }) => name.taskId === task.id);
            const alarmed = logged(stage, "vault-not-ready").length;
            return alarmed && manifest && manifest.writtenAt >= to ? `alarmed ${alarmed} times; sealed ${Math.round((manifest.writtenAt - to) / minute)} minutes after the repair` : undefined;
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
        alarms: ["disappeared"],
        effect: () => (logged(stage, "disappeared", { database: `instance.${database.identifier}` }).length ? "alarmed as disappeared; its exports stay" : undefined),
    };
};

export const sealingFaults: readonly PlayFault[] = [
    oddEnd("skipped table", "wide-rows", 7, ["partial"], () => ({ skipped: [{ target: wideRows, reason: "column name with a space" }] }), (outcome, alarms, _, accepted) => {
        if (accepted) return outcome === "complete" && !alarms.length ? "sealed as complete: exports.acceptedSkips accepts it" : undefined;
        return outcome === "partial" && alarms.includes("partial") ? "sealed as partial; the alarm names the table" : undefined;
    }),
    oddEnd("COMPLETE though a table has no file", "half-done", 7.2, ["partial"], () => ({ lost: ["app.public.orders"] }),
        (outcome, alarms, minutes) => (outcome === "partial" && alarms.includes("partial") ? `partial after ${Math.round(minutes / 60)} hours of waiting, alarmed` : undefined)),
    oddEnd("info files two hours late", "slow-paper", 7.4, [], () => ({ infoDelay: 2 * hour }),
        (outcome, _, minutes) => (outcome === "complete" && minutes >= 120 ? `sealed ${minutes} minutes after COMPLETE` : undefined)),
    oddEnd("info files that never come", "no-paper", 7.6, ["partial"], () => ({ infoDelay: Infinity }),
        (outcome, alarms, minutes) => (outcome === "partial" && alarms.includes("partial") ? `partial after ${Math.round(minutes / 60)} hours, alarmed` : undefined)),
    oddEnd("unreadable info file", "forged-paper", 7.8, ["unreadable"], () => ({ infoText: '{"status":"COMPLETE"' }),
        (outcome, alarms) => (outcome === "partial" && alarms.includes("unreadable") ? "partial, alarmed with the object's name" : undefined)),
    oddEnd("shadow version over a data file", "shadowed", 8, ["tampering"], meddle((stage, as, { key }) => void stage.world.s3.put(as, bucketOf(stage), key, { body: "junk" })),
        (outcome, alarms) => (outcome === "complete" && alarms.includes("tampering") ? "alarmed as tampering; the manifest pins RDS's version" : undefined)),
    oddEnd("delete marker over a data file", "hidden", 8.2, ["tampering"], meddle((stage, as, { key }) => stage.world.s3.remove(as, bucketOf(stage), key)),
        (outcome, alarms) => (outcome === "complete" && alarms.includes("tampering") ? "alarmed as tampering; the manifest pins what lies under it" : undefined)),
    brokenSealer,
    stuckExport,
    canceledExport,
    droppedDatabase,
];
