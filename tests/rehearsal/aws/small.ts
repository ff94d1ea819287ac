// Two accounts, one bucket, one key, with the policies that AWS documents for exports. Proves nothing itself.
import { createWorld } from "../../../rehearsal/aws/world";
import type { Principal, SimDatabase, World } from "../../../rehearsal/aws/types";

export const source = "111122223333";
export const backup = "444455556666";
export const bucket = "vault";
export const bucketArn = `arn:aws:s3:::${bucket}`;
export const keyArn = `arn:aws:kms:eu-west-1:${backup}:key/11111111-2222-3333-4444-555555555555`;
export const starterArn = `arn:aws:iam::${backup}:role/rds-vault/starter`;
export const accessArn = `arn:aws:iam::${source}:role/rds-vault/access`;
export const exportArn = `arn:aws:iam::${source}:role/rds-vault/export`;
export const hour = 3_600_000;
export const start = Date.UTC(2026, 10, 23, 3, 10);

export type Statement = Record<string, unknown>;
export const policy = (...statements: Statement[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
export const allow = (action: string | string[], resource: string | string[], more: Statement = {}): Statement => ({ Effect: "Allow", Action: action, Resource: resource, ...more });
export const trust = (principal: Statement, condition?: Statement) => policy({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", ...(condition && { Condition: condition }) });

export const sessionOf = (roleArn: string): Principal => ({
    arn: roleArn.replace(":iam:", ":sts:").replace(/role\/.*\//, "assumed-role/") + "/test",
    account: roleArn.split(":")[4]!,
    roleArn,
});

const objects = ["s3:PutObject*", "s3:GetObject*", "s3:DeleteObject*"];
const inBucket = ["s3:ListBucket", "s3:GetBucketLocation"];
const key = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"];
const sourceRoot = { AWS: `arn:aws:iam::${source}:root` };

export const exportRolePolicy = policy(allow([...objects], `${bucketArn}/exports/${source}/*`), allow(inBucket, bucketArn), allow(key, keyArn));
export const keyPolicy = policy({ Effect: "Allow", Principal: sourceRoot, Action: key, Resource: "*" }, { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${backup}:root` }, Action: "kms:*", Resource: "*" });
export const bucketPolicy = policy(
    { Sid: "Objects", Effect: "Allow", Principal: sourceRoot, Action: objects, Resource: `${bucketArn}/exports/\${aws:PrincipalAccount}/*` },
    { Sid: "Bucket", Effect: "Allow", Principal: sourceRoot, Action: inBucket, Resource: bucketArn },
);

export function smallWorld(seed = 1): World {
    const world = createWorld({ region: "eu-west-1", partition: "aws", start, seed });
    world.kms.addKey({ arn: keyArn, account: backup, enabled: true });
    world.s3.addBucket({ name: bucket, account: backup, defaultKeyArn: keyArn, retention: { mode: "COMPLIANCE", days: 35 } });
    world.iam.setResourcePolicy(bucketArn, backup, bucketPolicy);
    world.iam.setResourcePolicy(keyArn, backup, keyPolicy);
    const arn = (name: string) => ({ arn: name, account: name.split(":")[4]! });
    world.iam.addRole({ ...arn(starterArn), trust: trust({ Service: "lambda.amazonaws.com" }), policies: [policy(allow("sts:AssumeRole", accessArn), allow("s3:*", [bucketArn, `${bucketArn}/*`]), allow("kms:*", keyArn))] });
    world.iam.addRole({
        ...arn(accessArn),
        trust: trust({ AWS: `arn:aws:iam::${backup}:root` }, { StringEquals: { "sts:ExternalId": "right" }, ArnEquals: { "aws:PrincipalArn": starterArn } }),
        policies: [policy(allow(["rds:Describe*", "rds:StartExportTask"], "*"), allow("iam:PassRole", exportArn), allow(["kms:DescribeKey", "kms:CreateGrant"], keyArn))],
    });
    world.iam.addRole({ ...arn(exportArn), trust: trust({ Service: "export.rds.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": source } }), policies: [exportRolePolicy] });
    return world;
}

export const database = (more: Partial<SimDatabase> = {}): SimDatabase => ({
    account: source,
    kind: "instance",
    identifier: "orders",
    engine: "postgres",
    resourceId: "db-ORDERS",
    sizeGiB: 10,
    tags: {},
    ...more,
});

export const exportRequest = (sourceArn: string, id = "e1", more: Record<string, string> = {}): Record<string, string> => ({
    ExportTaskIdentifier: id,
    SourceArn: sourceArn,
    S3BucketName: bucket,
    S3Prefix: `exports/${source}/instance.orders/2026-11-23`,
    IamRoleArn: exportArn,
    KmsKeyId: keyArn,
    ...more,
});

export const code = (expected: string) => (error: Error) => error.name === expected;
