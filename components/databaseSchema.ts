/** The form of database rules, as everybody writes them: for all, for an account, for members of the organization. */
import * as v from "valibot";
import { listOf, strict, text, whole } from "./schemas";

export const snapshotTypes = ["automated", "manual", "awsbackup"] as const;
export const frequencies = ["every", "daily", "weekly", "monthly"] as const;

/** Its glob and account are checked when it is compiled: filters.ts. */
export const filterText = text(`Write a filter in quotes, [instance:|cluster:][<account id or name>/]<glob>, such as "shop-*".`);
const typeList = listOf(
    v.picklist(snapshotTypes, `Write one of ${snapshotTypes.join(", ")}.`),
    `Write a list of at least one of ${snapshotTypes.join(", ")}, such as [automated, manual].`,
);
const frequency = v.picklist(frequencies, `Write one of ${frequencies.join(", ")}.`);
export const tagValues = "Write a list of at least one accepted value in quotes, such as [\"vault\", \"gold\"].";

const override = strict(
    {
        databases: listOf(filterText, `Write the databases that it is for, such as ["warehouse-*"].`),
        snapshotTypes: v.exactOptional(typeList),
        frequency,
    },
    `Write { databases: ["warehouse-*"], frequency: weekly }.`,
);

/** yyyy-mm-dd. YAML readers and Pulumi may hand over a Date or a timestamp for it. */
const isoDate = v.pipe(
    v.unknown(),
    v.transform((value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value)),
    v.transform((value) => (typeof value === "string" ? value.replace(/T00:00:00(\.0+)?Z$/, "") : value)),
    v.check(isDate, "Write a date as yyyy-mm-dd, such as 2026-11-01."),
    v.transform(String),
);

function isDate(value: unknown): boolean {
    if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
    const time = Date.parse(value);
    // 2026-02-30 parses in some engines, as a day in March.
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** All optional: the defaults are the global rules' (settings.ts), the rules of accounts and members say only what differs. */
const entries = {
    include: v.exactOptional(listOf(filterText, `Write at least one filter, such as ["*"]; without any nothing is saved.`)),
    exclude: v.exactOptional(v.array(filterText, `Write a list of filters, such as ["*-scratch"], or leave it out.`)),
    snapshotTypes: v.exactOptional(typeList),
    tags: v.exactOptional(
        v.record(v.string(), listOf(text(tagValues), tagValues), `Write tag keys with their accepted values, such as { backup: ["vault"] }.`),
    ),
    frequency: v.exactOptional(frequency),
    overrides: v.exactOptional(v.array(override, `Write a list such as [{ databases: ["warehouse-*"], frequency: weekly }].`)),
    lookbackDays: v.exactOptional(whole(1, 35, "Write whole days from 1 to 35.")),
    copies: v.exactOptional(v.boolean("Write true or false, without quotes.")),
    catchUpFrom: v.exactOptional(isoDate),
};

const shape = `Write a map of rules such as { exclude: ["*-scratch"] }`;
/** Rules that may be left out. */
export const databases = strict(entries, `${shape}, or leave it out.`);
/** Rules without which their owner says nothing. */
export const requiredDatabases = strict(entries, `${shape}.`);

export type WrittenRules = v.InferOutput<typeof databases>;
