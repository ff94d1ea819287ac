/** One run of the program: configuration on stdin, `Run` on stdout. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { render } from "../rehearsal/render";
import type { Run } from "./programs";

void render("prod", JSON.parse(readFileSync(0, "utf8")) as Record<string, string>).then((rendered) => {
    // Both since the process began.
    const run: Run = { seconds: performance.now() / 1000, memoryMiB: process.resourceUsage().maxRSS / 1024, rendered };
    process.stdout.write(JSON.stringify(run));
});
