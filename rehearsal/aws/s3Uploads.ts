/** Uploads in parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
import { hex } from "./ids";
import type { Contents, Store } from "./s3Store";
import { AwsError, type ObjectVersion, type Principal, type PutOptions, type S3 } from "./types";

interface Upload {
    readonly bucket: string;
    readonly key: string;
    readonly options: PutOptions;
    readonly parts: Map<number, string>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html */
export const creates = (isCreated: boolean) => ({ "s3:ObjectCreationOperation": String(isCreated) });

/** @param writing what a write asks (also of the key), and then stores */
export function uploads(
    { world, open, authorize }: Store,
    writing: { ask(principal: Principal, bucket: Contents, key: string, options: PutOptions, context: Record<string, string>): void; add(bucket: Contents, key: string, options: PutOptions): ObjectVersion },
): Pick<S3, "startUpload" | "putPart" | "completeUpload" | "abortUpload"> {
    const running = new Map<string, Upload>();

    function find(name: string, key: string, id: string): Upload {
        const upload = running.get(id);
        if (upload?.bucket !== name || upload.key !== key) throw new AwsError("NoSuchUpload", "The specified upload does not exist.", 404);
        return upload;
    }

    return {
        /** The lock and the key are named here, not at the end: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
        startUpload(principal, name, key, options = {}) {
            const bucket = open(name);
            writing.ask(principal, bucket, key, { ...options, multipart: true }, creates(false));
            const id = hex(world.random, 32);
            running.set(id, { bucket: name, key, options, parts: new Map() });
            return id;
        },
        putPart(principal, name, key, id, part, body) {
            authorize(principal, "s3:PutObject", open(name), key, creates(false));
            find(name, key, id).parts.set(part, body);
        },
        completeUpload(principal, name, key, id) {
            const bucket = open(name);
            authorize(principal, "s3:PutObject", bucket, key, creates(true));
            const { options, parts } = find(name, key, id);
            running.delete(id);
            const body = [...parts].sort(([a], [b]) => a - b).map(([, each]) => each).join("");
            return writing.add(bucket, key, { ...options, body });
        },
        abortUpload(principal, name, key, id) {
            authorize(principal, "s3:AbortMultipartUpload", open(name), key);
            find(name, key, id);
            running.delete(id);
        },
    };
}
