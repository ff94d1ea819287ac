/** fast-check's search over histories: until a world breaks an invariant, then the smallest history that still does. */
import fc from "fast-check";
import { histories, type History } from "./history";
import { violationsOf } from "./invariants";
import { play, type Played } from "./play";
import type { Stack } from "./world";

export interface SearchOptions {
    readonly runs: number;
    readonly seed: number;
    /** Of an earlier counterexample: replays it. */
    readonly path?: string;
    /** Makes a found history smaller; default: yes. */
    readonly shrink?: boolean;
    /** Plays these instead of the histories as they come, where only few of them would do. */
    readonly focus?: (history: History) => History;
    /** After each history. */
    readonly watch?: (history: History, played: Played, violations: readonly string[]) => void | Promise<void>;
}

export interface Found {
    readonly history: History;
    readonly violations: readonly string[];
    readonly played: Played;
    /** For SearchOptions. */
    readonly seed: number;
    readonly path: string;
    readonly shrinks: number;
}

/** Milliseconds of real time; a history takes a tenth of a second, and there are thousands of smaller ones. */
const shrinkTime = 60_000;

/** @returns how many histories were played before one failed, and that one */
export async function search(stack: Stack, { runs, seed, path, shrink = true, focus = (history) => history, watch }: SearchOptions): Promise<{ runs: number; found?: Found }> {
    let broken: { error: unknown } | undefined;
    let last: { history: History; played: Played; violations: readonly string[] } | undefined;
    let shrinkUntil = Infinity;
    const property = fc.asyncProperty(histories.map(focus), async (history) => {
        // Enough of making it smaller: what is not tried counts as kept.
        if (Date.now() > shrinkUntil) return true;
        try {
            const played = await play(stack, history);
            const violations = violationsOf(played);
            await watch?.(history, played, violations);
            if (violations.length) last = { history, played, violations };
            if (violations.length && shrinkUntil === Infinity) shrinkUntil = Date.now() + shrinkTime;
            return violations.length === 0;
        } catch (error) {
            // A mistake of the simulation is no counterexample.
            broken ??= { error };
            throw error;
        }
    });
    const result = await fc.check(property, { numRuns: runs, seed, path, endOnFailure: !shrink });
    if (broken) throw broken.error;
    if (!last) return { runs: result.numRuns };
    // Shrinking goes on from what still fails, so the last to fail is the smallest.
    return { runs: result.numRuns, found: { ...last, seed, path: result.counterexamplePath ?? "", shrinks: result.numShrinks } };
}
