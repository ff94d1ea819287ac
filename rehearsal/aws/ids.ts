/** Identifiers from the world's seeded generator, so that two runs with one seed are alike to the letter. */
export const hex = (random: () => number, digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");

export function uuid(random: () => number): string {
    const h = hex(random, 32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
}
