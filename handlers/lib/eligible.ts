import { databaseKey, isUndatedCopy, matches, typeOf, type Target } from "./database";
import type { Database, DatabaseRules, Decision, Snapshot } from "./types";

/** A decision without its snapshot. */
export type Verdict = Omit<Decision, "snapshot">;

export const skip = (code: Decision["code"], reason: string): Verdict => ({ decision: "skip", code, reason });
export const wait = (code: Decision["code"], reason: string): Verdict => ({ decision: "wait", code, reason });

/** As the export's documentation has it; `aurora` is the old name of Aurora MySQL: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartExportTask.html */
const engines: readonly string[] = ["mysql", "mariadb", "postgres", "aurora", "aurora-mysql", "aurora-postgresql"];

/** Tells what speaks against exporting a snapshot, its age and its neighbours apart; `undefined`: nothing. `databases` are by databaseKey. */
export const objector = (rules: DatabaseRules, databases: ReadonlyMap<string, Database> | undefined) => (snapshot: Snapshot): Verdict | undefined => {
    const { engine, status, storageType } = snapshot;
    const type = typeOf(snapshot);
    if (!rules.snapshotTypes.some((wanted) => wanted === type)) {
        return skip("snapshot-type", `${type || "its type"} isn't among snapshotTypes (${rules.snapshotTypes.join(", ")})`);
    }
    const inexportable = foreignEngine(engine);
    if (inexportable) return inexportable;
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
    if (snapshot.kind === "instance" && storageType === "standard") return skip("storage", "magnetic storage (standard) can't be exported by RDS");
    if (status === "creating") return wait("creating", "the snapshot is still being created");
    if (status !== "available") return skip("status", `status is ${status}, only available snapshots can be exported`);
    return filtered(snapshot, rules) ?? untagged(snapshot, rules, databases) ?? copied(snapshot, rules);
};

/**
 * Why the rules want no export of a database at all, in words; `undefined`: they want it.
 * `tags`: its own, and those of snapshots that weren't made by hand. Absent as the engine: nobody knows them any more.
 */
export function unwanted(target: Target, rules: DatabaseRules, { engine, tags }: { readonly engine?: string; readonly tags?: readonly Database["tags"][] }): string | undefined {
    const untold = tags && rules.tags && !tags.some((own) => carries(own, rules.tags)) ? `neither the database nor a snapshot of it has the tag ${asked(rules.tags)}` : undefined;
    return (engine === undefined ? undefined : foreignEngine(engine)?.reason) ?? filtered(target, rules)?.reason ?? untold;
}

const foreignEngine = (engine: string): Verdict | undefined => (engines.includes(engine) ? undefined : skip("engine", `engine ${engine || "unknown"} can't be exported by RDS`));

function filtered(target: Target, { include, exclude }: DatabaseRules): Verdict | undefined {
    const excluding = exclude.find((filter) => matches(filter, target));
    if (excluding) return skip("excluded", `excluded by ${excluding.text}`);
    if (include.some((filter) => matches(filter, target))) return undefined;
    return skip("not-included", `${target.kind} ${target.database} matches no include filter (${include.map(({ text }) => text).join(", ") || "none"})`);
}

const carries = (own: Database["tags"], wanted: DatabaseRules["tags"] = {}): boolean => Object.entries(wanted).some(([key, values]) => values.includes(own[key] ?? "\0"));
const asked = (wanted: NonNullable<DatabaseRules["tags"]>): string => Object.entries(wanted).map(([key, values]) => `${key}=${values.join("|")}`).join(" or ");

function untagged(snapshot: Snapshot, { tags }: DatabaseRules, databases?: ReadonlyMap<string, Database>): Verdict | undefined {
    if (!tags) return undefined;
    if (carries(snapshot.tags, tags)) return undefined;
    if (!databases) {
        const describe = snapshot.kind === "instance" ? "describe-db-instances" : "describe-db-clusters";
        return { decision: "unknown", code: "unknown", needs: "databases", reason: `the snapshot has no tag ${asked(tags)}; whether its database has one is in ${describe}` };
    }
    if (carries(databases.get(databaseKey(snapshot))?.tags ?? {}, tags)) return undefined;
    return skip("tags", `neither the snapshot nor ${snapshot.database} has the tag ${asked(tags)}`);
}

function copied(snapshot: Snapshot, { copies }: DatabaseRules): Verdict | undefined {
    if (copies || !isUndatedCopy(snapshot)) return undefined;
    return skip("copy", `copied from ${snapshot.copiedFrom}, so the age of its data is unknown, and copies is false`);
}
