import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import type { Place } from "../arns";
import { accessRole } from "./accessRole";
import { exportRole } from "./exportRole";
import { Forwarder } from "./forwarder";

export interface SourceArgs {
    readonly place: Place;
    /** 12 digits. */
    readonly accountId: string;
    /** The vault key. */
    readonly keyArn: pulumi.Input<string>;
    /** What lets the forwarder send; EventBridge checks it when the target is put. */
    readonly hubReady: pulumi.Resource[];
}

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
