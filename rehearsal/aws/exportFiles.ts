/**
 * What an export writes: a folder of Parquet files per table with an end mark, then its info files.
 * Names: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.FileNames.html; info files as reported by users (README: not yet proven).
 */
import { uuid } from "./ids";
import type { ExportEnd, Principal, SimDatabase, SimSnapshot, SimTask, World } from "./types";

const gib = 2 ** 30;
/** Ours: what we take for the point where the exporter goes multipart (README: not yet proven that it does). */
const multipartFrom = 64 * 2 ** 20;
const largestPart = 20 * gib; // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Considerations.html
/** Ours: RDS pages the tables' info files, by how many isn't known. */
const tablesPerInfoFile = 100;

export const folderOf = (task: SimTask) => `${task.prefix && `${task.prefix}/`}${task.id}/`;

/** An export at work: its task and snapshot, and the session that writes. */
export interface Writing {
    readonly world: World;
    readonly task: SimTask;
    readonly snapshot: SimSnapshot;
    readonly role: Principal;
}

function put({ world, task, role }: Writing, name: string, options: { body?: string; size?: number; multipart?: boolean; keyArn?: string }): void {
    // The task's key, named in the request. S3 wants an integrity header under a
    // default retention; whether the exporter sends one is the project's first check on AWS (README: not yet proven).
    world.s3.put(role, task.bucket, folderOf(task) + name, { keyArn: task.keyArn, ...options });
}

const tablesOf = ({ tables, engine }: SimDatabase): readonly string[] =>
    tables ?? (engine.includes("postgres") ? ["app.public.customers", "app.public.orders"] : ["app.customers", "app.orders"]);
const bytesPerTable = (database: SimDatabase) => Math.max(1, Math.round((database.sizeGiB * gib) / Math.max(1, tablesOf(database).length)));

/** A skipped target is a table, or a whole database by its name. */
const isSkipped = (table: string, { skipped = [] }: ExportEnd) => skipped.some(({ target }) => table === target || table.startsWith(`${target}.`));

/** `db/schema.table/` or `db/db.table/`; what becomes `_`: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Considerations.html */
export function tableFolder(engine: string, target: string): string {
    const dot = target.indexOf(".");
    return `${target.slice(0, dot)}/${engine.includes("postgres") ? target.slice(dot + 1) : target}/`.replace(/[\\`" ]/g, "_");
}

/** The tables' files. `unfinished`: as a failed or canceled export leaves them, here with the first table without its end mark. */
export function writeTables(writing: Writing, end: ExportEnd, unfinished: boolean): void {
    const { world, task, snapshot } = writing;
    const { database } = snapshot;
    const bytes = bytesPerTable(database);
    const tables = tablesOf(database).filter((table) => !isSkipped(table, end) && !end.lost?.includes(table));
    for (const table of unfinished ? tables.slice(0, 1) : tables) {
        const folder = tableFolder(database.engine, table);
        const parts = end.empty?.includes(table) ? 0 : Math.ceil(bytes / largestPart);
        for (let part = 0; part < parts; part++) {
            const size = Math.ceil(bytes / parts);
            put(writing, `${folder}1/part-${String(part).padStart(5, "0")}-${uuid(world.random)}.gz.parquet`, { size, multipart: size >= multipartFrom });
        }
        // Without the header S3 takes the bucket's default and the policy sees no key: the vault must bear both ways.
        const vaultKeyIsDefault = world.s3.bucket(task.bucket)?.defaultKeyArn === task.keyArn;
        if (!unfinished) put(writing, `${folder}1/_SUCCESS`, { size: 0, ...(vaultKeyIsDefault && { keyArn: undefined }) });
    }
}

/** The tables' info files and the export's own. */
export function writeInfo(writing: Writing, end: ExportEnd, warning: string | undefined): void {
    const { task, snapshot } = writing;
    const { database } = snapshot;
    const perTable = bytesPerTable(database) / gib;
    const schemaMetadata = { originalTypeMappings: [] };
    const written = tablesOf(database)
        .filter((table) => !isSkipped(table, end))
        .map((target) => ({ target, status: "COMPLETE", sizeGB: end.empty?.includes(target) ? 0 : perTable, schemaMetadata }));
    // How RDS writes a skipped table here isn't documented (README: not yet proven).
    const skipped = (end.skipped ?? []).map(({ target, reason }) => ({ target, status: "SKIPPED", sizeGB: 0, warningMessage: reason, schemaMetadata }));
    const all = [...written, ...skipped];
    for (let from = 0; from < all.length; from += tablesPerInfoFile) {
        const perTableStatus = all.slice(from, from + tablesPerInfoFile);
        put(writing, `export_tables_info_${task.id}_from_${from + 1}_to_${from + perTableStatus.length}.json`, { body: JSON.stringify({ perTableStatus }) });
    }
    const info = {
        exportTaskIdentifier: task.id,
        sourceArn: task.sourceArn,
        status: "COMPLETE",
        percentProgress: 100,
        s3Bucket: task.bucket,
        exportedFilesPath: folderOf(task),
        ...(warning !== undefined && { warningMessage: warning }),
    };
    put(writing, `export_info_${task.id}.json`, { body: end.infoText ?? JSON.stringify(info) });
}

/**
 * WarningMessage: the outer shape is documented, its entries' isn't (README: not yet proven).
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.Monitoring.html
 */
export function warningOf({ warning, skipped = [] }: ExportEnd): string | undefined {
    if (warning !== undefined || skipped.length === 0) return warning;
    return JSON.stringify({ skippedTables: skipped.map(({ target, reason }) => ({ tableName: target, reason })), skippedObjectives: [], general: [] });
}
