// Doesn't prove AWS's wire format: only that the real SDK reads versions, locks, checksums and conflicts out of these answers.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client, type ListObjectVersionsCommandOutput } from "@aws-sdk/client-s3";
import { serve, type HttpFront } from "../../../rehearsal/aws/http";
import { AwsError, type World } from "../../../rehearsal/aws/types";
import { allow, bucket, bucketArn, hour, keyArn, policy, sessionOf, smallWorld, start, starterArn } from "./small";

const odd = ["a b+c/%20", "quote'\"`", "line\nbreak\r", "ä/日本/😀", "&<>&amp;", "../up/./here//x", "(1)!*~", "/slash", "t\tab"];

describe("S3's versions over HTTP, with the real SDK", () => {
    let world: World;
    let http: HttpFront;
    let s3: S3Client;
    const owner = sessionOf(starterArn);
    beforeEach(async () => {
        world = smallWorld();
        http = await serve(world);
        s3 = new S3Client({ endpoint: http.url, region: "eu-west-1", credentials: { accessKeyId: world.iam.issue(owner), secretAccessKey: "x" }, maxAttempts: 1 });
    });
    afterEach(() => http.stop());

    async function pages(input: { Prefix?: string; MaxKeys?: number; EncodingType?: "url" }): Promise<ListObjectVersionsCommandOutput[]> {
        const seen: ListObjectVersionsCommandOutput[] = [];
        let page: ListObjectVersionsCommandOutput | undefined;
        do {
            page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, ...input, KeyMarker: page?.NextKeyMarker, VersionIdMarker: page?.NextVersionIdMarker }));
            seen.push(page);
        } while (page.IsTruncated);
        return seen;
    }

    it("lists versions and delete markers in pages that cut through a key", async () => {
        const ids = ["m/a", "m/b", "m/b", "m/b", "m/c"].map((key) => world.s3.put(owner, bucket, key, { body: key }).versionId);
        world.s3.remove(owner, bucket, "m/b");
        world.s3.put(owner, bucket, "n");
        const seen = await pages({ Prefix: "m/", MaxKeys: 2 });
        const versions = seen.flatMap(({ Versions = [] }) => Versions);
        assert.deepEqual(versions.map(({ VersionId }) => VersionId), [ids[0], ids[3], ids[2], ids[1], ids[4]]);
        assert.deepEqual(versions.map(({ IsLatest }) => IsLatest), [true, false, false, false, true]);
        assert.deepEqual(seen.map(({ Versions = [], DeleteMarkers = [] }) => [Versions.length, DeleteMarkers.length]), [[1, 1], [2, 0], [2, 0]]);
        assert.deepEqual([seen[0]!.DeleteMarkers![0]!.Key, seen[0]!.DeleteMarkers![0]!.IsLatest], ["m/b", true]);
        assert.deepEqual([seen[1]!.KeyMarker, seen[0]!.NextKeyMarker], ["m/b", "m/b"]);
        const { ETag, Size, LastModified } = versions[0]!;
        assert.deepEqual([ETag, Size, LastModified!.getTime()], [`"${createHash("md5").update("m/a").digest("hex")}"`, 3, start]);
        assert.deepEqual((await pages({ Prefix: "none/" })).map(({ Versions, DeleteMarkers, IsTruncated }) => [Versions, DeleteMarkers, IsTruncated]), [[undefined, undefined, false]]);
    });
    it("keeps odd keys through PUT, listing, marker, HEAD and GET", async () => {
        for (const Key of odd) await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
        const listed = (await pages({ MaxKeys: 1 })).flatMap(({ Versions = [] }) => Versions);
        assert.deepEqual(listed.map(({ Key }) => Key), [...odd].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
        for (const { Key, VersionId } of listed) {
            const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key, VersionId, ChecksumMode: "ENABLED" }));
            // The SDK sends CRC32 of its own accord, and compares what it gets.
            assert.deepEqual([head.VersionId, head.ChecksumCRC32?.length, head.ChecksumType, head.ChecksumCRC64NVME], [VersionId, 8, "FULL_OBJECT", undefined]);
            assert.equal(await (await s3.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }))).Body!.transformToString(), Key);
        }
        const [encoded] = await pages({ EncodingType: "url", Prefix: "a b" });
        assert.deepEqual([encoded!.Prefix, encoded!.Versions![0]!.Key, encoded!.EncodingType], ["a+b", "a+b%2Bc/%2520", "url"]);
    });
    it("tells size, key, checksum and lock of one version, and the lock only to whom may read it", async () => {
        const { versionId: VersionId, checksum } = world.s3.put(owner, bucket, "part", { size: 5_000_000_000 });
        const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "part", VersionId, ChecksumMode: "ENABLED" }));
        assert.deepEqual([head.ContentLength, head.SSEKMSKeyId, head.ChecksumCRC64NVME, head.ChecksumType, head.ObjectLockMode], [5_000_000_000, keyArn, checksum!.value, "FULL_OBJECT", "COMPLIANCE"]);
        assert.equal(head.ObjectLockRetainUntilDate!.getTime(), start + 35 * 24 * hour);
        assert.equal((await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "part" }))).ChecksumCRC64NVME, undefined);
        const role = world.iam.role(starterArn)!;
        world.iam.addRole({ ...role, policies: [policy(allow("s3:GetObject*", `${bucketArn}/*`), allow("kms:*", keyArn), { Effect: "Deny", Action: "s3:GetObjectRetention", Resource: "*" })] });
        assert.equal((await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "part", VersionId }))).ObjectLockMode, undefined);
        assert.deepEqual([world.calls.at(-1)!.action, world.calls.at(-1)!.allowed], ["s3:GetObjectRetention", false]);
        // Without s3:ListBucket S3 doesn't tell that there is nothing.
        await assert.rejects(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "none" })), ({ $metadata }: { $metadata: { httpStatusCode: number } }) => $metadata.httpStatusCode === 403);
        await assert.rejects(s3.send(new GetObjectCommand({ Bucket: bucket, Key: "none" })), { name: "AccessDenied" });
        world.iam.addRole(role);
        await assert.rejects(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "none" })), { name: "NotFound" });
    });
    it("keeps the checksum that a writer chose, else CRC64NVME, which the SDK finds right", async () => {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "chosen", Body: "{}", ChecksumAlgorithm: "SHA256" }));
        const { ChecksumSHA256, ChecksumCRC64NVME } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "chosen", ChecksumMode: "ENABLED" }));
        assert.deepEqual([ChecksumSHA256, ChecksumCRC64NVME], [createHash("sha256").update("{}").digest("base64"), undefined]);
        // The SDK computes it anew and rejects what differs.
        for (const body of ["123456789", "", "ä/日本"]) {
            world.s3.put(owner, bucket, "own", { body });
            const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "own" }));
            assert.equal(await answer.Body!.transformToString(), body);
            assert.equal(answer.ChecksumCRC64NVME, world.s3.get(owner, bucket, "own").checksum!.value);
        }
        world.s3.put(owner, bucket, "own", { body: "x", checksum: { algorithm: "CRC64NVME", value: "AAAAAAAAAAA=", type: "FULL_OBJECT" } });
        await assert.rejects(async () => (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "own" }))).Body!.transformToString(), /[Cc]hecksum/);
    });
    it("names what a conditional put meets: an object, or another write at the same time", async () => {
        const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "{}", IfNoneMatch: "*", ChecksumAlgorithm: "SHA256" }));
        await put("m/1");
        await assert.rejects(put("m/1"), { name: "PreconditionFailed" });
        world.interferences.push(({ action }) => action === "s3:PutObject" ? { error: new AwsError("ConditionalRequestConflict", "A conflicting operation occurred.", 409), fault: "race" } : undefined);
        await assert.rejects(put("m/2"), ({ name, $metadata }: Error & { $metadata: { httpStatusCode: number } }) => name === "ConditionalRequestConflict" && $metadata.httpStatusCode === 409);
        world.interferences.length = 0;
        await assert.rejects(s3.send(new PutObjectCommand({ Bucket: bucket, Key: "m/3", Body: "{}", ChecksumSHA256: "AAAA" })), { name: "BadDigest" });
    });
});
