import type { WireDeviation } from ".";

export const ofMinio: readonly WireDeviation[] = [
    {
        peer: "MinIO",
        peerDoes: "names no key: it has no key service unless one is configured",
        awsDoes: "names the key that the bucket's default encryption put",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html",
        handled: "the lock canary's key is asserted in MiniStack",
        rows: { "HeadObject, newest, as the watcher looks at its canary": "200 VersionId LastModified ObjectLockMode ObjectLockRetainUntilDate" },
    },
    {
        peer: "MinIO",
        peerDoes: "says of a bucket that isn't there that it has no Object Lock",
        awsDoes: "says NoSuchBucket",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
        handled: "the watcher's test of a missing bucket is in tests/handlers",
        rows: { "GetObjectLockConfiguration of a bucket that isn't there": "404 ObjectLockConfigurationNotFoundError" },
    },
];
