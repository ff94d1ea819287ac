/** What happens in the source accounts: databases, and the snapshots of each night. Faults are in `faults.ts`. */
import type { SimDatabase, World } from "./aws/types";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The nights start on a Monday, so that weekly thinning shows. */
export const firstDay = Date.UTC(2026, 9, 5);

interface Shape {
    readonly identifier: string;
    readonly kind: "instance" | "cluster";
    readonly engine: string;
    readonly sizeGiB: number;
}

/** Names that a real inventory has, those that filters are written for among them. */
const shapes: readonly Shape[] = [
    { identifier: "orders", kind: "cluster", engine: "aurora-postgresql", sizeGiB: 180 },
    { identifier: "customers", kind: "instance", engine: "postgres", sizeGiB: 44 },
    { identifier: "catalog", kind: "instance", engine: "mysql", sizeGiB: 16 },
    { identifier: "payments", kind: "cluster", engine: "aurora-mysql", sizeGiB: 80 },
    { identifier: "sessions-scratch", kind: "instance", engine: "postgres", sizeGiB: 4 },
    { identifier: "warehouse-sales", kind: "cluster", engine: "aurora-postgresql", sizeGiB: 300 },
    { identifier: "inventory", kind: "instance", engine: "mariadb", sizeGiB: 12 },
    { identifier: "legacy-erp", kind: "instance", engine: "oracle-ee", sizeGiB: 100 },
    { identifier: "tmp-import", kind: "instance", engine: "postgres", sizeGiB: 2 },
    { identifier: "search", kind: "instance", engine: "postgres", sizeGiB: 28 },
    { identifier: "loyalty", kind: "cluster", engine: "aurora-postgresql", sizeGiB: 24 },
    { identifier: "reports", kind: "instance", engine: "mysql", sizeGiB: 60 },
];

const resourceId = (world: World, kind: SimDatabase["kind"]) => {
    const letters = Array.from({ length: 26 }, () => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Math.floor(world.random() * 32)]).join("");
    return `${kind === "cluster" ? "cluster" : "db"}-${letters}`;
};

export function makeDatabase(world: World, account: string, shape: Shape & { keyArn?: string }): SimDatabase {
    const database: SimDatabase = { account, resourceId: resourceId(world, shape.kind), tags: { backup: "vault" }, ...shape };
    world.rds.addDatabase(database);
    return database;
}

/** `perAccount` databases in each account; beyond the named shapes they are numbered. */
export function populate(world: World, accounts: readonly string[], perAccount: number): SimDatabase[] {
    return accounts.flatMap((account) =>
        Array.from({ length: perAccount }, (_, index) => {
            const shape = shapes[index % shapes.length] as Shape;
            const round = Math.floor(index / shapes.length);
            return makeDatabase(world, account, { ...shape, identifier: round ? `${shape.identifier}-${round + 1}` : shape.identifier });
        }),
    );
}

/** Each night: an automated snapshot of every database within half an hour, which is more than the slots hold; by day some others. */
export function scheduleNights(world: World, databases: readonly SimDatabase[], days: number): void {
    for (let night = 0; night < days; night++) {
        const midnight = firstDay + night * day;
        databases.forEach((database, index) => {
            const at = midnight + 2 * hour + Math.floor(world.random() * 30) * minute;
            snapshotAt(world, at, { database, type: "automated" });
            if (index % 5 === 1) snapshotAt(world, midnight + 5 * hour + index * minute, { database, type: "awsbackup" });
            if (index % 7 === 2) snapshotAt(world, midnight + 10 * hour + index * minute, { database, type: "manual", identifier: `${database.identifier}-release-${night + 1}` });
        });
    }
}

/** Begins at `at`; RDS takes a few minutes until it is available. */
export function snapshotAt(world: World, at: number, options: Parameters<World["rds"]["createSnapshot"]>[0]): void {
    const takes = (2 + Math.floor(world.random() * 6)) * minute;
    world.clock.at(at, () => void world.rds.createSnapshot({ ...options, availableAt: at + takes }));
}

/** STARTING restores the whole database, then extraction goes by size. Reported durations: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html */
export const exportTimes = (world: World, sizeGiB: number) => ({
    starting: (10 + Math.floor(world.random() * 10)) * minute,
    running: Math.ceil(5 + sizeGiB / 4) * minute,
});
