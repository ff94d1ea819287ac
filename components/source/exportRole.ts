import * as pulumi from "@pulumi/pulumi";
import { arnsOf, namesOf } from "../arns";
import { exportPolicy, exportTrust } from "../policies/export";
import type { SourceArgs } from "./args";
import { SourceRole } from "./role";

/** The role that RDS assumes to write an export. */
export function exportRole(name: string, { place, accountId, keyArn }: SourceArgs, opts: pulumi.ComponentResourceOptions): SourceRole {
    return new SourceRole(
        name,
        {
            roleName: namesOf(place).exportRole,
            trust: exportTrust(accountId),
            policy: pulumi.output(keyArn).apply((key) => exportPolicy(arnsOf(place), accountId, key)),
        },
        opts,
    );
}
