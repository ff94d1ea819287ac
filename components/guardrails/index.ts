import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import type { Place } from "../arns";
import type { Document } from "../policies/document";
import type { Guardrails as Documents } from "./documents";
import { policiesOf } from "./sent";

export interface GuardrailsArgs {
    readonly place: Place;
    readonly documents: Documents;
    /** The backup account, source accounts and units. */
    readonly targets: readonly string[];
}

/**
 * The organization's policies and what they are attached to, in the management account. Everything else must stand before: attached,
 * they let nobody change what they hold, `pulumi up` included. They may go at any time, so they are not protected: that is how a change begins.
 */
export class Guardrails extends AccountComponent {
    constructor(name: string, { place, documents, targets }: GuardrailsArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:guardrails:Guardrails", name, opts);
        const backup = targets.filter((target) => target === place.backupAccountId);
        const sources = targets.filter((target) => target !== place.backupAccountId);
        this.attach(`${name}-backup`, "backup", place, "SERVICE_CONTROL_POLICY", documents.backupAccount, backup);
        this.attach(`${name}-resources`, "resources", place, "RESOURCE_CONTROL_POLICY", documents.backupResources, backup);
        this.attach(`${name}-sources`, "sources", place, "SERVICE_CONTROL_POLICY", documents.sourceAccounts, sources);
        this.registerOutputs({});
    }

    private attach(name: string, part: string, place: Place, type: string, documents: readonly Document[], targets: readonly string[]): void {
        if (targets.length === 0) return;
        for (const { policyName, description, content } of policiesOf(part, place, documents)) {
            const policy = new aws.organizations.Policy(`${name}-${policyName}`, { name: policyName, description, type, content }, { parent: this });
            for (const targetId of targets) {
                new aws.organizations.PolicyAttachment(`${name}-${policyName}-${targetId}`, { policyId: policy.id, targetId }, { parent: this });
            }
        }
    }
}
