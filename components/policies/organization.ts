/**
 * Sweep → Organizations. The resource half is the organization's delegation policy, which only its management account can put:
 * `npm run organization` prints it. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
 */
import { accountRoots, document, type Document, type Statement } from "./document";

/** What the sweep calls, and nothing else: the members of the enrolled units, their names, states and tags, and which is the management account. */
const reads = [
    "organizations:DescribeOrganization",
    "organizations:ListAccountsForParent",
    "organizations:ListChildren",
    "organizations:ListTagsForResource",
];

/** The sweeper's half. "*": the ARNs of units and accounts hold the management account's id, which nothing here needs to know. */
export const readOrganization: Statement = { Sid: "ReadOrganization", Effect: "Allow", Action: reads, Resource: "*" };

/**
 * The organization's half, in the form that AWS documents. Who in the backup account may use it is that account's own IAM to say.
 * https://docs.aws.amazon.com/organizations/latest/userguide/security_iam_resource-based-policy-examples.html
 */
export const organizationDelegation = (partition: string, backupAccountId: string): Document =>
    document({ ...readOrganization, Sid: "RdsVaultReadsOrganization", Principal: accountRoots(partition, [backupAccountId]) });
