/** Tables whose columns line up, as Markdown shows them too. Pure. */

/** Cells of numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const widths = head.map((title, column) => Math.max(title.length, 3, ...rows.map((row) => row[column]!.length)));
    const isNumber = head.map((_, column) => column > 0 && rows.every((row) => /^(\**[$×<]? ?[\d.,]+ ?%?\**|-|)$/.test(row[column]!)));
    const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(" | ")} |`;
    const rule = `|${widths.map((width, column) => (isNumber[column] ? `${"-".repeat(width + 1)}:` : "-".repeat(width + 2))).join("|")}|`;
    return [line(head), rule, ...rows.map(line)].join("\n");
}

/** 12,345.6 */
export const number = (value: number, digits = 0): string => value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
