/** Reads the event and inventory files of `npm start`. Every problem names file and field; nothing starts before all is read. */
import { readdirSync, readFileSync } from "fs";
import { join } from "path";
import type { Database, Snapshot } from "../handlers/lib/types";
import type { AwsEvent } from "./aws/types";
import { readEvidence } from "./explain";

export interface EventFile {
    readonly file: string;
    readonly event: AwsEvent;
}

export interface Inventory {
    readonly snapshots: readonly Snapshot[];
    /** With the account that their ARN says. */
    readonly databases: readonly (Database & { readonly account: string })[];
}

const refuse = (file: string, problem: string): never => {
    throw Object.assign(new Error(`${file}: ${problem}`), { name: "SettingsError" });
};

function readText(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        return refuse(file, `can't be read (${(error as NodeJS.ErrnoException).code}). Give the path of a JSON file.`);
    }
}

function readJson(file: string): Record<string, unknown> {
    const text = readText(file);
    try {
        const value: unknown = JSON.parse(text);
        if (value && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch (error) {
        refuse(file, `isn't JSON: ${(error as Error).message}`);
    }
    return refuse(file, "isn't a JSON object");
}

/** One EventBridge event per `.json` file, in AWS's own shape. */
export function readEvents(directory: string): EventFile[] {
    let names: string[] = [];
    try {
        names = readdirSync(directory).filter((name) => name.endsWith(".json")).sort();
    } catch (error) {
        refuse(directory, `can't be read as a folder (${(error as NodeJS.ErrnoException).code}). Give a folder with one JSON file per event.`);
    }
    if (!names.length) refuse(directory, "holds no .json file. Put one EventBridge event into each.");
    return names.map((name) => {
        const file = join(directory, name);
        const event = readJson(file);
        const text = (field: string, pattern: RegExp, wanted: string) => {
            if (typeof event[field] !== "string" || !pattern.test(event[field])) refuse(file, `${field}: received ${JSON.stringify(event[field])}, wanted ${wanted}`);
        };
        for (const field of ["id", "detail-type", "source", "region"]) text(field, /./, "text, as EventBridge sends it");
        text("account", /^\d{12}$/, "12 digits");
        text("time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, "an ISO time such as 2026-10-05T02:10:00Z");
        if (Number.isNaN(Date.parse(String(event.time)))) refuse(file, `time: received ${JSON.stringify(event.time)}, which is no time of any day`);
        if (!Array.isArray(event.resources)) refuse(file, `resources: received ${JSON.stringify(event.resources)}, wanted a list of ARNs`);
        if (!event.detail || typeof event.detail !== "object") refuse(file, `detail: received ${JSON.stringify(event.detail)}, wanted an object`);
        return { file: name, event: event as unknown as AwsEvent };
    });
}

/** What `aws rds describe-…` printed of snapshots and databases, as `explain` reads it: any number of files. */
export function readInventory(files: readonly string[]): Inventory {
    const evidence = readEvidence(files.map((file) => ({ file, text: readText(file) })));
    const known = ["DBSnapshots", "DBClusterSnapshots", "DBInstances", "DBClusters"];
    const unknown = [...evidence.keys].filter((key) => !known.includes(key));
    if (unknown.length) refuse(files.join(", "), `${unknown.join(", ")}: has no place in an inventory, which holds ${known.join(", ")}.`);
    return evidence;
}
