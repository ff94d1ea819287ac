/** Why a database is as it is, in words. Pure. */
import { day, firstOf, hour, span, when } from "./words";
import { isGone, newestOf, provesWhose, type Judged, type Subject } from "./subjects";

/** Parts of a sentence, joined by semicolons; empty: all is well. */
export function reasonOf(subject: Subject, judged: Judged, unprotected: boolean, now: number): string {
    const { inventory, unwanted, note } = subject;
    const reasons = new Set([
        ...(isGone(subject) ? [goneReason(subject, judged, unprotected)] : []),
        ...(unwanted === undefined ? [] : [unwanted]),
        ...(inventory?.snapshots === 0 ? ["RDS lists no snapshot of it"] : []),
        ...(unwanted === undefined ? sinceThen(subject, judged) : []),
        ...(inventory?.reason !== undefined && unwanted === undefined && (judged.late || !judged.last) ? [inventory.reason] : []),
        ...(unwanted === undefined ? unseenManifest(subject, judged) : []),
        ...(subject.manifests.some((manifest) => manifest.outcome === "complete" && !provesWhose(manifest, subject)) ? ["an export under its name doesn't tell whose data it holds, and doesn't count"] : []),
        ...(!inventory && !isGone(subject) ? ["whether it still exists isn't known, since its account has no inventory"] : []),
        ...(note === undefined ? [] : [note]),
    ]);
    if (!reasons.size && unprotected) return "nobody says why: look into the starter's log";
    const isNew = !unprotected && !judged.last && judged.ageHours !== undefined && unwanted === undefined && !isGone(subject);
    const due = isNew ? [`new, or seen for the first time: its first export is due by ${when(now + (subject.rpoHours - (judged.ageHours ?? 0)) * hour)}`] : [];
    return [...due, ...reasons].join("; ");
}

function goneReason({ inventoryAt = 0, succeeded }: Subject, { restorable }: Judged, unprotected: boolean): string {
    const locks = restorable.map(({ retainUntil = 0 }) => retainUntil);
    const kept = locks.length ? `its restore points stay locked until ${when(Math.max(...locks))}` : "no restore point of it stands";
    return `it isn't in the inventory of ${when(inventoryAt)} any more${succeeded ? ", but another one of its name is" : ""}; ${kept}${unprotected ? "; dropped on purpose? Else treat it as the attack" : ""}`;
}

/** What came of the newest export after the last complete one. */
function sinceThen({ manifests }: Subject, { last }: Judged): string[] {
    const newest = newestOf(manifests.filter(({ dataTime }) => dataTime > (last?.dataTime ?? -Infinity)));
    if (!newest) return [];
    const of = `the export of ${when(newest.dataTime)}`;
    if (newest.outcome === "partial") return [newest.lacking.length ? `${of} is partial: it lacks ${firstOf(newest.lacking)}` : `${of} is partial: ${firstOf(newest.problems, 2)}`];
    if (newest.outcome === "canceled") return [`${of} was canceled`];
    return newest.outcome === "failed" ? [`${of} failed: ${newest.cause || "RDS gives no cause"}`] : [];
}

/** The starter goes by names alone: a manifest that it counts and that isn't read here is worth a look. */
function unseenManifest({ inventory }: Subject, { last }: Judged): string[] {
    const claimed = Date.parse(inventory?.protectedAt ?? "");
    // Without the snapshot the starter takes the time of sealing, hours after the data's.
    if (Number.isNaN(claimed) || claimed - (last?.dataTime ?? -Infinity) <= day) return [];
    return [`the starter counts an export of ${when(claimed)}${last ? `, ${span((claimed - last.dataTime) / hour)} newer,` : ""} whose manifest isn't among those read here`];
}
