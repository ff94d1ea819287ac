/** `npm run deploy-roles`: trust and permission policy of the roles that `pulumi up` assumes, ready to paste. */
import { backupDeployPolicy, deployTrust, managementDeployPolicy, rolloutDeployPolicy, sourceDeployPolicy } from "../../components/policies/deployRole";
import { accountsOf, labelOf } from "../accounts";
import { settingsFromFile } from "../config";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `Prints trust and permission policy of the roles that pulumi up assumes in the backup, source, rollout and management accounts, ready to paste.

npm run deploy-roles -- [--stack NAME | --config FILE] [--principal ARN] [--json]
  --principal ARN   the role or user that runs pulumi up, in another account than the backup account; without it the trust
                    policies have a placeholder`;

const principalPattern = /^arn:aws(-cn|-us-gov)?:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;

void runCommand(async () => {
    const { principal: given, file, json } = parseOptions(usage, { principal: { type: "string" } });
    const settings = settingsFromFile(file);
    const { stack, region, partition, backupAccount } = settings;
    if (given !== undefined && !principalPattern.test(given)) {
        throw usageError(`--principal: received ${given}. Write the ARN of the role or user that runs pulumi up, such as arn:${partition}:iam::999988887777:role/pipeline.\n${usage}`);
    }
    if (given?.split(":")[4] === backupAccount.id) {
        throw usageError(`--principal: received ${given}. Whoever administers the backup account ${backupAccount.id} could make himself this role's master. Write a role or user of another account, such as arn:${partition}:iam::999988887777:role/pipeline.\n${usage}`);
    }
    const principal = given ?? `arn:${partition}:iam::<account of your pipeline>:role/<role of your pipeline>`;
    const where = { stack, region, backupAccountId: backupAccount.id };
    const trust = deployTrust(principal);
    const permissions = { backup: () => backupDeployPolicy(where), source: (id: string) => sourceDeployPolicy(where, id), rollout: () => rolloutDeployPolicy(where), management: () => managementDeployPolicy(where) };
    const accounts = accountsOf(settings);
    const roles = accounts.map(({ id, name, part, deployRoleArn }) => ({ account: id, name, part, roleArn: deployRoleArn, trust, permissions: permissions[part](id) }));
    if (json) {
        console.log(JSON.stringify({ stack, principal, roles }, null, 2));
        return;
    }
    console.log(`Deploy roles of the stack ${stack}. Attach the permissions as an inline policy.`);
    if (given === undefined) console.log(`\nFILL IN who runs pulumi up: give --principal ARN, or replace both parts in <> in each trust policy.`);
    for (const [index, { account, roleArn, permissions }] of roles.entries()) {
        console.log(`\n${"=".repeat(100)}\n${account}, ${labelOf(accounts[index]!)}: ${roleArn}`);
        console.log(`\n-- trust policy --\n${JSON.stringify(trust, null, 2)}`);
        console.log(`\n-- permission policy --\n${JSON.stringify(permissions, null, 2)}`);
    }
});
