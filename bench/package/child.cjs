"use strict";
// One cold start: loads the function that HANDLER names, invokes it once with the event on stdin, and prints what both took.
const { performance } = require("node:perf_hooks");
const { readFileSync } = require("node:fs");

const event = JSON.parse(readFileSync(0, "utf8"));
const context = { awsRequestId: "1", functionName: process.env.AWS_LAMBDA_FUNCTION_NAME, getRemainingTimeInMillis: () => 60_000 };
const mib = () => process.memoryUsage().rss / 1024 / 1024;
const before = mib();
const atFirst = Object.keys(require.cache).length;
const began = performance.now();
const { handler } = require(process.env.HANDLER);
const loaded = performance.now();
const modules = Object.keys(require.cache).length - atFirst;
console.log = () => undefined;

handler(event, context).then((answer) => {
    const ended = performance.now();
    const failures = answer?.batchItemFailures?.length ?? 0;
    process.stdout.write(JSON.stringify({ modules, load: loaded - began, first: ended - loaded, memory: mib() - before, failures }));
    process.exit();
});
