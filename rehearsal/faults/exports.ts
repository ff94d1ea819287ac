/** Snapshots and exports that go their own way. */
import { day, makeDatabase, snapshotAt } from "../nights";
import { accountAt, at, logged, startsOf, unprotected, type PlayFault } from "./stage";

export const failingExport =
    (name: string, identifier: string, times: number): PlayFault =>
    (stage) => {
        const { world } = stage;
        const database = makeDatabase(stage, accountAt(stage, 1), { identifier, kind: "instance", engine: "postgres", sizeGiB: 40 });
        snapshotAt(world, at(2), { database, type: "manual", identifier: `${identifier}-monthly` });
        let failures = 0;
        const before = world.rds.exportEnds;
        world.rds.exportEnds = (task, snapshot) => {
            if (snapshot.database !== database || failures >= times) return before(task, snapshot);
            failures++;
            return { failureCause: "An unknown internal error occurred." };
        };
        const arn = () => world.rds.snapshots().find((snapshot) => snapshot.database === database)?.arn ?? "";
        return {
            name,
            when: at(2),
            on: database,
            alarms: Number.isFinite(times) ? [] : ["failed", "given-up"],
            mayRing: ["failed"],
            effect: () => {
                const tasks = startsOf(stage, arn());
                if (Number.isFinite(times)) return tasks.some(({ status }) => status === "COMPLETE") && failures ? `attempt ${tasks.length} succeeded` : undefined;
                return logged(stage, "given-up", { snapshot: arn() }).length ? `given up after ${tasks.length} attempts, alarmed` : undefined;
            },
        };
    };

export const unusableSourceKey: PlayFault = (stage) => {
    const { world, arns } = stage;
    const account = accountAt(stage, 0);
    const keyArn = `arn:${arns.partition}:kms:${world.region}:${account}:key/0badc0de-0000-4000-8000-000000000000`;
    world.kms.addKey({ arn: keyArn, account, enabled: false });
    const database = makeDatabase(stage, account, { identifier: "vault-of-old", kind: "instance", engine: "postgres", sizeGiB: 30, keyArn });
    snapshotAt(world, at(33), { database, type: "manual", identifier: "vault-of-old-final" });
    return {
        name: "source key that can't be used",
        on: database,
        when: at(33),
        alarms: ["export-refused"],
        until: Infinity,
        explains: ({ resource }) => resource === keyArn,
        effect: () => {
            const refusals = logged(stage, "export-refused", { class: "source-key" }).length;
            const others = world.rds.tasks(account).length;
            return refusals && others ? `refused ${refusals} times and said so; ${others} other exports of the account went on` : undefined;
        },
    };
};

export const recreatedSnapshot: PlayFault = (stage) => {
    const { world } = stage;
    const database = makeDatabase(stage, accountAt(stage, 0), { identifier: "ledger", kind: "instance", engine: "postgres", sizeGiB: 50 });
    const identifier = "ledger-before-upgrade";
    snapshotAt(world, at(6), { database, type: "manual", identifier });
    world.clock.at(at(9), () => {
        const old = world.rds.snapshots().find((snapshot) => snapshot.identifier === identifier && !snapshot.deletedAt);
        if (old) world.rds.deleteSnapshot(old.arn);
    });
    snapshotAt(world, at(9.1), { database, type: "manual", identifier });
    return {
        name: "re-created snapshot of the same name",
        on: database,
        when: at(9),
        // The event of the deleted one may come after it has gone.
        mayRing: ["vanished"],
        about: () => [`${database.account} unknown`, `${database.account} instance.${database.identifier}`],
        effect: () => {
            const ids = world.rds.tasks().filter(({ sourceArn }) => sourceArn.endsWith(`:${identifier}`)).map(({ id }) => id);
            return new Set(ids).size === 2 ? "both were exported, under ids of their own" : undefined;
        },
    };
};

export const oldCopy: PlayFault = (stage) => {
    const { world } = stage;
    const database = makeDatabase(stage, accountAt(stage, 0), { identifier: "archive", kind: "instance", engine: "postgres", sizeGiB: 20 });
    snapshotAt(world, at(12), { database, type: "manual", identifier: "archive-copy-of-old", originalCreatedAt: at(12) - 60 * day });
    return {
        name: "manual copy of an old snapshot",
        when: at(12),
        mayRing: unprotected,
        about: () => [`${database.account} instance.${database.identifier}`],
        effect: () => {
            const copy = world.rds.snapshots().find((snapshot) => snapshot.database === database);
            return copy && !startsOf(stage, copy.arn).length ? "not exported: its data is 60 days old" : undefined;
        },
    };
};

export const unsupportedEngine: PlayFault = (stage) => {
    const { world } = stage;
    const database = makeDatabase(stage, accountAt(stage, 1), { identifier: "mainframe-bridge", kind: "instance", engine: "db2-se", sizeGiB: 70 });
    snapshotAt(world, at(2.1), { database, type: "automated" });
    return {
        name: "unsupported engine",
        when: at(2.1),
        effect: () => {
            const snapshot = world.rds.snapshots().find((each) => each.database === database);
            const tried = world.calls.some(({ action, resource }) => action === "rds:StartExportTask" && resource === snapshot?.arn);
            return snapshot && !tried ? "skipped with the reason, never tried" : undefined;
        },
    };
};
