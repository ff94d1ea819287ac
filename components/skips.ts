/** Globs over RDS's names of tables, compiled at deployment. Pure. */

/** Source of an anchored RegExp, or a sentence that says what to write instead. */
export type CompiledTable = { readonly pattern: string } | { readonly problem: string };

/**
 * `*` is any run of characters, `?` is one, everything else stands for itself. Not picomatch, as for databases: that is made
 * for paths, and the tables that RDS skips are those with odd names, a `/` in them for instance, at which its `*` stops;
 * quotes and backslashes it takes for syntax.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
 */
export function compileTable(glob: string): CompiledTable {
    const choice = /[[\]{}]/.exec(glob)?.[0];
    if (choice) return { problem: `"${choice}" has no meaning here; only * and ? have. Write one glob per choice, or ? for a "${choice}" in a table's name.` };
    const pattern = glob
        .replace(/[\\^$.|+()/]/g, "\\$&")
        .replace(/\*+/g, "[^]*")
        .replace(/\?/g, "[^]");
    return { pattern: `^${pattern}$` };
}

/** Two databases without a character in common but for the hyphen, and two tables of each engine likewise but for the dots. */
const databases = ["a", "z-9"];
const tables = [["a.b", "Z9.#/-"], ["a.b.c", "Z9.#/.$-_"]];

const everyOne = (patterns: readonly string[], names: readonly string[]) => names.every((name) => patterns.some((pattern) => new RegExp(pattern).test(name)));

/** Whether the patterns together accept every database of some account, and every table of some engine. */
export const acceptsEverything = (databasePatterns: readonly string[], tablePatterns: readonly string[]): boolean =>
    everyOne(databasePatterns, databases) && tables.some((names) => everyOne(tablePatterns, names));
