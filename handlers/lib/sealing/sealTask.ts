import { matches } from "../database";
import { alarm, log, measure } from "../log";
import { manifestName, manifestStem } from "../manifestName";
import type { ManifestOutcome } from "../types";
import { readWarning } from "./exportInfo";
import { isLike } from "./glob";
import { judge } from "./judge";
import { manifestOf, textOf, type Contents } from "./manifest";
import { inOne, inParts, type Inventory } from "./parts";
import { longestDelay } from "./pin";
import type { SealJob } from "./request";
import { none, shortened } from "./some";
import { standingOf } from "./standing";
import { survey, type Survey } from "./survey";
import { putOnce, type Vault } from "./vault";

/**
 * Seals one finished task, or says why not yet. Nothing is remembered but what stands in the vault: a run that dies anywhere is
 * repeated, and two at once do no harm. AWS's errors reject.
 */
export async function sealTask(job: SealJob, vault: Vault): Promise<void> {
    const { account, task, endedAt = 0 } = job;
    const { kind, database } = job.name;
    const about = { account, database: `${kind}.${database}`, snapshot: task.sourceArn, task: task.id };
    const { sealed, name, keys } = await standingOf(vault, job.name);
    if (sealed) return log("INFO", "already-sealed", about);
    if (task.status !== "COMPLETE") return finish(task.status === "FAILED" ? "failed" : "canceled");

    const globs = vault.acceptedSkips.filter(({ databases }) => databases.some((filter) => matches(filter, { kind, account, database }))).flatMap(({ tables }) => tables);
    const seen = await survey(vault, job);
    if (seen.flood) return flooded();
    if (notYet(judged(seen.folders).missing)) return;

    const taken = seen.pinned > vault.limits.inline ? "more" : await inOne(vault, job);
    const inventory = taken === "more" ? await inParts(vault, job, manifestStem(name), keys).catch(broken) : taken;
    if (inventory === "broken") return;
    if (inventory === "flood") return flooded();
    if (inventory === "continues") return log("INFO", "sealing-continues", about);
    return conclude(seen, inventory);

    function judged(folders: Survey["folders"] | Inventory["folders"]) {
        const accepts = (target: string) => globs.some((glob) => isLike(target, glob));
        return judge({ ...seen, folders, warning: readWarning(task.warningMessage), accepts });
    }

    /** Another try would find the same part, so the request is done; the alarm comes again with each of the starter's. */
    function broken(error: Error & { readonly key?: string }): "broken" {
        if (error.name !== "BrokenPart") throw error;
        alarm("unreadable", { ...about, reason: error.message, objects: [error.key] });
        return "broken";
    }

    /** Whether what is missing may still come; then nothing is written at all. */
    function notYet(missing: readonly string[]): boolean {
        if (!missing.length || vault.now().getTime() - endedAt >= longestDelay) return false;
        log("INFO", "not-yet", { ...about, missing: missing.slice(0, 20), minutes: minutes() });
        return true;
    }

    function minutes(): number | undefined {
        return job.endedAt === undefined ? undefined : Math.round((vault.now().getTime() - job.endedAt) / 60_000);
    }

    async function conclude({ unreadable }: Survey, found: Inventory): Promise<void> {
        const { tables, missing, problems } = judged(found.folders);
        if (notYet(missing)) return;
        const { tampering, defects, infoTampered, objects, parts, retainUntil } = found;
        const why = [...missing, ...problems];
        if (infoTampered) why.push("an info file was written over or marked as deleted, so what it says may not be RDS's word");
        if (defects.count) why.push(`${defects.count} object${defects.count > 1 ? "s aren't" : " isn't"} kept as it should be; see defects`);
        const outcome = why.length ? "partial" : "complete";
        if (tampering.count) {
            const reason = `Somebody wrote over this export's names, or marked them as deleted (findings: ${tampering.count}). The manifest pins what RDS wrote; find out who has rights on the export role.`;
            alarm("tampering", { ...about, reason, objects: tampering.first.slice(0, 20).map(({ key }) => key.slice(0, 200)) });
        }
        if (unreadable.length) alarm("unreadable", { ...about, reason: `Info files of the export can't be read: ${unreadable.slice(0, 20).join("; ")}` });
        if (outcome === "partial") {
            const lacking = tables.filter(({ status, accepted }) => status === "missing" || (status === "skipped" && !accepted)).map((table) => table.name.slice(0, 200));
            alarm("partial", { ...about, reason: `The export isn't complete: ${why.slice(0, 5).join("; ")}`, tables: lacking.slice(0, 20), count: lacking.length });
        }
        const totals = { objects: found.count, bytes: found.bytes, tables: tables.length, skipped: tables.filter(({ status }) => status === "skipped").length, strays: found.strays };
        await finish(outcome, { retainUntil, totals, tables, problems: why, tampering, defects, objects, parts });
    }

    function flooded(): Promise<void> {
        const reason = `More than ${vault.limits.versions} object versions lie under ${job.folder}; RDS doesn't write so many. They aren't listed; find out who has rights on the export role.`;
        alarm("flood", { ...about, reason });
        const totals = { objects: 0, bytes: 0, tables: 0, skipped: 0, strays: 0 };
        return finish("partial", { totals, tables: [], problems: [reason], tampering: none(), defects: none() });
    }

    // Alarms come before the manifest: a run that dies in between alarms twice; the other way round it might never.
    async function finish(outcome: ManifestOutcome, contents?: Contents): Promise<void> {
        const manifest = manifestOf(job, vault, outcome, vault.now(), contents);
        // The name carries outcome and resource id, so a run at the same time might seal under another one: look once more.
        const written = !(await standingOf(vault, name)).sealed && (await putOnce(vault, manifestName({ ...name, outcome }), textOf(manifest)));
        if (!written) return log("INFO", "already-sealed", about);
        const [Sealed, Partial] = [Number(outcome === "complete"), Number(outcome === "partial")];
        const said = { ...about, outcome, objects: contents?.totals.objects ?? 0, bytes: contents?.totals.bytes ?? 0, minutes: minutes(), problems: shortened(contents?.problems ?? []).slice(0, 5) };
        measure("INFO", "sealed", said, { Sealed, Partial, Failed: 1 - Sealed - Partial, ...(contents && { SealLagMinutes: minutes() }) });
    }
}
