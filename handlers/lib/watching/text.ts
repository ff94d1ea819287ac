/** Text of others on one line: control, format and surrogate characters, and line ends of any kind, can't forge lines nor turn their order. */
export const shown = (text: string, most = 300): string => text.slice(0, most).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");

/** `1 database`, `2 databases` */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** A heading and its lines, then how many more there are. Nothing without lines. */
export function section(heading: string, lines: readonly string[], most: number, all = lines.length): string[] {
    if (!lines.length) return [];
    const told = lines.slice(0, most);
    return ["", `${heading}:`, ...told.map((line) => `  ${line}`), ...(all > told.length ? [`  … and ${all - told.length} more`] : [])];
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
