/** What a rule's target gets instead of the event. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
import type { AwsEvent, RuleTarget } from "./types";

/** Placeholders within quotation marks, lines of strings: another form of template is refused. Nothing is escaped, as on AWS; a field that isn't there is empty. */
export function transform({ paths, template }: NonNullable<RuleTarget["transformer"]>, event: AwsEvent): string {
    return template
        .split("\n")
        .map((line) => {
            if (!/^"[^"]*"$/.test(line)) throw new Error(`Input template: only lines of strings are simulated, not ${line}`);
            return line.replace(/<([\w.-]+)>/g, (_, name: string) => valueAt(paths[name], name, event));
        })
        .join("\n");
}

function valueAt(path: string | undefined, name: string, event: AwsEvent): string {
    if (!path?.startsWith("$.")) throw new Error(`Input template: <${name}> has no path`);
    const value = path.slice(2).split(".").reduce<unknown>((inner, field) => (inner as Record<string, unknown> | undefined)?.[field], event);
    return value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
