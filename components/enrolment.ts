import type { EnrolledAccount, Enrolment } from "../handlers/lib/types";
import type { Settings } from "./settings";

/** What the hub's functions capture of the settings: plain data, frozen, no more than they need. */
export function enrolmentOf({ sourceAccounts, databases, exports }: Settings): Enrolment {
    const accounts = sourceAccounts.map(({ id, name, databases: own }): [string, EnrolledAccount] => [
        id,
        Object.freeze({ name, ...(own && { databases: own }) }),
    ]);
    return Object.freeze({ accounts: Object.freeze(Object.fromEntries(accounts)), databases, maxAttempts: exports.maxAttempts });
}
