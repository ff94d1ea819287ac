/** The vault that attacks are played on: what lies in it, how it looks, and how it is put back. */
import { session } from "./actors";
import type { Probed, Stored } from "./damage";
import type { Source, Stage } from "./types";
import type { Held } from "../aws/kmsAdmin";
import type { Contents } from "../aws/s3Store";
import { AwsError, type ObjectVersion, type Principal, type World } from "../aws/types";
import { manifestsIn } from "../fates";

/** An export that was sealed and that nobody touched: a data file, and its manifest. */
export interface Sealed {
    readonly object: ObjectVersion;
    readonly manifest: ObjectVersion;
}

/** By account, the newest. */
export function sealedIn(world: World, bucket: string): ReadonlyMap<string, Sealed> {
    const all = new Map<string, ObjectVersion[]>();
    for (const version of world.s3.versions(bucket)) all.set(version.key, [...(all.get(version.key) ?? []), version]);
    const only = (key: string) => (all.get(key)?.length === 1 ? all.get(key)![0] : undefined);
    const tasks = new Map(world.rds.tasks().map((task) => [`${task.account} ${task.id}`, task]));
    return new Map(
        manifestsIn(world, bucket).flatMap(({ key, name: { account, taskId, outcome }, text }): [string, Sealed][] => {
            if (outcome !== "complete") return [];
            const task = tasks.get(`${account} ${taskId}`);
            const { objects } = JSON.parse(text) as { objects: { key: string }[] };
            const file = objects.find((each) => each.key.endsWith(".parquet"));
            const object = task && file && only(`${task.prefix}/${task.id}/${file.key}`);
            const manifest = only(key);
            return object && !object.deleteMarker && manifest ? [[account, { object, manifest }]] : [];
        }),
    );
}

/** What the simulated services keep of a bucket and a key; their contracts for callers have less. */
const contents = (world: World, bucket: string) => world.s3.bucket(bucket) as Contents | undefined;
const held = (world: World, keyArn: string) => world.kms.key(keyArn) as Held;

/** With at least one sealed export. */
export interface Vault {
    readonly world: World;
    readonly stage: Stage;
    readonly bucket: string;
    readonly sealed: ReadonlyMap<string, Sealed>;
}

const policiesOf = ({ stage: { arns, keyArn, noticesKeyArn } }: Vault) => [arns.bucket, keyArn, noticesKeyArn];

/** Whatever can be changed, as it is now. */
export function keep(vault: Vault) {
    const { world, stage, bucket } = vault;
    const was = contents(world, bucket)!;
    const versions = [...was.versions.written];
    const policies = policiesOf(vault).map((arn) => ({ arn, attached: world.iam.resourcePolicy(arn) }));
    const keys = [stage.keyArn, stage.noticesKeyArn].map((arn) => held(world, arn)).map((key) => ({ key, enabled: key.enabled, deletionAt: key.deletionAt, grants: [...key.grants] }));
    const isSame = () => {
        const is = contents(world, bucket);
        return (
            is === was && is.versions.written.length === versions.length && versions.every((version, i) => is.versions.written[i] === version) &&
            policies.every(({ arn, attached }) => world.iam.resourcePolicy(arn)?.policy === attached?.policy) &&
            keys.every(({ key, enabled, deletionAt, grants }) => key.enabled === enabled && key.deletionAt === deletionAt && key.grants.size === grants.length && grants.every(([id]) => key.grants.has(id)))
        );
    };
    return {
        isSame,
        /** Nothing in a vault can be undone by calls: the bucket is made again from the versions that it had. */
        undo() {
            if (isSame()) return;
            world.s3.addBucket(was);
            for (const version of versions) contents(world, bucket)!.versions.add(version);
            for (const { arn, attached } of policies) {
                if (attached) world.iam.setResourcePolicy(arn, attached.account, attached.policy);
                else world.iam.removeResourcePolicy(arn);
            }
            for (const { key, enabled, deletionAt, grants } of keys) {
                key.enabled = enabled;
                if (deletionAt === undefined) delete key.deletionAt;
                else key.deletionAt = deletionAt;
                key.grants.clear();
                for (const [id, grant] of grants) key.grants.set(id, grant);
            }
        },
    };
}

/** What an export was lent by the role that started it. */
export function lend({ world, stage }: Vault, { account }: Source): string {
    const role = stage.arns.exportRole(account);
    held(world, stage.keyArn).grants.set(account, { id: account, grantee: role, operations: ["Encrypt", "Decrypt", "GenerateDataKey", "RetireGrant"], retiring: role, madeBy: account });
    return account;
}

export function disable({ world, stage: { keyArn } }: Vault, deletionAt?: number): void {
    Object.assign(held(world, keyArn), { enabled: false, ...(deletionAt !== undefined && { deletionAt }) });
}

/** Whoever restores, with every right in the backup account. */
export const restorer = ({ partition, backup }: Stage): Principal => session(`arn:${partition}:iam::${backup}:role/restore`);

/** Asks nobody. */
export function stored({ world, stage: { arns, keyArn }, bucket }: Vault): Stored {
    return {
        versions: world.s3.bucket(bucket) ? world.s3.versions(bucket) : [],
        messages: [arns.triggerQueue, arns.sealQueue, arns.undeliveredQueue].reduce((sum, arn) => sum + world.sqs.messages(arn).length, 0),
        grants: [...held(world, keyArn).grants.keys()],
    };
}

/** Reads and writes: only on a vault that was kept before. */
export function probe(vault: Vault): Probed {
    const { world, stage, bucket, sealed } = vault;
    const [account, { object, manifest }] = [...sealed][0]!;
    const { now } = world.clock;
    const next = attempt(() => world.s3.put(session(stage.arns.exportRole(account)), bucket, `exports/${account}/probe`));
    const restore = restored(vault, [object, manifest]);
    return next instanceof AwsError ? { restore } : { restore, stamp: { mode: next.mode ?? "", until: (next.retainUntil ?? now) - now } };
}

function restored({ world, stage, bucket }: Vault, versions: readonly ObjectVersion[]): Probed["restore"] {
    const reader = restorer(stage);
    const errors = versions.map(({ key, versionId }) => attempt(() => world.s3.get(reader, bucket, key, versionId))).filter((each) => each instanceof AwsError);
    if (errors.length === 0) return "read";
    return errors.some(({ code, message }) => code.startsWith("KMS.") || message.includes("kms:Decrypt")) ? "unreadable" : "hidden";
}

export function attempt<T>(what: () => T): T | AwsError {
    try {
        return what();
    } catch (error) {
        if (error instanceof AwsError) return error;
        throw error;
    }
}
