/** A finished world as a person reads it: what happened when. Pure. */
import type { Played } from "./play";

interface Line {
    readonly at: number;
    readonly text: string;
}

const most = 400;
const short = (arn: string) => arn.split(":").slice(4).join(":");

/** One line per happening, oldest first; of the log what is WARN or ERROR. */
export function timeline(played: Played): string[] {
    const { world, notes, crashes, start, strangers } = played;
    const lines: Line[] = [
        ...notes,
        ...world.rds.snapshots().flatMap(({ arn, database, availableAt, deletedAt }) => [
            ...(availableAt === undefined ? [] : [{ at: availableAt, text: `snapshot ${short(arn)} of ${database.resourceId} is available` }]),
            ...(deletedAt === undefined ? [] : [{ at: deletedAt, text: `snapshot ${short(arn)} is deleted` }]),
        ]),
        ...world.rds.tasks().flatMap((task) => {
            const whose = strangers.has(task.id) ? "somebody's task" : "task";
            return [
                { at: task.startedAt, text: `${whose} ${task.id} of ${short(task.sourceArn)} starts` },
                ...(task.endedAt === undefined ? [] : [{ at: task.endedAt, text: `${whose} ${task.id} ends ${task.status}${task.failureCause ? `: ${task.failureCause}` : ""}` }]),
            ];
        }),
        ...world.s3.versions(played.destination.bucket, "manifests/").map(({ key, writtenAt }) => ({ at: writtenAt, text: `manifest ${key.slice("manifests/".length)}` })),
        ...world.lambda.logs.flatMap(({ at, text, json, function: name }) => (json && json.level !== "INFO" ? [{ at, text: `${name.split("-").pop()}: ${said(json)}` }] : json ? [] : [{ at, text }])),
        ...crashes.map(({ at, by, name, message }) => ({ at, text: `${by} ends with ${name}: ${message}` })),
    ];
    const shown = lines.sort((a, b) => a.at - b.at).map(({ at, text }) => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")}  ${text}`);
    const unique = shown.filter((line, index) => line !== shown[index - 1]);
    return unique.length <= most ? unique : [...unique.slice(0, most), `and ${unique.length - most} more`, `(the world began at ${new Date(start).toISOString()})`];
}

function said(json: Record<string, unknown>): string {
    const { level, message, account, database, task, snapshot, reason, detail } = json;
    const about = [account, database, task ?? (typeof snapshot === "string" ? short(snapshot) : undefined), reason ?? detail].filter((each) => each !== undefined);
    return `${String(level)} ${String(message)} ${about.map(String).join(" ")}`;
}

