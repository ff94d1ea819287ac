"use strict";
// The starter's clients and one of each of its calls, and nothing that decides or checks: the least that the SDK costs.
const { RDSClient, DescribeDBClusterSnapshotsCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand, DescribeDBSnapshotsCommand, DescribeExportTasksCommand, StartExportTaskCommand } = require("@aws-sdk/client-rds");
const { S3Client, ListObjectsV2Command } = require("@aws-sdk/client-s3");
const { SQSClient } = require("@aws-sdk/client-sqs");
const { STSClient, AssumeRoleCommand } = require("@aws-sdk/client-sts");

const { VAULT_BUCKET, VAULT_KEY_ARN, ACCESS_ROLE, EXPORT_ROLE, EXTERNAL_ID } = process.env;
const sts = new STSClient({});
const s3 = new S3Client({ requestHandler: sts.config.requestHandler });
exports.sqs = new SQSClient({ requestHandler: sts.config.requestHandler });

exports.handler = async ({ Records: [record] }) => {
    const { account, resources } = JSON.parse(record.body);
    const role = (name) => `arn:aws:iam::${account}:role/rds-vault/${name}`;
    const credentials = async () => {
        const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: role(ACCESS_ROLE), RoleSessionName: "bench", ExternalId: EXTERNAL_ID }));
        return { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken };
    };
    const rds = new RDSClient({ credentials, requestHandler: sts.config.requestHandler });
    const looks = [DescribeDBClusterSnapshotsCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand, DescribeDBSnapshotsCommand, DescribeExportTasksCommand];
    await Promise.all([...looks.map((Look) => rds.send(new Look({}))), s3.send(new ListObjectsV2Command({ Bucket: VAULT_BUCKET, Prefix: `manifests/${account}/` }))]);
    await rds.send(
        new StartExportTaskCommand({ ExportTaskIdentifier: "bare-1", SourceArn: resources[0], S3BucketName: VAULT_BUCKET, S3Prefix: `exports/${account}`, IamRoleArn: role(EXPORT_ROLE), KmsKeyId: VAULT_KEY_ARN }),
    );
    return { batchItemFailures: [] };
};
