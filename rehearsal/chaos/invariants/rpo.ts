/** Who is without protection for too long must be told of: by what the vault holds, without the handlers' own reckoning. */
import { day, hour } from "../../nights";
import type { Played } from "../play";
import { manifests } from "../wanted";
import { heard, iso, looksAt } from "./looks";

/** Beyond rpoHours: the longest a period takes, less the day that rpoHours holds already. Chaos names databases by how often they are wanted. */
const moreHours: Readonly<Record<string, number>> = { weekly: 144, monthly: 720 };

/** A database whose newest whole export is older than its RPO at a look is alarmed on that day, at that look or before. Each account and day is judged at its last look. */
export function beyondRpo(played: Played): string[] {
    const { world, stack, accounts, dropped, start } = played;
    const said = new Set<string>();
    const firstSaid = (account: string, name: string, date: string) => heard(played).alarms.find(({ at, code, fields }) => code === "beyond-rpo" && fields.account === account && fields.database === name && iso(at).startsWith(date))?.at;
    const ledger = [...manifests(played).values()];
    return accounts.flatMap((account) => {
        const own = ledger.filter(({ key }) => key.startsWith(`manifests/${account}/`));
        const lastLooks = new Map(looksAt(played, account).map((at) => [iso(at).slice(0, 10), at]));
        const lives = [
            ...world.rds.databases(account).map((database) => ({ database, until: Infinity })),
            ...dropped.filter(({ database }) => database.account === account).map(({ database, at }) => ({ database, until: at })),
        ];
        return lives.flatMap(({ database: { kind, identifier, resourceId, createdAt = start }, until }) => {
            const name = `${kind}.${identifier}`;
            const limit = (stack.settings.monitoring.rpoHours + (moreHours[identifier.split("-")[0] ?? ""] ?? 0)) * hour;
            return [...lastLooks].flatMap(([date, at]) => {
                const isThere = createdAt <= at && at < until;
                // Whoever came later under its name is judged instead.
                const heir = lives.some(({ database: other }) => other.kind === kind && other.identifier === identifier && (other.createdAt ?? start) > createdAt && (other.createdAt ?? start) <= at);
                if (heir || createdAt > at) return [];
                const written = own.filter(({ writtenAt }) => writtenAt < at);
                // The latest that the data can be from.
                // Of one that is gone every export under its name counts: what is sealed after it went carries no resource id.
                const times = written.filter(({ key, outcome }) => outcome === "complete" && key.includes(isThere ? `/${name}.${resourceId.slice(-8)}/` : `/${name}.`))
                    .map(({ key, writtenAt }) => Math.min(writtenAt, Date.parse(key.split("/")[2] ?? "") + day));
                const never = isThere && written.length ? Math.max(createdAt, Math.min(...written.map(({ writtenAt }) => writtenAt))) : undefined;
                const since = times.length ? Math.max(...times) : never;
                if (since === undefined || at - since <= limit || said.has(`${account} ${name}`)) return [];
                if ((firstSaid(account, name, date) ?? Infinity) <= at) return [];
                said.add(`${account} ${name}`);
                return [`${account} ${name} is without protection since ${iso(since)} at the look of ${iso(at)}, and no alarm beyond-rpo said so that day`];
            });
        });
    });
}
