import * as pulumi from "@pulumi/pulumi";
import type { AcceptedSkip, Enrolment } from "../../handlers/lib/types";
import { AccountComponent } from "../accounts";
import type { Place } from "../arns";
import type { Monitoring } from "../settings";
import { HubBus } from "./bus";
import { HubQueues } from "./queue";
import { Sealer, sealVisibility } from "./sealer";
import { Starter, triggerVisibility } from "./starter";
import { Sweeper } from "./sweeper";

export interface HubArgs {
    readonly place: Place;
    readonly enrolment: Enrolment;
    readonly acceptedSkips: readonly AcceptedSkip[];
    /** COMPLIANCE retention that the sealer expects of every version. */
    readonly retentionDays: number;
    readonly keyArn: pulumi.Input<string>;
    readonly monitoring?: Pick<Monitoring, "perAccountMetrics" | "heartbeatTopicArn">;
}

/** The part that decides and drives: bus, queues and functions, in the backup account. */
export class Hub extends AccountComponent {
    /** Stand when forwarders may send. */
    readonly ready: pulumi.Resource[];

    constructor(name: string, { place, enrolment, acceptedSkips, retentionDays, keyArn, monitoring: { perAccountMetrics, heartbeatTopicArn } = { perAccountMetrics: false } }: HubArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:hub:Hub", name, opts);
        const sources = { accounts: Object.keys(enrolment.accounts), organization: enrolment.organization };
        const inHub = { parent: this };

        const queues = new HubQueues(`${name}-queues`, { place, sources, triggerVisibility, sealVisibility }, inHub);
        const bus = new HubBus(`${name}-bus`, { place, sources }, { parent: this, dependsOn: queues.ready });
        new Starter(`${name}-starter`, { place, enrolment, keyArn, sealUrl: queues.sealUrl, perAccountMetrics }, { parent: this, dependsOn: queues.ready });
        new Sealer(`${name}-sealer`, { place, acceptedSkips, retentionDays, keyArn, perAccountMetrics }, { parent: this, dependsOn: queues.ready });
        new Sweeper(`${name}-sweeper`, { place, enrolment, triggerUrl: queues.triggerUrl, heartbeatTopicArn }, inHub);

        this.ready = [bus.ready, ...queues.ready];
        this.registerOutputs({});
    }
}
