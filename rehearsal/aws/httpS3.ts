/** S3 over HTTP, path style: list names and versions, the bucket's lock, put, get, head. What changes locks and buckets: httpS3Changes.ts. */
import { createHash } from "node:crypto";
import type { Request, Response, Service } from "./http";
import { lockOptions, serveChange } from "./httpS3Changes";
import { AwsError, type ObjectVersion, type PutOptions, type World } from "./types";
import { xml } from "./xml";

export const serveS3: Service = {
    serve(world, request) {
        const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
        const { method, query } = request;
        if (key === "" && method === "GET" && query.get("list-type") === "2") return list(world, request, bucket);
        if (key === "" && method === "GET" && query.has("versions")) return listVersions(world, request, bucket);
        if (key === "" && method === "GET" && query.has("object-lock")) return lock(world, request, bucket);
        const known = [...query.keys()].every((name) => ["x-id", "versionId"].includes(name));
        if (key !== "" && known && method === "PUT") return put(world, request, bucket, key);
        if (key !== "" && known && method === "GET") return get(world, request, bucket, key);
        if (key !== "" && known && method === "HEAD") return head(world, request, bucket, key);
        const changed = serveChange(world, request, bucket, key);
        if (changed) return changed;
        throw new AwsError("NotSimulated", `s3: ${method} ${request.path}?${query} isn't simulated`, 501);
    },
    error: ({ code, message, status }) => ({ status, headers: { "content-type": "application/xml" }, body: xml("Error", { Code: code, Message: message }) }),
};

const namespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

function refuseUnknown(operation: string, names: Iterable<string>, isUnknown: (name: string) => boolean): void {
    const unknown = [...names].find(isUnknown);
    if (unknown) throw new AwsError("NotSimulated", `s3: ${operation} with ${unknown} isn't simulated`, 501);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function list(world: World, { query, principal }: Request, bucket: string): Response {
    refuseUnknown("ListObjectsV2", query.keys(), (name) => !["list-type", "prefix", "delimiter", "start-after", "max-keys", "continuation-token", "x-id"].includes(name));
    const token = query.get("continuation-token");
    const startAfter = token === null ? (query.get("start-after") ?? undefined) : Buffer.from(token, "base64").toString();
    const prefix = query.get("prefix") ?? undefined;
    const delimiter = query.get("delimiter") ?? undefined;
    const maxKeys = Number(query.get("max-keys") ?? 1000);
    const { keys, prefixes, truncated, next = "" } = world.s3.list(principal, bucket, { maxKeys, prefix, delimiter, startAfter });
    return {
        headers: { "content-type": "application/xml" },
        body: xml(
            "ListBucketResult",
            {
                Name: bucket,
                Prefix: prefix ?? "",
                MaxKeys: maxKeys,
                KeyCount: keys.length + prefixes.length,
                IsTruncated: truncated,
                NextContinuationToken: truncated ? Buffer.from(next).toString("base64") : undefined,
                Contents: keys.map(({ key, size, writtenAt }) => ({ Key: key, LastModified: new Date(writtenAt), Size: size, StorageClass: "STANDARD" })),
                CommonPrefixes: prefixes.map((each) => ({ Prefix: each })),
            },
            namespace,
        ),
    };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html */
function lock(world: World, { query, principal }: Request, bucket: string): Response {
    refuseUnknown("GetObjectLockConfiguration", query.keys(), (name) => !["object-lock", "x-id"].includes(name));
    const retention = world.s3.lock(principal, bucket);
    const rule = retention && { Rule: { DefaultRetention: { Mode: retention.mode, Days: retention.days } } };
    return { headers: { "content-type": "application/xml" }, body: xml("ObjectLockConfiguration", { ObjectLockEnabled: "Enabled", ...rule }, namespace) };
}

/** As `encoding-type=url` writes keys: the form encoding (boto3 reads it so, README: not yet proven), slashes left. */
const urlEncoded = (key: string) => new URLSearchParams([["", key]]).toString().slice(1).replace(/%2F/g, "/");

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
function listVersions(world: World, { query, principal }: Request, bucket: string): Response {
    refuseUnknown("ListObjectVersions", query.keys(), (name) => !["versions", "prefix", "key-marker", "version-id-marker", "max-keys", "encoding-type", "x-id"].includes(name));
    const parameter = (name: string) => query.get(name) ?? undefined;
    const [prefix, keyMarker, versionIdMarker] = ["prefix", "key-marker", "version-id-marker"].map(parameter);
    const maxKeys = Number(parameter("max-keys") ?? 1000);
    const encoding = parameter("encoding-type");
    const { versions, truncated } = world.s3.listVersions(principal, bucket, {
        maxKeys,
        ...(prefix !== undefined && { prefix }),
        ...(keyMarker !== undefined && { keyMarker }),
        ...(versionIdMarker !== undefined && { versionIdMarker }),
    });
    const written = (key: string) => (encoding === "url" ? urlEncoded(key) : key);
    const entries = versions.map((version, index) => ({
        ...version,
        fields: {
            Key: written(version.key),
            VersionId: version.versionId,
            // The first of its key, unless the page before had newer ones.
            IsLatest: version.key !== (versions[index - 1]?.key ?? (versionIdMarker && keyMarker)),
            LastModified: new Date(version.writtenAt),
        },
    }));
    const last = truncated ? versions.at(-1) : undefined;
    return {
        headers: { "content-type": "application/xml" },
        body: xml(
            "ListVersionsResult",
            {
                Name: bucket,
                Prefix: written(prefix ?? ""),
                KeyMarker: written(keyMarker ?? ""),
                VersionIdMarker: versionIdMarker ?? "",
                MaxKeys: maxKeys,
                EncodingType: encoding,
                IsTruncated: truncated,
                // The page calls it "the first not returned", its example and S3's practice the last one returned; who hands it back sees no difference.
                NextKeyMarker: last && written(last.key),
                NextVersionIdMarker: last?.versionId,
                Version: entries.filter(({ deleteMarker }) => !deleteMarker).map(({ fields, etag, size }) => ({ ...fields, ETag: `"${etag}"`, Size: size, StorageClass: "STANDARD" })),
                DeleteMarker: entries.filter(({ deleteMarker }) => deleteMarker).map(({ fields }) => fields),
            },
            namespace,
        ),
    };
}

function get(world: World, { headers, query, principal }: Request, bucket: string, key: string): Response {
    refuseUnknown("GetObject", Object.keys(headers), (name) => /^(range|if-)/.test(name));
    const found = world.s3.get(principal, bucket, key, query.get("versionId") ?? undefined);
    // The SDK compares the checksum with the body, and most simulated objects have none. The lock is told by HEAD, where its right is judged.
    const checked = found.body !== undefined && headers["x-amz-checksum-mode"] === "ENABLED";
    return { headers: { ...objectHeaders(found), ...(checked && checksumHeader(found)), "content-length": String(Buffer.byteLength(found.body ?? "")) }, body: found.body ?? "" };
}

function head(world: World, { headers, query, principal }: Request, bucket: string, key: string): Response {
    refuseUnknown("HeadObject", Object.keys(headers), (name) => /^(range|if-)/.test(name));
    const found = world.s3.head(principal, bucket, key, query.get("versionId") ?? undefined);
    const { mode, retainUntil, legalHold, size } = found;
    return {
        headers: {
            ...objectHeaders(found),
            ...(headers["x-amz-checksum-mode"] === "ENABLED" && checksumHeader(found)),
            ...(mode && retainUntil !== undefined && { "x-amz-object-lock-mode": mode, "x-amz-object-lock-retain-until-date": new Date(retainUntil).toISOString() }),
            ...(legalHold !== undefined && { "x-amz-object-lock-legal-hold": legalHold ? "ON" : "OFF" }),
            "content-length": String(size),
        },
    };
}

function put(world: World, request: Request, bucket: string, key: string): Response {
    const { headers, body, principal } = request;
    const header = (name: string) => headers[name] as string | undefined;
    refuseUnknown("PutObject", Object.keys(headers), (name) => /^(if-match|x-amz-(acl|grant|tagging|copy|storage-class))/.test(name));
    if (header("content-encoding")?.includes("aws-chunked")) throw new AwsError("NotSimulated", "s3: chunked uploads aren't simulated", 501);
    // Under a default retention an integrity header is required; the SDK sends one by default.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    const integrity = headers["content-md5"] !== undefined || Object.keys(headers).some((name) => /^x-amz-checksum-/.test(name));
    const locking = lockOptions(request);
    if ((world.s3.bucket(bucket)?.retention || locking.retention || locking.legalHold !== undefined) && !integrity) {
        throw new AwsError("InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters");
    }
    const sha256 = header("x-amz-checksum-sha256");
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    if (sha256 !== undefined && sha256 !== createHash("sha256").update(body).digest("base64")) {
        throw new AwsError("BadDigest", "The SHA256 you specified did not match the calculated checksum.");
    }
    const keyArn = header("x-amz-server-side-encryption-aws-kms-key-id");
    const ifNoneMatch = header("if-none-match");
    const [algorithm] = Object.keys(headers).flatMap((name) => /^x-amz-checksum-(crc|sha)(.+)$/.exec(name)?.slice(1).join("").toUpperCase() ?? []);
    const checksum = algorithm ? { algorithm, value: header(`x-amz-checksum-${algorithm.toLowerCase()}`) ?? "", type: "FULL_OBJECT" as const } : undefined;
    const options: PutOptions = { body: body.toString(), size: body.length, ...locking, ...(keyArn && { keyArn }), ...(ifNoneMatch && { ifNoneMatch }), ...(checksum && { checksum }) };
    return { headers: objectHeaders(world.s3.put(principal, bucket, key, options)) };
}

const checksumHeader = ({ checksum }: ObjectVersion): Record<string, string> =>
    checksum ? { [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value, "x-amz-checksum-type": checksum.type } : {};

const objectHeaders = ({ versionId, keyArn, etag, writtenAt }: ObjectVersion): Record<string, string> => ({
    etag: `"${etag}"`,
    "x-amz-version-id": versionId,
    "last-modified": new Date(writtenAt).toUTCString(),
    ...(keyArn && { "x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": keyArn }),
});
