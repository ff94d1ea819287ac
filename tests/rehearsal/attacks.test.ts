// Doesn't prove how AWS itself evaluates these documents. What is deleted, shortened or hidden is checked on stored versions elsewhere.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { arnsOf, type Place } from "../../components/arns";
import { trailBucketArn, trailBucketPolicy } from "../../components/policies/trail";
import { vaultBucketPolicy } from "../../components/policies/vaultBucket";
import type { Settings } from "../../components/settings";
import { alarmTable } from "../../components/watch/alarmTable";
import { guardrailsOf } from "../../components/guardrails/documents";
import { holders } from "../../rehearsal/attacks/actors";
import { deployCalls, needsWindow } from "../../rehearsal/attacks/deployCalls";
import { attacksOf, openWithoutGuardrails } from "../../rehearsal/attacks";
import { documentsOf, type Documents } from "../../rehearsal/attacks/documents";
import { playedElsewhere } from "../../rehearsal/attacks/elsewhere";
import { declaresLock, policiesOf } from "../../rehearsal/attacks/grid";
import { judgeAttack } from "../../rehearsal/attacks/judge";
import { rows } from "../../rehearsal/attacks/rows";
import { stageOf } from "../../rehearsal/attacks/stage";
import type { Attack, Stage } from "../../rehearsal/attacks/types";
import { compilePattern } from "../../rehearsal/aws/pattern";
import { eventOf, knownOf } from "../../rehearsal/aws/trail";
import type { AwsEvent } from "../../rehearsal/aws/types";
import { settingsFromFile } from "../../rehearsal/config";
import type { Rendered } from "../../rehearsal/graph";
import { renderedStack, root } from "../rendered";

interface Shape {
    readonly stage: Stage;
    readonly documents: Documents;
    readonly attacks: readonly Attack[];
}

const placeOf = ({ stack, region, backupAccount }: Settings): Place => ({ stack, region, backupAccountId: backupAccount.id });

function shapeOf(rendered: Rendered, settings: Settings): Shape {
    const stage = stageOf(rendered, settings);
    return { stage, documents: documentsOf(rendered, settings), attacks: attacksOf(stage) };
}

const prod = () => ({ rendered: renderedStack(), settings: settingsFromFile(join(root, "Pulumi.prod.yaml")) });

/** With a trail of its own and a suspended account: two documents more than the rendered stack has. */
function hardened(): Shape {
    const { rendered, settings } = prod();
    const suspendedAccounts = [settings.sourceAccounts[0]!.id];
    const shape = shapeOf(rendered, { ...settings, monitoring: { ...settings.monitoring, trail: "create" }, vault: { ...settings.vault, suspendedAccounts } });
    const { backup, keyArn } = shape.stage;
    const place = placeOf(settings);
    const arns = arnsOf(place);
    const bucketPolicy = vaultBucketPolicy({ arns, backupAccountId: backup, sources: { accounts: settings.sourceAccounts.map(({ id }) => id) }, keyArn, suspendedAccounts });
    const documents = shape.documents.replace(`resource ${trailBucketArn(place)}`, trailBucketPolicy(place)).replace(`resource ${arns.bucket}`, bucketPolicy);
    return { ...shape, documents, attacks: shape.attacks.filter(({ id }) => /trail|suspended/.test(id)) };
}

/** Rows that stand for more than one call. */
const several: Readonly<Record<number, readonly string[]>> = {
    17: ["PutBucketPolicy", "DeleteBucketPolicy"],
    20: ["PutBucketPublicAccessBlock", "PutBucketOwnershipControls", "PutBucketAcl", "PutBucketNotification", "PutInventoryConfiguration", "PutBucketLogging", "PutBucketWebsite", "PutAccountPublicAccessBlock", "CreateAccessPoint", "CreateAccessGrant", "CreateJob"],
    22: ["DisableKey", "DisableKeyRotation"],
    27: ["ImportKeyMaterial", "DeleteImportedKeyMaterial", "ReplicateKey", "UpdatePrimaryRegion", "CreateKey"],
    31: ["DisableRule", "DeleteRule", "RemoveTargets", "PutRule", "PutTargets"],
    35: ["PurgeQueue", "DeleteQueue", "SetQueueAttributes", "ReceiveMessage", "DeleteMessage", "StartMessageMoveTask"],
    36: ["UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission"],
    37: ["PutFunctionConcurrency", "DeleteFunction", "UpdateEventSourceMapping", "DeleteEventSourceMapping", "UpdateSchedule", "DeleteScheduleGroup"],
    39: ["UpdateAssumeRolePolicy", "DeleteRole", "PutRolePolicy", "PassRole", "CreateUser", "CreateAccessKey", "CreatePolicyVersion"],
    44: ["DetachPolicy", "UpdatePolicy", "MoveAccount", "DisablePolicyType"],
    46: ["LeaveOrganization", "AcceptHandshake", "RemoveAccountFromOrganization"],
    49: ["StopLogging", "DeleteTrail", "PutEventSelectors", "DeleteAlarms", "DisableAlarmActions", "PutAlarmMuteRule", "SetAlarmState", "PutMetricData", "PutLogEvents", "Unsubscribe", "DeleteTopic", "DeleteLogGroup"],
};

const once = <T>(make: () => T) => {
    let made: { value: T } | undefined;
    return () => (made ??= { value: make() }).value;
};

const shapes: Record<string, () => Shape> = {
    "listed accounts": once(() => shapeOf(prod().rendered, prod().settings)),
    "an organization": once(() => shapeOf(renderedStack("tests/fixtures/Pulumi.organization.yaml"), settingsFromFile(join(root, "tests/fixtures/Pulumi.organization.yaml")))),
    "a trail and a suspended account": once(hardened),
    // One listed account, of which nobody is the neighbour.
    "one account": once(() => shapeOf(renderedStack("Pulumi.canary.yaml"), settingsFromFile(join(root, "Pulumi.canary.yaml")))),
};

const expected = ({ expect }: Attack) => policiesOf(expect);
/** What CloudTrail tells the backup account of a call that went through. */
function loggedIn({ backup, region }: Stage, { id, call }: Attack): AwsEvent {
    const of = knownOf(call.action);
    assert.ok(of, `${id}: CloudTrail logs no ${call.action}`);
    assert.ok([call.principal.account, call.resourceAccount].includes(backup), `${id} is logged in neither account of ours`);
    return eventOf({ ...call, at: 0, allowed: true, why: "" }, of, backup, region, 0);
}

const said = (controls: readonly string[]) => controls.join(", ") || "allowed";

describe("attacks, judged by an independent evaluator", function () {
    this.timeout(180_000);
    const floors: Record<string, number> = { "listed accounts": 1850, "an organization": 2450, "a trail and a suspended account": 40, "one account": 1550 };
    for (const [name, make] of Object.entries(shapes)) {
        const floor = floors[name]!;
        describe(name, () => {
            let shape: Shape;
            before(() => void (shape = make()));

            it("each is stopped by exactly whom the table names, and what is legitimate goes on", () => {
                const { stage, documents, attacks } = shape;
                assert.ok(attacks.length >= floor, `${attacks.length} cases`);
                const wrong = attacks.flatMap((attack) => {
                    const { allowed, stoppedBy, sids } = judgeAttack(documents, stage, attack, { guardrails: true });
                    const right = allowed === !("stoppedBy" in attack.expect) && said(stoppedBy) === said(expected(attack));
                    return right ? [] : `${attack.id} (${attack.call.action}): wanted ${said(expected(attack))}, is ${said(stoppedBy)} (${sids.join(", ")})`;
                });
                assert.deepEqual(wrong, []);
            });

            it("without guardrails each is stopped by the others that the table names", () => {
                const { stage, documents, attacks } = shape;
                const wrong = attacks.flatMap((attack) => {
                    const { stoppedBy } = judgeAttack(documents, stage, attack, { guardrails: false });
                    const others = expected(attack).filter((control) => control !== "scp" && control !== "rcp");
                    return said(stoppedBy) === said(others) ? [] : `${attack.id}: wanted ${said(others)}, is ${said(stoppedBy)}`;
                });
                assert.deepEqual(wrong, []);
            });

            it("have ids of their own", () => {
                const ids = shape.attacks.map(({ id }) => id);
                assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
            });

            it("what isn't preventable is seen by something that there is", () => {
                const { settings, names, rendered } = shape.stage;
                const alarms = new Set(alarmTable(placeOf(settings), settings.monitoring).map(({ name }) => name));
                const patterns = new Map(rendered.resources.filter(({ type }) => type === "aws:cloudwatch/eventRule:EventRule").map(({ inputs }) => [inputs.name as string, inputs.eventPattern as string]));
                let matched = 0;
                for (const attack of shape.attacks) {
                    if (!("open" in attack.expect)) continue;
                    const { rules = [], alarms: named = [] } = attack.expect.detectedBy;
                    for (const topic of named) assert.ok(alarms.has(`${names.watch}-${topic}`), `${attack.id}: no alarm ${topic}`);
                    // This alarm counts what a rule hears.
                    for (const topic of [...rules, ...named.filter((each) => each === "foreign-grants")]) {
                        const pattern = patterns.get(`${names.watch}-${topic}`);
                        assert.ok(pattern, `${attack.id}: no rule ${topic}`);
                        assert.ok(compilePattern(pattern)(loggedIn(shape.stage, attack)), `${attack.id}: ${attack.call.action} by ${attack.call.principal.arn} doesn't match the rule ${topic}`);
                        matched++;
                    }
                }
                assert.ok(matched > 0);
            });
        });
    }

    for (const name of ["listed accounts", "an organization"]) {
        it(`${name}: every action of the threat model is tried by everybody who could`, () => {
            const { attacks } = shapes[name]!();
            const tried = new Set(attacks.map(({ row, actor }) => `${row} ${actor}`));
            assert.equal(Object.keys(rows).length, 50);
            const calls = new Set(attacks.map(({ row, call }) => `${row} ${call.action.split(":")[1]}`));
            assert.deepEqual(Object.entries(several).flatMap(([row, all]) => all.map((call) => `${row} ${call}`)).filter((each) => !calls.has(each)), []);
            assert.deepEqual(Object.entries(rows).flatMap(([row, { who }]) => who.map((actor) => `${row} ${actor}`)).filter((each) => !tried.has(each)), []);
        });
    }

    it("root is held by the guardrails' other statements too, but for what nobody else is denied", () => {
        const { stage, documents, attacks } = shapes["listed accounts"]!();
        const [id, policy] = [...documents.byId].map(([key, each]) => [key, each as unknown as { Statement: { Sid: string }[] }] as const).find(([, { Statement }]) => Statement.some(({ Sid }) => Sid === "DenyRoot"))!;
        const without = documents.replace(id, { ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== "DenyRoot") } as never);
        const tried = attacks.filter(({ actor, expect }) => actor === "A5" && "stoppedBy" in expect);
        assert.ok(tried.length > 100);
        assert.deepEqual(tried.filter((attack) => judgeAttack(without, stage, attack, { guardrails: true }).allowed).map((attack) => attack.id), []);
    });

    it("two stacks share their accounts: each one's guardrails leave the other's work alone", () => {
        const [first, second] = [shapes["listed accounts"]!(), shapes["one account"]!()];
        for (const [mine, other] of [[first, second], [second, first]] as const) {
            const { guardrails, ...settings } = other.stage.settings;
            const otherSources = mine.stage.settings.sourceAccounts.map(({ id }) => id);
            const added = guardrailsOf({ ...settings, guardrails: { ...guardrails, otherSources } });
            const kinds = { "scp backup": added.backupAccount, "scp sources": added.sourceAccounts, rcp: added.backupResources };
            const both = Object.entries(kinds).reduce((documents, [kind, all]) => all.reduce((sum, document, i) => sum.replace(`${kind} other ${i + 1}`, document), documents), mine.documents);
            const work = mine.attacks.filter(({ actor, expect }) => actor === "pipeline" && "allowed" in expect);
            assert.ok(work.length > 60, `${work.length} calls`);
            const refusedIn = (documents: Documents) => work.flatMap((attack) => { const { allowed, sids } = judgeAttack(documents, mine.stage, attack, { guardrails: true }); return allowed ? [] : [`${attack.id} (${sids.join(", ")})`]; });
            assert.deepEqual(refusedIn(both), []);
        }
        // Without knowing of the other's accounts it would stop them.
        const { stage, documents, attacks } = first;
        const alone = guardrailsOf(second.stage.settings).backupResources.reduce((sum, document, i) => sum.replace(`rcp other ${i + 1}`, document), documents);
        const other = attacks.find(({ id }) => id === "design.export-role.edge-s3:PutObject.other-1")!;
        assert.equal(judgeAttack(alone, stage, other, { guardrails: true }).allowed, false);
    });

    it("of what the printed deploy role allows, the guardrails hold only what needs a window", () => {
        for (const name of ["listed accounts", "an organization"]) {
            const { stage, documents } = shapes[name]!();
            const { principal, identity } = holders.deploy(stage);
            const heldBy = (all: Documents) => [...new Set(deployCalls(stage).filter(({ action, resource, context }) => {
                const attack: Attack = { id: action, row: "design", harm: "stop backups silently", actor: "deploy", name: action, identity, call: { principal, action, resource, resourceAccount: stage.backup, ...(context && { context }) }, expect: { allowed: true } };
                return !judgeAttack(all, stage, attack, { guardrails: true }).allowed;
            }).map(({ action }) => action))].sort();
            assert.deepEqual(heldBy(documents), [...needsWindow].sort(), name);
            // README: a window takes off the last policy of each kind.
            const last = (kind: string) => [...documents.byId.keys()].filter((id) => id.startsWith(`${kind} `)).at(-1)!;
            const off = ["scp backup", "rcp"].reduce((sum, kind) => sum.replace(last(kind), { ...documents.byId.get(last(kind))!, Statement: [{ Sid: "Off", Effect: "Deny", Action: "s3:GetObject", ...(kind === "rcp" && { Principal: "*" }), Resource: "arn:aws:s3:::nothing/*" }] }), documents);
            assert.deepEqual(heldBy(off), [], name);
        }
    });

    it("shows what is open for whoever can't attach guardrails", () => {
        const { stage, documents, attacks } = shapes["listed accounts"]!();
        const open = openWithoutGuardrails(stage, documents, attacks);
        const who: Record<string, string> = {};
        for (const { row, actor } of open.filter((each) => !declaresLock(each))) who[row] = [...new Set([...(who[row]?.split(" ") ?? []), actor])].sort().join(" ");
        assert.deepEqual(who, {
            2: "A4 A5 A9", 13: "A4 A5 A9", 15: "A4 A5 A9", 17: "A4 A5 A6 A9", 18: "A4 A5 A9", 19: "A4 A5 A9", 20: "A4 A5 A9", 23: "A9", 24: "A10 A2 A3", 27: "A4 A5 A9",
            28: "A4 A5 A9", 31: "A1 A4 A5", 32: "A4 A5", 33: "A4 A5", 34: "A4 A5 A9", 35: "A4 A5", 36: "A4 A5", 37: "A4 A5", 39: "A1 A4 A5 A9", 40: "A1", 42: "A1",
            45: "A1 A4 A5", 46: "A1 A4 A5 A9", 47: "A6", 48: "A1 A4 A5 A9", 49: "A4 A5 A9", design: "A2 A4 A5 A9",
        });
        // What the bucket's policy doesn't hold then, the lock does (play.test.ts), and nothing else is left.
        assert.deepEqual(open.filter(({ harm }) => harm === "delete or shorten").map(({ id }) => id), open.filter(declaresLock).map(({ id }) => id));
        assert.deepEqual([...new Set(open.filter(declaresLock).map(({ call }) => call.action))], ["s3:PutBucketVersioning", "s3:DeleteBucket"]);
    });

    it("a weakened document changes what stops an attack", () => {
        const { stage, documents, attacks } = shapes["listed accounts"]!();
        const attack = attacks.find(({ id }) => id === "1.A2.version")!;
        const id = documents.resourceId(attack.call);
        const policy = documents.byId.get(id)! as { Statement: { Sid: string }[] };
        const weak = documents.replace(id, { ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== "DenyOtherRetentionAndDestruction") } as never);
        assert.deepEqual(judgeAttack(documents, stage, attack, { guardrails: false }).stoppedBy, ["bucket policy"]);
        assert.deepEqual(judgeAttack(weak, stage, attack, { guardrails: false }).stoppedBy, []);
    });

    it("what the program's own code must see through is played in tests that there are", () => {
        for (const { id, file, title } of playedElsewhere) assert.ok(readFileSync(join(root, file), "utf8").includes(`it("${title}"`), `${id}: ${file} has no test "${title}"`);
    });
});
