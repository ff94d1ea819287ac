import { readInfo, readTables, type TableState } from "./exportInfo";
import { placeOf } from "./folders";
import { countIn, pinnedAt } from "./inventory";
import type { Count } from "./judge";
import { eachKey } from "./list";
import type { Version } from "./pin";
import type { SealJob } from "./request";
import { textAt, type Vault } from "./vault";

/** What the info files say. */
interface Papers {
    readonly statuses: string[];
    readonly pages: { from: number; to: number }[];
    readonly tables: TableState[];
    /** Sentences. */
    readonly unreadable: string[];
}

/** What the first pass over an export saw. */
export interface Survey extends Papers {
    readonly flood: boolean;
    readonly pinned: number;
    readonly folders: Map<string, Count>;
}

/** The first pass: counts what is there and reads the info files; asks nothing of single objects. */
export async function survey(vault: Vault, job: SealJob): Promise<Survey> {
    const { limits } = vault;
    const folders = new Map<string, Count>();
    const infos: { key: string; pinned: Version }[] = [];
    let [pinnedCount, more] = [0, false];
    const ended = await eachKey(vault, job.folder, undefined, (key, versions) => {
        const { place, pinned } = pinnedAt(job, key, versions);
        if (!pinned) return true;
        pinnedCount++;
        if (place.is === "file") countIn(folders, place.folder, key, pinned.size);
        else if (infos.length < limits.infoFiles) infos.push({ key, pinned });
        else more = true;
        return true;
    });
    const flood = ended === "flood";
    const papers = await read(vault, job, flood ? [] : infos);
    if (more) papers.unreadable.push(`there are more than ${limits.infoFiles} info files`);
    return { flood, pinned: pinnedCount, folders, ...papers };
}

/** Reads info files one after the other, as far as the limits of them all allow: a source account may have written them. */
async function read(vault: Vault, { folder, task }: SealJob, infos: readonly { readonly key: string; readonly pinned: Version }[]): Promise<Papers> {
    const { limits } = vault;
    const papers: Papers = { statuses: [], pages: [], tables: [], unreadable: [] };
    const { statuses, pages, tables } = papers;
    let [bytes, characters] = [0, 0];
    for (const { key, pinned } of infos) {
        const refuse = (why: string) => papers.unreadable.push(`${key.slice(0, 200)} can't be read: ${why}`);
        if (pinned.size > limits.infoBytes) {
            refuse(`it has ${pinned.size} bytes, more than ${limits.infoBytes}`);
            continue;
        }
        if (bytes + pinned.size > limits.infoBytesInAll) {
            refuse(`with it the info files have more than ${limits.infoBytesInAll} bytes`);
            continue;
        }
        bytes += pinned.size;
        const place = placeOf(key);
        const text = await textAt(vault, folder + key, pinned.versionId);
        const file = text === undefined ? undefined : place.is === "tables" ? readTables(text, task.id, place) : readInfo(text, task.id);
        if (!file) refuse("its pinned version is gone");
        else if (file.is === "unreadable") refuse(file.why);
        else if (file.is === "info") statuses.push(file.status);
        else if (tables.length + file.tables.length > limits.tables) refuse(`with it there are more than ${limits.tables} tables`);
        else if (place.is === "tables") {
            characters += written(file.tables);
            if (characters > limits.tableCharacters) {
                refuse(`with it the tables' names and reasons have more than ${limits.tableCharacters} characters`);
                continue;
            }
            pages.push({ from: place.from, to: place.to });
            for (const table of file.tables) tables.push(table);
        }
    }
    return papers;
}

/** Characters that tables take in a manifest, where some are written as six. */
const written = (tables: readonly TableState[]): number => tables.reduce((sum, { target, reason }) => sum + JSON.stringify(target).length + JSON.stringify(reason).length, 0);
