"use strict";
const { readFileSync } = require("node:fs");

/**
 * This process at its largest, in MiB. Linux counts into `maxRSS` what the parent had when it forked, so its own file is asked there:
 * VmHWM, https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
exports.peakMiB = () => {
    if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
};
