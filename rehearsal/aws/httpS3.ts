/** S3 over HTTP, path style: list names, put, get, head. */
import type { Request, Response, Service } from "./http";
import { AwsError, type ObjectVersion, type PutOptions, type World } from "./types";
import { xml } from "./xml";

export const serveS3: Service = {
    serve(world, request) {
        const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
        const { method, query } = request;
        if (key === "" && method === "GET" && query.get("list-type") === "2") return list(world, request, bucket);
        const known = [...query.keys()].every((name) => ["x-id", "versionId"].includes(name));
        if (key !== "" && known && method === "PUT") return put(world, request, bucket, key);
        if (key !== "" && known && (method === "GET" || method === "HEAD")) {
            const found = world.s3.get(request.principal, bucket, key, query.get("versionId") ?? undefined);
            const body = found.body ?? "";
            return { headers: { ...objectHeaders(found), "content-length": String(method === "HEAD" ? found.size : Buffer.byteLength(body)) }, body };
        }
        throw new AwsError("NotSimulated", `s3: ${method} ${request.path}?${query} isn't simulated`, 501);
    },
    error: ({ code, message, status }) => ({ status, headers: { "content-type": "application/xml" }, body: xml("Error", { Code: code, Message: message }) }),
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function list(world: World, { query, principal }: Request, bucket: string): Response {
    const unknown = [...query.keys()].find((name) => !["list-type", "prefix", "start-after", "max-keys", "continuation-token"].includes(name));
    if (unknown) throw new AwsError("NotSimulated", `s3: ListObjectsV2 with ${unknown} isn't simulated`, 501);
    const token = query.get("continuation-token");
    const startAfter = token === null ? (query.get("start-after") ?? undefined) : Buffer.from(token, "base64").toString();
    const prefix = query.get("prefix") ?? undefined;
    const maxKeys = Number(query.get("max-keys") ?? 1000);
    const { keys, truncated } = world.s3.list(principal, bucket, { maxKeys, ...(prefix !== undefined && { prefix }), ...(startAfter !== undefined && { startAfter }) });
    return {
        headers: { "content-type": "application/xml" },
        body: xml(
            "ListBucketResult",
            {
                Name: bucket,
                Prefix: prefix ?? "",
                MaxKeys: maxKeys,
                KeyCount: keys.length,
                IsTruncated: truncated,
                NextContinuationToken: truncated ? Buffer.from(keys.at(-1)!.key).toString("base64") : undefined,
                Contents: keys.map(({ key, size, writtenAt }) => ({ Key: key, LastModified: new Date(writtenAt), Size: size, StorageClass: "STANDARD" })),
            },
            ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"',
        ),
    };
}

function put(world: World, { headers, body, principal }: Request, bucket: string, key: string): Response {
    const header = (name: string) => headers[name] as string | undefined;
    const unknown = Object.keys(headers).find((name) => /^x-amz-(object-lock|acl|grant|tagging|copy|storage-class)/.test(name));
    if (unknown) throw new AwsError("NotSimulated", `s3: PutObject with ${unknown} isn't simulated`, 501);
    if (header("content-encoding")?.includes("aws-chunked")) throw new AwsError("NotSimulated", "s3: chunked uploads aren't simulated", 501);
    // Under a default retention an integrity header is required; the SDK sends one by default.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    const integrity = headers["content-md5"] !== undefined || Object.keys(headers).some((name) => /^x-amz-checksum-/.test(name));
    if (world.s3.bucket(bucket)?.retention && !integrity) {
        throw new AwsError("InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters");
    }
    const keyArn = header("x-amz-server-side-encryption-aws-kms-key-id");
    const ifNoneMatch = header("if-none-match");
    const options: PutOptions = { body: body.toString(), size: body.length, ...(keyArn && { keyArn }), ...(ifNoneMatch && { ifNoneMatch }) };
    return { headers: objectHeaders(world.s3.put(principal, bucket, key, options)) };
}

const objectHeaders = ({ versionId, keyArn, mode, retainUntil, writtenAt }: ObjectVersion): Record<string, string> => ({
    etag: `"${versionId}"`,
    "x-amz-version-id": versionId,
    "last-modified": new Date(writtenAt).toUTCString(),
    ...(keyArn && { "x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": keyArn }),
    ...(mode && retainUntil !== undefined && { "x-amz-object-lock-mode": mode, "x-amz-object-lock-retain-until-date": new Date(retainUntil).toISOString() }),
});
