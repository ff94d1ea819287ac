// Doesn't prove AWS: that no command of the functions is missing in the table of requests, and that the simulated AWS answers it. requests.wire.ts asks the peers.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../rendered";
import { requests, wrongAnswers } from "./requests";
import { judges } from "./requests/judges";

const folder = join(root, "handlers");
const text = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts")).map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
const named = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, command]) => command!);

describe("the table of requests", () => {
    it("has a row for each command that the functions send, and none for another", () => {
        const sent = [...named(/\b([A-Z]\w+)Command\b/g), ...named(/\bpaginate([A-Z]\w+)\b/g)];
        assert.deepEqual([...new Set(requests.map(({ name }) => name.split(/[ ,]/)[0]!))].sort(), [...new Set(sent)].sort());
    });
    it("would see all of them: nothing waits, and no client has its calls as methods", () => {
        assert.deepEqual(named(/\b(waitUntil\w*|new (?:\w+\.)?(?:CloudTrail|CloudWatchLogs|Organizations|RDS|S3|SNS|SQS|STS))\(/g), []);
    });
    it("names each row once", () => assert.equal(new Set(requests.map(({ name }) => name)).size, requests.length));
    it("is answered so by the simulated AWS", async () => {
        const stops: (() => Promise<void>)[] = [];
        try {
            assert.deepEqual(await wrongAnswers(await judges["simulated AWS"](stops)), []);
        } finally {
            for (const stop of stops.reverse()) await stop();
        }
    });
});
