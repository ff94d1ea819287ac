import type { S3Client } from "@aws-sdk/client-s3";
import type { AcceptedSkip } from "../types";
import { eachKey } from "./list";

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
    /** Bytes of one info file: it is parsed whole, which takes many times as much. */
    readonly infoBytes: number;
    /** Bytes of all info files together. */
    readonly infoBytesInAll: number;
    readonly infoFiles: number;
    readonly tables: number;
    /** Of all tables' names and reasons, as the manifest writes them. */
    readonly tableCharacters: number;
}

const mebibyte = 1024 * 1024;
/** RDS writes parts of 20 GB or more, so 200,000 versions are far beyond any database. */
export const defaultLimits: Limits = {
    versions: 200_000, inline: 1000, perPart: 5000,
    // A table has a file and an end mark, so 100,000 of them are as many versions.
    infoBytes: 16 * mebibyte, infoBytesInAll: 64 * mebibyte, infoFiles: 1000, tables: 100_000, tableCharacters: 20_000_000,
};

const statusOf = (error: unknown): number | undefined => (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
const saysGone = (error: unknown): boolean => statusOf(error) === 404 || /^(NotFound|NoSuchKey|NoSuchVersion)$/.test(String((error as Error | undefined)?.name));

/**
 * Whether an error means that a version isn't there. S3 says so (404) only to who may s3:ListBucket, and 403 to others:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html. The sealer's right to list is narrowed by `s3:prefix`, which a HEAD
 * or GET doesn't carry. So after a 403 the list of the key's versions decides, which it may read; no wider right is needed.
 */
export async function isGone(vault: Vault, error: unknown, key: string, versionId: string): Promise<boolean> {
    if (saysGone(error)) return true;
    if (statusOf(error) !== 403) return false;
    let listed = false;
    // The key itself is the first of those that begin with it.
    const ended = await eachKey(vault, key, undefined, (rest, versions) => {
        listed = rest === "" && versions.some((version) => version.versionId === versionId);
        return false;
    });
    return ended !== "flood" && !listed;
}

/** Names under a prefix, in S3's order. */
export async function namesUnder({ s3Module, s3, bucket }: Vault, prefix: string): Promise<string[]> {
    const names: string[] = [];
    for (let StartAfter: string | undefined; ; StartAfter = names[names.length - 1]) {
        const { Contents = [], IsTruncated } = await s3.send(new s3Module.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter }));
        names.push(...Contents.flatMap(({ Key }) => Key ?? []));
        if (!IsTruncated || !Contents.length) return names;
    }
}

/** An object's text; `undefined`: it isn't there. */
export async function textAt(vault: Vault, key: string, versionId?: string): Promise<string | undefined> {
    const { s3Module, s3, bucket } = vault;
    try {
        const { Body } = await s3.send(new s3Module.GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
        return (await Body?.transformToString()) ?? "";
    } catch (error) {
        if (versionId === undefined ? saysGone(error) : await isGone(vault, error, key, versionId)) return undefined;
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
