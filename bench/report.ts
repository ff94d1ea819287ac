/** docs/scale.md out of what was measured. Pure. */
import { costsOf, monthly, ofExports, secondsOf, total, wait, type Basis } from "./costs";
import { documentsOf, ends, type Sized } from "./documents";
import type { Played, Tally } from "./hour";
import { countsOf, type Run, type Size } from "./programs";
import { breaks } from "./breaks";
import { number, table } from "./table";

export interface Measured {
    readonly runs: readonly { readonly size: Size; readonly run: Run }[];
    readonly played: Played;
    readonly basis: Basis;
}

/** How many resources at each size. The same wherever it is measured. */
export const resourceTable = (runs: readonly { size: Size; run: Pick<Run, "rendered"> }[]): string =>
    table(
        ["sources", "resources", "provider processes"],
        runs.map(({ size, run }) => {
            const { resources, providers } = countsOf(run.rendered);
            return [size.name, number(resources), number(providers)];
        }),
    );

/** The size of every document at each size of the stack. The same wherever it is measured. */
export function documentTable(runs: readonly { size: Size; run: Pick<Run, "rendered"> }[]): string {
    const columns = runs.map(({ run }) => documentsOf(run.rendered));
    const key = ({ kind, what }: Sized) => `${kind} ${what}`;
    const all = new Map(columns.flat().map((each) => [key(each), each]));
    const rows = [...all.values()].sort((a, b) => key(a).localeCompare(key(b)));
    const cell = (column: readonly Sized[], row: Sized) => number(column.find((each) => key(each) === key(row))?.size ?? NaN).replace("NaN", "-");
    return table(["document", "of", "AWS allows", ...runs.map(({ size }) => size.name)], rows.map((row) => [row.what, `[${row.kind}](${row.source})`, number(row.limit), ...columns.map((column) => cell(column, row))]));
}

const callTable = (played: Played): string => {
    const { accounts, exported, quiet } = played;
    const names = [...new Set([...Object.keys(quiet.calls), ...Object.keys(played.night.calls)])].sort();
    const rows = names.map((name) => {
        const count = (tally: Tally) => tally.calls[name] ?? 0;
        const [by, operation] = name.split(" ");
        return [operation!, by!, number(count(quiet) / quiet.hours / accounts, 2), number(Math.max(0, ofExports(played, count)) / exported, 2)];
    });
    return table(["call", "by", "per account and hour", "per export"], rows);
};

export function report({ runs, played, basis }: Measured): string {
    const { accounts, exported, quiet } = played;
    const costs = costsOf(played, basis);
    const sum = total(costs);
    const dollars = (value: number) => `$${number(value, 2)}`;
    const each = (value: number) => (value ? number(value * 1000, 3) : "-");
    const base = runs[0]!.run;
    const listed = (["listed", "listed beside a unit", "units"] as const).map((what) => [what, number(ends(what).count), ends(what).by]);
    const invocation = (name: string) => secondsOf(name, quiet, basis) / (quiet.invocations[name] ?? 1);
    return `# Scale

What \`npm run bench -- scale\` prints; \`-- scale --write\` writes it here, and README's share of it there. Numbers without a unit of time are the same on every machine, and a test holds the first two tables against the code.

## The program

Members of enrolled units are no input of the program: the graph names none of them, so with 1 or with 10,000 it is the same graph, to the letter.

${resourceTable(runs)}

A provider process takes 200 to 400 MB, so past 20 listed accounts the program warns. Time and memory of the program itself, under Pulumi's mocks, one process each, on the machine that wrote this; processor seconds are to be compared, the others depend on what else ran:

${table(["sources", "seconds", "processor seconds", "of the first", "MiB"], runs.map(({ size, run }) => [size.name, number(run.seconds, 1), number(run.processorSeconds, 1), `× ${number(run.processorSeconds / base.processorSeconds, 1)}`, number(run.memoryMiB)]))}

## Documents

Characters as sent. Of documents that each source account has, one row.

${documentTable(runs)}

Where they end (stack \`prod\` in eu-west-1; longer names end a little earlier). Beyond that the program stops and says which document is too long.

${table(["sources", "at most", "ended by"], listed)}

## Calls

${number(accounts)} members of an enrolled unit, ${number(exported)} databases, on the virtual clock: the deployed text, every call allowed. A quiet hour (four sweeps, functions warm), and what an export adds from the snapshot to its manifest.

${callTable(played)}

In that hour ${number(quiet.invocations.starter ?? 0)} invocations of the starter, about ${number(invocation("starter"), 1)} seconds each, ${number(quiet.invocations.sweeper ?? 0)} of the sweep, about ${number(invocation("sweeper"), 1)} seconds each: ${number(secondsOf("starter", quiet, basis) + secondsOf("sweeper", quiet, basis))} Lambda seconds in all. Seconds are estimates: ${wait * 1000} ms for each call that waits for the one before it, and the processor time that the SDK was measured to need (${number(basis.held.cpuMs, 1)} ms a call on a whole processor, for short answers).

## Cost per month

List prices of us-east-1 in November 2026, no free tier. Not in it: the export itself (RDS, about $0.010 to $0.013 per GB of the snapshot), which is nearly everything, its storage, and $0.0054 per thousand files (RDS's PUT, the sealer's HEAD; the exports here have a few files each).

${table(["what", "fixed", "per 1,000 accounts", "per 1,000 exports", "price"], costs.map(({ what, fixed, account, export: one, source }) => [what, fixed ? number(fixed, 2) : "-", each(account), each(one), `[AWS](${source})`]))}

**Cost = ${dollars(sum.fixed)} + $${number(sum.account, 4)} × A + $${number(sum.export, 6)} × E** dollars a month for A accounts and E exports a month. With two databases exported a day per account:

${table(["accounts", "exports a month", "cost a month"], [10, 100, 1000, 10_000].map((count) => [number(count), number(count * 60), dollars(monthly(sum, count, count * 60))]))}

Both grow in a straight line. The largest part per account is S3's LIST: every look reads the account's ledger.

## What breaks first

At 10,000 accounts, two exports a day each; in the order in which they come.

${breaks(played, basis)}
`;
}
