import type { Version } from "./pin";
import type { Vault } from "./vault";

/** S3 orders keys by their UTF-8 bytes, JavaScript by UTF-16 units. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** With EncodingType, a space comes as `+`. */
function decoded(key: string): string {
    try {
        return decodeURIComponent(key.replace(/\+/g, " "));
    } catch {
        return key;
    }
}

/**
 * Visits each key of a folder (relative to it) after `after`, in S3's order, with all of its versions and delete markers, newest first.
 * A thousand are held at a time, and those of one key. `visit` returns false to stop after that key; `flood`: there are more than the limit.
 */
export async function eachKey(vault: Vault, folder: string, after: string | undefined, visit: (key: string, versions: readonly Version[]) => boolean): Promise<"end" | "stopped" | "flood"> {
    const { s3Module, s3, bucket, limits } = vault;
    const open = new Map<string, Version[]>();
    let KeyMarker = after === undefined ? undefined : folder + after;
    let VersionIdMarker: string | undefined;
    for (let count = 0; ; ) {
        // Encoded, because XML can't carry every character that a key may: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
        const page = await s3.send(new s3Module.ListObjectVersionsCommand({ Bucket: bucket, Prefix: folder, EncodingType: "url", KeyMarker, VersionIdMarker }));
        const plain = (key: string | undefined): string => (page.EncodingType === "url" ? decoded(key ?? "") : (key ?? ""));
        const add = (Key: string | undefined, version: Version): void => {
            const key = plain(Key).slice(folder.length);
            if (key === after) return;
            count++;
            const versions = open.get(key);
            if (versions) versions.push(version);
            else open.set(key, [version]);
        };
        for (const { Key, VersionId = "null", Size = 0, ETag = "", LastModified } of page.Versions ?? []) {
            add(Key, { versionId: VersionId, size: Size, etag: ETag.replace(/"/g, ""), writtenAt: Number(LastModified), deleteMarker: false });
        }
        for (const { Key, VersionId = "null", LastModified } of page.DeleteMarkers ?? []) {
            add(Key, { versionId: VersionId, size: 0, etag: "", writtenAt: Number(LastModified), deleteMarker: true });
        }
        if (count > limits.versions) return "flood";
        // The versions of the last key may go on with the next page.
        const keys = [...open.keys()].sort(byBytes);
        for (const key of page.IsTruncated ? keys.slice(0, -1) : keys) {
            const versions = open.get(key) ?? [];
            open.delete(key);
            if (!visit(key, versions)) return "stopped";
        }
        if (!page.IsTruncated) return "end";
        const next = plain(page.NextKeyMarker);
        if (!next || (next === KeyMarker && page.NextVersionIdMarker === VersionIdMarker)) throw new Error(`S3 says that the list of ${folder} goes on, but not where`);
        KeyMarker = next;
        VersionIdMarker = page.NextVersionIdMarker;
    }
}
