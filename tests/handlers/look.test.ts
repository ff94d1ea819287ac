// Doesn't prove the wire: the SDK is replaced here; the rehearsal runs the same text against it.
import assert from "node:assert/strict";
import { look } from "../../handlers/lib/look";
import type { Clients } from "../../handlers/lib/observe";
import { startExportTaskInput, taskId, taskIdStem } from "../../handlers/lib/taskId";
import type { StartExportTaskInput } from "../../handlers/lib/types";
import { account, daysAgo, now, settings, snapshot } from "./planning";

const rdsError = (name: string, message = name) => Object.assign(new Error(message), { name, $fault: "client", $metadata: { httpStatusCode: 400 } });
const databases = ["a", "b", "c"];
const snapshots = databases.map((name, index) => snapshot(name, daysAgo(3 - index * 0.5), { database: name, resourceId: `db-${name}` }));
const idOf = (index: number, attempt = 1) => taskId(taskIdStem(snapshots[index]!, settings().destination), attempt);

/** Looks once; `refuse` answers each StartExportTask, `named` a question for one task id. */
async function lookOnce(refuse: (input: StartExportTaskInput) => Error | undefined, named: (id: string) => object[] = () => [], sourceKeys: (string | undefined)[] = []) {
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
    const before = { ...completed };
    const clients = {
        rdsModule: {
            paginateDescribeDBSnapshots: pages("DBSnapshots", ({ SnapshotType }) => (SnapshotType ? [] : printed)),
            paginateDescribeDBClusterSnapshots: pages("DBClusterSnapshots", () => []),
            paginateDescribeExportTasks: pages("ExportTasks", ({ ExportTaskIdentifier, Filters }) => (ExportTaskIdentifier ? named(ExportTaskIdentifier) : JSON.stringify(Filters ?? "").includes('"complete"') ? [before] : [])),
            StartExportTaskCommand: class { constructor(readonly input: StartExportTaskInput) {} },
        },
        s3Module: { paginateListObjectsV2: pages("Contents", () => []) },
        rds: {
            send: async ({ input }: { input: StartExportTaskInput }) => {
                tried.push(input.ExportTaskIdentifier);
                const error = refuse(input);
                if (error) throw error;
                started.push(input.ExportTaskIdentifier);
            },
        },
        s3: {},
    } as unknown as Clients;
    const lines: Record<string, unknown>[] = [];
    const print = console.log;
    console.log = (line: string) => void lines.push(JSON.parse(line));
    try {
        await look(account, settings(), now, clients, { said: {} });
    } finally {
        console.log = print;
    }
    return { started, tried, ended: lines.find(({ message }) => message === "look")?.ended, messages: lines.map(({ message }) => message) };
}

const shape = (input: StartExportTaskInput, Status: string) => ({ ...input, Status, ExportTaskIdentifier: input.ExportTaskIdentifier, S3Bucket: input.S3BucketName, ExportOnly: [] });
/** An old export of ours, so that the account counts as known. */
const completed = shape(startExportTaskInput(snapshot("old", daysAgo(30)), settings().destination, taskId(taskIdStem(snapshot("old", daysAgo(30)), settings().destination), 1)), "COMPLETE");

describe("one look", () => {
    it("starts what is due, oldest first", async () => {
        const { started, ended } = await lookOnce(() => undefined);
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
            const result = await lookOnce(() => rdsError(name));
            assert.deepEqual([result.tried.length, result.ended, result.started], [tried, ended, []]);
        });
    }

    it("leaves snapshots under the same source key alone once it can't be used, and goes on with others", async () => {
        const bad = "arn:aws:kms:eu-west-1:111122223333:key/bad";
        const { tried, started } = await lookOnce((input) => (input.SourceArn === snapshots[2]!.arn ? undefined : rdsError("KMSKeyNotAccessibleFault")), undefined, [bad, bad, "arn:aws:kms:eu-west-1:111122223333:key/good"]);
        assert.deepEqual([tried, started], [[idOf(0), idOf(2)], [idOf(2)]]);
    });

    it("takes its own running task under the id for success", async () => {
        const { started, messages } = await lookOnce(
            (input) => (input.ExportTaskIdentifier === idOf(0) ? rdsError("ExportTaskAlreadyExistsFault") : undefined),
            () => [shape(startExportTaskInput(snapshots[0]!, settings().destination, idOf(0)), "STARTING")],
        );
        assert.deepEqual(started, [idOf(1), idOf(2)]);
        assert.ok(messages.includes("export-exists") && !messages.includes("export-refused"));
    });

    it("steps over a stranger under its id, and says so", async () => {
        const stranger = { ...shape(startExportTaskInput(snapshots[0]!, settings().destination, idOf(0)), "COMPLETE"), S3Bucket: "elsewhere" };
        const { started, messages } = await lookOnce((input) => (input.ExportTaskIdentifier === idOf(0) ? rdsError("ExportTaskAlreadyExistsFault") : undefined), () => [stranger]);
        assert.deepEqual(started, [idOf(0, 2), idOf(1), idOf(2)]);
        assert.ok(messages.includes("stranger"));
    });

    it("gives up after ten strangers in a row, since each costs calls", async () => {
        const { tried, ended } = await lookOnce(() => rdsError("ExportTaskAlreadyExistsFault"), (id) => [{ ...shape(startExportTaskInput(snapshots[0]!, settings().destination, id), "FAILED"), S3Bucket: "elsewhere" }]);
        assert.deepEqual([tried.length, ended], [10, "patience"]);
    });
});
