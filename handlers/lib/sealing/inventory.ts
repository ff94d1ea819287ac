import { endMark, placeOf, type Place } from "./folders";
import { atOnce, head } from "./head";
import type { Count } from "./judge";
import { eachKey } from "./list";
import type { Defect, Finding, SealedObject } from "./manifest";
import { pin, windowsOf, type Pin, type Version } from "./pin";
import type { SealJob } from "./request";
import { none, note, type Some } from "./some";
import type { Vault } from "./vault";

/** A key's place, its pinned version and what is odd about it. */
export function pinnedAt({ startedAt = 0, endedAt = 0 }: SealJob, key: string, versions: readonly Version[]): Pin & { readonly place: Place } {
    const place = placeOf(key);
    // RDS's credential check leaves an object and its delete marker; what isn't of the export is counted, never judged.
    if (place.is === "stray") return { place, findings: [] };
    const { files, infos } = windowsOf(startedAt, endedAt);
    return { place, ...pin(versions, place.is === "file" ? files : infos) };
}

/** Counts a file of a folder. */
export function countIn(folders: Map<string, Count>, folder: string, key: string, bytes: number): void {
    const count = folders.get(folder) ?? { files: 0, bytes: 0, data: 0 };
    count.files++;
    count.bytes += bytes;
    if (bytes && !key.endsWith(endMark)) count.data++;
    folders.set(folder, count);
}

/** A stretch of keys with what was pinned in it. Plain data: it is what a part holds. */
export interface Stretch {
    /** Keys relative to the task's folder: this stretch begins behind one and ends with the other. */
    readonly after?: string;
    readonly through?: string;
    readonly objects: readonly SealedObject[];
    /** A list, because names come from a hostile account. */
    readonly folders: readonly { readonly name: string; readonly files: number; readonly bytes: number; readonly data: number }[];
    readonly strays: number;
    readonly tampering: Readonly<Some<Finding>>;
    readonly infoTampered: boolean;
    readonly defects: Readonly<Some<Defect>>;
}

/** The second pass, as far as `limits.perPart` pinned objects: asks S3 about each of them. `more`: keys may follow. */
export async function stretch(vault: Vault, job: SealJob, after: string | undefined): Promise<{ ended: "end" | "stopped" | "flood"; stretch: Stretch }> {
    const found: { key: string; pinned: Version }[] = [];
    const folders = new Map<string, Count>();
    const [tampering, defects] = [none<Finding>(), none<Defect>()];
    let [through, strays, infoTampered] = [after, 0, false];
    const ended = await eachKey(vault, job.folder, after, (key, versions) => {
        const { place, pinned, findings } = pinnedAt(job, key, versions);
        through = key;
        if (place.is === "stray") strays++;
        note(tampering, ...findings.map((finding) => ({ key, finding })));
        if (findings.length && place.is !== "file") infoTampered = true;
        if (pinned) found.push({ key, pinned });
        if (pinned && place.is === "file") countIn(folders, place.folder, key, pinned.size);
        return found.length < vault.limits.perPart;
    });
    const heads = ended === "flood" ? [] : await atOnce(found, ({ key, pinned }) => head(vault, job, key, pinned));
    heads.forEach(({ object, problems }) => {
        if (problems.length) note(defects, { key: object.key, versionId: object.versionId, problem: problems.join("; ") });
    });
    const counts = [...folders].map(([name, count]) => ({ name, ...count }));
    return { ended, stretch: { after, through, objects: heads.map(({ object }) => object), folders: counts, strays, tampering, infoTampered, defects } };
}
