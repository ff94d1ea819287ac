// Doesn't prove AWS: the world is simulated (its own tests say how far), and one seed is one course of events.
import assert from "node:assert/strict";
import { command } from "../rendered";

describe("the rehearsal", function () {
    this.timeout(120_000);

    it("keeps every promise over a night, adds up, and names every fault", () => {
        const { status, stdout, stderr } = command("start", "--json", "--days", "1", "--databases", "4");
        assert.equal(status, 0, stderr + stdout);
        const { snapshots, exports, minutesToSeal, faults, alarms, deniedCalls, violations, calls, virtualHours } = JSON.parse(stdout);
        assert.equal(snapshots.created, snapshots.eligible + snapshots.skipped);
        assert.equal(snapshots.eligible, snapshots.exported + snapshots.partial + snapshots.waiting + snapshots.givenUp + snapshots.notReady + snapshots.expiredUnprotected + snapshots.lost);
        assert.ok(snapshots.exported > 10);
        assert.equal(snapshots.sealed, snapshots.exported);
        assert.equal(snapshots.partial, 4);
        assert.ok(minutesToSeal.p50 <= 15 && minutesToSeal.max >= 360, JSON.stringify(minutesToSeal));
        assert.equal(snapshots.lost, 0);
        assert.equal(exports.duplicates, 0);
        assert.deepEqual([deniedCalls, violations], [[], []]);
        assert.equal(virtualHours, 24);
        // Each fault's alarm rang and no other did, or there were violations.
        const names = alarms.map(({ name }: { name: string }) => name);
        for (const name of ["trigger-dlq", "given-up", "partial", "unreadable", "tampering", "canceled", "vanished", "stuck", "vault-not-ready", "no-sweep", "key", "bucket", "delivery"]) assert.ok(names.includes(name), `${name} in ${names.join()}`);
        for (const { name, when, about } of alarms) assert.ok(name && about && !/^rds-vault/.test(name) && new Date(when).toISOString() === when);
        assert.deepEqual(faults.map(({ name }: { name: string }) => name).sort(), [
            "COMPLETE though a table has no file", "bucket policy without its grant", "delete marker over a data file", "duplicated events", "export canceled by somebody", "export stuck in STARTING",
            "export that always fails", "export that fails once", "forged event", "hand on the vault", "info files that never come", "info files two hours late", "late events", "lost events", "manual copy of an old snapshot", "poison record in a batch",
            "re-created snapshot of the same name", "reordered events", "schedule of the sweep stopped", "sealer without a right", "shadow version over a data file", "skipped table", "snapshot deleted at once", "throttled account", "unreadable info file", "unsupported engine",
        ]);
        for (const action of ["sts:AssumeRole", "rds:StartExportTask", "iam:PassRole", "kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt", "events:PutEvents", "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sns:Publish", "logs:FilterLogEvents", "s3:GetBucketObjectLockConfiguration", "lambda:InvokeFunction", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:ListBucketVersions", "s3:GetObjectVersion", "s3:GetObjectRetention", "s3:GetBucketLocation", "logs:PutLogEvents"]) {
            assert.ok(calls[action] > 0, `${action} was judged`);
        }
    });
});
