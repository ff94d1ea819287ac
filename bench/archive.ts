/** The size of a function's archive, as a zip that Lambda takes. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { deflateRawSync } from "node:zlib";

export type Files = Readonly<Record<string, string | Buffer>>;

/** Headers of a zip: 30 bytes and the name before each file, 46 and the name in the directory, 22 at the end. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export const zipBytes = (files: Files): number =>
    Object.entries(files).reduce((sum, [name, content]) => sum + deflateRawSync(content).length + 76 + 2 * Buffer.byteLength(name), 22);

export function filesIn(folder: string): Files {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path)]));
}

/** Of a serialized function: what its zip would take without one kind of text or another. */
export function anatomy(text: string): { readonly what: string; readonly bytes: number }[] {
    const captures = text.replace(/^ {4}with\(\{.*\}\) \{$/gm, "with({}) {");
    const wrappers = captures.replace(/^function __\w+\(.*\) \{\n {2}return \(function\(\) \{\n|^with\(\{\}\) \{\n|^ {4}\}\n {2}\}\)\.apply\(undefined, undefined\)\.apply\(this, arguments\);\n\}\n/gm, "");
    const comments = wrappers.replace(/^ *(\/\/|\/\*|\*).*\n/gm, "");
    const indented = comments.replace(/^ +/gm, "");
    const sizes = [text, captures, wrappers, comments, indented].map((each) => zipBytes({ "__index.js": each }));
    return ["the captures' names that Pulumi repeats at each function", "Pulumi's wrapper around each function", "comments on lines of their own", "indentation"]
        .map((what, index) => ({ what, bytes: sizes[index]! - sizes[index + 1]! }))
        .concat({ what: "the rest: configuration and code", bytes: sizes[4]! });
}
