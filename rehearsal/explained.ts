/** What `explain` prints. Pure. */
import type { Colors } from "picocolors/types";
import { parseSnapshotArn } from "../components/arns";
import type { Explained } from "./explain";

/** What `--json` prints. */
export const asJson = (decisions: readonly Explained[], warnings: readonly string[]) => ({
    warnings,
    decisions: decisions.map(({ snapshot, decision, rules, reason, startExportTask }) => ({
        snapshotArn: snapshot.arn,
        account: snapshot.account,
        database: `${snapshot.kind}.${snapshot.database}`,
        decision,
        ...(rules === undefined ? {} : { rules }),
        reason,
        ...(startExportTask ? { startExportTask } : {}),
    })),
});

/** Warnings on top, then aligned columns, each export's call beneath it, and a summary line. */
export function asTable(decisions: readonly Explained[], colours: Colors, warnings: readonly string[] = []): string[] {
    const paint = { export: colours.green, done: colours.dim, skip: colours.dim, wait: colours.yellow, unknown: colours.magenta };
    const rows = decisions.map(({ snapshot, decision, rules = "-", reason }) => [
        parseSnapshotArn(snapshot.arn)?.identifier ?? snapshot.arn,
        `${snapshot.account}/${snapshot.kind}.${snapshot.database}`,
        decision,
        rules,
        reason,
    ]);
    const head = ["SNAPSHOT", "DATABASE", "DECISION", "RULES", "REASON"];
    const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]) => cells.map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("  ");
    const body = decisions.flatMap(({ decision, startExportTask }, index) => [
        paint[decision](line(rows[index] ?? [])),
        ...(startExportTask ? JSON.stringify(startExportTask, null, 2).split("\n").map((text) => `    ${text}`) : []),
    ]);
    const counts = Object.keys(paint).flatMap((kind) => {
        const count = decisions.filter(({ decision }) => decision === kind).length;
        return count ? [`${count} ${kind}`] : [];
    });
    const total = `${decisions.length} snapshot${decisions.length === 1 ? "" : "s"}`;
    const loud = warnings.map((warning) => colours.bold(colours.red(`! ${warning}`)));
    return [...loud, ...(loud.length ? [""] : []), colours.bold(line(head)), ...body, "", counts.length ? `${total}: ${counts.join(", ")}` : total];
}
