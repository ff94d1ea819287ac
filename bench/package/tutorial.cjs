"use strict";
// The handler that public tutorials print for this job: AWS SDK v2 whole, middy, a random id, the first record. It has to assume the
// access role, as ours does; the tutorials export within one account.
const AWS = require("aws-sdk");
const middy = require("@middy/core");
const { v4: uuid } = require("uuid");

const { VAULT_BUCKET, VAULT_KEY_ARN, ACCESS_ROLE, EXPORT_ROLE, EXTERNAL_ID, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = process.env;
const sts = new AWS.STS({ endpoint, region });

const base = async (event) => {
    const { account, resources } = JSON.parse(event.Records[0].body);
    const role = (name) => `arn:aws:iam::${account}:role/rds-vault/${name}`;
    const { Credentials } = await sts.assumeRole({ RoleArn: role(ACCESS_ROLE), RoleSessionName: "tutorial", ExternalId: EXTERNAL_ID }).promise();
    const rds = new AWS.RDS({ endpoint, region, accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken });
    await rds
        .startExportTask({ ExportTaskIdentifier: `export-${uuid()}`, SourceArn: resources[0], S3BucketName: VAULT_BUCKET, S3Prefix: `exports/${account}`, IamRoleArn: role(EXPORT_ROLE), KmsKeyId: VAULT_KEY_ARN })
        .promise();
};

exports.handler = middy(base);
