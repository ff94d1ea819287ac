/** Objects in the vault: rows 1 to 12. */
import { open, perimeter, tries } from "./build";
import type { Attack, Source, Stage } from "./types";

const sse = "s3:x-amz-server-side-encryption";

/** What stands in the vault, and what is written there. */
export function placesOf({ arns, keyArn, region, backup }: Stage) {
    const folder = "2026-10-05/e1";
    const viaS3 = { "kms:ViaService": `s3.${region}.amazonaws.com` };
    const key = (action: string) => ({ action, resource: keyArn, resourceAccount: backup, context: viaS3 });
    return {
        object: ({ account }: Source) => `${arns.bucket}/exports/${account}/instance.orders/${folder}/public.orders/1/part-0.gz.parquet`,
        manifest: ({ account }: Source) => `${arns.bucket}/manifests/${account}/2026-10-05/instance.orders.ABCDEFGH/e1.complete.json`,
        canary: `${arns.bucket}/canary/2026-10-05.json`,
        once: { "s3:if-none-match": "*" },
        viaS3,
        /** A write asks the key too, with the caller's rights. */
        encrypt: [key("kms:GenerateDataKey")],
        decrypt: [key("kms:Decrypt")],
    };
}

const ownJunk = open("RDS writes exports with the account's own role, so its administrator can write under its own prefix, and lock what he writes", { alarms: ["volume", "flood"], note: "vault.suspendedAccounts stops it" });
const ownMarker = open("RDS documents s3:DeleteObject* as needed; a marker deletes nothing, and the manifest names the versions", { alarms: ["tampering"], note: "if it comes before the export is sealed" });
const ownVersion = open("RDS must be able to write here; what was there first stays locked, and the manifest names it", { alarms: ["tampering"], note: "if it comes before the export is sealed" });

export function objectAttacks(stage: Stage): Attack[] {
    const { object, manifest, canary, once, encrypt, decrypt } = placesOf(stage);
    const { arns, keyArn } = stage;
    const all = (...cases: Attack[][]) => cases.flat();
    const { outsiders } = perimeter(stage);
    const otherKey = keyArn.replace(/key\/.{8}/, "key/99999999");
    const strangersKey = keyArn.replace(stage.backup, stage.stranger);
    return all(
        tries(stage, { id: "version", row: 1, harm: "delete or shorten", name: "deletes a version of an export", action: "s3:DeleteObjectVersion", on: object }, {
            "A1, A1 root, A2, A2 wide, A7 export role, A10 wide": ["bucket policy", "lock", "rcp"],
            "A4, A5, A9": ["bucket policy", "lock", "rcp", "scp"],
        }),
        tries(stage, { id: "manifest-version", row: 1, harm: "delete or shorten", name: "deletes a version of a manifest", action: "s3:DeleteObjectVersion", on: manifest }, {
            "A2 wide": ["bucket policy", "lock", "rcp"],
            "A4, A5, A9, A8 sealer, A8 sealer wide": ["bucket policy", "lock", "rcp", "scp"],
        }),
        tries(stage, { id: "marker", row: 2, harm: "hide or shadow", name: "puts a delete marker onto an export", action: "s3:DeleteObject", on: object }, {
            "A1, A1 root": ["bucket policy"],
            "A2, A2 wide": ownMarker,
            "A10, A10 wide": ["bucket policy"],
            "A7 export role": ["bucket policy", "rcp"],
            "A10 outside": ["bucket policy", ...outsiders],
            "A8 sealer": ["bucket policy", "identity policy", "scp"],
            "A4, A5, A9": ["scp"],
        }),
        tries(stage, { id: "manifest-marker", row: 2, harm: "hide or shadow", name: "puts a delete marker onto a manifest", action: "s3:DeleteObject", on: manifest }, {
            "A2, A2 wide": ["bucket policy"],
            "A4, A5, A9, A8 sealer wide": ["bucket policy", "scp"],
        }),
        tries(stage, { id: "canary-marker", row: 2, harm: "blind the watchers", name: "puts a delete marker onto the lock canary", action: "s3:DeleteObject", on: canary }, {
            "A4, A8 watcher wide": ["bucket policy", "scp"],
        }),
        tries(stage, { id: "over", row: 3, harm: "hide or shadow", name: "writes over an export", action: "s3:PutObject", on: object, also: encrypt }, {
            "A1, A1 root, A10 admin": ["bucket policy", "key policy"],
            "A2, A2 wide": ownVersion,
            "A10, A10 wide": ["bucket policy"],
            "A10 outside": ["bucket policy", "key policy", ...outsiders],
            "A7 export role": ["bucket policy", "key policy", "rcp"],
            "A4, A5": ["key policy", "scp"],
            "A8 starter, A8 sweeper": ["bucket policy", "identity policy", "key policy", "scp"],
            "A8 sealer, A8 watcher": ["bucket policy", "identity policy"],
            "A8 sealer wide": open("The sealer's own policy is what keeps it from writing among the exports; nobody but the deploy role may widen it", { note: "of the writing; the rule deploy tells of the widening" }),
        }),
        tries(stage, { id: "over-in-parts", row: 3, harm: "hide or shadow", name: "writes over another account's export in parts", action: "s3:PutObject", on: object, context: { "s3:ObjectCreationOperation": "false" } }, { "A10 wide": ["bucket policy"] }),
        tries(stage, { id: "manifest", row: 3, harm: "hide or shadow", name: "writes a manifest", action: "s3:PutObject", on: manifest, context: once, also: encrypt }, {
            "A1, A1 root": ["bucket policy", "key policy"],
            "A2, A2 wide, A10 wide": ["bucket policy"],
            "A4, A5, A9": ["bucket policy", "key policy", "scp"],
            "A8 starter": ["bucket policy", "identity policy", "key policy", "scp"],
            "A8 watcher wide": ["bucket policy"],
            "A8 sealer": open("Who has the sealer's code has the ledger: a manifest that says more than there is. The versions that it names stay, and can be counted again", { note: "of what it writes; the rule deploy tells of the code" }),
        }),
        tries(stage, { id: "manifest-over", row: 3, harm: "hide or shadow", name: "writes over a manifest", action: "s3:PutObject", on: manifest, also: encrypt }, { "A8 sealer, A8 sealer wide": ["bucket policy"] }),
        tries(stage, { id: "canary", row: 3, harm: "blind the watchers", name: "writes the lock canary of the day", action: "s3:PutObject", on: canary, context: once, also: encrypt }, {
            "A2 wide": ["bucket policy"],
            "A4": ["bucket policy", "key policy", "scp"],
            "A8 sealer wide": ["bucket policy"],
        }),
        tries(stage, { id: "canary-over", row: 3, harm: "blind the watchers", name: "writes over the lock canary", action: "s3:PutObject", on: canary, also: encrypt }, { "A8 watcher": ["bucket policy"] }),
        tries(stage, { id: "sse-c", row: 4, harm: "hide or shadow", name: "writes an object that only its own key opens", action: "s3:PutObject", on: object, context: { [`${sse}-customer-algorithm`]: "AES256" } }, {
            "A1, A2, A2 wide": ["bucket policy", "rcp"],
            "A4": ["bucket policy", "rcp", "scp"],
        }),
        tries(stage, { id: "other-key", row: 5, harm: "hide or shadow", name: "writes an object under a stranger's KMS key", action: "s3:PutObject", on: object, context: { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: strangersKey } }, {
            "A1, A2, A2 wide, A8 sealer wide": ["bucket policy"],
            "A4": ["bucket policy", "scp"],
        }),
        tries(stage, { id: "other-key-here", row: 5, harm: "hide or shadow", name: "writes an object under another key of the backup account", action: "s3:PutObject", on: object, context: { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: otherKey } }, { "A2": ["bucket policy"] }),
        tries(stage, { id: "sse-s3", row: 5, harm: "hide or shadow", name: "writes an object under S3's own key", action: "s3:PutObject", on: object, context: { [sse]: "AES256" } }, { "A2, A2 wide": ["bucket policy"], "A4": ["bucket policy", "scp"] }),
        tries(stage, { id: "dsse", row: 5, harm: "hide or shadow", name: "writes an object with two layers of KMS", action: "s3:PutObject", on: object, context: { [sse]: "aws:kms:dsse", [`${sse}-aws-kms-key-id`]: keyArn } }, { "A2 wide": ["bucket policy"] }),
        tries(stage, { id: "shorten", row: 6, harm: "delete or shorten", name: "shortens the retention of a version", action: "s3:PutObjectRetention", on: object, context: { "s3:object-lock-mode": "GOVERNANCE", "s3:object-lock-remaining-retention-days": "1" } }, {
            "A1, A1 root, A2, A2 wide, A10 wide": ["bucket policy", "lock", "rcp"],
            "A4, A5, A9": ["bucket policy", "lock", "rcp", "scp"],
        }),
        tries(stage, { id: "century", row: 6, harm: "junk and cost", name: "locks a version for a century", action: "s3:PutObjectRetention", on: object, context: { "s3:object-lock-mode": "COMPLIANCE", "s3:object-lock-remaining-retention-days": "36500" } }, {
            "A1, A1 root, A2, A2 wide, A10 wide": ["bucket policy", "rcp"],
            "A4, A5, A9, A8 sealer": ["bucket policy", "rcp", "scp"],
        }),
        tries(stage, { id: "hold", row: 7, harm: "junk and cost", name: "puts a legal hold onto a version", action: "s3:PutObjectLegalHold", on: object }, {
            "A1, A1 root, A2, A2 wide, A10 wide": ["bucket policy", "rcp"],
            "A4, A5, A9": ["bucket policy", "rcp", "scp"],
        }),
        tries(stage, { id: "event-hold", row: 7, harm: "junk and cost", name: "writes an object with a hold without end", action: "s3:PutObject", on: object, context: { "s3:object-lock-event-hold": "ON" } }, { "A2, A2 wide": ["bucket policy"], "A4": ["bucket policy", "scp"] }),
        tries(stage, { id: "bypass", row: 8, harm: "delete or shorten", name: "bypasses governance", action: "s3:BypassGovernanceRetention", on: object }, {
            "A2 wide": ["bucket policy", "lock", "rcp"],
            "A4, A5, A9": ["bucket policy", "lock", "rcp", "scp"],
        }),
        tries(stage, { id: "read", row: 9, harm: "read others' exports", name: "reads an export of another account", action: "s3:GetObject", on: object, also: decrypt }, {
            "A10, A10 wide": ["bucket policy"],
            "A10 admin, A3 wide": ["bucket policy", "key policy"],
            "A10 outside": ["bucket policy", "key policy", ...outsiders],
            "A7, A7 export role": ["bucket policy", "key policy", "rcp"],
            "A8 starter, A8 sweeper, A8 watcher": ["bucket policy", "identity policy"],
            "A3": ["bucket policy", "identity policy", "key policy"],
        }),
        tries(stage, { id: "read-version", row: 9, harm: "read others' exports", name: "reads a version of another account's export", action: "s3:GetObjectVersion", on: object, also: decrypt }, { "A10, A10 wide": ["bucket policy"] }),
        tries(stage, { id: "read-tags", row: 9, harm: "read others' exports", name: "reads the tags of another account's export", action: "s3:GetObjectTagging", on: object }, { "A10 wide": ["bucket policy"] }),
        tries(stage, { id: "read-manifest", row: 9, harm: "read others' exports", name: "reads a manifest", action: "s3:GetObject", on: manifest, also: decrypt }, { "A2, A2 wide, A10 wide": ["bucket policy"], "A8 starter": ["bucket policy", "identity policy"] }),
        tries(stage, { id: "names", row: 9, harm: "read others' exports", name: "lists the names of all objects", action: "s3:ListBucket", on: arns.bucket }, {
            "A2, A10": open("RDS documents s3:ListBucket on the whole bucket; names only"),
            "A1, A1 root, A3 wide, A10 admin": ["bucket policy"],
            "A10 outside": ["bucket policy", ...outsiders],
            "A7, A7 export role": ["bucket policy", "rcp"],
            "A8 starter": ["bucket policy", "identity policy"],
        }),
        tries(stage, { id: "versions", row: 9, harm: "read others' exports", name: "lists all versions", action: "s3:ListBucketVersions", on: arns.bucket }, { "A2 wide, A10 wide": ["bucket policy"], "A2, A8 sealer": ["bucket policy", "identity policy"] }),
        tries(stage, { id: "read", row: 9, harm: "read others' exports", name: "reads exports", action: "s3:GetObject", on: object, also: decrypt }, {
            "A2": "allowed",
            "A4": open("Whoever administers the backup account can read what he could restore", { note: "CloudTrail's data events, if you turn them on" }),
        }),
        tries(stage, { id: "plain-http", row: 9, harm: "read others' exports", name: "asks without TLS", action: "s3:GetObject", on: object, context: { "aws:SecureTransport": "false" } }, { "A2": ["bucket policy", "rcp"], "A4": ["bucket policy", "rcp"] }),
        tries(stage, { id: "junk", row: 10, harm: "junk and cost", name: "writes junk among its own exports", action: "s3:PutObject", on: ({ account }) => `${arns.bucket}/exports/${account}/junk`, also: encrypt }, {
            "A1, A1 root": ["bucket policy", "key policy"],
            "A2": ownJunk,
            "A8 starter": ["bucket policy", "identity policy", "key policy", "scp"],
        }),
        tries(stage, { id: "own-junk", row: 10, harm: "junk and cost", name: "writes junk among its own exports", action: "s3:PutObject", on: `${arns.bucket}/exports/${stage.tenant}/junk`, also: encrypt }, { "A10": ownJunk }),
        tries(stage, { id: "junk-at-top", row: 10, harm: "junk and cost", name: "writes junk outside of exports/", action: "s3:PutObject", on: `${arns.bucket}/junk`, also: encrypt }, { "A2, A2 wide, A10 wide": ["bucket policy"] }),
        tries(stage, { id: "multipart-list", row: 10, harm: "junk and cost", name: "looks at another account's upload", action: "s3:ListMultipartUploadParts", on: object }, { "A10 wide": ["bucket policy"] }),
        tries(stage, { id: "abort", row: 11, harm: "kill running exports", name: "aborts an upload", action: "s3:AbortMultipartUpload", on: object }, {
            "A1, A1 root, A2 wide, A10 wide": ["bucket policy"],
            "A2, A8 sealer": ["bucket policy", "identity policy"],
        }),
        tries(stage, { id: "acl", row: 12, harm: "open trust", name: "puts an ACL onto another account's object", action: "s3:PutObjectAcl", on: object }, { "A10, A10 wide": ["bucket policy"] }),
        tries(stage, { id: "own-acl", row: 12, harm: "open trust", name: "puts an ACL onto its own object", action: "s3:PutObjectAcl", on: object }, {
            "A2": open("The documented s3:PutObject* holds it. The bucket has no ACLs (BucketOwnerEnforced), and S3 refuses each that isn't the owner's", { note: "it has no effect" }),
        }),
    );
}
