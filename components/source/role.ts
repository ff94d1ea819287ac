import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { rolePath } from "../arns";
import type { Document } from "../policies/document";

export interface SourceRoleArgs {
    readonly roleName: string;
    readonly trust: Document;
    readonly policy: pulumi.Input<Document>;
}

/** A role of fixed name and path with one inline policy; policies elsewhere know it by its ARN's pattern. */
export class SourceRole extends AccountComponent {
    readonly arn: pulumi.Output<string>;
    /** Stands when the role may do its work. */
    readonly ready: pulumi.Resource;

    constructor(name: string, { roleName, trust, policy }: SourceRoleArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:source:Role", name, opts);
        const role = new aws.iam.Role(
            name,
            { name: roleName, path: rolePath, assumeRolePolicy: JSON.stringify(trust) },
            { parent: this },
        );
        this.ready = new aws.iam.RolePolicy(
            `${name}-rights`,
            { name: "rights", role: role.name, policy: pulumi.output(policy).apply((document) => JSON.stringify(document)) },
            { parent: this },
        );
        this.arn = role.arn;
        this.registerOutputs({ arn: this.arn });
    }
}
