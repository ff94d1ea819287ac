/** What an object is, by its key relative to the task's folder. */
export type Place =
    | { readonly is: "info" }
    /** One page of the tables' states; the range is in the name. */
    | { readonly is: "tables"; readonly from: number; readonly to: number }
    /** `folder` is `<database>/<table>`. */
    | { readonly is: "file"; readonly folder: string }
    /** Not part of an export as we know it, such as the object with which RDS checks its credentials. */
    | { readonly is: "stray" };

/** The object with which an export says that a batch of a table is done; it holds nothing. */
export const endMark = "/_SUCCESS";

const infoName = /^export_info_[^/]+\.json$/;
const tablesName = /^export_tables_info_[^/]+_from_(\d{1,9})_to_(\d{1,9})\.json$/;

/** Names as reported by users and as in https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.FileNames.html (README: not yet proven). */
export function placeOf(key: string): Place {
    const [, from, to] = tablesName.exec(key) ?? [];
    if (from && to) return { is: "tables", from: Number(from), to: Number(to) };
    if (infoName.test(key)) return { is: "info" };
    const [database, table, ...rest] = key.split("/");
    return database && table && rest[rest.length - 1] ? { is: "file", folder: `${database}/${table}` } : { is: "stray" };
}

/** Longer than any key that S3 takes, so such a table can't have files. */
const longestKey = 1024;
/** Dots of a name that are tried as the end of the database's name. */
const mostDots = 8;

/**
 * Where a table's files may lie, likeliest first: `db.schema.table` in `db/schema.table`, MySQL's `db.table` in `db/db.table`.
 * Names may hold dots themselves, hence each dot in turn. Backslash, backtick, quote and space become `_` in a path:
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Considerations.html
 */
export function foldersOf(target: string): string[] {
    const folders: string[] = [];
    for (let folder = folderAt(target, 0); folder !== undefined; folder = folderAt(target, folders.length)) folders.push(folder);
    return folders;
}

/** One of those, by its place in the order; one at a time, because of 100,000 tables all of them would be much. */
function folderAt(target: string, place: number): string | undefined {
    if (target.length > longestKey || place >= 2 * mostDots) return undefined;
    const name = target.replace(/[\\`" ]/g, "_");
    let dot = name.indexOf(".");
    for (let left = place >> 1; left && dot >= 0; left--) dot = name.indexOf(".", dot + 1);
    if (dot < 0) return undefined;
    const [database, rest] = [name.slice(0, dot), name.slice(dot + 1)];
    return place % 2 ? `${database}/${database}.${rest}` : `${database}/${rest}`;
}

/**
 * Gives every table its folder. A folder is never given twice: of two tables and one folder, one has no files. `targets` in order
 * of precedence; likelier places are given away first.
 */
export function assignFolders(targets: readonly string[], hasFiles: (folder: string) => boolean): Map<string, string> {
    const assigned = new Map<string, string>();
    const taken = new Set<string>();
    let open = targets;
    for (let round = 0; open.length; round++) {
        open = open.filter((target) => {
            const folder = folderAt(target, round);
            if (folder === undefined) return false;
            if (taken.has(folder) || !hasFiles(folder)) return true;
            taken.add(folder);
            assigned.set(target, folder);
            return false;
        });
    }
    return assigned;
}
