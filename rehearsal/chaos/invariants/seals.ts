/** What the manifests say. */
import type { ObjectVersion } from "../../aws/types";
import { day } from "../../nights";
import type { Played } from "../play";
import { manifests } from "../wanted";

interface Listed {
    readonly key: string;
    readonly versionId: string;
    readonly size: number;
}

/** 6: `complete` means complete: whole exports only, and the versions that RDS wrote, there, locked and under the vault's key. */
export function falselySealed(played: Played): string[] {
    const { world, endings, shadows, tampered, destination, stack } = played;
    if (!played.sealed) return [];
    const versions = new Map(world.s3.versions(destination.bucket, "exports/").map((version) => [`${version.key} ${version.versionId}`, version]));
    const isKept = ({ mode, keyArn, writtenAt, retainUntil = 0 }: ObjectVersion) =>
        mode === "COMPLIANCE" && keyArn === destination.keyArn && retainUntil >= writtenAt + stack.settings.vault.retentionDays * day;
    return [...manifests(played)].flatMap(([id, { outcome, body, writtenAt }]) => {
        if (outcome !== "complete" || body === "{}") return [];
        const task = world.rds.tasks().find((each) => each.id === id);
        if (task?.status !== "COMPLETE") return [`${id} is sealed complete, and its task is ${task?.status ?? "unknown"}`];
        const trouble = endings.get(id) ?? "";
        const isTouched = trouble === "info-touched" && (tampered.get(id) ?? Infinity) < writtenAt;
        if (isTouched || /^(skips-table|loses-file|info-missing|info-hostile)$/.test(trouble)) return [`${id} is sealed complete, though its export ${trouble}`];
        const { objects = [], snapshot } = JSON.parse(body) as { objects?: Listed[]; snapshot: { arn: string } };
        const broken = objects.find(({ key, versionId, size }) => {
            const found = versions.get(`${task.prefix}/${id}/${key} ${versionId}`);
            return !found || found.size !== size || !isKept(found) || shadows.has(versionId);
        });
        return [
            ...(broken ? [`${id} is sealed complete, but ${broken.key} isn't in the vault as the manifest says`] : []),
            ...(objects.some(({ key }) => key.endsWith(".parquet")) ? [] : [`${id} is sealed complete without any file`]),
            ...(snapshot.arn === task.sourceArn ? [] : [`${id} is sealed for another snapshot, ${snapshot.arn}`]),
        ];
    });
}

/** 6: one manifest per task, written once, however many sealers had its request. */
export function sealedTwice({ world, destination }: Played): string[] {
    const names = new Map<string, string[]>();
    for (const { key } of world.s3.versions(destination.bucket, "manifests/")) {
        const id = /\/([^/.]+)\.\w+\.json$/.exec(key)?.[1];
        if (id) names.set(id, [...(names.get(id) ?? []), key.slice(key.lastIndexOf(".", key.length - 6) + 1)]);
    }
    return [...names].flatMap(([id, written]) => (written.length > 1 ? [`the manifest of ${id} was written ${written.length} times: ${written.join(", ")}`] : []));
}

/** 6: whoever exports a tiny snapshot under another database's prefix gets no manifest that speaks for that database. */
export function forged(played: Played): string[] {
    return [...played.forgeries].flatMap(([id, { account, kind, identifier }]) => {
        const { key = "" } = manifests(played).get(id) ?? {};
        return key.startsWith(`manifests/${account}/`) && key.includes(`/${kind}.${identifier}.`) ? [`${key} speaks for ${kind} ${identifier}, of which ${id} holds nothing`] : [];
    });
}
