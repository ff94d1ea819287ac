import { createHash } from "crypto";
import { taskFailure } from "../failure";
import type { ManifestOutcome } from "../types";
import type { TableVerdict } from "./judge";
import type { SealJob } from "./request";
import type { Some } from "./some";

/** One pinned version; a restore reads these and nothing else. */
export interface SealedObject {
    /** Relative to `exports/…/<task id>/`. */
    readonly key: string;
    readonly versionId: string;
    /** Bytes. */
    readonly size: number;
    readonly etag: string;
    /** Base64, as S3 keeps it; COMPOSITE: of the checksums of an upload's parts. Absent: S3 keeps none of the bytes. */
    readonly checksum?: { readonly algorithm: string; readonly value: string; readonly type?: string };
    readonly retainUntil?: string;
}

/** Something among the versions of a key that RDS doesn't do. */
export interface Finding {
    readonly key: string;
    readonly finding: string;
}

/** A pinned version that isn't kept as it should be. */
export interface Defect {
    readonly key: string;
    readonly versionId: string;
    readonly problem: string;
}

/** A write-once part of the object list, as the manifest names it. */
export interface PartName {
    readonly key: string;
    readonly sha256: string;
    readonly objects: number;
    readonly bytes: number;
}

/** Where exports are kept. */
export interface VaultName {
    readonly bucket: string;
    readonly keyArn: string;
}

/** How a COMPLETE task's export was found. */
export interface Contents {
    readonly retainUntil?: string;
    readonly totals: { readonly objects: number; readonly bytes: number; readonly tables: number; readonly skipped: number; readonly strays: number };
    readonly tables: readonly TableVerdict[];
    /** Sentences: why it isn't complete. */
    readonly problems: readonly string[];
    readonly tampering: Readonly<Some<Finding>>;
    readonly defects: Readonly<Some<Defect>>;
    /** One of the two; neither with a flood. */
    readonly objects?: readonly SealedObject[];
    readonly parts?: readonly PartName[];
}

/**
 * Hex SHA-256 of a manifest or part: over its JSON text with two spaces, without the field `sha256`. A reader parses the object,
 * calls this and compares: `JSON.parse` keeps the order of the fields.
 */
export function digestOf(document: object): string {
    const rest = Object.fromEntries(Object.entries(document).filter(([field]) => field !== "sha256"));
    return createHash("sha256").update(JSON.stringify(rest, null, 2)).digest("hex");
}

/** A document with its digest as the last field. */
export const signed = <T extends object>(document: T): T & { readonly sha256: string } => ({ ...document, sha256: digestOf(document) });

/** As written into the vault: a person may have to read it. */
export const textOf = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

/** The manifest: schemas/manifest-v1.json. `contents` of a COMPLETE task only; pure. */
export function manifestOf(job: SealJob, vault: VaultName, status: ManifestOutcome, sealedAt: Date, contents?: Contents) {
    const { account, task, name, attempt, resourceId, snapshot } = job;
    const failure = taskFailure(task);
    return signed({
        version: 1,
        status,
        account,
        database: { kind: name.kind, identifier: name.database, resourceId, engine: words(snapshot?.engine) },
        snapshot: { arn: task.sourceArn, type: words(snapshot?.type), createdAt: words(snapshot?.createdAt) ?? task.snapshotTime, originalCreatedAt: words(snapshot?.originalCreatedAt) },
        dataDate: name.dataDate,
        task: { id: task.id, attempt, startedAt: task.startedAt, endedAt: task.endedAt, prefix: task.prefix, roleArn: task.roleArn, warningMessage: task.warningMessage },
        vault: { bucket: vault.bucket, keyArn: vault.keyArn },
        sealedAt: sealedAt.toISOString(),
        ...(failure && { failure: { cause: task.failureCause ?? (task.status === "CANCELED" ? "canceled by somebody in the source account" : ""), class: failure } }),
        ...contents,
    });
}

/** The snapshot is passed on by the starter as it came: only text gets into the manifest. */
const words = (value: unknown): string | undefined => (typeof value === "string" && value ? value.slice(0, 300) : undefined);
