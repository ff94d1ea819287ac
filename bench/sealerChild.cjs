"use strict";
// Seals one export, or as `bare` only asks for each object as the sealer does; the request on stdin, what it took on stdout.
const { performance } = require("node:perf_hooks");
const { readFileSync } = require("node:fs");
const { peakMiB } = require("./peak.cjs");

const atOnce = 32;
const { HANDLER, VAULT_BUCKET } = process.env;
const { folder, event } = JSON.parse(readFileSync(0, "utf8"));

/** Lists versions a page at a time, and heads what is on it. */
async function bare() {
    const { S3Client, ListObjectVersionsCommand, HeadObjectCommand } = require("@aws-sdk/client-s3");
    const s3 = new S3Client({});
    let count = 0;
    for (let KeyMarker, VersionIdMarker; ; ) {
        const page = await s3.send(new ListObjectVersionsCommand({ Bucket: VAULT_BUCKET, Prefix: folder, KeyMarker, VersionIdMarker }));
        const versions = page.Versions ?? [];
        let next = 0;
        const worker = async () => {
            for (let index = next++; index < versions.length; index = next++) {
                await s3.send(new HeadObjectCommand({ Bucket: VAULT_BUCKET, Key: versions[index].Key, VersionId: versions[index].VersionId, ChecksumMode: "ENABLED" }));
            }
        };
        await Promise.all(Array.from({ length: atOnce }, worker));
        count += versions.length;
        if (!page.IsTruncated) return { objects: count, invocations: 1 };
        ({ NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page);
    }
}

/** As often as the starter would ask for it: a run that is cut off goes on where the last part ends. */
async function seal() {
    const lines = [];
    console.log = (line) => lines.push(JSON.parse(line));
    const { handler } = require(HANDLER);
    for (let invocations = 1; invocations < 20; invocations++) {
        const deadline = Date.now() + 900_000;
        await handler(event, { getRemainingTimeInMillis: () => deadline - Date.now() });
        const sealed = lines.find(({ message }) => message === "sealed");
        if (sealed) return { objects: sealed.objects, invocations, outcome: sealed.outcome, problems: sealed.problems };
    }
    throw new Error(`not sealed: ${JSON.stringify(lines.slice(-3))}`);
}

const began = performance.now();
(HANDLER === "bare" ? bare() : seal()).then((found) => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stdout.write(JSON.stringify({ ...found, seconds: (performance.now() - began) / 1000, processorSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: peakMiB() }));
    process.exit();
});
