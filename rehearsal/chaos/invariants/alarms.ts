/** What a person must be told, beside how exports end. Judged only where a look came to its end and could tell. */
import { parseTaskId } from "../../../handlers/lib/taskId";
import { day, hour } from "../../nights";
import type { Played } from "../play";
import { manifests } from "../wanted";
import { heard, iso, looksAt, saidOf } from "./looks";

/** Somebody wrote over an export's names before it was sealed. */
export function tampering(played: Played): string[] {
    return [...played.tampered].flatMap(([id, at]) => {
        const { writtenAt = 0, outcome = "" } = manifests(played).get(id) ?? {};
        const isSeen = writtenAt > at && /^(complete|partial)$/.test(outcome);
        return isSeen && !saidOf(played, "tampering", id) ? [`somebody wrote over the names of ${id} at ${iso(at)}, and no alarm tampering said so`] : [];
    });
}

/** The most patience that an export of any size is given. */
const patience = 24 * hour;

/** STARTING or CANCELING for ever. RDS doesn't say since when a task is STARTING, so it counts from the first look that could remember it. */
export function stuck(played: Played): string[] {
    const { world, strangers } = played;
    return world.rds.tasks().filter(({ id, status }) => !strangers.has(id) && (status === "STARTING" || status === "CANCELING")).flatMap(({ id, account, status, startedAt }) => {
        const since = Math.max(startedAt, ...heard(played).resets);
        const [first] = looksAt(played, account).filter((at) => at > since);
        const isSeen = first !== undefined && looksAt(played, account).some((at) => at > first + patience);
        return isSeen && !saidOf(played, "stuck", id) ? [`task ${id} is ${status} since ${iso(startedAt)}, and no alarm stuck said so`] : [];
    });
}

/** Half a day after COMPLETE there is still no manifest: the sealer is broken. */
export function unsealed(played: Played): string[] {
    const { world, strangers } = played;
    if (!played.sealed) return [];
    return world.rds.tasks().filter(({ id, status }) => !strangers.has(id) && status === "COMPLETE").flatMap(({ id, account, endedAt = Infinity }) => {
        const { writtenAt = Infinity } = manifests(played).get(id) ?? {};
        // The first may have begun before it could know.
        const looks = looksAt(played, account).filter((at) => at > endedAt + 12 * hour && at < writtenAt);
        return looks.length > 1 && !saidOf(played, "unsealed", id) ? [`task ${id} was COMPLETE at ${iso(endedAt)} and isn't sealed half a day later, and no alarm unsealed said so`] : [];
    });
}

/** A database is gone, or another one has its name, and the ledger holds exports of it. The inventory may be an hour old, and stale. */
export function disappeared(played: Played): string[] {
    return played.dropped.flatMap(({ database: { account, kind, identifier, resourceId }, at }) => {
        const end = resourceId.slice(-8);
        const name = `${kind}.${identifier}`;
        const own = [...manifests(played).values()].filter(({ key }) => key.startsWith(`manifests/${account}/`) && key.includes(`/${name}.${end}/`));
        const isSeen = looksAt(played, account).some((look) => look > at + 2 * hour && own.some(({ key, writtenAt }) => writtenAt < look && Date.parse(key.split("/")[2]!) > look - 7 * day));
        const isSaid = heard(played).alarms.some(({ code, fields }) => code === "disappeared" && fields.account === account && fields.database === name && String(fields.resourceId).endsWith(end));
        return isSeen && !isSaid ? [`${account} ${name} (${resourceId}) has exports and was deleted at ${iso(at)}, and no alarm disappeared said so`] : [];
    });
}

/** A task under an id of our form that isn't ours: seen in flight, or in the way of an attempt of ours. */
export function strangers(played: Played): string[] {
    const { world, strangers: foreign, forgeries } = played;
    const isSaid = (id: string) => heard(played).alarms.some(({ code, fields }) => code === "stranger" && JSON.stringify(fields).includes(id));
    const tasks = world.rds.tasks();
    const inFlight = tasks.filter(({ id, account, startedAt, endedAt = Infinity }) => forgeries.has(id) && looksAt(played, account).some((at) => at > startedAt && at < endedAt));
    const stepped = tasks.filter(({ id }) => {
        const { stem, attempt } = parseTaskId(id) ?? {};
        if (!foreign.has(id) || attempt === undefined) return false;
        return tasks.some((other) => !foreign.has(other.id) && parseTaskId(other.id)?.stem === stem && (parseTaskId(other.id)?.attempt ?? 0) > attempt);
    });
    return [...new Set([...inFlight, ...stepped])].filter(({ id }) => !isSaid(id)).map(({ id, startedAt }) => `somebody started ${id} at ${iso(startedAt)}, and no alarm stranger said so`);
}
