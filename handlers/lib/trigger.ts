import { parseSnapshotArn } from "../../components/arns";
import type { Member } from "./types";

/** "Look at this account now". Everything else in a trigger is hearsay. */
export interface Trigger {
    /** 12 digits; EventBridge sets it in an event's envelope, a sender can't forge it. */
    readonly account: string;
    /** Snapshot ARNs in an event, of that account. */
    readonly named: readonly string[];
    /** Those that belong to another account: someone made them up. */
    readonly forged: readonly string[];
    /** The account as the organization told the sweep; absent: it is listed, or the trigger is an event. */
    readonly member?: Member;
}

/**
 * Reads a queue message: an EventBridge event, unchanged, or the sweep's `{source: "rds-vault.sweep", account, member?}`.
 * Only the sweep is believed what it says of a member: the hub's rule lets `aws.rds` through and no other source.
 * Anything without a 12-digit account, or with a member that isn't one, throws an Error that says what was received.
 */
export function parseTrigger(body: string): Trigger {
    const message: unknown = JSON.parse(body);
    const { source, account, resources, member } = (message ?? {}) as Record<string, unknown>;
    if (typeof account !== "string" || !/^\d{12}$/.test(account)) {
        throw new Error(`A trigger names a 12-digit account; received ${body.slice(0, 200)}`);
    }
    const told = source === "rds-vault.sweep" && member !== undefined;
    if (told && !isMember(member, account)) throw new Error(`A trigger's member is the account ${account} with name, units and tags; received ${body.slice(0, 200)}`);
    const arns = Array.isArray(resources) ? resources.filter((arn): arn is string => typeof arn === "string") : [];
    const ownerOf = (arn: string) => parseSnapshotArn(arn)?.account;
    return {
        account,
        named: arns.filter((arn) => ownerOf(arn) === account),
        forged: arns.filter((arn) => (ownerOf(arn) ?? account) !== account),
        ...(told && { member: member as Member }),
    };
}

function isMember(value: unknown, account: string): value is Member {
    const { id, name, units, tags } = (value ?? {}) as Record<string, unknown>;
    const areTexts = (values: unknown[]) => values.every((each) => typeof each === "string");
    return id === account && typeof name === "string" && Array.isArray(units) && areTexts(units) && typeof tags === "object" && tags !== null && areTexts(Object.values(tags));
}
