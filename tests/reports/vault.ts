/** Builders for the reports' tests: manifests as the sealer writes them, inventory lines as the starter says them. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resource8 } from "../../handlers/lib/database";
import { manifestName } from "../../handlers/lib/manifestName";
import { dateOf } from "../../handlers/lib/period";
import { signed, textOf } from "../../handlers/lib/sealing/manifest";
import type { InventoryDatabase, InventoryLine, Kind, ManifestOutcome } from "../../handlers/lib/types";
import { settingsFromFile, stackFile } from "../../rehearsal/config";
import { coverage, type Coverage } from "../../reports/coverage";
import { isUnreadable, type Evidence, type Manifest } from "../../reports/evidence";
import { checkManifest } from "../../reports/manifests";

export const settings = settingsFromFile(stackFile("prod"));
export const bucket = "rds-vault-prod-eu-west-1-444455556666";
export const [shop, billing, warehouse] = ["111122223333", "222233334444", "333344445555"] as const;
export const now = new Date("2026-11-18T12:00:00Z");
export const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString();
export const orders = "db-ORDERSORDERSORDERSORDERS01";

export interface Sealed {
    readonly account?: string;
    readonly kind?: Kind;
    readonly identifier?: string;
    readonly resourceId?: string;
    /** Hours before `now` that the data is from; sealed one later. */
    readonly age?: number;
    readonly outcome?: ManifestOutcome;
    readonly retainUntil?: string;
    readonly skipped?: readonly string[];
    readonly attempt?: number;
    /** Fields to overwrite before the digest is made. */
    readonly more?: object;
}

/** A manifest's key and document. */
export function sealed({ account = shop, kind = "instance", identifier = "orders", resourceId = orders, age = 10, outcome = "complete", retainUntil = hoursAgo(-800), skipped = [], attempt = 1, more = {} }: Sealed = {}) {
    const dataDate = dateOf(Date.parse(hoursAgo(age)));
    const id = `e${Buffer.from(`${kind}${identifier}${age}${account}`).toString("hex").padEnd(40, "0").slice(-40)}-${attempt}`;
    const whole = outcome === "complete" || outcome === "partial";
    const document = signed({
        version: 1, status: outcome, account,
        database: { kind, identifier, resourceId, engine: "postgres" },
        snapshot: { arn: `arn:aws:rds:eu-west-1:${account}:snapshot:rds:${identifier}`, type: "automated", createdAt: hoursAgo(age) },
        dataDate,
        task: { id, attempt, startedAt: hoursAgo(age - 0.2), endedAt: hoursAgo(age - 0.9), prefix: `exports/${account}/${kind}.${identifier}/${dataDate}`, roleArn: "arn:aws:iam::111122223333:role/x" },
        vault: { bucket, keyArn: "arn:aws:kms:eu-west-1:444455556666:key/x" },
        sealedAt: hoursAgo(age - 1),
        ...(whole && {
            retainUntil,
            totals: { objects: 1, bytes: 1_000_000, tables: 1 + skipped.length, skipped: skipped.length, strays: 0 },
            tables: [{ name: "app.public.orders", status: "exported", files: 1, bytes: 1_000_000 }, ...skipped.map((name) => ({ name, status: "skipped", files: 0, bytes: 0, reason: "x", accepted: false }))],
            problems: outcome === "partial" ? [`the table ${skipped[0] ?? "app.public.x"} was skipped: x`] : [],
            tampering: { count: 0, first: [] }, defects: { count: 0, first: [] },
            objects: [{ key: "app/public.orders/1/part-00000.gz.parquet", versionId: "v", size: 1_000_000, etag: "e", retainUntil }],
        }),
        ...(!whole && { failure: { cause: "RDS gave it up", class: "export" } }),
        ...more,
    });
    return { key: manifestName({ account, dataDate, kind, database: identifier, resource8: resource8(resourceId), taskId: id, outcome }), document, text: textOf(document) };
}

/** As read back, which proves that the builder's form is the schema's. */
export function manifest(of: Sealed = {}): Manifest {
    const { key, text } = sealed(of);
    const read = checkManifest(key, key, text, bucket);
    if (isUnreadable(read)) throw new Error(`${read.path}: ${read.reason}`);
    return read;
}

export const database = (more: Partial<InventoryDatabase> = {}): InventoryDatabase => ({
    database: "instance.orders", resourceId: orders, engine: "postgres", wanted: true, snapshots: 3, createdAt: "2025-01-01T00:00:00.000Z", rpoHours: 36, ...more,
});

export const line = (databases: readonly InventoryDatabase[], more: Partial<InventoryLine> = {}): InventoryLine => ({ message: "inventory", at: hoursAgo(2), account: shop, name: "shop", part: 1, parts: 1, databases, ...more });

/** Accounts without databases, so that none of the stack is missing. */
export const quiet = (...accounts: readonly string[]) => accounts.map((account) => line([], { account, name: account === billing ? "billing" : "warehouse" }));

export const evidence = (more: Partial<Evidence> = {}): Evidence => ({ source: "a test", manifests: [], inventory: [], unreadable: [], ...more });

/** Of one account of the three; the others have no databases. */
export const covered = (databases: readonly InventoryDatabase[], manifests: readonly Manifest[], more: Partial<Evidence> = {}): Coverage =>
    coverage(evidence({ inventory: [line(databases), ...quiet(billing, warehouse)], manifests, ...more }), settings, now);

/** A copy of a vault on disk. */
export function directory(files: Readonly<Record<string, string>>): string {
    const root = mkdtempSync(join(tmpdir(), "vault-"));
    for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
    }
    return root;
}

export const colourless = { bold: String, dim: String, green: String, red: String, yellow: String };
/** No hidden, no moving, no markup. */
export const hostile = ["<script>alert(1)</script>", `"><img src=x onerror='alert(1)'>`, `=cmd|'/C calc'!A0`, "+1", "-1+1", "@SUM(A1)", "\t=1", "two\nlines\r\n", "a,b;c", "\u202egnp.exe", "\u001b[31mred\u001b[0m", "＝1", "\ud800", "&amp;", ""];
