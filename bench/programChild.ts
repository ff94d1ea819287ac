/** One run of the program: configuration on stdin, `Run` on stdout. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { render } from "../rehearsal/render";
import type { Run } from "./programs";

const { peakMiB } = require("./peak.cjs") as { peakMiB(): number };

void render("prod", JSON.parse(readFileSync(0, "utf8")) as Record<string, string>).then((rendered) => {
    // All since the process began.
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    const run: Run = { seconds: performance.now() / 1000, processorSeconds: (userCPUTime + systemCPUTime) / 1e6, memoryMiB: peakMiB(), rendered };
    process.stdout.write(JSON.stringify(run));
});
