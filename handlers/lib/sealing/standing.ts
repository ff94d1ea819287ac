import { manifestStem, parseManifestName } from "../manifestName";
import type { ManifestName } from "../types";
import { namesUnder, type Vault } from "./vault";

/** What the vault holds of a task under `manifests/`. */
export interface Standing {
    readonly sealed: boolean;
    /** What manifest and parts are called: parts that stand decide it. */
    readonly name: Omit<ManifestName, "outcome">;
    /** Keys of the task's manifest and parts. */
    readonly keys: readonly string[];
}

/**
 * Looks for a task's manifest and parts by its id alone. The resource id in their names depends on when the starter asked: later,
 * snapshot and database may be gone. Two requests that differ so mustn't make two manifests of one task.
 */
export async function standingOf(vault: Vault, name: Standing["name"]): Promise<Standing> {
    const before = manifestStem(name).slice(0, -`${name.resource8}/${name.taskId}`.length);
    const all = (await namesUnder(vault, before)).map((key) => ({ key, parts: key.slice(before.length).split("/") }));
    const own = all.filter(({ parts }) => parts[1]?.startsWith(`${name.taskId}.`));
    const resource8 = own.find(({ parts }) => parts[1] === `${name.taskId}.part-0.json`)?.parts[0] ?? name.resource8;
    return { sealed: own.some(({ key }) => parseManifestName(key) !== undefined), name: { ...name, resource8 }, keys: own.map(({ key }) => key) };
}
