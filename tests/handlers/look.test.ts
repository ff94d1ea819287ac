// Doesn't prove the wire: the SDK is replaced here; the rehearsal runs the same text against it.
import assert from "node:assert/strict";
import { look } from "../../handlers/lib/look";
import { emptyMemory, type Clients, type Memory } from "../../handlers/lib/observe";
import { startExportTaskInput, taskId, taskIdStem } from "../../handlers/lib/taskId";
import { manifestName } from "../../handlers/lib/manifestName";
import type { DatabaseRules, SealRequest, StartExportTaskInput } from "../../handlers/lib/types";
import { account, daysAgo, filter, manifest, now, settings, snapshot } from "./planning";

const rdsError = (name: string, message = name) => Object.assign(new Error(message), { name, $fault: "client", $metadata: { httpStatusCode: 400 } });
const databases = ["a", "b", "c"];
const snapshots = databases.map((name, index) => snapshot(name, daysAgo(3 - index * 0.5), { database: name, resourceId: `db-${name}` }));
const idOf = (index: number, attempt = 1) => taskId(taskIdStem(snapshots[index]!, settings().destination), attempt);

interface Answers {
    /** Of each StartExportTask. */
    refuse?: (input: StartExportTaskInput) => Error | undefined;
    /** To a question for one task id. */
    named?: (id: string) => object[];
    sourceKeys?: (string | undefined)[];
    running?: object[];
    finished?: object[];
    /** By source ARN. */
    bySource?: (arn: string) => object[];
    manifests?: string[];
    /** How old a manifest is, in hours; default: nobody knows. */
    writtenHoursAgo?: number;
    triggers?: string[];
    rules?: Partial<DatabaseRules>;
    at?: Date;
    memory?: Memory;
    /** Which of the snapshots RDS lists; default all. */
    listed?: number[];
    /** Filled with alarms, the request to the sealer and the summary line, as they come. */
    order?: string[];
}

async function lookOnce({ refuse = () => undefined, named = () => [], sourceKeys = [], running = [], finished = [], bySource = () => [], manifests = [proof], writtenHoursAgo, triggers = [], rules = {}, at = now, memory = emptyMemory(), listed = [0, 1, 2], order = [] }: Answers = {}) {
    const asked: SealRequest[] = [];
    const describes: string[] = [];
    let inventories = 0;
    const listedAfter: string[] = [];
    const started: string[] = [];
    const tried: string[] = [];
    const pages = (key: string, items: (input: Record<string, string>) => object[]) =>
        async function* (_: unknown, input: Record<string, string>) {
            yield { [key]: items(input) };
        };
    const printed = snapshots.map(({ arn, identifier, database, resourceId, createdAt, engine }, index) => ({
        DBSnapshotArn: arn, DBSnapshotIdentifier: identifier, DBInstanceIdentifier: database, DbiResourceId: resourceId, SnapshotCreateTime: createdAt, Engine: engine,
        SnapshotType: "automated", Status: "available", KmsKeyId: sourceKeys[index],
    }));
    const clients = {
        rdsModule: {
            paginateDescribeDBSnapshots: pages("DBSnapshots", ({ SnapshotType }) => (SnapshotType ? [] : listed.map((index) => printed[index]!))),
            paginateDescribeDBClusterSnapshots: pages("DBClusterSnapshots", () => []),
            paginateDescribeDBInstances: pages("DBInstances", () => (inventories++, databases).map((name) => ({ DBInstanceIdentifier: name, DbiResourceId: `db-${name}`, Engine: "postgres", InstanceCreateTime: daysAgo(400) }))),
            paginateDescribeDBClusters: pages("DBClusters", () => []),
            paginateDescribeExportTasks: pages("ExportTasks", (input) => {
                describes.push(JSON.stringify(input));
                if (input.ExportTaskIdentifier) return named(input.ExportTaskIdentifier);
                if (input.SourceArn) return bySource(input.SourceArn);
                return running;
            }),
            StartExportTaskCommand: class { constructor(readonly input: StartExportTaskInput) {} },
            DescribeExportTasksCommand: class { constructor(readonly input: { Marker?: string }) {} },
        },
        s3Module: {
            paginateListObjectsV2: pages("Contents", ({ StartAfter = "" }) => {
                listedAfter.push(StartAfter.slice(-10));
                return manifests.filter((Key) => Key > StartAfter).map((Key) => ({ Key, LastModified: writtenHoursAgo === undefined ? undefined : new Date(now.getTime() - writtenHoursAgo * 3_600_000) }));
            }),
        },
        sqsModule: { SendMessageBatchCommand: class { constructor(readonly input: { Entries: { MessageBody: string }[] }) {} } },
        sqs: { send: async ({ input }: { input: { Entries: { MessageBody: string }[] } }) => (order.push("asked"), asked.push(...input.Entries.map(({ MessageBody }) => JSON.parse(MessageBody))), {}) },
        rds: {
            send: async ({ input }: { input: StartExportTaskInput & { Filters?: object; Marker?: string } }) => {
                if (input.Filters) {
                    describes.push(JSON.stringify(input));
                    const from = Number(input.Marker ?? 0);
                    return { ExportTasks: finished.slice(from, from + 100), Marker: from + 100 < finished.length ? String(from + 100) : undefined };
                }
                tried.push(input.ExportTaskIdentifier);
                order.push("start");
                const error = refuse(input);
                if (error) throw error;
                started.push(input.ExportTaskIdentifier);
                return {};
            },
        },
        s3: {},
    } as unknown as Clients;
    const lines: Record<string, unknown>[] = [];
    const print = console.log;
    console.log = (line: string) => {
        const said = JSON.parse(line);
        lines.push(said);
        if ((said.Alarm && said.Alarm !== "beyond-rpo") || said.message === "look") order.push(said.message);
    };
    try {
        await look({ account, named: triggers }, settings(rules), at, clients, memory);
    } finally {
        console.log = print;
    }
    const line = lines.find(({ message }) => message === "look");
    const ended = line?.ended;
    return { line, listedAfter, inventory: lines.filter(({ message }) => message === "inventory"), started, tried, ended, asked, describes, inventories, memory, messages: lines.map(({ message }) => message), alarms: lines.filter(({ Alarm }) => Alarm !== undefined && Alarm !== "beyond-rpo"), beyondRpo: lines.filter(({ Alarm }) => Alarm === "beyond-rpo") };
}

const shape = (input: StartExportTaskInput, Status: string) => ({ ...input, Status, ...(["COMPLETE", "FAILED", "CANCELED"].includes(Status) && { TaskStartTime: daysAgo(0.2), TaskEndTime: daysAgo(0.1) }), ExportTaskIdentifier: input.ExportTaskIdentifier, S3Bucket: input.S3BucketName, ExportOnly: [] });
/** An export that was sealed, so that the account counts as known. */
const proof = manifestName(manifest(snapshot("old", daysAgo(8), { database: "a", resourceId: "db-a" }), 1));

const ownShape = (index: number, status: string, more: object = {}) => ({ ...shape(startExportTaskInput(snapshots[index]!, settings().destination, idOf(index)), status), SnapshotTime: snapshots[index]!.createdAt, ...more });
const taken = (input: StartExportTaskInput) => (input.ExportTaskIdentifier === idOf(0) ? rdsError("ExportTaskAlreadyExistsFault") : undefined);

describe("one look", () => {
    it("starts what is due, oldest first", async () => {
        const { started, ended } = await lookOnce();
        assert.deepEqual([started, ended], [[idOf(0), idOf(1), idOf(2)], undefined]);
    });

    for (const [name, tried, ended] of [
        ["ExportTaskLimitReachedFault", 1, "limit"],
        ["Throttling", 1, "throttled"],
        ["IamRoleNotFoundFault", 1, "configuration"],
        ["InvalidS3BucketFault", 1, "configuration"],
        ["KMSKeyNotAccessibleFault", 1, "source-key"],
        ["InvalidExportSourceStateFault", 3, undefined],
        ["DBSnapshotNotFoundFault", 3, undefined],
        ["InvalidParameterValue", 3, undefined],
    ] as const) {
        it(`${name}: ${ended ? `the round ends (${ended})` : "the others go on"}`, async () => {
            const result = await lookOnce({ refuse: () => rdsError(name) });
            assert.deepEqual([result.tried.length, result.ended, result.started], [tried, ended, []]);
        });
    }

    it("leaves snapshots under the same source key alone once it can't be used, and goes on with others", async () => {
        const bad = "arn:aws:kms:eu-west-1:111122223333:key/bad";
        const { tried, started } = await lookOnce({
            refuse: (input) => (input.SourceArn === snapshots[2]!.arn ? undefined : rdsError("KMSKeyNotAccessibleFault")),
            sourceKeys: [bad, bad, "arn:aws:kms:eu-west-1:111122223333:key/good"],
        });
        assert.deepEqual([tried, started], [[idOf(0), idOf(2)], [idOf(2)]]);
    });

    it("takes its own running task under the id for success", async () => {
        const { started, messages } = await lookOnce({ refuse: taken, named: () => [ownShape(0, "STARTING")] });
        assert.deepEqual(started, [idOf(1), idOf(2)]);
        assert.ok(messages.includes("export-exists") && !messages.includes("export-refused"));
    });

    it("steps over a stranger under its id, and says so", async () => {
        const stranger = { ...ownShape(0, "COMPLETE"), S3Bucket: "elsewhere" };
        const { started, messages } = await lookOnce({ refuse: taken, named: () => [stranger] });
        assert.deepEqual(started, [idOf(0, 2), idOf(1), idOf(2)]);
        assert.ok(messages.includes("stranger"));
    });

    it("gives up after ten strangers in a row, since each costs calls", async () => {
        const { tried, ended } = await lookOnce({ refuse: () => rdsError("ExportTaskAlreadyExistsFault"), named: (id) => [{ ...ownShape(0, "FAILED"), ExportTaskIdentifier: id, S3Bucket: "elsewhere" }] });
        assert.deepEqual([tried.length, ended], [10, "patience"]);
    });
});

describe("a finished export", () => {
    const complete = ownShape(0, "COMPLETE", { TaskStartTime: daysAgo(1), TaskEndTime: daysAgo(0.9) });
    const sealed = manifestName(manifest(snapshots[0]!, 1));

    it("is given to the sealer with what only the account tells", async () => {
        const { asked } = await lookOnce({ finished: [complete] });
        assert.deepEqual(asked.map(({ task, resourceId, snapshot: of }) => [task.id, task.status, resourceId, of?.arn]), [[idOf(0), "COMPLETE", "db-a", snapshots[0]!.arn]]);
    });
    it("isn't, once a manifest names it", async () => assert.deepEqual((await lookOnce({ finished: [complete], manifests: [sealed] })).asked, []));
    it("isn't, when its data is older than the ledger is read back", async () =>
        assert.deepEqual((await lookOnce({ finished: [{ ...complete, S3Prefix: complete.S3Prefix.replace(/[^/]+$/, "2026-01-01") }] })).asked, []));
    it("isn't, when it is a stranger's", async () => assert.deepEqual((await lookOnce({ finished: [{ ...complete, S3Bucket: "elsewhere" }] })).asked, []));
    it("isn't, when somebody exported one snapshot under another database's prefix, listed or gone; it is alarmed", async () => {
        const input = startExportTaskInput(snapshots[0]!, settings().destination, idOf(0));
        const forged = { ...shape({ ...input, S3Prefix: input.S3Prefix.replace("instance.a", "instance.b") }, "COMPLETE"), SnapshotTime: snapshots[0]!.createdAt };
        const invented = { ...forged, ExportTaskIdentifier: `e${"ab".repeat(20)}-1`, SourceArn: `arn:aws:rds:eu-west-1:${account}:snapshot:tiny`, SnapshotTime: daysAgo(1) };
        for (const task of [forged, invented]) {
            const { asked, alarms } = await lookOnce({ finished: [task] });
            assert.deepEqual([asked, alarms.map(({ Alarm }) => Alarm)], [[], ["stranger"]]);
        }
    });
    it("without its snapshot tells its database only if RDS made the snapshot", async () => {
        const gone = (identifier: string) => {
            const of = snapshot(identifier, daysAgo(1), { database: "b", resourceId: "db-b" });
            return { ...shape(startExportTaskInput(of, settings().destination, taskId(taskIdStem(of, settings().destination), 1)), "COMPLETE"), SnapshotTime: of.createdAt };
        };
        const resourceIds = async (identifier: string) => (await lookOnce({ finished: [gone(identifier)] })).asked.map(({ resourceId }) => resourceId);
        assert.deepEqual(await resourceIds("rds:b-2026-11-17-12-00"), ["db-b"]);
        assert.deepEqual(await resourceIds("by-hand"), [""]);
        assert.deepEqual(await resourceIds("rds:other-2026-11-17-12-00"), [""]);
    });
    it("isn't taken for finished before RDS says when it ended", async () =>
        assert.deepEqual((await lookOnce({ finished: [{ ...ownShape(0, "COMPLETE"), TaskEndTime: undefined }] })).asked, []));
    it("is found in a long history, some pages per look", async () => {
        const others = Array.from({ length: 1500 }, (_, n) => ({ ...ownShape(1, "COMPLETE"), ExportTaskIdentifier: `by-hand-${n}` }));
        const first = await lookOnce({ finished: [...others, complete] });
        assert.deepEqual([first.asked.length, first.describes.filter((input) => input.includes('"complete"')).length], [0, 10]);
        assert.equal((await lookOnce({ memory: first.memory, finished: [...others, complete] })).asked.length, 1);
    });
    it("is asked for again after ten minutes, not before, and RDS isn't asked for all of them twice", async () => {
        const { memory } = await lookOnce({ finished: [complete] });
        const later = (minutes: number) => lookOnce({ memory, at: new Date(now.getTime() + minutes * 60_000) });
        assert.equal((await later(5)).asked.length, 0);
        const again = await later(15);
        assert.equal(again.asked.length, 1);
        assert.ok(!again.describes.some((input) => input.includes('"complete"')));
    });
    it("is found hours later, when another environment started it and it ended between two looks of this one", async () => {
        const { memory } = await lookOnce();
        const later = async (hours: number) => (await lookOnce({ memory, finished: [complete], listed: [], at: new Date(now.getTime() + hours * 3_600_000) })).asked.length;
        assert.deepEqual([await later(5), await later(6)], [0, 1]);
    });
    it("is found by its id when it was in flight before, though its snapshot is gone", async () => {
        const gone = snapshot("rds:b-2026-11-16-12-00", daysAgo(2), { database: "b", resourceId: "db-b" });
        const input = startExportTaskInput(gone, settings().destination, taskId(taskIdStem(gone, settings().destination), 1));
        const task = (status: string) => ({ ...shape(input, status), SnapshotTime: gone.createdAt });
        const { memory } = await lookOnce({ running: [task("IN_PROGRESS")] });
        const { asked } = await lookOnce({ memory, named: (id) => (id === input.ExportTaskIdentifier ? [task("COMPLETE")] : []) });
        assert.deepEqual(asked.map(({ task: { id }, resourceId, snapshot: of }) => [id, resourceId, of]), [[input.ExportTaskIdentifier, "db-b", undefined]]);
    });
    it("is found though its start seemed to fail, and it ended before anybody saw it run", async () => {
        const { memory } = await lookOnce({ refuse: () => rdsError("TimeoutError") });
        const { asked } = await lookOnce({ memory, named: (id) => (id === idOf(0) ? [ownShape(0, "FAILED")] : []) });
        assert.deepEqual(asked.map(({ task: { id } }) => id), [idOf(0)]);
    });
    it("is found though its start was only known by a second try, and it ended before anybody saw it run", async () => {
        const { memory } = await lookOnce({ refuse: taken, named: () => [ownShape(0, "STARTING")] });
        const { asked } = await lookOnce({ memory, named: (id) => (id === idOf(0) ? [ownShape(0, "COMPLETE")] : []) });
        assert.deepEqual(asked.map(({ task: { id } }) => id), [idOf(0)]);
    });
    it("without a resource id is not taken for a later database of the same name", async () => {
        const gone = snapshot("gone", daysAgo(500), { database: "b", resourceId: "db-old" });
        const input = startExportTaskInput(gone, settings().destination, taskId(taskIdStem(gone, settings().destination), 1));
        const { asked } = await lookOnce({ finished: [{ ...shape(input, "COMPLETE"), S3Prefix: input.S3Prefix.replace(/[^/]+$/, daysAgo(1).slice(0, 10)), SnapshotTime: gone.createdAt }] });
        assert.deepEqual(asked.map(({ resourceId }) => resourceId), [""]);
    });
});

describe("alarms of a look", () => {
    const codes = async (answers: Answers) => (await lookOnce(answers)).alarms.map(({ Alarm, database }) => `${Alarm} ${database}`);

    it("beyond the RPO, in a new account only while none of its exports is on its way or being sealed, whatever a function remembers", async () => {
        const beyond = async (answers: Answers) => (await lookOnce({ manifests: [], ...answers })).beyondRpo.length;
        const refuse = () => rdsError("IamRoleNotFoundFault");
        const forged = { ...ownShape(0, "IN_PROGRESS"), SourceArn: `arn:aws:rds:eu-west-1:${account}:snapshot:tiny` };
        const started = await lookOnce({ manifests: [] });
        assert.deepEqual([started.started.length, started.beyondRpo], [1, []]);
        assert.equal(await beyond({ running: [ownShape(0, "IN_PROGRESS")], refuse }), 0);
        assert.equal(await beyond({ finished: [ownShape(0, "COMPLETE")], refuse }), 0);
        assert.equal(await beyond({ finished: [ownShape(0, "FAILED")], refuse }), 3);
        assert.equal(await beyond({ running: [forged], refuse }), 3);
        assert.equal(await beyond({ refuse }), 3);
        assert.equal(await beyond({ listed: [] }), 3, "without any snapshot");
    });
    it("canceled and failed, each once", async () => {
        const ended = { TaskStartTime: daysAgo(1), TaskEndTime: daysAgo(0.9) };
        const answers = { finished: [ownShape(0, "CANCELED", ended), ownShape(1, "FAILED", { ...ended, FailureCause: "An unknown internal error occurred." })] };
        const { alarms, memory } = await lookOnce(answers);
        assert.deepEqual(alarms.map(({ Alarm }) => Alarm), ["canceled", "failed"]);
        assert.deepEqual(await codes({ ...answers, memory }), []);
    });
    it("stuck beyond what its size explains, and no second start", async () => {
        const task = (hours: number) => ownShape(0, "STARTING", { TaskStartTime: daysAgo(hours / 24) });
        assert.deepEqual(await codes({ running: [task(23)] }), []);
        const { started, alarms } = await lookOnce({ running: [task(25)] });
        assert.deepEqual(alarms.map(({ Alarm, database }) => `${Alarm} ${database}`), ["stuck instance.a"]);
        assert.ok(!started.some((id) => id.startsWith(idOf(0).slice(0, 41))));
    });
    it("stuck, though RDS doesn't say since when", async () => {
        const running = [ownShape(0, "CANCELING")];
        const { memory } = await lookOnce({ running });
        assert.deepEqual(await codes({ running, memory, at: new Date(now.getTime() + 25 * 3_600_000) }), ["stuck instance.a"]);
    });
    it("a snapshot that a trigger named is gone, and nobody exported it", async () => {
        const arn = `arn:aws:rds:eu-west-1:${account}:snapshot:gone`;
        assert.deepEqual(await codes({ triggers: [arn, snapshots[0]!.arn] }), ["vanished unknown"]);
        assert.deepEqual(await codes({ triggers: [arn], bySource: (asked) => (asked === arn ? [ownShape(0, "IN_PROGRESS")] : []) }), []);
    });
    it("a snapshot was waiting for its export and is gone", async () => {
        const { memory } = await lookOnce({ refuse: () => rdsError("ExportTaskLimitReachedFault") });
        const { alarms } = await lookOnce({ memory, listed: [0, 2] });
        assert.deepEqual(alarms.map(({ Alarm, database, snapshot: arn }) => [Alarm, database, arn]), [["vanished", "instance.b", snapshots[1]!.arn]]);
    });
    it("and another was made under its name", async () => {
        const { memory } = await lookOnce({ refuse: () => rdsError("ExportTaskLimitReachedFault") });
        memory.waiting = memory.waiting.map((each) => (each.arn === snapshots[1]!.arn ? { ...each, createdAt: daysAgo(6) } : each));
        assert.deepEqual(await codes({ memory }), ["vanished instance.b"]);
    });
    it("nor did its failed attempt save it", async () => {
        const { memory } = await lookOnce({ refuse: () => rdsError("ExportTaskLimitReachedFault") });
        assert.deepEqual(await codes({ memory, listed: [0, 2], manifests: [proof, manifestName(manifest(snapshots[1]!, 1, "failed"))] }), ["vanished instance.b"]);
    });
    it("a wanted snapshot leaves the window while RDS refuses every start", async () => {
        const answers = { refuse: () => rdsError("ExportTaskLimitReachedFault"), at: new Date(now.getTime() + 5 * 86_400_000) };
        assert.deepEqual(await codes({ ...answers, manifests: [proof, manifestName(manifest(snapshot("older", daysAgo(6), { database: "a", resourceId: "db-a" }), 1))] }), ["expired-unprotected instance.a", "expired-unprotected instance.b"]);
    });
    it("one waits until it is too old, in an account that never tried an export", async () => {
        const refuse = () => rdsError("ExportTaskLimitReachedFault");
        const at = new Date(now.getTime() + 9 * 86_400_000);
        const { memory } = await lookOnce({ refuse, manifests: [] });
        assert.deepEqual(await codes({ memory, refuse, at, manifests: [] }), ["expired-unprotected instance.a", "expired-unprotected instance.b", "expired-unprotected instance.c"]);
        assert.deepEqual(await codes({ refuse, at, manifests: [] }), [], "a first deployment's history");
    });
    it("isn't said of a snapshot that went while its export ran", async () => {
        const { memory } = await lookOnce({ refuse: () => rdsError("ExportTaskLimitReachedFault") });
        assert.deepEqual(await codes({ memory, listed: [0, 2], running: [ownShape(1, "IN_PROGRESS")] }), []);
    });
    it("is said though somebody took its id for an export of something else", async () => {
        const { memory } = await lookOnce({ refuse: () => rdsError("ExportTaskLimitReachedFault") });
        const forged = ownShape(1, "IN_PROGRESS", { SourceArn: `arn:aws:rds:eu-west-1:${account}:snapshot:tiny` });
        assert.ok((await codes({ memory, listed: [0, 2], running: [forged] })).includes("vanished instance.b"));
    });
    it("comes before the sealer is asked, who might be done before the next look", async () => {
        const order: string[] = [];
        await lookOnce({ finished: [ownShape(0, "FAILED", { TaskEndTime: daysAgo(0.1) })], order });
        assert.deepEqual(order.filter((each) => each !== "start"), ["failed", "asked", "look"]);
    });
    it("says that somebody took an id before it starts the next attempt, which nobody asks about again", async () => {
        const order: string[] = [];
        await lookOnce({ bySource: (asked) => (asked === snapshots[0]!.arn ? [{ ...ownShape(0, "COMPLETE"), S3Bucket: "elsewhere" }] : []), order });
        assert.deepEqual(order.slice(0, 2), ["stranger", "start"]);
    });
    it("many snapshots that events named are gone", async () => {
        const triggers = Array.from({ length: 50 }, (_, n) => `arn:aws:rds:eu-west-1:${account}:snapshot:gone-${n}`);
        const { alarms, describes } = await lookOnce({ triggers });
        assert.deepEqual([alarms.length, alarms.at(-1)?.reason], [21, "events named 30 more snapshots that RDS doesn't list"]);
        assert.equal(describes.filter((input) => input.includes(":gone-")).length, 5);
    });
    it("a database with exports is gone", async () => {
        const left = manifestName(manifest(snapshot("x", daysAgo(3), { database: "dropped", resourceId: "db-DROPPED1" }), 1));
        assert.deepEqual(await codes({ manifests: [proof, left] }), ["disappeared instance.dropped"]);
        assert.deepEqual(await codes({ manifests: [proof, left], rules: { exclude: [filter("drop*")] } }), [], "and nobody wants it any more");
    });
    it("complete for half a day, and no manifest", async () => {
        const since = (hours: number) => ({ finished: [ownShape(0, "COMPLETE", { TaskStartTime: daysAgo(2), TaskEndTime: daysAgo(hours / 24) })] });
        assert.deepEqual(await codes(since(11)), []);
        assert.deepEqual(await codes(since(13)), ["unsealed instance.a"]);
    });
});

describe("the inventory", () => {
    const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    it("is asked for once an hour", async () => {
        const { memory, inventories } = await lookOnce();
        assert.equal(inventories, 1);
        assert.equal((await lookOnce({ memory, at: later(45) })).inventories, 0);
        assert.equal((await lookOnce({ memory, at: later(61) })).inventories, 1);
    });
    it("is asked for again before a database is called gone", async () => {
        const { memory } = await lookOnce();
        const born = manifestName(manifest(snapshot("x", daysAgo(0), { database: "new", resourceId: "db-NEW00001" }), 1));
        assert.equal((await lookOnce({ memory, at: later(15), manifests: [proof, born] })).inventories, 1);
    });
});

describe("protection in a look", () => {
    const hoursLater = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
    const fresh = (index: number) => manifestName(manifest(snapshots[index]!, 1));

    it("alarms each database beyond its RPO, with the plan's word, and once a day", async () => {
        const { beyondRpo, memory } = await lookOnce({ manifests: [proof, fresh(2)] });
        assert.deepEqual(beyondRpo.map(({ database }) => database), ["instance.a", "instance.b", "instance.c"]);
        const { account: whose, reason, level, Alarms } = beyondRpo[0]!;
        assert.deepEqual([whose, level, Alarms], [account, "ERROR", 1]);
        assert.match(String(reason), /^its newest protected data is of 2026-11-10T\S+, more than the 36 hours that monitoring\.rpoHours and its frequency allow\. a: task e[0-9a-f]{40}-1 is starting$/);
        assert.match(String(beyondRpo[1]!.reason), /^no export of it was ever sealed complete, since 2026-11-10T/);
        assert.match(String(beyondRpo[2]!.reason), /^its newest protected data is of 2026-11-16T12:00:00\.000Z, .* allow\. RDS lists no newer snapshot of it$/);
        const again = async (hours: number) => (await lookOnce({ memory, manifests: [proof, fresh(2)], at: hoursLater(hours) })).beyondRpo.length;
        assert.deepEqual([await again(1), await again(13), await again(14)], [0, 3, 0]);
    });
    it("measures what was started, waits, and is unprotected, without an account", async () => {
        const { line } = await lookOnce({ manifests: [proof, fresh(2)], refuse: ({ SourceArn }) => (SourceArn === snapshots[1]!.arn ? rdsError("InvalidParameterValue") : undefined) });
        const { Started, Waiting, BeyondRpo, OldestUnprotectedHours, Stack, _aws } = line as Record<string, unknown> & { _aws: { CloudWatchMetrics: object[] } };
        assert.deepEqual([Started, Waiting, BeyondRpo, Math.round(Number(OldestUnprotectedHours)), Stack], [1, 1, 3, 180, ""]);
        const units = (unit: string, ...names: string[]) => names.map((Name) => ({ Name, Unit: unit }));
        assert.deepEqual(_aws.CloudWatchMetrics, [{ Namespace: "rds-vault", Dimensions: [["Stack"]], Metrics: [...units("Count", "Started", "Waiting", "BeyondRpo"), ...units("None", "OldestUnprotectedHours")] }]);
    });
    it("measures by account as well, where that is paid for", async () => {
        process.env.PER_ACCOUNT_METRICS = "true";
        try {
            const { Account, _aws } = (await lookOnce()).line as { Account: string; _aws: { CloudWatchMetrics: { Dimensions: string[][] }[] } };
            assert.deepEqual([Account, _aws.CloudWatchMetrics[0]!.Dimensions], [account, [["Stack"], ["Stack", "Account"]]]);
        } finally {
            delete process.env.PER_ACCOUNT_METRICS;
        }
    });
    it("takes the time of a manifest for the data's, once the snapshot is gone", async () => {
        const manifests = [proof, fresh(0), fresh(1), fresh(2)];
        const hours = async (answers: Answers) => Math.round(Number((await lookOnce({ manifests, ...answers })).line?.OldestUnprotectedHours));
        assert.deepEqual([await hours({}), await hours({ listed: [], writtenHoursAgo: 60 }), await hours({ listed: [] })], [72, 60, 60]);
    });
    it("tells of the inventory, of a database without a plan too", async () => {
        const { inventory, memory } = await lookOnce({ listed: [0] });
        assert.deepEqual(inventory.map(({ account: whose, name, part, parts, databases: all }) => [whose, name, part, parts, (all as { database: string; reason: string }[]).map(({ database, reason }) => `${database}: ${reason}`)]), [
            [account, "shop", 1, 1, [`instance.a: a: task ${idOf(0)} is starting`, "instance.b: RDS lists no snapshot of it", "instance.c: RDS lists no snapshot of it"]],
        ]);
        assert.deepEqual((await lookOnce({ memory, at: hoursLater(5) })).inventory, []);
        assert.equal((await lookOnce({ memory, at: hoursLater(6) })).inventory.length, 1);
    });
    it("says why a refused export's database is unprotected", async () => {
        const { inventory } = await lookOnce({ refuse: ({ SourceArn }) => (SourceArn === snapshots[0]!.arn ? rdsError("InvalidParameterValue", "no") : undefined) });
        assert.deepEqual((inventory[0]!.databases as { reason: string; snapshots: number }[]).map(({ reason, snapshots: count }) => [reason, count])[0], ["a: RDS refused its export: InvalidParameterValue: no", 1]);
    });
    it("reads older manifests once in six hours, and when a day passes from the plan's to them", async () => {
        const { memory, listedAfter } = await lookOnce();
        const later = async (hours: number) => (await lookOnce({ memory, at: hoursLater(hours) })).listedAfter;
        assert.deepEqual([listedAfter, await later(1), await later(5.9), await later(6), await later(11), await later(12.1)], [["2026-10-14"], ["2026-11-04"], ["2026-11-04"], ["2026-10-14"], ["2026-11-04"], ["2026-10-15"]]);
    });
    it("knows of a database that went a month ago, and plans as if it didn't", async () => {
        const left = manifestName(manifest(snapshot("x", daysAgo(30), { database: "dropped", resourceId: "db-DROPPED1" }), 1));
        const { alarms, beyondRpo, memory, started } = await lookOnce({ manifests: [left] });
        assert.deepEqual([alarms.map(({ Alarm }) => Alarm), beyondRpo.at(-1)?.database], [["disappeared"], "instance.dropped"]);
        assert.equal(started.length, 1, "the account's first export goes alone: the plan's ledger is empty");
        assert.equal(memory.older?.manifests.length, 1);
    });
});
