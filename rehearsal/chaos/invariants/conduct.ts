/** What the functions do and say at all. */
import type { JudgedCall } from "../../aws/types";
import { hour } from "../../nights";
import type { Played } from "../play";
import { iso } from "./looks";

const mayStarter = /^(sts:AssumeRole|s3:ListBucket|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes|SendMessage)|logs:\w+|kms:\w+)$/;
const maySealer = /^(s3:(ListBucket|ListBucketVersions|GetObject|GetObjectVersion|GetObjectAttributes|GetObjectRetention|PutObject)|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)|logs:\w+|kms:(Decrypt|GenerateDataKey|DescribeKey))$/;
const mayAccess = /^(rds:(Describe\w+|StartExportTask)|iam:PassRole|kms:(DescribeKey|CreateGrant))$/;
const maySweeper = /^(sqs:SendMessage|logs:\w+)$/;

/** 4: nothing of ours deletes or shortens; who may do what is written down here once more. */
export function forbidden({ world }: Played): string[] {
    const bad = (call: JudgedCall) => {
        const role = call.principal.roleArn ?? "";
        if (role.endsWith("-starter")) return !mayStarter.test(call.action);
        if (role.endsWith("-sealer")) return !maySealer.test(call.action) || (call.action === "s3:PutObject" && !call.resource.includes("/manifests/"));
        if (role.endsWith("-access")) return !mayAccess.test(call.action);
        return role.endsWith("-sweeper") && !maySweeper.test(call.action);
    };
    return [...new Set(world.calls.filter(bad).map(({ action, principal }) => `${principal.roleArn} called ${action}`))];
}

/** 8: a forged event leaves a line, and what nobody can read ends among the dead letters, not nowhere. */
export function unsaid({ world, history, arns, start, end }: Played): string[] {
    if (history.throttled > 0 || history.troubles.some(({ kind }) => kind === "outage")) return [];
    // Five receives, each after the visibility timeout.
    const played = history.troubles.filter((each) => "hour" in each && start + each.hour * hour < end - 3 * hour);
    const forged = played.filter(({ kind }) => kind === "forged");
    const lines = world.lambda.logs.filter(({ json }) => json?.message === "forged").length;
    const poison = played.filter(({ kind }) => kind === "poison").length;
    const dead = world.sqs.messages(arns.triggerDeadLetters).filter(({ body }) => body.startsWith("{not")).length;
    return [
        ...(forged.length && !lines ? [`${forged.length} forged events, and no line says so`] : []),
        ...(dead < poison ? [`${poison} records that nobody can read, ${dead} of them among the dead letters`] : []),
    ];
}

/** 9: nothing falls over by itself. */
export function crashed({ world, crashes }: Played): string[] {
    const died = world.lambda.logs.find(({ json }) => json?.message === "look-died" || json?.message === "seal-died");
    const crash = crashes.find(({ name, message }) => !/^(Sandbox\.Timedout|Throttling|ServiceUnavailable|SlowDown)$/.test(name) && !message.startsWith("No trigger for"));
    return [...(died ? [`at ${iso(died.at)}: ${died.text.slice(0, 300)}`] : []), ...(crash ? [`${crash.by} threw at ${iso(crash.at)}: ${crash.name}: ${crash.message}`] : [])];
}
