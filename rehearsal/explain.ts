/** `explain` without its command line: reads what the AWS CLI printed, plans, prints. Pure. */
import type { Colors } from "picocolors/types";
import { parseSnapshotArn } from "../components/arns";
import { clusterDatabase, clusterSnapshot, exportTask, instanceDatabase, instanceSnapshot } from "../handlers/lib/fromAws";
import { inFlight, manifestOfExport } from "../handlers/lib/history";
import { parseManifestName } from "../handlers/lib/manifestName";
import { plan } from "../handlers/lib/plan";
import { isWrittenByUs } from "../handlers/lib/taskId";
import type { Database, Decision, ManifestName, PlanSettings, Snapshot, Task } from "../handlers/lib/types";

/** A file's name, for errors, and its content. */
export interface Input {
    readonly file: string;
    readonly text: string;
}

/** Everything that the files hold, of all accounts. */
export interface Evidence {
    readonly snapshots: Snapshot[];
    readonly databases: (Database & { readonly account: string })[];
    readonly tasks: Task[];
    readonly manifests: ManifestName[];
    /** Top-level keys that were seen; an empty list is knowledge too. */
    readonly keys: Set<string>;
}

const refuse = (file: string, problem: string): never => {
    throw Object.assign(new Error(`${file}: ${problem}`), { name: "UsageError" });
};

const accountOf = (arn: unknown): string => (typeof arn === "string" && arn.split(":")[4]) || "unknown";

type Item = Record<string, unknown>;
type Reader = (item: Item, into: Evidence) => unknown;

const readers: Readonly<Record<string, Reader>> = {
    DBSnapshots: (item, { snapshots }) => snapshots.push(instanceSnapshot(item)),
    DBClusterSnapshots: (item, { snapshots }) => snapshots.push(clusterSnapshot(item)),
    DBInstances: (item, { databases }) => databases.push({ ...instanceDatabase(item), account: accountOf(item.DBInstanceArn) }),
    DBClusters: (item, { databases }) => databases.push({ ...clusterDatabase(item), account: accountOf(item.DBClusterArn) }),
    ExportTasks: (item, { tasks }) => tasks.push(exportTask(item)),
    // aws s3api list-objects-v2
    Contents: (item, { manifests }) => manifests.push(...[parseManifestName(String(item.Key)) ?? []].flat()),
};

/** Reads the files; throws a UsageError that names file, item and field. */
export function readEvidence(inputs: readonly Input[]): Evidence {
    const evidence: Evidence = { snapshots: [], databases: [], tasks: [], manifests: [], keys: new Set() };
    for (const { file, text } of inputs) {
        if (!text.trim()) refuse(file, "is empty; the command that should have filled it may have failed");
        if (/^\s*[{[]/.test(text) || file.endsWith(".json")) readJson(file, text, evidence);
        else readNames(file, text.split("\n").filter((line) => line.trim()), evidence);
    }
    return evidence;
}

function readJson(file: string, text: string, evidence: Evidence): void {
    let content: unknown;
    try {
        content = JSON.parse(text);
    } catch (error) {
        refuse(file, `isn't JSON: ${(error as Error).message}`);
    }
    if (Array.isArray(content)) return readNames(file, content.map(String), evidence);
    const found = Object.entries(content as Item).filter(([key]) => key in readers);
    if (!found.length) refuse(file, `has none of the keys ${Object.keys(readers).join(", ")}; found ${Object.keys(content as Item).join(", ") || "none"}`);
    for (const [key, list] of found) {
        if (!Array.isArray(list)) refuse(file, `${key} is no list`);
        evidence.keys.add(key);
        for (const [index, item] of (list as Item[]).entries()) {
            try {
                readers[key]?.(item ?? {}, evidence);
            } catch (error) {
                refuse(file, `${key}[${index}]: ${(error as Error).message}`);
            }
        }
    }
}

/** Names alone or lines of `aws s3 ls --recursive`. */
function readNames(file: string, lines: readonly string[], { manifests }: Evidence): void {
    for (const [index, line] of lines.entries()) {
        const name = /manifests\/\S+/.exec(line)?.[0] ?? refuse(file, `line ${index + 1} names no manifests/… object: ${line.slice(0, 80)}`);
        // Parts of large manifests and strangers aren't the ledger.
        manifests.push(...[parseManifestName(name) ?? []].flat());
    }
}

/** The vault key that tasks of ours carry, newest first; the configuration doesn't know it before the deployment. */
export const keyFromTasks = ({ tasks }: Evidence, { destination }: PlanSettings): string | undefined =>
    [...tasks]
        .sort((a, b) => (b.startedAt ?? "").localeCompare(a.startedAt ?? "") || a.id.localeCompare(b.id))
        .find((task) => isWrittenByUs(task, { ...destination, keyArn: task.keyArn }))?.keyArn;

/** Plans every account in the evidence by itself, in the order of their ids. */
export function explain(evidence: Evidence, settings: PlanSettings, now: Date): Decision[] {
    const { keys, tasks, manifests, databases } = evidence;
    const accounts = [...new Set(evidence.snapshots.map(({ account }) => account))].sort();
    return accounts.flatMap((account) => {
        const snapshots = evidence.snapshots.filter((snapshot) => snapshot.account === account);
        const own = tasks.filter(({ sourceArn }) => accountOf(sourceArn) === account);
        const ledger = manifests.filter((manifest) => manifest.account === account);
        const needed = new Set(snapshots.map(({ kind }) => (kind === "instance" ? "DBInstances" : "DBClusters")));
        const bySource: Record<string, Task[]> = {};
        if (keys.has("ExportTasks")) for (const { arn } of snapshots) bySource[arn] = [];
        for (const task of own) (bySource[task.sourceArn] ??= []).push(task);
        return plan(
            {
                account,
                snapshots,
                databases: [...needed].every((key) => keys.has(key)) ? databases.filter((database) => database.account === account) : undefined,
                running: keys.has("ExportTasks") ? own.filter(inFlight) : undefined,
                tasks: bySource,
                manifests: ledger,
                finished: keys.has("ExportTasks") ? own.filter((task) => !inFlight(task) && isWrittenByUs(task, settings.destination) && !ledger.some(({ taskId }) => taskId === task.id)) : undefined,
                proven: ledger.some(manifestOfExport) || own.some((task) => task.status === "COMPLETE" && isWrittenByUs(task, settings.destination)),
            },
            settings,
            now,
        );
    });
}

/** What `--json` prints. */
export const asJson = (decisions: readonly Decision[]) =>
    decisions.map(({ snapshot, decision, reason, startExportTask }) => ({
        snapshotArn: snapshot.arn,
        account: snapshot.account,
        database: `${snapshot.kind}.${snapshot.database}`,
        decision,
        reason,
        ...(startExportTask ? { startExportTask } : {}),
    }));

/** Aligned columns, each export's call beneath it, and a summary line. */
export function asTable(decisions: readonly Decision[], colours: Colors): string[] {
    const paint = { export: colours.green, done: colours.dim, skip: colours.dim, wait: colours.yellow, unknown: colours.magenta };
    const rows = decisions.map(({ snapshot, decision, reason }) => [
        parseSnapshotArn(snapshot.arn)?.identifier ?? snapshot.arn,
        `${snapshot.account}/${snapshot.kind}.${snapshot.database}`,
        decision,
        reason,
    ]);
    const head = ["SNAPSHOT", "DATABASE", "DECISION", "REASON"];
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
    return [colours.bold(line(head)), ...body, "", counts.length ? `${total}: ${counts.join(", ")}` : total];
}
