// The handler with the real SDK's commands and paginator; what they send is answered here. Doesn't prove how AWS matches filter patterns: the
// answers follow https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html. Rights: rights.test.ts.
import assert from "node:assert/strict";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { watch } from "../../../handlers/watch";
import { settings } from "../planning";
import { billing, database, inventory, now, shop } from "./watching";

type Fields = Record<string, unknown>;
const day = 86_400_000;
const gb = 1e9;
const keyArn = "arn:aws:kms:eu-west-1:444455556666:key/k";
const trail = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/all";
const heartbeat = "arn:aws:sns:us-east-1:777788889999:heartbeat";
const groups = { starter: "/aws/lambda/starter", sealer: "/aws/lambda/sealer", sweeper: "/aws/lambda/sweeper" };
const environment = {
    VAULT_BUCKET: "vault", VAULT_KEY_ARN: keyArn, NOTICES_TOPIC_ARN: "arn:aws:sns:eu-west-1:444455556666:notices", RETENTION_DAYS: "35", AWS_REGION: "eu-west-1", STACK: "stack",
    STARTER_LOGS: groups.starter, SEALER_LOGS: groups.sealer, SWEEPER_LOGS: groups.sweeper,
};
const refused = (name: string, status = 400) => Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: status } });

describe("the watcher", () => {
    let logs: Record<string, { at: number; fields: Fields }[]>;
    let head: Fields;
    let lock: Fields | undefined;
    let refuse: Record<string, Error>;
    let calls: string[];
    let inputs: Record<string, Fields>;
    let pageSize: number;
    let remaining: number;
    let logging: boolean;
    let published: Fields[];
    let lines: Fields[];

    const answers: Record<string, (input: Record<string, any>) => Fields> = { // eslint-disable-line @typescript-eslint/no-explicit-any -- as various as AWS
        PutObject: () => ({ VersionId: "v1" }),
        HeadObject: ({ VersionId = "v0" }) => ({ VersionId, LastModified: now, ...head }),
        GetObjectLockConfiguration: () => ({ ObjectLockConfiguration: lock }),
        FilterLogEvents({ logGroupName, filterPattern, startTime, endTime, nextToken = "0" }) {
            const phrase = JSON.parse(filterPattern) as string;
            const found = (logs[logGroupName] ?? [])
                .filter(({ at }) => at >= startTime && at <= endTime)
                .map(({ at, fields }) => ({ timestamp: at, message: `${new Date(at).toISOString()}\tid\tINFO\t${JSON.stringify(fields)}\n` }))
                .filter(({ message }) => message.includes(phrase));
            const from = Number(nextToken);
            return { events: found.slice(from, from + pageSize), ...(from + pageSize < found.length && { nextToken: String(from + pageSize) }) };
        },
        DescribeTrails: () => ({ trailList: [{ TrailARN: trail, IsMultiRegionTrail: true }] }),
        GetTrailStatus: () => ({ IsLogging: logging }),
        GetEventSelectors: () => ({ EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "All" }] }),
        Publish: () => ({}),
    };

    const clients = [S3Client, CloudWatchLogsClient, SNSClient, CloudTrailClient].map(({ prototype }) => prototype as unknown as { send: unknown });
    const sends = clients.map(({ send }) => send);
    const [print, clock, { env }] = [console.log, Date, process];
    beforeEach(() => {
        [logs, head, refuse, calls, inputs, lines, pageSize, remaining, logging, published] = [{}, { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: new Date(now.getTime() + 35 * day), SSEKMSKeyId: keyArn }, {}, [], {}, [], 2, 900_000, true, []];
        lock = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 35 } } };
        process.env = { ...env, ...environment };
        console.log = (line: string) => (line.startsWith('{"level"') ? void lines.push(JSON.parse(line) as Fields) : print(line));
        globalThis.Date = class extends clock { constructor(...given: []) { super(...((given.length ? given : [now.getTime()]) as [])); } } as DateConstructor;
        for (const client of clients) {
            client.send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: Fields }) => {
                const operation = name.replace("Command", "");
                const call = operation === "FilterLogEvents" ? `${operation} ${String(input.logGroupName).split("/").at(-1)} ${String(input.filterPattern).replace(/[\\"]/g, "")}` : operation;
                calls.push(call);
                inputs[operation] = input;
                if (operation === "Publish") published.push(input);
                const error = refuse[call] ?? refuse[operation];
                if (error) throw error;
                return answers[operation]!(input);
            };
        }
    });
    afterEach(() => {
        clients.forEach((client, index) => (client.send = sends[index]));
        [console.log, globalThis.Date, process.env] = [print, clock, env];
    });

    const say = (group: keyof typeof groups, fields: Fields, age = 3_600_000) => (logs[groups[group]] ??= []).push({ at: now.getTime() - age, fields: { level: "INFO", ...fields } });
    const sealed = (account: string, bytes: number, age: number, outcome = "complete") => say("sealer", { message: "sealed", account, outcome, bytes }, age);
    const run = () => watch({ ...settings(), accounts: { [shop]: { name: "shop" }, [billing]: { name: "billing" } } })()({}, { getRemainingTimeInMillis: () => remaining });
    const seen = () => [shop, billing].forEach((account) => say("starter", { ...inventory(account, [database("orders")]) }));
    const mail = () => published[0] as { Subject: string; Message: string; TopicArn: string };
    const alarms = () => lines.filter(({ _aws }) => _aws).flatMap(({ Alarm, account, reason }) => (Alarm ? [[Alarm, account, reason]] : []));
    const last = () => lines.at(-1)!;
    const failing = async (pattern: RegExp) => assert.rejects(run(), pattern);

    it("does its things in order, and ends with one line that is its heartbeat", async () => {
        seen();
        sealed(shop, 5 * gb, day / 2);
        await run();
        assert.deepEqual(calls, [
            "PutObject", "HeadObject", "GetObjectLockConfiguration", "DescribeTrails", "GetTrailStatus", "GetEventSelectors",
            "FilterLogEvents sealer sealed", "FilterLogEvents starter inventory", "FilterLogEvents starter inventory",
            "FilterLogEvents starter ERROR", "FilterLogEvents sealer ERROR", "FilterLogEvents sweeper ERROR", "Publish",
        ]);
        assert.deepEqual([mail().TopicArn, mail().Subject], [environment.NOTICES_TOPIC_ARN, "stack: all well, 2 databases in 2 accounts"]);
        assert.match(mail().Message, /Sealed in 24 hours: 1 complete, 0 partial, 0 failed or canceled; 5\.0 GB\./);
        assert.equal(lines.length, 1);
        const { message, level, Watched, lock: isLocked, trail: isLogged, volumes, unprotected, gaps } = last();
        assert.deepEqual([message, level, Watched, isLocked, isLogged, volumes, unprotected, gaps], ["watch", "INFO", 1, true, true, 0, 0, 0]);
    });

    it("puts the canary as RDS puts its files, without a word on lock, key or retention, and looks at the very version", async () => {
        await run();
        assert.deepEqual({ ...inputs.PutObject, Body: "" }, { Bucket: "vault", Key: "canary/2026-10-05", Body: "", ContentType: "text/plain", IfNoneMatch: "*" });
        assert.deepEqual(inputs.HeadObject, { Bucket: "vault", Key: "canary/2026-10-05", VersionId: "v1" });
    });
    it("looks at the first run's canary when it runs twice a day", async () => {
        refuse = { PutObject: refused("PreconditionFailed", 412) };
        await run();
        assert.deepEqual([inputs.HeadObject!.VersionId, alarms()], [undefined, []]);
    });

    const until = (days: number) => ({ ObjectLockRetainUntilDate: new Date(now.getTime() + days * day) });
    const rule = (DefaultRetention?: Fields) => ({ ObjectLockEnabled: "Enabled", ...(DefaultRetention && { Rule: { DefaultRetention } }) });
    const broken: readonly [name: string, prepare: () => void, reason: RegExp][] = [
        ["GOVERNANCE", () => Object.assign(head, { ObjectLockMode: "GOVERNANCE" }), /the object's lock is GOVERNANCE, not COMPLIANCE/],
        ["no lock at all", () => (head = { SSEKMSKeyId: keyArn }), /the object is kept until no date, not 35 days/],
        ["fewer days", () => Object.assign(head, until(34.9)), /the object is kept until 2026-11-09T.*, not 35 days/],
        ["another key", () => Object.assign(head, { SSEKMSKeyId: "arn:aws:kms:eu-west-1:444455556666:key/x" }), /the object's key is .*key\/x, not .*key\/k/],
        ["no key of KMS", () => Object.assign(head, { SSEKMSKeyId: undefined }), /the object's key is none of KMS/],
        ["no versions", () => Object.assign(head, { VersionId: "null" }), /versioning is off/],
        ["a bucket without a lock", () => (lock = undefined), /the bucket has no Object Lock/],
        ["… of which S3 says so with an error", () => (refuse = { GetObjectLockConfiguration: refused("ObjectLockConfigurationNotFoundError", 404) }), /the bucket has no Object Lock/],
        ["no default retention", () => (lock = rule()), /default retention is missing, not COMPLIANCE for 35 days/],
        ["a default in GOVERNANCE", () => (lock = rule({ Mode: "GOVERNANCE", Days: 35 })), /default retention is GOVERNANCE for 35 days/],
        ["a shorter default", () => (lock = rule({ Mode: "COMPLIANCE", Days: 1 })), /default retention is COMPLIANCE for 1 day,/],
        ["a default of a century", () => (lock = rule({ Mode: "COMPLIANCE", Years: 100 })), /default retention is COMPLIANCE for 100 years/],
    ];
    for (const [name, prepare, reason] of broken) {
        it(`alarms lock-broken: ${name}`, async () => {
            seen();
            prepare();
            await run();
            const [[code, account, said] = []] = alarms();
            assert.deepEqual([code, account, alarms().length, last().lock], ["lock-broken", "444455556666", 1, false]);
            assert.match(String(said), reason);
            assert.equal(mail().Subject, "stack: LOCK BROKEN");
            assert.match(mail().Message, reason);
        });
    }
    it("bears an hour between S3's clock and ours", async () => {
        Object.assign(head, until(35 - 0.9 / 24));
        await run();
        assert.deepEqual(alarms(), []);
    });

    it("alarms a volume, in the log and in the mail, and reads back no further than it must", async () => {
        seen();
        for (let age = 2; age < 30; age++) sealed(shop, 20 * gb, age * day - 10 * 3_600_000);
        sealed(shop, 200 * gb, 10 * 3_600_000);
        await run();
        assert.deepEqual(alarms().map(([code, account]) => [code, account]), [["volume", shop]]);
        assert.match(mail().Message, /MORE SEALED THAN IS USUAL:\n {2}shop \(111122223333\): 200 GB .* the 14 days before is 20\.0 GB/);
        assert.equal(mail().Subject, "stack: 1 unusual volume");
    });

    it("tells of errors of all three functions, of the last day only", async () => {
        seen();
        for (const group of ["starter", "sealer", "sweeper"] as const) {
            say(group, { level: "ERROR", message: `${group}-trouble`, account: shop, reason: `r ${group}` });
            say(group, { level: "ERROR", message: `${group}-before`, account: shop, reason: "r" }, day + 1000);
            say(group, { level: "INFO", message: "fine", detail: '"level":"ERROR"' });
        }
        await run();
        assert.equal(mail().Subject, "stack: 3 alarms");
        for (const group of ["starter", "sealer", "sweeper"]) assert.match(mail().Message, new RegExp(`ALARM ${group}-trouble \\(1\\):\n {2}shop \\(111122223333\\): r ${group}`));
        assert.doesNotMatch(mail().Message, /before/);
    });

    const steps: readonly [step: string, refused: string, says: RegExp, still: RegExp][] = [
        ["lock canary", "PutObject", /lock canary: AccessDenied: no/, /Sealed in 24 hours.*\nTrail: .*\nVolumes: /],
        ["volumes", "FilterLogEvents sealer sealed", /volumes: AccessDenied: no/, /Lock: canary/],
        ["lock canary", "HeadObject", /lock canary: AccessDenied: no/, /Sealed in 24 hours.*\nTrail: /],
        ["trails", "GetTrailStatus", /trails: AccessDenied: no/, /Lock: canary.*\nVolumes: /],
        ["inventories", "FilterLogEvents starter inventory", /inventories: AccessDenied: no/, /Sealed in 24 hours.*\nLock: .*\nTrail: .*\nVolumes: /],
        ["errors in /aws/lambda/sealer", "FilterLogEvents sealer ERROR", /errors in \/aws\/lambda\/sealer: AccessDenied: no/, /ALARM there/],
    ];
    for (const [step, operation, says, still] of steps) {
        it(`fails alone: ${step}, ${operation}; the rest is done, the mail says it, and the function fails at the end`, async () => {
            seen();
            for (const group of ["starter", "sweeper"] as const) say(group, { level: "ERROR", message: "there", reason: group });
            refuse = { [operation]: refused("AccessDenied", 403) };
            await failing(new RegExp(`couldn't do all of its work: ${step}(, inventories of the day before)?\\.`));
            assert.match(mail().Subject, /not all could be read/);
            assert.match(mail().Message, says);
            assert.match(mail().Message, still);
            const failed = step === "inventories" ? [step, "inventories of the day before"] : [step];
            assert.deepEqual(lines.filter(({ message }) => message === "watch-failed").map(({ level, step: named, error }) => [level, named, error]), failed.map((each) => ["ERROR", each, "AccessDenied"]));
            assert.deepEqual([last().message, last().level, last().Watched, last().failed], ["watch", "ERROR", 1, failed]);
        });
    }
    it("fails when the mail can't be sent, after all else, and says so", async () => {
        refuse = { Publish: refused("KMSAccessDeniedException") };
        await failing(/: digest\./);
        assert.deepEqual([last().message, last().Watched, last().failed], ["watch", 1, ["digest"]]);
    });
    it("names a member that was seen the day before, and not since; what it told then counts for nothing else", async () => {
        seen();
        const member = "333344445555";
        say("starter", { ...inventory(member, [database("events", { unprotectedHours: 99 })], "2026-10-04T01:00:00.000Z", "analytics") }, 30 * 3_600_000);
        say("starter", { ...inventory("444455550000", [database("x")], "2026-10-03T01:00:00.000Z") }, 49 * 3_600_000);
        await run();
        assert.equal(mail().Subject, "stack: 1 account not seen");
        assert.match(mail().Message, /ACCOUNTS NOT SEEN FOR 24 HOURS \(1\):\n {2}333344445555 "analytics"\n/);
    });
    it("alarms when no trail logs, in the log, the mail and its subject", async () => {
        seen();
        logging = false;
        await run();
        assert.deepEqual(alarms().map(([code, account]) => [code, account]), [["trail-silent", "444455556666"]]);
        assert.equal(mail().Subject, "stack: NO TRAIL LOGS");
        assert.match(mail().Message, /NOBODY WOULD SEE TAMPERING:\n {2}.*trail\/all is stopped\n/);
        assert.equal(last().trail, false);
    });
    it("tells who listens outside that the digest went out, in that topic's Region", async () => {
        process.env.HEARTBEAT_TOPIC_ARN = heartbeat;
        await run();
        const { TopicArn, Message } = published[1]!;
        assert.deepEqual([published.length, TopicArn, JSON.parse(String(Message))], [2, heartbeat, { stack: "stack", at: now.toISOString(), digest: true }]);
    });
    it("… and doesn't when it didn't", async () => {
        process.env.HEARTBEAT_TOPIC_ARN = heartbeat;
        refuse = { Publish: refused("KMSAccessDeniedException") };
        await failing(/: digest\./);
        assert.equal(published.length, 1);
    });
    it("fails when nobody outside can be told", async () => {
        process.env.HEARTBEAT_TOPIC_ARN = heartbeat;
        answers.Publish = ({ TopicArn }) => { if (TopicArn === heartbeat) throw refused("AuthorizationError", 403); return {}; };
        await failing(/: heartbeat\./);
        answers.Publish = () => ({});
        assert.equal(published.length, 2);
    });
    it("a bucket that is gone isn't one without a lock: AWS's error is told", async () => {
        refuse = { GetObjectLockConfiguration: refused("NoSuchBucket", 404) };
        await failing(/: lock canary\./);
        assert.deepEqual(alarms(), []);
    });

    it("says when the lines were more than there was time for, and sends the mail all the same", async () => {
        seen();
        for (let n = 0; n < 5; n++) sealed(shop, gb, day / 2);
        remaining = 100_000;
        await run();
        assert.match(mail().Subject, /not all could be read/);
        assert.match(mail().Message, /sealed exports: \/aws\/lambda\/sealer holds more than could be read in time; the newest lines are missing/);
        assert.equal(last().gaps, 1);
    });
    it("says how many lines it couldn't understand", async () => {
        seen();
        sealed(shop, -1, day / 2);
        await run();
        assert.match(mail().Message, /sealed exports: 1 line of \/aws\/lambda\/sealer couldn't be understood/);
    });
    it("stops at cold start when the retention is no number", () => {
        process.env.RETENTION_DAYS = "many";
        assert.throws(() => watch(settings())(), /RETENTION_DAYS is no number of days/);
    });
});
