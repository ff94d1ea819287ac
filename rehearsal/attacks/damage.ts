/** What an attack did to what is stored: two looks at the vault, compared. Pure. */
import type { Call, ObjectVersion, Retention } from "../aws/types";
import type { Harm } from "./types";

export type Damage =
    /** A version is gone. */
    | "deleted"
    /** A version is locked for less, or by a weaker lock. */
    | "shortened"
    /** A version is locked for more than what the bucket asks, and nobody can take that back. */
    | "prolonged"
    /** Whoever restores can't read by version id what a manifest names. */
    | "hidden"
    /** He may, and the key doesn't open it. */
    | "unreadable"
    /** The next object of an export isn't locked as it should be. */
    | "weakened"
    /** The next object of an export can't be written. */
    | "stopped"
    /** Another version, or a marker, lies over one that was the newest. */
    | "shadowed"
    /** A new object that isn't under the writer's own account's prefix. */
    | "junk"
    /** A manifest, a canary or a message that nobody of ours made. */
    | "forged"
    /** Bytes of another account's export came back. */
    | "read"
    /** An export that runs can't go on. */
    | "interrupted";

/** What there is. */
export interface Stored {
    readonly versions: readonly ObjectVersion[];
    /** In all queues of ours. */
    readonly messages: number;
    /** Ids of what exports were lent. */
    readonly grants: readonly string[];
}

/** What still works. */
export interface Probed {
    /** Whether whoever restores reads what a manifest names. */
    readonly restore: "read" | "hidden" | "unreadable";
    /** How the next object of an export is locked, from now in ms; absent: it can't be written. */
    readonly stamp?: Retention;
}

type Look = Stored & Probed;

const rank = (mode: string | undefined) => ["GOVERNANCE", "COMPLIANCE"].indexOf(mode ?? "");

/** Of each key the newest, markers too. */
const newest = (versions: readonly ObjectVersion[]) => new Map(versions.map(({ key, versionId }) => [key, versionId]));

/** @param call whose caller's account may write under its own prefix, and read there */
export function damageOf(before: Look, after: Look, call: Call): Damage[] {
    const known = new Map(before.versions.map((version) => [version.versionId, version]));
    const still = new Map(after.versions.map((version) => [version.versionId, version]));
    const kept = before.versions.flatMap((was) => {
        const is = still.get(was.versionId);
        return is && is !== was ? [{ was, is }] : [];
    });
    const added = after.versions.filter(({ versionId, deleteMarker }) => !known.has(versionId) && !deleteMarker);
    const [tops, now] = [newest(before.versions), newest(after.versions)];
    const own = `exports/${call.principal.account}/`;
    const isLedger = ({ key }: ObjectVersion) => /^(manifests|canary)\//.test(key);
    const done: Record<Damage, boolean> = {
        deleted: before.versions.some(({ versionId }) => !still.has(versionId)),
        shortened: kept.some(({ was, is }) => rank(is.mode) < rank(was.mode) || (is.retainUntil ?? 0) < (was.retainUntil ?? 0) || (was.legalHold === true && !is.legalHold)),
        prolonged: kept.some(({ was, is }) => (is.retainUntil ?? 0) > (was.retainUntil ?? 0) || (is.legalHold === true && !was.legalHold)),
        hidden: before.restore === "read" && after.restore === "hidden",
        unreadable: before.restore === "read" && after.restore === "unreadable",
        weakened: before.stamp !== undefined && after.stamp !== undefined && (rank(after.stamp.mode) < rank(before.stamp.mode) || after.stamp.until < before.stamp.until),
        stopped: before.stamp !== undefined && after.stamp === undefined,
        shadowed: [...tops].some(([key, versionId]) => now.has(key) && still.has(versionId) && now.get(key) !== versionId),
        junk: added.some((version) => !tops.has(version.key) && !version.key.startsWith(own) && !isLedger(version)),
        forged: added.some(isLedger) || after.messages > before.messages,
        read: false,
        interrupted: before.grants.some((id) => !after.grants.includes(id)),
    };
    return (Object.keys(done) as Damage[]).filter((each) => done[each]);
}

/** What a call does by going through, whatever is stored. */
export function damageByItself({ principal, action, resource }: Call): Damage[] {
    if (action === "s3:AbortMultipartUpload") return ["interrupted"];
    const isForeign = resource.includes("/exports/") && !resource.includes(`/exports/${principal.account}/`);
    return /^s3:GetObject(Version)?$/.test(action) && isForeign ? ["read"] : [];
}

/** What an attack that isn't preventable owns up to, by its harm; anything else is a finding. */
export const declared: Readonly<Partial<Record<Harm, readonly Damage[]>>> = {
    "hide or shadow": ["shadowed", "forged"],
    "read others' exports": ["read"],
    "kill running exports": ["interrupted"],
};
