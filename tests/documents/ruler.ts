/** AWS's own matcher of event patterns: https://github.com/aws/event-ruler (Apache-2.0), which says of itself that EventBridge runs it. */
import { join } from "node:path";
import { java, jars } from "../peers/java";

/** By event, in their order, the names of the patterns that match it. */
export function ruler(patterns: Readonly<Record<string, object>>, events: readonly object[]): ReadonlySet<string>[] {
    const folder = jars({ group: "software.amazon.event.ruler", artifact: "event-ruler", version: "1.8.1" });
    const answers = JSON.parse(java(folder, join(__dirname, "ruler", "Judge.java"), JSON.stringify({ patterns, events }))) as string[][];
    return answers.map((names) => new Set(names));
}
