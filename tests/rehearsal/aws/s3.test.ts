// Doesn't prove that RDS's exporter can write under Object Lock; it holds the simulated bucket to AWS's documentation.
import assert from "node:assert/strict";
import { allow, backup, bucket, bucketArn, bucketPolicy, code, exportArn, hour, keyArn, policy, sessionOf, smallWorld, source, start, starterArn } from "./small";

describe("the simulated S3", () => {
    const owner = sessionOf(starterArn);
    const exporter = sessionOf(exportArn);

    it("locks each version for the default retention, and hides but keeps what is deleted", async () => {
        const world = smallWorld();
        const first = world.s3.put(owner, bucket, "a", { body: "one" });
        assert.equal(first.mode, "COMPLIANCE");
        assert.equal(first.retainUntil, start + 35 * 24 * hour);
        world.s3.put(owner, bucket, "a", { body: "two" });
        assert.equal(world.s3.get(owner, bucket, "a").body, "two");
        assert.equal(world.s3.get(owner, bucket, "a", first.versionId).body, "one");
        world.s3.remove(owner, bucket, "a");
        assert.throws(() => world.s3.get(owner, bucket, "a"), { name: "NoSuchKey", status: 404 });
        assert.deepEqual(world.s3.list(owner, bucket, {}).keys, []);
        assert.throws(() => world.s3.remove(owner, bucket, "a", first.versionId), { name: "AccessDenied", status: 403 });
        assert.deepEqual(world.s3.versions(bucket).map(({ body, deleteMarker }) => [body, deleteMarker]), [["one", false], ["two", false], [undefined, true]]);
        // A marker is not protected; a version isn't any more once its date has passed.
        world.s3.remove(owner, bucket, "a", world.s3.versions(bucket)[2]!.versionId);
        assert.equal(world.s3.get(owner, bucket, "a").body, "two");
        await world.clock.run(start + 35 * 24 * hour);
        world.s3.remove(owner, bucket, "a", first.versionId);
        assert.equal(world.s3.versions(bucket).length, 1);
    });
    it("answers 412 to a conditional put on a key that is there, not on a hidden one", () => {
        const world = smallWorld();
        world.s3.put(owner, bucket, "a", { ifNoneMatch: "*" });
        assert.throws(() => world.s3.put(owner, bucket, "a", { ifNoneMatch: "*" }), { name: "PreconditionFailed", status: 412 });
        world.s3.remove(owner, bucket, "a");
        world.s3.put(owner, bucket, "a", { ifNoneMatch: "*" });
    });
    it("lists in order, after StartAfter, by prefix, a thousand at a time", () => {
        const world = smallWorld();
        const names = Array.from({ length: 1500 }, (_, i) => `m/${String((i * 7) % 1500).padStart(4, "0")}`);
        for (const name of [...names, "l/9", "n/0"]) world.s3.put(owner, bucket, name);
        const first = world.s3.list(owner, bucket, { prefix: "m/" });
        assert.equal(first.truncated, true);
        assert.equal(first.keys.length, 1000);
        const rest = world.s3.list(owner, bucket, { prefix: "m/", startAfter: first.keys[999]!.key });
        assert.equal(rest.truncated, false);
        assert.deepEqual([...first.keys, ...rest.keys].map(({ key }) => key), [...names].sort());
        assert.deepEqual(world.s3.list(owner, bucket, { startAfter: "m/1498" }).keys.map(({ key }) => key), ["m/1499", "n/0"]);
    });
    it("lists versions by UTF-8 bytes, the newest first, after any marker", () => {
        const world = smallWorld();
        const [high, emoji] = ["m/\uff5e", "m/\u{1f600}"];
        for (const key of [emoji, "m/a", high, "m/a", "l", "n"]) world.s3.put(owner, bucket, key);
        const all = world.s3.listVersions(owner, bucket, { prefix: "m/" });
        assert.deepEqual([all.truncated, all.versions.map(({ key }) => key)], [false, ["m/a", "m/a", high, emoji]]);
        const [newest, oldest] = all.versions;
        assert.deepEqual([newest, oldest], world.s3.versions(bucket, "m/a").slice().reverse());
        const after = (keyMarker: string, versionIdMarker?: string) => world.s3.listVersions(owner, bucket, { prefix: "m/", keyMarker, ...(versionIdMarker && { versionIdMarker }) }).versions.map(({ key }) => key);
        assert.deepEqual(after("m/a", newest!.versionId), ["m/a", high, emoji]);
        assert.deepEqual(after("m/a"), [high, emoji]);
        assert.deepEqual(after("m/b"), [high, emoji]);
        // The marker's version is gone: its key comes again.
        assert.deepEqual(after("m/a", "gone"), ["m/a", "m/a", high, emoji]);
        assert.throws(() => after("", "x"), code("InvalidArgument"));
        assert.throws(() => world.s3.listVersions(exporter, bucket, {}), code("AccessDenied"));
        assert.deepEqual([world.calls.at(-1)!.action, world.calls.at(-1)!.resource], ["s3:ListBucketVersions", bucketArn]);
    });
    it("lists 50,000 versions, written in no order, each once", function () {
        this.timeout(60_000);
        const world = smallWorld();
        const judged = world.authorize;
        world.authorize = () => undefined;
        for (let i = 0; i < 50_000; i++) world.s3.put(owner, bucket, `m/${(i * 7919) % 37_501}`);
        world.authorize = judged;
        const ids = new Set<string>();
        let page = world.s3.listVersions(owner, bucket, {});
        for (;;) {
            for (const { versionId } of page.versions) ids.add(versionId);
            if (!page.truncated) break;
            const { key, versionId } = page.versions.at(-1)!;
            page = world.s3.listVersions(owner, bucket, { keyMarker: key, versionIdMarker: versionId });
        }
        assert.equal(ids.size, 50_000);
    });
    it("reads one version by its own rights, and says 403 instead of 404 to whom may not list", () => {
        const world = smallWorld();
        const { versionId } = world.s3.put(owner, bucket, `exports/${source}/x`, { body: "x" });
        world.calls.length = 0;
        world.s3.head(owner, bucket, `exports/${source}/x`, versionId);
        assert.deepEqual(world.calls.map(({ action }) => action), ["s3:GetObjectVersion", "kms:Decrypt", "s3:GetObjectRetention"]);
        assert.equal(world.calls[0]!.context!["s3:VersionId"], versionId);
        const role = world.iam.role(starterArn)!;
        world.iam.addRole({ ...role, policies: [policy(allow("s3:GetObject*", `${bucketArn}/*`))] });
        assert.throws(() => world.s3.head(owner, bucket, "none"), code("AccessDenied"));
        assert.throws(() => world.s3.get(owner, bucket, `exports/${source}/x`, "none"), code("AccessDenied"));
    });
    it("needs both sides for another account, within its own prefix", () => {
        const world = smallWorld();
        world.s3.put(exporter, bucket, `exports/${source}/x`, { keyArn });
        assert.throws(() => world.s3.put(exporter, bucket, "exports/999999999999/x", { keyArn }), code("AccessDenied"));
        world.iam.setResourcePolicy(bucketArn, backup, policy({ Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: `${bucketArn}/*`, Condition: { Bool: { "aws:SecureTransport": "false" } } }));
        assert.throws(() => world.s3.put(exporter, bucket, `exports/${source}/x`, { keyArn }), code("AccessDenied"));
    });
    it("shows the policy a key only when the request names one", () => {
        const world = smallWorld();
        const statements = JSON.parse(bucketPolicy).Statement;
        const key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
        world.iam.setResourcePolicy(bucketArn, backup, policy(...statements, { Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: `${bucketArn}/*`, Condition: { Null: { [key]: "false" } } }));
        assert.equal(world.s3.put(exporter, bucket, `exports/${source}/x`).keyArn, keyArn);
        assert.throws(() => world.s3.put(exporter, bucket, `exports/${source}/x`, { keyArn }), /denied by statement 3/);
    });
    it("asks KMS through S3: GenerateDataKey, with multipart Decrypt too, Decrypt to read", () => {
        const world = smallWorld();
        world.s3.put(owner, bucket, "a", { multipart: true });
        world.s3.get(owner, bucket, "a");
        const kms = world.calls.filter(({ action }) => action.startsWith("kms:"));
        assert.deepEqual(kms.map(({ action }) => action), ["kms:GenerateDataKey", "kms:Decrypt", "kms:Decrypt"]);
        assert.ok(kms.every(({ context }) => context?.["kms:ViaService"] === "s3.eu-west-1.amazonaws.com"));
        world.kms.key(keyArn)!.enabled = false;
        assert.throws(() => world.s3.get(owner, bucket, "a"), code("KMS.DisabledException"));
    });
    it("knows no bucket that wasn't added", () => assert.throws(() => smallWorld().s3.location(owner, "other"), { name: "NoSuchBucket", status: 404 }));
});
