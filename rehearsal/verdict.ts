/** What came of a rehearsal, in numbers. Pure. */
import { alarmViolations, type Told } from "./alarms";
import type { AttackResult } from "./attacks/playAll";
import type { SimDatabase } from "./aws/types";
import { manifestOfExport } from "../handlers/lib/history";
import { good, minutesToSeal, slots, type Fate, type SnapshotFate } from "./fates";
import { minute } from "./nights";
import { brokenPromises } from "./promises";
import type { Rehearsal } from "./rehearse";
import { vaultViolations } from "./violations";

const iso = (time: number) => new Date(time).toISOString();

export interface Percentiles {
    readonly p50: number;
    readonly p95: number;
    readonly max: number;
}

export interface Verdict {
    readonly stack: string;
    readonly seed: number;
    readonly virtualHours: number;
    /** `eligible` is what is wanted: the sum of all fates but `skipped`. `exported` and `sealed` are the same. */
    readonly snapshots: { created: number; eligible: number; sealed: number } & Record<Fate, number>;
    readonly exports: { started: number; duplicates: number; failed: number; retried: number };
    readonly slotUtilization: number;
    readonly minutesToStart: Percentiles;
    /** From COMPLETE to the manifest, of whole and partial exports. */
    readonly minutesToSeal: Percentiles;
    readonly calls: Record<string, number>;
    readonly faults: readonly { name: string; when: string; effect: string }[];
    /** What CloudWatch and the tamper rules told, by time. */
    readonly alarms: readonly Told[];
    /** `tried` is `stopped` and `succeeded` and `notPreventable`; with the guardrails attached, `stoppedWithoutGuardrails` of the stopped ones also without. `findings`: what isn't as the table of attacks says. Absent: not tried. */
    readonly attacks?: { tried: number; stopped: number; stoppedWithoutGuardrails: number; succeeded: number; notPreventable: number; findings: readonly string[] };
    readonly deniedCalls: readonly string[];
    readonly violations: readonly string[];
}

export function verdict(rehearsal: Rehearsal, all: readonly SnapshotFate[], attacks?: AttackResult): Verdict {
    const { world, stack, seed, start, end, faults, alarms } = rehearsal;
    const count = (fate: Fate) => all.filter((each) => each.fate === fate).length;
    const tasks = world.rds.tasks();
    const toStart = all.flatMap(({ snapshot, tasks: [first] }) => (first ? [Math.round((first.startedAt - (snapshot.availableAt ?? 0)) / minute)] : []));
    const toSeal = all.flatMap(({ tasks: own, manifests }) => manifests.filter(({ name }) => manifestOfExport(name)).map((manifest) => minutesToSeal(own, manifest)));
    const explained = (call: (typeof world.calls)[number]) => call.fault !== undefined || faults.some(({ explains }) => explains?.(call));
    const unwanted = (database: SimDatabase | undefined) => database && all.find(({ snapshot, fate }) => snapshot.database === database && fate === "skipped")?.reason;
    const waited = ({ account, from, to }: NonNullable<(typeof faults)[number]["outage"]>) =>
        all.some(({ snapshot: { account: each, availableAt = end }, tasks: [first] }) => each === account && availableAt < to && (first?.startedAt ?? 0) >= from);
    const effects = [...faults].sort((a, b) => a.when - b.when).map((fault) => {
        const reason = unwanted(fault.on);
        const idle = fault.outage && !waited(fault.outage);
        return { fault, isIdle: Boolean(reason) || idle === true, effect: fault.effect() ?? (reason ? `nothing to feel, its database isn't wanted: ${reason}` : idle ? "nothing to feel, no snapshot waited meanwhile" : undefined) };
    });
    return {
        stack,
        seed,
        virtualHours: (end - start) / (60 * minute),
        snapshots: {
            created: all.length,
            eligible: all.length - count("skipped"),
            skipped: count("skipped"),
            exported: count("exported"),
            sealed: count("exported"),
            partial: count("partial"),
            waiting: count("waiting"),
            givenUp: count("givenUp"),
            notReady: count("notReady"),
            expiredUnprotected: count("expiredUnprotected"),
            lost: count("lost"),
        },
        exports: {
            started: tasks.length,
            duplicates: all.reduce((sum, each) => sum + Math.max(0, each.tasks.filter(good).length - 1), 0),
            failed: tasks.filter(({ status }) => status === "FAILED").length,
            retried: tasks.filter(({ id }) => !id.endsWith("-1")).length,
        },
        slotUtilization: slotUtilization(rehearsal, all),
        minutesToStart: percentiles(toStart),
        minutesToSeal: percentiles(toSeal),
        calls: countBy(world.calls.map(({ action }) => action)),
        faults: effects.flatMap(({ fault, effect }) => (effect ? [{ name: fault.name, when: iso(fault.when), effect }] : [])),
        alarms: alarms.map(({ name, when, about }) => ({ name, when, about })),
        ...(attacks && { attacks: told(attacks) }),
        deniedCalls: world.calls.filter((call) => !call.allowed && !explained(call)).map(({ at, principal, action, resource, why }) => `${iso(at)} ${principal.arn} ${action} on ${resource}: ${why}`),
        violations: [
            ...brokenPromises(rehearsal.rendered),
            ...effects.filter(({ effect }) => !effect).map(({ fault }) => `the fault "${fault.name}" was played but not felt`),
            ...alarmViolations(alarms, faults, effects.filter(({ isIdle }) => !isIdle).map(({ fault }) => fault)),
            ...vaultViolations(rehearsal, all),
        ],
    };
}

const told = ({ counts: { tried, stopped, succeeded, notPreventable }, unguarded, findings }: AttackResult): NonNullable<Verdict["attacks"]> => ({ tried, stopped, stoppedWithoutGuardrails: stopped - unguarded.length, succeeded, notPreventable, findings });

function percentiles(values: readonly number[]): Percentiles {
    const sorted = [...values].sort((a, b) => a - b);
    const percentile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { p50: percentile(0.5), p95: percentile(0.95), max: sorted.at(-1) ?? 0 };
}

const countBy = (values: string[]): Record<string, number> =>
    Object.fromEntries([...new Set(values)].sort().map((value) => [value, values.filter((each) => each === value).length]));

/** Busy slot time over available slot time while anything waits, 0 to 1. */
function slotUtilization({ end, faults }: Rehearsal, all: readonly SnapshotFate[]): number {
    let busy = 0;
    let available = 0;
    for (const account of new Set(all.map(({ snapshot }) => snapshot.account))) {
        const ours = all.filter(({ snapshot }) => snapshot.account === account);
        const waits = ours.filter(({ tasks }) => tasks[0]).map(({ snapshot, tasks }): Span => [snapshot.availableAt ?? 0, tasks[0]?.startedAt ?? 0]);
        const runs = ours.flatMap(({ tasks }) => tasks.map(({ startedAt, endedAt }): Span => [startedAt, endedAt ?? end]));
        const outages = faults.flatMap(({ outage }): Span[] => (outage?.account === account ? [[outage.from, outage.to]] : []));
        const edges = [...new Set([...waits, ...runs, ...outages].flat())].sort((a, b) => a - b);
        edges.slice(1).forEach((to, index) => {
            const from = edges[index] ?? to;
            const covers = ([begin, stop]: Span) => begin <= from && stop >= to;
            if (!waits.some(covers) || outages.some(covers)) return;
            available += slots * (to - from);
            busy += runs.filter(covers).length * (to - from);
        });
    }
    return available ? Math.round((busy / available) * 1000) / 1000 : 1;
}

type Span = readonly [from: number, to: number];
