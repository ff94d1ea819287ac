/** EventBridge Scheduler: rates and a time of day, Lambda targets only. */
import { AwsError, type World } from "./types";

export interface Schedule {
    readonly arn: string;
    readonly groupArn: string;
    readonly account: string;
    /** `rate(15 minutes)`, or `cron(0 7 * * ? *)` in UTC. */
    readonly expression: string;
    readonly targetArn: string;
    readonly roleArn: string;
    readonly input?: unknown;
    /** How often Lambda runs again a function that threw; default 2. */
    readonly retries?: number;
}

const units: Record<string, number> = { minute: 60_000, minutes: 60_000, hour: 3600_000, hours: 3600_000 };
const day = 24 * 3600_000;

/** When a schedule that stands since `since` runs next after `now`. */
export function nextRun(expression: string, since: number, now: number): number {
    const [, minute, hour] = /^cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)$/.exec(expression) ?? [];
    if (minute !== undefined && Number(minute) < 60 && Number(hour) < 24) return nextAt(Number(hour) * 3600_000 + Number(minute) * 60_000, now);
    const [, count, unit] = /^rate\((\d+) (minutes?|hours?)\)$/.exec(expression) ?? [];
    const period = Number(count) * (units[unit ?? ""] ?? NaN);
    if (!(period > 0)) throw new Error(`Schedule expression "${expression}": only rate(N minutes), rate(N hours) and cron(M H * * ? *) are simulated`);
    return since + (Math.floor((now - since) / period) + 1) * period;
}

/** The next time of day, UTC: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
function nextAt(time: number, now: number): number {
    const today = Math.floor(now / day) * day + time;
    return today > now ? today : today + day;
}

/** A function that threw is asked again twice: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const retriesAfter = [60_000, 120_000];

/** The first tick of a rate comes one period from now. What fails stands in the judged calls or in Lambda's logs; the clock goes on. */
export function addSchedule(world: World, schedule: Schedule): void {
    const since = world.clock.now;
    const next = () => nextRun(schedule.expression, since, world.clock.now);
    const state = { enabled: true };
    world.schedules.set(schedule.arn, state);

    async function run(attempt: number): Promise<void> {
        try {
            // The source is the schedule *group*: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
            const source = { account: schedule.account, arn: schedule.groupArn };
            const session = world.iam.assumeAsService("scheduler.amazonaws.com", schedule.roleArn, source);
            await world.lambda.invoke(schedule.targetArn, schedule.input ?? {}, session);
        } catch (error) {
            const wait = retriesAfter[attempt];
            // Refused: the next tick is the retry.
            if (error instanceof AwsError || wait === undefined || attempt >= (schedule.retries ?? retriesAfter.length)) return;
            world.clock.at(world.clock.now + wait, () => run(attempt + 1));
        }
    }

    async function tick(): Promise<void> {
        world.clock.at(next(), tick);
        if (state.enabled) await run(0);
    }
    world.clock.at(next(), tick);
}
