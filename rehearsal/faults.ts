/**
 * The faults of the nights, as data: what goes wrong and when, which refused calls it explains, and how it was felt.
 * A fault that nobody felt proves nothing: `effect` returns undefined then, which is a violation.
 */
import type { Arns } from "../components/arns";
import { AwsError, type JudgedCall, type Role, type SimDatabase } from "./aws/types";
import { weather } from "./weather";
import { day, firstDay, hour, makeDatabase, minute, snapshotAt, type Stage } from "./nights";

export interface FaultStage extends Stage {
    readonly arns: Arns;
    readonly accounts: readonly string[];
}

export interface Fault {
    readonly name: string;
    /** Virtual time, ms. */
    readonly when: number;
    /** Whether the fault explains this refusal. */
    readonly explains?: (call: JudgedCall) => boolean;
    /** While it lasts the account's slots aren't available to anybody. */
    readonly outage?: { readonly account: string; readonly from: number; readonly to: number };
    /** The database that it plays on, if it is one that the configuration may not want. */
    readonly on?: SimDatabase;
    /** What came of it, measured in the world after the play. */
    readonly effect: () => string | undefined;
}

type PlayFault = (stage: FaultStage) => Fault;

const at = (hours: number) => firstDay + hours * hour;
const within = (call: JudgedCall, from: number, to: number) => call.at >= from && call.at <= to;
const logged = ({ world }: FaultStage, message: string, about: Record<string, unknown> = {}) =>
    world.lambda.logs.filter(({ json }) => json?.message === message && Object.entries(about).every(([key, value]) => json[key] === value));
const accountAt = ({ accounts }: FaultStage, index: number) => accounts[index % accounts.length] as string;
const startsOf = ({ world }: FaultStage, arn: string) => world.rds.tasks().filter(({ sourceArn }) => sourceArn === arn);

const forgedEvent: PlayFault = (stage) => {
    const { world, arns } = stage;
    const sender = accountAt(stage, 0);
    const victim = accountAt(stage, 1);
    const when = at(11);
    world.clock.at(when, () => {
        const session = world.iam.assumeAsService("events.amazonaws.com", arns.forwarderRole(sender), { account: sender, arn: arns.forwarderRule(sender) });
        const arn = `arn:${arns.partition}:rds:${world.region}:${victim === sender ? "999999999999" : victim}:snapshot:made-up`;
        world.events.putEvents(session, arns.bus, {
            version: "0", id: "f0f0f0f0-0000-4000-8000-000000000000", "detail-type": "RDS DB Snapshot Event", source: "aws.rds", account: sender,
            time: new Date(when).toISOString(), region: world.region, resources: [arn],
            detail: { EventCategories: ["creation"], SourceType: "SNAPSHOT", SourceArn: arn, SourceIdentifier: "made-up", EventID: "RDS-EVENT-0042", Message: "Manual snapshot created" },
        }, { trustSource: true });
    });
    return {
        name: "forged event",
        when,
        effect: () => (logged(stage, "forged").length && !world.rds.tasks().some(({ sourceArn }) => sourceArn.endsWith(":made-up")) ? "logged as forged; the look found nothing to do because of it" : undefined),
    };
};

const throttledAccount: PlayFault = (stage) => {
    const account = accountAt(stage, 0);
    const [from, to] = [at(2.5), at(3.25)];
    let count = 0;
    stage.world.interferences.push(({ action, principal }) => {
        const { now } = stage.world.clock;
        if (!action.startsWith("rds:") || principal.account !== account || now < from || now > to) return undefined;
        count++;
        return { error: new AwsError("Throttling", "Rate exceeded"), fault: "throttled account" };
    });
    return {
        name: "throttled account",
        when: from,
        outage: { account, from, to },
        effect: () => {
            const after = stage.world.rds.tasks(account).filter(({ startedAt }) => startedAt > to).length;
            const others = stage.world.rds.tasks().filter((task) => task.account !== account && task.startedAt >= from && task.startedAt <= to).length;
            return count && after ? `${count} calls throttled in 45 minutes; ${others} exports of other accounts started meanwhile, ${after} of its own afterwards` : undefined;
        },
    };
};

const failingExport =
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
            effect: () => {
                const tasks = startsOf(stage, arn());
                if (Number.isFinite(times)) return tasks.some(({ status }) => status === "COMPLETE") && failures ? `attempt ${tasks.length} succeeded` : undefined;
                return logged(stage, "given-up", { snapshot: arn() }).length ? `given up after ${tasks.length} attempts, said so in the log` : undefined;
            },
        };
    };

/** Takes a role away for a while, as an eager cleaner would. */
const missingRole =
    (name: string, index: number, begin: number, hours: number, arnOf: (arns: Arns, account: string) => string, sign: string): PlayFault =>
    (stage) => {
        const { world, arns } = stage;
        const account = accountAt(stage, index);
        const arn = arnOf(arns, account);
        // In a stack of one account the faults would cover each other.
        const from = begin + (stage.accounts.length > 1 ? 0 : index * 5 * hour);
        const to = from + hours * hour;
        let role: Role | undefined;
        world.clock.at(from, () => {
            role = world.iam.role(arn);
            world.iam.removeRole(arn);
        });
        world.clock.at(to, () => role && world.iam.addRole(role));
        return {
            name,
            when: from,
            outage: { account, from, to },
            // What RDS was writing when its role went may fail too.
            explains: (call) => within(call, from, to) && (call.resource === arn || call.principal.roleArn === arn),
            effect: () => {
                const signs = logged(stage, sign, { account }).filter((line) => line.at >= from && line.at <= to + 15 * minute).length;
                const after = world.rds.tasks(account).filter(({ startedAt }) => startedAt > to).length;
                return signs && after ? `said ${signs} times; ${after} exports started after the repair` : undefined;
            },
        };
    };

const lostGrant: PlayFault = (stage) => {
    const { world, arns } = stage;
    const database = makeDatabase(stage, accountAt(stage, 0), { identifier: "audit-trail", kind: "instance", engine: "postgres", sizeGiB: 10 });
    snapshotAt(world, at(14), { database, type: "manual", identifier: "audit-trail-quarter" });
    const [from, to] = [at(13.9), at(14.9)];
    world.clock.at(from, () => {
        const intact = world.iam.resourcePolicy(arns.bucket);
        if (!intact) return;
        const document = JSON.parse(intact.policy);
        const Statement = document.Statement.filter(({ Effect }: { Effect: string }) => Effect === "Deny");
        world.iam.setResourcePolicy(arns.bucket, intact.account, JSON.stringify({ ...document, Statement }));
        world.clock.at(to, () => world.iam.setResourcePolicy(arns.bucket, intact.account, intact.policy));
    });
    return {
        name: "bucket policy without its grant",
        when: from,
        on: database,
        explains: (call) => within(call, from, to) && call.resource.startsWith(arns.bucket),
        effect: () => {
            const arn = world.rds.snapshots().find((snapshot) => snapshot.database === database)?.arn ?? "";
            const [first, ...later] = startsOf(stage, arn);
            const waited = first?.status === "FAILED" && logged(stage, "backoff", { snapshot: arn }).length;
            return waited && later.some(({ status }) => status === "COMPLETE") ? "the export failed, waited its hour, and succeeded after the repair" : undefined;
        },
    };
};

const unusableSourceKey: PlayFault = (stage) => {
    const { world, arns } = stage;
    const account = accountAt(stage, 0);
    const keyArn = `arn:${arns.partition}:kms:${world.region}:${account}:key/0badc0de-0000-4000-8000-000000000000`;
    world.kms.addKey({ arn: keyArn, account, enabled: false });
    const database = makeDatabase(stage, account, { identifier: "vault-of-old", kind: "instance", engine: "postgres", sizeGiB: 30, keyArn });
    snapshotAt(world, at(1.5), { database, type: "manual", identifier: "vault-of-old-final" });
    return {
        name: "source key that can't be used",
        on: database,
        when: at(1.5),
        explains: ({ resource }) => resource === keyArn,
        effect: () => {
            const refusals = logged(stage, "export-refused", { class: "source-key" }).length;
            const others = world.rds.tasks(account).length;
            return refusals && others ? `refused ${refusals} times and said so; ${others} other exports of the account went on` : undefined;
        },
    };
};

const poisonRecord: PlayFault = (stage) => {
    const { world, arns } = stage;
    const when = at(2.2);
    world.clock.at(when, () => {
        const events = { arn: "events.amazonaws.com", service: "events.amazonaws.com" };
        world.sqs.send(events, arns.triggerQueue, "{ not a trigger", { "aws:SourceArn": arns.hubRule, "aws:SourceAccount": arns.hubRule.split(":")[4] ?? "" });
    });
    return {
        name: "poison record in a batch",
        when,
        effect: () => {
            const tries = logged(stage, "malformed-trigger").length;
            return tries && world.sqs.messages(arns.triggerDeadLetters).length ? `failed alone ${tries} times, then lay in the dead-letter queue` : undefined;
        },
    };
};

const recreatedSnapshot: PlayFault = (stage) => {
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
        effect: () => {
            const ids = world.rds.tasks().filter(({ sourceArn }) => sourceArn.endsWith(`:${identifier}`)).map(({ id }) => id);
            return new Set(ids).size === 2 ? "both were exported, under ids of their own" : undefined;
        },
    };
};

const oldCopy: PlayFault = (stage) => {
    const { world } = stage;
    const database = makeDatabase(stage, accountAt(stage, 0), { identifier: "archive", kind: "instance", engine: "postgres", sizeGiB: 20 });
    snapshotAt(world, at(12), { database, type: "manual", identifier: "archive-copy-of-old", originalCreatedAt: at(12) - 60 * day });
    return {
        name: "manual copy of an old snapshot",
        when: at(12),
        effect: () => {
            const copy = world.rds.snapshots().find((snapshot) => snapshot.database === database);
            return copy && !startsOf(stage, copy.arn).length ? "not exported: its data is 60 days old" : undefined;
        },
    };
};

const skippedTable: PlayFault = (stage) => {
    const { world } = stage;
    const database = makeDatabase(stage, accountAt(stage, 0), { identifier: "wide-rows", kind: "instance", engine: "mysql", sizeGiB: 15 });
    snapshotAt(world, at(7), { database, type: "manual", identifier: "wide-rows-monthly" });
    const before = world.rds.exportEnds;
    world.rds.exportEnds = (task, snapshot) =>
        snapshot.database === database ? { warning: JSON.stringify({ skippedTables: [{ tableName: "app.wide rows", reason: "column name" }] }) } : before(task, snapshot);
    return {
        name: "export with a skipped table",
        when: at(7),
        on: database,
        effect: () => {
            const task = world.rds.tasks(database.account).find(({ warning }) => warning?.includes("wide rows"));
            return task && `${task.status} with a warning that names the table; counts as exported until sealing reads it`;
        },
    };
};

const unsupportedEngine: PlayFault = (stage) => {
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

const others: readonly PlayFault[] = [
    forgedEvent,
    throttledAccount,
    failingExport("export that fails once", "flaky", 1),
    failingExport("export that always fails", "broken-lob", Infinity),
    skippedTable,
    missingRole("configuration fault, repaired later", 1, at(26), 3, (arns, account) => arns.exportRole(account), "export-refused"),
    missingRole("account that can't be assumed", 0, at(26), 4, (arns, account) => arns.accessRole(account), "account-not-ready"),
    lostGrant,
    unusableSourceKey,
    unsupportedEngine,
    recreatedSnapshot,
    oldCopy,
    poisonRecord,
];

/** Puts all faults on stage. */
export const playFaults = (stage: FaultStage): Fault[] => [...weather(stage.world), ...others.map((play) => play(stage))];
