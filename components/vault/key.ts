import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import type { Document } from "../policies/document";

export interface VaultKeyArgs {
    readonly description: string;
    readonly policy: Document;
}

/** The key that every export is encrypted with: customer-managed, symmetric, AWS_KMS origin, single Region. */
export class VaultKey extends AccountComponent {
    readonly arn: pulumi.Output<string>;

    constructor(name: string, { description, policy }: VaultKeyArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:vault:Key", name, opts);
        // `protect` stops a replacement, which would schedule the old key's deletion; `retainOnDelete` keeps the key
        // when the stack goes. To lift both: `pulumi state unprotect <urn>`, then remove them here.
        const kept = { parent: this, protect: true, retainOnDelete: true };
        const key = new aws.kms.Key(
            name,
            { description, policy: JSON.stringify(policy), enableKeyRotation: true, deletionWindowInDays: 30 },
            kept,
        );
        this.arn = key.arn;
        this.registerOutputs({ arn: this.arn });
    }
}
