/** A rehearsal: the rendered program deployed into a simulated AWS, its own Lambda text at work, nights and faults played. */
import { arnsOf } from "../components/arns";
import { enrolmentOf } from "../components/enrolment";
import type { Settings } from "../components/settings";
import type { Enrolment } from "../handlers/lib/types";
import { deploy } from "./aws/deploy";
import { serve } from "./aws/http";
import type { World } from "./aws/types";
import { createWorld } from "./aws/world";
import { playFaults, type Fault } from "./faults";
import type { Rendered } from "./graph";
import { day, exportTimes, firstDay, hour, populate, scheduleNights } from "./nights";

export interface RehearsalOptions {
    readonly seed: number;
    readonly days: number;
    /** Databases per account. */
    readonly databases: number;
    /** Called once per virtual hour. */
    readonly progress?: (world: World) => void;
}

export interface Rehearsal {
    readonly stack: string;
    readonly rendered: Rendered;
    readonly settings: Settings;
    readonly enrolment: Enrolment;
    readonly world: World;
    readonly faults: readonly Fault[];
    readonly start: number;
    readonly end: number;
    readonly seed: number;
}

/** A world with the stack deployed and its functions reachable. `before` fills it first. The caller stops it. */
export async function openWorld(rendered: Rendered, settings: Settings, start: number, seed: number, before?: (world: World) => void) {
    const { region, partition } = settings;
    const world = createWorld({ region, partition, start, seed });
    before?.(world);
    const front = await serve(world);
    world.lambda.endpoint = front.url;
    deploy(rendered, world);
    world.rds.exportTimes = (task, snapshot) => exportTimes(task.id, snapshot.database.sizeGiB);
    const stop = async () => {
        await world.lambda.stop();
        await front.stop();
    };
    return { world, stop };
}

/** Plays the nights and the faults; the result is for `verdict` to judge. */
export async function rehearse(rendered: Rendered, settings: Settings, options: RehearsalOptions): Promise<Rehearsal> {
    const start = firstDay;
    const end = firstDay + options.days * day;
    const { world, stop } = await openWorld(rendered, settings, start, options.seed);
    try {
        const arns = arnsOf({ stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id });
        const accounts = settings.sourceAccounts.map(({ id }) => id);
        const enrolment = enrolmentOf(settings);
        const databases = populate({ world, enrolment }, accounts, options.databases);
        scheduleNights(world, databases, options.days);
        const played = playFaults({ world, enrolment, arns, accounts, acceptedSkips: settings.exports.acceptedSkips }).filter(({ when }) => when < end);
        for (let now = start + hour; now <= end; now += hour) {
            await world.clock.run(now);
            options.progress?.(world);
        }
        return { stack: settings.stack, rendered, settings, enrolment, world, faults: played, start, end, seed: options.seed };
    } finally {
        await stop();
    }
}
