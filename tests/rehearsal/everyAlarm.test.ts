// Doesn't prove that CloudWatch, EventBridge and CloudTrail do so: tests/rehearsal/aws/{cloudWatch,eventBridge,trail}.test.ts say how far they are held to the documentation.
import assert from "node:assert/strict";
import { namesOf } from "../../components/arns";
import { alarm, count, measure, type AlarmCode, type Metric } from "../../handlers/lib/log";
import { ringing } from "../../rehearsal/alarms";
import { inProcess } from "../../rehearsal/aws/lambdaInProcess";
import { metricKey, metricsOf, type Metrics } from "../../rehearsal/aws/metrics";
import { AwsError, type AwsEvent, type LogLine, type Principal, type World } from "../../rehearsal/aws/types";
import { settingsFromFile, stackFile } from "../../rehearsal/config";
import { policyOf } from "../../rehearsal/faults/stage";
import type { Rendered } from "../../rehearsal/graph";
import { firstDay, hour, minute } from "../../rehearsal/nights";
import { openWorld } from "../../rehearsal/rehearse";
import { renderedStack } from "../rendered";

const settings = settingsFromFile(stackFile("prod"));
const backup = settings.backupAccount;
const shop = settings.sourceAccounts[0]!.id;
const names = namesOf({ stack: settings.stack, region: settings.region, backupAccountId: backup.id });
const short = (name: string) => name.slice(names.watch.length + 1);

/** What the emitters of the functions write to their log, at a time in ms. */
function said(at: number, emit: () => void): LogLine[] {
    const lines: string[] = [];
    const { log } = console;
    const before = process.env.STACK;
    process.env.STACK = names.prefix;
    console.log = (text: string) => void lines.push(text);
    try {
        emit();
    } finally {
        console.log = log;
        if (before === undefined) delete process.env.STACK;
        else process.env.STACK = before;
    }
    return lines.map((text) => ({ at, function: "f", text, json: JSON.parse(text) as Record<string, unknown> }));
}

const each = (minutes: readonly number[], emit: () => void): Metrics => metricsOf(minutes.flatMap((at) => said(at * minute, emit)), [], []);
const every = (period: number, from: number, to: number): number[] => Array.from({ length: Math.floor((to - from) / period) + 1 }, (_, index) => from + index * period);
const code = (name: string, ...minutes: readonly number[]) => each(minutes, () => alarm(name as AlarmCode, { account: shop, database: "instance.orders", reason: "because" }));
/** As the functions say a gauge: a look's of an account, the batch's and the sweep's. */
const gauge = (metric: Metric, value: number, ...minutes: readonly number[]) => each(minutes, () => measure("INFO", "look", { account: shop }, { [metric]: value }));
const counted = (metric: Metric, value: number, ...minutes: readonly number[]) => each(minutes, () => count("sweep", metric, value));
const age = (queue: string, seconds: number) => metricsOf([], [], [{ at: 90 * minute, queue, visible: 1, age: seconds }]);
const holds = (queue: string, visible: number) => metricsOf([], [], every(5, 60, 120).map((at) => ({ at: at * minute, queue, visible, age: 0 })));
const runs = (name: string, failing: readonly number[]) => metricsOf([], every(5, 0, 180).map((at) => ({ at: at * minute, function: name, failed: failing.includes(at) })), []);
const matched = (rule: string) => metricsOf([], [], [], [{ at: hour, rule: `arn:aws:events:${settings.region}:${backup.id}:rule/${rule}` }]);
/** Of AWS's own, which no part of the simulation writes. */
const series = (namespace: string, name: string, dimensions: Record<string, string>, value: number, ...minutes: readonly number[]): Metrics =>
    new Map([[metricKey(namespace, name, dimensions), minutes.map((at) => ({ at: at * minute, value }))]]);

interface Row {
    readonly rings: Metrics;
    readonly quiet: Metrics;
    /** Hours of the run. Default 12. */
    readonly hours?: number;
}

const codes = [
    "beyond-rpo", "given-up", "expired-unprotected", "stranger", "failed", "canceled", "stuck", "vanished", "disappeared", "unsealed", "account-lost", "export-refused",
    "partial", "tampering", "flood", "unreadable", "vault-not-ready", "organization-unreadable", "member-left", "lock-broken", "volume", "trail-silent",
];
/** A line of another code doesn't ring it. */
const codeRows = codes.map((name, index): [string, Row] => [name, { rings: code(name, 61), quiet: code(codes[(index + 1) % codes.length]!, 61) }]);

const { starter, sealer, sweeper, watcher } = names;
const functionRows = Object.entries({ starter, sealer, sweeper, watcher }).flatMap(([part, name]): [string, Row][] => {
    const throttles = (...minutes: number[]) => series("AWS/Lambda", "Throttles", { FunctionName: name }, 1, ...minutes);
    // The watcher runs once a day, the others are repeated.
    const one = part === "watcher";
    return [
        [`${part}-errors`, { rings: runs(name, one ? [60] : [60, 75]), quiet: runs(name, one ? [] : [60]) }],
        [`${part}-throttles`, { rings: one ? throttles(60) : throttles(60, 75), quiet: one ? throttles() : throttles(60) }],
    ];
});

const sweeps = every(15, 14, 12 * 60);
const looks = (...without: number[]) => sweeps.filter((at) => !without.includes(at));
const between = (from: number, to: number) => sweeps.filter((at) => at < from || at > to);
const rows: Readonly<Record<string, Row>> = {
    ...Object.fromEntries([...codeRows, ...functionRows]),
    // Silence counts as trouble; a look that doesn't come changes nothing.
    "rpo": { rings: gauge("BeyondRpo", 1, ...sweeps), quiet: gauge("BeyondRpo", 0, ...looks(194, 209)) },
    "not-ready": { rings: counted("AccountsNotReady", 1, ...sweeps), quiet: counted("AccountsNotReady", 1, ...every(15, 60, 120)) },
    "no-sweep": { rings: counted("AccountsNotSwept", 0, ...between(300, 390)), quiet: counted("AccountsNotSwept", 0, ...looks(194, 209)) },
    "not-swept": { rings: counted("AccountsNotSwept", 1, ...every(15, 60, 120)), quiet: counted("AccountsNotSwept", 1, 60) },
    "no-look": { rings: gauge("Waiting", 0, ...between(300, 480)), quiet: gauge("Waiting", 0, ...looks(194, 209, 224)) },
    "seal-lag": { rings: gauge("SealLagMinutes", 421, 60), quiet: gauge("SealLagMinutes", 420, 60) },
    "not-watched": { rings: counted("Watched", 1, 7 * 60), quiet: counted("Watched", 1, ...every(24 * 60, 7 * 60, 72 * 60)), hours: 72 },
    "trigger-age": { rings: age(names.triggerQueue, 3000), quiet: age(names.triggerQueue, 2999) },
    "seal-age": { rings: age(names.sealQueue, 3 * 3600), quiet: age(names.sealQueue, 3 * 3600 - 1) },
    "trigger-dlq": { rings: holds(names.triggerDeadLetters, 1), quiet: holds(names.triggerDeadLetters, 0) },
    "seal-dlq": { rings: holds(names.sealDeadLetters, 1), quiet: holds(names.sealDeadLetters, 0) },
    "undelivered": { rings: holds(names.undeliveredQueue, 1), quiet: holds(names.undeliveredQueue, 0) },
    "foreign-grants": { rings: matched(`${names.watch}-foreign-grants`), quiet: matched(`${names.watch}-grants`) },
};

const typed = ({ resources }: Rendered, type: string) => resources.filter((each) => each.type === type);
const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";

describe("every alarm of the stack as rendered", function () {
    this.timeout(60_000);
    let rendered: Rendered;
    before(() => void (rendered = renderedStack()));

    it("has a row here, and no row is of an alarm that isn't there", () => {
        assert.deepEqual(typed(rendered, alarmType).map(({ inputs }) => short(inputs.name)).sort(), Object.keys(rows).sort());
    });
    for (const [name, { rings, quiet, hours = 12 }] of Object.entries(rows)) {
        it(`${name} rings, and stays quiet`, () => {
            const resources = typed(rendered, alarmType).filter(({ inputs }) => short(inputs.name) === name);
            const rung = (metrics: Metrics) => ringing({ ...rendered, resources }, metrics, 0, hours * hour).map(({ topics }) => topics.length);
            assert.deepEqual([...new Set(rung(rings))], [1], "rings, and tells one topic");
            assert.deepEqual(rung(quiet), [], "stays quiet");
        });
    }
});

const deployRole = { arn: backup.deployRoleArn, account: backup.id };
const session = (roleArn: string, account = backup.id): Principal => ({ arn: `arn:aws:sts::${account}:assumed-role/${roleArn.split("/").at(-1)}/hand`, account, roleArn });
const root: Principal = { arn: `arn:aws:iam::${backup.id}:root`, account: backup.id };
const admin = `arn:aws:iam::${backup.id}:role/admin`;
const bucket = `arn:aws:s3:::${names.bucket}`;

/** A call that the world judges. */
type Called = readonly [by: Principal, action: string, resource: string, context?: Record<string, string>];
/** What CloudTrail says of a caller whom the world doesn't know, or of a sign-in. */
type Told = Pick<AwsEvent, "source" | "detail-type" | "region" | "detail">;

const trail = "AWS API Call via CloudTrail";
const alice = { type: "IAMUser", principalId: "AIDAEXAMPLE", accountId: backup.id, userName: "alice", arn: `arn:aws:iam::${backup.id}:user/alice` };
const byAlice = (service: string, eventName: string, region = settings.region): Told =>
    ({ source: `aws.${service}`, "detail-type": trail, region, detail: { eventSource: `${service}.amazonaws.com`, eventName, readOnly: false, userIdentity: alice, eventID: eventName } });
const signIn = (identity: object): Told =>
    ({ source: "aws.signin", "detail-type": "AWS Console Sign In via CloudTrail", region: "us-east-1", detail: { eventSource: "signin.amazonaws.com", eventName: "ConsoleLogin", readOnly: false, userIdentity: identity, eventID: "e" } });

/** Which rules tell of it. */
const touched: Readonly<Record<string, readonly [what: (arns: { key: string }) => Called | Told, rules: readonly string[]]>> = {
    "root changes the bucket's policy": [() => [root, "s3:PutBucketPolicy", bucket], ["bucket", "root"]],
    "an admin changes the bucket's policy": [() => [session(admin), "s3:PutBucketPolicy", bucket], ["bucket"]],
    "an IAM user removes the bucket's lifecycle": [() => byAlice("s3", "DeleteBucketLifecycle"), ["bucket"]],
    "the deploy role is refused to end the key": [({ key }) => [session(deployRole.arn), "kms:ScheduleKeyDeletion", key], ["key"]],
    "an admin lends the key": [({ key }) => [session(admin), "kms:CreateGrant", key], ["grants"]],
    "an IAM user stops a rule": [() => byAlice("events", "DisableRule"), ["delivery"]],
    "an admin replaces a function": [() => [session(admin), "lambda:UpdateFunctionCode", `arn:aws:lambda:${settings.region}:${backup.id}:function:${starter}`], ["delivery"]],
    "an IAM user silences an alarm": [() => byAlice("monitoring", "DisableAlarmActions"), ["evidence"]],
    "an admin stops the trail": [() => [session(admin), "cloudtrail:StopLogging", `arn:aws:cloudtrail:${settings.region}:${backup.id}:trail/t`], ["evidence"]],
    "an admin changes a role, which us-east-1 logs": [() => [session(admin), "iam:PutRolePolicy", `arn:aws:iam::${backup.id}:role/r`], ["identity"]],
    "an IAM user makes a key for himself": [() => byAlice("iam", "CreateAccessKey", "us-east-1"), ["identity"]],
    "root signs in": [() => signIn({ type: "Root", accountId: backup.id, arn: root.arn }), ["root"]],
    "the deploy role deploys": [() => [session(deployRole.arn), "lambda:UpdateFunctionCode", `arn:aws:lambda:${settings.region}:${backup.id}:function:${starter}`], ["deploy"]],
    // What comes by day and night.
    "an admin looks": [() => [session(admin), "kms:DescribeKey", "*"], []],
    "a user signs in": [() => signIn(alice), []],
    "an admin lists the vault": [() => [session(admin), "s3:ListBucket", bucket], []],
    "the deploy role looks": [() => [session(deployRole.arn), "s3:GetBucketPolicy", bucket], []],
    "an export borrows the key": [({ key }) => [session(admin), "kms:CreateGrant", key, { "kms:ViaService": `rds.${settings.region}.amazonaws.com` }], []],
};

describe("every tamper rule of the stack as deployed", function () {
    this.timeout(60_000);
    let rendered: Rendered;
    let world: World;
    let stop: () => Promise<void>;
    let noticesArn: string;
    before(async () => {
        rendered = renderedStack();
        ({ world, stop } = await openWorld(rendered, settings, firstDay, 1, undefined, inProcess()));
        // Who has attached none must be told as well; and what a resource control policy refuses to another account CloudTrail doesn't log here.
        world.iam.setGuardrails(backup.id, { scps: [], rcps: [] });
        // Nobody else shall call meanwhile.
        for (const schedule of world.schedules.values()) schedule.enabled = false;
        for (const { arn, account } of [{ arn: admin, account: backup.id }, deployRole]) {
            world.iam.addRole({ arn, account, trust: policyOf({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" }), policies: [policyOf({ Effect: "Allow", Action: "*", Resource: "*" })] });
        }
        noticesArn = typed(rendered, "aws:sns/topic:Topic").find(({ inputs }) => inputs.name === names.notices)!.outputs!.arn;
    });
    after(() => stop());

    /** Names of the rules that told of it. */
    async function told(what: Called | Told): Promise<string[]> {
        const from = world.sns.messages.length;
        if ("source" in what) world.events.tell(backup.id, { version: "0", id: "e", account: backup.id, time: new Date(world.clock.now).toISOString(), resources: [], ...what });
        else call(...what);
        await world.clock.run(world.clock.now + 10 * minute);
        const messages = world.sns.messages.slice(from);
        for (const { topicArn } of messages) assert.equal(topicArn, noticesArn);
        return messages.map(({ sourceArn = "" }) => short(sourceArn.split("/").at(-1)!)).sort();
    }
    function call(principal: Principal, action: string, resource: string, context?: Record<string, string>): void {
        try {
            world.authorize({ principal, action, resource, resourceAccount: backup.id, context });
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
        }
    }

    for (const [name, [what, rules]] of Object.entries(touched)) {
        it(`${name}: ${rules.join(", ") || "nobody is told"}`, async () => {
            const key = typed(rendered, "aws:kms/key:Key").find(({ name: each }) => each.startsWith("vault"))!.outputs!.arn as string;
            assert.deepEqual(await told(what({ key })), rules);
        });
    }
    it("a source account that lends itself the key is counted, and nobody is told of each call", async () => {
        const roleArn = `arn:aws:iam::${shop}:role/rds-vault/${names.accessRole}`;
        const key = typed(rendered, "aws:kms/key:Key").find(({ name: each }) => each.startsWith("vault"))!.outputs!.arn as string;
        const count = () => world.events.matches.filter(({ rule }) => rule.endsWith("-foreign-grants")).length;
        for (const [context, expected] of [[undefined, 1], [{ "kms:ViaService": `rds.${settings.region}.amazonaws.com` }, 0]] as const) {
            const before = count();
            assert.deepEqual(await told([session(roleArn, shop), "kms:CreateGrant", key, context]), []);
            assert.equal(count() - before, expected);
        }
    });
    it("is among these", () => {
        const mailing = new Set(typed(rendered, "aws:cloudwatch/eventTarget:EventTarget").filter(({ inputs }) => inputs.arn === noticesArn).map(({ inputs }) => short(inputs.rule)));
        assert.deepEqual([...mailing].sort(), [...new Set(Object.values(touched).flatMap(([, rules]) => rules))].sort());
    });
    it("and every alarm tells a topic that takes it", () => {
        for (const { inputs } of typed(rendered, alarmType)) {
            const source = { arn: `arn:aws:cloudwatch:${settings.region}:${backup.id}:alarm:${inputs.name}`, account: backup.id };
            assert.deepEqual([inputs.alarmActions, inputs.okActions, inputs.actionsEnabled], [[noticesArn], inputs.metricName === "Alarms" ? [] : [noticesArn], true]);
            world.sns.publish({ arn: "cloudwatch.amazonaws.com", service: "cloudwatch.amazonaws.com" }, noticesArn, { message: "m" }, source);
        }
    });
});
