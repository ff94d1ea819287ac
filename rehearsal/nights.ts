/** What happens in the source accounts: databases, and the snapshots of each night. Faults are in `faults.ts`. */
import { rulesFor } from "../handlers/lib/database";
import type { Enrolment } from "../handlers/lib/types";
import type { SimDatabase, World } from "./aws/types";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The nights start on a Monday, so that weekly thinning shows. */
export const firstDay = Date.UTC(2026, 9, 5);

/** What a rehearsal plays on. */
export interface Stage {
    readonly world: World;
    readonly enrolment: Enrolment;
}

export interface Shape {
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

/**
 * A database of the shape, named so that the account's filters may want it: where the account includes `warehouse-*`
 * only, `orders` becomes `warehouse-orders`. Its tags are those that the configuration asks for.
 */
export function makeDatabase(stage: Stage, account: string, shape: Shape & { keyArn?: string }): SimDatabase {
    const { world, enrolment } = stage;
    const { tags = {} } = rulesFor(enrolment, account);
    const fitted = fit(stage, account, shape);
    const isTaken = world.rds.databases(account).some(({ kind, identifier }) => kind === fitted.kind && identifier === fitted.identifier);
    const taken = isTaken ? shape : fitted;
    const database: SimDatabase = {
        ...taken,
        account,
        resourceId: resourceId(world, taken.kind),
        tags: Object.fromEntries(Object.entries(tags).map(([key, [value]]) => [key, value ?? ""])),
    };
    world.rds.addDatabase(database);
    return database;
}

function fit<S extends Shape>({ enrolment }: Stage, account: string, shape: S): S {
    const filters = rulesFor(enrolment, account).include.filter((each) => each.account === undefined || each.account === account);
    const filter = filters.find(({ kind }) => kind === undefined || kind === shape.kind) ?? filters[0];
    if (!filter || new RegExp(filter.pattern).test(shape.identifier)) return shape;
    const glob = filter.text.replace(/^.*[:/]/, "");
    const identifier = glob.replace("*", shape.identifier).replace(/\{([^,}]*)[^}]*\}/g, "$1").replace(/[*?]/g, "x");
    if (filter.kind === undefined || filter.kind === shape.kind) return { ...shape, identifier };
    return { ...shape, identifier, kind: filter.kind, engine: filter.kind === "cluster" ? "aurora-postgresql" : "postgres" };
}

/** `perAccount` databases in each account; beyond the named shapes they are numbered. `varied`, for many accounts: each begins with another shape, a tenth of its size. */
export function populate(stage: Stage, accounts: readonly string[], perAccount: number, varied = false): SimDatabase[] {
    return accounts.flatMap((account, place) =>
        Array.from({ length: perAccount }, (_, index) => {
            const shape = shapes[(index + (varied ? place : 0)) % shapes.length] as Shape;
            const round = Math.floor(index / shapes.length);
            const sizeGiB = varied ? Math.ceil(shape.sizeGiB / 10) : shape.sizeGiB;
            return makeDatabase(stage, account, { ...shape, sizeGiB, identifier: round ? `${shape.identifier}-${round + 1}` : shape.identifier });
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
export const exportTimes = (taskId: string, sizeGiB: number) => ({
    // By the id, to the millisecond, not by chance: accounts of one batch start in no certain order, and must not tie later.
    starting: 10 * minute + (parseInt(taskId.slice(1, 9), 16) % (10 * minute)),
    running: Math.ceil(5 + sizeGiB / 4) * minute,
});
