import * as pulumi from "@pulumi/pulumi";
import { parseSettings, type Settings } from "./settings";

const namespace = "rds-vault:";

/**
 * The settings of the stack that Pulumi runs. Reads the whole map, not key by key: `pulumi.Config` can't list its keys,
 * and a mistyped one would pass unnoticed.
 */
export function loadSettings(): Settings {
    const all = Object.entries(pulumi.runtime.allConfig());
    const ours = all
        .filter(([key]) => key.startsWith(namespace))
        .map(([key, value]): [string, unknown] => [key.slice(namespace.length), parsed(value)]);
    const region = new pulumi.Config("aws").get("region");
    return parseSettings(pulumi.getStack(), { ...Object.fromEntries(ours), ...(region !== undefined && { "aws:region": region }) });
}

/** Pulumi hands maps and lists over as JSON and plain values as they stand. */
function parsed(value: string): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}
