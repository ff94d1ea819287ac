// A source account's forwarder, the hub's bus and queue, with the policies of AWS's documentation. Proves nothing itself.
import { createWorld } from "../../../rehearsal/aws/world";
import type { AwsEvent, World } from "../../../rehearsal/aws/types";
import { allow, backup, policy, source, start, trust } from "./small";

export const region = "eu-west-1";
export const minute = 60_000;
export const events = { arn: "events.amazonaws.com", service: "events.amazonaws.com" };
export const defaultBus = (account: string) => `arn:aws:events:${region}:${account}:event-bus/default`;
export const hubBus = `arn:aws:events:${region}:${backup}:event-bus/hub`;
export const queueArn = (name: string) => `arn:aws:sqs:${region}:${backup}:${name}`;
export const forwarderArn = `arn:aws:iam::${source}:role/rds-vault/forwarder`;
export const forwarderRule = `arn:aws:events:${region}:${source}:rule/forwarder`;
export const hubRule = `arn:aws:events:${region}:${backup}:rule/hub/trigger`;
export const pattern = JSON.stringify({ source: ["aws.rds"], detail: { EventID: ["RDS-EVENT-0091"] } });

export const emptyWorld = (): World => createWorld({ region, partition: "aws", start, seed: 1 });

export function addQueue(world: World, name: string, options: { retentionMs?: number; visibilityMs?: number; deadLetter?: { arn: string; maxReceiveCount: number } } = {}): string {
    world.sqs.addQueue({ arn: queueArn(name), account: backup, retentionMs: 60 * minute, visibilityMs: minute, ...options });
    return queueArn(name);
}

export const fromRules = (queue: string, ...rules: string[]) =>
    policy({ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queue, Condition: { ArnEquals: { "aws:SourceArn": rules } } });

/** Source's default bus → forwarder rule and role → hub bus → hub rule → queue `trigger`; dead letters to `undelivered`. */
export function relayWorld(): World {
    const world = emptyWorld();
    const [trigger, undelivered] = [addQueue(world, "trigger"), addQueue(world, "undelivered")];
    world.iam.setResourcePolicy(trigger, backup, fromRules(trigger, hubRule));
    world.iam.setResourcePolicy(undelivered, backup, fromRules(undelivered, hubRule, forwarderRule));
    world.iam.addRole({
        arn: forwarderArn,
        account: source,
        trust: trust({ Service: "events.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": source }, ArnEquals: { "aws:SourceArn": forwarderRule } }),
        policies: [policy(allow("events:PutEvents", hubBus))],
    });
    world.events.addBus(hubBus);
    world.iam.setResourcePolicy(
        hubBus,
        backup,
        policy({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${source}:root` }, Action: "events:PutEvents", Resource: hubBus, Condition: { "ForAllValues:StringEquals": { "events:source": "aws.rds" }, ArnEquals: { "aws:PrincipalArn": forwarderArn } } }),
    );
    world.events.addRule({ arn: forwarderRule, account: source, busArn: defaultBus(source), pattern, targets: [{ arn: hubBus, roleArn: forwarderArn, deadLetterArn: undelivered }] });
    world.events.addRule({ arn: hubRule, account: backup, busArn: hubBus, pattern, targets: [{ arn: trigger, deadLetterArn: undelivered }] });
    return world;
}

export const snapshotEvent = (more: Partial<AwsEvent> = {}): AwsEvent => ({
    version: "0",
    id: "event-1",
    "detail-type": "RDS DB Snapshot Event",
    source: "aws.rds",
    account: source,
    time: new Date(start).toISOString(),
    region,
    resources: [`arn:aws:rds:${region}:${source}:snapshot:rds:orders-2026-11-23-03-10`],
    detail: { EventID: "RDS-EVENT-0091" },
    ...more,
});

/** A role of the backup account with these policies; its ARN. */
export function addRole(world: World, name: string, service: string, ...policies: string[]): string {
    const arn = `arn:aws:iam::${backup}:role/rds-vault/${name}`;
    world.iam.addRole({ arn, account: backup, trust: trust({ Service: service }), policies });
    return arn;
}
