/** What must hold whatever was played. Pure. */
import { bucketArn, roleArn } from "../components/arns";
import { manifestsIn, planSettings, slots, type SnapshotFate, type StoredManifest } from "./fates";
import { day } from "./nights";
import { objectionTo, twicePerPeriod } from "./oracle";
import type { World } from "./aws/types";
import type { Rehearsal } from "./rehearse";

/** Of every stored version, task and manifest. */
export function vaultViolations(rehearsal: Rehearsal, all: readonly SnapshotFate[]): string[] {
    const { world, settings, end, faults } = rehearsal;
    const { destination } = planSettings(rehearsal);
    const { retentionDays } = settings.vault;
    const isForLoss = ({ key, writtenAt }: { key: string; writtenAt: number }) => key.startsWith("canary/") && faults.some((fault) => fault.unlocked && writtenAt >= fault.unlocked.from && writtenAt <= fault.unlocked.to);
    const unlocked = world.s3.versions(destination.bucket).filter((version) => !version.deleteMarker && !isForLoss(version)).flatMap(({ key, mode, keyArn, retainUntil = 0, writtenAt }) => [
        ...(mode === "COMPLIANCE" && retainUntil >= writtenAt + retentionDays * day ? [] : [`${key} isn't locked for ${retentionDays} days`]),
        ...(keyArn === destination.keyArn ? [] : [`${key} isn't encrypted with the vault key`]),
    ]);
    const misplaced = world.rds.tasks()
        .filter(({ account, bucket, prefix, roleArn: role }) => bucket !== destination.bucket || !prefix.startsWith(`exports/${account}/`) || role !== roleArn(settings.partition, account, destination.exportRole))
        .map(({ id }) => `the export ${id} doesn't go under its account's prefix of ${bucketArn(settings.partition, destination.bucket)}`);
    const unwanted = all.filter(({ tasks }) => tasks.length).flatMap(({ snapshot }) => {
        const objection = objectionTo(snapshot, settings);
        return objection ? [`${snapshot.arn} was exported though ${objection}`] : [];
    });
    const missed = all.filter(({ fate, snapshot }) => fate === "skipped" && snapshot.type === "manual" && !snapshot.deletedAt && world.organization.leftAt(snapshot.account) === undefined && !objectionTo(snapshot, settings)).map(({ snapshot, reason }) => `${snapshot.arn} was left out (${reason}), though the configuration wants it`);
    const overfull = [...new Set(world.rds.tasks().map(({ account }) => account))].filter((account) => {
        const tasks = world.rds.tasks(account);
        return tasks.some(({ startedAt }) => tasks.filter((other) => other.startedAt <= startedAt && (other.endedAt ?? end) > startedAt).length > slots);
    });
    const untrue = manifestsIn(world, destination.bucket).filter(({ name }) => name.outcome === "complete").flatMap((manifest) => untruths(manifest, world, destination.bucket));
    return [...unlocked, ...misplaced, ...unwanted, ...missed, ...untrue, ...twicePerPeriod(all, settings), ...overfull.map((account) => `${account} ran more than ${slots} exports at once`)];
}

/** What a manifest that says `complete` claims, against what lies in the vault: RDS's own files, and each as it was first written. */
function untruths({ key, name, text }: StoredManifest, world: World, bucket: string): string[] {
    const task = world.rds.tasks(name.account).find(({ id }) => id === name.taskId);
    if (!task) return [`${key} is of no export`];
    const folder = `${task.prefix}/${task.id}/`;
    const first = new Map<string, string>();
    for (const { key: file, versionId, deleteMarker } of world.s3.versions(bucket, folder)) if (!deleteMarker && !first.has(file)) first.set(file, versionId);
    const { objects } = JSON.parse(text) as { objects: { key: string; versionId: string }[] };
    const pinned = new Map(objects.map((object) => [folder + object.key, object.versionId]));
    return [...first].filter(([file]) => /\.parquet$|\/_SUCCESS$|\/export_[^/]*\.json$/.test(file)).flatMap(([file, versionId]) => {
        if (pinned.get(file) === versionId) return [];
        return [`${key} says complete and ${pinned.has(file) ? "pins another version of" : "doesn't hold"} ${file}`];
    });
}
