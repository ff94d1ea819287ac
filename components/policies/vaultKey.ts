/** Who may use the vault key, and what nobody may do to it: a locked object under a deleted key is lost. */
import type { Arns } from "../arns";
import { accountRoots, allowSources, document, type Document, type Sources, type Statement } from "./document";
import { exportKeyActions } from "./export";
import { throughS3 } from "./seal";

interface VaultKeyPolicyArgs {
    readonly arns: Arns;
    readonly region: string;
    readonly backupAccountId: string;
    readonly deployRoleArn: string;
    /** Absent: the deploy role alone may change the policy. */
    readonly breakGlassRoleArn?: string;
    readonly sources: Sources;
}

/** The key policy. In a key policy `Resource: "*"` means this key. */
export function vaultKeyPolicy(args: VaultKeyPolicyArgs): Document {
    return document(...keyDenies(args), ...backupAccount(args), ...sourceAccounts(args));
}

/** What nobody may do to a key whose loss nobody could mend, nor notice. */
export function keyDenies({ deployRoleArn, breakGlassRoleArn }: Pick<VaultKeyPolicyArgs, "deployRoleArn" | "breakGlassRoleArn">): Statement[] {
    const everyone = { Effect: "Deny", Principal: { AWS: "*" }, Resource: "*" } as const;
    // RDS demands that no Deny catches its service principal: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
    const noService = { BoolIfExists: { "aws:PrincipalIsAWSService": "false" } };
    return [
        {
            Sid: "DenyDestruction",
            ...everyone,
            Action: [
                "kms:ScheduleKeyDeletion",
                "kms:DisableKey",
                "kms:DisableKeyRotation",
                "kms:ImportKeyMaterial",
                "kms:DeleteImportedKeyMaterial",
                "kms:ReplicateKey",
                "kms:UpdatePrimaryRegion",
            ],
            Condition: noService,
        },
        {
            Sid: "DenyLockoutBypass",
            ...everyone,
            Action: "kms:PutKeyPolicy",
            Condition: { Bool: { "kms:BypassPolicyLockoutSafetyCheck": "true" } },
        },
        {
            // The deploy role stays: KMS refuses a policy that locks its author out.
            Sid: "DenyPolicyChangeByOthers",
            ...everyone,
            Action: "kms:PutKeyPolicy",
            Condition: { ...noService, ArnNotEquals: { "aws:PrincipalArn": breakGlassRoleArn ? [deployRoleArn, breakGlassRoleArn] : deployRoleArn } },
        },
    ];
}

function backupAccount({ arns, region, backupAccountId }: VaultKeyPolicyArgs): Statement[] {
    const caller = { Effect: "Allow", Principal: accountRoots(arns.partition, [backupAccountId]), Resource: "*" } as const;
    return [
        {
            Sid: "Administration",
            ...caller,
            Action: [
                "kms:DescribeKey",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListResourceTags",
                "kms:ListGrants",
                "kms:PutKeyPolicy",
                "kms:EnableKey",
                "kms:EnableKeyRotation",
                "kms:CancelKeyDeletion",
                "kms:UpdateKeyDescription",
                "kms:TagResource",
                "kms:UntagResource",
            ],
        },
        {
            // A restore reads through S3; which roles may is the backup account's own IAM to say.
            Sid: "ReadThroughS3",
            ...caller,
            Action: "kms:Decrypt",
            Condition: throughS3(region),
        },
        {
            // Manifests and canaries are encrypted too; the principals of this account that write into the vault.
            Sid: "SealThroughS3",
            ...caller,
            Action: "kms:GenerateDataKey",
            Condition: { ...throughS3(region), ArnEquals: { "aws:PrincipalArn": [arns.sealerRole, arns.watcherRole] } },
        },
    ];
}

function sourceAccounts({ arns, sources }: VaultKeyPolicyArgs): Statement[] {
    const allow = (sid: string, roleArn: string, actions: string[]) => allowSources(arns.partition, sources, sid, roleArn, { Action: actions, Resource: "*" });
    return [...allow("ExportRoles", arns.exportRole("*"), exportKeyActions), ...allow("AccessRoles", arns.accessRole("*"), ["kms:DescribeKey", "kms:CreateGrant"])];
}
