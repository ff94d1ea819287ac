/** What every benchmark is: a measurement, and how it is told. Pure. */
import { number } from "./table";

export interface How {
    /** Small sizes and few repeats: shows that it works, and its numbers are no measurement. */
    readonly quick: boolean;
    /** The largest sizes too, which take hours. */
    readonly long: boolean;
    progress(text: string): void;
}

/** A row of README's table. */
export interface Row {
    readonly what: string;
    readonly measured: string;
    readonly beside: string;
    readonly goal: string;
}

export interface Benchmark<Result = unknown> {
    readonly name: string;
    /** For the usage, in a few words. */
    readonly about: string;
    measure(how: How): Promise<Result>;
    /** Its section of docs/performance.md, without the title. */
    section(result: Result): string;
    rows(result: Result): Row[];
}

/** The middle of several runs: half of them lie between the quartiles. */
export interface Spread {
    readonly median: number;
    readonly lower: number;
    readonly upper: number;
    readonly runs: number;
}

export function spreadOf(values: readonly number[]): Spread {
    if (!values.length) throw new Error("no run, no spread");
    const sorted = [...values].sort((a, b) => a - b);
    const at = (part: number) => {
        const place = part * (sorted.length - 1);
        const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
        return below + (above - below) * (place - Math.floor(place));
    };
    return { median: at(0.5), lower: at(0.25), upper: at(0.75), runs: sorted.length };
}

/** Of runs side by side: each round's own ratio, because what disturbs a machine disturbs a whole round. */
export const ratioOf = (measured: readonly number[], reference: readonly number[]): Spread => spreadOf(measured.map((value, round) => value / reference[round]!));

/** For a table; of a single run there are none. */
export const quartiles = ({ lower, upper, runs }: Spread, digits: number): string => (runs > 1 ? `${number(lower, digits)} to ${number(upper, digits)}` : "-");

/** Every variant once a round, and the first of a round is another each time. */
export async function interleaved<Name extends string, Result>(names: readonly Name[], rounds: number, run: (name: Name, round: number) => Promise<Result>): Promise<Record<Name, Result[]>> {
    const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
    for (let round = 0; round < rounds; round++) {
        for (let turn = 0; turn < names.length; turn++) {
            const name = names[(round + turn) % names.length]!;
            results[name].push(await run(name, round));
        }
    }
    return results;
}

/** b in `cost = a × size ^ b`, between two sizes: 1 is linear. */
export const exponent = (small: { size: number; cost: number }, large: { size: number; cost: number }): number => Math.log(large.cost / small.cost) / Math.log(large.size / small.size);
