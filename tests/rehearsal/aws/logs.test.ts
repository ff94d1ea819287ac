// Doesn't prove CloudWatch Logs: one form of filter pattern, and no streams.
import assert from "node:assert/strict";
import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { serve } from "../../../rehearsal/aws/http";
import type { Lambda, LogLine, World } from "../../../rehearsal/aws/types";
import { allow, backup, code, policy, sessionOf } from "./small";
import { addRole, emptyWorld, region } from "./relay";

const logGroupName = "/aws/lambda/starter";
const arn = `arn:aws:logs:${region}:${backup}:log-group:${logGroupName}`;
const pattern = '"look"';

const line = (at: number, message: string, by = "starter"): LogLine => ({ at, function: by, text: JSON.stringify({ level: "INFO", message, at }) });

function loggedWorld(logs: readonly LogLine[]): World {
    const world = emptyWorld();
    (world as { lambda: Partial<Lambda> }).lambda = { logs, writerOf: (group) => (group === arn ? "starter" : undefined) };
    return world;
}
const reader = (world: World, resource = `${arn}:*`) => sessionOf(addRole(world, "reader", "lambda.amazonaws.com", policy(allow("logs:FilterLogEvents", resource))));

describe("the simulated CloudWatch Logs", () => {
    it("finds lines by a quoted phrase and by time, as Node's runtime writes them", () => {
        const world = loggedWorld([line(1000, "look"), line(2000, "look"), line(2500, "sealed"), line(3000, "look", "sealer"), line(4000, "look")]);
        const { events, nextToken } = world.logs.filter(reader(world), { logGroupName, filterPattern: pattern, startTime: 2000, endTime: 4000 });
        assert.deepEqual([events.map(({ timestamp }) => timestamp), nextToken], [[2000, 4000], undefined]);
        assert.match(events[0]!.message, /^1970-01-01T00:00:02.000Z\t[\w-]+\tINFO\t\{"level":"INFO","message":"look","at":2000\}\n$/);
    });
    it("answers in pages, which may hold nothing", () => {
        const world = loggedWorld([...Array.from({ length: 20_000 }, (_, at) => line(at, "other")), line(20_000, "look")]);
        const first = world.logs.filter(reader(world), { logGroupName, filterPattern: pattern });
        assert.deepEqual([first.events.length, first.nextToken], [0, "20000"]);
        const second = world.logs.filter(reader(world), { logGroupName, filterPattern: pattern, nextToken: first.nextToken });
        assert.deepEqual([second.events.length, second.nextToken], [1, undefined]);
    });
    it("asks for the right on the group's streams, and refuses other patterns", () => {
        const world = loggedWorld([]);
        assert.throws(() => world.logs.filter(reader(world, arn), { logGroupName }), code("AccessDenied"));
        assert.throws(() => world.logs.filter(reader(world), { logGroupName: `${logGroupName}-2` }), code("AccessDenied"));
        assert.throws(() => world.logs.filter(reader(world), { logGroupName, filterPattern: '{ $.message = "look" }' }), /is simulated/);
    });
    it("speaks to the SDK", async () => {
        const world = loggedWorld([line(1000, "look"), line(2000, "look")]);
        const front = await serve(world);
        const client = new CloudWatchLogsClient({ region, endpoint: front.url, credentials: { accessKeyId: world.iam.issue(reader(world)), secretAccessKey: "s" } });
        try {
            const found: number[] = [];
            for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, filterPattern: pattern, limit: 1 })) found.push(...events.map(({ timestamp = 0 }) => timestamp));
            assert.deepEqual(found, [1000, 2000]);
        } finally {
            client.destroy();
            await front.stop();
        }
    });
});
