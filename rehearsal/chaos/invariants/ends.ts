/** Every end is explained. */
import type { Played } from "../play";
import { manifests, sealerPatience, slowness } from "../wanted";
import { iso, saidOf } from "./looks";

/** 6: by a manifest, and by an alarm where it wasn't good. */
export function unexplained(played: Played): string[] {
    const { world, end, strangers } = played;
    if (!played.sealed) return [];
    const before = end - sealerPatience - slowness(played);
    return world.rds.tasks().filter(({ id, endedAt = end }) => !strangers.has(id) && endedAt < before).flatMap((task) => {
        const outcome = manifests(played).get(task.id)?.outcome;
        const needs = { FAILED: "failed", CANCELED: "canceled", COMPLETE: outcome === "partial" ? "partial" : undefined }[task.status as "FAILED"];
        return [
            ...(outcome ? [] : [`task ${task.id} ended ${task.status} at ${iso(task.endedAt ?? 0)}, and no manifest tells of it`]),
            ...(needs && !saidOf(played, needs, task.id) ? [`task ${task.id} ended ${task.status}, and no alarm ${needs} said so`] : []),
        ];
    });
}
