/** Starter → access role in each source account, and what that role may do there. */
import type { Arns } from "../arns";
import { accountRoots, document, type Document, type Sources } from "./document";
import { consumeQueue, listManifests, writeLogs } from "./function";
import { sendSealRequests } from "./seal";

export const starterPolicy = (arns: Arns, { accounts, organization }: Sources): Document =>
    document(
        {
            // With units nobody knows next week's accounts. Path and name are ours, and each access role's own trust names the starter.
            // Not narrowed by aws:ResourceOrgID: AWS says of aws:ResourceAccount that sts:AssumeRole carries it
            // (https://aws.amazon.com/about-aws/whats-new/2022/04/iam-access-resource-organization), of the organization's key nowhere
            // in so many words, and an Allow that waits for a missing key would leave every member unprotected.
            Sid: "AssumeAccessRoles",
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Resource: organization ? arns.accessRole("*") : accounts.map(arns.accessRole),
        },
        // Names only: the starter can't read or write what the vault holds.
        listManifests(arns),
        consumeQueue("ConsumeTriggers", arns.triggerQueue),
        sendSealRequests(arns),
        writeLogs(arns.starterLogs),
    );

export const accessTrust = (arns: Arns, backupAccountId: string, externalId: string): Document =>
    document({
        Sid: "Starter",
        Effect: "Allow",
        Principal: accountRoots(arns.partition, [backupAccountId]),
        Action: "sts:AssumeRole",
        Condition: { ArnEquals: { "aws:PrincipalArn": arns.starterRole }, StringEquals: { "sts:ExternalId": externalId } },
    });

/**
 * Describe, start, pass one role. StartExportTask's caller needs DescribeKey and CreateGrant on the key:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartExportTask.html
 */
export const accessPolicy = (arns: Arns, region: string, account: string, keyArn: string): Document =>
    document(
        {
            // "*": without an identifier in the request Describe calls aren't authorized on a single resource.
            Sid: "Describe",
            Effect: "Allow",
            Action: [
                "rds:DescribeDBSnapshots",
                "rds:DescribeDBClusterSnapshots",
                "rds:DescribeDBInstances",
                "rds:DescribeDBClusters",
                "rds:DescribeExportTasks",
            ],
            Resource: "*",
        },
        {
            Sid: "StartExports",
            Effect: "Allow",
            Action: "rds:StartExportTask",
            Resource: ["snapshot", "cluster-snapshot"].map((type) => `arn:${arns.partition}:rds:${region}:${account}:${type}:*`),
        },
        { Sid: "PassExportRole", Effect: "Allow", Action: "iam:PassRole", Resource: arns.exportRole(account) },
        { Sid: "LendVaultKey", Effect: "Allow", Action: ["kms:DescribeKey", "kms:CreateGrant"], Resource: keyArn },
    );
