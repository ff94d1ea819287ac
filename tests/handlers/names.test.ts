// Doesn't prove that RDS takes these ids: its syntax is reported by users, not documented.
import assert from "node:assert/strict";
import fc from "fast-check";
import { manifestName, parseManifestName } from "../../handlers/lib/manifestName";
import { isOurs, isWrittenByUs, parseTaskId, startExportTaskInput, taskId, taskIdStem } from "../../handlers/lib/taskId";
import { manifest, ownTask, settings, snapshot } from "./planning";

const { destination } = settings();
const nightly = snapshot("rds:orders-2026-11-17-03-00", "2026-11-17T03:00:12.345Z");

describe("task ids", () => {
    // A change here exports every snapshot again, and bills it.
    it("never change", () => assert.equal(taskId(taskIdStem(nightly, destination), 1), "ec74afc05d12c54d7a04bfab2ea857bd716785276-1"));
    it("ignore how the time is written", () =>
        assert.equal(taskIdStem({ ...nightly, createdAt: "2026-11-17T04:00:12.345+01:00" }, destination), taskIdStem(nightly, destination)));
    it("are valid, and unique per snapshot and attempt", () =>
        fc.assert(
            fc.property(fc.uniqueArray(fc.tuple(fc.string(), fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 9999 })), { selector: String, minLength: 2 }), (all) => {
                const ids = all.map(([arn, time, attempt]) => taskId(taskIdStem({ arn, createdAt: new Date(time).toISOString() }, destination), attempt));
                assert.equal(new Set(ids).size, new Set(all.map((one) => JSON.stringify(one))).size);
                for (const [index, id] of ids.entries()) {
                    assert.match(id, /^[A-Za-z][A-Za-z0-9-]{0,59}$/);
                    assert.doesNotMatch(id, /--|-$/);
                    assert.equal(parseTaskId(id)?.attempt, all[index]?.[2]);
                }
            }),
        ));
    for (const id of ["", "by-hand", "e123-1", `e${"0".repeat(40)}`, `e${"0".repeat(40)}-0`, `e${"0".repeat(40)}-x`]) {
        it(`knows that ${id || "nothing"} isn't ours`, () => assert.equal(parseTaskId(id), undefined));
    }
});

describe("StartExportTask", () => {
    const input = startExportTaskInput(nightly, destination, "id");
    it("is exactly this", () =>
        assert.deepEqual(input, {
            ExportTaskIdentifier: "id",
            SourceArn: nightly.arn,
            S3BucketName: "rds-vault-prod-eu-west-1-444455556666",
            S3Prefix: "exports/111122223333/instance.orders/2026-11-17",
            IamRoleArn: "arn:aws:iam::111122223333:role/rds-vault/rds-vault-prod-eu-west-1-export",
            KmsKeyId: destination.keyArn,
        }));
    const task = ownTask(nightly, 1);
    it("is ours", () => assert.ok(isOurs(task, input) && isWrittenByUs(task, destination)));
    it("is ours with a bare key id and a slash after the prefix", () =>
        assert.ok(isOurs({ ...task, prefix: `${task.prefix}/`, keyArn: "1234abcd-12ab-34cd-56ef-1234567890ab" }, input)));
    for (const change of [{ sourceArn: `${nightly.arn}x` }, { bucket: "b" }, { prefix: "exports/111122223333/x" }, { roleArn: "r" }, { keyArn: "k" }, { exportOnly: ["db"] }]) {
        it(`isn't ours with another ${Object.keys(change).join()}`, () => assert.ok(!isOurs({ ...task, ...change }, input)));
    }
});

describe("manifest names", () => {
    const sealed = manifest(nightly, 2, "partial");
    const name = manifestName(sealed);
    it("say everything, both ways", () => {
        assert.equal(name, `manifests/111122223333/2026-11-17/instance.orders.STUVWX01/${sealed.taskId}.partial.json`);
        assert.deepEqual(parseManifestName(name), sealed);
    });
    const strange = [
        "", "manifests/", name.replace("partial", "part-1"), name.replace(".partial", ""), name.replace("instance", "table"), `x${name}`, `${name}x`,
        name.replace("111122223333", "1"), name.replace("2026-11-17", "2026-13-45"), name.replace(sealed.taskId, "by-hand"),
    ];
    for (const key of strange) it(`no manifest: ${key || "nothing"}`, () => assert.equal(parseManifestName(key), undefined));
});
