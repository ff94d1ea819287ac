import { isAwsError } from "./failure";
import { alarm } from "./log";
import type { Clients, Memory } from "./observe";
import { dateOf } from "./period";
import { refused } from "./refused";
import { once } from "./report";

const hour = 3_600_000;

/**
 * Says that an account couldn't be looked at, and whether that passes. Throttling counts as passing for an hour only: whoever rules the account may
 * ask RDS so often that nobody else gets an answer. An account that was under protection is lost then, which is said once a day by itself:
 * the metric AccountsNotReady is its worst account's, and one that stays broken would hide every other.
 */
export async function unseen(account: string, error: unknown, now: Date, clients: Pick<Clients, "s3Module" | "s3">, bucket: string, memory: Memory): Promise<"done" | "not-ready"> {
    memory.refusedSince ??= now.getTime();
    const lasts = now.getTime() - memory.refusedSince >= hour;
    const passes = refused("account-not-ready", account, error, lasts);
    const id = `account-lost ${dateOf(now.getTime())}`;
    if (lasts && !memory.said[id] && (memory.lookedAt !== undefined || (await hasManifests(account, clients, bucket)))) {
        const { name, message } = error as Error;
        const since = new Date(memory.refusedSince).toISOString();
        once(memory.said, id, () => alarm("account-lost", { account, error: name, reason: `every look at the account has failed since ${since}, so nothing of it is saved or watched: ${message}` }));
    }
    return passes ? "done" : "not-ready";
}

/** A function that is new asks the vault. What it can't tell now the next look asks again. */
async function hasManifests(account: string, { s3Module, s3 }: Pick<Clients, "s3Module" | "s3">, bucket: string): Promise<boolean> {
    try {
        const { Contents = [] } = await s3.send(new s3Module.ListObjectsV2Command({ Bucket: bucket, Prefix: `manifests/${account}/`, MaxKeys: 1 }));
        return Contents.length > 0;
    } catch (error) {
        if (!isAwsError(error)) throw error;
        return false;
    }
}
