/** Events, queues, functions: rows 31 to 38. */
import { open, perimeter, tries, type Outcome } from "./build";
import type { Attack, Stage } from "./types";

const sweep = open("A listed account's deploy role manages the rule; the sweep sees the snapshots without it, every 15 minutes", { note: "nothing is lost" });

export function deliveryAttacks(stage: Stage): Attack[] {
    const { arns, partition, region, backup, names } = stage;
    const { strangersRoles } = perimeter(stage);
    const rule = ({ account }: { account: string }) => arns.forwarderRule(account);
    const own = ({ account }: { account: string }) => account;
    const queue = (id: string, name: string, action: string, on: string, who: string, outcome: Outcome, row = 34) => tries(stage, { id, row, harm: row === 34 ? "forge work" : "stop backups silently", name, action, on }, { [who]: outcome });
    const queues = { trigger: arns.triggerQueue, seal: arns.sealQueue, undelivered: arns.undeliveredQueue };
    const functions = { starter: arns.starter, sealer: arns.sealer, sweeper: arns.sweeper, watcher: arns.watcher };
    const mapping = `arn:${partition}:lambda:${region}:${backup}:event-source-mapping:00000000-0000-4000-8000-000000000000`;
    const schedules = [arns.scheduleGroup, arns.watchScheduleGroup];
    const scheduleOf = (name: string) => `arn:${partition}:scheduler:${region}:${backup}:schedule/${name}/${name}`;
    const onRule = (id: string, name: string, action: string): Attack[] => [
        ...tries(stage, { id, row: 31, harm: "stop backups silently", name: `${name} in a source account`, action, on: rule, owner: own }, {
            "A1, A1 root": ["scp"], "A9 source": sweep, "A4": ["aws"],
        }),
        ...tries(stage, { id: `hub-${id}`, row: 31, harm: "stop backups silently", name: `${name} on the hub bus`, action, on: arns.hubRule }, { "A4, A5": ["scp"], "A8 starter": ["identity policy", "scp"], "A1, A7": ["aws"] }),
    ];
    return [
        ...onRule("disable", "disables the rule", "events:DisableRule"),
        ...onRule("delete", "deletes the rule", "events:DeleteRule"),
        ...onRule("targets", "takes the rule's targets away", "events:RemoveTargets"),
        ...onRule("narrow", "narrows the rule's pattern", "events:PutRule"),
        ...onRule("divert", "sends the rule's events elsewhere", "events:PutTargets"),
        ...tries(stage, { id: "snapshots", row: 31, harm: "stop backups silently", name: "takes no snapshots any more", action: "rds:ModifyDBInstance", on: ({ account }) => `arn:${partition}:rds:${region}:${account}:db:orders`, owner: own }, {
            "A1, A1 root": open("Who administers an account decides whether there are snapshots", { alarms: ["rpo", "beyond-rpo"] }),
        }),
        ...tries(stage, { id: "forged", row: 32, harm: "forge work", name: "puts an event with the source aws.rds", action: "events:PutEvents", on: arns.bus, context: { "events:source": "aws.rds" } }, {
            "A1, A1 root, A10 admin, A7, A10 outside forwarder, A7 forwarder": ["aws", "bus policy"],
            "forwarder": ["aws"],
        }),
        ...tries(stage, { id: "own-source", row: 32, harm: "forge work", name: "puts an event of a source of its own", action: "events:PutEvents", on: arns.bus, context: { "events:source": "theirs" } }, {
            "A1, A1 root, A2 wide, A3 wide, A10 admin, A7, A10 outside forwarder, A7 forwarder": ["bus policy"],
            "A4, A5": ["scp"],
            "A8 starter": ["bus policy", "identity policy"],
        }),
        ...tries(stage, { id: "permission", row: 33, harm: "open trust", name: "opens the hub bus", action: "events:PutPermission", on: "*" }, { "A4, A5": ["scp"], "A9": open("The deploy role keeps the bus's policy: listed accounts come and go", { rules: ["deploy"] }), "A1": ["aws"] }),
        ...tries(stage, { id: "no-permission", row: 33, harm: "stop backups silently", name: "takes the bus's policy away", action: "events:RemovePermission", on: "*" }, { "A4, A5": ["scp"] }),
        ...tries(stage, { id: "bus", row: 33, harm: "stop backups silently", name: "deletes the hub bus", action: "events:DeleteEventBus", on: arns.bus }, { "A4, A5": ["scp"], "A9 printed": open("What the deploy role makes it can unmake; the sweep goes on without the bus", { rules: ["deploy"] }) }),
        ...tries(stage, { id: "update-bus", row: 33, harm: "stop backups silently", name: "changes the hub bus", action: "events:UpdateEventBus", on: arns.bus }, { "A4": ["scp"], "A9 printed": ["bus policy", "identity policy"] }),
        ...Object.entries(queues).flatMap(([id, on]) => [
            ...queue(`send-${id}`, `sends a message to the queue ${id}`, "sqs:SendMessage", on, "A1, A1 root, A2 wide, A10 wide", id === "seal" ? ["aws"] : ["queue policy"]),
            ...queue(`send-${id}`, `sends a message to the queue ${id}`, "sqs:SendMessage", on, "A7", id === "seal" ? ["aws", "rcp"] : ["queue policy", "rcp"]),
            ...queue(`send-${id}`, `sends a message to the queue ${id}`, "sqs:SendMessage", on, "A4, A5, A9", ["scp"]),
            ...queue(`purge-${id}`, `empties the queue ${id}`, "sqs:PurgeQueue", on, "A4, A5", ["scp"], 35),
            ...queue(`purge-${id}`, `empties the queue ${id}`, "sqs:PurgeQueue", on, "A9 printed", id === "seal" ? ["identity policy"] : ["identity policy", "queue policy"], 35),
            ...queue(`delete-${id}`, `deletes the queue ${id}`, "sqs:DeleteQueue", on, "A4, A5", ["scp"], 35),
            ...queue(`forget-${id}`, `has the queue ${id} forget after a minute`, "sqs:SetQueueAttributes", on, "A4, A5", ["scp"], 35),
            ...queue(`take-${id}`, `takes messages out of the queue ${id}`, "sqs:ReceiveMessage", on, "A4, A5", ["scp"], 35),
            ...queue(`take-away-${id}`, `deletes messages in the queue ${id}`, "sqs:DeleteMessage", on, "A4, A5", ["scp"], 35),
        ]),
        ...queue("delete-by-deploy", "deletes the trigger queue", "sqs:DeleteQueue", arns.triggerQueue, "A9", open("What the deploy role makes it can unmake", { rules: ["deploy"] }), 35),
        ...queue("trigger-by-sealer", "sends a trigger", "sqs:SendMessage", arns.triggerQueue, "A8 sealer, A8 watcher", ["identity policy", "queue policy"]),
        ...queue("seal-by-sweeper", "sends a request to seal", "sqs:SendMessage", arns.sealQueue, "A8 sweeper, A8 watcher, A8 sealer", ["identity policy"]),
        ...Object.entries(functions).flatMap(([id, on]) => {
            const change = (what: string, name: string, action: string, row = 36) => tries(stage, { id: `${what}-${id}`, row, harm: row === 36 ? "forge work" : "stop backups silently", name: `${name} of the ${id}`, action, on }, { "A4, A5": ["scp"] });
            return [
                ...change("code", "replaces the code", "lambda:UpdateFunctionCode"),
                ...change("configuration", "changes the environment", "lambda:UpdateFunctionConfiguration"),
                ...change("permission", "lets others invoke the function", "lambda:AddPermission"),
                ...change("throttle", "takes all concurrency", "lambda:PutFunctionConcurrency", 37),
                ...change("delete", "deletes the function", "lambda:DeleteFunction", 37),
                ...tries(stage, { id: `invoke-${id}`, row: 34, harm: "forge work", name: `invokes the ${id} with an event of its own`, action: "lambda:InvokeFunction", on }, { "A4, A5": ["scp"], "A1, A7": ["aws"], "A8 starter": ["identity policy"] }),
            ];
        }),
        ...tries(stage, { id: "code", row: 36, harm: "forge work", name: "replaces the starter's code", action: "lambda:UpdateFunctionCode", on: arns.starter }, {
            "A9": open("Deploying code is the deploy role's work; what was reviewed and built is what runs", { rules: ["deploy"] }),
            "A8 starter, A8 sealer": ["identity policy", "scp"],
            "A1, A7": ["aws"],
        }),
        ...tries(stage, { id: "mapping", row: 37, harm: "stop backups silently", name: "disables a queue's mapping", action: "lambda:UpdateEventSourceMapping", on: mapping }, { "A4, A5": ["scp"] }),
        ...tries(stage, { id: "no-mapping", row: 37, harm: "stop backups silently", name: "deletes a queue's mapping", action: "lambda:DeleteEventSourceMapping", on: mapping, context: { "lambda:FunctionArn": arns.starter } }, { "A4, A5": ["scp"], "A9 printed": open("What the deploy role makes it can unmake", { rules: ["deploy"], alarms: ["no-look"] }) }),
        ...schedules.flatMap((on, i) => tries(stage, { id: `schedules-${i + 1}`, row: 37, harm: "stop backups silently", name: "deletes a group of schedules", action: "scheduler:DeleteScheduleGroup", on }, { "A4, A5": ["scp"] })),
        ...[names.schedule, names.watchSchedule].flatMap((name, i) => tries(stage, { id: `schedule-${i + 1}`, row: 37, harm: "stop backups silently", name: "turns a schedule off", action: "scheduler:UpdateSchedule", on: scheduleOf(name) }, { "A4, A5": ["scp"] })),
        ...tries(stage, { id: "access", row: 38, harm: "forge work", name: "assumes an access role", action: "sts:AssumeRole", on: ({ account }) => arns.accessRole(account), owner: own, context: { "sts:ExternalId": names.externalId } }, {
            "A4": ["trust"], "A5": ["scp", "trust"], "A8 sealer wide": ["trust"], "A8 sealer, A8 sweeper, A8 watcher": ["identity policy", "trust"], "A10 admin, A10 access, A7, A7 access role": ["trust"],
            "A8 starter": open("Who has the starter's code has its task: it may start exports everywhere, and nothing else", { alarms: ["volume", "flood"], note: "of what is then written; the code came by the deploy role, of which the rule deploy tells" }),
        }),
        ...tries(stage, { id: "access-without-id", row: 38, harm: "forge work", name: "has the starter assume an access role of another stack's", action: "sts:AssumeRole", on: ({ account }) => arns.accessRole(account), owner: own, context: { "sts:ExternalId": `${names.externalId}-other` } }, { "A8 starter": ["trust"] }),
        ...tries(stage, { id: "reader", row: 38, harm: "read others' exports", name: "assumes the reader's role", action: "sts:AssumeRole", on: arns.readerRole }, { "A1, A10 admin": ["trust"], "A7": ["trust", ...strangersRoles], "A8 starter": ["identity policy"], "A4": "allowed" }),
        ...tries(stage, { id: "function-role", row: 38, harm: "open trust", name: "assumes a function's role", action: "sts:AssumeRole", on: arns.starterRole }, { "A4, A1": ["trust"], "A7": ["trust", ...strangersRoles], "A5": ["scp", "trust"] }),
    ];
}
