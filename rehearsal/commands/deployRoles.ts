/** `npm run deploy-roles`: trust and permission policy of the roles that `pulumi up` assumes, ready to paste. */
import { backupDeployPolicy, deployTrust, rolloutDeployPolicy, sourceDeployPolicy } from "../../components/policies/deployRole";
import { settingsFromFile } from "../config";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `npm run deploy-roles -- [--stack NAME | --config FILE] [--principal ARN] [--json]
  --principal ARN  the role or user that runs pulumi up; without it the trust policies have a placeholder`;

const principalPattern = /^arn:aws(-cn|-us-gov)?:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;

void runCommand(async () => {
    const { principal: given, file, json } = parseOptions(usage, { principal: { type: "string" } });
    const { stack, region, partition, backupAccount, sourceAccounts, organization } = settingsFromFile(file);
    if (given !== undefined && !principalPattern.test(given)) {
        throw usageError(`--principal: received ${given}. Write the ARN of the role or user that runs pulumi up, such as arn:${partition}:iam::999988887777:role/pipeline.\n${usage}`);
    }
    const principal = given ?? `arn:${partition}:iam::<account of your pipeline>:role/<role of your pipeline>`;
    const where = { stack, region, backupAccountId: backupAccount.id };
    const trust = deployTrust(principal);
    const rollout = organization?.rolloutAccount;
    const roles = [
        { account: backupAccount.id, name: "backup", roleArn: backupAccount.deployRoleArn, trust, permissions: backupDeployPolicy(where) },
        ...sourceAccounts.map(({ id, name, deployRoleArn }) => ({
            account: id,
            name,
            roleArn: deployRoleArn,
            trust,
            permissions: sourceDeployPolicy(where, id),
        })),
        ...(rollout ? [{ account: rollout.id, name: "rollout", roleArn: rollout.deployRoleArn, trust, permissions: rolloutDeployPolicy(where) }] : []),
    ];
    if (json) {
        console.log(JSON.stringify({ stack, principal, roles }, null, 2));
        return;
    }
    console.log(`Deploy roles of the stack ${stack}. Attach the permissions as an inline policy.`);
    if (given === undefined) console.log(`\nFILL IN who runs pulumi up: give --principal ARN, or replace both parts in <> in each trust policy.`);
    for (const { account, name, roleArn, permissions } of roles) {
        console.log(`\n${"=".repeat(100)}\n${name}, account ${account}: ${roleArn}`);
        console.log(`\n-- trust policy --\n${JSON.stringify(trust, null, 2)}`);
        console.log(`\n-- permission policy --\n${JSON.stringify(permissions, null, 2)}`);
    }
});
