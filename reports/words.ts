/** Numbers, times and foreign text for a person's eyes. Pure. */

export const hour = 3_600_000;
export const day = 24 * hour;

/** `2026-10-05 08:29`, UTC. */
export const when = (time: number | string): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

/** Hours up to 100, then days. */
export const span = (hours: number): string => (hours < 100 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`);

const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Decimal units, as AWS bills. */
export function size(bytes: number): string {
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
    const value = bytes / 1000 ** power;
    return `${power && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** `1 database`, `2 databases`. */
export const some = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Text of others on one line: characters that move the cursor, turn the direction of writing or aren't seen are spelt out. */
export const plain = (text: string): string =>
    text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** The first of a list, and how many more there are. */
export function firstOf(items: readonly string[], most = 5): string {
    const more = items.length - most;
    return items.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
