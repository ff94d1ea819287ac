/** What `npm run status` tells: whether everything is protected now, on one screen. Pure. */
import type { Colours } from "../rehearsal/timeline";
import { exitStatus, type Coverage } from "./coverage";
import type { Ringing, Told } from "./evidence";
import { missing, nameOf, unseenAccounts, verdict } from "./table";
import { plain, size, some, span, when } from "./words";

/** Of each list; one screen holds no more. */
const most = 10;

const newest = ({ rows }: Coverage) => [...rows].filter(({ lastSealed }) => lastSealed !== undefined).sort((a, b) => (a.lastSealed! < b.lastSealed! ? 1 : -1))[0];
const nextLock = ({ rows }: Coverage) => [...rows].filter(({ nextLockEnds }) => nextLockEnds !== undefined).sort((a, b) => (a.nextLockEnds! < b.nextLockEnds! ? -1 : 1))[0];
const about = ({ account, accountName, database }: Coverage["rows"][number]) => ({ account, accountName, database });

/** What `--json` prints. `alarms` and `subscriptions` are null where files can't tell. */
export function asStatus(told: Coverage, alarms: readonly Ringing[] | undefined, subscriptions?: Told) {
    const { stack, region, now, source, complete, unreadable, hints, sums, rows, accounts } = told;
    const [last, next] = [newest(told), nextLock(told)];
    return {
        stack, region, now, source, complete, unreadable, hints, sums,
        protected: exitStatus(told) === 0,
        unprotected: rows.filter((row) => row.unprotected).map((row) => ({ ...about(row), status: row.status, ageHours: row.ageHours, rpoHours: row.rpoHours, lastSealed: row.lastSealed, reason: row.reason })),
        newestSealed: last ? { ...about(last), at: last.lastSealed } : null,
        nextLockEnds: next ? { ...about(next), at: next.nextLockEnds } : null,
        accountsNotSeen: accounts.filter(({ unseen }) => unseen !== undefined),
        alarms: alarms ?? null,
        subscriptions: subscriptions ?? null,
    };
}

export function asScreen(told: Coverage, alarms: readonly Ringing[] | undefined, colours: Colours, subscriptions?: Told): string[] {
    const { sums, stack, region, now, rows, hints } = told;
    const unprotected = rows.filter((row) => row.unprotected);
    const [last, next, unseen] = [newest(told), nextLock(told), unseenAccounts(told)];
    const label = (text: string) => colours.dim(text.padEnd(17));
    const well = exitStatus(told) === 0 && sums.wanted > 0;
    return [
        ...missing(told, colours),
        colours.bold((well ? colours.green : colours.red)(`${verdict(told)}.`)),
        `Stack ${stack} in ${region}, ${when(now)} UTC`,
        ...hints.map((hint) => colours.yellow(`Note: ${plain(hint)}`)),
        "",
        `${label("databases")}${sums.wanted} wanted, ${sums.withinRpo} within the time allowed, ${sums.unprotected} unprotected; ${sums.unwanted} unwanted, ${sums.noSnapshots} without snapshots, ${sums.gone} gone`,
        `${label("newest data")}${last ? `${when(last.lastSealed!)}, ${nameOf(last)}` : "none"}`,
        `${label("restore points")}${sums.restorePoints} (${size(sums.bytes)})`,
        `${label("next lock to end")}${next ? `${when(next.nextLockEnds!)}, ${nameOf(next)}` : "none"}`,
        ...cut(unseen, `${label("not looked at")}none`, (text, index) => `${label(index ? "" : "not looked at")}${colours.yellow(text)}`),
        "",
        ...(unprotected.length ? [colours.bold("Unprotected, the longest first")] : []),
        ...cut(unprotected, undefined, (row) => `  ${colours.red(nameOf(row))}  ${row.ageHours === undefined ? "nobody knows how long" : span(row.ageHours)} of ${span(row.rpoHours)}, ${row.status}${row.reason ? `: ${plain(row.reason)}` : ""}`),
        ...(unprotected.length ? [""] : []),
        ...alarmLines(alarms, colours),
        ...toldLines(subscriptions, colours),
    ];
}

function cut<T>(items: readonly T[], none: string | undefined, line: (item: T, index: number) => string): string[] {
    if (!items.length) return none === undefined ? [] : [none];
    return [...items.slice(0, most).map(line), ...(items.length > most ? [`  … and ${items.length - most} more: npm run report`] : [])];
}

/** Only what is wrong. */
function toldLines(subscriptions: Told | undefined, colours: Colours): string[] {
    if (!subscriptions) return [];
    const { confirmed, pending } = subscriptions;
    const waiting = pending.length ? `${pending.map(plain).join(", ")} didn't confirm the subscription (the link in SNS's mail), so no notice goes there.` : "";
    if (!confirmed) return [colours.red(`Nobody is told of alarms, tampering or the digest: ${waiting || "monitoring.alertEmails is empty, and nobody else subscribed to the notices topic."}`)];
    return waiting ? [colours.yellow(waiting)] : [];
}

function alarmLines(alarms: readonly Ringing[] | undefined, colours: Colours): string[] {
    if (!alarms) return ["Alarms: files don't tell whether one rings."];
    if (!alarms.length) return [colours.green("No alarm rings.")];
    const rings = alarms.filter(({ state }) => state === "ALARM").length;
    const title = [...(rings ? [`${some(rings, "alarm")} ${rings === 1 ? "rings" : "ring"}`] : []), ...(alarms.length > rings ? [`${alarms.length - rings} without data`] : [])].join(", ");
    return [colours.bold(title), ...cut(alarms, undefined, ({ name, state, since, reason }) => `  ${(state === "ALARM" ? colours.red : colours.yellow)(plain(name))}${since === undefined ? "" : ` since ${when(since)}`}: ${state === "ALARM" ? "" : "insufficient data: "}${plain(reason)}`)];
}
