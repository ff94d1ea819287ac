/** The keys: rows 21 to 30. */
import { open, perimeter, tries, type Outcomes, type Tried } from "./build";
import { placesOf } from "./objects";
import type { Attack, Stage } from "./types";

/** Sent by KMS with each of these calls: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
const checked = { "kms:BypassPolicyLockoutSafetyCheck": "false" };
const unchecked = { "kms:BypassPolicyLockoutSafetyCheck": "true" };

export function keyAttacks(stage: Stage): Attack[] {
    const { keyArn, noticesKeyArn, partition, region, backup, names, arns } = stage;
    const { viaS3, object } = placesOf(stage);
    const onKey = (tried: Omit<Tried, "on">, outcomes: Outcomes) => tries(stage, { ...tried, on: keyArn }, outcomes);
    const insiders = { "A4, A5, A9": ["key policy", "rcp", "scp"] } satisfies Outcomes;
    const fromOutside = { "A1, A1 root, A2 wide, A3 wide, A10 wide": ["aws", "key policy", "rcp"] } satisfies Outcomes;
    const destroy = (row: number, id: string, name: string, action: string, more: Outcomes = {}) => onKey({ id, row, harm: "make unreadable", name, action }, { ...insiders, ...more });
    const { outsiders } = perimeter(stage);
    const alias = `arn:${partition}:kms:${region}:${backup}:${names.noticesKey}`;
    const lends = open("RDS needs the grant that its caller makes, and the documented rights hold CreateGrant", { note: "RDS calls in its name, as for each export" });
    return [
        ...destroy(21, "delete", "schedules the key's deletion", "kms:ScheduleKeyDeletion", { ...fromOutside, "A9 printed, A8 sealer": ["key policy", "rcp", "scp"] }),
        ...destroy(22, "disable", "disables the key", "kms:DisableKey", { ...fromOutside, "A9 printed": ["key policy", "rcp", "scp"] }),
        ...destroy(22, "rotation", "stops the key's rotation", "kms:DisableKeyRotation", { "A1": ["aws", "key policy", "rcp"] }),
        ...destroy(27, "import", "imports key material, which can expire", "kms:ImportKeyMaterial", { "A1": ["aws", "key policy", "rcp"] }),
        ...destroy(27, "material", "deletes key material", "kms:DeleteImportedKeyMaterial"),
        ...destroy(27, "replicate", "replicates the key into another Region", "kms:ReplicateKey"),
        ...destroy(27, "primary", "moves the key into another Region", "kms:UpdatePrimaryRegion"),
        ...tries(stage, { id: "origin", row: 27, harm: "make unreadable", name: "makes a key whose material is its own", action: "kms:CreateKey", on: "*", context: { "kms:KeyOrigin": "EXTERNAL" } }, { "A4, A5, A9": ["scp"], "A9 printed": ["identity policy", "scp"] }),
        ...onKey({ id: "policy", row: 23, harm: "make unreadable", name: "puts another key policy", action: "kms:PutKeyPolicy", context: checked }, {
            ...fromOutside,
            "A4, A5": ["key policy", "rcp", "scp"],
            // Before the guardrails stand it must put the first one.
            "A9, A9 printed": ["rcp", "scp"],
        }),
        ...onKey({ id: "policy-unchecked", row: 23, harm: "make unreadable", name: "puts a key policy that locks everybody out", action: "kms:PutKeyPolicy", context: unchecked }, { "A4, A5, A9, A9 printed": ["key policy", "rcp", "scp"], "A1": ["aws", "key policy", "rcp"] }),
        ...tries(stage, { id: "notices-key", row: 21, harm: "blind the watchers", name: "schedules the deletion of the notices' key", action: "kms:ScheduleKeyDeletion", on: noticesKeyArn }, insiders),
        ...tries(stage, { id: "notices-key", row: 22, harm: "blind the watchers", name: "disables the notices' key", action: "kms:DisableKey", on: noticesKeyArn }, insiders),
        ...tries(stage, { id: "notices-policy", row: 23, harm: "blind the watchers", name: "puts another policy onto the notices' key", action: "kms:PutKeyPolicy", on: noticesKeyArn, context: checked }, { "A4, A5": ["key policy", "rcp", "scp"], "A9": ["rcp", "scp"] }),
        ...tries(stage, { id: "notices-policy-unchecked", row: 23, harm: "blind the watchers", name: "locks everybody out of the notices' key", action: "kms:PutKeyPolicy", on: noticesKeyArn, context: unchecked }, { "A9": ["key policy", "rcp", "scp"] }),
        ...onKey({ id: "grant", row: 24, harm: "read others' exports", name: "lends the key to a principal of its own", action: "kms:CreateGrant", context: { "kms:GrantIsForAWSResource": "false" } }, {
            "A1, A1 root, A10 admin, A10 outside, A10 outside access, A7, A7 access role, A7 export role": ["key policy", "rcp"],
            "A2, A3, A10, A10 access": ["rcp"],
            "A4, A5": ["key policy", "rcp", "scp"],
            "A8 starter": ["identity policy", "key policy", "rcp", "scp"],
        }),
        ...onKey({ id: "grant-silent", row: 24, harm: "read others' exports", name: "lends the key in a request that says nothing of services", action: "kms:CreateGrant" }, { "A3": ["rcp"] }),
        ...onKey({ id: "grant-for-rds", row: 24, harm: "read others' exports", name: "has RDS lend the key to itself for an export", action: "kms:CreateGrant", context: { "kms:GrantIsForAWSResource": "true", "kms:ViaService": `rds.${region}.amazonaws.com` } }, { "A2, A3": lends, "A1": ["key policy"], "A7 access role": ["key policy", "rcp"], "A10 outside access": ["key policy", ...outsiders] }),
        ...onKey({ id: "revoke", row: 25, harm: "kill running exports", name: "takes back what an export was lent", action: "kms:RevokeGrant" }, {
            "A1, A10 wide, A3 wide, A2 wide": ["key policy"],
            "A7 access role": ["key policy", "rcp"],
            "A2, A3, A10": ["identity policy", "key policy"],
            "A4, A5": ["key policy", "scp"],
            "A8 starter": ["identity policy", "key policy", "scp"],
        }),
        ...onKey({ id: "list-grants", row: 25, harm: "kill running exports", name: "looks for other tenants' grants", action: "kms:ListGrants" }, { "A3 wide, A2 wide": ["key policy"] }),
        ...onKey({ id: "retire", row: 26, harm: "kill running exports", name: "retires the grants that it made", action: "kms:RetireGrant" }, {
            "A2": open("AWS documents RetireGrant as needed; an account can retire only the grants that it made, so it harms its own exports, and no policy of the key's side binds it", { alarms: ["failed", "foreign-grants"] }),
            "A1 as export role": open("As the account that made the grants; no policy of the key's side binds it: https://docs.aws.amazon.com/kms/latest/developerguide/grant-manage.html", { alarms: ["failed", "foreign-grants"] }),
        }),
        ...tries(stage, { id: "alias", row: 28, harm: "blind the watchers", name: "moves the notices' alias to another key", action: "kms:UpdateAlias", on: alias }, { "A4, A5, A9": ["scp"] }),
        ...tries(stage, { id: "no-alias", row: 28, harm: "blind the watchers", name: "deletes the notices' alias", action: "kms:DeleteAlias", on: alias }, { "A4, A5, A9": ["scp"] }),
        ...onKey({ id: "alias-of-key", row: 28, harm: "make unreadable", name: "moves an alias away from the vault key, which the program calls by no alias", action: "kms:UpdateAlias" }, { "A4, A9": ["key policy", "scp"] }),
        ...onKey({ id: "undo", row: 29, harm: "make unreadable", name: "undoes a deletion, as a defender", action: "kms:CancelKeyDeletion" }, { "restorer": "allowed", "A4": "allowed", "A1": ["aws", "key policy"] }),
        ...onKey({ id: "enable", row: 29, harm: "make unreadable", name: "enables the key again, as a defender", action: "kms:EnableKey" }, { "restorer": "allowed" }),
        ...onKey({ id: "decrypt", row: 30, harm: "read others' exports", name: "decrypts directly", action: "kms:Decrypt" }, {
            "A2, A10": open("The documented rights hold Decrypt, and one key serves all; other accounts' bytes are behind the bucket policy", { note: "kms:Decrypt is logged in both accounts" }),
            "A1, A1 root, A3 wide, A10 admin, A4, A8 sealer wide, A8 watcher wide": ["key policy"],
            "A10 outside": ["key policy", ...outsiders],
            "A7, A7 export role": ["key policy", "rcp"],
            "A8 sealer, A8 watcher": ["identity policy", "key policy"],
            "A5": ["key policy", "scp"],
        }),
        ...onKey({ id: "decrypt-via-s3", row: 30, harm: "read others' exports", name: "decrypts through S3", action: "kms:Decrypt", context: viaS3 }, {
            "A1, A3 wide": ["key policy"],
            "A10 outside": ["key policy", ...outsiders],
            "A7 export role": ["key policy", "rcp"],
            "A8 starter, A8 sweeper": ["identity policy"],
        }),
        ...onKey({ id: "decrypt-elsewhere", row: 30, harm: "read others' exports", name: "decrypts through S3 of another Region", action: "kms:Decrypt", context: { "kms:ViaService": "s3.ap-south-1.amazonaws.com" } }, { "A4": ["key policy"] }),
        ...onKey({ id: "encrypt", row: 30, harm: "hide or shadow", name: "encrypts an object of its own making", action: "kms:GenerateDataKey", context: viaS3 }, {
            "A1, A3 wide, A4": ["key policy"],
            "A10 outside": ["key policy", ...outsiders],
            "A7 export role": ["key policy", "rcp"],
            "A8 starter": ["identity policy", "key policy"],
        }),
        ...onKey({ id: "encrypt-directly", row: 30, harm: "hide or shadow", name: "encrypts without S3", action: "kms:GenerateDataKey" }, { "A8 sealer wide, A8 watcher wide": ["key policy"], "A8 sealer, A8 watcher": ["identity policy", "key policy"] }),
        ...tries(stage, { id: "decrypt-object", row: 30, harm: "read others' exports", name: "reads and decrypts an export of another account", action: "s3:GetObject", on: object, also: [{ action: "kms:Decrypt", resource: keyArn, resourceAccount: backup, context: viaS3 }] }, { "A10, A10 wide": ["bucket policy"] }),
        ...tries(stage, { id: "notices", row: 30, harm: "blind the watchers", name: "uses the notices' key", action: "kms:GenerateDataKey", on: noticesKeyArn, context: { "kms:ViaService": `sns.${region}.amazonaws.com` } }, { "A1, A10 wide": ["key policy"], "A7": ["key policy", "rcp"], "A8 starter": ["identity policy"] }),
        ...tries(stage, { id: "notices-by-watcher", row: 30, harm: "blind the watchers", name: "uses the notices' key without SNS", action: "kms:GenerateDataKey", on: noticesKeyArn }, { "A8 watcher": ["identity policy"] }),
        ...tries(stage, { id: "notices-plain", row: 30, harm: "blind the watchers", name: "publishes without TLS", action: "sns:Publish", on: arns.notices, context: { "aws:SecureTransport": "false" } }, { "A8 watcher": ["topic policy"] }),
    ];
}
