import * as pulumi from "@pulumi/pulumi";
import type { Place } from "../arns";

export interface SourceArgs {
    readonly place: Place;
    /** 12 digits. */
    readonly accountId: string;
    /** The vault key. */
    readonly keyArn: pulumi.Input<string>;
    /** What lets the forwarder send; EventBridge checks it when the target is put. */
    readonly hubReady: pulumi.Resource[];
}
