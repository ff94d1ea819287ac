// Doesn't prove how RDS writes its info files: only that each odd end can be played, and that the real SDK reads it.
import assert from "node:assert/strict";
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, DescribeDBSnapshotsCommand, DescribeExportTasksCommand, RDSClient } from "@aws-sdk/client-rds";
import { tableFolder } from "../../../rehearsal/aws/exportFiles";
import { serve } from "../../../rehearsal/aws/http";
import type { ExportEnd, SimDatabase, World } from "../../../rehearsal/aws/types";
import { accessArn, bucket, code, database, exportArn, exportRequest, hour, sessionOf, smallWorld, source, start } from "./small";

const tables = ["app.public.a", "app.public.b", "log.public.c"];
const folder = `exports/${source}/instance.orders/2026-11-23/e1/`;

/** A world with one export, e1, that ends after 30 ms. */
function exporting(end: ExportEnd = {}, more: Partial<SimDatabase> = {}, times = { starting: 10, running: 20 }) {
    const world = smallWorld();
    const events: unknown[] = [];
    world.events.emit = ({ detail }) => void events.push(detail["EventID"]);
    const snapshot = world.rds.createSnapshot({ database: database({ tables, ...more }), type: "automated", silent: true });
    world.rds.exportTimes = () => times;
    world.rds.exportEnds = () => end;
    world.rds.api(sessionOf(accessArn), "StartExportTask", exportRequest(snapshot.arn));
    return { world, events, snapshot, task: world.rds.tasks(source)[0]! };
}
/** What lies in the export's folder but the credential check, part names shortened. */
const files = (world: World) => world.s3.versions(bucket, folder).map(({ key }) => key.slice(folder.length).replace(/part-.*/, "part")).filter((key) => !key.startsWith("rds-"));
const infoOf = (world: World, name: string) => JSON.parse(world.s3.versions(bucket, folder + name)[0]!.body!);

describe("the simulated RDS: how an export may end", () => {
    it("names folders by schema and table, or by database and table, without odd characters", () => {
        assert.equal(tableFolder("aurora-postgresql", 'app.public.a "b'), "app/public.a__b/");
        assert.equal(tableFolder("mysql", "app.a\\b`c"), "app/app.a_b_c/");
    });
    it("leaves out what is skipped, and says so in the warning and beside the tables", async () => {
        const { world, task } = exporting({ skipped: [{ target: "app.public.b", reason: "PERMISSIONS_DO_NOT_EXIST" }, { target: "log", reason: "gone" }] });
        await world.clock.run(start + hour);
        assert.deepEqual(files(world), ["app/public.a/1/part", "app/public.a/1/_SUCCESS", "export_tables_info_e1_from_1_to_3.json", "export_info_e1.json"]);
        const skippedTables = [{ tableName: "app.public.b", reason: "PERMISSIONS_DO_NOT_EXIST" }, { tableName: "log", reason: "gone" }];
        assert.deepEqual([task.status, JSON.parse(task.warning!)], ["COMPLETE", { skippedTables, skippedObjectives: [], general: [] }]);
        const { perTableStatus } = infoOf(world, "export_tables_info");
        assert.deepEqual(perTableStatus.map(({ target, status, warningMessage }: Record<string, string>) => [target, status, warningMessage]), [
            ["app.public.a", "COMPLETE", undefined], ["app.public.b", "SKIPPED", "PERMISSIONS_DO_NOT_EXIST"], ["log", "SKIPPED", "gone"],
        ]);
        assert.equal(infoOf(world, "export_info").warningMessage, task.warning);
    });
    it("says COMPLETE of a lost table, and gives an empty one its end mark only", async () => {
        const { world, task } = exporting({ lost: ["app.public.a"], empty: ["app.public.b"] });
        await world.clock.run(start + hour);
        assert.deepEqual(files(world).slice(0, 3), ["app/public.b/1/_SUCCESS", "log/public.c/1/part", "log/public.c/1/_SUCCESS"]);
        assert.deepEqual([task.warning, infoOf(world, "export_tables_info").perTableStatus[0].status], [undefined, "COMPLETE"]);
    });
    it("pages the tables' info files", async () => {
        const { world } = exporting({}, { tables: Array.from({ length: 101 }, (_, i) => `app.public.t${i}`) });
        await world.clock.run(start + hour);
        assert.deepEqual(files(world).slice(-3), ["export_tables_info_e1_from_1_to_100.json", "export_tables_info_e1_from_101_to_101.json", "export_info_e1.json"]);
    });
    it("writes info files late, never, or with another text", async () => {
        const late = exporting({ infoDelay: 1000, infoText: "{ half" });
        await late.world.clock.run(start + 1029);
        assert.deepEqual([late.task.status, late.events, files(late.world).length], ["COMPLETE", ["RDS-EVENT-0161"], 6]);
        await late.world.clock.run(start + 1030);
        assert.equal(files(late.world).length, 8);
        assert.equal(late.world.s3.versions(bucket, `${folder}export_info`)[0]!.body, "{ half");
        const never = exporting({ infoDelay: Infinity });
        const gone = exporting({ infoDelay: 1000 });
        await never.world.clock.run(start + 100 * hour);
        await gone.world.clock.run(start + 500);
        gone.world.iam.removeRole(exportArn);
        await gone.world.clock.run(start + hour);
        for (const { world, task } of [never, gone]) assert.deepEqual([task.status, files(world).length], ["COMPLETE", 6]);
    });
    it("cancels: CANCELING, then CANCELED with its event, and what was written stays", async () => {
        const { world, task, events } = exporting();
        await world.clock.run(start + 15);
        assert.throws(() => world.rds.cancelTask(source, "none", 5), code("ExportTaskNotFound"));
        world.rds.cancelTask(source, "e1", 5);
        assert.equal(task.status, "CANCELING");
        assert.throws(() => world.rds.cancelTask(source, "e1", 5), code("InvalidExportTaskStateFault"));
        await world.clock.run(start + hour);
        assert.deepEqual([task.status, task.endedAt, events, files(world)], ["CANCELED", start + 20, ["RDS-EVENT-0160"], ["app/public.a/1/part"]]);
        const early = exporting();
        early.world.rds.cancelTask(source, "e1", Infinity);
        await early.world.clock.run(start + 1000 * hour);
        assert.deepEqual([early.task.status, early.events, files(early.world)], ["CANCELING", [], []]);
    });
    it("may stand STARTING for ever", async () => {
        const { world, task } = exporting({}, {}, { starting: Infinity, running: 1 });
        await world.clock.run(start + 1000 * hour);
        assert.equal(task.status, "STARTING");
    });
    it("tells finished tasks, sizes and births to the real SDK, of snapshots that are gone or made anew too", async () => {
        const { world, snapshot } = exporting({ failureCause: "An unknown internal error occurred." });
        await world.clock.run(start + hour);
        world.rds.deleteSnapshot(snapshot.arn);
        world.rds.createSnapshot({ database: snapshot.database, type: "automated", identifier: snapshot.identifier, silent: true });
        for (const more of [{}, { kind: "cluster", engine: "aurora-mysql", identifier: "shop", createdAt: start - hour }] as Partial<SimDatabase>[]) world.rds.addDatabase(database(more));
        const front = await serve(world);
        try {
            const rds = new RDSClient({ endpoint: front.url, region: "eu-west-1", credentials: { accessKeyId: world.iam.issue(sessionOf(accessArn)), secretAccessKey: "x" }, maxAttempts: 1 });
            const Filters = [{ Name: "status", Values: ["complete", "failed", "canceled"] }, { Name: "s3-bucket", Values: [bucket] }];
            for (const more of [{ Filters }, { SourceArn: snapshot.arn }]) {
                const [task] = (await rds.send(new DescribeExportTasksCommand(more))).ExportTasks!;
                assert.deepEqual([task!.Status, task!.SnapshotTime!.getTime()], ["FAILED", start]);
            }
            assert.deepEqual((await rds.send(new DescribeExportTasksCommand({ Filters: [Filters[0]!, { Name: "s3-bucket", Values: ["other"] }] }))).ExportTasks ?? [], []);
            assert.equal((await rds.send(new DescribeDBSnapshotsCommand({}))).DBSnapshots![0]!.AllocatedStorage, 10);
            assert.equal((await rds.send(new DescribeDBInstancesCommand({}))).DBInstances![0]!.InstanceCreateTime!.getTime(), start);
            const [cluster] = (await rds.send(new DescribeDBClustersCommand({}))).DBClusters!;
            assert.deepEqual([cluster!.ClusterCreateTime!.getTime(), cluster!.AllocatedStorage], [start - hour, 1]);
        } finally {
            await front.stop();
        }
    });
});
