// Doesn't prove AWS: S3, KMS and the queues are simulated (tests/lock and tests/rehearsal/aws say how far they agree with others).
import assert from "node:assert/strict";
import { join } from "node:path";
import { attacksOf } from "../../rehearsal/attacks";
import { damageOf, type Damage } from "../../rehearsal/attacks/damage";
import { cellsOf, declaresLock, policiesOf } from "../../rehearsal/attacks/grid";
import { playAttacks, type Plays } from "../../rehearsal/attacks/play";
import { resultOf } from "../../rehearsal/attacks/playAll";
import { attackSection } from "../../rehearsal/attacks/playHtml";
import { stageOf } from "../../rehearsal/attacks/stage";
import type { Attack } from "../../rehearsal/attacks/types";
import type { ObjectVersion, World } from "../../rehearsal/aws/types";
import { settingsFromFile } from "../../rehearsal/config";
import { firstDay } from "../../rehearsal/nights";
import { openWorld } from "../../rehearsal/rehearse";
import { renderedStack, root } from "../rendered";

const configurations = { "listed accounts": "Pulumi.prod.yaml", "an organization": "tests/fixtures/Pulumi.organization.yaml" };
const inputs = (file: string) => ({ rendered: file.includes("prod") ? renderedStack() : renderedStack(file), settings: settingsFromFile(join(root, file)) });
const stageIn = (file: string) => stageOf(inputs(file).rendered, inputs(file).settings);

/** A world with one sealed export of each source account of the table, and the canary. */
async function played(file: string, change: (world: World) => void = () => {}, before: (world: World) => void = () => {}): Promise<{ plays: Plays; world: World }> {
    const { rendered, settings } = inputs(file);
    const stage = stageOf(rendered, settings);
    const { world, stop } = await openWorld(rendered, settings, firstDay, 1, (fresh) => found(fresh, stage.sources.filter(({ kind }) => kind === "member").map(({ account }) => account)));
    try {
        if (settings.organization) await world.clock.run(firstDay + 3_600_000);
        before(world);
        for (const { account } of [...stage.sources, { account: stage.tenant }]) seal(world, account);
        change(world);
        return { plays: playAttacks(world, rendered, settings), world };
    } finally {
        await stop();
    }

    function found(fresh: World, members: readonly string[]): void {
        const { organization } = settings;
        if (!organization) return;
        fresh.organization.found({ id: organization.organizationId, rootId: "r-ab12", managementAccount: stage.management });
        for (const unit of organization.units) fresh.organization.addUnit(unit);
        for (const id of [...members, stage.tenant]) fresh.organization.join({ id, name: id, unit: organization.units[0]! });
    }

    function seal(of: World, account: string): void {
        const id = `e${"a".repeat(40)}-1`;
        const prefix = `exports/${account}/instance.orders/2026-10-05`;
        const exporter = { arn: `arn:aws:sts::${account}:assumed-role/${stage.names.exportRole}/export`, roleArn: stage.arns.exportRole(account), account };
        const sealer = { arn: `arn:aws:sts::${stage.backup}:assumed-role/${stage.names.sealer}/sealer`, roleArn: stage.arns.sealerRole, account: stage.backup };
        of.rds.addTask({ id, account, sourceArn: "", bucket: stage.names.bucket, prefix, roleArn: "", keyArn: stage.keyArn, exportOnly: [], status: "COMPLETE", startedAt: firstDay, endedAt: firstDay });
        const { key, versionId } = of.s3.put(exporter, stage.names.bucket, `${prefix}/${id}/public.orders/1/part-0.gz.parquet`, { body: "rows" });
        const body = JSON.stringify({ objects: [{ key: key.slice(`${prefix}/${id}/`.length), versionId }] });
        of.s3.put(sealer, stage.names.bucket, `manifests/${account}/2026-10-05/instance.orders.ABCDEFGH/${id}.complete.json`, { body, ifNoneMatch: "*" });
    }
}

const objections = ({ played: all }: Plays) => all.flatMap(({ attack: { id }, opened, objection }) => (objection ? [`${id}${opened ? ", opened" : ""}: ${objection}`] : []));
const damages = ({ played: all }: Plays, kind: Damage) => all.filter(({ damage, objection }) => objection && damage.includes(kind)).map(({ attack: { id } }) => id);

/** The vault's bucket policy without one statement. */
function without(world: World, arn: string, sid: string): void {
    const { account, policy } = world.iam.resourcePolicy(arn)!;
    const { Statement: all, ...rest } = JSON.parse(policy) as { Statement: { Sid: string }[] };
    assert.ok(all.some(({ Sid }) => Sid === sid), sid);
    world.iam.setResourcePolicy(arn, account, JSON.stringify({ ...rest, Statement: all.filter(({ Sid }) => Sid !== sid) }));
}

const unguarded = (world: World, account: string) => world.iam.setGuardrails(account, { scps: [], rcps: [] });

describe("attacks, played on a vault", function () {
    this.timeout(60_000);

    for (const [name, file] of Object.entries(configurations)) {
        it(`each ends as the table says, and leaves the vault as it was: ${name}`, async () => {
            let before: unknown;
            let calls = 0;
            const stored = (world: World) => {
                const { names, keyArn, arns } = stageIn(file);
                return [world.s3.versions(names.bucket), world.s3.bucket(names.bucket)?.retention, world.kms.state(keyArn), world.kms.grants(keyArn), world.iam.resourcePolicy(arns.bucket), world.iam.guardrails(stageIn(file).backup)];
            };
            const { plays, world } = await played(file, (fresh) => { before = structuredClone(stored(fresh)); calls = fresh.calls.length; });
            assert.deepEqual(objections(plays), []);
            assert.deepEqual(stored(world), before);
            assert.equal(world.calls.length, calls);
            // All of these must keep a case that is played.
            const rows = new Set(plays.played.map(({ attack }) => attack.row));
            for (let row = 1; row <= 30; row++) if (row !== 12) assert.ok(rows.has(row), `row ${row}`);
            for (const row of [32, 34]) assert.ok(rows.has(row), `row ${row}`);
            const what = ({ call }: Attack) => `${call.action} ${call.resource.includes("/") ? "object" : "bucket"}`;
            const opened = new Set(plays.played.filter((each) => each.opened).map(({ attack }) => what(attack)));
            const declared = new Set(attacksOf(stageIn(file)).filter(declaresLock).map(what));
            assert.ok(declared.size >= 5);
            assert.deepEqual([...opened].sort(), [...declared].sort());
            for (const { damage, attack } of plays.played) if ("stoppedBy" in attack.expect) assert.deepEqual(damage, []);
        });
    }

    const prod = configurations["listed accounts"];
    const place = () => stageIn(prod);

    it("sees a read where the bucket's policy lets accounts in everywhere", async () => {
        const { plays } = await played(prod, (world) => {
            const { arns, backup } = place();
            world.iam.setResourcePolicy(arns.bucket, backup, JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:*", Resource: [arns.bucket, `${arns.bucket}/*`] }] }));
        });
        assert.ok(damages(plays, "read").includes("9.A10-wide.read"));
        assert.ok(damages(plays, "junk").includes("10.A2-wide.junk-at-top"));
        assert.ok(damages(plays, "shadowed").includes("2.A10-wide.marker"));
        assert.ok(damages(plays, "deleted").length === 0, "the lock holds");
    });

    it("sees longer locks where nobody denies them, and nothing shorter", async () => {
        const { plays } = await played(prod, (world) => {
            const { arns, backup } = place();
            without(world, arns.bucket, "DenyOtherRetentionAndDestruction");
            unguarded(world, backup);
        });
        assert.ok(damages(plays, "prolonged").includes("6.A4.century"));
        assert.ok(damages(plays, "prolonged").includes("7.A4.hold"));
        assert.deepEqual([damages(plays, "deleted"), damages(plays, "shortened")], [[], []]);
    });

    it("sees weaker locks, an end of exports, forged messages and lost keys where the guardrails are off", async () => {
        const { plays } = await played(prod, (world) => {
            const { backup, keyArn } = place();
            unguarded(world, backup);
            world.iam.setResourcePolicy(keyArn, backup, JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" }] }));
        });
        assert.ok(damages(plays, "weakened").includes("13.A4.lock"));
        assert.ok(damages(plays, "stopped").includes("17.A4.policy"));
        assert.ok(damages(plays, "unreadable").includes("21.A5.delete"));
        assert.ok(damages(plays, "unreadable").includes("22.A4.disable"));
        assert.ok(damages(plays, "forged").includes("34.A4.send-trigger"));
        assert.ok(damages(plays, "interrupted").includes("25.A4.revoke"));
        assert.ok(damages(plays, "shadowed").includes("15.A4.lifecycle"));
        assert.deepEqual([damages(plays, "deleted"), damages(plays, "shortened")], [[], []]);
    });

    it("sees deletion where S3 has no lock, even before the policies are opened to the last", async () => {
        const { plays } = await played(prod, undefined, (world) => world.s3.setRetention(place().names.bucket, undefined));
        const opened = plays.played.filter((each) => each.opened && each.objection).map(({ attack, damage }) => `${attack.row} ${damage.join()}`);
        assert.ok(opened.includes("1 deleted,hidden"), opened.join("; "));
    });

    it("counts a case once, and as succeeded when playing it did damage", () => {
        const attacks = attacksOf(place());
        const judged = attacks.map((attack) => ({ attack, verdict: { allowed: !("stoppedBy" in attack.expect), stoppedBy: policiesOf(attack.expect) } }));
        const whole = resultOf(judged, []);
        assert.equal(whole.counts.tried, whole.counts.stopped + whole.counts.succeeded + whole.counts.notPreventable);
        assert.deepEqual([whole.counts.succeeded, whole.findings], [0, []]);
        const attack = attacks.find(({ id }) => id === "1.A4.version")!;
        const broken = resultOf(judged, [false, true].map((opened) => ({ attack, opened, damage: ["deleted"], objection: "did damage: deleted" })));
        assert.deepEqual([broken.counts.stopped, broken.counts.succeeded], [whole.counts.stopped - 1, 1]);
        assert.equal(broken.findings.length, 2);
        const allowed = resultOf(judged.map((each) => (each.attack === attack ? { attack, verdict: { allowed: true, stoppedBy: [] } } : each)), []);
        assert.deepEqual([allowed.counts.succeeded, allowed.findings.length], [1, 1]);
        const html = attackSection(whole, String);
        for (const { actor, harm, stopped } of cellsOf(judged)) assert.ok(html.includes(harm) && html.includes(actor) && (stopped === 0 || html.includes(`${stopped} stopped`)));
    });
});

describe("damage", () => {
    const call = { principal: { arn: "", account: "111122223333" }, action: "s3:PutObject", resource: "", resourceAccount: "" };
    const version = (key: string, versionId: string, more: Partial<ObjectVersion> = {}): ObjectVersion => ({ key, versionId, size: 1, writtenAt: 0, deleteMarker: false, mode: "COMPLIANCE", retainUntil: 10, ...more });
    const look = { versions: [version("exports/444455556666/a", "1")], messages: 0, grants: ["g"], restore: "read" as const, stamp: { mode: "COMPLIANCE", until: 10 } };
    const first = look.versions[0]!;
    const cases: [string, Partial<typeof look> | object, Damage[]][] = [
        ["nothing", {}, []],
        ["a version gone", { versions: [] }, ["deleted"]],
        ["an earlier date", { versions: [{ ...first, retainUntil: 9 }] }, ["shortened"]],
        ["a weaker mode", { versions: [{ ...first, mode: "GOVERNANCE" }] }, ["shortened"]],
        ["a later date", { versions: [{ ...first, retainUntil: 11 }] }, ["prolonged"]],
        ["a hold", { versions: [{ ...first, legalHold: true }] }, ["prolonged"]],
        ["a marker", { versions: [first, version("exports/444455556666/a", "2", { deleteMarker: true })] }, ["shadowed"]],
        ["a version on top", { versions: [first, version("exports/444455556666/a", "2")] }, ["shadowed"]],
        ["an object under its own prefix", { versions: [first, version("exports/111122223333/b", "2")] }, []],
        ["an object elsewhere", { versions: [first, version("exports/444455556666/b", "2")] }, ["junk"]],
        ["a manifest", { versions: [first, version("manifests/x", "2")] }, ["forged"]],
        ["a message", { messages: 1 }, ["forged"]],
        ["a grant gone", { grants: [] }, ["interrupted"]],
        ["a version that restoring can't reach", { restore: "hidden" }, ["hidden"]],
        ["a key that doesn't open", { restore: "unreadable" }, ["unreadable"]],
        ["a shorter lock of what comes", { stamp: { mode: "COMPLIANCE", until: 9 } }, ["weakened"]],
        ["nothing that comes", { stamp: undefined }, ["stopped"]],
        ["no lock of what comes", { stamp: { mode: "", until: 0 } }, ["weakened"]],
    ];
    for (const [name, change, expected] of cases) it(`${name}: ${expected.join() || "none"}`, () => assert.deepEqual(damageOf(look, { ...look, ...change } as typeof look, call), expected));
});
