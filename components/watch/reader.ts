import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, rolePath, type Place } from "../arns";
import { readerPolicy, readerTrust } from "../policies/reader";

export interface ReaderRoleArgs {
    readonly place: Place;
    readonly keyArn: pulumi.Input<string>;
}

/** The role that `npm run report` and `npm run status` are run with. */
export class ReaderRole extends AccountComponent {
    constructor(name: string, { place, keyArn }: ReaderRoleArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:ReaderRole", name, opts);
        const { backupAccountId, region } = place;
        const arns = arnsOf(place);
        const role = new aws.iam.Role(
            name,
            { name: namesOf(place).reader, path: rolePath, assumeRolePolicy: JSON.stringify(readerTrust(arns, backupAccountId)) },
            { parent: this },
        );
        new aws.iam.RolePolicy(
            `${name}-rights`,
            { name: "rights", role: role.name, policy: pulumi.output(keyArn).apply((key) => JSON.stringify(readerPolicy(arns, region, backupAccountId, key))) },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
