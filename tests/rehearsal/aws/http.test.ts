// Doesn't prove AWS's wire format: only that the real SDK understands these answers, and takes the errors for what they are.
import assert from "node:assert/strict";
import { DescribeDBSnapshotsCommand, DescribeExportTasksCommand, paginateDescribeDBSnapshots, RDSClient, StartExportTaskCommand } from "@aws-sdk/client-rds";
import { GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { serve, type HttpFront } from "../../../rehearsal/aws/http";
import type { World } from "../../../rehearsal/aws/types";
import { accessArn, backup, bucket, database, exportArn, keyArn, sessionOf, smallWorld, start, starterArn } from "./small";

describe("the simulated AWS over HTTP, with the real SDK", () => {
    let world: World;
    let http: HttpFront;
    beforeEach(async () => {
        world = smallWorld();
        http = await serve(world);
    });
    afterEach(() => http.stop());
    const config = (accessKeyId: string) => ({ endpoint: http.url, region: "eu-west-1", credentials: { accessKeyId, secretAccessKey: "x" }, maxAttempts: 1 });
    const as = (roleArn: string) => config(world.iam.issue(sessionOf(roleArn)));

    it("assumes a role and goes on as that session", async () => {
        const sts = new STSClient(as(starterArn));
        const assume = (ExternalId: string) => sts.send(new AssumeRoleCommand({ RoleArn: accessArn, RoleSessionName: "look", ExternalId }));
        await assert.rejects(assume("wrong"), { name: "AccessDenied" });
        const { Credentials, AssumedRoleUser } = await assume("right");
        assert.match(AssumedRoleUser!.Arn!, /assumed-role\/access\/look$/);
        assert.equal(Credentials!.Expiration!.getTime(), start + 3_600_000);
        world.rds.createSnapshot({ database: database({ tags: {} }), type: "automated", tags: { backup: "a<b & \"c\"" } });
        const { DBSnapshots } = await new RDSClient(config(Credentials!.AccessKeyId!)).send(new DescribeDBSnapshotsCommand({}));
        assert.equal(DBSnapshots![0]!.SnapshotCreateTime!.getTime(), start);
        assert.deepEqual(DBSnapshots![0]!.TagList, [{ Key: "backup", Value: 'a<b & "c"' }]);
        assert.equal(world.calls.at(-1)!.principal.arn, AssumedRoleUser!.Arn);
        await assert.rejects(new RDSClient(config("ASIAUNKNOWN")).send(new DescribeDBSnapshotsCommand({})), { name: "InvalidClientTokenId" });
    });
    it("starts, refuses and describes exports", async () => {
        const rds = new RDSClient(as(accessArn));
        const snapshots = Array.from({ length: 101 }, (_, i) => world.rds.createSnapshot({ database: database(), type: "manual", identifier: `s${i}`, silent: true }));
        const begin = (i: number, id = `e${i}`) => rds.send(new StartExportTaskCommand({ ExportTaskIdentifier: id, SourceArn: snapshots[i]!.arn, S3BucketName: bucket, S3Prefix: "exports", IamRoleArn: exportArn, KmsKeyId: keyArn }));
        assert.equal((await begin(0)).Status, "STARTING");
        await assert.rejects(begin(1, "e0"), { name: "ExportTaskAlreadyExistsFault", Code: "ExportTaskAlreadyExists" });
        for (let i = 1; i < 5; i++) await begin(i);
        await assert.rejects(begin(5), { name: "ExportTaskLimitReachedFault", $fault: "client" });
        const { ExportTasks } = await rds.send(new DescribeExportTasksCommand({ Filters: [{ Name: "status", Values: ["starting", "in_progress"] }], SourceArn: snapshots[3]!.arn }));
        assert.deepEqual(ExportTasks!.map(({ ExportTaskIdentifier }) => ExportTaskIdentifier), ["e3"]);
        let seen = 0;
        for await (const page of paginateDescribeDBSnapshots({ client: rds }, {})) seen += page.DBSnapshots!.length;
        assert.equal(seen, 101);
    });
    it("puts, reads and lists objects", async () => {
        const s3 = new S3Client(as(starterArn));
        const put = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "m/ä b", Body: "{}", IfNoneMatch: "*" }));
        await assert.rejects(s3.send(new PutObjectCommand({ Bucket: bucket, Key: "m/ä b", Body: "{}", IfNoneMatch: "*" })), { name: "PreconditionFailed" });
        const { Body, VersionId } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "m/ä b" }));
        assert.equal(await Body!.transformToString(), "{}");
        assert.equal(VersionId, put.VersionId);
        assert.equal((await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "m/ä b" }))).ObjectLockMode, "COMPLIANCE");
        await assert.rejects(s3.send(new GetObjectCommand({ Bucket: bucket, Key: "none" })), { name: "NoSuchKey" });
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "m/z", Body: "1" }));
        const first = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "m/", MaxKeys: 1 }));
        assert.deepEqual([first.IsTruncated, first.Contents!.map(({ Key }) => Key)], [true, ["m/z"]]);
        const rest = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "m/", ContinuationToken: first.NextContinuationToken }));
        assert.deepEqual([rest.IsTruncated, rest.Contents!.map(({ Key }) => Key)], [false, ["m/ä b"]]);
        assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: bucket, StartAfter: "m/ä b" }))).KeyCount, 0);
    });
    it("tells what isn't simulated, and doesn't hide its own mistakes", async () => {
        const front = await serve(world);
        const s3 = new S3Client({ ...as(starterArn), endpoint: front.url });
        await assert.rejects(s3.send(new ListMultipartUploadsCommand({ Bucket: bucket })), { name: "NotSimulated" });
        world.s3.list = () => {
            throw new TypeError("our bug");
        };
        await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: bucket })), { name: "SimulationBroken" });
        await assert.rejects(front.stop(), /our bug/);
    });
    it("passes messages on to the queue", async () => {
        const sent: string[][] = [];
        world.sqs.send = (principal, queueArn, body) => String(sent.push([principal.arn, queueArn, body]));
        const sqs = new SQSClient(as(starterArn));
        const QueueUrl = `https://sqs.eu-west-1.amazonaws.com/${backup}/trigger`;
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" }));
        const { Successful } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "a", MessageBody: "two" }, { Id: "b", MessageBody: "three" }] }));
        assert.deepEqual(Successful!.map(({ Id, MessageId }) => [Id, MessageId]), [["a", "2"], ["b", "3"]]);
        assert.deepEqual(sent.map(([, arn, body]) => [arn, body]), ["one", "two", "three"].map((body) => [`arn:aws:sqs:eu-west-1:${backup}:trigger`, body]));
    });
});
