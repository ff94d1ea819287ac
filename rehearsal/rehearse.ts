/** A rehearsal: the rendered program deployed into a simulated AWS, its own Lambda text at work, nights and faults played. */
import { arnsOf } from "../components/arns";
import { alarmsOf, ringing, type Alarm, type Ringing } from "./alarms";
import { enrolmentOf } from "../components/enrolment";
import type { Settings } from "../components/settings";
import type { Enrolment } from "../handlers/lib/types";
import { deploy } from "./aws/deploy";
import { attachGuardrails } from "./aws/guardrails";
import { serve } from "./aws/http";
import type { RuntimeOf } from "./aws/lambda";
import { inProcess } from "./aws/lambdaInProcess";
import { metricsOf, sampleQueues } from "./aws/metrics";
import { AwsError, type World } from "./aws/types";
import { createWorld } from "./aws/world";
import { keyArnOf } from "./fates";
import { playFaults, playOrganization, type Fault } from "./faults";
import { policyOf } from "./faults/stage";
import type { Rendered } from "./graph";
import { day, exportTimes, firstDay, hour, populate, scheduleNights } from "./nights";
import { found, populationOf, withMembers } from "./population";

export interface RehearsalOptions {
    readonly seed: number;
    readonly days: number;
    /** Databases per account. */
    readonly databases: number;
    /** Enrolled accounts of a stack with units; default 200. */
    readonly accounts?: number;
    /** Default true; without them nothing may ring. */
    readonly faults?: boolean;
    /** Called once per virtual hour. */
    readonly progress?: (world: World) => void;
}

export interface Rehearsal {
    readonly stack: string;
    readonly rendered: Rendered;
    /** With every account that was ever enrolled as if it were listed. */
    readonly settings: Settings;
    readonly enrolment: Enrolment;
    readonly world: World;
    readonly faults: readonly Fault[];
    /** What rang, by time. */
    readonly alarms: readonly Alarm[];
    readonly start: number;
    readonly end: number;
    readonly seed: number;
}

/** A world with the stack deployed and its functions reachable. `before` fills it first. The caller stops it. */
export async function openWorld(rendered: Rendered, settings: Settings, start: number, seed: number, before?: (world: World) => void, runtime?: RuntimeOf) {
    const { region, partition } = settings;
    const world = createWorld({ region, partition, start, seed, runtime });
    before?.(world);
    const front = await serve(world);
    world.lambda.endpoint = front.url;
    deploy(rendered, world);
    attachGuardrails(world, rendered.guardrails, settings);
    if (settings.monitoring.heartbeatTopicArn) addHeartbeatTopic(world, settings, settings.monitoring.heartbeatTopicArn);
    world.rds.exportTimes = (task, snapshot) => exportTimes(task.id, snapshot.database.sizeGiB);
    const stop = async () => {
        await world.lambda.stop();
        await front.stop();
    };
    return { world, stop };
}

/** The topic of whoever watches from outside, with the policy that the README asks for. */
function addHeartbeatTopic(world: World, { backupAccount, partition }: Settings, arn: string): void {
    const account = arn.split(":")[4]!;
    world.sns.addTopic({ arn, account });
    world.iam.setResourcePolicy(arn, account, policyOf({ Effect: "Allow", Principal: { AWS: `arn:${partition}:iam::${backupAccount.id}:root` }, Action: "sns:Publish", Resource: arn }));
}

/** CloudWatch publishes what rang; what the topic doesn't take, nobody hears. */
function tell(world: World, rung: readonly Ringing[]): Ringing[] {
    const cloudWatch = { arn: "cloudwatch.amazonaws.com", service: "cloudwatch.amazonaws.com" };
    return rung.filter(({ alarm, topics, arn, account, description }) =>
        topics.some((topic) => {
            try {
                return world.sns.publish(cloudWatch, topic, { subject: `ALARM: "${alarm.name}"`.slice(0, 100), message: JSON.stringify({ AlarmName: alarm.name, AlarmDescription: description, NewStateValue: "ALARM" }) }, { arn, account });
            } catch (error) {
                if (error instanceof AwsError) return false;
                throw error;
            }
        }),
    );
}

/** Above that many accounts a process and a wire for the functions would take minutes. */
const accountsOnTheWire = 20;

/** Plays the nights and the faults; the result is for `verdict` to judge. */
export async function rehearse(rendered: Rendered, written: Settings, options: RehearsalOptions): Promise<Rehearsal> {
    const start = firstDay;
    const end = firstDay + options.days * day;
    const { organization } = written;
    const wide = organization && { settings: { ...written, organization }, population: populationOf({ ...written, organization }, options.accounts ?? 200) };
    const settings = wide ? withMembers(written, wide.population.members) : written;
    const accounts = settings.sourceAccounts.map(({ id }) => id);
    const before = (world: World) => wide && found(world, wide.settings, wide.population);
    const { world, stop } = await openWorld(rendered, written, start, options.seed, before, accounts.length > accountsOnTheWire ? inProcess() : undefined);
    try {
        const arns = arnsOf({ stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id });
        const enrolment = enrolmentOf(settings);
        const databases = populate({ world, enrolment }, [...accounts, ...(wide?.population.outsiders ?? [])], options.databases, wide !== undefined);
        scheduleNights(world, databases, options.days);
        const samples = sampleQueues(world);
        const stage = { world, enrolment, arns, keyArn: keyArnOf(rendered), accounts, acceptedSkips: settings.exports.acceptedSkips };
        const played = options.faults === false ? [] : [...playFaults(stage), ...(wide ? playOrganization(stage, wide.population) : [])].filter(({ when }) => when < end);
        for (let now = start + hour; now <= end; now += hour) {
            await world.clock.run(now);
            options.progress?.(world);
        }
        const rung = tell(world, ringing(rendered, metricsOf(world.lambda.logs, world.lambda.runs, samples, world.events.matches), start, end));
        const alarms = alarmsOf(settings, rung, world.sns.messages, world.lambda.logs);
        const came = wide?.population.members.filter(({ id }) => world.organization.member(id) ?? world.organization.leftAt(id) !== undefined);
        const judged = came ? withMembers(written, came) : settings;
        return { stack: settings.stack, rendered, settings: judged, enrolment: enrolmentOf(judged), world, faults: played, alarms, start, end, seed: options.seed };
    } finally {
        await stop();
    }
}
