/** `npm run guardrails`: the organization's policies, ready to attach. */
import { guardrailsOf } from "../../components/guardrails/documents";
import { policiesOf } from "../../components/guardrails/sent";
import { controlPolicyLimits as limits } from "../../components/limits";
import { deployTrust } from "../../components/policies/deployRole";
import { settingsFromFile } from "../config";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `Prints the organization's policies over the backup account and the source accounts, ready to attach, and the commands for it.

npm run guardrails -- [--stack NAME | --config FILE] [--principal ARN] [--json]
  --principal ARN   the role or user, in another account than the backup account, that may break the glass; without it the
                    role's trust policy has a placeholder`;

const principalPattern = /^arn:aws(-cn|-us-gov)?:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;

void runCommand(async () => {
    const { principal: given, file, json } = parseOptions(usage, { principal: { type: "string" } });
    const settings = settingsFromFile(file);
    const { stack, region, partition, backupAccount, sourceAccounts, organization, guardrails } = settings;
    if (given !== undefined && (!principalPattern.test(given) || given.split(":")[4] === backupAccount.id)) {
        throw usageError(`--principal: received ${given}. Write the ARN of a role or user of another account than the backup account ${backupAccount.id}, such as arn:${partition}:iam::999988887777:role/responders.\n${usage}`);
    }
    const place = { stack, region, backupAccountId: backupAccount.id };
    const { backupAccount: ofBackup, sourceAccounts: ofSources, backupResources } = guardrailsOf(settings);
    const sources = [...sourceAccounts.map(({ id }) => id), ...(organization?.units ?? [])];
    const policies = [
        { type: "SERVICE_CONTROL_POLICY", targets: [backupAccount.id], sent: policiesOf("backup", place, ofBackup) },
        { type: "RESOURCE_CONTROL_POLICY", targets: [backupAccount.id], sent: policiesOf("resources", place, backupResources) },
        { type: "SERVICE_CONTROL_POLICY", targets: sources, sent: policiesOf("sources", place, ofSources) },
    ].flatMap(({ type, targets, sent }) => sent.map(({ policyName, description, content }) => ({ name: policyName, description, type: type as keyof typeof limits, targets, characters: content.length, limit: limits[type as keyof typeof limits], content })));
    const window = ["backup", "resources"].map((part) => policies.filter(({ name }) => name.includes(`-${part}-`)).at(-1)!.name);
    const breakGlass = {
        roleArn: guardrails.breakGlassRoleArn ?? null,
        trust: deployTrust(given ?? `arn:${partition}:iam::<account of your responders>:role/<role of your responders>`),
    };
    if (json) {
        console.log(JSON.stringify({ stack, policies: policies.map((each) => ({ ...each, content: JSON.parse(each.content) as unknown })), window, breakGlass }, null, 2));
        return;
    }
    console.log(`Guardrails of the stack ${stack}. Run pulumi up first: attached, they hold the deploy role too. Then, in the organization's management account:`);
    console.log(`\naws organizations list-roots                                # the id below\n${Object.keys(limits).map((type) => `aws organizations enable-policy-type --root-id <r-…> --policy-type ${type}`).join("\n")}`);
    for (const { name, description, type, targets, characters, limit, content } of policies) {
        console.log(`\n${"=".repeat(100)}\n${name}: ${type}, ${characters} of ${limit} characters`);
        console.log(`\n-- save as ${name}.json --\n${content}`);
        console.log(`\nid=$(aws organizations create-policy --name ${name} --description "${description}" --type ${type} \\\n    --content file://${name}.json --query Policy.PolicySummary.Id --output text)`);
        for (const target of targets) console.log(`aws organizations attach-policy --policy-id "$id" --target-id ${target}`);
    }
    console.log(`\n${"=".repeat(100)}\nA change of the vault's own policies needs two of them off (README, "Guardrails"); what ends a key, a version or a bucket stays denied to everybody in the backup account:\n`);
    for (const name of window) console.log(`aws organizations detach-policy --target-id ${backupAccount.id} --policy-id <id of ${name}>`);
    console.log(`\n${"=".repeat(100)}\nBreak-glass role: ${breakGlass.roleArn ?? "none. Without one, only detaching the policies opens them (rds-vault:guardrails.breakGlassRoleArn)"}`);
    console.log(`\n-- its trust policy --\n${JSON.stringify(breakGlass.trust, null, 2)}`);
});
