import * as pulumi from "@pulumi/pulumi";
import type { Enrolment } from "../../handlers/lib/types";
import { AccountComponent } from "../accounts";
import type { Place } from "../arns";
import type { Monitoring } from "../settings";
import { Alarms } from "./alarms";
import { Dashboard } from "./dashboard";
import { SavedQueries } from "./queries";
import { ReaderRole } from "./reader";
import { TamperRules } from "./tamper";
import { Notices } from "./topic";
import { Trail } from "./trail";
import { Watcher } from "./watcher";

export interface WatchArgs {
    readonly place: Place;
    readonly monitoring: Monitoring;
    /** Role of `pulumi up` in the backup account; its calls are of low severity. */
    readonly deployRoleArn: string;
    readonly breakGlassRoleArn?: string;
    readonly keyArn: pulumi.Input<string>;
    readonly enrolment: Enrolment;
    /** COMPLIANCE retention of the vault, in days: what the lock canary must carry, and what the trail's own bucket gets. */
    readonly retentionDays: number;
}

/** The part that watches: who is told what, and who may look, in the backup account. Stands after the hub, whose functions it watches. */
export class Watch extends AccountComponent {
    constructor(name: string, { place, monitoring, deployRoleArn, breakGlassRoleArn, keyArn, enrolment, retentionDays }: WatchArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:Watch", name, opts);
        const inWatch = { parent: this };

        const notices = new Notices(`${name}-notices`, { place, deployRoleArn, breakGlassRoleArn, alertEmails: monitoring.alertEmails }, inWatch);
        // An alarm that goes off before the topic lets it in is told to nobody.
        const told = { parent: this, dependsOn: notices.ready };
        const noticesArn = notices.arn;

        if (monitoring.trail === "create") new Trail(`${name}-trail`, { place, retentionDays }, inWatch);
        new TamperRules(`${name}-tamper`, { place, deployRoleArn, noticesArn }, told);
        new Watcher(`${name}-watcher`, { place, enrolment, keyArn, noticesArn, noticesKeyArn: notices.keyArn, retentionDays, heartbeatTopicArn: monitoring.heartbeatTopicArn }, told);
        new Alarms(`${name}-alarms`, { place, monitoring, noticesArn }, told);
        new SavedQueries(`${name}-queries`, { place }, inWatch);
        new Dashboard(`${name}-dashboard`, { place, monitoring }, inWatch);
        new ReaderRole(`${name}-reader`, { place, keyArn }, inWatch);
        this.registerOutputs({});
    }
}
