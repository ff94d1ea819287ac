import * as pulumi from "@pulumi/pulumi";
import { arnsOf, namesOf } from "../arns";
import { accessPolicy, accessTrust } from "../policies/access";
import type { SourceArgs } from "./args";
import { SourceRole } from "./role";

/** The role that the hub's starter assumes: describe, start exports, pass one role. */
export function accessRole(name: string, { place, accountId, keyArn }: SourceArgs, opts: pulumi.ComponentResourceOptions): SourceRole {
    const arns = arnsOf(place);
    const names = namesOf(place);
    return new SourceRole(
        name,
        {
            roleName: names.accessRole,
            trust: accessTrust(arns, place.backupAccountId, names.externalId),
            policy: pulumi.output(keyArn).apply((key) => accessPolicy(arns, place.region, accountId, key)),
        },
        opts,
    );
}
