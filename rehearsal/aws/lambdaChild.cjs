/** One execution environment of a function. Started by lambdaProcess.ts; plain JavaScript, since ts-node would cost a second. */
"use strict";
const path = require("node:path");
const { format } = require("node:util");
const { install } = require("@sinonjs/fake-timers");

// The SDK's back-off waits for random times, which would be real ones.
Math.random = () => 0;

// Whatever has a name is outside: the simulated AWS is reached by its address.
require("node:dns").lookup = (host, options, callback = options) =>
    process.nextTick(callback, Object.assign(new Error(`The rehearsal reaches nothing but the simulated AWS, not ${host}`), { code: "ENOTFOUND" }));

let lines = [];
for (const level of ["log", "info", "warn", "error", "debug"]) console[level] = (...what) => void lines.push(format(...what));

let clock;
let handler;

function load() {
    const { HANDLER_FOLDER, HANDLER } = process.env;
    const dot = HANDLER.lastIndexOf(".");
    const loaded = require(path.join(HANDLER_FOLDER, HANDLER.slice(0, dot)))[HANDLER.slice(dot + 1)];
    if (typeof loaded !== "function") throw new Error(`${HANDLER} is not a function`);
    return loaded;
}

process.on("disconnect", () => process.exit());
process.on("message", async ({ now, event, context }) => {
    // Date only: sockets need real timers. It stands still until the next invocation.
    if (clock) clock.setSystemTime(now);
    else clock = install({ now, toFake: ["Date"] });
    const deadline = now + context.timeoutMs;
    const answer = {};
    try {
        handler ??= load();
        const result = await handler(event, { ...context, getRemainingTimeInMillis: () => deadline - Date.now() });
        answer.result = result === undefined ? null : result;
    } catch (error) {
        answer.error = { name: error?.name ?? "Error", message: String(error?.message ?? error) };
        // Lambda starts a new environment after a failed initialization.
        answer.fatal = !handler;
    }
    process.send({ ...answer, logs: lines });
    lines = [];
});
