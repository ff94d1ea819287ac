/** Whether a text is the manifest that its key promises. Pure. */
import Ajv2020, { type ErrorObject } from "ajv/dist/2020";
import { resource8 } from "../handlers/lib/database";
import { parseManifestName } from "../handlers/lib/manifestName";
import { dateOf } from "../handlers/lib/period";
import { digestOf, type manifestOf } from "../handlers/lib/sealing/manifest";
import schema from "../schemas/manifest-v1.json";
import type { Manifest, Unreadable } from "./evidence";

type Written = ReturnType<typeof manifestOf>;

const isTime = (text: string) => !Number.isNaN(Date.parse(text));
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, formats: { "date-time": isTime, date: isTime } });
const fits = ajv.compile<Written>(schema);

const part = /\.part-\d+\.json$/;

/** Parts belong to a manifest, which names their digests; reports don't read them. */
export const isPart = (key: string): boolean => part.test(key) && parseManifestName(key.replace(part, ".complete.json")) !== undefined;

/**
 * @param key in the vault: `manifests/…`
 * @param path as the report is to name it
 * @param bucket of the stack; a manifest of another one proves nothing here
 */
export function checkManifest(key: string, path: string, text: string, bucket: string): Manifest | Unreadable {
    const unreadable = (reason: string): Unreadable => ({ path, reason });
    const name = parseManifestName(key);
    if (!name) return unreadable("isn't a manifest's name: manifests/<account>/<date>/<database>/<task id>.<outcome>.json");
    let manifest: unknown;
    try {
        manifest = JSON.parse(text);
    } catch (error) {
        return unreadable(`isn't JSON: ${(error as Error).message}`);
    }
    const { version } = (manifest ?? {}) as { version?: unknown };
    if (version !== 1) return unreadable(`is of version ${JSON.stringify(version)}, and this program reads version 1`);
    if (!fits(manifest)) return unreadable(`isn't of schemas/manifest-v1.json: ${problemOf(fits.errors ?? [])}`);
    if (digestOf(manifest) !== manifest.sha256) return unreadable("its digest isn't that of its contents: it was damaged or changed");
    const { account, database, dataDate, task, status, vault } = manifest;
    const told = { account, dataDate, kind: database.kind, database: database.identifier, resource8: resource8(database.resourceId), taskId: task.id, outcome: status };
    const differs = Object.entries(told).find(([field, value]) => name[field as keyof typeof told] !== value);
    if (differs) return unreadable(`its name says ${differs[0]} ${name[differs[0] as keyof typeof told]}, and its contents ${differs[1]}`);
    if (vault.bucket !== bucket) return unreadable(`is of the bucket ${vault.bucket}, and the stack's is ${bucket}: another stack?`);
    return factsOf(key, manifest);
}

/** Those of conditions (`allOf`) say least. */
function problemOf(errors: readonly ErrorObject[]): string {
    const error = errors.find(({ keyword }) => keyword !== "if") ?? errors[0];
    return `${error?.instancePath || "the document"} ${error?.message ?? "doesn't fit"}`;
}

function factsOf(key: string, { account, database, dataDate, snapshot, task, status, sealedAt, retainUntil, totals, tables = [], problems = [], failure }: Written): Manifest {
    return {
        key, account, problems,
        kind: database.kind,
        identifier: database.identifier,
        resourceId: database.resourceId,
        taskId: task.id,
        outcome: status,
        dataTime: dataTimeOf(dataDate, snapshot.originalCreatedAt ?? snapshot.createdAt),
        sealedAt: Date.parse(sealedAt),
        ...(retainUntil !== undefined && { retainUntil: Date.parse(retainUntil) }),
        bytes: totals?.bytes ?? 0,
        lacking: tables.filter((table) => table.status === "missing" || (table.status === "skipped" && !table.accepted)).map(({ name }) => name),
        ...(failure && { cause: failure.cause }),
    };
}

/** Of a copy that was gone when it was sealed the snapshot's time is the copy's, and the day is right: the earlier counts. */
function dataTimeOf(dataDate: string, time = ""): number {
    const [day, exact] = [Date.parse(dataDate), Date.parse(time)];
    if (Number.isNaN(exact)) return day;
    return dateOf(exact) === dataDate ? exact : Math.min(day, exact);
}
