import { placeOf, type Place } from "./folders";
import { readInfo, readTables, type TableState } from "./exportInfo";
import type { Count } from "./judge";
import type { Defect, Finding, SealedObject } from "./manifest";
import { none, note, pin, windowsOf, type Pin, type Some, type Version } from "./pin";
import type { SealJob } from "./request";
import { eachKey, isGone, textAt, type Vault } from "./vault";

/** A key's place, its pinned version and what is odd about it. */
function pinnedAt({ startedAt = 0, endedAt = 0 }: SealJob, key: string, versions: readonly Version[]): Pin & { readonly place: Place } {
    const place = placeOf(key);
    // RDS's credential check leaves an object and its delete marker; what isn't of the export is counted, never judged.
    if (place.is === "stray") return { place, findings: [] };
    const { files, infos } = windowsOf(startedAt, endedAt);
    return { place, ...pin(versions, place.is === "file" ? files : infos) };
}

function countIn(folders: Map<string, Count>, folder: string, bytes: number): void {
    const count = folders.get(folder) ?? { files: 0, bytes: 0 };
    count.files++;
    count.bytes += bytes;
    folders.set(folder, count);
}

/** What the first pass over an export saw. */
export interface Survey {
    readonly flood: boolean;
    readonly pinned: number;
    readonly folders: Map<string, Count>;
    readonly statuses: string[];
    readonly pages: { from: number; to: number }[];
    readonly tables: TableState[];
    /** Sentences. */
    readonly unreadable: string[];
}

/** The first pass: counts what is there and reads the info files; asks nothing of single objects. */
export async function survey(vault: Vault, job: SealJob): Promise<Survey> {
    const { limits } = vault;
    const folders = new Map<string, Count>();
    const infos: { key: string; pinned: Version }[] = [];
    const [statuses, pages, tables, unreadable]: [string[], { from: number; to: number }[], TableState[], string[]] = [[], [], [], []];
    let pinnedCount = 0;
    const ended = await eachKey(vault, job.folder, undefined, (key, versions) => {
        const { place, pinned } = pinnedAt(job, key, versions);
        if (!pinned) return true;
        pinnedCount++;
        if (place.is === "file") countIn(folders, place.folder, pinned.size);
        else if (infos.length < limits.infoFiles) infos.push({ key, pinned });
        else if (!unreadable.length) unreadable.push(`there are more than ${limits.infoFiles} info files`);
        return true;
    });
    if (ended === "flood") return { flood: true, pinned: pinnedCount, folders, statuses, pages, tables, unreadable };
    for (const { key, pinned } of infos) {
        const refuse = (why: string) => unreadable.push(`${key} can't be read: ${why}`);
        const place = placeOf(key);
        if (pinned.size > limits.infoBytes) {
            refuse(`it has ${pinned.size} bytes, more than ${limits.infoBytes}`);
            continue;
        }
        const text = await textAt(vault, job.folder + key, pinned.versionId);
        const file = text === undefined ? undefined : place.is === "tables" ? readTables(text, job.task.id) : readInfo(text, job.task.id);
        if (!file) refuse("its pinned version is gone");
        else if (file.is === "unreadable") refuse(file.why);
        else if (file.is === "info") statuses.push(file.status);
        else if (tables.length + file.tables.length > limits.versions) refuse(`with it there are more than ${limits.versions} tables`);
        else if (place.is === "tables") {
            pages.push(place);
            for (const table of file.tables) tables.push(table);
        }
    }
    return { flood: false, pinned: pinnedCount, folders, statuses, pages, tables, unreadable };
}

/** A stretch of keys with what was pinned in it. Plain data: it is what a part holds. */
export interface Stretch {
    /** Keys relative to the task's folder: this stretch begins behind one and ends with the other. */
    readonly after?: string;
    readonly through?: string;
    readonly objects: readonly SealedObject[];
    /** A list, because names come from a hostile account. */
    readonly folders: readonly { readonly name: string; readonly files: number; readonly bytes: number }[];
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
        if (pinned && place.is === "file") countIn(folders, place.folder, pinned.size);
        return found.length < vault.limits.perPart;
    });
    const heads = ended === "flood" ? [] : await atOnce(found, ({ key, pinned }) => head(vault, job, key, pinned));
    heads.forEach(({ object, problems }) => {
        if (problems.length) note(defects, { key: object.key, versionId: object.versionId, problem: problems.join("; ") });
    });
    const counts = [...folders].map(([name, count]) => ({ name, ...count }));
    return { ended, stretch: { after, through, objects: heads.map(({ object }) => object), folders: counts, strays, tampering, infoTampered, defects } };
}

/** As many HeadObject calls at once. */
const workers = 32;

/** Results in the order of the items. A failure waits for calls under way and begins no more. */
async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    let next = 0;
    const worker = async () => {
        for (let index = next++; index < items.length; index = next++) {
            try {
                results[index] = await work(items[index]!);
            } catch (error) {
                next = items.length;
                throw error;
            }
        }
    };
    const all = Array.from({ length: Math.min(workers, items.length) }, worker);
    await Promise.allSettled(all);
    await Promise.all(all);
    return results;
}

const day = 86_400_000;

/** Whether a version is kept as the vault promises. Mode and date come only with s3:GetObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
async function head({ s3Module, s3, bucket, keyArn, retentionDays }: Vault, { folder, startedAt = 0 }: SealJob, key: string, { versionId, size, etag }: Version): Promise<{ object: SealedObject; problems: string[] }> {
    const object = { key, versionId, size, etag };
    try {
        const is = await s3.send(new s3Module.HeadObjectCommand({ Bucket: bucket, Key: folder + key, VersionId: versionId, ChecksumMode: "ENABLED" }));
        // S3 counts from when the object was written, which is after the start. Whole seconds, as S3's times are.
        const least = Math.floor(startedAt / 1000) * 1000 + retentionDays * day;
        const until = is.ObjectLockRetainUntilDate?.getTime() || undefined;
        const problems: string[] = [];
        if (is.ObjectLockMode !== "COMPLIANCE") problems.push(`its lock is ${is.ObjectLockMode ?? "missing"}, not COMPLIANCE`);
        if (until === undefined || until < least) problems.push(`it is kept until ${until === undefined ? "no date" : new Date(until).toISOString()}, not ${new Date(least).toISOString()} or later`);
        if (is.SSEKMSKeyId !== keyArn) problems.push(`its key is ${is.SSEKMSKeyId ?? "none of KMS"}, not ${keyArn}`);
        if (is.ContentLength !== size) problems.push(`it has ${is.ContentLength} bytes, the list says ${size}`);
        return { object: { ...object, ...(is.ChecksumSHA256 && { sha256: is.ChecksumSHA256 }), ...(until !== undefined && { retainUntil: new Date(until).toISOString() }) }, problems };
    } catch (error) {
        if (isGone(error)) return { object, problems: ["the version is gone: it wasn't locked"] };
        throw error;
    }
}
