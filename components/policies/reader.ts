/** Who reports → reader role → manifests, inventory lines, alarms, and who is told. */
import { rootArn, type Arns } from "../arns";
import { document, type Document } from "./document";
import { listManifests } from "./function";
import { throughS3 } from "./seal";

/** Principals of the backup account whose own policy lets them; nobody of a source account. */
export const readerTrust = (arns: Arns, backupAccountId: string): Document =>
    document({ Sid: "BackupAccount", Effect: "Allow", Principal: { AWS: rootArn(arns.partition, backupAccountId) }, Action: "sts:AssumeRole" });

/** Manifests tell names of databases and tables, never what is in them; an export can't be read with this role. */
export const readerPolicy = (arns: Arns, region: string, backupAccountId: string, keyArn: string): Document =>
    document(
        listManifests(arns),
        { Sid: "Manifests", Effect: "Allow", Action: "s3:GetObject", Resource: `${arns.bucket}/manifests/*` },
        { Sid: "VaultKey", Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn, Condition: throughS3(region) },
        // CloudWatch Logs checks some actions with a trailing ":*" and some without.
        { Sid: "InventoryLines", Effect: "Allow", Action: "logs:FilterLogEvents", Resource: [arns.starterLogs, `${arns.starterLogs}:*`] },
        // Asked for by prefix, it is checked on all alarms.
        { Sid: "Alarms", Effect: "Allow", Action: "cloudwatch:DescribeAlarms", Resource: `arn:${arns.partition}:cloudwatch:${region}:${backupAccountId}:alarm:*` },
        { Sid: "WhoIsTold", Effect: "Allow", Action: "sns:ListSubscriptionsByTopic", Resource: arns.notices },
    );
