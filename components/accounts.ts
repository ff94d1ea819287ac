import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

interface Account {
    /** 12 digits. */
    readonly id: string;
    /** Role in that account that `pulumi up` assumes. */
    readonly deployRoleArn: string;
}

/**
 * One explicit provider for an account. `allowedAccountIds` turns a wrong role into an error instead of a deployment
 * into the wrong account.
 */
export function accountProvider(name: string, account: Account, region: string): aws.Provider {
    return new aws.Provider(name, {
        region: region as aws.Region,
        assumeRoles: [{ roleArn: account.deployRoleArn, sessionName: "rds-vault-deploy" }],
        allowedAccountIds: [account.id],
    });
}

/**
 * The base of every component of ours: refuses to be built without an explicit AWS provider, since its children would
 * land in whatever account the caller's credentials belong to.
 */
export class AccountComponent extends pulumi.ComponentResource {
    constructor(type: string, name: string, opts: pulumi.ComponentResourceOptions) {
        // Args stay empty: a component passed as an input would make everything depend on everything.
        super(type, name, {}, opts);
        if (!this.getProvider("aws:s3/bucket:Bucket")) {
            throw new pulumi.ResourceError(
                `${name} has no AWS provider and would land in the ambient account. Pass { providers: { aws: accountProvider(…) } }.`,
                this,
            );
        }
    }
}
