/** docs/performance.md and README's table out of what stands in bench/results.json. Pure. */
import type { Benchmark } from "./benchmark";
import { costs } from "./bill";
import { burst } from "./burst";
import { coldStarts } from "./coldStart";
import { dependencyTable } from "./dependencies";
import { people } from "./people";
import { planner } from "./planner";
import { program } from "./program";
import { sealer } from "./sealer";
import { table } from "./table";

/** What each measured last, and where. */
export interface Result {
    readonly machine: string;
    /** yyyy-mm-dd */
    readonly date: string;
    readonly seconds: number;
    /** As the benchmark's `measure` gave it. */
    readonly measured: unknown;
}
export type Results = Readonly<Record<string, Result>>;

export const benchmarks = [coldStarts, burst, costs, planner, program, sealer, people] as readonly Benchmark[];

const known = (results: Results) => benchmarks.flatMap((benchmark) => (results[benchmark.name] ? [{ benchmark, result: results[benchmark.name]! }] : []));

/** A machine and a day are said once for all that was measured there and then. */
const places = (results: Results) => {
    const groups = new Map<string, string[]>();
    for (const { benchmark: { name }, result: { date, machine } } of known(results)) {
        const place = `on ${date}, ${machine}`;
        groups.set(place, [...(groups.get(place) ?? []), `\`${name}\``]);
    }
    return [...groups].map(([place, names]) => `${place}: ${names.join(", ")}`).join("; ");
};

export function performancePage(results: Results, packageJson: string): string {
    const sections = known(results).map(({ benchmark: { name, section, about }, result }) => `## ${name}: ${about}\n\n${section(result.measured)}`);
    return `# Performance

What \`npm run bench\` measures; \`npm run bench -- --write\` writes its results to bench/results.json and makes this page and README's table of them, \`npm run bench -- NAME --write\` one part. Ratios are of runs in turn on one machine, the median and the quartiles of each round's own; times depend on the machine, so compare ratios. The growth with accounts is in [scale.md](scale.md).

Measured ${places(results)}.

${sections.join("\n\n")}

## What each dependency is for

\`dependencies\` holds what \`pulumi up\` needs. The SDK clients of the functions come with Lambda's runtime; here they serve types, rehearsal and commands.

${dependencyTable(packageJson)}
`;
}

export const performanceTable = (results: Results): string => {
    const rows = known(results).flatMap(({ benchmark, result }) => benchmark.rows(result.measured));
    return `\n\n${table(["what", "measured", "beside it", "goal"], rows.map(({ what, measured, beside, goal }) => [what, measured, beside, goal]))}\n\nMeasured ${places(results)}.\n\n`;
};
