import type { EnrolledAccount, EnrolledUnits, Enrolment } from "../handlers/lib/types";
import type { Organization, Settings } from "./settings";

/** What the hub's functions capture of the settings: plain data, frozen, no more than they need. */
export function enrolmentOf({ sourceAccounts, organization, databases, exports, monitoring, vault: { suspendedAccounts } }: Settings): Enrolment {
    const accounts = sourceAccounts.map(({ id, name, databases: own }): [string, EnrolledAccount] => [
        id,
        Object.freeze({ name, ...(own && { databases: own }) }),
    ]);
    return Object.freeze({
        accounts: Object.freeze(Object.fromEntries(accounts)),
        ...(organization && { organization: enrolledUnits(organization) }),
        databases,
        maxAttempts: exports.maxAttempts,
        rpoHours: monitoring.rpoHours,
        ...(suspendedAccounts.length && { suspended: suspendedAccounts }),
    });
}

/** The rollout account is the deployment's business alone. */
const enrolledUnits = ({ organizationId, units, rules }: Organization): EnrolledUnits => Object.freeze({ organizationId, units, rules });
