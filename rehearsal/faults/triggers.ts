/** What reaches the hub: forged, malformed, or of a snapshot that is gone. */
import { makeDatabase, minute } from "../nights";
import { accountAt, at, logged, unprotected, type PlayFault } from "./stage";

export const forgedEvent: PlayFault = (stage) => {
    const { world, arns } = stage;
    const sender = accountAt(stage, 0);
    const victim = accountAt(stage, 1);
    const when = at(11);
    world.clock.at(when, () => {
        const session = world.iam.assumeAsService("events.amazonaws.com", arns.forwarderRole(sender), { account: sender, arn: arns.forwarderRule(sender) });
        const arn = `arn:${arns.partition}:rds:${world.region}:${victim === sender ? "999999999999" : victim}:snapshot:made-up`;
        world.events.putEvents(session, arns.bus, {
            version: "0", id: "f0f0f0f0-0000-4000-8000-000000000000", "detail-type": "RDS DB Snapshot Event", source: "aws.rds", account: sender,
            time: new Date(when).toISOString(), region: world.region, resources: [arn],
            detail: { EventCategories: ["creation"], SourceType: "SNAPSHOT", SourceArn: arn, SourceIdentifier: "made-up", EventID: "RDS-EVENT-0042", Message: "Manual snapshot created" },
        }, { trustSource: true });
    });
    return {
        name: "forged event",
        when,
        effect: () => (logged(stage, "forged").length && !world.rds.tasks().some(({ sourceArn }) => sourceArn.endsWith(":made-up")) ? "logged as forged; the look found nothing to do because of it" : undefined),
    };
};

export const poisonRecord: PlayFault = (stage) => {
    const { world, arns } = stage;
    const when = at(2.2);
    world.clock.at(when, () => {
        const events = { arn: "events.amazonaws.com", service: "events.amazonaws.com" };
        world.sqs.send(events, arns.triggerQueue, "{ not a trigger", { "aws:SourceArn": arns.hubRule, "aws:SourceAccount": arns.hubRule.split(":")[4] ?? "" });
    });
    return {
        name: "poison record in a batch",
        when,
        alarms: ["trigger-dlq"],
        effect: () => {
            const tries = logged(stage, "malformed-trigger").length;
            return tries && world.sqs.messages(arns.triggerDeadLetters).length ? `failed alone ${tries} times, then lay in the dead-letter queue` : undefined;
        },
    };
};

/** The signature of an attack: the snapshot is gone before its event arrives. */
export const vanishedSnapshot: PlayFault = (stage) => {
    const { world } = stage;
    const when = at(12.55); // between two sweeps
    const database = makeDatabase(stage, accountAt(stage, 0), { identifier: "short-lived", kind: "instance", engine: "postgres", sizeGiB: 3 });
    let arn = "";
    world.clock.at(when, () => {
        const weather = world.events.weather;
        // RDS tells it before the ARN is known here.
        world.events.weather = (event) => (event.resources[0]?.endsWith(":short-lived-by-hand") ? [minute] : weather(event));
        const snapshot = world.rds.createSnapshot({ database, type: "manual", identifier: "short-lived-by-hand" });
        arn = snapshot.arn;
        world.clock.at(world.clock.now + 1, () => world.rds.deleteSnapshot(arn));
    });
    return {
        name: "snapshot deleted at once",
        when,
        alarms: ["vanished"],
        mayRing: unprotected,
        // Nobody knows whose snapshot it was.
        about: () => [`${database.account} unknown`, `${database.account} instance.${database.identifier}`],
        effect: () => (logged(stage, "vanished", { snapshot: arn }).length ? "alarmed as vanished: an event named it, and RDS knew it no more" : undefined),
    };
};
