// Fakes speak for S3, CloudWatch and STS here: that AWS answers in this form isn't proven.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { signed, textOf } from "../../handlers/lib/sealing/manifest";
import { readerCredentials, type Asks, type Clients } from "../../reports/clients";
import { coverage, exitStatus } from "../../reports/coverage";
import { isUnreadable } from "../../reports/evidence";
import { readVault } from "../../reports/files";
import { checkLine } from "../../reports/inventory";
import { firstDate, inTurns, readLive } from "../../reports/live";
import { checkManifest, isPart } from "../../reports/manifests";
import { bucket, database, directory, hoursAgo, line, now, orders, sealed, settings, shop } from "./vault";

const whole = sealed();
const changed = (change: (document: Record<string, unknown>) => object) => textOf(change(whole.document as unknown as Record<string, unknown>));
const again = (more: object) => textOf(signed({ ...whole.document, sha256: undefined, ...more }));

describe("a manifest", () => {
    const refused: Readonly<Record<string, readonly [key: string, text: string, reason: RegExp]>> = {
        "cut off": [whole.key, whole.text.slice(0, 200), /^isn't JSON: /],
        "empty": [whole.key, "", /^isn't JSON: /],
        "null": [whole.key, "null", /^is of version undefined, and this program reads version 1$/],
        "of a later version": [whole.key, changed((document) => ({ ...document, version: 2 })), /^is of version 2/],
        "changed": [whole.key, changed((document) => ({ ...document, retainUntil: "2099-01-01T00:00:00.000Z" })), /^its digest isn't that of its contents/],
        "without a field": [whole.key, changed(({ vault: _vault, ...document }) => document), /^isn't of schemas\/manifest-v1\.json: the document must have required property 'vault'$/],
        "with a time that is none": [whole.key, again({ retainUntil: "tomorrow" }), /^isn't of schemas\/manifest-v1\.json: \/retainUntil must match format "date-time"$/],
        "complete with problems": [whole.key, again({ problems: ["x"] }), /^isn't of schemas/],
        "under another account": [whole.key.replace(shop, "999988887777"), whole.text, /^its name says account 999988887777, and its contents 111122223333$/],
        "under another outcome": [whole.key.replace(".complete.", ".partial."), whole.text, /^its name says outcome partial, and its contents complete$/],
        "under another database": [whole.key.replace("instance.orders", "instance.other"), whole.text, /^its name says database other/],
        "under another resource": [whole.key.replace(/\.[A-Z0-9]{8}\//, ".ABCDEFGH/"), whole.text, /^its name says resource8 ABCDEFGH/],
        "under another date": [whole.key.replace("2026-11-18", "2026-11-17"), whole.text, /^its name says dataDate 2026-11-17/],
        "under another task": [whole.key.replace("-1.complete", "-2.complete"), whole.text, /^its name says taskId /],
        "of another stack": [whole.key, again({ vault: { bucket: "other", keyArn: "k" } }), /^is of the bucket other, and the stack's is rds-vault-prod/],
        "under no manifest's name": ["manifests/readme.txt", whole.text, /^isn't a manifest's name/],
    };
    for (const [name, [key, text, reason]] of Object.entries(refused)) {
        it(`${name}: named, with the reason`, () => {
            const read = checkManifest(key, `/tmp/${key}`, text, bucket);
            assert.ok(isUnreadable(read));
            assert.equal(read.path, `/tmp/${key}`);
            assert.match(read.reason, reason);
        });
    }

    it("tells what reports need", () => {
        const { key, text } = sealed({ outcome: "partial", skipped: ["app.x"] });
        const read = checkManifest(key, key, text, bucket);
        assert.deepEqual(read, { key, account: shop, kind: "instance", identifier: "orders", resourceId: orders, taskId: whole.document.task.id, outcome: "partial", dataTime: Date.parse(hoursAgo(10)), sealedAt: Date.parse(hoursAgo(9)), retainUntil: Date.parse(hoursAgo(-800)), bytes: 1_000_000, lacking: ["app.x"], problems: ["the table app.x was skipped: x"] });
    });
    it("of a copy that was gone takes the day's beginning", () => {
        const read = checkManifest(whole.key, whole.key, again({ snapshot: { arn: "a", createdAt: hoursAgo(-30) } }), bucket);
        assert.equal("dataTime" in read && read.dataTime, Date.parse("2026-11-18"));
    });
    it("isn't a part", () => assert.deepEqual([whole.key.replace(".complete.", ".part-0."), whole.key, "manifests/x.part-0.json"].map(isPart), [true, false, false]));
});

describe("a directory", () => {
    const files = { [whole.key]: whole.text, [whole.key.replace(".complete.", ".part-0.")]: "{}", "inventory.json": JSON.stringify([line([database()])]) };
    const reasons = (root: string) => readVault(root, bucket).unreadable.map(({ path, reason }) => `${path.slice(root.length)}: ${reason}`);

    it("is read", () => {
        const { manifests, inventory, unreadable } = readVault(directory(files), bucket);
        assert.deepEqual([manifests.length, inventory.length, unreadable], [1, 1, []]);
    });
    it("that isn't there is said to be not there", () => assert.deepEqual(reasons("/nowhere/at-all"), ["/manifests: there is no such file or directory", "/inventory.json: there is no such file or directory"]));
    it("names every file that can't be used and goes on", () => {
        const bad = sealed({ identifier: "bad" });
        const root = directory({ ...files, [bad.key]: bad.text.replace("1000000", "1000001"), "manifests/.DS_Store": "", "inventory.json": JSON.stringify([line([database()]), { message: "look" }, line([{ ...database(), rpoHours: -1 }]), line([{ ...database(), database: "orders" }])]) });
        const told = coverage(readVault(root, bucket), settings, now);
        assert.deepEqual(told.unreadable.map(({ path, reason }) => `${path.slice(root.length + 1)}: ${reason}`), [
            "manifests/.DS_Store: isn't a manifest's name: manifests/<account>/<date>/<database>/<task id>.<outcome>.json", `${bad.key}: its digest isn't that of its contents: it was damaged or changed`,
            'inventory.json[1]: isn\'t an inventory line: message: Invalid type: Expected "inventory" but received "look"',
            "inventory.json[2]: isn't an inventory line: databases.0.rpoHours: Invalid value: Expected >=0 but received -1",
            "inventory.json[3]: isn't an inventory line: databases.0.database: isn't <kind>.<identifier>",
        ]);
        assert.deepEqual([told.rows.map(({ status }) => status), told.complete, exitStatus(told)], [["protected"], false, 2]);
    });
    it("with an inventory that is no list", () => assert.deepEqual(reasons(directory({ ...files, "inventory.json": "{}" })), ["/inventory.json: isn't a list of inventory lines"]));
    it("with an inventory that is no JSON", () => assert.match(reasons(directory({ ...files, "inventory.json": "[" }))[0]!, /^\/inventory\.json: isn't JSON: /));
    it("with a file that may not be read", function () {
        if (process.getuid?.() === 0) return void 0; // root reads everything
        const root = directory(files);
        chmodSync(join(root, whole.key), 0);
        assert.deepEqual(reasons(root), [`/${whole.key}: can't be read (EACCES)`]);
    });
});

it("an inventory line may carry more than it needs", () => assert.ok(!isUnreadable(checkLine("x", { ...line([database()]), level: "INFO", timestamp: "t" }))));

/** Pages of two; calls are noted. */
function fake(objects: Readonly<Record<string, string | Error>>, messages: readonly string[] | Error = [], alarms: readonly object[] | Error = [], subscriptions: readonly object[] | Error = []) {
    const calls: Record<string, unknown>[] = [];
    const page = <T>(items: readonly T[], token = "0") => ({ items: items.slice(Number(token), Number(token) + 2), next: Number(token) + 2 < items.length ? String(Number(token) + 2) : undefined });
    const answer = <I extends object, O>(call: string, reply: (input: I) => O) => async (input: I): Promise<O> => {
        calls.push({ call, ...input });
        return reply(input);
    };
    const clients = {
        s3: {
            listObjectsV2: answer("list", ({ Prefix, Delimiter, StartAfter = "", ContinuationToken }: { Prefix: string; Delimiter?: string; StartAfter?: string; ContinuationToken?: string }) => {
                const keys = Object.keys(objects).sort().filter((key) => key.startsWith(Prefix) && key > StartAfter);
                const folder = (key: string) => key.indexOf("/", Prefix.length);
                if (Delimiter === undefined) { const { items, next } = page(keys, ContinuationToken); return { Contents: items.map((Key) => ({ Key })), NextContinuationToken: next }; }
                return { Contents: keys.filter((key) => folder(key) < 0).map((Key) => ({ Key })), CommonPrefixes: [...new Set(keys.filter((key) => folder(key) >= 0).map((key) => key.slice(0, folder(key) + 1)))].map((Prefix) => ({ Prefix })) };
            }),
            getObject: answer("get", ({ Key }: { Key: string }) => {
                const body = objects[Key];
                if (body instanceof Error) throw body;
                return { Body: { transformToString: async () => body } };
            }),
        },
        logs: { filterLogEvents: answer("filter", ({ nextToken }: { nextToken?: string }) => {
            if (messages instanceof Error) throw messages;
            const { items, next } = page(messages, nextToken);
            return { events: items.map((message, index) => ({ message, eventId: String(index) })), nextToken: next };
        }) },
        cloudWatch: { describeAlarms: answer("alarms", ({ StateValue, NextToken }: { StateValue: string; NextToken?: string }) => {
            if (alarms instanceof Error) throw alarms;
            const { items, next } = page(alarms.filter((each) => (each as { StateValue: string }).StateValue === StateValue), NextToken);
            return { MetricAlarms: items, NextToken: next };
        }) },
        sns: { listSubscriptionsByTopic: answer("subscriptions", ({ NextToken }: { NextToken?: string }) => {
            if (subscriptions instanceof Error) throw subscriptions;
            const { items, next } = page(subscriptions, NextToken);
            return { Subscriptions: items, NextToken: next };
        }) },
    } as unknown as Clients;
    return { clients, calls };
}

const denied = Object.assign(new Error("no\n rights"), { name: "AccessDenied" });

describe("live", () => {
    const many = [10, 30, 50].map((age) => sealed({ age }));
    const objects = Object.fromEntries(many.map(({ key, text }) => [key, text]));
    const old = sealed({ age: 24 * 60 });
    const json = JSON.stringify(line([database()]));

    it("reads what may still be locked, all pages, without parts", async () => {
        const { clients, calls } = fake({ ...objects, [old.key]: old.text, [whole.key.replace(".complete.", ".part-0.")]: "{}" }, [`2026-11-18T10:00:00Z\tid\tINFO\t${json}\n`, json, json]);
        const { manifests, inventory, unreadable, source } = await readLive({ settings, clients, now });
        assert.deepEqual([manifests.length, inventory.length, unreadable], [3, 3, []]);
        assert.equal(source, `s3://${bucket} and log group /aws/lambda/rds-vault-prod-eu-west-1-starter in eu-west-1`);
        assert.deepEqual(calls.filter(({ call }) => call === "list").map(({ StartAfter }) => StartAfter), [undefined, `manifests/${shop}/2026-10-07`, `manifests/${shop}/2026-10-07`]);
        const filter = calls.find(({ call }) => call === "filter");
        assert.deepEqual(filter, { call: "filter", logGroupName: "/aws/lambda/rds-vault-prod-eu-west-1-starter", filterPattern: '"inventory"', startTime: now.getTime() - 86_400_000, endTime: now.getTime() });
        assert.equal(calls.filter(({ call }) => call === "get").length, 3);
    });
    it("names what it can't read, and goes on", async () => {
        const { clients } = fake({ ...objects, [many[1]!.key]: denied, "manifests/readme": "" }, ['{"message":"inventory","at":"soon"}', 'x\t{"message":"inventory","at'], denied);
        const { manifests, unreadable, alarms } = await readLive({ settings, clients, now, alarms: true });
        assert.deepEqual([manifests.length, alarms], [2, []]);
        assert.deepEqual(unreadable.map(({ path, reason }) => `${path}: ${reason}`).sort(), [
            "CloudWatch alarms: AccessDenied: no rights", "log group /aws/lambda/rds-vault-prod-eu-west-1-starter, event 0: isn't an inventory line: at: isn't a time",
            'log group /aws/lambda/rds-vault-prod-eu-west-1-starter, event 1: isn\'t an inventory line: it: Invalid type: Expected Object but received undefined',
            `s3://${bucket}/${many[1]!.key}: AccessDenied: no rights`, `s3://${bucket}/manifests/readme: lies outside of the accounts' folders`,
        ].sort());
    });
    it("names logs that it can't read", async () => {
        const { manifests, unreadable } = await readLive({ settings, clients: fake(objects, denied).clients, now });
        assert.deepEqual([manifests.length, unreadable], [3, [{ path: "log group /aws/lambda/rds-vault-prod-eu-west-1-starter", reason: "AccessDenied: no rights" }]]);
    });
    it("asks for alarms that ring or lack data", async () => {
        const alarm = (AlarmName: string, StateValue: string) => ({ AlarmName, StateValue, StateReason: "so", StateTransitionedTimestamp: now });
        const { clients, calls } = fake({}, [], [alarm("a", "ALARM"), alarm("b", "ALARM"), alarm("c", "ALARM"), alarm("d", "INSUFFICIENT_DATA"), alarm("e", "OK")]);
        const { alarms } = await readLive({ settings, clients, now, alarms: true });
        assert.deepEqual(alarms?.map(({ name, state, since, reason }) => `${name} ${state} ${since} ${reason}`), ["a ALARM", "b ALARM", "c ALARM", "d INSUFFICIENT_DATA"].map((text) => `${text} ${now.toISOString()} so`));
        assert.equal(calls.find(({ call }) => call === "alarms")?.AlarmNamePrefix, "rds-vault-prod-eu-west-1-watch");
    });
    it("asks who is told, all pages, and tells those that wait from the others", async () => {
        const subscription = (SubscriptionArn: string, Endpoint: string) => ({ SubscriptionArn, Endpoint });
        const { clients, calls } = fake({}, [], [], [subscription("arn:aws:sns:eu-west-1:444455556666:n:1", "a@x"), subscription("Deleted", "b@x"), subscription("PendingConfirmation", "c@x"), subscription("arn:aws:sns:eu-west-1:444455556666:n:2", "d@x")]);
        const { told } = await readLive({ settings, clients, now, alarms: true });
        assert.deepEqual(told, { confirmed: 2, pending: ["c@x"] });
        assert.equal(calls.find(({ call }) => call === "subscriptions")?.TopicArn, "arn:aws:sns:eu-west-1:444455556666:rds-vault-prod-eu-west-1-notices");
    });
    it("names subscriptions that it can't read", async () => {
        const { told, unreadable } = await readLive({ settings, clients: fake({}, [], [], denied).clients, now, alarms: true });
        assert.deepEqual([told, unreadable], [undefined, [{ path: "subscriptions of the notices topic", reason: "AccessDenied: no rights" }]]);
    });
    it("doesn't ask for alarms unless told to", async () => {
        const { clients, calls } = fake({});
        assert.equal((await readLive({ settings, clients, now })).alarms, undefined);
        assert.deepEqual(calls.map(({ call }) => call).sort(), ["filter", "list"]);
    });
    it("looks back as far as locks and catching up go", () => {
        const { vault, databases } = settings;
        assert.equal(firstDate({ ...settings, vault: { ...vault, retentionDays: 1 } }, now), "2026-10-07");
        assert.equal(firstDate({ ...settings, vault: { ...vault, retentionDays: 365 } }, now), "2025-11-11");
        assert.equal(firstDate({ ...settings, databases: { ...databases, catchUpFrom: "2026-09-01" } }, now), "2026-09-01");
    });
    it("has a bounded number of calls under way, and keeps their order", async () => {
        let [under, most] = [0, 0];
        const results = await inTurns(Array.from({ length: 100 }, (_, n) => n), async (n) => {
            most = Math.max(most, ++under);
            await new Promise(setImmediate);
            under--;
            return n;
        });
        assert.deepEqual([results.length, results[99], most], [100, 99, 32]);
    });
});

describe("the reader role", () => {
    const role = "arn:aws:iam::444455556666:role/rds-vault/rds-vault-prod-eu-west-1-reader";
    const asks = (Arn: string | Error, assumed: object | Error = { Credentials: { AccessKeyId: "a", SecretAccessKey: "s", SessionToken: "t" } }) => {
        const asked: unknown[] = [];
        const sts = {
            getCallerIdentity: async () => { if (Arn instanceof Error) throw Arn; return { Arn }; },
            assumeRole: async (input: unknown) => { asked.push(input); if (assumed instanceof Error) throw assumed; return assumed; },
        } as unknown as Asks;
        return { sts, asked };
    };
    it("is assumed", async () => {
        const { sts, asked } = asks("arn:aws:iam::444455556666:user/lead");
        assert.deepEqual(await readerCredentials(settings, sts), { accessKeyId: "a", secretAccessKey: "s", sessionToken: "t" });
        assert.deepEqual(asked, [{ RoleArn: role, RoleSessionName: "rds-vault-report", DurationSeconds: 3600 }]);
    });
    it("isn't assumed by itself", async () => {
        const { sts, asked } = asks("arn:aws:sts::444455556666:assumed-role/rds-vault-prod-eu-west-1-reader/me");
        assert.deepEqual([await readerCredentials(settings, sts), asked], [undefined, []]);
    });
    it("is assumed by one that is only called alike", async () => {
        const { sts, asked } = asks("arn:aws:sts::999988887777:assumed-role/rds-vault-prod-eu-west-1-reader/me");
        assert.ok((await readerCredentials(settings, sts)) && asked.length === 1);
    });
    it("that can't be assumed is said in a sentence", () => assert.rejects(readerCredentials(settings, asks("arn:aws:iam::444455556666:user/lead", denied).sts), { name: "UsageError", message: `${role} can't be assumed by arn:aws:iam::444455556666:user/lead: AccessDenied: no rights. Allow that principal of account 444455556666 sts:AssumeRole on it in its own policy, or give files with --vault DIR.` }));
    it("needs credentials", () => assert.rejects(readerCredentials(settings, asks(denied).sts), { name: "UsageError", message: /^Your AWS credentials can't be used in eu-west-1: / }));
});
