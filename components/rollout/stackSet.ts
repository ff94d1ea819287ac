import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { namesOf, type Place } from "../arns";

export interface SourceStackSetArgs {
    readonly place: Place;
    readonly units: readonly string[];
    readonly templateBody: pulumi.Input<string>;
}

/** As the delegated administrator for StackSets; without it AWS looks among the rollout account's own. */
const callAs = "DELEGATED_ADMIN";

/**
 * A few broken accounts must not stop the others; without soft tolerance the concurrency would be capped by it:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/concurrency-mode.html. Percentages are rounded down, so in a unit of
 * fewer than ten accounts the first failure ends the operation (README: what to do then). Never changed for a unit in place: the
 * provider would send its id as an account's.
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudformation/stack_set_instance.go
 */
const operationPreferences = { maxConcurrentPercentage: 20, failureTolerancePercentage: 10, concurrencyMode: "SOFT_FAILURE_TOLERANCE" };

/** A thousand accounts take hours; the provider's own 30 minutes would report a failure while AWS goes on. */
const customTimeouts = { create: "3h", update: "3h", delete: "3h" };

/**
 * One StackSet for all accounts of the units, and one deployment per unit: the provider replaces a deployment whose targets
 * change, so with all units in one, a unit less would remove the stacks of the others after they were put anew.
 */
export function sourceStackSet(name: string, { place, units, templateBody }: SourceStackSetArgs, { parent, dependsOn }: pulumi.CustomResourceOptions): void {
    const set = new aws.cloudformation.StackSet(
        `${name}-stack-set`,
        {
            name: namesOf(place).stackSet,
            description: "Lets the backup account save the RDS snapshots of this account",
            templateBody,
            // With fixed names IAM asks for the acknowledgement: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
            capabilities: ["CAPABILITY_NAMED_IAM"],
            permissionModel: "SERVICE_MANAGED",
            callAs,
            // For an account that moves from one enrolled unit to another: its roles stay while one stack goes and the next comes.
            autoDeployment: { enabled: true, retainStacksOnAccountRemoval: true },
            // Several units at once, and an account that joins meanwhile: queue instead of failing. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ManagedExecution.html
            managedExecution: { active: true },
            operationPreferences,
        },
        { parent, dependsOn, customTimeouts },
    );
    for (const unit of units) {
        new aws.cloudformation.StackSetInstance(
            `${name}-${unit}`,
            {
                stackSetName: set.name,
                callAs,
                stackSetInstanceRegion: place.region,
                deploymentTargets: { organizationalUnitIds: [unit] },
                operationPreferences,
            },
            // A replacement has the same id: made first and deleted afterwards, it would leave the unit empty.
            { parent, customTimeouts, deleteBeforeReplace: true },
        );
    }
}
