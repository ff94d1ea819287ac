/** Where the stack has more than a vault: two organizations, a trail of its own, a suspended account. */
import { deployTrust } from "../../../components/policies/deployRole";
import { trailArn, trailBucketArn } from "../../../components/policies/trail";
import type { Who } from "../actors";
import { open, tries } from "../build";
import { allowed, byService, context, type On, placeOf } from "./cases";
import type { Attack, Stage } from "../types";

/** Listed accounts, and the backup account itself, may be of another organization than the enrolled units. */
export function anotherOrganization(stage: Stage): Attack[] {
    const { arns, settings, backup, partition, stranger, sources } = stage;
    const listed = sources.find(({ kind }) => kind === "listed");
    if (!settings.organization || !listed) return [];
    const elsewhere = "o-elsewhere01";
    const principals = context("aws:PrincipalOrgID", elsewhere);
    const from = (account: string, arn: string) => ({ "aws:SourceAccount": account, "aws:SourceArn": arn, "aws:SourceOrgID": elsewhere });
    const there = { ...stage, sources: [{ ...listed, id: "elsewhere" }] };
    const { deployRoleArn } = settings.backupAccount;
    const ci = `arn:${partition}:iam::${stranger}:role/admin`;
    const outside = [deployRoleArn, ...(settings.guardrails.breakGlassRoleArn ? [settings.guardrails.breakGlassRoleArn] : [])];
    return [
        ...allowed(there, "export role", "s3:PutObject", ({ account }) => `${arns.bucket}/exports/${account}/x`, { context: principals }),
        ...allowed(there, "sealer", "s3:ListBucketVersions", arns.bucket, { context: { ...principals, "s3:prefix": "exports/111122223333/" } }),
        ...allowed(there, "restorer", "sts:AssumeRole", arns.readerRole, { context: principals }),
        byService(stage, "edge-elsewhere-listed", "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, from(listed.account, arns.forwarderRule(listed.account)), "allowed"),
        byService(stage, "edge-elsewhere-backup", "events.amazonaws.com", "sqs:SendMessage", arns.undeliveredQueue, from(backup, arns.hubRule), "allowed"),
        // Where `pulumi up` and the responders come from.
        ...outside.flatMap((role) => allowed(stage, "A7", "sts:AssumeRole", role).map((attack): Attack => ({ ...attack, actor: "deploy", name: "assumes the deploy or break-glass role from where its trust says", resourcePolicy: deployTrust(ci) }))),
    ];
}

/** Where the program makes the trail. */
export function trailBucket(stage: Stage): Attack[] {
    const { settings, backup, region } = stage;
    const update = open("What the deploy role makes it can change", { rules: ["deploy"] });
    const updates = tries(stage, { id: "edge-trail", row: 49, harm: "blind the watchers", name: "diverts the trail", action: "cloudtrail:UpdateTrail", on: trailArn(placeOf(stage)) }, { "A9": update });
    if (settings.monitoring.trail !== "create") return updates;
    const bucket = trailBucketArn(placeOf(stage));
    const log = `${bucket}/AWSLogs/${backup}/CloudTrail/${region}/2026/10/05/x.json.gz`;
    const ours = { "aws:SourceAccount": backup, "aws:SourceArn": trailArn(placeOf(stage)) };
    const acl = { ...ours, "s3:x-amz-acl": "bucket-owner-full-control" };
    return [
        ...updates,
        byService(stage, "edge-trail-acl", "config.amazonaws.com", "s3:GetBucketAcl", bucket, ours, ["bucket policy"]),
        byService(stage, "edge-trail-list", "cloudtrail.amazonaws.com", "s3:ListBucket", bucket, ours, ["bucket policy"]),
        byService(stage, "edge-trail-write", "config.amazonaws.com", "s3:PutObject", log, acl, ["bucket policy"]),
        byService(stage, "edge-trail-object-acl", "cloudtrail.amazonaws.com", "s3:PutObjectAcl", log, acl, ["bucket policy"]),
        ...tries(stage, { id: "edge-trail-http", row: "design", harm: "blind the watchers", name: "lists logs without TLS", action: "s3:ListBucket", on: bucket, context: context("aws:SecureTransport", "false") }, { "A4": ["bucket policy", "rcp"] }),
    ];
}

/** Whom the kill switch for an account leaves alone, and what it leaves that account. */
export function suspended(stage: Stage): Attack[] {
    const [account] = stage.settings.vault.suspendedAccounts;
    if (!account) return [];
    const { arns, tenant } = stage;
    const goes = (who: Who, id: string, action: string, on: On) => tries(stage, { id: `edge-suspended-${id}`, row: "design", harm: "stop backups silently", name: `calls ${action} while an account is suspended`, action, on }, { [who]: "allowed" });
    return [
        ...goes("export role", "reads", "s3:GetObject", ({ account: each }) => `${arns.bucket}/exports/${each}/x`),
        ...tries({ ...stage, sources: [{ account: tenant, id: "tenant", kind: "listed" }] }, { id: "edge-suspended-others", row: "design", harm: "stop backups silently", name: "writes on while another account is suspended", action: "s3:PutObject", on: () => `${arns.bucket}/exports/${tenant}/x` }, { "export role": "allowed" }),
    ];
}
