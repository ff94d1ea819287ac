// Doesn't prove AWS: the world is simulated (its own tests say how far), and one seed is one course of events.
import assert from "node:assert/strict";
import { command } from "../rendered";

describe("the rehearsal", function () {
    this.timeout(120_000);

    it("keeps every promise over a night, adds up, and names every fault", () => {
        const { status, stdout, stderr } = command("start", "--json", "--days", "1", "--databases", "6");
        assert.equal(status, 0, stderr + stdout);
        const { snapshots, exports, faults, deniedCalls, violations, calls, virtualHours } = JSON.parse(stdout);
        assert.equal(snapshots.created, snapshots.eligible + snapshots.skipped);
        assert.equal(snapshots.eligible, snapshots.exported + snapshots.waiting + snapshots.givenUp + snapshots.notReady + snapshots.expiredUnprotected + snapshots.lost);
        assert.ok(snapshots.exported > 10);
        assert.equal(snapshots.lost, 0);
        assert.equal(exports.duplicates, 0);
        assert.deepEqual([deniedCalls, violations], [[], []]);
        assert.equal(virtualHours, 24);
        assert.deepEqual(faults.map(({ name }: { name: string }) => name).sort(), [
            "bucket policy without its grant", "duplicated events", "export that always fails", "export that fails once", "export with a skipped table", "forged event", "late events", "lost events", "manual copy of an old snapshot", "poison record in a batch",
            "re-created snapshot of the same name", "reordered events", "source key that can't be used", "throttled account", "unsupported engine",
        ]);
        for (const action of ["sts:AssumeRole", "rds:StartExportTask", "iam:PassRole", "kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt", "events:PutEvents", "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "lambda:InvokeFunction", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:GetBucketLocation", "logs:PutLogEvents"]) {
            assert.ok(calls[action] > 0, `${action} was judged`);
        }
    });
});
