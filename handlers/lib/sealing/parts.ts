import { partName } from "../manifestName";
import { stretch, type Stretch } from "./inventory";
import type { Count } from "./judge";
import { isObject, parseJson } from "./json";
import { digestOf, signed, textOf, type Defect, type Finding, type PartName, type SealedObject } from "./manifest";
import type { SealJob } from "./request";
import { join, none } from "./some";
import { putOnce, textAt, type Vault } from "./vault";

/** All that the second pass pinned. */
export interface Inventory {
    readonly objects?: readonly SealedObject[];
    readonly parts?: readonly PartName[];
    readonly count: number;
    readonly bytes: number;
    /** The earliest of all pinned. */
    readonly retainUntil?: string;
    readonly folders: ReadonlyMap<string, Readonly<Count>>;
    readonly strays: number;
    readonly tampering: { count: number; first: Finding[] };
    readonly infoTampered: boolean;
    readonly defects: { count: number; first: Defect[] };
}

type Part = Stretch & { readonly sha256: string };

/** Stop here, less than this before Lambda does; the next request goes on. */
const reserve = 60_000;

const bytesOf = (objects: readonly SealedObject[]): number => objects.reduce((sum, { size }) => sum + size, 0);

/** Adds stretches up; the objects themselves aren't held. */
function adder() {
    const folders = new Map<string, Count>();
    const sum = { count: 0, bytes: 0, retainUntil: undefined as string | undefined, folders, strays: 0, tampering: none<Finding>(), infoTampered: false, defects: none<Defect>() };
    const add = (from: Stretch): void => {
        sum.count += from.objects.length;
        sum.bytes += bytesOf(from.objects);
        sum.strays += from.strays;
        sum.infoTampered ||= from.infoTampered;
        join(sum.tampering, from.tampering);
        join(sum.defects, from.defects);
        // ISO texts of the same length order as their times do.
        for (const { retainUntil } of from.objects) if (retainUntil && (!sum.retainUntil || retainUntil < sum.retainUntil)) sum.retainUntil = retainUntil;
        for (const { name, files, bytes, data } of from.folders) {
            const count = folders.get(name) ?? { files: 0, bytes: 0, data: 0 };
            folders.set(name, { files: count.files + files, bytes: count.bytes + bytes, data: count.data + data });
        }
    };
    return { sum, add };
}

/** The second pass of a small export. `flood`, or it grew beyond one stretch: the caller takes parts instead. */
export async function inOne(vault: Vault, job: SealJob): Promise<Inventory | "flood" | "more"> {
    const { ended, stretch: all } = await stretch(vault, job, undefined);
    if (ended === "flood") return "flood";
    if (ended === "stopped") return "more";
    const { sum, add } = adder();
    add(all);
    return { ...sum, objects: all.objects };
}

/**
 * The second pass of a large export: writes parts, each once, and goes on behind the last one that stands, whoever wrote it.
 * `continues`: the time is over, the next request goes on. Throws a BrokenPart with its `key`.
 */
export async function inParts(vault: Vault, job: SealJob, stem: string, standing: readonly string[]): Promise<Inventory | "flood" | "continues"> {
    const { sum, add } = adder();
    const parts: PartName[] = [];
    let after: string | undefined;
    let known = standing.includes(partName(stem, 0));
    for (;;) {
        const key = partName(stem, parts.length);
        if (known) {
            const part = await readPart(vault, job, key, after);
            add(part);
            parts.push({ key, sha256: part.sha256, objects: part.objects.length, bytes: bytesOf(part.objects) });
            after = part.through;
            known = standing.includes(partName(stem, parts.length));
            continue;
        }
        if (vault.remaining() < reserve) return "continues";
        const { ended, stretch: next } = await stretch(vault, job, after);
        if (ended === "flood") return "flood";
        if (next.through === after) break;
        const part: Part = signed({ version: 1, part: parts.length, task: job.task.id, ...next });
        if (!(await putOnce(vault, key, textOf(part)))) {
            // Another run was faster; its part counts, and may end elsewhere.
            known = true;
            continue;
        }
        add(part);
        parts.push({ key, sha256: part.sha256, objects: part.objects.length, bytes: bytesOf(part.objects) });
        after = part.through;
        if (ended === "end") break;
    }
    return { ...sum, parts };
}

/** Only sealers write under `manifests/`, each part once: one that doesn't fit stops the seal for good, until a person has looked. */
async function readPart(vault: Vault, { task }: SealJob, key: string, after: string | undefined): Promise<Part> {
    const part = parseJson((await textAt(vault, key)) ?? "");
    if (!isObject(part) || part.task !== task.id || part.after !== after || typeof part.through !== "string" || part.sha256 !== digestOf(part)) {
        const message = `${key} in ${vault.bucket} isn't the part of the manifest that the sealer wrote. Find out who else may write under manifests/; the task stays unsealed until then.`;
        throw Object.assign(new Error(message), { name: "BrokenPart", key });
    }
    return part as unknown as Part;
}
