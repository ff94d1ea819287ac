import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, type Place } from "../arns";
import { starterPolicy } from "../policies/access";
import { start } from "../../handlers/start";
import type { Enrolment } from "../../handlers/lib/types";
import { HubFunction, perAccount, visibilityFor } from "./function";

/** Seconds. A look takes a few. Five receives of a poison record (visibility below) still end before the queue forgets it after an hour. */
export const starterTimeout = 90;
const batchingWindow = 20;
export const triggerVisibility = visibilityFor(starterTimeout, batchingWindow);

export interface StarterArgs {
    readonly place: Place;
    readonly enrolment: Enrolment;
    readonly keyArn: pulumi.Input<string>;
    readonly sealUrl: pulumi.Input<string>;
    /** Whether its metrics carry the account as a further dimension. */
    readonly perAccountMetrics: boolean;
}

/** Takes batches of triggers, looks at each account in them once, and asks the sealer for what has finished. */
export class Starter extends AccountComponent {
    constructor(name: string, { place, enrolment, keyArn, sealUrl, perAccountMetrics }: StarterArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Starter", name, opts);
        const arns = arnsOf(place);
        const names = namesOf(place);

        const starter = new HubFunction(
            name,
            {
                place,
                functionName: names.starter,
                description: "Looks at source accounts and starts the exports that are due",
                policy: starterPolicy(arns, { accounts: Object.keys(enrolment.accounts), organization: enrolment.organization }),
                timeout: starterTimeout,
                environment: {
                    VAULT_BUCKET: names.bucket,
                    VAULT_KEY_ARN: keyArn,
                    ACCESS_ROLE: names.accessRole,
                    EXPORT_ROLE: names.exportRole,
                    EXTERNAL_ID: names.externalId,
                    SEAL_QUEUE_URL: sealUrl,
                    ...perAccount(perAccountMetrics),
                },
                callbackFactory: start(enrolment),
            },
            { parent: this },
        );
        starter.consume(`${name}-triggers`, { queueArn: arns.triggerQueue, batchSize: 20, batchingWindow, maximumConcurrency: 2 }, { parent: this });
        this.registerOutputs({});
    }
}
