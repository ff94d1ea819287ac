/** What the hub's functions saw and said, as the logs and calls have it. */
import type { SimSnapshot } from "../../aws/types";
import type { Played } from "../play";

export const iso = (time: number) => `${new Date(time).toISOString().slice(0, 16)}Z`;
export const nameOf = ({ account, identifier }: SimSnapshot) => `${account} ${identifier}`;

/** An alarm, as it was said. */
export interface Said {
    readonly at: number;
    readonly code: string;
    readonly fields: Readonly<Record<string, unknown>>;
}

/** Of one world; asked for again and again, so found once. */
interface Heard {
    readonly alarms: readonly Said[];
    /** Times of looks that came to their end, by account. */
    readonly looks: ReadonlyMap<string, readonly number[]>;
    /** When what the starter remembered may have been lost: it died, or two ran at once, of which either may serve next. */
    readonly resets: readonly number[];
}

const heardOf = new WeakMap<Played, Heard>();

export function heard(played: Played): Heard {
    const known = heardOf.get(played);
    if (known) return known;
    const looks = new Map<string, number[]>();
    const alarms: Said[] = [];
    for (const { at, json } of played.world.lambda.logs) {
        if (json?.message === "look") looks.set(String(json.account), [...(looks.get(String(json.account)) ?? []), at]);
        if (json?.Alarm !== undefined) alarms.push({ at, code: String(json.Alarm), fields: json });
    }
    const resets = played.traces.filter(({ by, error, concurrent }) => by.endsWith("-starter") && (error === "died" || concurrent)).map(({ at }) => at);
    const all = { alarms, looks, resets };
    heardOf.set(played, all);
    return all;
}

export const looksAt = (played: Played, account: string): readonly number[] => heard(played).looks.get(account) ?? [];

/** Whether an alarm of that code names the task. */
export const saidOf = (played: Played, code: string, task: string): boolean => heard(played).alarms.some((each) => each.code === code && each.fields.task === task);
