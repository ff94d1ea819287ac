/** `npm run bench -- burst`: many snapshots of one account at once, on the virtual clock, with the deployed text at work. */
import { createHash } from "node:crypto";
import { namesOf } from "../components/arns";
import { enrolmentOf } from "../components/enrolment";
import { parseSettings, type Settings } from "../components/settings";
import { deploy } from "../rehearsal/aws/deploy";
import { inProcess } from "../rehearsal/aws/lambdaInProcess";
import type { SimTask, World } from "../rehearsal/aws/types";
import { createWorld, mulberry32 } from "../rehearsal/aws/world";
import { tutorial } from "../rehearsal/chaos/tutorial";
import { changed, type Stack } from "../rehearsal/chaos/world";
import { slots } from "../rehearsal/fates";
import { day, firstDay, hour, makeDatabase, minute, snapshotAt } from "../rehearsal/nights";
import { exponent, type Benchmark, type How } from "./benchmark";
import { accountIds, rawOf, runConfigured } from "./programs";
import { number, table } from "./table";

const designs = ["rds-vault", "tutorial", "at once"] as const;
type Design = (typeof designs)[number];

interface Drained {
    readonly design: Design;
    readonly snapshots: number;
    readonly exported: number;
    readonly lost: number;
    /** Virtual hours from the first snapshot's availability to the last export's end. */
    readonly makespan: number;
    /** No schedule of these exports in five slots is shorter: their hours by five, or the longest of them. */
    readonly bound: number;
    /** What the longest-processing-time rule takes, which knows every export's time beforehand. */
    readonly longestFirst: number;
    /** Virtual minutes until the first export started. */
    readonly firstStart: number;
    /** Virtual minutes that a slot lay empty between two exports, while others waited: median and largest. */
    readonly idle: { readonly median: number; readonly largest: number };
    /** Real seconds. */
    readonly seconds: number;
    /** Looks of the starter, or invocations of the other designs' function. */
    readonly invocations: number;
}

/** Ours: half of the databases below 12 GiB, one in a hundred above 350. AWS tells no distribution. */
const [medianGiB, sigma] = [12, 1.45];

function sizeOf(random: () => number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(1, Math.round(medianGiB * Math.exp(sigma * normal)));
}

/** By the snapshot, so that every design has the same work. Restoring takes 10 to 20 minutes, extraction goes by size, as in rehearsal/nights.ts. */
const exportTimes = (sourceArn: string, sizeGiB: number) => ({
    starting: 10 * minute + (createHash("sha256").update(sourceArn).digest().readUInt32BE() % (10 * minute)),
    running: Math.ceil(5 + sizeGiB / 4) * minute,
});

/** Events straight to the function: Lambda tries an asynchronous event three times, https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const atOnce = (stack: Stack): Stack =>
    changed(stack, (resource) => {
        const { type, inputs } = resource;
        if (type !== "aws:sqs/queue:Queue" || !String(inputs.name).endsWith("-trigger")) return resource;
        return { ...resource, inputs: { ...inputs, redrivePolicy: JSON.stringify({ ...JSON.parse(inputs.redrivePolicy), maxReceiveCount: 3 }) } };
    });

const stackOf: Record<Design, (stack: Stack) => Stack> = { "rds-vault": (stack) => stack, "tutorial": tutorial, "at once": (stack) => atOnce(tutorial(stack)) };

/** Long enough a window for all: what leaves it unexported would be lost, and said so (README: `expired-unprotected`). */
async function stackForBurst(): Promise<Stack> {
    const raw = { ...rawOf({ name: "burst", listed: 1, unit: false }), databases: { lookbackDays: 35 } };
    const settings: Settings = parseSettings("prod", raw);
    return { settings, rendered: (await runConfigured(raw)).rendered };
}

const isOver = ({ status }: SimTask) => status === "COMPLETE" || status === "FAILED";

export async function drain(own: Stack, design: Design, count: number): Promise<Drained> {
    const began = Date.now();
    const { rendered, settings } = stackOf[design](own);
    const { region, partition } = settings;
    const world: World = createWorld({ region, partition, start: firstDay, seed: count, judge: () => ({ allowed: true, why: "not judged" }), runtime: inProcess() });
    deploy(rendered, world);
    world.rds.exportTimes = ({ sourceArn }, { database }) => exportTimes(sourceArn, database.sizeGiB);
    const [account] = accountIds(1) as [string];
    const [stage, random] = [{ world, enrolment: enrolmentOf(settings) }, mulberry32(count)];
    const add = (index: number) => makeDatabase(stage, account, { identifier: `db-${index}`, kind: "instance", engine: "postgres", sizeGiB: sizeOf(random) });
    // An account's first export runs alone until it is sealed; that isn't the burst.
    snapshotAt(world, firstDay, { database: add(0), type: "automated" });
    const burstAt = firstDay + day;
    for (let index = 1; index <= count; index++) snapshotAt(world, burstAt, { database: add(index), type: "automated" });
    await world.clock.run(burstAt + 10 * minute);
    const wanted = world.rds.snapshots(account).filter(({ createdAt }) => createdAt >= burstAt);
    const arns = new Set(wanted.map(({ arn }) => arn));
    const tasks = () => world.rds.tasks(account).filter(({ sourceArn }) => arns.has(sourceArn));
    // Until nothing has happened for three hours, which no design survives with work left but ours.
    for (let quiet = 0, before = -1; quiet < 3; ) {
        await world.clock.run(world.clock.now + hour);
        const now = tasks().length + tasks().filter(isOver).length;
        quiet = now === before ? quiet + 1 : 0;
        if (tasks().some((task) => !isOver(task))) quiet = 0;
        before = now;
    }
    const name = namesOf({ stack: settings.stack, region, backupAccountId: settings.backupAccount.id }).prefix;
    const whole = tasks().filter(({ status }) => status === "COMPLETE");
    const exported = new Set(whole.map(({ sourceArn }) => sourceArn)).size;
    const first = Math.min(...wanted.map(({ availableAt = Infinity }) => availableAt));
    const took = whole.map(({ startedAt, endedAt = 0 }) => endedAt - startedAt);
    return {
        design, exported, snapshots: count, lost: count - exported,
        makespan: (Math.max(...whole.map(({ endedAt = 0 }) => endedAt)) - first) / hour,
        bound: Math.max(took.reduce((sum, each) => sum + each, 0) / slots, ...took) / hour,
        longestFirst: longestFirst(took) / hour,
        firstStart: (Math.min(...whole.map(({ startedAt }) => startedAt)) - first) / minute,
        idle: idleOf(whole),
        seconds: (Date.now() - began) / 1000,
        invocations: world.lambda.runs.filter((run) => run.function === `${name}-starter` && run.at >= burstAt).length,
    };
}

/** @param took milliseconds per export */
export function longestFirst(took: readonly number[]): number {
    const ends = Array.from({ length: slots }, () => 0);
    for (const each of [...took].sort((a, b) => b - a)) ends[ends.indexOf(Math.min(...ends))]! += each;
    return Math.max(...ends);
}

/** In minutes: the n-th start after the first five takes the slot that the n-th end left. */
function idleOf(tasks: readonly SimTask[]): Drained["idle"] {
    const starts = tasks.map(({ startedAt }) => startedAt).sort((a, b) => a - b).slice(slots);
    const ends = tasks.map(({ endedAt = 0 }) => endedAt).sort((a, b) => a - b);
    const gaps = starts.map((start, index) => (start - ends[index]!) / minute).sort((a, b) => a - b);
    return { median: gaps[Math.floor(gaps.length / 2)] ?? 0, largest: gaps[gaps.length - 1] ?? 0 };
}

const part = ({ bound, makespan }: Drained) => `${number((bound / makespan) * 100, 1)} %`;

async function measure({ quick, long, progress }: How): Promise<Drained[]> {
    progress("burst: the program");
    const stack = await stackForBurst();
    const drained: Drained[] = [];
    for (const count of quick ? [10, 40] : [10, 100, 1000, ...(long ? [5000] : [])]) {
        for (const design of designs) {
            progress(`burst: ${count} snapshots, ${design}`);
            drained.push(await drain(stack, design, count));
        }
    }
    return drained;
}

const told: Record<Design, string> = { "rds-vault": "rds-vault", "tutorial": "the tutorial's queue", "at once": "at once, no queue" };

export const burst: Benchmark<Drained[]> = {
    name: "burst",
    about: "many snapshots at once, against the bound of five slots",
    measure,
    section(drained) {
        const ours = drained.filter(({ design }) => design === "rds-vault");
        const growth = ours.slice(1).map((each, index) => exponent({ size: ours[index]!.snapshots, cost: ours[index]!.invocations }, { size: each.snapshots, cost: each.invocations }));
        return `Snapshots of one account, all within five minutes, on the virtual clock, with the deployed text at work. Sizes are log-normal (median ${medianGiB} GiB, one in a hundred above 350), an export takes 15 minutes to 25 and one more for each 4 GiB. The bound is what no schedule can beat: the exports' hours by five slots, or the longest of them. *Longest first* is the makespan of the longest-processing-time rule, which knows every export's time beforehand; ours takes the oldest data first, because whatever waits may be deleted. Of few exports the bound is out of reach for any schedule: ten are two rounds of five, and the last slot to end decides. An invocation takes no virtual time here, on AWS seconds.

${table(
    ["snapshots", "design", "exported", "lost", "hours", "bound", "of the bound", "longest first", "first start, minutes", "slot empty, minutes: median", "largest", "invocations"],
    drained.map((each) => [number(each.snapshots), told[each.design], number(each.exported), number(each.lost), number(each.makespan, 1), number(each.bound, 1), part(each), number(each.longestFirst, 1), number(each.firstStart, 1), number(each.idle.median, 1), number(each.idle.largest, 1), number(each.invocations)]),
)}

Bounds are those of the exports that each design made. The tutorial's queue hides a message for 60 seconds and gives it up after five receives; without a queue Lambda tries an event three times. Our invocations grow with exponents ${growth.map((each) => number(each, 2)).join(", ")} of the number of snapshots.`;
    },
    rows(drained) {
        const ours = drained.filter(({ design }) => design === "rds-vault");
        const largest = ours[ours.length - 1]!;
        const others = drained.filter(({ design, snapshots }) => design !== "rds-vault" && snapshots === largest.snapshots);
        return [{
            what: `${number(largest.snapshots)} snapshots of one account at once`,
            measured: `${part(largest)} of the bound of five slots, ${number(largest.lost)} lost`,
            beside: others.map((each) => `${told[each.design]}: ${number(each.lost)} lost`).join("; "),
            goal: "95 % of the bound, nothing lost",
        }];
    },
};
