import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { accessRole } from "./accessRole";
import { exportRole } from "./exportRole";
import type { SourceArgs } from "./args";
import { Forwarder } from "./forwarder";

/** What a source account carries: the forwarder, the access role and the export role, nothing else. */
export class Source extends AccountComponent {
    constructor(name: string, args: SourceArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:source:Source", name, opts);
        const inSource = { parent: this };

        exportRole(`${name}-export-role`, args, inSource);
        accessRole(`${name}-access-role`, args, inSource);
        new Forwarder(`${name}-forwarder`, args, inSource);

        this.registerOutputs({});
    }
}
