/** Reads manifests, inventory, alarms and who is told of them from AWS. What can't be read is named, and the rest goes on. */
import { arnsOf, namesOf } from "../components/arns";
import type { Settings } from "../components/settings";
import { said } from "../doctor/finding";
import { windowStart } from "../handlers/lib/database";
import { dateOf } from "../handlers/lib/period";
import { parsed, patternOf, says } from "../handlers/lib/watching/logLines";
import type { DatabaseRules, InventoryLine } from "../handlers/lib/types";
import type { Clients } from "./clients";
import { subscribers } from "./told";
import { isUnreadable, type Evidence, type Manifest, type Ringing, type Told, type Unreadable } from "./evidence";
import { checkLine } from "./inventory";
import { checkManifest, isPart } from "./manifests";
import { goneDays } from "./subjects";
import { day } from "./words";

/** Calls under way at once; S3 takes 5,500 reads a second under one prefix. */
const atOnce = 32;

export interface Reading {
    readonly settings: Settings;
    readonly clients: Clients;
    readonly now: Date;
    /** Hears what was read so far. */
    readonly progress?: (text: string) => void;
    /** Whether to ask for alarms, and who is told of them. */
    readonly alarms?: boolean;
}

export async function readLive(reading: Reading): Promise<Evidence> {
    const { region } = reading.settings;
    const { bucket } = namesIn(reading.settings);
    const unreadable: Unreadable[] = [];
    const noted = <T>(path: string, none: T, call: () => Promise<T>): Promise<T> =>
        call().catch((error: unknown) => {
            unreadable.push({ path, reason: said(error) });
            return none;
        });
    const logGroup = `/aws/lambda/${namesIn(reading.settings).starter}`;
    const [manifests, inventory, alarms, told] = await Promise.all([
        noted(`s3://${bucket}/manifests/`, [], () => manifestsIn(reading, bucket, unreadable, noted)),
        noted(`log group ${logGroup}`, [], () => inventoryIn(reading, logGroup, unreadable)),
        reading.alarms ? noted("CloudWatch alarms", [], () => ringing(reading)) : undefined,
        reading.alarms ? noted<Told | undefined>("subscriptions of the notices topic", undefined, () => subscribers(reading.clients.sns, arnsOf(placeOf(reading.settings)).notices)) : undefined,
    ]);
    return { source: `s3://${bucket} and log group ${logGroup} in ${region}`, manifests, inventory, unreadable, ...(alarms && { alarms }), ...(told && { told }) };
}

const placeOf = ({ stack, region, backupAccount }: Settings) => ({ stack, region, backupAccountId: backupAccount.id });
const namesIn = (settings: Settings) => namesOf(placeOf(settings));

/** The first data date (yyyy-mm-dd) of which a lock may still stand, or a database may be missed. */
export function firstDate({ databases, sourceAccounts, organization, vault }: Settings, now: Date): string {
    const past = new Date(now.getTime() - Math.max(goneDays, vault.retentionDays) * day);
    const all: DatabaseRules[] = [databases, ...sourceAccounts.flatMap((each) => each.databases ?? []), ...(organization?.rules ?? []).map((rule) => rule.databases)];
    return dateOf(Math.min(...all.map((rules) => windowStart(rules, past))));
}

type Noted = <T>(path: string, none: T, call: () => Promise<T>) => Promise<T>;

async function manifestsIn({ settings, clients, now, progress }: Reading, bucket: string, unreadable: Unreadable[], noted: Noted): Promise<Manifest[]> {
    const since = firstDate(settings, now);
    const folders = await listed(clients, bucket, { Prefix: "manifests/", Delimiter: "/" });
    const strays = folders.keys.map((key) => ({ path: `s3://${bucket}/${key}`, reason: "lies outside of the accounts' folders" }));
    unreadable.push(...strays);
    const lists = await inTurns(folders.prefixes, (prefix) => noted(`s3://${bucket}/${prefix}`, [], async () => (await listed(clients, bucket, { Prefix: prefix, StartAfter: `${prefix}${since}` })).keys));
    const keys = lists.flat().filter((key) => !isPart(key));
    let done = 0;
    const read = await inTurns(keys, async (key) => {
        const path = `s3://${bucket}/${key}`;
        const manifest = await noted<Manifest | Unreadable | undefined>(path, undefined, async () => {
            const { Body } = await clients.s3.getObject({ Bucket: bucket, Key: key });
            return checkManifest(key, path, (await Body?.transformToString()) ?? "", bucket);
        });
        progress?.(`${++done} of ${keys.length} manifests read`);
        return manifest;
    });
    unreadable.push(...read.filter((each) => each !== undefined).filter(isUnreadable));
    return read.filter((each): each is Manifest => each !== undefined && !isUnreadable(each));
}

async function listed({ s3 }: Clients, bucket: string, query: { Prefix: string; Delimiter?: string; StartAfter?: string }) {
    const found = { keys: [] as string[], prefixes: [] as string[] };
    let token: string | undefined;
    do {
        const page = await s3.listObjectsV2({ Bucket: bucket, ...query, ...(token !== undefined && { ContinuationToken: token }) });
        found.keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
        found.prefixes.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
        token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
}

/** Results in the items' order, at most `atOnce` under way. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    let next = 0;
    const worker = async () => {
        for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
    return results;
}

const inventories = { field: "message", value: "inventory" } as const;

async function inventoryIn({ clients, now }: Reading, logGroupName: string, unreadable: Unreadable[]): Promise<InventoryLine[]> {
    const lines: InventoryLine[] = [];
    let nextToken: string | undefined;
    do {
        const page = await clients.logs.filterLogEvents({ logGroupName, filterPattern: patternOf(inventories), startTime: now.getTime() - day, endTime: now.getTime(), ...(nextToken !== undefined && { nextToken }) });
        for (const { message = "", eventId = "" } of page.events ?? []) {
            if (!says(message, inventories)) continue;
            const path = `log group ${logGroupName}, event ${eventId}`;
            const line = checkLine(path, parsed(message));
            if (isUnreadable(line)) unreadable.push(line);
            else lines.push(line);
        }
        nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return lines;
}

const states = ["ALARM", "INSUFFICIENT_DATA"] as const;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
async function ringing({ settings, clients }: Reading): Promise<Ringing[]> {
    const found: Ringing[] = [];
    for (const state of states) {
        let token: string | undefined;
        do {
            const page = await clients.cloudWatch.describeAlarms({ AlarmNamePrefix: namesIn(settings).watch, StateValue: state, ...(token !== undefined && { NextToken: token }) });
            for (const { AlarmName = "", StateReason = "", StateTransitionedTimestamp } of page.MetricAlarms ?? []) found.push({ name: AlarmName, state, reason: StateReason, ...(StateTransitionedTimestamp && { since: StateTransitionedTimestamp.toISOString() }) });
            token = page.NextToken;
        } while (token !== undefined);
    }
    return found;
}
