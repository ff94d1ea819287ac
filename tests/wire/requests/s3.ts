import { GetObjectCommand, GetObjectLockConfigurationCommand, HeadObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ok, type Judge, type Request } from "./request";

const key = "manifests/111122223333/2026-11-23/instance.orders.ORDERS/x y.json";
const put = ({ s3, bucket }: Judge, Key = key) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "{}", ContentType: "application/json", IfNoneMatch: "*" }));
const versionOf = async ({ s3, bucket }: Judge) => (await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }))).Versions![0]!.VersionId;
export const versionFields = ["Key", "VersionId", "ETag", "Size", "LastModified"].map((field) => `Versions.0.${field}`);

export const ofS3: readonly Request[] = [
    { name: "PutObject, once", service: "s3", send: (judge) => put(judge), ...ok("ETag", "VersionId") },
    { name: "PutObject, again", service: "s3", send: (judge) => put(judge), expected: "412 PreconditionFailed" },
    { name: "HeadObject of a version", service: "s3", ...ok("ContentLength", "ETag", "VersionId", "LastModified", "ObjectLockMode", "ObjectLockRetainUntilDate"),
        send: async (judge) => judge.s3.send(new HeadObjectCommand({ Bucket: judge.bucket, Key: key, VersionId: await versionOf(judge), ChecksumMode: "ENABLED" })) },
    { name: "GetObject of a version", service: "s3", ...ok("Body", "ETag", "VersionId"), send: async (judge) => judge.s3.send(new GetObjectCommand({ Bucket: judge.bucket, Key: key, VersionId: await versionOf(judge) })) },
    { name: "GetObject that isn't there", service: "s3", send: ({ s3, bucket }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: "manifests/none" })), expected: "404 NoSuchKey" },
    { name: "HeadObject that isn't there", service: "s3", send: ({ s3, bucket }) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "manifests/none" })), expected: "404 NotFound" },
    { name: "ListObjectsV2 after a name", service: "s3", send: async (judge) => (await put(judge, "manifests/z"), judge.s3.send(new ListObjectsV2Command({ Bucket: judge.bucket, Prefix: "manifests/", StartAfter: key }))), reads: ["KeyCount", "Contents.0.Key", "Contents.1.Key"], expected: "200 KeyCount Contents.0.Key" },
    { name: "ListObjectsV2 by folder", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "manifests/", Delimiter: "/" })), ...ok("CommonPrefixes.0.Prefix", "Contents.0.Key") },
    { name: "ListObjectsV2 of nothing", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "none/" })), reads: ["Contents", "NextContinuationToken"], expected: "200" },
    { name: "ListObjectVersions, encoded", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "manifests/", EncodingType: "url" })), ...ok("EncodingType", ...versionFields) },
    { name: "ListObjectVersions, first page", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "manifests/", MaxKeys: 1 })), ...ok("IsTruncated", "NextKeyMarker", "NextVersionIdMarker") },
    { name: "GetObjectLockConfiguration", service: "s3", send: ({ s3, bucket }) => s3.send(new GetObjectLockConfigurationCommand({ Bucket: bucket })), ...ok("ObjectLockConfiguration.ObjectLockEnabled", "ObjectLockConfiguration.Rule.DefaultRetention.Mode", "ObjectLockConfiguration.Rule.DefaultRetention.Days") },
    { name: "HeadObject, newest, as the watcher looks at its canary", service: "s3", send: ({ s3, bucket }) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })), ...ok("VersionId", "LastModified", "ObjectLockMode", "ObjectLockRetainUntilDate", "SSEKMSKeyId") },
    { name: "ListObjectsV2, one key", service: "s3", send: ({ s3, bucket }) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "manifests/", MaxKeys: 1 })), ...ok("KeyCount", "IsTruncated", "NextContinuationToken") },
    { name: "GetObjectLockConfiguration without a lock", service: "s3", send: ({ s3, openBucket }) => s3.send(new GetObjectLockConfigurationCommand({ Bucket: openBucket })), expected: "404 ObjectLockConfigurationNotFoundError" },
    { name: "GetObjectLockConfiguration of a bucket that isn't there", service: "s3", send: ({ s3, bucket }) => s3.send(new GetObjectLockConfigurationCommand({ Bucket: `${bucket}-none` })), expected: "404 NoSuchBucket" },
];
