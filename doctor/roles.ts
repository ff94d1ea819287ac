/** Who asks, and whether he may assume the roles of `pulumi up`. */
import type { Settings } from "../components/settings";
import type { Clients, Credentials } from "./clients";
import { ok, problem, said, unseen, type Finding } from "./finding";

export interface Caller {
    /** 12 digits; absent: no usable credentials. */
    readonly account?: string;
    readonly finding: Finding;
}

export async function whoAsks({ sts }: Pick<Clients, "sts">, region: string): Promise<Caller> {
    try {
        const { Account, Arn } = await sts.getCallerIdentity({});
        return { account: Account, finding: ok("credentials", `yours are ${Arn}`) };
    } catch (error) {
        const { text, fix } = whyNot(error as Error & { code?: string }, region);
        return { finding: problem("credentials", text, fix) };
    }
}

/** Which of the three everyday reasons it is; anything else in AWS's words. */
function whyNot(error: Error & { code?: string }, region: string, profile = process.env.AWS_PROFILE): { text: string; fix: string } {
    const login = `set AWS_PROFILE or run aws sso login`;
    if (error.name === "CredentialsProviderError" || error.name === "TokenProviderError") {
        // The SDK doesn't tell a profile that it doesn't know from none at all.
        const found = /Could not load credentials from any providers/.test(error.message) ? (profile ? `the profile ${profile} (AWS_PROFILE) doesn't exist, or holds none` : "there are none") : said(error);
        return { text: `${found}.`, fix: profile ? `See aws configure list-profiles; ${login}` : `S${login.slice(1)}` };
    }
    if (unreachable.includes(error.code ?? error.name)) {
        return { text: `AWS can't be reached in ${region}: ${said(error)}. Either there is no network or no such Region.`, fix: `See to network and proxy, and to aws:region; then aws sts get-caller-identity --region ${region}` };
    }
    const text = `yours can't be used in ${region}: ${said(error)}. They may have expired, or the Region isn't enabled in their account.`;
    return { text, fix: `aws sts get-caller-identity --region ${region}; if they have expired, ${login}` };
}

const unreachable = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT", "TimeoutError"];

export interface DeployRole {
    readonly name: string;
    readonly account: string;
    readonly roleArn: string;
}

/** One per account, as `npm run deploy-roles` prints them. */
export const deployRoles = ({ backupAccount, sourceAccounts, organization }: Pick<Settings, "backupAccount" | "sourceAccounts" | "organization">): DeployRole[] =>
    [
        { ...backupAccount, name: "backup" },
        ...sourceAccounts,
        ...(organization ? [{ ...organization.rolloutAccount, name: "rollout" }] : []),
    ].map(({ id, name, deployRoleArn }) => ({ name, account: id, roleArn: deployRoleArn }));

/** Answers, and no mishap on the way; AWS doesn't tell a missing role from a closed one. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const refusals = ["AccessDenied", "AccessDeniedException", "RegionDisabledException"];

/** @returns with the finding, the clients of the role's session if there is one */
export async function assumeDeployRole(
    { name, account, roleArn }: DeployRole,
    { sts }: Pick<Clients, "sts">,
    clientsOf: (credentials: Credentials) => Clients,
    option: string,
): Promise<{ finding: Finding; clients?: Clients }> {
    const about = `deploy role of ${name}`;
    const fix = `npm run deploy-roles -- ${option} --principal <who runs pulumi up>`;
    try {
        // As accountProvider does. 900 seconds: the shortest that AWS gives.
        const { Credentials: given } = await sts.assumeRole({ RoleArn: roleArn, RoleSessionName: "rds-vault-doctor", DurationSeconds: 900 });
        const { AccessKeyId = "", SecretAccessKey = "", SessionToken } = given ?? {};
        const clients = clientsOf({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, ...(SessionToken && { sessionToken: SessionToken }) });
        const { Account } = await clients.sts.getCallerIdentity({});
        if (Account === account) return { finding: ok(about, `${roleArn} can be assumed`), clients };
        return { finding: problem(about, `${roleArn} leads into account ${Account}, and the configuration says ${account}. Mend id or deployRoleArn.`, fix) };
    } catch (error) {
        if (!refusals.includes((error as Error).name)) return { finding: unseen(about, `${roleArn} couldn't be tried: ${said(error)}`, `aws sts assume-role --role-session-name doctor --role-arn ${roleArn}`) };
        const text = `${roleArn} can't be assumed with your credentials: ${said(error)}. Create the role, or let its trust policy name you (the doctor is to be run as who runs pulumi up).`;
        return { finding: problem(about, text, fix) };
    }
}
