/** An organization on the virtual clock, with the deployed text at work: what it asks of AWS, hour by hour. */
import { enrolmentOf } from "../components/enrolment";
import { organizationDelegation } from "../components/policies/organization";
import { deploy } from "../rehearsal/aws/deploy";
import type { RuntimeOf } from "../rehearsal/aws/lambda";
import { inProcess } from "../rehearsal/aws/lambdaInProcess";
import type { World } from "../rehearsal/aws/types";
import { createWorld } from "../rehearsal/aws/world";
import type { Rendered } from "../rehearsal/graph";
import { exportTimes, firstDay, hour, minute, populate, snapshotAt } from "../rehearsal/nights";
import { short } from "./hub";
import { accountIds, settingsOf, unit, type Size } from "./programs";

/** Numbers by name: `starter rds:DescribeDBSnapshots`. */
export type Counts = Record<string, number>;

/** What an hour, or several, asked for. */
export interface Tally {
    /** Calls by function and operation. */
    readonly calls: Counts;
    /** Invocations by function. */
    readonly invocations: Counts;
    /** Triggers that the starter was given. */
    readonly records: number;
    /** The most calls that one account cost in an invocation of the starter, added up: no more can follow each other. */
    readonly depth: number;
    /** Bytes of log lines by function. */
    readonly logs: Counts;
    readonly hours: number;
}

export interface Played {
    readonly accounts: number;
    readonly exported: number;
    /** The first hour: every function is new. */
    readonly first: Tally;
    /** From the snapshots until every export is sealed. */
    readonly night: Tally;
    /** An hour with nothing to export. */
    readonly quiet: Tally;
    /** Real seconds that it took. */
    readonly seconds: number;
}

const perUnit = 50;
const databases = 2;

/** A fresh count, and what counts into it. */
function counter() {
    const tally = { calls: {} as Counts, invocations: {} as Counts, records: 0, depth: 0, logs: {} as Counts, hours: 0 };
    const add = (counts: Counts, name: string, by = 1) => void (counts[name] = (counts[name] ?? 0) + by);
    return { tally, add };
}

/**
 * @param rendered with `size.unit`; its members are made here
 * @param progress virtual minutes so far
 */
export async function playHours(rendered: Rendered, size: Size, accounts: number, progress: (minutes: number) => void): Promise<Played> {
    const began = Date.now();
    const settings = settingsOf(size);
    let { tally, add } = counter();
    // Batches follow each other in the simulation, so the calls of one invocation are those since it began.
    let perAccount: Counts = {};
    const inner = inProcess((call, run) => {
        add(tally.calls, `${short(call.by)} ${call.operation}`);
        add(perAccount, call.principal.account ?? "");
        return Promise.resolve(run());
    });
    const runtime: RuntimeOf = (world, options) => {
        const environment = inner(world, options);
        return {
            stop: () => environment.stop(),
            async call(invocation) {
                perAccount = {};
                const name = short(invocation.context.functionName);
                const outcome = await environment.call(invocation);
                if (outcome.error) throw new Error(`${name} ended with ${outcome.error.name}: ${outcome.error.message}`);
                add(tally.invocations, name);
                add(tally.logs, name, outcome.logs.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0));
                if (name === "starter") {
                    delete perAccount[settings.backupAccount.id];
                    tally.records += (invocation.event as { Records: unknown[] }).Records.length;
                    tally.depth += Math.max(0, ...Object.values(perAccount));
                }
                return outcome;
            },
        };
    };
    const { region, partition } = settings;
    const world = createWorld({ region, partition, start: firstDay, seed: 1, judge: () => ({ allowed: true, why: "not judged" }), runtime });
    const members = accountIds(accounts);
    found(world, members, settings.backupAccount.id);
    deploy(rendered, world);
    world.rds.exportTimes = (task, snapshot) => exportTimes(task.id, snapshot.database.sizeGiB);
    const own = populate({ world, enrolment: enrolmentOf(settings) }, members, databases);

    async function during(until: number): Promise<Tally> {
        ({ tally, add } = counter());
        const from = world.clock.now;
        for (let now = from; now < until; ) {
            now = Math.min(until, now + 15 * minute);
            await world.clock.run(now);
            progress((now - firstDay) / minute);
        }
        return { ...tally, hours: (until - from) / hour };
    }

    // Sweeps come at the quarter hours, so hours are cut between them.
    const cut = firstDay + 5 * minute;
    const first = await during(cut + hour);
    own.forEach((database, index) => snapshotAt(world, cut + hour + (index % 30) * minute, { database, type: "automated" }));
    // New accounts export one by one until the first is sealed.
    const night = await during(cut + 6 * hour);
    const sealed = new Set(world.s3.versions(bucketOf(rendered), "manifests/").map(({ key }) => key)).size;
    if (sealed !== own.length) throw new Error(`${sealed} of ${own.length} exports are sealed after five hours`);
    const quiet = await during(cut + 7 * hour);
    return { accounts, exported: own.length, first, night, quiet, seconds: (Date.now() - began) / 1000 };
}

const bucketOf = ({ functions }: Rendered) => functions.start!.environment.VAULT_BUCKET!;

/** Members in units of fifty below the enrolled one. */
function found({ organization }: World, members: readonly string[], backupAccountId: string): void {
    const delegation = JSON.stringify(organizationDelegation("aws", backupAccountId));
    organization.found({ id: "o-a1b2c3d4e5", rootId: "r-ab12", managementAccount: "999900001111", delegation });
    organization.addUnit(unit);
    const below = (index: number) => `ou-ab12-${String(10_000_000 + Math.floor(index / perUnit))}`;
    members.forEach((id, index) => {
        if (index % perUnit === 0) organization.addUnit(below(index), unit);
        organization.join({ id, name: `account-${index}`, unit: below(index) });
    });
}
