/** What is wrong with a configuration, said so that its author can mend it. Pure. */

export interface Problem {
    /** As the author writes it: `rds-vault:sourceAccounts[1].id`. */
    readonly path: string;
    /** The value found there, as text; `nothing` when it is missing. */
    readonly received: string;
    /** What to write instead. */
    readonly message: string;
}

export interface SettingsError extends Error {
    readonly name: "SettingsError";
    readonly problems: readonly Problem[];
}

/** One plain Error that lists every problem. */
export function settingsError(where: string, problems: readonly Problem[]): SettingsError {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(({ path, received, message }) => `  ${path}: received ${received}. ${message}`);
    const error = new Error([`The configuration of ${where} has ${count}:`, ...lines].join("\n"));
    return Object.assign(error, { name: "SettingsError" as const, problems });
}

/** Paths in Pulumi's form; `aws:region` is the only key outside our namespace. */
export function pathText(keys: readonly (string | number)[]): string {
    const [first, ...rest] = keys;
    const top = first === "aws:region" || first === "stack" ? first : `rds-vault:${first}`;
    return top + rest.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
}

/** A received value, short enough for one line. */
export function shown(value: unknown): string {
    if (value === undefined) return "nothing";
    const text = JSON.stringify(value) ?? String(value);
    const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    return typeof value === "number" ? `${short} (a number)` : short;
}

export const listed = (words: readonly string[]): string => words.join(", ");

/** `Did you mean "x"?` and the known keys; a guess only within two typing errors. */
export function unknownKey(key: string, known: readonly string[]): string {
    const best = nearest(key, known);
    const guess = best ? ` Did you mean "${best}"?` : "";
    return `This key is unknown.${guess} Known here: ${listed(known)}.`;
}

/** The known word within two typing errors, if there is one. */
export const nearest = (word: string, known: readonly string[]): string | undefined =>
    known
        .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
        .filter(({ distance, name }) => distance <= 2 && distance < name.length)
        .sort((a, b) => a.distance - b.distance)[0]?.name;

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
        }
        row = next;
    }
    return row[b.length]!;
}
