/** A function's execution environment under any Node: the archive's text, the real SDK, the real clock. */
"use strict";
const path = require("node:path");
const { format } = require("node:util");

let lines = [];
for (const level of ["log", "info", "warn", "error", "debug"]) console[level] = (...what) => void lines.push(format(...what));

const { HANDLER_FOLDER, HANDLER } = process.env;
const [file, name] = HANDLER.split(/\.(?=[^.]*$)/);
let handler;

process.on("disconnect", () => process.exit());
process.on("message", async ({ event, timeoutMs }) => {
    const answer = { node: process.versions.node };
    const deadline = Date.now() + timeoutMs;
    try {
        handler ??= require(path.join(HANDLER_FOLDER, file))[name];
        answer.result = (await handler(event, { getRemainingTimeInMillis: () => deadline - Date.now() })) ?? null;
    } catch (error) {
        answer.error = `${error.name}: ${error.message}`;
    }
    process.send({ ...answer, logs: lines });
    lines = [];
});
