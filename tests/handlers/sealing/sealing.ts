/** Builders for the sealer's tests: an export in a fake vault. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as s3Module from "@aws-sdk/client-s3";
import { parseRequest } from "../../../handlers/lib/sealing/request";
import { sealTask } from "../../../handlers/lib/sealing/sealTask";
import { defaultLimits, type Limits } from "../../../handlers/lib/sealing/vault";
import type { AcceptedSkip, SealRequest, Task } from "../../../handlers/lib/types";
import { FakeS3, type Written } from "./fakeS3";

export const fixture = (name: string) => readFileSync(join(__dirname, "../../fixtures/export-info", name), "utf8");

export const bucket = "rds-vault-prod-eu-west-1-444455556666";
export const keyArn = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
export const account = "111122223333";
/** As the planner would make it of the snapshot's ARN and time, and of the bucket. */
export const taskId = "e2a1a5783b6b71feb3be78a2ac09fc4338cebec4e-1";
export const started = Date.parse("2026-11-20T04:00:00Z");
export const ended = Date.parse("2026-11-20T05:00:00Z");
export const minute = 60_000;
export const hour = 3_600_000;
export const prefix = `exports/${account}/instance.orders/2026-11-20`;
export const folder = `${prefix}/${taskId}/`;
export const stem = `manifests/${account}/2026-11-20/instance.orders.STUVWX01/${taskId}`;

export const task = (more: Partial<Task> = {}): Task => ({
    id: taskId, sourceArn: `arn:aws:rds:eu-west-1:${account}:snapshot:rds:orders-2026-11-20-03-10`, status: "COMPLETE", bucket, prefix,
    roleArn: `arn:aws:iam::${account}:role/rds-vault/rds-vault-prod-eu-west-1-export`, keyArn, exportOnly: [],
    snapshotTime: "2026-11-20T03:10:00.000Z", startedAt: new Date(started).toISOString(), endedAt: new Date(ended).toISOString(), ...more,
});
export const request = (more: Partial<Task> = {}): SealRequest => ({
    account, resourceId: "db-ABCDEFGHIJKLMNOPQRSTUVWX01", task: task(more),
    snapshot: {
        arn: task().sourceArn, account, kind: "instance", identifier: "rds:orders-2026-11-20-03-10", type: "automated", status: "available", engine: "postgres",
        database: "orders", resourceId: "db-ABCDEFGHIJKLMNOPQRSTUVWX01", createdAt: "2026-11-20T03:10:00.000Z", tags: {},
    },
});

export const pageName = (from: number, to: number) => `export_tables_info_${taskId}_from_${from}_to_${to}.json`;
export const pageOf = (targets: readonly string[], sizeGB = 1) => JSON.stringify({ perTableStatus: targets.map((target) => ({ target, status: "COMPLETE", sizeGB })) });

/** A fake vault with an export; files are put under the task's folder. */
export class Export extends FakeS3 {
    constructor(pageSize?: number) {
        super(keyArn, 35, pageSize);
    }
    file(key: string, more: Partial<Written> = {}, at = ended - 10 * minute): this {
        this.write(folder + key, at, more);
        return this;
    }
    /** Files and end mark of each table. */
    tables(folders: readonly string[], files = 1): this {
        for (const one of folders) {
            for (let n = 0; n < files; n++) this.file(`${one}/1/part-${String(n).padStart(5, "0")}-x.gz.parquet`);
            this.file(`${one}/1/_SUCCESS`, { size: 0 });
        }
        return this;
    }
    infos(targets: readonly string[] | string, at = ended): this {
        const page = typeof targets === "string" ? targets : pageOf(targets);
        return this.file(pageName(1, JSON.parse(page).perTableStatus.length), { body: page }, at).file(`export_info_${taskId}.json`, { body: fixture("export_info.json") }, at);
    }
}

export const postgres = () => new Export().tables(["app/public.customers", "app/public.orders"], 2).infos(fixture("tables_postgres.json"));

export interface Line { readonly level: string; readonly message: string; readonly [more: string]: unknown }

const print = console.log;
/** Of the runs under way: two at once hear each other. */
const listening = new Set<Line[]>();

/** One request; returns its log lines. */
export async function run(s3: FakeS3, more: { request?: SealRequest; at?: number; skips?: readonly AcceptedSkip[]; limits?: Partial<Limits>; remaining?: () => number; wait?: () => Promise<void> } = {}): Promise<Line[]> {
    const lines: Line[] = [];
    listening.add(lines);
    console.log = (line: string) => listening.forEach((heard) => heard.push(JSON.parse(line)));
    try {
        await sealTask(parseRequest(JSON.stringify(more.request ?? request()), { bucket, keyArn }), {
            s3Module, s3: s3.client, bucket, keyArn, retentionDays: 35, acceptedSkips: more.skips ?? [], limits: { ...defaultLimits, ...more.limits },
            now: () => new Date(more.at ?? ended + 20 * minute), remaining: more.remaining ?? (() => 900_000), wait: more.wait ?? (async () => {}),
        });
    } finally {
        listening.delete(lines);
        if (!listening.size) console.log = print;
    }
    return lines;
}

/** The one manifest that stands, parsed. */
export function manifestIn(s3: FakeS3) {
    const found = s3.manifests().filter(([key]) => !key.includes(".part-"));
    if (found.length !== 1) throw new Error(`${found.length} manifests: ${found.map(([key]) => key).join()}`);
    const [key, body] = found[0]!;
    return { key, outcome: key.split(".").slice(-2)[0], body, manifest: JSON.parse(body) };
}
