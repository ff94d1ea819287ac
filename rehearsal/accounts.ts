/** The accounts of a configuration, and what each is for. Pure. */
import type { Settings } from "../components/settings";

export interface Account {
    readonly id: string;
    /** As index.ts names its provider. */
    readonly name: string;
    readonly part: "backup" | "source" | "rollout" | "management";
    readonly deployRoleArn: string;
}

/** Backup, listed sources, rollout and management; one account may be more than one of them. */
export const accountsOf = ({ backupAccount, sourceAccounts, organization, guardrails: { managementRoleArn } }: Pick<Settings, "backupAccount" | "sourceAccounts" | "organization" | "guardrails">): Account[] => [
    { ...backupAccount, name: "backup", part: "backup" },
    ...sourceAccounts.map(({ id, name, deployRoleArn }): Account => ({ id, name, deployRoleArn, part: "source" })),
    ...(organization ? [{ ...organization.rolloutAccount, name: "rollout", part: "rollout" } as const] : []),
    ...(managementRoleArn ? [{ id: managementRoleArn.split(":")[4]!, deployRoleArn: managementRoleArn, name: "management", part: "management" } as const] : []),
];

/** `source account shop`, `the backup account` */
export const labelOf = ({ name, part }: Account): string => (part === "source" ? `source account ${name}` : `the ${part} account`);
