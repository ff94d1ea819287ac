import { parseSnapshotArn, roleArn } from "../../../components/arns";
import { resource8 } from "../database";
import { exportPrefix, parsePrefix, parseTaskId, taskIdStem } from "../taskId";
import type { Destination, Kind, ManifestName, SealRequest, Snapshot, Task } from "../types";
import { isObject, parseJson } from "./json";
import type { VaultName } from "./manifest";

/** A request that passed every check, and what follows from it. */
export interface SealJob extends SealRequest {
    /** Everything of the manifest's name but the outcome. */
    readonly name: Omit<ManifestName, "outcome">;
    /** `exports/…/<task id>/`: where RDS wrote. */
    readonly folder: string;
    readonly attempt: number;
    /** Milliseconds; of a COMPLETE task both are known. */
    readonly startedAt?: number;
    readonly endedAt?: number;
}

const identifier = /^[A-Za-z0-9-]{1,255}$/;
const resource = /^[A-Za-z0-9-]{0,255}$/;
const statuses: readonly string[] = ["COMPLETE", "FAILED", "CANCELED"];

function check(holds: boolean, sentence: string): asserts holds {
    if (!holds) throw Object.assign(new Error(`A seal request ${sentence}`), { name: "MalformedRequest" });
}

const show = (value: unknown): string => String(JSON.stringify(value)).slice(0, 200);
const afterLast = (text: string, sign: string): string => text.slice(text.lastIndexOf(sign) + 1);

/**
 * Reads a message of the seal queue. Only the starter may write there, but what it writes comes from Describe calls in a source
 * account, so what no export of ours looks like is refused here, whoever let it through. Throws a MalformedRequest.
 */
export function parseRequest(body: string, { bucket, keyArn }: VaultName): SealJob {
    const request: unknown = parseJson(body);
    check(isObject(request), `is a JSON object; received ${body.slice(0, 200)}`);
    const { account, task: given, resourceId, snapshot } = request;
    check(typeof account === "string" && /^\d{12}$/.test(account), `names a 12-digit account; received ${show(account)}`);
    check(isObject(given), `has a task; received ${show(given)}`);
    const task = parseTask(given);
    const id = parseTaskId(task.id);
    check(id !== undefined, `names a task of ours (e, 40 hex digits, -, attempt); received ${show(task.id)}`);
    check(statuses.includes(task.status), `is for a finished task (${statuses.join(", ")}); received ${show(task.status)}`);
    check(task.bucket === bucket, `is for the bucket ${bucket}; received ${show(task.bucket)}`);
    check(afterLast(task.keyArn, "/") === afterLast(keyArn, "/"), `is for the key ${keyArn}; received ${show(task.keyArn)}`);
    const [, partition = ""] = keyArn.split(":");
    // The role's name isn't known here, its path is: only the deployment makes roles there.
    const ofRole = roleArn(partition, account, "");
    check(task.roleArn.startsWith(ofRole) && /^[\w+=,.@-]{1,64}$/.test(task.roleArn.slice(ofRole.length)), `is for a role ${ofRole}…; received ${show(task.roleArn)}`);
    check(Array.isArray(task.exportOnly) && !task.exportOnly.length, `is for an export of everything; received exportOnly ${show(task.exportOnly)}`);
    const prefix = task.prefix.replace(/\/+$/, "");
    const { kind, database, date } = parsePrefix(prefix) ?? {};
    check(Boolean(kind && database && date && identifier.test(database) && !Number.isNaN(Date.parse(date)) && prefix.startsWith(`exports/${account}/`)),
        `names a prefix exports/${account}/<kind>.<identifier>/<yyyy-mm-dd>; received ${show(task.prefix)}`);
    const source = parseSnapshotArn(task.sourceArn);
    check(source?.account === account && source.kind === kind, `is for a snapshot of account ${account} and kind ${kind}; received ${show(task.sourceArn)}`);
    check(typeof resourceId === "string" && resource.test(resourceId), `has a resource id of letters, digits and hyphens, or an empty one; received ${show(resourceId)}`);
    check(snapshot === undefined || isObject(snapshot), `has a snapshot or none; received ${show(snapshot)}`);
    check(!snapshot || snapshot.arn === task.sourceArn, `carries the snapshot that was exported, ${task.sourceArn}; received ${show(snapshot?.arn)}`);
    for (const field of ofSnapshot) check(!snapshot || typeof snapshot[field] === "string", `has a text snapshot.${field}; received ${show(snapshot?.[field])}`);
    check(!snapshot || ["undefined", "string"].includes(typeof snapshot.originalCreatedAt), `has a text snapshot.originalCreatedAt or none; received ${show(snapshot?.originalCreatedAt)}`);
    check(!snapshot || exportPrefix(snapshot as unknown as Snapshot) === prefix, `names the prefix of its snapshot, ${snapshot && exportPrefix(snapshot as unknown as Snapshot)}; received ${show(task.prefix)}`);
    const createdAt = snapshot ? String(snapshot.createdAt) : task.snapshotTime;
    check(time(createdAt, "snapshotTime") !== undefined, "says when its snapshot was made, in snapshot.createdAt or task.snapshotTime; both are missing");
    // What the id hides binds the task to one snapshot and to this vault; anybody may start a task that only looks like ours.
    const stem = taskIdStem({ arn: task.sourceArn, createdAt }, { partition, bucket } as Destination);
    check(id.stem === stem, `names the task of its snapshot, ${stem}-…; received ${show(task.id)}`);
    const [startedAt, endedAt] = [time(task.startedAt, "startedAt"), time(task.endedAt, "endedAt")];
    check(task.status !== "COMPLETE" || (startedAt !== undefined && endedAt !== undefined), "for a COMPLETE task says when it started and ended; a time is missing");
    return {
        account, task, resourceId, startedAt, endedAt,
        attempt: id.attempt,
        snapshot: snapshot as unknown as Snapshot | undefined,
        folder: `${prefix}/${task.id}/`,
        name: { account, dataDate: date!, kind: kind as Kind, database: database!, resource8: resource8(resourceId), taskId: task.id },
    };
}

const ofSnapshot = ["account", "kind", "database", "createdAt"] as const;
const always = ["id", "sourceArn", "status", "bucket", "prefix", "roleArn", "keyArn"] as const;
const sometimes = ["snapshotTime", "startedAt", "endedAt", "failureCause", "warningMessage"] as const;

function parseTask(given: Record<string, unknown>): Task {
    for (const field of always) check(typeof given[field] === "string", `has a text task.${field}; received ${show(given[field])}`);
    for (const field of sometimes) check(given[field] === undefined || typeof given[field] === "string", `has a text task.${field} or none; received ${show(given[field])}`);
    return given as unknown as Task;
}

function time(text: string | undefined, field: string): number | undefined {
    const milliseconds = text === undefined ? undefined : Date.parse(text);
    check(!Number.isNaN(milliseconds), `has an ISO time in task.${field}; received ${show(text)}`);
    return milliseconds;
}
