/** CloudWatch Logs, as far as the functions read them: FilterLogEvents on what functions wrote. */
import { AwsError, type LogLine, type Logs, type World } from "./types";

/** Ours: AWS names no number of lines that one answer searches, only that it may be fewer than all, or none. */
const searched = 20_000;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const pageSize = 10_000;

/**
 * A quoted phrase, as text that must occur; any other form is refused. A JSON pattern would find nothing: what Node's runtime writes isn't JSON as a whole.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
 */
function compileFilter(pattern: string | undefined): (line: LogLine) => boolean {
    if (pattern === undefined) return () => true;
    const [, phrase] = /^"([^"\\]+)"$/.exec(pattern) ?? [];
    if (phrase === undefined) throw new Error(`Filter pattern ${pattern}: only "a phrase" is simulated`);
    return ({ text }) => text.includes(phrase);
}

/** What Node's runtime puts before a line: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
const written = ({ at, text }: LogLine) => `${new Date(at).toISOString()}\t00000000-0000-4000-9000-000000000000\tINFO\t${text}\n`;

export function createLogs(world: World): Logs {
    return {
        filter(principal, { logGroupName, filterPattern, startTime = 0, endTime = Infinity, limit = pageSize, nextToken = "0" }) {
            if (!(limit >= 1 && limit <= pageSize)) throw new AwsError("InvalidParameterException", `limit is 1 to ${pageSize}, not ${limit}`);
            const account = principal.account ?? "";
            const arn = `arn:${world.partition}:logs:${world.region}:${account}:log-group:${logGroupName}`;
            // AWS names the resource so where it refuses: only a policy on `log-group:NAME:*` lets it through.
            // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html#CWL_ARN_Format
            world.authorize({ principal, action: "logs:FilterLogEvents", resource: `${arn}:log-stream:`, resourceAccount: account });
            const writer = world.lambda.writerOf(arn);
            if (!writer) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
            const matches = compileFilter(filterPattern);
            const { logs } = world.lambda;
            const events: ReturnType<Logs["filter"]>["events"] = [];
            let index = Number(nextToken);
            for (const last = Math.min(logs.length, index + searched); index < last && events.length < limit; index++) {
                const line = logs[index]!;
                if (line.function !== writer || line.at < startTime || line.at > endTime || !matches(line)) continue;
                events.push({ timestamp: line.at, message: written(line), logStreamName: "simulated", ingestionTime: line.at, eventId: String(index) });
            }
            return { events, ...(index < logs.length && { nextToken: String(index) }) };
        },
    };
}
