/**
 * What nobody in a source account may do: a service control policy. It keeps what brings the snapshots here, and the account in the
 * organization. Deleting and sharing snapshots stays allowed: teams do it every day, and what is deleted is what the vault survives.
 */
import { arnsOf, namesOf, partitionOf, roleArn, type Place } from "../arns";
import { document, type Document, type Statement } from "../policies/document";
import { allBut, roleChanges, rolesAnywhere } from "./backupAccount";

export interface SourceAccountsArgs {
    readonly place: Place;
    /** Roles of `pulumi up` in the listed accounts. */
    readonly sourceDeployRoleArns: readonly string[];
}

export function sourceAccountsPolicy({ place, sourceDeployRoleArns }: SourceAccountsArgs): Document {
    const arns = arnsOf(place);
    const partition = partitionOf(place.region);
    const anyAccount = (arn: string) => arn.replace(/:\d{12}:/, ":*:");
    const deployRoles = [...new Set(sourceDeployRoleArns.map(anyAccount))];
    // By these service-managed StackSets act in a member: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-custom-execution-role.html
    const stackSets = `arn:${partition}:iam::*:role/stacksets-exec-*`;
    const butDeploy = allBut(...deployRoles, stackSets);
    const deny = (Sid: string, Action: string[], Resource: string | string[], Condition?: Statement["Condition"]): Statement => ({ Sid, Effect: "Deny", Action, Resource, ...(Condition && { Condition }) });
    const inRegion = { StringEquals: { "aws:RequestedRegion": place.region } };
    return document(
        deny("DenyExit", ["organizations:LeaveOrganization", "organizations:AcceptHandshake", "account:CloseAccount", "account:DisableRegion"], "*"),
        deny("DenyRoleChanges", roleChanges, rolesAnywhere(place), butDeploy),
        // Whoever could make or change one of these could become it. StackSets make theirs by a service-linked role, which no such policy binds.
        deny("DenyDeployRoleChanges", roleChanges, [...deployRoles, stackSets]),
        deny(
            "DenyRuleChanges",
            ["events:DeleteRule", "events:DisableRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets"],
            arns.forwarderRule("*"),
            butDeploy,
        ),
        // The stack that holds them in a member.
        deny(
            "DenyStackChanges",
            ["cloudformation:CreateChangeSet", "cloudformation:DeleteStack", "cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack"],
            `arn:${partition}:cloudformation:${place.region}:*:stack/StackSet-${namesOf(place).stackSet}-*`,
            allBut(stackSets),
        ),
        // An account may run five exports at once: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html. All are for the vault, or for another stack's.
        deny("DenyOtherExports", ["rds:StartExportTask"], "*", { ...inRegion, ...allBut(roleArn(partition, "*", `rds-vault-*-${place.region}-access`)) }),
        deny("DenyCancelingExports", ["rds:CancelExportTask"], "*", inRegion),
    );
}
