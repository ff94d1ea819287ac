/** EventBridge Scheduler: rates only, Lambda targets only. */
import { AwsError, type World } from "./types";

export interface Schedule {
    readonly arn: string;
    readonly groupArn: string;
    readonly account: string;
    /** `rate(15 minutes)` */
    readonly expression: string;
    readonly targetArn: string;
    readonly roleArn: string;
    readonly input?: unknown;
}

const units: Record<string, number> = { minute: 60_000, minutes: 60_000, hour: 3600_000, hours: 3600_000 };

export function periodOf(expression: string): number {
    const [, count, unit] = /^rate\((\d+) (minutes?|hours?)\)$/.exec(expression) ?? [];
    const period = Number(count) * (units[unit ?? ""] ?? NaN);
    if (!(period > 0)) throw new Error(`Schedule expression "${expression}": only rate(N minutes) and rate(N hours) are simulated`);
    return period;
}

/** A function that threw is asked again twice: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const retriesAfter = [60_000, 120_000];

/** The first tick comes one period from now. What fails stands in the judged calls or in Lambda's logs; the clock goes on. */
export function addSchedule(world: World, schedule: Schedule): void {
    const period = periodOf(schedule.expression);

    async function run(attempt: number): Promise<void> {
        try {
            // The source is the schedule *group*: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
            const source = { account: schedule.account, arn: schedule.groupArn };
            const session = world.iam.assumeAsService("scheduler.amazonaws.com", schedule.roleArn, source);
            await world.lambda.invoke(schedule.targetArn, schedule.input ?? {}, session);
        } catch (error) {
            const wait = retriesAfter[attempt];
            // Refused: the next tick is the retry.
            if (error instanceof AwsError || wait === undefined) return;
            world.clock.at(world.clock.now + wait, () => run(attempt + 1));
        }
    }

    function tick(): Promise<void> {
        world.clock.at(world.clock.now + period, tick);
        return run(0);
    }
    world.clock.at(world.clock.now + period, tick);
}
