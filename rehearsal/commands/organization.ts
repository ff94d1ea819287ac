/** `npm run organization`: what the organization's management account must do once, ready to paste. */
import { organizationDelegation } from "../../components/policies/organization";
import type { Organization } from "../../components/settings";
import { settingsFromFile } from "../config";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `Prints what the organization's management account must do once, ready to paste; nothing is changed.

npm run organization -- [--stack NAME | --config FILE] [--json]`;

interface Step {
    readonly what: string;
    readonly why: string;
    readonly commands: readonly string[];
}

const stackSets = "member.org.stacksets.cloudformation.amazonaws.com";

/** In this order: only with trusted access AWS takes a delegated administrator. */
function checklist({ rolloutAccount, organizationId }: Organization, partition: string, region: string, backupAccountId: string): Step[] {
    const delegation = organizationDelegation(partition, backupAccountId);
    return [
        {
            what: "See that these are the right organization and its management account",
            why: `Id must be ${organizationId}, MasterAccountId the account you are in, FeatureSet ALL: StackSets need all features.`,
            commands: ["aws organizations describe-organization", "aws sts get-caller-identity"],
        },
        {
            // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ActivateOrganizationsAccess.html
            what: "Activate trusted access for StackSets",
            why: "So that CloudFormation may deploy into members. By CloudFormation's own command, which also creates the service-linked role that it needs.",
            commands: [`aws cloudformation activate-organizations-access --region ${region}`, `aws cloudformation describe-organizations-access --region ${region}`],
        },
        {
            // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
            what: `Make the rollout account ${rolloutAccount.id} a delegated administrator for StackSets`,
            why: "So that nothing of this runs in the management account. It can then deploy into every member, so guard it like the management account; AWS can't narrow this to some units.",
            commands: [
                `aws organizations register-delegated-administrator --account-id ${rolloutAccount.id} --service-principal ${stackSets}`,
                `aws organizations list-delegated-administrators --service-principal ${stackSets}`,
            ],
        },
        {
            // https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
            what: `Let the backup account ${backupAccountId} read who is in the units`,
            why:
                "So that the sweep finds next week's account. An organization has one such policy and put-resource-policy replaces it: if the first command prints one, " +
                "add the statement below to it instead. AWS takes only members as principals; a backup account outside of the organization can't be given this.",
            commands: ["aws organizations describe-resource-policy", `aws organizations put-resource-policy --content '${JSON.stringify(delegation)}'`],
        },
    ];
}

const warnings = [
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
    "StackSets don't deploy into the management account, even if it lies in an enrolled unit. To save its databases, list it under rds-vault:sourceAccounts with a deploy role of its own (npm run deploy-roles).",
    "A listed account must lie outside of the enrolled units: the StackSet would find its roles there already and fail for it. To move one over, take it off the list, run pulumi up, and only then enrol its unit.",
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs.html
    "A Region that isn't on by default must be enabled in the management account, the rollout account and every member before the stacks come (aws account get-region-opt-status --region-name REGION): StackSets fail where it isn't.",
    "The backup account must lie outside of the enrolled units. In the same organization the rollout account could still deploy into it by another StackSet: only a backup account in an organization of its own is out of reach.",
];

void runCommand(async () => {
    const { file, json } = parseOptions(usage, {});
    const { stack, region, partition, backupAccount, organization } = settingsFromFile(file);
    if (!organization) {
        throw usageError(`${file} has no rds-vault:organization, so the management account has nothing to do. Name a stack that enrols units, or see README, "A whole organization".\n${usage}`);
    }
    const steps = checklist(organization, partition, region, backupAccount.id);
    if (json) {
        console.log(JSON.stringify({ stack, organizationId: organization.organizationId, steps, warnings }, null, 2));
        return;
    }
    console.log(`Once, in the management account of ${organization.organizationId}, with an administrator's credentials, before the first pulumi up of ${stack}:`);
    steps.forEach(({ what, why, commands }, index) => console.log(`\n${index + 1}. ${what}\n   ${why}\n\n${commands.join("\n")}`));
    console.log(`\n${warnings.map((warning) => `! ${warning}`).join("\n")}`);
});
