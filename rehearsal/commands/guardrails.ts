/** `npm run guardrails`: the organization's policies and the break-glass role's, ready to attach. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { guardrailsOf } from "../../components/guardrails/documents";
import { policiesOf } from "../../components/guardrails/sent";
import { unheldTargets } from "../../components/guardrails/unheld";
import { controlPolicyLimits as limits } from "../../components/limits";
import { breakGlassPolicy, breakGlassTrust } from "../../components/policies/breakGlass";
import { settingsFromFile } from "../config";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `Prints the organization's policies over the backup account and the source accounts, the break-glass role's, and the commands that make and attach them.

npm run guardrails -- [--stack NAME | --config FILE] [--principal ARN] [--directory DIR] [--json]
  --principal ARN   the role or user, in another account than the backup account, that may break the glass; without it the
                    role's trust policy has a placeholder
  --directory DIR   writes each policy into a file there, as the commands name it, and prints the commands alone`;

const principalPattern = /^arn:aws(-cn|-us-gov)?:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;

void runCommand(async () => {
    const { principal: given, directory, file, json } = parseOptions(usage, { principal: { type: "string" }, directory: { type: "string" } });
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
    const warnings = unheldTargets(settings);
    const breakGlass = {
        roleArn: guardrails.breakGlassRoleArn ?? null,
        trust: breakGlassTrust(given ?? `arn:${partition}:iam::<account of your responders>:role/<role of your responders>`),
        permissions: breakGlassPolicy(place, backupAccount.deployRoleArn),
    };
    const files = [
        ...policies.map(({ name, content }) => ({ name: `${name}.json`, text: content })),
        { name: "break-glass-trust.json", text: JSON.stringify(breakGlass.trust, null, 2) },
        { name: "break-glass-permissions.json", text: JSON.stringify(breakGlass.permissions, null, 2) },
    ];
    if (directory !== undefined) write(directory, files);
    for (const warning of warnings) process.stderr.write(`${warning}\n`);
    if (json) {
        console.log(JSON.stringify({ stack, policies: policies.map((each) => ({ ...each, content: JSON.parse(each.content) as unknown })), window, breakGlass, warnings }, null, 2));
        return;
    }

    const path = (name: string) => `file://${join(directory ?? "", name)}`;
    const save = (name: string) => directory === undefined && console.log(`\n-- save as ${name} --\n${files.find((each) => each.name === name)!.text}`);
    const title = (text: string) => console.log(`\n${"=".repeat(100)}\n${text}`);
    /** @returns a command that finds the id of a policy by its name */
    const idOf = ({ name, type }: (typeof policies)[number]) => `id=$(aws organizations list-policies --filter ${type} --query "Policies[?Name=='${name}'].Id" --output text)`;

    console.log(`Guardrails of the stack ${stack}: the break-glass role (1, 2), the vault (3), what holds them (4), and later changes (5, 6).${directory === undefined ? " --directory DIR writes the policies into files." : ""}`);
    if (given === undefined) console.log("FILL IN who may break the glass: give --principal ARN, or replace both parts in <> in the trust policy.");
    if (breakGlass.roleArn === null) {
        title("1. Name a break-glass role, rds-vault:guardrails.breakGlassRoleArn, and run this command again: the policies below except none, so that only detaching opens them. Without one go on with 3.");
    } else title(`1. rds-vault:guardrails.breakGlassRoleArn is ${breakGlass.roleArn}.`);
    const [roleName, ...above] = (breakGlass.roleArn ?? `:role/<name>`).split(":role/")[1]!.split("/").reverse();
    title("2. In the backup account, create it; once the policies are attached nobody changes it:");
    for (const name of ["break-glass-trust.json", "break-glass-permissions.json"]) save(name);
    console.log(`\naws iam create-role --role-name ${roleName}${above.length > 0 ? ` --path /${above.reverse().join("/")}/` : ""} --assume-role-policy-document ${path("break-glass-trust.json")}`);
    console.log(`aws iam put-role-policy --role-name ${roleName} --policy-name break-glass --policy-document ${path("break-glass-permissions.json")}`);
    title("3. pulumi up. Attached, the policies hold the deploy role too.");
    title(`4. In the organization's management account, once: enable the types of policies.`);
    console.log(`\naws organizations list-roots                                # the id below\n${Object.keys(limits).map((type) => `aws organizations enable-policy-type --root-id <r-…> --policy-type ${type}`).join("\n")}`);
    if (guardrails.managementRoleArn !== undefined) console.log(`\nThen pulumi up attaches what follows to rds-vault:guardrails.targets, ${guardrails.targets.join(", ")}; the commands of 4 and 5 are for doing it by hand only.`);
    console.log("\nLimits: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html");
    for (const { name, description, type, targets, characters, limit } of policies) {
        title(`${name}: ${type}, ${characters} of ${limit} characters`);
        save(`${name}.json`);
        console.log(`\nid=$(aws organizations create-policy --name ${name} --description "${description}" --type ${type} \\\n    --content ${path(`${name}.json`)} --query Policy.PolicySummary.Id --output text)`);
        for (const target of targets) console.log(`aws organizations attach-policy --policy-id "$id" --target-id ${target}`);
    }
    title("5. Later, when this command prints another text for an attached policy (a new account or unit also: attach …-sources to it as above):\n");
    for (const policy of policies) console.log(`${idOf(policy)}\naws organizations update-policy --policy-id "$id" --content ${path(`${policy.name}.json`)}`);
    title(`6. A change of the vault's own policies needs two of them off (README, "Guardrails"), before pulumi up. What ends a key, a version or a bucket stays denied to everybody in the backup account:\n`);
    for (const turn of ["detach", "attach"]) {
        if (turn === "attach") console.log("\nAnd after it:\n");
        for (const policy of policies.filter(({ name }) => window.includes(name))) console.log(`${idOf(policy)}\naws organizations ${turn}-policy --policy-id "$id" --target-id ${backupAccount.id}`);
    }
});

function write(directory: string, files: readonly { name: string; text: string }[]): void {
    try {
        mkdirSync(directory, { recursive: true });
        for (const { name, text } of files) writeFileSync(join(directory, name), text);
    } catch (error) {
        throw usageError(`--directory: ${(error as Error).message}`);
    }
}
