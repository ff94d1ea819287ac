/** Numbers, times and foreign text for a person's eyes. Pure. */
export { counted as some, plain, size } from "../handlers/lib/watching/text";

export const hour = 3_600_000;
export const day = 24 * hour;

/** `2026-10-05 08:29`, UTC. */
export const when = (time: number | string): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

/** Hours up to 100, then days. */
export const span = (hours: number): string => (hours < 100 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`);

/** The first of a list, and how many more there are. */
export function firstOf(items: readonly string[], most = 5): string {
    const more = items.length - most;
    return items.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
