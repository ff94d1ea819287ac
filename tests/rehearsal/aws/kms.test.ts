// Doesn't prove AWS's KMS; it holds the simulated one to AWS's documentation in what attacks on the key can reach.
import assert from "node:assert/strict";
import type { World } from "../../../rehearsal/aws/types";
import { allow, backup, bucket, code, exportArn, hour, keyArn, keyPolicy, policy, sessionOf, smallWorld, source, start, starterArn } from "./small";

const day = 24 * hour;
const owner = sessionOf(starterArn);
const exporter = sessionOf(exportArn);
const everything = policy(allow("*", "*"));
const rootMay = (account: string, ...actions: string[]) => ({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: actions, Resource: "*" });

function worldOfAdministrators(): World {
    const world = smallWorld();
    for (const arn of [starterArn, exportArn]) world.iam.addRole({ ...world.iam.role(arn)!, policies: [everything] });
    return world;
}
const last = (world: World) => world.calls.at(-1)!;

describe("the simulated KMS under attack", () => {
    it("makes objects unreadable once deletion is scheduled, and again readable by cancel and enable", () => {
        const world = worldOfAdministrators();
        const { kms, s3 } = world;
        s3.put(owner, bucket, "a", { body: "a" });
        kms.scheduleKeyDeletion(owner, keyArn, 7);
        assert.deepEqual([kms.state(keyArn), last(world).context!["kms:ScheduleKeyDeletionPendingWindowInDays"]], ["PendingDeletion", "7"]);
        assert.throws(() => s3.get(owner, bucket, "a"), code("KMS.KMSInvalidStateException"));
        assert.throws(() => kms.enableKey(owner, keyArn), code("KMSInvalidStateException"));
        kms.cancelKeyDeletion(owner, keyArn);
        assert.equal(kms.state(keyArn), "Disabled");
        assert.throws(() => s3.get(owner, bucket, "a"), code("KMS.DisabledException"));
        kms.enableKey(owner, keyArn);
        assert.equal(s3.get(owner, bucket, "a").body, "a");
        kms.disableKey(owner, keyArn);
        assert.throws(() => s3.get(owner, bucket, "a"), code("KMS.DisabledException"));
    });
    it("loses the key when the window is over, and no sooner than in seven days", async () => {
        const world = worldOfAdministrators();
        world.s3.put(owner, bucket, "a");
        for (const days of [6, 31]) assert.throws(() => world.kms.scheduleKeyDeletion(owner, keyArn, days), code("ValidationException"));
        world.kms.scheduleKeyDeletion(owner, keyArn);
        await world.clock.run(start + 30 * day - 1);
        assert.equal(world.kms.state(keyArn), "PendingDeletion");
        await world.clock.run(start + 30 * day);
        assert.equal(world.kms.state(keyArn), "Deleted");
        assert.throws(() => world.s3.get(owner, bucket, "a"), code("KMS.NotFoundException"));
        assert.throws(() => world.kms.cancelKeyDeletion(owner, keyArn), code("NotFoundException"));
    });
    it("lets nobody of another account administer the key, whatever its policy says", () => {
        const world = worldOfAdministrators();
        const { kms } = world;
        world.iam.setResourcePolicy(keyArn, backup, policy(rootMay(source, "kms:*"), rootMay(backup, "kms:*")));
        const tries = [
            () => kms.scheduleKeyDeletion(exporter, keyArn),
            () => kms.disableKey(exporter, keyArn),
            () => kms.putKeyPolicy(exporter, keyArn, everything, { bypassSafetyCheck: true }),
            () => kms.administer(exporter, "kms:ImportKeyMaterial", keyArn),
        ];
        for (const attack of tries) assert.throws(attack, code("AccessDenied"));
        assert.deepEqual(world.calls.map(({ allowed, why }) => [allowed, /never crosses accounts/.test(why)]), tries.map(() => [false, true]));
        kms.createGrant(exporter, keyArn, { grantee: exportArn, operations: ["Decrypt"] });
        assert.equal(kms.state(keyArn), "Enabled");
    });
    it("refuses a policy that locks its author out, unless told not to look", () => {
        const world = worldOfAdministrators();
        const lockout = policy(rootMay(source, "kms:*"));
        assert.throws(() => world.kms.putKeyPolicy(owner, keyArn, lockout), code("MalformedPolicyDocumentException"));
        assert.equal(world.iam.resourcePolicy(keyArn)!.policy, keyPolicy);
        world.kms.putKeyPolicy(owner, keyArn, lockout, { bypassSafetyCheck: true });
        assert.equal(last(world).context!["kms:BypassPolicyLockoutSafetyCheck"], "true");
        assert.throws(() => world.kms.use(owner, "kms:Decrypt", keyArn), code("AccessDenied"));
        assert.throws(() => world.kms.putKeyPolicy(owner, keyArn, keyPolicy), code("AccessDenied"));
    });
    it("lets a grant allow what the key policy doesn't, until it is revoked, and a Deny beats it", () => {
        const world = worldOfAdministrators();
        const { kms, iam } = world;
        const own = policy(rootMay(backup, "kms:*"));
        iam.setResourcePolicy(keyArn, backup, own);
        const decrypt = () => kms.use(exporter, "kms:Decrypt", keyArn);
        assert.throws(decrypt, code("AccessDenied"));
        const id = kms.createGrant(owner, keyArn, { grantee: exportArn, operations: ["Decrypt"] });
        assert.deepEqual([last(world).context!["kms:GranteePrincipal"], last(world).context!["kms:GrantOperations"]], [exportArn, ["Decrypt"]]);
        decrypt();
        assert.throws(() => kms.use(exporter, "kms:GenerateDataKey", keyArn), code("AccessDenied"));
        iam.setResourcePolicy(keyArn, backup, policy(rootMay(backup, "kms:*"), { ...rootMay(source, "kms:Decrypt"), Effect: "Deny" }));
        assert.throws(decrypt, code("AccessDenied"));
        iam.setResourcePolicy(keyArn, backup, own);
        assert.throws(() => kms.revokeGrant(exporter, keyArn, id), code("AccessDenied"));
        kms.revokeGrant(owner, keyArn, id);
        assert.throws(decrypt, code("AccessDenied"));
        assert.equal(iam.resourcePolicy(keyArn)!.policy, own);
    });
    it("lets a grant be retired by whom it names and by the account that made it, without the key policy", () => {
        const world = worldOfAdministrators();
        const { kms, iam } = world;
        const mine = kms.createGrant(owner, keyArn, { grantee: starterArn, operations: ["Decrypt"] });
        const retirable = kms.createGrant(owner, keyArn, { grantee: starterArn, operations: ["Decrypt"], retiring: exportArn });
        iam.setResourcePolicy(keyArn, backup, policy(rootMay("999999999999", "kms:*")));
        assert.throws(() => kms.retireGrant(exporter, keyArn, mine), code("AccessDenied"));
        kms.retireGrant(exporter, keyArn, retirable);
        kms.retireGrant(owner, keyArn, mine);
        assert.deepEqual(kms.grants(keyArn), []);
    });
});
