/** `npm run bench -- planner`: how the pure planner grows with the number of snapshots. */
import { exponent, quartiles, ratioOf, spreadOf, type Benchmark, type How } from "./benchmark";
import { childJson } from "./programs";
import { number, table } from "./table";

/** One size. */
export interface Planned {
    readonly snapshots: number;
    readonly decisions: number;
    /** How many of each kind. */
    readonly codes: Readonly<Record<string, number>>;
    /** Of a processor, of each round, for all snapshots. */
    readonly seconds: readonly number[];
    /** Ordering by age and finding by ARN alone, in the same rounds. */
    readonly reference: readonly number[];
    /** Heap that the decisions take, per snapshot; of few the collector's own noise. */
    readonly heldBytes: number;
    /** The process at its largest, with what it was given. */
    readonly peakMiB: number;
}

async function measure({ quick, progress }: How): Promise<Planned[]> {
    const planned: Planned[] = [];
    for (const count of quick ? [100, 1000] : [100, 1000, 10_000, 100_000, 1_000_000]) {
        progress(`planner: ${number(count)} snapshots`);
        planned.push(await childJson<Planned>(["plannerChild.ts", String(count), String(count >= 1_000_000 ? 1 : quick ? 3 : 7)], "", ["--max-old-space-size=8192"]));
    }
    return planned;
}

const cost = ({ snapshots, seconds }: Planned) => ({ size: snapshots, cost: spreadOf(seconds).median });

export const planner: Benchmark<Planned[]> = {
    name: "planner",
    about: "decisions a second, and how they grow",
    measure,
    section(planned) {
        const rows = planned.map((each, index) => {
            const perSecond = spreadOf(each.seconds.map((seconds) => each.decisions / seconds));
            const ratio = ratioOf(each.seconds, each.reference);
            const before = planned[index - 1];
            return [
                number(each.snapshots), number(perSecond.median), quartiles(perSecond, 0), number(spreadOf(each.seconds).median * 1000, 2),
                before ? number(exponent(cost(before), cost(each)), 2) : "-", `× ${number(ratio.median, 1)}`, quartiles(ratio, 1), each.snapshots < 10_000 ? "-" : number(each.heldBytes), number(each.peakMiB),
            ];
        });
        return `One call of \`plan\` for an account with ten days of automated snapshots of each database, four of the ten sealed; in time of a processor, garbage collection included. Beside it the least that any planner does: order the same snapshots by age and index them by ARN. The exponent is that of the time between one size and the next: 1 is linear, n log n a little more.

${table(["snapshots", "decisions a second", "quartiles", "ms", "exponent", "of sort and index", "quartiles", "bytes per decision", "peak MiB"], rows)}`;
    },
    rows(planned) {
        const largest = planned[planned.length - 1]!;
        const growth = exponent(cost(planned[0]!), cost(largest));
        return [{
            what: `plan of ${number(largest.snapshots)} snapshots`,
            measured: `${number(spreadOf(largest.seconds).median, 1)} s, ${number(largest.peakMiB)} MiB; time grows with n^${number(growth, 2)} from ${number(planned[0]!.snapshots)} on`,
            beside: `sort and index of the same: × ${number(ratioOf(largest.seconds, largest.reference).median, 1)}`,
            goal: "linear or n log n",
        }];
    },
};
