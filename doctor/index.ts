/** `npm run doctor`: whether a first `pulumi up` of a stack will find what it needs. Only looks. */
import type { Settings } from "../components/settings";
import { bucketFree, enoughConcurrency, regionEnabled, toldAnybody, trailLogs } from "./backupAccount";
import { seenByAny, type Clients, type Credentials } from "./clients";
import { unseen, type Finding } from "./finding";
import { hubNames, sourceNames, stackSetName } from "./names";
import { delegatedAdministrator, delegation, managementApart, rightOrganization, trustedAccess } from "./organization";
import { assumeDeployRole, deployRoles, whoAsks, type DeployRole } from "./roles";
import { accountsApart, readUnits, rulesFit, unitsApart, unitsExist } from "./units";

/**
 * @param clientsOf clients with given credentials, or with the caller's own
 * @param option how the caller named the stack, for commands that he is to run: `--stack prod`
 */
export async function examine(settings: Settings, clientsOf: (credentials?: Credentials) => Clients, option: string): Promise<Finding[]> {
    const own = clientsOf();
    const caller = await whoAsks(own, settings.region);
    const roles = deployRoles(settings);
    if (!caller.account) return [caller.finding, ...nothingSeen(settings, roles)];
    const assumed = await Promise.all(roles.map((role) => assumeDeployRole(role, own, clientsOf, option)));
    const { backupAccount, organization } = settings;
    // In an account of his own the caller sees as much as its deploy role, or more.
    const clientsIn = (account: string) => (caller.account === account ? own : assumed[roles.findIndex((role) => role.account === account)]?.clients);
    return [
        caller.finding,
        ...assumed.map(({ finding }) => finding),
        ...(organization ? await inOrganization(settings, organization, { own, account: caller.account, backup: clientsIn(backupAccount.id), rollout: clientsIn(organization.rolloutAccount.id) }, option) : []),
        ...(await inBackupAccount(settings, clientsIn(backupAccount.id))),
        ...(await namesElsewhere(settings, clientsIn)),
    ];
}

/** What nobody looked at, so that it isn't taken for well. */
function nothingSeen({ organization }: Settings, roles: readonly DeployRole[]): Finding[] {
    const subjects = [...roles.map(({ name }) => `deploy role of ${name}`), ...(organization ? [`organization ${organization.organizationId}`, "trusted access of StackSets", "delegated administrator", "delegation policy", "units and the accounts in them"] : []), "backup account"];
    return subjects.map((about) => unseen(about, "couldn't be looked at, since nobody could ask", "Mend the credentials, then run this again"));
}

async function inBackupAccount(settings: Settings, clients: Clients | undefined): Promise<Finding[]> {
    if (!clients) return [unseen("backup account", "Region, Lambda concurrency, names, trail and notices couldn't be looked at, since its deploy role can't be assumed", `With credentials of account ${settings.backupAccount.id}, run this again`)];
    return (await Promise.all([regionEnabled(settings, clients), enoughConcurrency(settings, clients), bucketFree(settings, clients), hubNames(settings, clients), trailLogs(settings, clients), toldAnybody(settings, clients)])).flat();
}

/** Where a role can't be assumed, its own finding says so. */
async function namesElsewhere(settings: Settings, clientsIn: (account: string) => Clients | undefined): Promise<Finding[]> {
    const inSources = settings.sourceAccounts.map(({ id, name }) => {
        const clients = clientsIn(id);
        return clients ? sourceNames(settings, name, clients) : [];
    });
    const rollout = settings.organization && clientsIn(settings.organization.rolloutAccount.id);
    return (await Promise.all([...inSources, rollout ? stackSetName(settings, rollout) : []])).flat();
}

interface Viewers {
    readonly own: Clients;
    /** The caller's. */
    readonly account: string;
    readonly backup?: Clients;
    readonly rollout?: Clients;
}

/** The caller is asked first, then the backup account, which sees what its sweep will see, then the delegated administrator. */
async function inOrganization(settings: Settings, organization: NonNullable<Settings["organization"]>, { own, account, backup, rollout }: Viewers, option: string): Promise<Finding[]> {
    const organizations = seenByAny([own, backup, rollout].flatMap((clients) => clients?.organizations ?? []));
    const { finding, inside, managementAccount } = await rightOrganization(organization, { organizations });
    const administrator = await delegatedAdministrator(organization, { organizations: inside || !rollout ? organizations : rollout.organizations });
    if (!inside) {
        const text = "units, accounts in them, trusted access and delegation policy couldn't be looked at from outside of the organization";
        return [finding, ...administrator, unseen("organization", text, "With credentials of its management account, run this again")];
    }
    const [read, trusted, delegated] = await Promise.all([
        readUnits(organization, organizations),
        trustedAccess([own, rollout].flatMap((each, index) => (each ? { cloudFormation: each.cloudFormation, callAs: index === 0 && account === managementAccount ? "SELF" : "DELEGATED_ADMIN" } : [])), settings.region),
        delegation(settings, { organizations }, option),
    ]);
    return [
        finding,
        ...(managementAccount ? managementApart(settings, managementAccount) : []),
        ...trusted,
        ...administrator,
        ...delegated,
        ...unitsExist(read),
        ...unitsApart(read),
        ...accountsApart(settings, read, managementAccount),
        ...rulesFit(organization, read),
    ];
}
