import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import type { Place } from "../arns";
import { sourceStackSet } from "./stackSet";
import { sourceTemplate } from "./template";

export interface RolloutArgs {
    readonly place: Place;
    /** Enrolled units, `ou-…`. */
    readonly units: readonly string[];
    /** The vault key. */
    readonly keyArn: pulumi.Input<string>;
    /** What lets the forwarders send; EventBridge checks it when their target is put. */
    readonly hubReady: pulumi.Resource[];
}

/** Puts the source account's part into every member of the enrolled units, today's and next week's, from the rollout account. */
export class Rollout extends AccountComponent {
    constructor(name: string, { place, units, keyArn, hubReady }: RolloutArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:rollout:Rollout", name, opts);
        const templateBody = pulumi.output(keyArn).apply((key) => JSON.stringify(sourceTemplate(place, key)));
        sourceStackSet(name, { place, units, templateBody }, { parent: this, dependsOn: hubReady });
        this.registerOutputs({});
    }
}
