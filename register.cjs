// Loads TypeScript as ts-node's transpile-only does, and keeps what it compiled by content: some two hundred files are a fifth of a command's time.
const { createHash, randomUUID } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { create, register } = require("ts-node");
const { install } = require(require.resolve("@cspotcode/source-map-support", { paths: [require.resolve("ts-node")] }));

const folder = join(__dirname, ".cache", "compiled");
const service = create({ transpileOnly: true });
const { compile } = service;
const settings = JSON.stringify([service.ts.version, service.config.options]);
/** For the lines of stack traces: ts-node knows only what it compiled itself. */
const found = new Map();

service.compile = (code, file, ...others) => {
    const kept = join(folder, createHash("sha256").update(settings).update(file).update("\n").update(code).digest("hex"));
    try {
        const compiled = readFileSync(kept, "utf8");
        found.set(file, compiled);
        return compiled;
    } catch {
        const compiled = compile(code, file, ...others);
        keep(kept, compiled);
        return compiled;
    }
};

function keep(file, compiled) {
    // Whole or not at all: another process or thread may look at the same moment.
    const written = `${file}.${randomUUID()}`;
    try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(written, compiled);
        renameSync(written, file);
    } catch {
        // A folder that can't be written to costs time, nothing else.
    }
}

register(service);
install({ retrieveFile: (file) => found.get(file.replace(/^file:\/\//, "")) ?? "" });
