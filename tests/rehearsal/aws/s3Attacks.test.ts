// Doesn't prove AWS's S3; it holds the simulated one to AWS's documentation in rights, context keys and effects. What the lock allows: lock.test.ts.
import assert from "node:assert/strict";
import type { World } from "../../../rehearsal/aws/types";
import { allow, backup, bucket, bucketArn, code, exportArn, hour, policy, sessionOf, smallWorld, source, start, starterArn } from "./small";

const day = 24 * hour;
const owner = sessionOf(starterArn);
const root = { arn: `arn:aws:iam::${backup}:root`, account: backup };
const retention = { mode: "GOVERNANCE", until: start + 2.5 * day };

function worldWithout(...denied: string[]): World {
    const world = smallWorld();
    world.iam.addRole({ ...world.iam.role(starterArn)!, policies: [policy(allow("*", "*"), ...(denied.length > 0 ? [{ Effect: "Deny", Action: denied, Resource: "*" }] : []))] });
    return world;
}

describe("the simulated S3 under attack", () => {
    it("asks a right of its own for each thing that a PUT names, and shows it to policies", () => {
        const world = worldWithout();
        world.s3.put(owner, bucket, "a", { retention, legalHold: true, acl: "bucket-owner-full-control" });
        const asked = world.calls.filter(({ action }) => action.startsWith("s3:"));
        assert.deepEqual(asked.map(({ action }) => action), ["s3:PutObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:PutObjectAcl"]);
        const lock = { "s3:object-lock-mode": "GOVERNANCE", "s3:object-lock-retain-until-date": new Date(retention.until).toISOString(), "s3:object-lock-remaining-retention-days": "3" };
        assert.deepEqual(asked[0]!.context, { ...lock, "s3:object-lock-legal-hold": "ON", "s3:x-amz-acl": "bucket-owner-full-control", "s3:ObjectCreationOperation": "true" });
        assert.deepEqual(asked[1]!.context, lock);
        for (const [right, options] of [["s3:PutObjectRetention", { retention }], ["s3:PutObjectLegalHold", { legalHold: false }], ["s3:PutObjectAcl", { acl: "public-read" }]] as const) {
            assert.throws(() => worldWithout(right).s3.put(owner, bucket, "a", options), code("AccessDenied"), right);
        }
        assert.throws(() => world.s3.put(owner, bucket, "a", { acl: "public-read" }), code("AccessControlListNotSupported"));
        assert.equal(world.s3.versions(bucket).length, 1);
    });
    it("stores under the caller's own key what only he can read, and uses none of ours", () => {
        const world = worldWithout("kms:*");
        const { versionId } = world.s3.put(owner, bucket, "a", { customerKey: true, body: "x" });
        assert.equal(world.calls[0]!.context!["s3:x-amz-server-side-encryption-customer-algorithm"], "AES256");
        assert.throws(() => world.s3.get(owner, bucket, "a", versionId), code("InvalidRequest"));
    });
    it("needs a right to set GOVERNANCE aside", () => {
        const world = worldWithout("s3:BypassGovernanceRetention");
        const { versionId } = world.s3.put(owner, bucket, "a", { retention });
        assert.throws(() => world.s3.remove(owner, bucket, "a", versionId, true), code("AccessDenied"));
        assert.throws(() => world.s3.putRetention(owner, bucket, "a", undefined, { bypass: true }), code("AccessDenied"));
        assert.equal(world.s3.versions(bucket)[0]!.mode, "GOVERNANCE");
    });
    it("hides what the lifecycle expires, and ends old versions only when their lock is over", async () => {
        const world = worldWithout();
        const { s3, clock } = world;
        s3.put(owner, bucket, "exports/a");
        s3.put(owner, bucket, "exports/a");
        s3.put(owner, bucket, "other");
        s3.putLifecycle(owner, bucket, [{ prefix: "exports/", expireAfter: 1, expireNoncurrentAfter: 1 }]);
        s3.expire(bucket);
        assert.equal(s3.versions(bucket).length, 3);
        await clock.run(start + 2 * day);
        s3.expire(bucket);
        assert.deepEqual(s3.versions(bucket).map(({ key, deleteMarker }) => [key, deleteMarker]), [["exports/a", false], ["exports/a", false], ["other", false], ["exports/a", true]]);
        await clock.run(start + 35 * day);
        s3.expire(bucket);
        assert.deepEqual(s3.versions(bucket).map(({ key, deleteMarker }) => [key, deleteMarker]), [["other", false], ["exports/a", true]]);
    });
    it("lets the account's root change the bucket policy against that policy, and nobody else", () => {
        const world = worldWithout();
        const closed = policy({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: bucketArn });
        const open = policy({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${bucketArn}/*` });
        world.s3.putPolicy(owner, bucket, closed);
        assert.throws(() => world.s3.putPolicy(owner, bucket, open), code("AccessDenied"));
        world.s3.putPolicy(root, bucket, open);
        assert.equal(world.iam.resourcePolicy(bucketArn)!.policy, open);
        world.s3.putPolicy(owner, bucket, closed);
        world.s3.deletePolicy(root, bucket);
        assert.equal(world.iam.resourcePolicy(bucketArn), undefined);
        world.iam.setGuardrails(backup, { scps: [policy(allow("*", "*"), { Effect: "Deny", Action: "s3:PutBucketPolicy", Resource: "*" })], rcps: [] });
        assert.throws(() => world.s3.putPolicy(root, bucket, open), code("AccessDenied"));
    });
    it("remembers what has no effect on the stored versions, and knows each such call", () => {
        const world = worldWithout("s3:CreateJob");
        world.s3.configure(owner, "s3:PutReplicationConfiguration", bucket, { to: "theirs" });
        world.s3.configure(owner, "s3:CreateAccessPoint", bucket);
        assert.deepEqual([...world.s3.bucket(bucket)!.configured!], [["s3:PutReplicationConfiguration", { to: "theirs" }], ["s3:CreateAccessPoint", true]]);
        assert.deepEqual(world.calls.map(({ resource }) => resource), [bucketArn, `arn:aws:s3:eu-west-1:${backup}:accesspoint/${bucket}`]);
        assert.throws(() => world.s3.configure(owner, "s3:CreateJob", bucket), code("AccessDenied"));
        assert.throws(() => world.s3.configure(owner, "s3:PutObject", bucket), /isn't in the table/);
    });
    it("gives an emptied bucket's name away, and a new default key to what comes after", () => {
        const world = worldWithout();
        const { versionId } = world.s3.put(owner, bucket, "a");
        world.s3.putEncryption(owner, bucket, undefined);
        assert.equal(world.s3.put(owner, bucket, "b").keyArn, undefined);
        assert.ok(world.s3.get(owner, bucket, "a", versionId).keyArn);
        assert.throws(() => world.s3.createBucket(owner, bucket, true), code("BucketAlreadyExists"));
        world.s3.createBucket(owner, "empty", true);
        world.s3.deleteBucket(owner, "empty");
        world.iam.addRole({ ...world.iam.role(exportArn)!, policies: [policy(allow("*", "*"))] });
        world.s3.createBucket(sessionOf(exportArn), "empty", true);
        assert.equal(world.s3.bucket("empty")!.account, source);
    });
});
