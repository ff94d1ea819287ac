import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import { sealerPolicy } from "../policies/seal";
import { seal } from "../../handlers/seal";
import type { AcceptedSkip } from "../../handlers/lib/types";
import { HubFunction, perAccount, visibilityFor } from "./function";

/** Seconds; Lambda's longest. A large export has tens of thousands of objects to look at. */
export const sealerTimeout = 900;
export const sealVisibility = visibilityFor(sealerTimeout);

export interface SealerArgs {
    readonly place: Place;
    readonly acceptedSkips: readonly AcceptedSkip[];
    /** COMPLIANCE retention that every version must carry, in days. */
    readonly retentionDays: number;
    readonly keyArn: pulumi.Input<string>;
    /** Whether its metrics carry the account as a further dimension. */
    readonly perAccountMetrics: boolean;
}

/** Checks every object version of a finished export and writes its manifest. One request at a time: each may take minutes. */
export class Sealer extends AccountComponent {
    constructor(name: string, { place, acceptedSkips, retentionDays, keyArn, perAccountMetrics }: SealerArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Sealer", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const sealer = new HubFunction(
            name,
            {
                place,
                functionName: names.sealer,
                description: "Verifies finished exports and writes their manifests",
                policy: pulumi.output(keyArn).apply((arn) => sealerPolicy(arns, place.region, arn)),
                timeout: sealerTimeout,
                // The list of tables of a large export is parsed whole, and a hostile one may be made long.
                memoryMiB: 2048,
                environment: { VAULT_BUCKET: names.bucket, VAULT_KEY_ARN: keyArn, RETENTION_DAYS: String(retentionDays), ...perAccount(perAccountMetrics) },
                callbackFactory: seal(acceptedSkips),
            },
            { parent: this },
        );
        sealer.consume(`${name}-requests`, { queueArn: arns.sealQueue, batchSize: 1, maximumConcurrency: 4 }, { parent: this });
        this.registerOutputs({});
    }
}
