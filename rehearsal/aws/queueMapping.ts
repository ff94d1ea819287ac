/** Lambda's poller of a queue. It asks only when there is something to ask for; AWS's asks all the time. */
import { createHash } from "node:crypto";
import { AwsError, type Lambda, type Message, type Principal, type World } from "./types";

type MappingOptions = Parameters<Lambda["addMapping"]>[0];

export interface Mapping extends MappingOptions {
    /** The function's role polls: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
    readonly session: () => Principal;
    readonly invoke: (event: unknown) => Promise<unknown>;
}

/** When a poll was refused. */
const retryMs = 60_000;
const perReceive = 10;

/** `maximumConcurrency` has no effect here: batches follow each other, and each takes no virtual time. */
export function startMapping(world: World, mapping: Mapping): void {
    const { queueArn, batchSize, windowMs } = mapping;
    let nextPoll = Infinity;
    let arrived = 0;
    let checked = false;

    function pollAt(time: number): void {
        if (time >= nextPoll) return;
        nextPoll = time;
        world.clock.at(time, async () => {
            // Overtaken by an earlier poll.
            if (nextPoll !== time) return;
            nextPoll = Infinity;
            arrived = 0;
            await poll();
        });
    }

    async function poll(): Promise<void> {
        const now = world.clock.now;
        try {
            let batch: Message[];
            do {
                batch = receive();
                if (batch.length > 0) await work(batch);
            } while (batch.length === batchSize);
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            return pollAt(now + retryMs);
        }
        // What failed or couldn't be deleted shows up again.
        const hidden = world.sqs.messages(queueArn).map(({ visibleAt }) => visibleAt);
        if (hidden.length > 0) pollAt(Math.max(Math.min(...hidden), now));
    }

    function receive(): Message[] {
        const by = mapping.session();
        if (!checked) {
            world.authorize({ principal: by, action: "sqs:GetQueueAttributes", resource: queueArn, resourceAccount: queueArn.split(":")[4]! });
            checked = true;
        }
        const batch: Message[] = [];
        while (batch.length < batchSize) {
            const more = receiveSome(by, Math.min(perReceive, batchSize - batch.length), batch.length > 0);
            if (more.length === 0) break;
            batch.push(...more);
        }
        return batch;
    }

    /** A refusal in the middle doesn't lose what was received before it. */
    function receiveSome(by: Principal, max: number, quietly: boolean): Message[] {
        try {
            return world.sqs.receive(by, queueArn, max);
        } catch (error) {
            if (quietly && error instanceof AwsError) return [];
            throw error;
        }
    }

    async function work(batch: readonly Message[]): Promise<void> {
        let result: unknown;
        try {
            result = await mapping.invoke({ Records: batch.map((message) => recordOf(message, mapping, world.clock.now)) });
        } catch {
            return; // All of them become visible again.
        }
        const failed = mapping.reportFailures ? failuresOf(result, batch) : new Set<string>();
        for (const { id } of batch) {
            if (!failed.has(id)) deleteQuietly(id);
        }
    }

    function deleteQuietly(id: string): void {
        try {
            world.sqs.remove(mapping.session(), queueArn, id);
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
        }
    }

    // The window ends early when a batch is full: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    world.sqs.onSend(queueArn, () => pollAt(world.clock.now + (++arrived >= batchSize ? 0 : windowMs)));
}

/** Nothing named: all went well. An id that isn't in the batch: all failed. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
function failuresOf(result: unknown, batch: readonly Message[]): Set<string> {
    const all = new Set(batch.map(({ id }) => id));
    const failures = (result as { batchItemFailures?: { itemIdentifier?: string }[] | null } | null)?.batchItemFailures ?? [];
    const named = failures.map(({ itemIdentifier }) => itemIdentifier ?? "");
    return named.every((id) => all.has(id)) ? new Set(named) : all;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf({ id, body, sentAt, receives }: Message, { queueArn }: Mapping, now: number) {
    return {
        messageId: id,
        receiptHandle: id,
        body,
        attributes: {
            ApproximateReceiveCount: String(receives),
            SentTimestamp: String(sentAt),
            SenderId: "AIDAIENQZJOLO23YVJ4VO",
            // Of this receive; our functions don't read it.
            ApproximateFirstReceiveTimestamp: String(now),
        },
        messageAttributes: {},
        md5OfBody: createHash("md5").update(body).digest("hex"),
        eventSource: "aws:sqs",
        eventSourceARN: queueArn,
        awsRegion: queueArn.split(":")[3],
    };
}
