/** The versions of one bucket, found by key and listed in S3's order. Order only: rights and locks are S3's. */
import type { ObjectVersion } from "./types";

export interface Versions {
    /** In the order of writing. */
    readonly written: readonly ObjectVersion[];
    add(version: ObjectVersion): ObjectVersion;
    remove(version: ObjectVersion): void;
    /** The same version with another lock. */
    replace(version: ObjectVersion): void;
    /** The newest, if it isn't a delete marker. */
    current(key: string): ObjectVersion | undefined;
    find(key: string, versionId: string): ObjectVersion | undefined;
    /** The versions of each key that begins with `prefix` and isn't before `first`, keys ascending, versions oldest first. */
    byKey(first: string, prefix?: string): Iterable<readonly ObjectVersion[]>;
}

/** S3 orders by UTF-8 bytes, JavaScript by UTF-16 units: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html */
const inOrder = (key: string): string => Buffer.from(key).toString("latin1");

/** Index of the first element that isn't less than `value`. */
function lowerBound(sorted: readonly string[], value: string): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle]! < value) low = middle + 1;
        else high = middle;
    }
    return low;
}

export function createVersions(): Versions {
    const written: ObjectVersion[] = [];
    /** Sorted, but for what `fresh` holds until somebody lists: a splice per write is slow in a large bucket, a sort per page too. */
    let keys: string[] = [];
    let fresh: string[] = [];
    const versionsOf = new Map<string, ObjectVersion[]>();
    const byId = new Map<string, ObjectVersion>();

    function settle(): void {
        if (fresh.length > 100) keys = [...keys, ...fresh].sort();
        else for (const key of fresh) keys.splice(lowerBound(keys, key), 0, key);
        fresh = [];
    }

    return {
        written,
        add(version) {
            const key = inOrder(version.key);
            const versions = versionsOf.get(key);
            if (versions) versions.push(version);
            else {
                versionsOf.set(key, [version]);
                fresh.push(key);
            }
            written.push(version);
            byId.set(version.versionId, version);
            return version;
        },
        remove(version) {
            const key = inOrder(version.key);
            const versions = versionsOf.get(key) ?? [];
            versions.splice(versions.indexOf(version), 1);
            written.splice(written.indexOf(version), 1);
            byId.delete(version.versionId);
            if (versions.length > 0) return;
            versionsOf.delete(key);
            settle();
            keys.splice(lowerBound(keys, key), 1);
        },
        replace(version) {
            const old = byId.get(version.versionId)!;
            for (const list of [written, versionsOf.get(inOrder(version.key))!]) list[list.indexOf(old)] = version;
            byId.set(version.versionId, version);
        },
        current(key) {
            const last = versionsOf.get(inOrder(key))?.at(-1);
            return last?.deleteMarker ? undefined : last;
        },
        find(key, versionId) {
            const version = byId.get(versionId);
            return version?.key === key ? version : undefined;
        },
        *byKey(first, prefix = "") {
            settle();
            const begin = inOrder(prefix);
            const from = inOrder(first);
            for (let i = lowerBound(keys, from > begin ? from : begin); i < keys.length && keys[i]!.startsWith(begin); i++) yield versionsOf.get(keys[i]!)!;
        },
    };
}
