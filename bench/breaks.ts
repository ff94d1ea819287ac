/** What no longer fits as accounts grow, computed from what was measured; and the remedy. Pure. */
import { callsAtOnce, defaultPatience } from "../handlers/lib/organization";
import { slots } from "../rehearsal/fates";
import { secondsOf, wait, type Basis } from "./costs";
import { ends } from "./documents";
import type { Played } from "./hour";
import type { Hub } from "./hub";
import { number, table } from "./table";

const readingSeconds = defaultPatience.reading / 1000;
/** Ours: what Node and the SDK's modules take before the first account. */
const baseMiB = 150;
const many = 10_000;
/** Ours: seconds that a call to Organizations takes; it has one endpoint, far from most Regions. */
const far = 2 * wait;
const organizationsLimits = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html";
/** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
const grantsPerKey = 50_000;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const stackInstances = 100_000;

/** Starters at once that a sweep's period asks for, when a batch takes so long. */
const startersFor = ({ batchSize, sweepSeconds }: Hub, accounts: number, batchSeconds: number): number => Math.ceil(((accounts / batchSize) * batchSeconds) / sweepSeconds);

/** The number of accounts at which it comes, and the row. */
type Break = readonly [at: number, row: readonly [at: string, what: string, remedy: string]];

function ofOrganizations({ accounts, quiet }: Played): Break[] {
    const perReading = (readingSeconds / far) * callsAtOnce;
    const reads = (["ListAccountsForParent", "ListChildren"] as const).reduce((sum, name) => sum + (quiet.calls[`sweeper ${name}`] ?? 0), 0) / quiet.invocations.sweeper! / accounts;
    const units = perReading / reads;
    const rounded = Math.round(units / 100) * 100;
    return [
        [perReading, [
            `about ${number(perReading)} members, where rules ask for tags`,
            `a call per member. At ${far * 1000} ms each, ${callsAtOnce} at once, a new function reads so many in its ${readingSeconds} seconds and the others wait for the next sweeps: ${number(many / perReading, 1)} sweeps for ${number(many)}`,
            "write rules by unit or name; or give the sweep more time (`defaultPatience.reading`, the function's timeout)",
        ]],
        [units, [
            `about ${number(rounded)} members`,
            `the units are no longer read to the end in the sweep's ${readingSeconds} seconds, ${callsAtOnce} calls at once (20 accounts a page); ${number(many)} members are ${number(reads * many)} calls and ${number((reads * many * far) / callsAtOnce)} seconds. AWS [limits the rate of these calls](${organizationsLimits}#throttling-limits), which other tools share: what is throttled is asked again, and then the sweep goes on with the members that it remembers, and alarms`,
            "fewer and larger units; a longer period of the sweep",
        ]],
    ];
}

function ofTheHub({ quiet }: Played, basis: Basis): Break[] {
    const { held, hub: { batchSize, starters, sealers, sweepSeconds, comesBack, triggerAge, memoryMiB }, hub } = basis;
    const batch = secondsOf("starter", quiet, basis) / quiet.invocations.starter!;
    const warm = Math.round(((memoryMiB.starter! - baseMiB) * 1024) / held.rssKiB / 100) * 100;
    return [
        [warm, [
            `about ${number(warm)} accounts`,
            `a warm starter keeps a client per account (${number(held.rssKiB)} KiB, of it ${number(held.heapKiB)} KiB heap) and may run out of its ${memoryMiB.starter} MB. Its batch then comes back after ${number(comesBack / 60)} minutes: late, not lost`,
            `more memory for the starter: ${number(2 * memoryMiB.starter!)} MB`,
        ]],
        [many, [
            `${number(many)} accounts, batches of more than ${number((starters * sweepSeconds * batchSize) / many, 1)} seconds`,
            `${number(many / batchSize)} batches a sweep, ${starters} at once (\`maximumConcurrency\`). A quiet batch takes about ${number(batch, 1)} seconds, so it is the nights that fall behind; triggers older than ${number(triggerAge / 60)} minutes are dropped, and the sweep sends new ones`,
            `\`maximumConcurrency\` ${startersFor(hub, many, 10)} for batches of 10 seconds`,
        ]],
        [many, [
            `${number(many * 2)} exports a day that take more than ${number((sealers * 86_400) / (many * 2))} seconds to seal`,
            `${sealers} sealers at once. A small export takes seconds, one of 100,000 files minutes; what waits longer than 12 hours is alarmed as \`unsealed\``,
            "a higher `maximumConcurrency` of the sealer, after a look at the account's Lambda quota",
        ]],
    ];
}

const ofAws = (): Break[] => [
    [ends("listed").count, [`${number(ends("listed").count)} listed accounts`, "the hub rule's pattern is full (2,048 characters)", "enrol a unit above them: no document names an account"]],
    [grantsPerKey / slots, [
        `${number(grantsPerKey / slots)} accounts that all run ${slots} exports`,
        `[${number(grantsPerKey)} grants per key](https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html), which all accounts share, if a running export takes one. Then nobody can start another. An account that is taken over can fill them alone, and so would grants that RDS doesn't retire (README: not yet proven)`,
        "AWS raises it on request; a second stack, and so a second key, for a part of the organization",
    ]],
    [many, [
        `${number(many)} accounts`,
        `[10 by default](${organizationsLimits}), and what AWS grants on request: up to 10,000, by a newer text of that page up to 50,000`,
        "ask AWS",
    ]],
    [stackInstances, [`${number(stackInstances)} members`, "[stack instances per StackSet](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)", "a stack per part of the organization"]],
];

export function breaks(played: Played, basis: Basis): string {
    const { accounts, quiet } = played;
    const { hub: { batchSize, starters, sweepSeconds }, hub } = basis;
    const listsPerMonth = ((quiet.calls["starter ListObjectsV2"] ?? 0) / accounts) * 730 * many;
    const logsPerMonth = (Object.values(quiet.logs).reduce((sum, each) => sum + each, 0) / accounts) * 730 * many;
    const rows = [...ofAws(), ...ofOrganizations(played), ...ofTheHub(played, basis)].sort(([a], [b]) => a - b).map(([, row]) => row);
    const concurrency = table(
        ["accounts", ...[2, 5, 10, 20, 40].map((seconds) => `${seconds} s`)],
        [1000, 2000, 5000, many].map((count) => [number(count), ...[2, 5, 10, 20, 40].map((seconds) => number(Math.max(1, startersFor(hub, count, seconds))))]),
    );
    return `${table(["at", "what", "remedy"], rows)}

Never a wall, but a bill: ${number(many)} accounts are ${number(listsPerMonth / 1e6, 1)} million LIST requests and ${number(logsPerMonth / 1e9, 1)} GB of log lines a month (the hourly share of both is in the table of calls and in the formula). A longer period of the sweep lessens both: events still bring new snapshots at once.

Starters at once that finish a sweep within its ${number(sweepSeconds / 60)} minutes, by the time that a batch of ${batchSize} accounts takes (a look ends itself in time, \`lookTime\`; the stack has ${starters}, which are enough for 1,000 accounts while a batch takes less than ${number((starters * sweepSeconds * batchSize) / 1000)} seconds):

${concurrency}`;
}
