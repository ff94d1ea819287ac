/** Which RDS events travel. Ids: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html */
import type { Sources } from "./document";

/** Category `creation` would also hold the "started" events and miss every cluster snapshot, so ids it is. */
const eventIds = {
    trigger: [
        "RDS-EVENT-0042", // manual snapshot created
        "RDS-EVENT-0091", // automated snapshot created
        "RDS-EVENT-0075", // manual cluster snapshot created
        "RDS-EVENT-0169", // automated cluster snapshot created
        "RDS-EVENT-0197", // copy within the Region finished: how some AWS Backup snapshots arrive
        "RDS-EVENT-0060", // copy across Regions finished
    ],
    // A slot is free again, and there may be something to seal.
    exportEnded: [
        "RDS-EVENT-0159", // snapshot export failed
        "RDS-EVENT-0160", // … cancelled
        "RDS-EVENT-0161", // … completed
        "RDS-EVENT-0162", // cluster snapshot export failed
        "RDS-EVENT-0163", // … cancelled
        "RDS-EVENT-0164", // … completed
    ],
    tableFailed: ["RDS-EVENT-0484", "RDS-EVENT-0489"],
    vanished: ["RDS-EVENT-0041"],
};

/** The forwarder's pattern in each source account. */
export const snapshotEvents = {
    source: ["aws.rds"],
    "detail-type": ["RDS DB Snapshot Event", "RDS DB Cluster Snapshot Event"],
    detail: { EventID: Object.values(eventIds).flat() },
};

/**
 * The hub rule's pattern. EventBridge sets `account` itself, a sender can't forge it. With units it names none: a pattern holds
 * 2,048 characters, and the bus policy lets in only enrolled units and listed accounts.
 */
export const enrolledSnapshotEvents = ({ accounts, organization }: Sources) => (organization ? snapshotEvents : { ...snapshotEvents, account: accounts });
