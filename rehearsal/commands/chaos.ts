/** `npm run chaos`: random histories on the virtual clock, until one breaks a promise or all are played. */
import { join } from "node:path";
import { losses, none, sum } from "../chaos/compare";
import { play } from "../chaos/play";
import { search } from "../chaos/search";
import { timeline } from "../chaos/timeline";
import { tutorial } from "../chaos/tutorial";
import { sweptEvery, type Stack } from "../chaos/world";
import { rawConfig, settingsFromFile } from "../config";
import { render } from "../render";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `Plays random histories with random faults and holds them against invariants, in a stack of its own (rehearsal/chaos/Pulumi.chaos.yaml).

npm run chaos -- [--runs N] [--seed N] [--path P] [--baseline] [--json]
  --runs N    histories to play, default 200
  --seed N    of fast-check; default 1
  --path P    replays one history, as a failed run names it
  --baseline  plays the design of public tutorials in every history beside ours, not in each tenth
  --json      prints one JSON document on stdout and nothing else`;

/** Virtual minutes between two sweeps: each look costs, and fewer of them find the same mistakes. */
const sweepMinutes = 180;

const file = join(__dirname, "../chaos/Pulumi.chaos.yaml");

async function stackOfChaos(): Promise<Stack> {
    const settings = settingsFromFile(file);
    return sweptEvery({ rendered: await render(settings.stack, rawConfig(file)), settings }, sweepMinutes);
}

function wholeNumber(name: string, given: string, least: number): number {
    if (/^\d{1,9}$/.test(given) && Number(given) >= least) return Number(given);
    throw usageError(`--${name}: received ${JSON.stringify(given)}, wanted a whole number of at least ${least}.\n${usage}`);
}

void runCommand(async () => {
    const options = parseOptions(usage, { runs: { type: "string", default: "200" }, seed: { type: "string", default: "1" }, path: { type: "string" }, baseline: { type: "boolean", default: false } });
    const [runs, seed] = [wholeNumber("runs", options.runs, 1), wholeNumber("seed", options.seed, 0)];
    if (options.path !== undefined && !/^\d+(:\d+)*$/.test(options.path)) throw usageError(`--path: received ${JSON.stringify(options.path)}, wanted numbers between colons, as a failed run prints them.\n${usage}`);
    const stack = await stackOfChaos();
    const baseline = tutorial(stack);

    const began = Date.now();
    const perSecond = () => Math.round((played * 10_000) / Math.max(1, Date.now() - began)) / 10;
    const progress = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`));
    let played = 0;
    let shrinking = false;
    let [ours, theirs] = [none, none];
    const { found } = await search(stack, {
        runs, seed, path: options.path,
        async watch(history, world, violations) {
            progress(shrinking ? "a promise is broken; looking for a smaller history …" : `${++played} of ${runs} histories, ${perSecond()} a second`);
            if (violations.length) shrinking = true;
            if (shrinking || !(options.baseline || played % 10 === 1)) return;
            ours = sum(ours, losses(world));
            theirs = sum(theirs, losses(await play(baseline, history)));
        },
    });
    progress("");

    const speed = perSecond();
    const replay = found && `npm run chaos -- --seed ${found.seed} --path ${found.path}`;
    const comparison = { histories: options.baseline ? played : Math.ceil(played / 10), ours, tutorial: theirs };
    if (options.json) {
        const failure = found && { violations: found.violations, replay, history: found.history, timeline: timeline(found.played) };
        console.log(JSON.stringify({ runs: played, seed, perSecond: speed, comparison, failure }, null, 2));
        return found ? 1 : 0;
    }
    if (found) console.log([...timeline(found.played), "", ...found.violations.map((each) => `broken: ${each}`), "", `Replay: ${replay}`, ""].join("\n"));
    const share = ({ lost, silent }: typeof ours) => (lost ? `${lost} lost, ${silent} of them without a word` : "none lost");
    console.log(`${played} ${played === 1 ? "history" : "histories"}, ${speed} a second, seed ${seed}: ${found ? "a promise is broken" : "every promise kept"}`);
    if (theirs.wanted) console.log(`In ${comparison.histories} of them the design of public tutorials (start on each event, retry five times, then the dead letters) was played beside ours. Of ${theirs.wanted} wanted snapshots and periods: ours ${share(ours)}; theirs ${share(theirs)}.`);
    return found ? 1 : 0;
});
