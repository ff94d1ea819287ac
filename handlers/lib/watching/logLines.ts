import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";

/** The watcher's way to the logs of the other functions. */
export interface Logs {
    readonly logsModule: typeof import("@aws-sdk/client-cloudwatch-logs");
    readonly logs: CloudWatchLogsClient;
    /** Pages of one reading; each holds at most 1 MB: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
    readonly mostPages: number;
    /** Whether there is time for another page. */
    hasTime(): boolean;
}

/** What is looked for. Times in milliseconds. */
export interface Search {
    /** Name of the log group. */
    readonly group: string;
    readonly field: "message" | "level";
    readonly value: string;
    readonly from: number;
    readonly to: number;
}

/** What a reading is worth. */
export interface Reading {
    /** Lines that aren't what they should be; they are left out. */
    readonly odd: number;
    /** The pages or the time ended before the lines did. Logs come oldest first, so the newest are missing. */
    readonly cut: boolean;
}

/** A line as one of our functions said it; nothing is known of its fields. */
export type Line = Readonly<Record<string, unknown>>;

/**
 * The word alone, since no page says how a phrase holds a quotation mark; `says` asks for the rest. Not `{ $.message = "…" }`: that
 * matches events that are JSON as a whole, and Node's runtime puts time, request id and level before what is printed.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
 */
export const patternOf = ({ value }: Pick<Search, "value">): string => `"${value}"`;

/** Whether an event has the field as `log` writes it; others merely hold the word. */
export const says = (message: string, { field, value }: Pick<Search, "field" | "value">): boolean => message.includes(`"${field}":"${value}"`);

/** Hands each line to `use`, which answers whether it is well-formed. AWS's errors reject; what was handed over until then stands for nothing. */
export async function readLines({ logsModule, logs, mostPages, hasTime }: Logs, search: Search, use: (line: Line, at: number) => boolean): Promise<Reading> {
    const input = { logGroupName: search.group, filterPattern: patternOf(search), startTime: search.from, endTime: search.to };
    let [odd, pages] = [0, 0];
    for await (const { events = [], nextToken } of logsModule.paginateFilterLogEvents({ client: logs }, input)) {
        for (const { message = "", timestamp } of events) {
            if (!says(message, search)) continue;
            const line = parsed(message);
            if (line?.[search.field] !== search.value || timestamp === undefined || !use(line, timestamp)) odd++;
        }
        if (nextToken && (++pages >= mostPages || !hasTime())) return { odd, cut: true };
    }
    return { odd, cut: false };
}

/** The JSON object in an event, behind whatever the runtime puts before it. */
export function parsed(message: string): Line | undefined {
    const start = message.indexOf("{");
    if (start < 0) return undefined;
    try {
        return JSON.parse(message.slice(start)) as Line;
    } catch {
        return undefined;
    }
}
