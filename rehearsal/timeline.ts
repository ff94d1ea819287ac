/** The rehearsal as a person reads it in a terminal. Pure: colours come in. */
import type { Told } from "./alarms";
import type { Rehearsal } from "./rehearse";
import { day, firstDay, hour } from "./nights";
import type { SnapshotFate } from "./fates";
import type { Verdict } from "./verdict";

export interface Colours {
    readonly bold: (text: string) => string;
    readonly dim: (text: string) => string;
    readonly green: (text: string) => string;
    readonly red: (text: string) => string;
    readonly yellow: (text: string) => string;
}

/** `day 1 02:30`; before the first day the date. */
export const clock = (time: number): string => (time < firstDay ? new Date(time).toISOString().slice(0, 16).replace("T", " ") :  `day ${Math.floor((time - firstDay) / day) + 1} ${new Date(time).toISOString().slice(11, 16)}`);

/** More than fit into a line. */
const namedAccounts = 8;

/** A line for each two hours in which something happened, and the faults that began in them. */
export function timeline({ world, faults, settings, start, end }: Rehearsal, colours: Colours): string[] {
    const names = Object.fromEntries(settings.sourceAccounts.map(({ id, name }) => [id, name]));
    const lines: string[] = [];
    for (let from = start; from < end; from += 2 * hour) {
        const during = <T>(items: readonly T[], timeOf: (item: T) => number | undefined) =>
            items.filter((item) => (timeOf(item) ?? -1) >= from && (timeOf(item) ?? -1) < from + 2 * hour);
        const born = during(world.rds.snapshots(), ({ availableAt }) => availableAt);
        const started = during(world.rds.tasks(), ({ startedAt }) => startedAt);
        const ended = during(world.rds.tasks(), ({ endedAt }) => endedAt);
        const played = during([...faults].sort((a, b) => a.when - b.when), ({ when }) => when);
        if (!born.length && !started.length && !ended.length && !played.length) continue;
        const count = (status: string) => ended.filter((task) => task.status === status).length;
        const [failed, canceled] = [count("FAILED"), count("CANCELED")];
        const some = (number: number, noun: string) => `${String(number).padStart(3)} ${noun}${number === 1 ? " " : "s"}`;
        const perAccount =
            settings.sourceAccounts.length > namedAccounts
                ? `${new Set(started.map(({ account }) => account)).size} accounts`
                : Object.entries(names).map(([id, name]) => `${name} ${started.filter(({ account }) => account === id).length}`).join(", ");
        lines.push(
            `${colours.dim(`${clock(from)} to ${clock(from + 2 * hour).slice(6)}`)}  ${some(born.length, "snapshot")}  → ${some(started.length, "export")} started (${perAccount}) ` +
                `→ ${String(count("COMPLETE")).padStart(3)} COMPLETE${failed ? colours.red(`, ${failed} failed`) : ""}${canceled ? colours.yellow(`, ${canceled} canceled`) : ""}`,
            ...played.map(({ name, when }) => `  ${colours.dim(clock(when))}  ${colours.yellow("fault")}  ${name}`),
        );
    }
    return lines;
}

export function summary(verdict: Verdict, fates: readonly SnapshotFate[], colours: Colours): string[] {
    const { snapshots, exports, minutesToStart, minutesToSeal, slotUtilization, faults, attacks, violations, deniedCalls } = verdict;
    const reasons = new Map<string, number>();
    for (const { fate, reason } of fates) {
        // Names and numbers differ; the kind of reason is what counts here.
        if (fate === "skipped") reasons.set(reason.replace(/\d+(\.\d+)?/g, "n"), (reasons.get(reason.replace(/\d+(\.\d+)?/g, "n")) ?? 0) + 1);
    }
    const row = (label: string, value: number | string, note = "") => `  ${label.padEnd(22)}${String(value).padStart(7)}  ${colours.dim(note)}`.trimEnd();
    const must = (label: string, value: number) => row(label, value ? colours.red(String(value)) : colours.green("0".padStart(7)));
    return [
        colours.bold("Snapshots"),
        row("created", snapshots.created),
        row("not wanted", snapshots.skipped, [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([reason, n]) => `${n} × ${reason}`).join("; ")),
        row("wanted", snapshots.eligible),
        row("  exported", snapshots.exported, "sealed: every object verified, locked and listed in a manifest"),
        row("  partial", snapshots.partial, "sealed with something missing, alarmed"),
        row("  waiting", snapshots.waiting, "for a slot, the export's end, a repair or the next sweep"),
        row("  given up", snapshots.givenUp, "after maxAttempts, alarmed"),
        ...(snapshots.notReady ? [row("  account not ready", snapshots.notReady)] : []),
        ...(snapshots.expiredUnprotected ? [row("  expired unprotected", snapshots.expiredUnprotected)] : []),
        must("  lost", snapshots.lost),
        "",
        colours.bold("Exports"),
        row("started", exports.started, `${exports.failed} failed, ${exports.retried} retried`),
        must("duplicates", exports.duplicates),
        row("minutes to start", minutesToStart.p50, `median; 95 % within ${minutesToStart.p95}, longest ${minutesToStart.max}`),
        row("minutes to seal", minutesToSeal.p50, `after COMPLETE, median; 95 % within ${minutesToSeal.p95}, longest ${minutesToSeal.max}`),
        row("slots used", `${Math.round(slotUtilization * 100)} %`, "of five per account, while anything waited"),
        row("AWS calls judged", Object.values(verdict.calls).reduce((sum, n) => sum + n, 0), "by an independent IAM evaluator, on the policies as rendered"),
        "",
        colours.bold("Faults played"),
        ...faults.map(({ name, effect }) => `  ${name.padEnd(40)}${effect}`),
        "",
        ...alarmLines(verdict, colours),
        "",
        ...(attacks
            ? [
                  colours.bold("Attacks"),
                  row("stopped", attacks.stopped, `of ${attacks.tried} with the guardrails attached, ${attacks.stoppedWithoutGuardrails} without; judged as rendered, and played on the vault where the simulated AWS has the call`),
                  row("not preventable", attacks.notPreventable, "the report says why, and what detects them"),
                  must("succeeded", attacks.succeeded),
                  "",
              ]
            : []),
        ...[...violations, ...(attacks?.findings ?? []), ...deniedCalls.map((call) => `refused without a fault to explain it: ${call}`)].map((line) => colours.red(`broken: ${line}`)),
        isKept(verdict) ? colours.green("Every promise was kept.") : colours.red("A promise was broken."),
    ];
}

/** Of an alarm that rings for many databases the sentence is cut: the report has all of it. */
const widest = 110;

function alarmLines(verdict: Verdict, colours: Colours): string[] {
    const alarms = grouped(verdict.alarms);
    const width = Math.max(0, ...alarms.map(({ name }) => name.length)) + 2;
    const short = (text: string) => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);
    const lines = alarms.map(({ name, when, about, others }) => `  ${colours.dim(clock(Date.parse(when)))}  ${colours.yellow(name.padEnd(width))}${short(about)}${colours.dim(others)}`);
    return [colours.bold("Alarms"), ...(lines.length ? lines : [`  ${colours.dim("none rang")}`])];
}

interface Group {
    readonly first: Told;
    more: number;
}

/** More in one list nobody reads. */
const longest = 40;

/** As they are, or, if they are many, those of one name within an hour as one. */
export function grouped(alarms: readonly Told[]): readonly (Told & { readonly others: string })[] {
    const groups: Group[] = [];
    const latest = new Map<string, Group>();
    for (const alarm of alarms) {
        const group = latest.get(alarm.name);
        if (group && alarms.length > longest && Date.parse(alarm.when) - Date.parse(group.first.when) < hour) group.more++;
        else {
            const begun = { first: alarm, more: 0 };
            groups.push(begun);
            latest.set(alarm.name, begun);
        }
    }
    return groups.map(({ first, more }) => ({ ...first, others: more ? ` and ${more} more within the hour` : "" }));
}

/** Whether the rehearsal may exit with 0. */
export function isKept({ snapshots, exports: { duplicates }, attacks, violations, deniedCalls }: Verdict): boolean {
    return snapshots.lost === 0 && duplicates === 0 && (attacks?.findings ?? []).length === 0 && violations.length === 0 && deniedCalls.length === 0;
}
