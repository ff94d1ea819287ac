import type { Settings } from "../settings";

/** What `pulumi up` would leave without guardrails though it attaches them, in words; empty when it attaches none. Where units are, AWS alone knows. */
export function unheldTargets({ backupAccount, sourceAccounts, organization, guardrails: { managementRoleArn, targets } }: Settings): string[] {
    if (managementRoleArn === undefined) return [];
    const units = organization?.units ?? [];
    const unless = units.some((unit) => targets.includes(unit)) ? ", unless it lies in a unit that is" : "";
    const said = (id: string, what: string, more = "") => (targets.includes(id) ? [] : [`rds-vault:guardrails.targets: ${id} is ${what} and no target: nothing holds it${more}.`]);
    return [
        ...said(backupAccount.id, "the backup account"),
        ...sourceAccounts.flatMap(({ id }) => said(id, "listed", unless)),
        ...units.flatMap((unit) => said(unit, "enrolled", unless)),
    ];
}
