/** What no longer fits as accounts grow, computed from what was measured; and the remedy. Pure. */
import { secondsOf, wait } from "./costs";
import { ends } from "./documents";
import type { Played } from "./hour";
import type { Held } from "./memoryChild";
import { number, table } from "./table";

/** As the code has them. */
const batchSize = 20;
const starters = 2;
const sealers = 4;
const starterMiB = 512;
const readingSeconds = 40;
const organizationsAtOnce = 8;
/** Ours: what Node and the SDK's modules take before the first account. */
const baseMiB = 150;
const sweepSeconds = 900;
const many = 10_000;

/** Starters at once that 15 minutes ask for, when a batch of 20 accounts takes so long. */
const startersFor = (accounts: number, batchSeconds: number): number => Math.ceil(((accounts / batchSize) * batchSeconds) / sweepSeconds);

export function breaks(played: Played, held: Held): string {
    const { accounts, quiet } = played;
    const batch = secondsOf("starter", quiet, held) / quiet.invocations.starter!;
    const reads = (["ListAccountsForParent", "ListChildren"] as const).reduce((sum, name) => sum + (quiet.calls[`sweeper ${name}`] ?? 0), 0) / quiet.invocations.sweeper! / accounts;
    const listsPerMonth = ((quiet.calls["starter ListObjectsV2"] ?? 0) / accounts) * 730 * many;
    const logsPerMonth = (Object.values(quiet.logs).reduce((sum, each) => sum + each, 0) / accounts) * 730 * many;
    const rows = [
        [
            `${number(ends("listed").count)} listed accounts`,
            "the hub rule's pattern is full (2,048 characters)",
            "enrol a unit above them: no document names an account",
        ],
        [
            `about ${number((readingSeconds / (2 * wait)) * organizationsAtOnce)} members, where rules ask for tags`,
            `a call per member. At ${2 * wait * 1000} ms each, ${organizationsAtOnce} at once, a new function reads so many in its ${readingSeconds} seconds and the others wait for the next sweeps: ${number(many / ((readingSeconds / (2 * wait)) * organizationsAtOnce), 1)} sweeps for ${number(many)}`,
            "write rules by unit or name; or give the sweep more time (`readingTime`, the function's timeout)",
        ],
        [
            `about ${number(Math.round(((starterMiB - baseMiB) * 1024) / held.rssKiB / 100) * 100)} accounts`,
            `a warm starter keeps a client per account (${number(held.rssKiB)} KiB, of it ${number(held.heapKiB)} KiB heap) and may run out of its ${starterMiB} MB. Its batch then comes back after ten minutes: late, not lost`,
            "more memory for the starter: 1,024 MB",
        ],
        [
            `${number(many)} accounts, batches of more than ${number((starters * sweepSeconds * batchSize) / many, 1)} seconds`,
            `${number(many / batchSize)} batches a sweep, ${starters} at once (\`maximumConcurrency\`). A quiet batch takes about ${number(batch, 1)} seconds, so it is the nights that fall behind; triggers older than an hour are dropped, and the sweep sends new ones`,
            `\`maximumConcurrency\` ${startersFor(many, 10)} for batches of 10 seconds`,
        ],
        [
            `${number(many * 2)} exports a day that take more than ${number((sealers * 86_400) / (many * 2))} seconds to seal`,
            `${sealers} sealers at once. A small export takes seconds, one of 100,000 files minutes; what waits longer than 12 hours is alarmed as \`unsealed\``,
            "a higher `maximumConcurrency` of the sealer, after a look at the account's Lambda quota",
        ],
        [
            `${number(many)} members`,
            `${number(reads * many)} calls to Organizations per sweep (20 accounts a page), about ${number((reads * many * 2 * wait) / organizationsAtOnce)} of its ${readingSeconds} seconds. AWS publishes no rate for them; a throttled sweep goes on with the members that it remembers, and alarms`,
            "fewer and larger units; a longer period of the sweep",
        ],
        [`${number(many)} accounts`, `[10,000 accounts](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html) are what AWS grants an organization on request`, "ask AWS"],
        ["100,000 members", "[stack instances per StackSet](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)", "a stack per part of the organization"],
    ];
    const concurrency = table(
        ["accounts", ...[2, 5, 10, 20, 40].map((seconds) => `${seconds} s`)],
        [1000, 2000, 5000, many].map((count) => [number(count), ...[2, 5, 10, 20, 40].map((seconds) => number(Math.max(1, startersFor(count, seconds))))]),
    );
    return `${table(["at", "what", "remedy"], rows)}

Never a wall, but a bill: ${number(many)} accounts are ${number(listsPerMonth / 1e6, 1)} million LIST requests and ${number(logsPerMonth / 1e9, 1)} GB of log lines a month (the hourly share of both is in the table of calls and in the formula). A longer period of the sweep lessens both: events still bring new snapshots at once.

Starters at once that finish a sweep within its 15 minutes, by the time that a batch of ${batchSize} accounts takes (a look ends itself after 40 seconds; the stack has ${starters}, which are enough for 1,000 accounts while a batch takes less than ${number((starters * sweepSeconds * batchSize) / 1000)} seconds):

${concurrency}`;
}
