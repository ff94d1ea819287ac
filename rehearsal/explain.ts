/** `explain` without its command line: reads what the AWS CLI printed, and plans. Pure. */
import { clusterDatabase, clusterSnapshot, exportTask, instanceDatabase, instanceSnapshot } from "../handlers/lib/fromAws";
import { inFlight, manifestOfExport } from "../handlers/lib/history";
import { parseManifestName } from "../handlers/lib/manifestName";
import { plan } from "../handlers/lib/plan";
import { isWrittenByUs } from "../handlers/lib/taskId";
import type { Database, Decision, ManifestName, PlanSettings, Snapshot, Task } from "../handlers/lib/types";
import { isMisplaced, standingOf, type Members } from "./members";

/** A file's name, for errors, and its content. */
export interface Input {
    readonly file: string;
    readonly text: string;
}

/** Everything that the files hold, of all accounts. */
export interface Evidence {
    readonly snapshots: Snapshot[];
    readonly databases: (Database & { readonly account: string; readonly region: string })[];
    readonly tasks: Task[];
    readonly manifests: ManifestName[];
    /** Top-level keys that were seen; an empty list is knowledge too. */
    readonly keys: Set<string>;
    /** What was read otherwise than its owner may think. */
    readonly notes: string[];
}

/** What the planner's settings don't tell. */
export interface Surroundings {
    /** The stack's; absent: snapshots of all Regions are planned. */
    readonly region?: string;
    readonly backupAccount?: string;
    /** Accounts that nobody lists. */
    readonly members?: Members;
}

const refuse = (file: string, problem: string): never => {
    throw Object.assign(new Error(`${file}: ${problem}`), { name: "UsageError" });
};

const partOf = (arn: unknown, index: number): string => (typeof arn === "string" && arn.split(":")[index]) || "unknown";
const regionOf = (arn: unknown) => partOf(arn, 3);
const accountOf = (arn: unknown) => partOf(arn, 4);
const placeOf = (arn: unknown) => ({ account: accountOf(arn), region: regionOf(arn) });

type Item = Record<string, unknown>;
type Reader = (item: Item, into: Evidence) => unknown;

const readers: Readonly<Record<string, Reader>> = {
    DBSnapshots: (item, { snapshots }) => snapshots.push(instanceSnapshot(item)),
    DBClusterSnapshots: (item, { snapshots }) => snapshots.push(clusterSnapshot(item)),
    DBInstances: (item, { databases }) => databases.push({ ...instanceDatabase(item), ...placeOf(item.DBInstanceArn) }),
    DBClusters: (item, { databases }) => databases.push({ ...clusterDatabase(item), ...placeOf(item.DBClusterArn) }),
    ExportTasks: (item, { tasks }) => tasks.push(exportTask(item)),
    // aws s3api list-objects-v2
    Contents: (item, { manifests }) => manifests.push(...[parseManifestName(String(item.Key)) ?? []].flat()),
};

/** Reads the files; throws a UsageError that names file, item and field. */
export function readEvidence(inputs: readonly Input[]): Evidence {
    const evidence: Evidence = { snapshots: [], databases: [], tasks: [], manifests: [], keys: new Set(), notes: [] };
    for (const { file, text } of inputs) {
        if (!text.trim()) readNothing(file, evidence);
        else if (/^\s*[{[]/.test(text) || file.endsWith(".json")) readJson(file, text, evidence);
        else readNames(file, text.split("\n").filter((line) => line.trim()), evidence);
    }
    return evidence;
}

/** Of a new vault `aws s3 ls` prints nothing; commands that print JSON always print some. */
function readNothing(file: string, { keys, notes }: Evidence): void {
    if (file.endsWith(".json")) refuse(file, "is empty; the command that should have filled it may have failed");
    keys.add("Contents");
    notes.push(`${file} is empty and counts as the list of a vault without manifests. If the command that should have filled it failed, what is sealed looks unsealed here.`);
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
function readNames(file: string, lines: readonly string[], { manifests, keys }: Evidence): void {
    keys.add("Contents");
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

/** A decision, and whose rules it follows. */
export interface Explained extends Decision {
    /** Where they stand in the configuration; absent: the account isn't enrolled as far as anybody knows. */
    readonly rules?: string;
}

/** Plans every account in the evidence by itself, in the order of their ids; last what lies in another Region. */
export function explain(evidence: Evidence, settings: PlanSettings, now: Date, { region, backupAccount, members }: Surroundings = {}): Explained[] {
    const here = region === undefined ? evidence : within(region, evidence);
    const accounts = [...new Set(here.snapshots.map(({ account }) => account))].sort();
    const planned = accounts.flatMap((account): Explained[] => {
        const standing = account === backupAccount ? noSource : standingOf(account, settings, members);
        if ("reason" in standing) {
            const code = standing.decision === "skip" ? "not-enrolled" : "unknown";
            return snapshotsOf(account, here).map((snapshot) => ({ snapshot, code, ...standing }));
        }
        const enrolled = { ...settings, accounts: { ...settings.accounts, [account]: standing.account } };
        const doubt = isMisplaced(account, settings, members) ? "; but the account is listed and lies in an enrolled unit: see the warning" : "";
        return explainAccount(account, here, enrolled, now).map((decision) => ({ ...decision, reason: withFile(decision) + doubt, rules: standing.rules }));
    });
    return [...planned, ...elsewhere(evidence, region)];
}

const noSource = { decision: "skip", reason: "this is the backup account, which saves others and is no source" } as const;

/** Whoever explains has files; the planner says only which call would tell. */
const withFile = ({ reason, needs }: Decision) => (needs ? `${reason}: give that file` : reason);

const within = (region: string, evidence: Evidence): Evidence => ({
    ...evidence,
    snapshots: evidence.snapshots.filter(({ arn }) => regionOf(arn) === region),
    databases: evidence.databases.filter((database) => database.region === region),
    tasks: evidence.tasks.filter(({ sourceArn }) => regionOf(sourceArn) === region),
});

/** RDS exports into buckets of its own Region only: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html */
function elsewhere({ snapshots }: Evidence, region: string | undefined): Explained[] {
    if (region === undefined) return [];
    return unique(snapshots)
        .filter(({ arn }) => regionOf(arn) !== region)
        .map((snapshot) => ({ snapshot, decision: "skip", code: "foreign", reason: `lies in ${regionOf(snapshot.arn)}, this stack saves ${region}` }));
}

/** RDS may name a snapshot in two answers. */
const unique = (snapshots: readonly Snapshot[]): Snapshot[] => [...new Map(snapshots.map((snapshot) => [snapshot.arn, snapshot])).values()];
const snapshotsOf = (account: string, { snapshots }: Evidence): Snapshot[] => unique(snapshots).filter((snapshot) => snapshot.account === account);

function explainAccount(account: string, evidence: Evidence, settings: PlanSettings, now: Date): Decision[] {
    const { keys, tasks, manifests, databases } = evidence;
    const snapshots = snapshotsOf(account, evidence);
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
            finished: own.filter((task) => !inFlight(task) && isWrittenByUs(task, settings.destination) && !ledger.some(({ taskId }) => taskId === task.id)),
            proven: ledger.some(manifestOfExport) || own.some((task) => task.status === "COMPLETE" && isWrittenByUs(task, settings.destination)),
        },
        settings,
        now,
    );
}
