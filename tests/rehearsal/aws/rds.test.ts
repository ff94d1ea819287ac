// Doesn't prove what RDS does where AWS's documentation is silent: the README lists those points as not yet proven.
import assert from "node:assert/strict";
import type { AwsEvent, SimSnapshot, World } from "../../../rehearsal/aws/types";
import { accessArn, backup, bucket, code, database, exportArn, exportRequest, exportRolePolicy, hour, keyArn, keyPolicy, sessionOf, smallWorld, source, start, trust } from "./small";

const caller = sessionOf(accessArn);
const cluster = database({ kind: "cluster", identifier: "shop", engine: "aurora-mysql", resourceId: "cluster-SHOP" });
const begin = (world: World, snapshot: SimSnapshot, id: string, more = {}) => world.rds.api(caller, "StartExportTask", exportRequest(snapshot.arn, id, more));
const ids = (answer: Record<string, unknown>, list: string, field: string) => (answer[list] as Record<string, unknown>[]).map((item) => item[field]);

function eventsOf(world: World): AwsEvent[] {
    const seen: AwsEvent[] = [];
    world.events.emit = (event) => void seen.push(event);
    return seen;
}
const eventIds = (events: AwsEvent[]) => events.map(({ detail }) => String(detail["EventID"]).slice(-4));

describe("the simulated RDS: snapshots", () => {
    it("names and announces them as RDS does", async () => {
        const world = smallWorld();
        const events = eventsOf(world);
        const automated = world.rds.createSnapshot({ database: database(), type: "automated", availableAt: start + hour });
        assert.equal(automated.identifier, "rds:orders-2026-11-23-03-10");
        assert.equal(automated.status, "creating");
        await world.clock.run(start + hour);
        assert.equal(automated.status, "available");
        assert.deepEqual(eventIds(events), ["0090", "0091"]);
        assert.deepEqual({ ...events[1], id: "" }, {
            version: "0",
            id: "",
            "detail-type": "RDS DB Snapshot Event",
            source: "aws.rds",
            account: source,
            time: "2026-11-23T04:10:00Z",
            region: "eu-west-1",
            resources: [`arn:aws:rds:eu-west-1:${source}:snapshot:rds:orders-2026-11-23-03-10`],
            detail: {
                EventCategories: ["creation"],
                SourceType: "SNAPSHOT",
                SourceArn: automated.arn,
                Date: "2026-11-23T04:10:00.000Z",
                Message: "Automated snapshot created",
                SourceIdentifier: automated.identifier,
                EventID: "RDS-EVENT-0091",
            },
        });
        events.length = 0;
        world.rds.createSnapshot({ database: database(), type: "manual" });
        world.rds.createSnapshot({ database: cluster, type: "automated" });
        world.rds.createSnapshot({ database: cluster, type: "awsbackup" });
        world.rds.createSnapshot({ database: database(), type: "awsbackup", copiedFrom: automated.arn });
        world.rds.createSnapshot({ database: database(), type: "manual", identifier: "quiet", silent: true });
        world.rds.deleteSnapshot(automated.arn);
        assert.deepEqual(eventIds(events), ["0040", "0042", "0168", "0169", "0074", "0075", "0196", "0197", "0041"]);
        assert.deepEqual([events[3]!["detail-type"], events[3]!.detail["EventCategories"], events[3]!.detail["SourceType"]], ["RDS DB Cluster Snapshot Event", ["backup"], "CLUSTER_SNAPSHOT"]);
    });
    it("shows AWS Backup's only to those who ask, and the cluster's among the manual ones", () => {
        const world = smallWorld();
        for (const type of ["automated", "manual", "awsbackup"] as const) {
            world.rds.createSnapshot({ database: database(), type });
            world.rds.createSnapshot({ database: cluster, type });
        }
        const types = (action: string, list: string, parameters = {}) => ids(world.rds.api(caller, action, parameters), list, "SnapshotType");
        assert.deepEqual(types("DescribeDBSnapshots", "DBSnapshots"), ["automated", "manual"]);
        assert.deepEqual(types("DescribeDBSnapshots", "DBSnapshots", { SnapshotType: "awsbackup" }), ["awsbackup"]);
        assert.deepEqual(types("DescribeDBClusterSnapshots", "DBClusterSnapshots"), ["automated", "manual", "manual"]);
        assert.deepEqual(types("DescribeDBClusterSnapshots", "DBClusterSnapshots", { SnapshotType: "awsbackup" }), []);
        assert.throws(() => world.rds.api(caller, "DescribeDBSnapshots", { DBSnapshotIdentifier: "gone" }), code("DBSnapshotNotFound"));
    });
    it("answers in pages of 20 to 100, and only to those with the right", () => {
        const world = smallWorld();
        for (let i = 0; i < 45; i++) world.rds.createSnapshot({ database: database(), type: "manual", identifier: `s${i}`, silent: true });
        const found: unknown[] = [];
        for (let marker: unknown = ""; marker !== undefined; ) {
            const answer = world.rds.api(caller, "DescribeDBSnapshots", { MaxRecords: "20", ...(marker ? { Marker: String(marker) } : {}) });
            found.push(...ids(answer, "DBSnapshots", "DBSnapshotIdentifier"));
            marker = answer["Marker"];
        }
        assert.deepEqual(found, Array.from({ length: 45 }, (_, i) => `s${i}`));
        assert.throws(() => world.rds.api(caller, "DescribeDBSnapshots", { MaxRecords: "10" }), code("InvalidParameterValue"));
        assert.throws(() => world.rds.api(sessionOf(exportArn), "DescribeDBSnapshots", {}), code("AccessDenied"));
        assert.throws(() => world.rds.api(caller, "RestoreDBInstanceFromDBSnapshot", {}), code("NotSimulated"));
    });
});

describe("the simulated RDS: StartExportTask", () => {
    it("refuses what RDS refuses, by RDS's codes", () => {
        const world = smallWorld();
        const snapshot = world.rds.createSnapshot({ database: database(), type: "automated" });
        const refused = (expected: string, more: Record<string, string>, id = "e1") => assert.throws(() => begin(world, snapshot, id, more), code(expected));
        for (const id of ["1e", "e-", "e--1", "e_1", "e".repeat(61)]) refused("InvalidParameterValue", {}, id);
        refused("InvalidParameterValue", { S3Prefix: "exports/rds:orders" });
        refused("InvalidS3BucketFault", { S3BucketName: "other" });
        refused("AccessDenied", { IamRoleArn: `${exportArn}-other` });
        refused("KMSKeyNotAccessibleFault", { KmsKeyId: `${keyArn}0` });
        refused("AccessDenied", { SourceArn: snapshot.arn.replace(source, backup) });
        refused("DBSnapshotNotFound", { SourceArn: `${snapshot.arn}0` });
        refused("DBClusterSnapshotNotFoundFault", { SourceArn: snapshot.arn.replace(":snapshot:", ":cluster-snapshot:") });
        refused("MissingParameter", { KmsKeyId: "" });
        const oracle = world.rds.createSnapshot({ database: database({ engine: "oracle-ee" }), type: "manual", identifier: "o" });
        refused("InvalidParameterValue", { SourceArn: oracle.arn });
        const creating = world.rds.createSnapshot({ database: database(), type: "manual", identifier: "c", availableAt: start + hour });
        refused("InvalidExportSourceState", { SourceArn: creating.arn });
        const dark = world.rds.createSnapshot({ database: database({ keyArn: `${keyArn}1` }), type: "manual", identifier: "d" });
        refused("KMSKeyNotAccessibleFault", { SourceArn: dark.arn });
        world.iam.setResourcePolicy(keyArn, backup, keyPolicy.replace("kms:CreateGrant", "kms:ListGrants"));
        refused("KMSKeyNotAccessibleFault", {});
        world.iam.setResourcePolicy(keyArn, backup, keyPolicy);
        world.iam.removeRole(exportArn);
        refused("IamRoleNotFound", {});
        assert.deepEqual(world.rds.tasks(), []);
    });
    it("runs five per account at a time, one per snapshot, each id once", async () => {
        const world = smallWorld();
        const snapshots = Array.from({ length: 6 }, (_, i) => world.rds.createSnapshot({ database: database(), type: "manual", identifier: `s${i}`, silent: true }));
        begin(world, snapshots[0]!, "e0");
        assert.throws(() => begin(world, snapshots[1]!, "e0"), code("ExportTaskAlreadyExists"));
        assert.throws(() => begin(world, snapshots[0]!, "e0b"), code("InvalidExportSourceState"));
        for (let i = 1; i < 5; i++) begin(world, snapshots[i]!, `e${i}`);
        assert.throws(() => begin(world, snapshots[5]!, "e5"), { name: "ExportTaskLimitReachedFault", status: 400, message: "You have reached the limit of 5 concurrent export tasks." });
        await world.clock.run(start + hour);
        begin(world, snapshots[5]!, "e5");
        assert.throws(() => begin(world, snapshots[0]!, "e0"), code("ExportTaskAlreadyExists"));
        const found = (...values: string[]) => {
            const filter = Object.fromEntries(values.map((value, i) => [`Filters.Filter.1.Values.Value.${i + 1}`, value]));
            return ids(world.rds.api(caller, "DescribeExportTasks", { "Filters.Filter.1.Name": "status", ...filter }), "ExportTasks", "ExportTaskIdentifier");
        };
        assert.deepEqual(found("starting", "in_progress"), ["e5"]);
        assert.deepEqual(found("complete"), ["e0", "e1", "e2", "e3", "e4"]);
        assert.throws(() => found("COMPLETE"), code("InvalidParameterValue"));
        assert.deepEqual(ids(world.rds.api(caller, "DescribeExportTasks", { SourceArn: snapshots[2]!.arn }), "ExportTasks", "Status"), ["COMPLETE"]);
        assert.throws(() => world.rds.api(caller, "DescribeExportTasks", { ExportTaskIdentifier: "none" }), code("ExportTaskNotFound"));
    });
});

describe("the simulated RDS: the life of an export", () => {
    async function played(prepare: (world: World) => void, meanwhile: (world: World) => void = () => undefined) {
        const world = smallWorld();
        const events = eventsOf(world);
        const snapshot = world.rds.createSnapshot({ database: database(), type: "automated", silent: true });
        world.rds.exportTimes = () => ({ starting: 10, running: 20 });
        begin(world, snapshot, "e1");
        prepare(world);
        await world.clock.run(start + 9);
        assert.equal(world.rds.tasks(source)[0]!.status, "STARTING");
        await world.clock.run(start + 29);
        meanwhile(world);
        await world.clock.run(start + 30);
        return { world, task: world.rds.tasks(source)[0]!, events: eventIds(events), keys: world.s3.versions(bucket).map(({ key }) => key.replace(`exports/${source}/instance.orders/2026-11-23/e1/`, "")) };
    }

    it("writes Parquet under the task's folder, locked and under the task's key, then says so", async () => {
        const { world, task, events, keys } = await played(() => undefined);
        assert.deepEqual([task.status, task.endedAt, events], ["COMPLETE", start + 30, ["0161"]]);
        assert.match(keys[2]!, /^app\/public\.customers\/1\/part-00000-[0-9a-f-]{36}\.gz\.parquet$/);
        assert.deepEqual([keys[0], keys[1], keys[3], ...keys.slice(-2)], ["rds-export-credential-check", "rds-export-credential-check", "app/public.customers/1/_SUCCESS", "export_tables_info_e1_from_1_to_2.json", "export_info_e1.json"]);
        assert.ok(world.s3.versions(bucket).every((v) => v.deleteMarker || (v.mode === "COMPLIANCE" && v.keyArn === keyArn)));
    });
    it("is the same with the same seed, to the letter", async () => {
        const runs = await Promise.all([played(() => undefined), played(() => undefined)]);
        assert.deepEqual(runs[0].world.calls, runs[1].world.calls);
        assert.deepEqual(runs[0].keys, runs[1].keys);
    });
    it("fails in AWS's words when role, bucket or key don't play along", async () => {
        const role = { arn: exportArn, account: source, policies: [exportRolePolicy], trust: trust({ Service: "export.rds.amazonaws.com" }) };
        const cases: [RegExp, (world: World) => void][] = [
            [/can't assume the IAM role/, (world) => world.iam.removeRole(exportArn)],
            [/can't assume the IAM role/, (world) => world.iam.addRole({ ...role, trust: trust({ Service: "rds.amazonaws.com" }) })],
            [/^S3 credential check failed/, (world) => world.iam.addRole({ ...role, policies: [exportRolePolicy.replace("s3:DeleteObject*", "s3:Nothing*")] })],
            [/^KMS key check failed/, (world) => void (world.kms.key(keyArn)!.enabled = false)],
        ];
        for (const [message, prepare] of cases) {
            const { task, events } = await played(prepare);
            assert.deepEqual([task.status, events], ["FAILED", ["0159"]]);
            assert.match(task.failureCause!, message);
        }
    });
    it("fails late when the role goes away meanwhile, and leaves behind what it wrote when it fails by itself", async () => {
        const late = await played(() => undefined, (world) => world.iam.removeRole(exportArn));
        assert.equal(late.task.status, "FAILED");
        const own = await played((world) => void (world.rds.exportEnds = () => ({ failureCause: "An unknown internal error occurred." })));
        assert.equal(own.task.failureCause, "An unknown internal error occurred.");
        assert.ok(own.keys.some((key) => key.endsWith(".parquet")) && !own.keys.some((key) => key.startsWith("export_info")));
        const warned = await played((world) => void (world.rds.exportEnds = () => ({ warning: "{}" })));
        assert.deepEqual([warned.task.status, warned.task.warning], ["COMPLETE", "{}"]);
    });
    it("announces a cluster's export by the cluster's ids", async () => {
        const world = smallWorld();
        const events = eventsOf(world);
        const snapshot = world.rds.createSnapshot({ database: cluster, type: "automated", silent: true });
        begin(world, snapshot, "e1");
        world.rds.deleteSnapshot(snapshot.arn);
        await world.clock.run(start + hour);
        assert.deepEqual(eventIds(events), ["0164"]);
    });
});
