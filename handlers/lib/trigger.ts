import { parseSnapshotArn } from "../../components/arns";

/** "Look at this account now". Everything else in a trigger is hearsay. */
export interface Trigger {
    /** 12 digits; EventBridge sets it in an event's envelope, a sender can't forge it. */
    readonly account: string;
    /** Snapshot ARNs in an event, of that account. */
    readonly named: readonly string[];
    /** Those that belong to another account: someone made them up. */
    readonly forged: readonly string[];
}

/**
 * Reads a queue message: an EventBridge event, unchanged, or the sweep's `{source: "rds-vault.sweep", account}`.
 * Anything without a 12-digit account throws an Error that says what was received.
 */
export function parseTrigger(body: string): Trigger {
    const message: unknown = JSON.parse(body);
    const { account, resources } = (message ?? {}) as { account?: unknown; resources?: unknown };
    if (typeof account !== "string" || !/^\d{12}$/.test(account)) {
        throw new Error(`A trigger names a 12-digit account; received ${body.slice(0, 200)}`);
    }
    const arns = Array.isArray(resources) ? resources.filter((arn): arn is string => typeof arn === "string") : [];
    const ownerOf = (arn: string) => parseSnapshotArn(arn)?.account;
    return {
        account,
        named: arns.filter((arn) => ownerOf(arn) === account),
        forged: arns.filter((arn) => (ownerOf(arn) ?? account) !== account),
    };
}
