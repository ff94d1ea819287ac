import type { S3Client } from "@aws-sdk/client-s3";
import type { AcceptedSkip } from "../types";
import type { Version } from "./pin";

/** The sealer's way to S3, and what else a seal needs of its surroundings. */
export interface Vault {
    readonly s3Module: typeof import("@aws-sdk/client-s3");
    readonly s3: S3Client;
    readonly bucket: string;
    readonly keyArn: string;
    readonly retentionDays: number;
    readonly acceptedSkips: readonly AcceptedSkip[];
    readonly limits: Limits;
    now(): Date;
    /** Milliseconds that the function may still run. */
    remaining(): number;
    wait(milliseconds: number): Promise<void>;
}

/** How much of an export is taken at once. */
export interface Limits {
    /** Versions and delete markers of one export; more are a flood. */
    readonly versions: number;
    /** Pinned objects that stand in the manifest itself. */
    readonly inline: number;
    /** Pinned objects in one part. */
    readonly perPart: number;
    /** Bytes of one info file. */
    readonly infoBytes: number;
    readonly infoFiles: number;
}

/** RDS writes parts of 20 GB or more, so 200,000 versions are far beyond any database. */
export const defaultLimits: Limits = { versions: 200_000, inline: 1000, perPart: 5000, infoBytes: 32 * 1024 * 1024, infoFiles: 1000 };

const statusOf = (error: unknown): number | undefined => (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
/** Whether S3 says that an object or a version isn't there. */
export const isGone = (error: unknown): boolean => statusOf(error) === 404 || /^(NotFound|NoSuchKey|NoSuchVersion)$/.test(String((error as Error | undefined)?.name));

/** Names under a prefix of ours: at most a manifest and 40 parts. */
export async function namesUnder({ s3Module, s3, bucket }: Vault, prefix: string): Promise<string[]> {
    const { Contents = [] } = await s3.send(new s3Module.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.flatMap(({ Key }) => Key ?? []);
}

/** An object's text; `undefined`: it isn't there. */
export async function textAt({ s3Module, s3, bucket }: Vault, key: string, versionId?: string): Promise<string | undefined> {
    try {
        const { Body } = await s3.send(new s3Module.GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
        return (await Body?.transformToString()) ?? "";
    } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
    }
}

/**
 * Writes an object that must not exist; `false`: it does. 409 means that another write was under way, and asks for a repetition:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * The lock needs a checksum with every write; the SDK sends CRC32: https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html
 */
export async function putOnce({ s3Module, s3, bucket, wait }: Vault, key: string, text: string): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
        try {
            await s3.send(new s3Module.PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: "application/json", IfNoneMatch: "*" }));
            return true;
        } catch (error) {
            const { name } = error as Error;
            if (name === "PreconditionFailed" || statusOf(error) === 412) return false;
            if ((name !== "ConditionalRequestConflict" && statusOf(error) !== 409) || attempt === 5) throw error;
            await wait(200 * attempt);
        }
    }
}

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
