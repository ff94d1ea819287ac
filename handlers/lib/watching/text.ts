/** Text of others on one line: characters that move the cursor, turn the direction of writing or aren't seen are spelt out, and nothing becomes a link. */
export const plain = (text: string): string =>
    text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).replace(/:\/\//g, "[:]//");

/** As much of it as a mail needs. */
export const shown = (text: string, most = 300): string => plain(text.slice(0, most));

/** `1 database`, `2 databases` */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Bytes as people read them, in decimal units. */
export function size(bytes: number): string {
    const units = ["B", "kB", "MB", "GB", "TB", "PB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
    const value = bytes / 1000 ** power;
    return `${power && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** Lines of a list. */
const many = 200;

/** A heading and its lines, then how many more there are. Nothing without lines. */
export function section(heading: string, lines: readonly string[], more = 0): string[] {
    if (!lines.length) return [];
    const left = more + Math.max(0, lines.length - many);
    return ["", `${heading}:`, ...lines.slice(0, many).map((line) => `  ${line}`), ...(left ? [`  … and ${left} more`] : [])];
}

/** How a list of things that accounts have is told. */
export interface Fairness<T> {
    /** Things of one account. */
    readonly each: number;
    line(thing: T): string;
    nameOf(account: string): string;
}

/**
 * A section in which no account hides another's, however much it has: each account's things together, the first ones told and the
 * others counted. The accounts in the order in which they come.
 */
export function fairSection<T extends { readonly account?: string }>(heading: string, things: readonly T[], { each, line, nameOf }: Fairness<T>): string[] {
    const byAccount: Record<string, T[]> = {};
    // With a letter: keys that are numbers wouldn't keep their order.
    for (const thing of things) (byAccount[`a${thing.account ?? ""}`] ??= []).push(thing);
    const lines: string[] = [];
    let told = 0;
    for (const own of Object.values(byAccount)) {
        const more = own.length - each;
        const block = [...own.slice(0, each).map(line), ...(more > 0 ? [`… and ${more} more of ${nameOf(own[0]!.account ?? "")}`] : [])];
        if (lines.length + block.length > many) break;
        lines.push(...block);
        told += own.length;
    }
    return section(heading, lines, things.length - told);
}

/** Bytes of an SNS message: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const longestMessage = 262_144;

/** The lines as one text of at most so many bytes; what doesn't fit is counted in the last line. */
export function cutText(lines: readonly string[], most = longestMessage): string {
    const last = (left: number) => `… cut here: ${counted(left, "more line")} would be too long for a notice.\n`;
    // Room for the last line, whatever its number.
    const room = most - Buffer.byteLength(last(lines.length));
    let [bytes, fit] = [0, 0];
    for (const line of lines) {
        bytes += Buffer.byteLength(line) + 1;
        if (bytes > room) break;
        fit++;
    }
    const text = lines.slice(0, fit).join("\n") + (fit ? "\n" : "");
    return fit < lines.length ? text + last(lines.length - fit) : text;
}
