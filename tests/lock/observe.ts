/** Runs one operation in a bucket of its own, and looks what became of it. */
import * as aws from "@aws-sdk/client-s3";
import { dayMs, type Lock, type Operation, type Outcome, type Stand } from "./operations";

export interface Judge {
    readonly endpoint: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    pass(seconds: number): Promise<void>;
}

const key = "exports/part-0";

const clientOf = ({ endpoint, accessKeyId, secretAccessKey }: Judge, checksums: "WHEN_SUPPORTED" | "WHEN_REQUIRED") =>
    new aws.S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1, requestChecksumCalculation: checksums });

async function prepare(s3: aws.S3Client, Bucket: string, { bucket, held }: Operation): Promise<Pick<Stand, "version" | "now">> {
    await s3.send(new aws.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: bucket !== "no lock" }));
    await s3.send(new aws.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    if (typeof bucket !== "string") {
        const [Mode, Days] = bucket;
        await s3.send(new aws.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode, Days } } } }));
    }
    const { VersionId } = await s3.send(new aws.PutObjectCommand({ Bucket, Key: key, Body: "first", ...(held && { ObjectLockLegalHoldStatus: "ON" as const }) }));
    const { LastModified } = await s3.send(new aws.HeadObjectCommand({ Bucket, Key: key, VersionId }));
    return { version: VersionId!, now: LastModified!.getTime() };
}

/** A server's answer with a status below 500; anything else is no refusal, but an accident. */
const isRefusal = (error: unknown): boolean => {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
    return status >= 400 && status < 500;
};

async function answerOf(what: Promise<unknown>): Promise<Outcome["answer"]> {
    try {
        await what;
        return "allowed";
    } catch (error) {
        if (isRefusal(error)) return "refused";
        throw error;
    }
}

async function lockOf({ s3, bucket, now }: Stand, VersionId: string | undefined): Promise<{ body: string; lock: Lock } | undefined> {
    const one = { Bucket: bucket, Key: key, VersionId };
    try {
        const body = await (await s3.send(new aws.GetObjectCommand(one))).Body!.transformToString();
        const { ObjectLockMode, ObjectLockRetainUntilDate, ObjectLockLegalHoldStatus } = await s3.send(new aws.HeadObjectCommand(one));
        const days = ObjectLockRetainUntilDate ? Math.round((ObjectLockRetainUntilDate.getTime() - now) / dayMs) : "without a date";
        const retention = ObjectLockMode ? `${ObjectLockMode} ${days}` : "unlocked";
        return { body, lock: ObjectLockLegalHoldStatus === "ON" ? `${retention} hold` : retention };
    } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
    }
}

/** @param bucket a name that nobody uses */
export async function observe(judge: Judge, operation: Operation, bucket: string): Promise<Outcome> {
    const [s3, bare] = [clientOf(judge, "WHEN_SUPPORTED"), clientOf(judge, "WHEN_REQUIRED")];
    try {
        const stand: Stand = { s3, bare, bucket, key, pass: judge.pass, ...(await prepare(s3, bucket, operation)) };
        const answer = await answerOf(operation.run(stand));
        const [first, current] = [await lockOf(stand, stand.version), await lockOf(stand, undefined)];
        const readable = first?.body === "first";
        return { answer, first: readable ? first.lock : "gone", current: current === undefined ? "hidden" : current.body === "first" && readable ? "first" : `new: ${current.lock}` };
    } finally {
        s3.destroy();
        bare.destroy();
    }
}
