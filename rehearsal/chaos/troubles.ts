/** What goes wrong at its hour: outages, broken policies, doubled functions, poison. */
import { AwsError, type AwsEvent, type Call } from "../aws/types";
import { hour, minute } from "../nights";
import type { Caller } from "./calls";
import type { Trouble } from "./history";
import { strangers } from "./strangers";
import { accountOf, type Stage } from "./world";

const events = { arn: "events.amazonaws.com", service: "events.amazonaws.com" };
const iso = (time: number) => new Date(time).toISOString();

export function playTroubles(stage: Stage, caller: Caller): void {
    for (const trouble of stage.history.troubles) players[trouble.kind](stage, trouble as never, caller);
}

export type Players = { readonly [K in Trouble["kind"]]: (stage: Stage, trouble: Extract<Trouble, { kind: K }>, caller: Caller) => void };

/** Whether a call comes from the hub's functions, in their own roles or in an access role. */
const isOurs = ({ principal }: Call) => /:role\/rds-vault\/.*-(starter|sweeper|sealer|access)$/.test(principal.roleArn ?? "");

/** Refuses some calls for some hours. */
function refuse({ world, start, note }: Stage, trouble: { hour: number; hours: number }, name: string, error: () => AwsError, hits: (call: Call) => boolean): void {
    const from = start + trouble.hour * hour;
    const to = from + trouble.hours * hour;
    world.interferences.push((call) => (world.clock.now >= from && world.clock.now < to && hits(call) ? { error: error(), fault: name } : undefined));
    world.clock.at(from, () => note(`${name} begins, for ${trouble.hours} hours`));
    world.clock.at(to, () => note(`${name} is over`));
}

const players: Players = {
    ...strangers,

    outage: (stage, trouble) => refuse(stage, trouble, "outage", () => new AwsError("ServiceUnavailable", "Service Unavailable", 503), isOurs),

    broken(stage, trouble) {
        const account = accountOf(stage, trouble.account);
        const denied = () => new AwsError("AccessDenied", "not authorized to perform it", 403);
        const hits: Record<typeof trouble.what, (call: Call) => boolean> = {
            assume: ({ action, resource }) => action === "sts:AssumeRole" && resource === stage.arns.accessRole(account),
            start: ({ action, principal }) => action === "rds:StartExportTask" && principal.account === account,
            pass: ({ action, principal }) => action === "iam:PassRole" && principal.account === account,
            write: ({ action, principal }) => action === "s3:PutObject" && principal.account === account,
            seal: ({ action, principal }) => action === "s3:ListBucketVersions" && principal.roleArn === stage.arns.sealerRole,
            ledger: ({ action, principal }) => action === "s3:ListBucket" && principal.roleArn === stage.arns.starterRole,
        };
        refuse(stage, trouble, `broken policy (${trouble.what}) of ${account}`, denied, hits[trouble.what]);
    },

    /** SQS delivers at least once: two starters get the same trigger at the same moment. */
    doubled(stage, { account, hour: at, minute: past }, caller) {
        const { world, start, note } = stage;
        const owner = accountOf(stage, account);
        const records = [{ messageId: "doubled", body: JSON.stringify({ source: "rds-vault.sweep", account: owner }) }];
        const starter = stage.arns.sweeper.replace(/-sweeper$/, "-starter");
        world.clock.at(start + at * hour + past * minute, async () => {
            note(`two starters look at ${owner} at once`);
            caller.concurrent = true;
            await Promise.allSettled([1, 2].map(() => world.lambda.invoke(starter, { Records: records })));
            caller.concurrent = false;
        });
    },

    /** SQS delivers at least once: two sealers get the first request after this hour at the same moment. */
    "two-sealers"(stage, { hour: at }, caller) {
        const { world, start, note } = stage;
        const sealer = stage.arns.sweeper.replace(/-sweeper$/, "-sealer");
        world.clock.at(start + at * hour, () => {
            caller.asked = (body) => {
                caller.asked = undefined;
                world.clock.at(world.clock.now, async () => {
                    note("two sealers get the same request at once");
                    caller.concurrent = true;
                    await Promise.allSettled([1, 2].map(() => world.lambda.invoke(sealer, { Records: [{ messageId: "doubled", body }] })));
                    caller.concurrent = false;
                });
            };
        });
    },

    poison({ world, start, arns, note }, { hour: at }) {
        world.clock.at(start + at * hour, () => {
            world.sqs.send(events, arns.triggerQueue, "{not json");
            note("a record that nobody can read comes onto the trigger queue");
        });
    },

    /** A source account sends an event about another account's snapshot; EventBridge sets the envelope's account. */
    forged(stage, { account, hour: at }) {
        const { world, start, arns, note } = stage;
        const sender = accountOf(stage, account);
        const victim = accountOf(stage, account + 1);
        world.clock.at(start + at * hour, () => {
            const resources = [`arn:aws:rds:${world.region}:${victim === sender ? "999988887777" : victim}:snapshot:forged`];
            const event: AwsEvent = { version: "0", id: `forged-${at}`, "detail-type": "RDS DB Snapshot Event", source: "aws.rds", account: sender, time: iso(world.clock.now), region: world.region, resources, detail: { EventID: "RDS-EVENT-0091", SourceArn: resources[0] } };
            world.sqs.send(events, arns.triggerQueue, JSON.stringify(event));
            note(`${sender} forges an event about ${resources[0]}`);
        });
    },
};
