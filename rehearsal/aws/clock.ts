/** Virtual time: a binary heap of tasks by (time, order of the calls). Nothing in the rehearsal waits for real time. */
import type { Clock } from "./types";

interface Entry {
    readonly time: number;
    readonly order: number;
    readonly what: () => void | Promise<void>;
}

const before = (a: Entry, b: Entry) => a.time < b.time || (a.time === b.time && a.order < b.order);

export function createClock(start: number): Clock {
    const heap: Entry[] = [];
    let now = start;
    let order = 0;

    function push(entry: Entry): void {
        let i = heap.push(entry) - 1;
        while (i > 0) {
            const parent = (i - 1) >> 1;
            if (!before(entry, heap[parent]!)) break;
            heap[i] = heap[parent]!;
            i = parent;
        }
        heap[i] = entry;
    }

    function pop(): Entry {
        const first = heap[0]!;
        const last = heap.pop()!;
        if (heap.length > 0) {
            let i = 0;
            for (;;) {
                let child = 2 * i + 1;
                if (child >= heap.length) break;
                if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
                if (!before(heap[child]!, last)) break;
                heap[i] = heap[child]!;
                i = child;
            }
            heap[i] = last;
        }
        return first;
    }

    return {
        get now() {
            return now;
        },
        at(time, what) {
            if (Number.isNaN(time)) throw new Error("The clock was asked to run something at NaN");
            push({ time: Math.max(time, now), order: order++, what });
        },
        async run(until) {
            while (heap.length > 0 && heap[0]!.time <= until) {
                const { time, what } = pop();
                now = Math.max(now, time);
                const running = what();
                // One after another: the next task must see what this one did.
                if (running instanceof Promise) await running;
            }
            now = Math.max(now, until);
        },
    };
}
