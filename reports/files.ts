/** Reads a copy of the vault's manifests and an inventory from a directory. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isUnreadable, type Evidence, type Manifest, type Unreadable } from "./evidence";
import { checkLine } from "./inventory";
import { checkManifest, isPart } from "./manifests";

/**
 * @param directory holds `manifests/<account>/…`, as `aws s3 sync s3://<bucket>/manifests DIR/manifests` and `npm start -- --manifests DIR` write it,
 * and `inventory.json`, a list of the starter's inventory lines
 * @param bucket of the stack
 */
export function readVault(directory: string, bucket: string): Evidence {
    const unreadable: Unreadable[] = [];
    const read = <T>(path: string, reading: () => T): T | undefined => {
        try {
            return reading();
        } catch (error) {
            unreadable.push({ path, reason: reasonOf(error) });
            return undefined;
        }
    };
    /** Depth first, by name. */
    const filesIn = (path: string): string[] =>
        (read(join(directory, path), () => readdirSync(join(directory, path))) ?? []).sort().flatMap((name) => {
            const inner = `${path}/${name}`;
            const is = read(join(directory, inner), () => statSync(join(directory, inner)));
            if (!is) return [];
            return is.isDirectory() ? filesIn(inner) : [inner];
        });
    const manifests = filesIn("manifests").filter((key) => !isPart(key)).flatMap((key): Manifest[] => {
        const path = join(directory, key);
        const text = read(path, () => readFileSync(path, "utf8"));
        const manifest = text === undefined ? undefined : checkManifest(key, path, text, bucket);
        if (manifest && isUnreadable(manifest)) unreadable.push(manifest);
        return manifest && !isUnreadable(manifest) ? [manifest] : [];
    });
    return { source: directory, manifests, inventory: inventoryIn(join(directory, "inventory.json"), read, unreadable), unreadable };
}

function inventoryIn(path: string, read: <T>(path: string, reading: () => T) => T | undefined, unreadable: Unreadable[]): Evidence["inventory"] {
    const lines = read(path, () => {
        const content: unknown = JSON.parse(readFileSync(path, "utf8"));
        if (!Array.isArray(content)) throw new Error("isn't a list of inventory lines");
        return content as unknown[];
    });
    return (lines ?? []).flatMap((value, index) => {
        const line = checkLine(`${path}[${index}]`, value);
        if (!isUnreadable(line)) return [line];
        unreadable.push(line);
        return [];
    });
}

function reasonOf(error: unknown): string {
    const { code, message, name } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "there is no such file or directory";
    if (name === "SyntaxError") return `isn't JSON: ${message}`;
    return code ? `can't be read (${code})` : message;
}
