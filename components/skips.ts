/** Globs over RDS's names of tables, as the sealer matches them. Pure. */
import { isLike } from "../handlers/lib/sealing/glob";

/** The glob as written, or a sentence that says what to write instead. */
export type CheckedTable = { readonly glob: string } | { readonly problem: string };

/** `*` is any run of characters, `?` is one, everything else stands for itself. */
export function checkTable(glob: string): CheckedTable {
    const choice = /[[\]{}]/.exec(glob)?.[0];
    return choice ? { problem: `"${choice}" has no meaning here; only * and ? have. Write one glob per choice, or ? for a "${choice}" in a table's name.` } : { glob };
}

/** Two databases without a character in common but for the hyphen, and two tables of each engine likewise but for the dots. */
const databases = ["a", "z-9"];
const tables = [["a.b", "Z9.#/-"], ["a.b.c", "Z9.#/.$-_"]];

/** Whether the patterns together accept every database of some account, and the globs every table of some engine. */
export function acceptsEverything(databasePatterns: readonly string[], tableGlobs: readonly string[]): boolean {
    const everyDatabase = databases.every((name) => databasePatterns.some((pattern) => new RegExp(pattern).test(name)));
    return everyDatabase && tables.some((names) => names.every((name) => tableGlobs.some((glob) => isLike(name, glob))));
}
