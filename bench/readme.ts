/** The sentences and the table of README.md that the benchmark owns, between markers. Pure. */
import { monthly, type Cost } from "./costs";
import { documentsOf, ends } from "./documents";
import { countsOf, type Run, type Size } from "./programs";
import { number, table } from "./table";

type Total = Pick<Cost, "fixed" | "account" | "export">;

/** The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
export function written(text: string, name: string, made: string): string {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(open), text.indexOf(close)];
    if (from < 0 || to < from) throw new Error(`README.md has no ${open} … ${close}`);
    return text.slice(0, from + open.length) + made + text.slice(to);
}

/** A row per size of `shown` that was run. The same wherever it is measured. */
export function scaleRows(runs: readonly { size: Size; run: Pick<Run, "rendered"> }[]): string[][] {
    const shown: Record<string, string> = { "10 listed": "10 listed", "100 listed": `100 listed (${number(ends("listed").count)} is the end)`, "unit": "units, 1 to 10,000 members" };
    return runs.filter(({ size }) => size.name in shown).map(({ size, run: { rendered } }) => {
        const { resources, providers } = countsOf(rendered);
        const [longest] = documentsOf(rendered).sort((a, b) => b.size / b.limit - a.size / a.limit);
        return [shown[size.name]!, number(resources), number(providers), `${number((longest!.size / longest!.limit) * 100)} % (${longest!.what})`];
    });
}

export const scaleTable = (runs: readonly { size: Size; run: Pick<Run, "rendered"> }[]): string =>
    `\n\n${table(["sources", "resources in `pulumi up`", "provider processes", "longest policy, of what AWS allows"], scaleRows(runs))}\n\n`;

/** For the reader of the README: rounded to two digits. */
export const costSentence = (sum: Total): string =>
    `about $${number(sum.fixed, 2)} + $${Number(sum.account.toPrecision(2))} per account + $${Number(sum.export.toPrecision(2)).toFixed(5)} per export a month, $${number(monthly(sum, 1000, 60_000))} for 1,000 accounts with two exports a day each`;
