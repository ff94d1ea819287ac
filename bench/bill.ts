/** `npm run bench -- costs`: calls and money by accounts and exports, and that they grow in a straight line. */
import { exponent, type Benchmark, type How } from "./benchmark";
import { costsOf, monthly, ofExports, total, type Cost } from "./costs";
import { playHours, type Tally } from "./hour";
import { hubOf } from "./hub";
import type { Held } from "./memoryChild";
import { childJson, runProgram, sizes } from "./programs";
import { number, table } from "./table";
import { watchingOf } from "./watching";

interface Counted {
    readonly accounts: number;
    readonly perAccountHour: number;
    readonly perExport: number;
    readonly costs: Cost[];
}

interface Bills {
    readonly counted: Counted[];
    readonly watching: Cost[];
}

/** The watcher calls once a day whatever happens, and an hour that it falls into isn't a quiet one. */
const calls = ({ calls: each }: Tally) => Object.entries(each).reduce((sum, [name, count]) => sum + (name.startsWith("watcher ") ? 0 : count), 0);

async function measure({ quick, progress }: How): Promise<Bills> {
    const size = sizes.find(({ unit, listed }) => unit && !listed)!;
    progress("costs: the program");
    const { rendered } = await runProgram(size);
    progress("costs: the SDK's clients");
    const held = await childJson<Held>(["memoryChild.ts"]);
    const counted: Counted[] = [];
    for (const accounts of quick ? [1, 10] : [1, 10, 100]) {
        progress(`costs: ${number(accounts)} account${accounts === 1 ? "" : "s"} for seven hours`);
        const played = await playHours(rendered, size, accounts, () => undefined);
        counted.push({
            accounts,
            perAccountHour: calls(played.quiet) / played.quiet.hours / accounts,
            perExport: ofExports(played, calls) / played.exported,
            costs: costsOf(played, { held, hub: hubOf(rendered) }),
        });
    }
    return { counted, watching: watchingOf(rendered) };
}

const dollars = (value: number) => `$${number(value, 2)}`;
/** Two databases a day, as in docs/scale.md. */
const exportsAMonth = 60;
const shown = [1, 100, 1000];

const idle = ({ counted, watching }: Bills, accounts: number) => monthly(total([...counted[counted.length - 1]!.costs, ...watching]), accounts, 0);

export const costs: Benchmark<Bills> = {
    name: "costs",
    about: "calls and a month's bill",
    measure,
    section(bills) {
        const { counted, watching } = bills;
        const hubAndVault = counted[counted.length - 1]!.costs;
        const [first, last] = [counted[0]!, counted[counted.length - 1]!];
        const growth = exponent({ size: first.accounts, cost: first.perAccountHour * first.accounts }, { size: last.accounts, cost: last.perAccountHour * last.accounts });
        const amounts = (cost: ReturnType<typeof total>) => shown.flatMap((accounts) => [monthly(cost, accounts, 0), cost.export * accounts * exportsAMonth]);
        const ofLine = (line: Cost) => amounts(line).map((value) => (value >= 0.005 ? dollars(value) : value > 0 ? "<0.01" : "-"));
        const of = (lines: readonly Cost[]) => lines.map((line) => [line.what, ...ofLine(line), `[AWS](${line.source})`]);
        const ofSum = (what: string, sum: ReturnType<typeof total>) => [`**${what}**`, ...amounts(sum).map((value) => `**${dollars(value)}**`), ""];
        return `Members of a unit with two databases each, on the virtual clock: calls to AWS of starter, sweep and sealer (the watcher's thirty or so come once a day), in a quiet hour by account, and what an export adds from its snapshot to its manifest. They grow with the number of accounts to the power ${number(growth, 2)}: a fixed share is divided by more.

${table(["accounts", "calls per account and hour", "calls per export"], counted.map(({ accounts, perAccountHour, perExport }) => [number(accounts), number(perAccountHour, 2), number(perExport, 2)]))}

A month's bill in dollars, list prices of us-east-1 in November 2026, no free tier; per account and export by the rates at ${number(last.accounts)} accounts, two exports a day each. What isn't in it says [scale.md](scale.md): the exports themselves and their storage.

${table(
    ["what", ...shown.flatMap((accounts) => [`${number(accounts)}: idle`, "exports"]), "price"],
    [
        ...of(hubAndVault),
        ofSum("hub and vault", total(hubAndVault)),
        ...of(watching),
        ofSum("with watching", total([...hubAndVault, ...watching])),
    ],
)}`;
    },
    rows(bills) {
        const hub = monthly(total(bills.counted[bills.counted.length - 1]!.costs), 100, 0);
        return [{ what: "idle hub and vault a month, 100 accounts", measured: dollars(hub), beside: `with watching: ${dollars(idle(bills, 100))}; for 1 account ${dollars(idle(bills, 1))}, for 1,000 ${dollars(idle(bills, 1000))}`, goal: "$15" }];
    },
};
