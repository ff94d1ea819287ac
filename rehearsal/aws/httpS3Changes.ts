/** S3 over HTTP: what changes locks, versions and buckets. The calls that only tests' clients make are here too, so that other servers can be asked the same. */
import type { Request, Response } from "./http";
import { AwsError, type Bucket, type PutOptions, type Retention, type World } from "./types";
import { xml } from "./xml";

type Handler = (world: World, request: Request, bucket: string, key: string) => Response;

/** The text of an element; those that are read here never repeat. */
const element = ({ body }: Request, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body.toString())?.[1];

const namespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const answer = (name: string, value: unknown): Response => ({ headers: { "content-type": "application/xml" }, body: xml(name, value, namespace) });
const done = (status = 200, headers: Record<string, string> = {}): Response => ({ status, headers });

const bypassOf = ({ headers }: Request) => headers["x-amz-bypass-governance-retention"] === "true";
const versionOf = ({ query }: Request) => query.get("versionId") ?? undefined;
const uploadOf = ({ query }: Request) => query.get("uploadId") ?? "";

/** Both or none: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
function retentionFrom(mode: string | undefined, until: string | undefined): Retention | undefined {
    if ((mode === undefined) !== (until === undefined)) throw new AwsError("InvalidArgument", "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
    return mode === undefined || until === undefined ? undefined : { mode, until: Date.parse(until) };
}

/** What a write's headers say of the lock. */
export function lockOptions({ headers }: Request): Pick<PutOptions, "retention" | "legalHold"> {
    const header = (name: string) => headers[`x-amz-object-lock-${name}`] as string | undefined;
    const retention = retentionFrom(header("mode"), header("retain-until-date"));
    const hold = header("legal-hold");
    return { ...(retention && { retention }), ...(hold !== undefined && { legalHold: hold === "ON" }) };
}

function defaultRetention(request: Request): Bucket["retention"] {
    const mode = element(request, "Mode");
    if (mode === undefined) return undefined;
    if (element(request, "Years") !== undefined) throw new AwsError("NotSimulated", "s3: a default retention in years isn't simulated", 501);
    return { mode, days: Number(element(request, "Days")) };
}

function put(world: World, request: Request, bucket: string, key: string, what: string | undefined): Response | undefined {
    const { principal, query, headers } = request;
    const { s3 } = world;
    if (key === "" && what === "object-lock") s3.putObjectLock(principal, bucket, defaultRetention(request));
    else if (key === "" && what === "versioning") s3.putVersioning(principal, bucket, element(request, "Status") as "Enabled" | "Suspended");
    else if (key === "" && what === undefined) s3.createBucket(principal, bucket, headers["x-amz-bucket-object-lock-enabled"] === "true");
    else if (key === "") return undefined;
    else if (what === "retention") s3.putRetention(principal, bucket, key, retentionFrom(element(request, "Mode"), element(request, "RetainUntilDate")), { versionId: versionOf(request), bypass: bypassOf(request) });
    else if (what === "legal-hold") s3.putLegalHold(principal, bucket, key, element(request, "Status") === "ON", versionOf(request));
    else if (what === "uploadId") {
        const part = Number(query.get("partNumber"));
        s3.putPart(principal, bucket, key, uploadOf(request), part, request.body.toString());
        return done(200, { etag: `"${part}"` });
    } else return undefined;
    return done();
}

const post: Record<string, Handler> = {
    uploads: (world, request, bucket, key) => answer("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: world.s3.startUpload(request.principal, bucket, key, lockOptions(request)) }),
    uploadId(world, request, bucket, key) {
        const { etag, versionId } = world.s3.completeUpload(request.principal, bucket, key, uploadOf(request));
        return { ...answer("CompleteMultipartUploadResult", { Bucket: bucket, Key: key, ETag: `"${etag}"` }), headers: { "content-type": "application/xml", "x-amz-version-id": versionId } };
    },
};

function remove(world: World, request: Request, bucket: string, key: string, what: string | undefined): Response | undefined {
    const { principal } = request;
    if (key === "" && what === undefined) world.s3.deleteBucket(principal, bucket);
    else if (key !== "" && what === "uploadId") world.s3.abortUpload(principal, bucket, key, uploadOf(request));
    else if (key !== "" && what === undefined) world.s3.remove(principal, bucket, key, versionOf(request), bypassOf(request));
    else return undefined;
    return done(204);
}

/** Undefined: none of these. */
export const serveChange = (world: World, request: Request, bucket: string, key: string): Response | undefined => {
    const { method, query } = request;
    // What the call is about is a parameter without a value, or the upload that it belongs to.
    const [what, ...more] = [...query.keys()].filter((name) => !["x-id", "versionId", "partNumber"].includes(name));
    if (more.length > 0) return undefined;
    if (method === "PUT") return put(world, request, bucket, key, what);
    if (method === "DELETE") return remove(world, request, bucket, key, what);
    return method === "POST" && key !== "" && what !== undefined ? post[what]?.(world, request, bucket, key) : undefined;
};
