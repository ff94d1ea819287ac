/**
 * What Object Lock allows, as AWS documents it: one table for the simulated S3 and for servers that we didn't write, asked by the same
 * calls of the real SDK. Nothing here knows who answers.
 */
import * as aws from "@aws-sdk/client-s3";

const guide = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/";
const api = "https://docs.aws.amazon.com/AmazonS3/latest/API/";
const modes = `${guide}object-lock.html#object-lock-retention-modes`;
const periods = `${guide}object-lock.html#object-lock-retention-periods`;
const holds = `${guide}object-lock.html#object-lock-legal-holds`;
const considerations = `${guide}object-lock-managing.html`;

export interface Stand {
    readonly s3: aws.S3Client;
    /** Sends no checksums. */
    readonly bare: aws.S3Client;
    readonly bucket: string;
    readonly key: string;
    /** Of the object that was put first; what it says: `first`. */
    readonly version: string;
    /** By the server's clock, ms. */
    readonly now: number;
    /** Lets seconds go by. */
    pass(seconds: number): Promise<void>;
}

/** `COMPLIANCE 30`: mode and days; with ` hold` under a legal hold; `unlocked`; `gone`. */
export type Lock = string;
export interface Outcome {
    readonly answer: "allowed" | "refused";
    /** The first version, afterwards: readable with the bytes that were put, under this lock. */
    readonly first: Lock;
    /** What a reader without a version gets: the first version, nothing, or a new version under its lock. */
    readonly current: "first" | "hidden" | `new: ${Lock}`;
}
export interface Operation {
    readonly name: string;
    readonly source: string;
    /** The bucket's lock: none at all, without a default, or a default's mode and days. */
    readonly bucket: "no lock" | "no default" | readonly [mode: Mode, days: number];
    /** The first version is put under a legal hold. */
    readonly held?: true;
    run(stand: Stand): Promise<unknown>;
    readonly expect: Outcome;
}
export type Mode = "COMPLIANCE" | "GOVERNANCE";

export const dayMs = 86_400_000;
const later = ({ now }: Stand, days: number) => new Date(now + days * dayMs);

const on = ({ bucket, key }: Stand) => ({ Bucket: bucket, Key: key });
const ofVersion = (stand: Stand) => ({ ...on(stand), VersionId: stand.version });
const put = (more: (stand: Stand) => Partial<aws.PutObjectCommandInput> = () => ({})) => (stand: Stand) => stand.s3.send(new aws.PutObjectCommand({ ...on(stand), Body: "second", ...more(stand) }));
const retained = (mode: Mode, days: number) => put((stand) => ({ ObjectLockMode: mode, ObjectLockRetainUntilDate: later(stand, days) }));
const retain = (mode: Mode, days: number, bypass?: boolean) => (stand: Stand) =>
    stand.s3.send(new aws.PutObjectRetentionCommand({ ...ofVersion(stand), Retention: { Mode: mode, RetainUntilDate: later(stand, days) }, ...(bypass && { BypassGovernanceRetention: true }) }));
const release = (bypass: boolean) => (stand: Stand) => stand.s3.send(new aws.PutObjectRetentionCommand({ ...ofVersion(stand), Retention: {}, BypassGovernanceRetention: bypass }));
const remove = (bypass?: boolean) => (stand: Stand) => stand.s3.send(new aws.DeleteObjectCommand({ ...ofVersion(stand), ...(bypass && { BypassGovernanceRetention: true }) }));
const hide = (stand: Stand) => stand.s3.send(new aws.DeleteObjectCommand(on(stand)));
const hold = (status: "ON" | "OFF") => (stand: Stand) => stand.s3.send(new aws.PutObjectLegalHoldCommand({ ...ofVersion(stand), LegalHold: { Status: status } }));
const byDefault = (rule?: aws.DefaultRetention) => (stand: Stand) =>
    stand.s3.send(new aws.PutObjectLockConfigurationCommand({ Bucket: stand.bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", ...(rule && { Rule: { DefaultRetention: rule } }) } }));
const inTurn = (...steps: ((stand: Stand) => Promise<unknown>)[]) => async (stand: Stand) => {
    for (const step of steps) await step(stand);
};

async function unhide(stand: Stand): Promise<unknown> {
    await hide(stand);
    const { DeleteMarkers } = await stand.s3.send(new aws.ListObjectVersionsCommand({ Bucket: stand.bucket, Prefix: stand.key }));
    return stand.s3.send(new aws.DeleteObjectCommand({ ...on(stand), VersionId: DeleteMarkers![0]!.VersionId }));
}

/** @param last what becomes of the parts */
const inParts = (last: "complete" | "abort") => async (stand: Stand) => {
    const { UploadId } = await stand.s3.send(new aws.CreateMultipartUploadCommand(on(stand)));
    const { ETag } = await stand.s3.send(new aws.UploadPartCommand({ ...on(stand), UploadId, PartNumber: 1, Body: "second" }));
    if (last === "abort") return stand.s3.send(new aws.AbortMultipartUploadCommand({ ...on(stand), UploadId }));
    return stand.s3.send(new aws.CompleteMultipartUploadCommand({ ...on(stand), UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
};

const vault = ["COMPLIANCE", 30] as const;
const governed = ["GOVERNANCE", 30] as const;
const kept = "COMPLIANCE 30";
const outcome = (answer: Outcome["answer"], first: Lock = kept, current: Outcome["current"] = "first"): Outcome => ({ answer, first, current });
const refused = outcome("refused");
/** Under the vault's default, where nothing else is said. */
const row = (name: string, source: string, run: Operation["run"], expect: Outcome, more: Partial<Pick<Operation, "bucket" | "held">> = {}): Operation => ({ name, source, bucket: vault, run, expect, ...more });

export const operations: readonly Operation[] = [
    row("default retention, simple PUT", periods, async () => undefined, outcome("allowed")),
    row("default retention, upload in parts", periods, inParts("complete"), outcome("allowed", kept, `new: ${kept}`)),
    row("abort an upload in parts", `${api}API_AbortMultipartUpload.html`, inParts("abort"), outcome("allowed")),
    row("PUT with a shorter COMPLIANCE retention of its own", periods, retained("COMPLIANCE", 1), outcome("allowed", kept, "new: COMPLIANCE 1")),
    row("PUT with a longer COMPLIANCE retention of its own", periods, retained("COMPLIANCE", 90), outcome("allowed", kept, "new: COMPLIANCE 90")),
    row("PUT with GOVERNANCE of its own", periods, retained("GOVERNANCE", 1), outcome("allowed", kept, "new: GOVERNANCE 1")),
    row("PUT with a retention that is over already", `${api}API_PutObject.html`, retained("COMPLIANCE", -1), refused),
    row("PUT with a mode and no date", `${api}API_PutObject.html`, put(() => ({ ObjectLockMode: "COMPLIANCE" })), refused),
    // That a default retention comes on top is our reading of "both": no page says it in so many words, and no writer of ours may put a hold.
    row("PUT under a legal hold", holds, put(() => ({ ObjectLockLegalHoldStatus: "ON" })), outcome("allowed", kept, `new: ${kept} hold`)),
    row("PUT without a checksum", considerations, (stand) => stand.bare.send(new aws.PutObjectCommand({ ...on(stand), Body: "second" })), refused),
    row("overwrite", `${guide}object-lock.html`, put(), outcome("allowed", kept, `new: ${kept}`)),
    row("lengthen a COMPLIANCE retention", modes, retain("COMPLIANCE", 60), outcome("allowed", "COMPLIANCE 60")),
    row("shorten a COMPLIANCE retention", modes, retain("COMPLIANCE", 1), refused),
    row("shorten a COMPLIANCE retention, with the bypass header", modes, retain("COMPLIANCE", 1, true), refused),
    row("COMPLIANCE to GOVERNANCE, longer", modes, retain("GOVERNANCE", 60), refused),
    row("COMPLIANCE to GOVERNANCE, with the bypass header", modes, retain("GOVERNANCE", 30, true), refused),
    row("take a COMPLIANCE retention away, with the bypass header", modes, release(true), refused),
    row("delete the version", modes, remove(), refused),
    row("delete the version, with the bypass header", modes, remove(true), refused),
    row("delete without a version", `${guide}object-lock-managing.html#object-lock-managing-delete-markers`, hide, outcome("allowed", kept, "hidden")),
    row("delete the delete marker", `${guide}object-lock-managing.html#object-lock-managing-delete-markers`, unhide, outcome("allowed")),
    row("lift a hold that is not there, then delete the version", holds, inTurn(hold("OFF"), remove()), refused),
    row("put a hold, then delete the version", holds, inTurn(hold("ON"), remove()), outcome("refused", "unlocked hold"), { bucket: "no default" }),
    row("put a hold, then delete the version, with the bypass header", holds, inTurn(hold("ON"), remove(true)), outcome("refused", "GOVERNANCE 30 hold"), { bucket: governed }),
    row("lift a hold, then delete the version", holds, inTurn(hold("OFF"), remove()), outcome("allowed", "gone", "hidden"), { bucket: "no default", held: true }),
    row("delete a GOVERNANCE version", modes, remove(), outcome("refused", "GOVERNANCE 30"), { bucket: governed }),
    row("delete a GOVERNANCE version, with the bypass header", modes, remove(true), outcome("allowed", "gone", "hidden"), { bucket: governed }),
    row("shorten a GOVERNANCE retention", modes, retain("GOVERNANCE", 1), outcome("refused", "GOVERNANCE 30"), { bucket: governed }),
    row("shorten a GOVERNANCE retention, with the bypass header", modes, retain("GOVERNANCE", 1, true), outcome("allowed", "GOVERNANCE 1"), { bucket: governed }),
    row("delete the version when its retention is over", periods, async (stand) => {
        const until = new Date((Math.floor(stand.now / 1000) + 4) * 1000);
        await stand.s3.send(new aws.PutObjectRetentionCommand({ ...ofVersion(stand), Retention: { Mode: "COMPLIANCE", RetainUntilDate: until } }));
        await stand.pass(5);
        return remove()(stand);
    }, outcome("allowed", "gone", "hidden"), { bucket: "no default" }),
    row("shorten the default, then PUT", considerations, inTurn(byDefault({ Mode: "COMPLIANCE", Days: 1 }), put()), outcome("allowed", kept, "new: COMPLIANCE 1")),
    row("make the default GOVERNANCE, then PUT", considerations, inTurn(byDefault({ Mode: "GOVERNANCE", Days: 30 }), put()), outcome("allowed", kept, "new: GOVERNANCE 30")),
    row("take the default away, then PUT", considerations, inTurn(byDefault(), put()), outcome("allowed", kept, "new: unlocked")),
    row("suspend versioning", considerations, (stand) => stand.s3.send(new aws.PutBucketVersioningCommand({ Bucket: stand.bucket, VersioningConfiguration: { Status: "Suspended" } })), refused),
    row("delete the bucket", `${api}API_DeleteBucket.html`, (stand) => stand.s3.send(new aws.DeleteBucketCommand({ Bucket: stand.bucket })), refused),
    row("hide everything, then delete the bucket", `${api}API_DeleteBucket.html`, inTurn(hide, (stand) => stand.s3.send(new aws.DeleteBucketCommand({ Bucket: stand.bucket }))), outcome("refused", kept, "hidden")),
    row("without Object Lock: delete the version", `${guide}DeletingObjectVersions.html`, remove(), outcome("allowed", "gone", "hidden"), { bucket: "no lock" }),
    row("without Object Lock: PUT with a retention", `${api}API_PutObject.html`, retained("COMPLIANCE", 1), outcome("refused", "unlocked"), { bucket: "no lock" }),
];
