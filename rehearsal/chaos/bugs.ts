/** Mistakes that the invariants must find: each a change of the deployed text, or of the graph. A search that finds none of them proves nothing. */
import type { DatabasePlan, ExportTrouble, History } from "./history";
import { changed, type Stack } from "./world";

export interface Bug {
    readonly name: string;
    /** With this seed of fast-check it is found in the first ten histories. */
    readonly seed: number;
    /** What is said of it. */
    readonly found: RegExp;
    readonly plant: (stack: Stack) => Stack;
    /** Where only few histories would show it. */
    readonly focus?: (history: History) => History;
}

type Change = readonly [from: RegExp | string, to: string];

/** Changes a function's text; a change that hits nothing is an error, for the text may have been written anew. */
const inText = (name: string, ...changes: Change[]) => (stack: Stack): Stack => {
    const { functions } = stack.rendered;
    const code = functions[name];
    if (!code) throw new Error(`the graph has no function ${name}`);
    let text = code.files["__index.js"] ?? "";
    for (const [from, to] of changes) {
        const after = text.replace(from, to);
        if (after === text) throw new Error(`${name}: nothing matches ${String(from)}`);
        text = after;
    }
    return changed(stack, (each) => each, { ...functions, [name]: { ...code, files: { ...code.files, "__index.js": text } } });
};

/** One account, and nothing goes wrong but what is said here. */
const calm = (history: History, database: Partial<DatabasePlan>, exports: History["exports"] = [], troubles: History["troubles"] = []): History => {
    const plain = { coveredBefore: false, always: undefined, manual: undefined, recreatedAtHour: undefined, droppedAtHour: undefined };
    return { ...history, throttled: 0, limited: 0, timeouts: 0, staleMinutes: 0, deaths: [], exports, troubles, accounts: history.accounts.slice(0, 1).map((plans) => plans.map((plan) => ({ ...plan, ...plain, ...database }))) };
};

/** Well-formed, so that only what comes of it gives it away. */
const randomId = "return (stem, attempt) => `e${Array.from({ length: 40 }, () => Math.floor(Math.random() * 16).toString(16)).join(\"\")}-${attempt}`;";

/** The first export of one account ends so. */
const ending = (trouble: ExportTrouble) => (history: History) => calm(history, { frequency: "every", minutes: 20 }, [{ nth: 0, trouble }]);

/** Its exports are tried again and again among others that wait for slots. */
const failingFirst = (history: History): History => {
    const { accounts: [[first] = []], ...rest } = calm(history, { frequency: "every", minutes: 600, times: [0, 5, 10, 15, 20, 25, 30] });
    if (!first) throw new Error("a history has an account with a database");
    return { ...rest, accounts: [[{ ...first, times: [0, 1, 2], always: "fails", minutes: 5 }, first]] };
};

/** What binds a task's id to its snapshot, in the starter and once more in the sealer. */
const believing = (name: "start" | "seal") =>
    name === "start" ? inText("start", [/(return isWrittenByUs\(task, destination\)) && .* === stem;/, "$1;"]) : inText("seal", ["check(id.stem === stem,", "check(true,"]);

const forger = (history: History): History => calm(history, { frequency: "every", minutes: 20, times: [30] }, [], [{ kind: "forger", account: 0, database: 0, hour: 2, id: "made-up" }]);

export const bugs: readonly Bug[] = [
    { name: "random task ids", seed: 3, found: /was exported \d+ times|period was exported twice/, plant: inText("start", ["return (stem, attempt) => `${stem}-${attempt}`;", randomId]) },
    { name: "a task id without the creation time", seed: 1, found: /left its window unprotected/, plant: inText("start", [/\[arn, Date\.parse\(createdAt \?\? ""\), /, "[arn, "]), focus: (history) => calm(history, { manual: { hour: 1, deletedAfter: 8, againAfter: 1 } }) },
    { name: "no sweep", seed: 1, found: /left its window unprotected|no manifest tells/, plant: (stack) => changed(stack, (each) => (each.type === "aws:scheduler/schedule:Schedule" ? undefined : each)) },
    { name: "six slots", seed: 7, found: /though all slots were in use/, plant: inText("start", [/slots: 5\b/g, "slots: 6"]), focus: (history) => calm(history, { frequency: "every", minutes: 600, times: [0, 5, 10, 15, 20, 25, 30] }) },
    { name: "a limit error as the snapshot's own failure", seed: 1, found: /after RDS had refused one for the limit/, plant: inText("start", [/\[1\] = "limit";/, '[1] = "vanished";']), focus: (history) => ({ ...calm(history, { frequency: "every", minutes: 30, times: [0, 5, 10, 200, 205, 210] }), limited: 60 }) },
    { name: "COMPLETE is complete", seed: 1, found: /is sealed complete, though/, plant: inText("seal", ['why.length ? "partial" : "complete"', '"complete"'], [/if \(notYet\(/g, "if (false && notYet("]), focus: (history) => calm(history, {}, [{ nth: 0, trouble: "skips-table" }]) },
    { name: "a ledger as short as the window", seed: 1, found: /was covered before the history began|period was exported twice/, plant: inText("start", [/\(0, period_1\.periodStart\)\(longestFrequency\(rules\), windowStart\(rules, now\)\) - 7 \* period_1\.day/, "now.getTime() - 2 * period_1.day"]), focus: (history) => ({ ...calm(history, { frequency: "weekly", coveredBefore: true }), firstDay: 3 }) },
    { name: "partial counts as protection", seed: 1, found: /left its window unprotected/, plant: inText("start", ['if (outcome === "complete")\n            add(', 'if (outcome === "complete" || outcome === "partial")\n            add(']), focus: (history) => calm(history, { frequency: "weekly", keptHours: 170, times: [60, 900] }, [{ nth: 0, trouble: "skips-table" }]) },
    { name: "attempts without end", seed: 3, found: /failures are enough/, plant: inText("start", ["failures < maxAttempts", "true"]), focus: (history) => calm(history, { frequency: "every", always: "fails", times: [60] }) },
    { name: "given up at the first failure", seed: 1, found: /was given up after 1 failures/, plant: inText("start", ["failures < maxAttempts", "failures < 1"]), focus: (history) => calm(history, {}, [{ nth: 0, trouble: "fails" }]) },
    { name: "no back-off", seed: 3, found: /was tried again too soon/, plant: inText("start", [/retryAt: faults\.length \? .*,/, "retryAt: undefined,"]), focus: (history) => calm(history, { always: "configuration" }) },
    { name: "records that nobody can read are consumed", seed: 1, found: /among the dead letters/, plant: inText("start", ["malformed.push(messageId);", ""]), focus: (history) => calm(history, {}, [], [{ kind: "poison", hour: 3 }]) },
    { name: "an event's ARN is believed", seed: 1, found: /no line says so/, plant: inText("start", [/forged: arns\.filter\(.*\),/, "forged: [],"]), focus: (history) => calm(history, {}, [], [{ kind: "forged", account: 0, hour: 3 }]) },
    { name: "a lost window without an alarm", seed: 1, found: /left its window unprotected/, plant: inText("start", [' && code !== "expired-unprotected"', ""]), focus: (history) => calm(history, { frequency: "every", minutes: 20, keptHours: 240, times: [30, 600] }, [], [{ kind: "slots-taken", account: 0, count: 5, hour: 3, hours: 60 }]) },
    { name: "a partial export without an alarm", seed: 1, found: /no alarm partial said so/, plant: inText("seal", [/\(0, log_1\.alarm\)\("partial", /, '(0, log_1.log)("INFO", "partial", ']), focus: (history) => calm(history, {}, [{ nth: 0, trouble: "skips-table" }]) },
    { name: "a failure without an alarm", seed: 1, found: /no alarm failed said so/, plant: inText("start", ['if (status === "FAILED") {', "if (false) {"]), focus: (history) => calm(history, {}, [{ nth: 0, trouble: "fails" }]) },
    { name: "the sealer is never asked", seed: 1, found: /no manifest tells of it/, plant: inText("start", [/for \(let first = 0; first < due\.length;/, "for (let first = 0; first < 0;"]) },
    { name: "a running export covers nothing", seed: 1, found: /period was exported twice/, plant: inText("start", [" || history?.sealing || history?.running", ""]), focus: (history) => calm({ ...history, days: 2 }, { frequency: "daily", minutes: 300, times: [60, 200] }) },
    { name: "an export covers nothing once its snapshot is gone", seed: 1, found: /period was exported twice/, plant: inText("start", ["return [...complete, ...running].filter((task) => !listed", "return [].filter((task) => !listed"]), focus: (history) => calm({ ...history, firstDay: 0 }, { frequency: "weekly", keptHours: 3, minutes: 300, times: [60, 300] }) },
    { name: "the newest version is sealed", seed: 1, found: /isn't in the vault as the manifest says/, plant: inText("seal", ["first.writtenAt < version.writtenAt", "first.writtenAt > version.writtenAt"]), focus: (history) => calm(history, {}, [{ nth: 0, trouble: "shadowed" }]) },
    { name: "a partial export's snapshot is exported again", seed: 1, found: /was exported \d+ times/, plant: inText("start", [/if \(partial\)(?=\s+return \{ decision: "done")/, "if (false)"]), focus: ending("skips-table") },
    { name: "tampering without an alarm", seed: 1, found: /no alarm tampering said so/, plant: inText("seal", [/\(0, log_1\.alarm\)\("tampering", /, '(0, log_1.log)("INFO", "tampering", ']), focus: ending("marked-deleted") },
    { name: "a stuck export without an alarm", seed: 1, found: /is STARTING since .* no alarm stuck said so/, plant: inText("start", ['if (status !== "STARTING" && status !== "CANCELING")', "if (true)"]), focus: ending("stuck") },
    { name: "an export that hangs in CANCELING without an alarm", seed: 1, found: /is CANCELING since .* no alarm stuck said so/, plant: inText("start", ['if (status !== "STARTING" && status !== "CANCELING")', 'if (status !== "STARTING")']), focus: ending("canceling") },
    { name: "a snapshot vanishes without an alarm", seed: 1, found: /was waiting .* no alarm vanished said so/, plant: inText("start", ["...vanished(memory.waiting, observed, settings)", "...[]"]), focus: (history) => calm(history, { frequency: "every", minutes: 600, keptHours: 8, times: [0, 60, 120, 180, 240, 300] }) },
    { name: "a database disappears without an alarm", seed: 1, found: /no alarm disappeared said so/, plant: inText("start", [/\.\.\.\(0, \w+\.disappeared\)\(observed, rules\)/, "...[]"]), focus: (history) => calm(history, { frequency: "every", minutes: 20, times: [30], droppedAtHour: 12 }) },
    { name: "a database made again hides the one before it", seed: 1, found: /no alarm disappeared said so/, plant: inText("start", [/`\$\{kind\} \$\{end\}`\)/, "`${kind} named ${database}`)"]), focus: (history) => calm(history, { frequency: "every", minutes: 20, times: [30], recreatedAtHour: 12 }) },
    { name: "beyond RPO without an alarm", seed: 1, found: /no alarm beyond-rpo said so/, plant: inText("start", ["protection.filter(({ beyond }) => beyond).map(", "[].map("]), focus: (history) => calm(history, { frequency: "every", minutes: 20, times: [30] }) },
    { name: "a broken sealer without an alarm", seed: 1, found: /no alarm unsealed said so/, plant: inText("start", ["if (!(age > sealedWithin))", "if (true)"]), focus: (history) => calm(history, { frequency: "every", minutes: 20, times: [30] }, [], [{ kind: "broken", what: "seal", account: 0, hour: 0, hours: 30 }]) },
    { name: "the lock is never checked", seed: 1, found: /isn't in the vault as the manifest says/, plant: inText("seal", [/if \(\w+\.ObjectLockMode !== "COMPLIANCE"\)/, "if (false)"], ["if (until === undefined || until < least)", "if (false)"]), focus: ending("unlocked") },
    { name: "the key is never checked", seed: 1, found: /isn't in the vault as the manifest says/, plant: inText("seal", [/if \(\w+\.SSEKMSKeyId !== keyArn\)/, "if (false)"]), focus: ending("other-key") },
    { name: "an info file that was written over is believed", seed: 1, found: /though its export info-touched/, plant: inText("seal", ["if (infoTampered)", "if (false)"]), focus: ending("info-touched") },
    { name: "the newest data first", seed: 7, found: /out of its turn: .* is older/, plant: inText("start", ["=> wanted.filter(", "=> [...wanted].reverse().filter("], [/ : wanted;/, " : [...wanted].reverse();"]), focus: (history) => calm(history, { frequency: "every", minutes: 600, times: [0, 5, 10, 15, 20, 25, 30] }) },
    { name: "a failing database keeps its turn", seed: 3, found: /out of its turn: .* no export of its database had failed/, plant: inText("start", ["const ordered = failing.size ?", "const ordered = false ?"]), focus: failingFirst },
    { name: "two sealers write two manifests", seed: 1, found: /was written \d times/, plant: inText("seal", [', IfNoneMatch: "*"', ""]), focus: (history) => calm(history, { frequency: "every", minutes: 20, times: [30] }, [], [{ kind: "two-sealers", hour: 0 }]) },
    { name: "a task in our form is taken for ours", seed: 1, found: /holds nothing/, plant: (stack) => believing("seal")(believing("start")(stack)), focus: forger },
    { name: "the starter takes a task in our form for ours", seed: 1, found: /no alarm stranger said so/, plant: (stack) => believing("start")(stack), focus: forger },
    { name: "a stranger's task in our form without an alarm", seed: 1, found: /no alarm stranger said so/, plant: inText("start", ["...strangersOf(observed, settings)", "...[]"]), focus: forger },
];
