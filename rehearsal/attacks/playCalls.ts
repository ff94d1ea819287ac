/** From a case of the table to the call that the simulated AWS answers. */
import { session } from "./actors";
import { disable, lend, type Vault } from "./playVault";
import type { Attack, Source } from "./types";
import type { Call, ObjectVersion } from "../aws/types";

const day = 86_400_000;
const strangersPolicy = (arn: string) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: arn }, Action: "*", Resource: "*" }] });
const everybodys = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" }] });

interface Played {
    readonly vault: Vault;
    readonly call: Call;
    /** Whose export is attacked. */
    readonly source: Source;
    /** Of an object, as the table has it, and what stands there in this vault. */
    readonly key: string;
    readonly version: ObjectVersion;
}

export interface Move {
    /** What must be so before, such as an export that runs. */
    readonly prepare?: () => void;
    readonly call: () => void;
}

type Mover = (played: Played) => Move | undefined;

const text = (call: Call, key: string) => (typeof call.context?.[key] === "string" ? (call.context[key] as string) : undefined);
const move = (call: () => void, prepare?: () => void): Move => ({ call, ...(prepare && { prepare }) });
const prefixed = (call: Call) => ({ prefix: text(call, "s3:prefix") ?? "" });
const sse = "s3:x-amz-server-side-encryption";

/** An object's place in the table stands for any: here it is one that is there. */
const isPlaceholder = (key: string) => /\/2026-10-05\/e1\/|^manifests\/|^canary\/|^exports\/x$/.test(key);

const write: Mover = ({ vault: { world, bucket }, call, key, version }) => {
    const { principal } = call;
    const once = text(call, "s3:if-none-match");
    const algorithm = text(call, sse);
    const keyArn = text(call, `${sse}-aws-kms-key-id`);
    // The simulated S3 takes no other algorithm, and no hold that is put with the object by an event.
    if ((algorithm !== undefined && algorithm !== "aws:kms") || text(call, "s3:object-lock-event-hold")) return undefined;
    const options = { body: "theirs", ...(once && { ifNoneMatch: once }), ...(keyArn && { keyArn }), ...(text(call, `${sse}-customer-algorithm`) && { customerKey: true }) };
    const to = isPlaceholder(key) && !once ? version.key : once ? key.replace("2026-10-05", "2020-01-01") : key;
    // A key of a stranger's opens to everybody: nothing of ours may rest on his refusal.
    const openKey = () => {
        if (!keyArn || world.kms.key(keyArn)) return;
        world.kms.addKey({ arn: keyArn, account: keyArn.split(":")[4]!, enabled: true });
        world.iam.setResourcePolicy(keyArn, keyArn.split(":")[4]!, everybodys);
    };
    if (text(call, "s3:ObjectCreationOperation") === "false") return move(() => void world.s3.startUpload(principal, bucket, to, options));
    return move(() => void world.s3.put(principal, bucket, to, options), openKey);
};

const retain: Mover = ({ vault: { world, bucket }, call, version }) => {
    const mode = text(call, "s3:object-lock-mode")!;
    const until = world.clock.now + Number(text(call, "s3:object-lock-remaining-retention-days")) * day;
    return move(() => world.s3.putRetention(call.principal, bucket, version.key, { mode, until }, { versionId: version.versionId, bypass: mode === "GOVERNANCE" }));
};

/** Of an upload that its owner has begun. */
const abort: Mover = ({ vault: { world, bucket, stage }, call, source, version }) => {
    let id = "";
    const owner = session(stage.arns.exportRole(source.account));
    return move(() => world.s3.abortUpload(call.principal, bucket, version.key, id), () => void (id = world.s3.startUpload(owner, bucket, version.key)));
};

const onKey: Mover = ({ vault: { world }, call: { principal, action, resource, context } }) => move(() => world.kms.use(principal, action, resource, context as Record<string, string>));
const administer: Mover = ({ vault: { world }, call: { principal, action, resource } }) => move(() => world.kms.administer(principal, action, resource));
const configure: Mover = ({ vault: { world, bucket }, call: { principal, action } }) => move(() => world.s3.configure(principal, action, bucket));

const movers: Readonly<Record<string, Mover>> = {
    "s3:DeleteObjectVersion": ({ vault: { world, bucket }, call, version }) => move(() => world.s3.remove(call.principal, bucket, version.key, version.versionId)),
    "s3:BypassGovernanceRetention": ({ vault: { world, bucket }, call, version }) => move(() => world.s3.remove(call.principal, bucket, version.key, version.versionId, true)),
    "s3:DeleteObject": ({ vault: { world, bucket }, call, version }) => move(() => world.s3.remove(call.principal, bucket, version.key)),
    "s3:PutObject": write,
    "s3:PutObjectRetention": retain,
    "s3:PutObjectLegalHold": ({ vault: { world, bucket }, call, version }) => move(() => world.s3.putLegalHold(call.principal, bucket, version.key, true, version.versionId)),
    "s3:GetObject": ({ vault: { world, bucket }, call, version }) => move(() => void world.s3.get(call.principal, bucket, version.key)),
    "s3:GetObjectVersion": ({ vault: { world, bucket }, call, version }) => move(() => void world.s3.get(call.principal, bucket, version.key, version.versionId)),
    "s3:ListBucket": ({ vault: { world, bucket }, call }) => move(() => void world.s3.list(call.principal, bucket, prefixed(call))),
    "s3:ListBucketVersions": ({ vault: { world, bucket }, call }) => move(() => void world.s3.listVersions(call.principal, bucket, prefixed(call))),
    "s3:GetBucketLocation": ({ vault: { world, bucket }, call }) => move(() => void world.s3.location(call.principal, bucket)),
    "s3:AbortMultipartUpload": abort,
    "s3:GetBucketObjectLockConfiguration": ({ vault: { world, bucket }, call }) => move(() => void world.s3.lock(call.principal, bucket)),
    "s3:PutBucketObjectLockConfiguration": ({ vault: { world, bucket }, call }) => move(() => world.s3.putObjectLock(call.principal, bucket, undefined)),
    "s3:PutBucketVersioning": ({ vault: { world, bucket }, call }) => move(() => world.s3.putVersioning(call.principal, bucket, "Suspended")),
    "s3:PutLifecycleConfiguration": ({ vault: { world, bucket }, call }) =>
        move(() => {
            world.s3.putLifecycle(call.principal, bucket, [{ prefix: "", expireAfter: 0, expireNoncurrentAfter: 0 }]);
            world.s3.expire(bucket);
        }),
    "s3:DeleteBucket": ({ vault: { world, bucket }, call }) => move(() => world.s3.deleteBucket(call.principal, bucket)),
    "s3:PutBucketPolicy": ({ vault: { world, bucket }, call }) => move(() => world.s3.putPolicy(call.principal, bucket, strangersPolicy(call.principal.roleArn ?? call.principal.arn))),
    "s3:DeleteBucketPolicy": ({ vault: { world, bucket }, call }) => move(() => world.s3.deletePolicy(call.principal, bucket)),
    "s3:PutEncryptionConfiguration": ({ vault: { world, bucket }, call }) => move(() => world.s3.putEncryption(call.principal, bucket, undefined)),
    ...Object.fromEntries(
        ["PutReplicationConfiguration", "PutBucketPublicAccessBlock", "PutBucketOwnershipControls", "PutBucketAcl", "PutBucketNotification", "PutInventoryConfiguration", "PutBucketLogging", "PutBucketWebsite", "PutAccelerateConfiguration", "PutAccountPublicAccessBlock", "CreateJob", "CreateAccessPoint", "PutAccessPointPolicy"].map((name) => [`s3:${name}`, configure]),
    ),
    "kms:ScheduleKeyDeletion": ({ vault: { world }, call }) => move(() => world.kms.scheduleKeyDeletion(call.principal, call.resource, 7)),
    "kms:DisableKey": ({ vault: { world }, call }) => move(() => world.kms.disableKey(call.principal, call.resource)),
    "kms:EnableKey": ({ vault, call }) => move(() => vault.world.kms.enableKey(call.principal, call.resource), () => disable(vault)),
    "kms:CancelKeyDeletion": ({ vault, call }) => move(() => vault.world.kms.cancelKeyDeletion(call.principal, call.resource), () => disable(vault, vault.world.clock.now + 7 * day)),
    "kms:PutKeyPolicy": ({ vault: { world }, call }) => {
        const bypassSafetyCheck = text(call, "kms:BypassPolicyLockoutSafetyCheck") === "true";
        return move(() => world.kms.putKeyPolicy(call.principal, call.resource, strangersPolicy(call.principal.roleArn ?? call.principal.arn), { bypassSafetyCheck }));
    },
    // RDS makes it in its caller's name, and sends more with it than the caller's own request has.
    "kms:CreateGrant": (played) => {
        const { vault: { world }, call: { principal, resource, context } } = played;
        if (context?.["kms:ViaService"]) return onKey(played);
        return move(() => void world.kms.createGrant(principal, resource, { grantee: principal.roleArn ?? principal.arn, operations: ["Decrypt"] }));
    },
    "kms:RevokeGrant": ({ vault, call, source }) => move(() => vault.world.kms.revokeGrant(call.principal, call.resource, source.account), () => void lend(vault, source)),
    "kms:RetireGrant": ({ vault, call, source }) => move(() => vault.world.kms.retireGrant(call.principal, call.resource, source.account), () => void lend(vault, source)),
    ...Object.fromEntries(["ListGrants", "Decrypt", "GenerateDataKey"].map((name) => [`kms:${name}`, onKey])),
    ...Object.fromEntries(["DisableKeyRotation", "ImportKeyMaterial", "DeleteImportedKeyMaterial", "ReplicateKey", "UpdatePrimaryRegion", "UpdateAlias", "CreateAlias"].map((name) => [`kms:${name}`, administer])),
    "events:PutEvents": ({ vault: { world, stage }, call }) => {
        const source = text(call, "events:source") ?? "theirs";
        const time = new Date(world.clock.now).toISOString();
        const event = { version: "0", id: "theirs", "detail-type": "RDS DB Snapshot Event", source, account: call.principal.account ?? "", time, region: stage.region, resources: [], detail: { EventID: "RDS-EVENT-0091" } } as const;
        return move(() => world.events.putEvents(call.principal, call.resource, event));
    },
    "sqs:SendMessage": ({ vault: { world }, call: { principal, resource, context } }) => move(() => void world.sqs.send(principal, resource, "{}", context as Record<string, string>)),
    "sns:Publish": ({ vault: { world }, call }) => {
        const [arn, account] = [text(call, "aws:SourceArn"), text(call, "aws:SourceAccount")];
        return move(() => void world.sns.publish(call.principal, call.resource, { message: "theirs" }, arn && account ? { arn, account } : undefined));
    },
    "sts:AssumeRole": ({ vault: { world }, call }) => {
        const { principal, resource } = call;
        const account = text(call, "aws:SourceAccount");
        if (!principal.service) return move(() => void world.iam.assumeRole(principal, resource, { sessionName: "theirs", externalId: text(call, "sts:ExternalId") }));
        return account ? move(() => void world.iam.assumeAsService(principal.service!, resource, { account, arn: text(call, "aws:SourceArn") })) : undefined;
    },
};

/** What of a request these calls can say; TLS isn't among it, since the loopback of the simulated AWS stands for it. */
const sayable = /^(s3:(x-amz-server-side-encryption.*|if-none-match|ObjectCreationOperation|object-lock-mode|object-lock-remaining-retention-days|object-lock-event-hold|prefix)|kms:\w+|events:source|aws:Source(Account|Arn)|sts:ExternalId)$/;

/** Only what the world has: a bucket, key, bus or topic of another name has nothing to lose. */
function isThere({ world, stage: { arns, noticesKeyArn, keyArn } }: Vault, { action, resource }: Call): boolean {
    if (/^(s3:(PutAccountPublicAccessBlock|CreateJob)|s3:\w*AccessPoint\w*)$/.test(action)) return true;
    if (action === "sqs:SendMessage") return world.sqs.arns().includes(resource);
    return action === "sts:AssumeRole" || resource.startsWith(`${arns.bucket}/`) || [arns.bucket, arns.bus, arns.notices, keyArn, noticesKeyArn].includes(resource);
}

/** Absent: the simulated AWS has no such call, and the case is judged only. */
export function moveOf(vault: Vault, { call, resourcePolicy }: Attack): Move | undefined {
    const { stage, sealed, bucket, world } = vault;
    if (resourcePolicy || !Object.keys(call.context ?? {}).every((each) => sayable.test(each)) || !isThere(vault, call)) return undefined;
    const key = call.resource.slice(call.resource.indexOf("/") + 1);
    const account = /^(?:exports|manifests)\/(\d{12})\//.exec(key)?.[1];
    const source = stage.sources.find((each) => each.account === account) ?? stage.sources[0]!;
    const { object, manifest } = sealed.get(source.account)!;
    const canary = key.startsWith("canary/") ? world.s3.versions(bucket, "canary/").at(-1) : undefined;
    if (key.startsWith("canary/") && !canary) return undefined;
    return movers[call.action]?.({ vault, call, source, key, version: canary ?? (key.startsWith("manifests/") ? manifest : object) });
}
