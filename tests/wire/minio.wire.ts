// Doesn't prove rights: the sealer comes to MinIO as its root.
import assert from "node:assert/strict";
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, PutObjectLockConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { taskId, taskIdStem } from "../../handlers/lib/taskId";
import { startMinio } from "../peers/minio";
import { batch, nodeVersions, startFunction } from "./functions";
import { arns, names, region, source } from "./hub";

/** MinIO keeps no other key than its own, and gives it this name. */
const minioKeyArn = "arn:aws:kms:minio-default-key";
const snapshotTime = "2026-11-23T03:10:00.000Z";
const sourceArn = `arn:aws:rds:${region}:${source}:snapshot:orders-1`;
const id = taskId(taskIdStem({ arn: sourceArn, createdAt: snapshotTime }, { partition: "aws", bucket: names.bucket, keyArn: minioKeyArn, exportRole: names.exportRole }), 1);
const prefix = `exports/${source}/instance.orders/2026-11-23`;
const info = `export_info_${id}.json`;
const tables = `export_tables_info_${id}_from_1_to_1.json`;
const files: Record<string, string> = {
    "app/public.orders/1/part-00000.gz.parquet": "PAR1",
    "app/public.orders/1/_SUCCESS": "",
    [tables]: JSON.stringify({ perTableStatus: [{ target: "app.public.orders", status: "COMPLETE", sizeGB: 1 }] }),
    [info]: JSON.stringify({ exportTaskIdentifier: id, status: "COMPLETE" }),
};

for (const version of nodeVersions) {
    describe(`the sealer's deployed text on Node ${version} against MinIO's Object Lock`, function () {
        this.timeout(600_000);
        let minio: Awaited<ReturnType<typeof startMinio>>;
        let s3: S3Client;
        before(async () => {
            minio = await startMinio();
            const { endpoint, accessKeyId, secretAccessKey } = minio;
            s3 = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
            await s3.send(new CreateBucketCommand({ Bucket: names.bucket, ObjectLockEnabledForBucket: true }));
            await s3.send(new PutObjectLockConfigurationCommand({ Bucket: names.bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 35 } } } }));
        });
        after(() => minio?.stop());

        it("seals locked versions once, pins what was written first, and nobody deletes what it pinned", async () => {
            const startedAt = new Date();
            for (const [name, text] of Object.entries(files)) await s3.send(new PutObjectCommand({ Bucket: names.bucket, Key: `${prefix}/${id}/${name}`, Body: Buffer.from(text) }));
            const hidden = `${prefix}/${id}/app/public.orders/1/part-00000.gz.parquet`;
            await s3.send(new DeleteObjectCommand({ Bucket: names.bucket, Key: hidden }));
            const task = { id, sourceArn, status: "COMPLETE", bucket: names.bucket, prefix, roleArn: arns.exportRole(source), keyArn: minioKeyArn, exportOnly: [], startedAt: startedAt.toISOString(), endedAt: new Date().toISOString(), snapshotTime };
            const request = batch({ account: source, task, resourceId: "db-ORDERS123" });
            const sealer = startFunction("seal", version, { AWS_ACCESS_KEY_ID: minio.accessKeyId, AWS_SECRET_ACCESS_KEY: minio.secretAccessKey, AWS_ENDPOINT_URL_S3: minio.endpoint, VAULT_KEY_ARN: minioKeyArn });
            try {
                const first = await sealer.invoke(request);
                assert.deepEqual(first.result, { batchItemFailures: [] }, JSON.stringify(first));
                assert.ok(first.lines.some(({ message }) => message === "tampering"), JSON.stringify(first.lines));
                const sealed = await manifests();
                assert.equal(sealed.length, 1);
                const { Body } = await s3.send(new GetObjectCommand({ Bucket: names.bucket, Key: sealed[0]!.Key }));
                const manifest = JSON.parse(await Body!.transformToString()) as { objects: { key: string; versionId: string; retainUntil: string }[] };
                assert.equal(manifest.objects.length, Object.keys(files).length);
                assert.ok(manifest.objects.every(({ retainUntil }) => Date.parse(retainUntil) >= startedAt.getTime() - 1000 + 35 * 86_400_000));
                const again = await sealer.invoke(request);
                assert.ok(again.lines.some(({ message }) => message === "already-sealed"));
                assert.equal((await manifests()).length, 1);
                const pinned = manifest.objects.find(({ key }) => hidden.endsWith(key))!;
                await assert.rejects(s3.send(new DeleteObjectCommand({ Bucket: names.bucket, Key: hidden, VersionId: pinned.versionId })));
                assert.equal(await (await s3.send(new GetObjectCommand({ Bucket: names.bucket, Key: hidden, VersionId: pinned.versionId }))).Body!.transformToString(), "PAR1");
            } finally {
                await sealer.stop();
            }
        });

        const manifests = async () => (await s3.send(new ListObjectVersionsCommand({ Bucket: names.bucket, Prefix: "manifests/" }))).Versions ?? [];
    });
}
