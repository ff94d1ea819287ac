/** What the organization's management account must have done once: `npm run organization` prints it. */
import { organizationDelegation, readOrganization } from "../components/policies/organization";
import type { Organization, Settings } from "../components/settings";
import { firstAnswer, type Clients } from "./clients";
import { look, ok, problem, said, unseen, type Finding } from "./finding";

const stackSets = "member.org.stacksets.cloudformation.amazonaws.com";

export interface Seen {
    readonly finding: Finding;
    /** The credentials belong to the organization of the configuration. */
    readonly inside: boolean;
    readonly managementAccount?: string;
}

/** Any member may ask. https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html */
export async function rightOrganization({ organizationId }: Pick<Organization, "organizationId">, { organizations }: Pick<Clients, "organizations">): Promise<Seen> {
    const about = `organization ${organizationId}`;
    const how = "With credentials of its management account, run this again";
    try {
        const { Organization: found } = await organizations.describeOrganization({});
        if (found?.Id !== organizationId) {
            const text = `your credentials belong to ${found?.Id}. If that is the sources' organization, mend rds-vault:organization.id; else nothing of the right one can be seen.`;
            return { finding: problem(about, text, how), inside: false };
        }
        const managementAccount = found.MasterAccountId;
        if (found.FeatureSet !== "ALL") {
            const text = `has only ${found.FeatureSet}, and StackSets need all features.`;
            return { finding: problem(about, text, "In the management account: aws organizations enable-all-features"), inside: true, managementAccount };
        }
        return { finding: ok(about, `is yours, with all features; its management account is ${managementAccount}`), inside: true, managementAccount };
    } catch (error) {
        // Not in any organization, or not allowed to ask.
        return { finding: unseen(about, `couldn't be looked at: ${said(error)}`, how), inside: false };
    }
}

/** SCPs don't bind the management account, and AWS takes it as no delegated administrator. */
export function managementApart({ backupAccount, organization }: Pick<Settings, "backupAccount" | "organization">, managementAccount: string): Finding[] {
    const about = "management account";
    const found = [
        ...(backupAccount.id === managementAccount
            ? [problem(about, `${managementAccount} is the backup account: whoever has it has the whole organization, and no SCP binds it.`, "Name another account in rds-vault:backupAccount, best in an organization of its own")]
            : []),
        // https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
        ...(organization?.rolloutAccount.id === managementAccount
            ? [problem(about, `${managementAccount} is the rollout account, and AWS takes only members as delegated administrators.`, "Name a member in rds-vault:organization.rolloutAccount")]
            : []),
    ];
    return found.length ? found : [ok(about, `${managementAccount} is neither backup nor rollout account`)];
}

/** Whoever asks CloudFormation, and as whom: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeOrganizationsAccess.html */
export interface StackSetViewer extends Pick<Clients, "cloudFormation"> {
    readonly callAs: "SELF" | "DELEGATED_ADMIN";
}

export const trustedAccess = (viewers: readonly StackSetViewer[], region: string) =>
    look("trusted access of StackSets", `In the management account: aws cloudformation describe-organizations-access --region ${region}`, async () => {
        const { Status } = await firstAnswer(viewers, ({ cloudFormation, callAs }) => cloudFormation.describeOrganizationsAccess({ CallAs: callAs }));
        const about = "trusted access of StackSets";
        if (Status === "ENABLED") return ok(about, "is on");
        return problem(about, `is ${Status}, so no StackSet can deploy into members.`, `In the management account: aws cloudformation activate-organizations-access --region ${region}`);
    });

export const delegatedAdministrator = ({ rolloutAccount }: Pick<Organization, "rolloutAccount">, clients: Pick<Clients, "organizations">) =>
    look("delegated administrator", `In the management account: aws organizations list-delegated-administrators --service-principal ${stackSets}`, async () => {
        const about = "delegated administrator";
        const administrators = await listAdministrators(clients);
        if (administrators.includes(rolloutAccount.id)) return ok(about, `the rollout account ${rolloutAccount.id} is one for StackSets`);
        const fix = `In the management account: aws organizations register-delegated-administrator --account-id ${rolloutAccount.id} --service-principal ${stackSets}`;
        return problem(about, `the rollout account ${rolloutAccount.id} isn't one for StackSets, so it can't deploy into members.`, fix);
    });

async function listAdministrators({ organizations }: Pick<Clients, "organizations">): Promise<(string | undefined)[]> {
    const ids: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
        const page = await organizations.listDelegatedAdministrators({ ServicePrincipal: stackSets, ...(NextToken && { NextToken }) });
        ids.push(...(page.DelegatedAdministrators ?? []).map(({ Id }) => Id));
        NextToken = page.NextToken;
    } while (NextToken);
    return ids;
}

export const delegation = ({ partition, backupAccount }: Pick<Settings, "partition" | "backupAccount">, { organizations }: Pick<Clients, "organizations">, option: string) =>
    look("delegation policy", "In the management account: aws organizations describe-resource-policy", async () => {
        const about = "delegation policy";
        const missing = missingReads(await delegationText(organizations), partition, backupAccount.id);
        if (missing.length === 0) return ok(about, `lets the backup account ${backupAccount.id} read the organization`);
        const text = `doesn't let the backup account ${backupAccount.id} do ${missing.join(", ")} (statements with conditions aren't counted): the sweep would see no members.`;
        return problem(about, text, `npm run organization -- ${option}`);
    });

async function delegationText(organizations: Clients["organizations"]): Promise<string> {
    try {
        return (await organizations.describeResourcePolicy({})).ResourcePolicy?.Content ?? "{}";
    } catch (error) {
        if ((error as Error).name === "ResourcePolicyNotFoundException") return "{}";
        throw error;
    }
}

interface Read {
    readonly Effect?: string;
    readonly Principal?: string | { readonly AWS?: string | readonly string[] };
    readonly Action?: string | readonly string[];
    readonly Resource?: string | readonly string[];
    readonly Condition?: unknown;
}

/** The actions of the sweep that a policy doesn't plainly allow: by statements for the backup account on every resource, without conditions, or that it denies. */
export function missingReads(text: string, partition: string, backupAccountId: string): string[] {
    const { Statement = [] } = JSON.parse(text) as { Statement?: Read | Read[] };
    const root = (organizationDelegation(partition, backupAccountId).Statement as Read[])[0]!.Principal as { AWS: string[] };
    const ours = ({ Principal }: Read) => many(typeof Principal === "object" ? Principal.AWS : Principal).some((each) => each === "*" || each === backupAccountId || root.AWS.includes(each));
    const names = ({ Action }: Read, action: string) => many(Action).some((glob) => fits(glob, action));
    const statements = [Statement].flat().filter(ours);
    const allows = statements.filter(({ Effect, Resource, Condition }) => Effect === "Allow" && many(Resource).includes("*") && !Condition);
    const denies = statements.filter(({ Effect }) => Effect === "Deny");
    return (readOrganization.Action as string[]).filter((action) => !allows.some((each) => names(each, action)) || denies.some((each) => names(each, action)));
}

const many = (value: string | readonly string[] | undefined): readonly string[] => (value === undefined ? [] : [value].flat());

/** Action names aren't case-sensitive, and know `*` and `?`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
const fits = (glob: string, action: string) =>
    new RegExp(`^${glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "i").test(action);
