/** A database's exports over the retention window as inline SVG: no text of others in it. Pure. */
import type { Row } from "./rows";
import { day, hour } from "./words";

const width = 360;
const height = 26;
const base = 19;

/** What all pictures of a page share. */
export interface Window {
    /** Milliseconds. */
    readonly from: number;
    readonly to: number;
}

/** The retention, and at least the 35 days for which a database is missed. */
export const windowOf = (retentionDays: number, now: number): Window => ({ from: now - Math.max(35, retentionDays) * day, to: now });

/** Stretches of the window in which the newest complete export was older than the hours allowed. */
export function gaps({ points, rpoHours, since, wanted }: Pick<Row, "points" | "rpoHours" | "since" | "wanted">, { from, to }: Window): { from: number; to: number }[] {
    if (!wanted) return [];
    const complete = points.filter(({ outcome }) => outcome === "complete").map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
    const begin = Math.max(from, Math.min(complete[0] ?? to, since === undefined ? to : Date.parse(since)));
    // Data older than the window still covers its beginning.
    let until = Math.max(begin, ...complete.filter((time) => time > begin - rpoHours * hour && time <= begin).map((time) => time + rpoHours * hour), since !== undefined && Date.parse(since) >= from ? begin + rpoHours * hour : begin);
    const found: { from: number; to: number }[] = [];
    for (const time of [...complete.filter((each) => each > begin), to]) {
        if (time > until) found.push({ from: until, to: time });
        until = Math.max(until, time + rpoHours * hour);
    }
    return found;
}

/** Bars are exports: whole ones tall, partial ones half, failed ones a dot; the bands are gaps. */
export function picture(row: Row, window: Window): string {
    const x = (time: number) => Math.round(((time - window.from) / (window.to - window.from)) * (width - 4) * 2) / 2 + 2;
    const marks = (of: (point: Row["points"][number]) => boolean) => [...new Set(row.points.filter((point) => of(point) && Date.parse(point.at) >= window.from).map(({ at }) => x(Date.parse(at))))];
    const bars = (look: string, xs: readonly number[], length: number) => (xs.length ? `<path class="${look}" d="${xs.map((at) => `M${at} ${base}v-${length}`).join("")}"/>` : "");
    const bands = gaps(row, window).map(({ from, to }) => `<rect class="gap" x="${x(from)}" y="3" width="${Math.max(1, x(to) - x(from))}" height="${base - 3}"/>`);
    const weeks = Array.from({ length: Math.floor((window.to - window.from) / (7 * day)) }, (_, n) => x(window.to - (n + 1) * 7 * day)).slice(0, 60);
    const dots = marks(({ outcome }) => outcome === "failed" || outcome === "canceled").map((at) => `<circle class="fail" cx="${at}" cy="${base + 4}" r="2"/>`);
    return (
        `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label(row, window)}">${bands.join("")}<path class="axis" d="M2 ${base}H${width - 2}${weeks.map((at) => `M${at} ${base}v3`).join("")}"/>` +
        `${bars("old", marks(({ outcome, restorable }) => outcome === "complete" && !restorable), 14)}${bars("good", marks(({ restorable }) => restorable), 14)}${bars("part", marks(({ outcome }) => outcome === "partial"), 7)}${dots.join("")}</svg>`
    );
}

function label(row: Row, window: Window): string {
    const hours = gaps(row, window).reduce((sum, { from, to }) => sum + (to - from) / hour, 0);
    const of = (outcome: string) => row.points.filter((point) => point.outcome === outcome).length;
    return `${row.restorePoints} restore points, ${of("partial")} partial, ${of("failed") + of("canceled")} failed exports; ${Math.round(hours)} hours beyond the time allowed`;
}
