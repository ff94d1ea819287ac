// Doesn't prove how Organizations throttles, nor its wire format: the real SDK's commands and paginators run, what they send is answered here.
import assert from "node:assert/strict";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { readOrganization } from "../../components/policies/organization";
import { sweep } from "../../handlers/sweep";
import { parseTrigger } from "../../handlers/lib/trigger";
import type { Enrolment, Member, MemberRule } from "../../handlers/lib/types";
import { rules, settings } from "./planning";

interface Account { readonly Id: string; readonly Name: string; readonly State?: string; readonly Status?: string }
interface Unit { readonly accounts?: readonly Account[]; readonly units?: readonly string[] }
type Input = Record<string, string | undefined>;

const account = (n: number, more: Partial<Account> = {}): Account => ({ Id: String(100_000_000_000 + n), Name: `account-${n}`, State: "ACTIVE", ...more });
const refused = (name: string) => Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } });
const rule = (tags: MemberRule["tags"]): MemberRule => ({ text: "organization.rules[0]", tags, databases: rules() });
const backup = "444455556666";
const patience = { reading: 40_000, request: 5_000, pause: 1 };
const listed = { "111122223333": { name: "shop" } };
const idsOf = (members: readonly Member[]) => members.map(({ id }) => Number(id) - 100_000_000_000).sort((a, b) => a - b);

describe("the sweep", () => {
    /** By id; the tags by account. */
    let tree: Record<string, Unit>;
    let tags: Record<string, Record<string, string>>;
    let ledger: string[];
    let bodies: string[];
    /** By operation, or operation and parent or account; each as often as it says, or always. */
    let refuse: Record<string, Error & { times?: number }>;
    let management: string;
    let calls: { operation: string; input: Input }[];
    let flying: number;
    let mostFlying: number;
    let lines: Record<string, unknown>[];

    const answers: Record<string, (input: Input) => Record<string, unknown>> = {
        ListAccountsForParent: ({ ParentId = "", NextToken = "0" }) => page("Accounts", tree[ParentId]?.accounts ?? [], Number(NextToken)),
        ListChildren: ({ ParentId = "", NextToken = "0" }) => page("Children", (tree[ParentId]?.units ?? []).map((Id) => ({ Id, Type: "ORGANIZATIONAL_UNIT" })), Number(NextToken)),
        ListTagsForResource: ({ ResourceId = "" }) => ({ Tags: Object.entries(tags[ResourceId] ?? {}).map(([Key, Value]) => ({ Key, Value })) }),
        DescribeOrganization: () => ({ Organization: { Id: "o-1", MasterAccountId: management } }),
        ListObjectsV2: ({ Prefix, Delimiter }) => ({ CommonPrefixes: ledger.map((each) => ({ Prefix: `${Prefix}${each}${Delimiter}` })) }),
        SendMessageBatch(input) {
            const entries = input.Entries as unknown as { Id: string; MessageBody: string }[];
            assert.ok(entries.length >= 1 && entries.length <= 10);
            bodies.push(...entries.map(({ MessageBody }) => MessageBody));
            return {};
        },
        Publish: () => ({}),
    };
    const page = (key: string, items: readonly unknown[], from: number) => ({ [key]: items.slice(from, from + 20), ...(from + 20 < items.length && { NextToken: String(from + 20) }) });

    const clients = [OrganizationsClient, S3Client, SNSClient, SQSClient].map(({ prototype }) => prototype as unknown as { send: unknown });
    const sends = clients.map(({ send }) => send);
    const print = console.log;
    const { env } = process;
    beforeEach(() => {
        [tree, tags, ledger, bodies, refuse, calls, flying, mostFlying, lines, management] = [{}, {}, [], [], {}, [], 0, 0, [], "123443211234"];
        process.env = { ...env, TRIGGER_QUEUE_URL: "https://sqs/q", VAULT_BUCKET: `rds-vault-prod-eu-west-1-${backup}`, AWS_REGION: "eu-west-1", STACK: "s" };
        console.log = (line: string) => (line.startsWith('{"level"') ? void lines.push(JSON.parse(line) as Record<string, unknown>) : print(line));
        for (const client of clients) {
            client.send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: Input }) => {
                const operation = name.replace("Command", "");
                calls.push({ operation, input });
                mostFlying = Math.max(mostFlying, ++flying);
                await new Promise<void>(setImmediate);
                flying--;
                const error = refuse[`${operation} ${input.ParentId ?? input.ResourceId}`] ?? refuse[operation];
                if (error && (error.times === undefined || error.times-- > 0)) throw error;
                return answers[operation]!(input);
            };
        }
    });
    afterEach(() => {
        clients.forEach((client, index) => (client.send = sends[index]));
        console.log = print;
        process.env = env;
    });

    const organization = { organizationId: "o-1", units: ["ou-a"], rules: [] as MemberRule[] };
    const prepare = (more: Partial<typeof organization> = {}, accounts: Enrolment["accounts"] = {}) => sweep({ ...settings(), accounts, organization: { ...organization, ...more } }, patience)();
    const membersSent = () => bodies.map(parseTrigger).flatMap(({ member }) => member ?? []);
    const alarms = (code = "organization-unreadable") => lines.filter(({ Alarm }) => Alarm === code);
    const throttled = (times?: number) => Object.assign(refused("TooManyRequestsException"), { times });
    const asked = (operation: string) => calls.filter((each) => each.operation === operation).length;
    const sweepLine = () => lines.filter(({ message }) => message === "sweep").at(-1)!;
    const gold = [rule({ tier: ["gold"] })];
    const tagged = (...all: number[]) => Object.fromEntries(all.map((n) => [account(n).Id, { tier: "gold" }]));
    /** Runs with a clock of its own; gives a function that sets it forward. */
    async function withClock(run: (forward: (milliseconds: number) => void) => Promise<void>): Promise<void> {
        const { now } = Date;
        let ahead = 0;
        Date.now = () => now() + ahead;
        try {
            await run((milliseconds) => void (ahead += milliseconds));
        } finally {
            Date.now = now;
        }
    }
    const hour = 3_600_000;

    it("without units sends one trigger per listed account, and asks nobody", async () => {
        await sweep({ ...settings(), accounts: listed })()();
        assert.deepEqual(bodies.map((body) => JSON.parse(body)), [{ source: "rds-vault.sweep", account: "111122223333" }]);
        assert.deepEqual(calls.map(({ operation }) => operation), ["SendMessageBatch"]);
    });
    it("measures the accounts that got no trigger, none too", async () => {
        await sweep({ ...settings(), accounts: listed })()();
        const { AccountsNotSwept, Stack, level, _aws } = lines.at(-1) as { AccountsNotSwept: number; Stack: string; level: string; _aws: { CloudWatchMetrics: object[] } };
        assert.deepEqual([AccountsNotSwept, Stack, level, _aws.CloudWatchMetrics], [0, "s", "INFO", [{ Namespace: "rds-vault", Dimensions: [["Stack"]], Metrics: [{ Name: "AccountsNotSwept", Unit: "Count" }] }]]);
    });
    describe("with somebody outside who listens", () => {
        const topic = "arn:aws:sns:eu-central-1:777788889999:watch";
        const beats = () => calls.filter(({ operation }) => operation === "Publish").map(({ input }) => ({ ...input, Message: JSON.parse(input.Message!) as Record<string, unknown> }));
        beforeEach(() => void (process.env.HEARTBEAT_TOPIC_ARN = topic));

        it("publishes after each sweep, in the topic's Region", async () => {
            let region = "";
            const send = (SNSClient.prototype as unknown as { send: (this: SNSClient, command: object) => Promise<object> }).send;
            SNSClient.prototype.send = async function (this: SNSClient, command: object) {
                region = await this.config.region();
                return send.call(this, command);
            } as never;
            await sweep({ ...settings(), accounts: listed })()();
            const [{ TopicArn, Message }] = beats() as [{ TopicArn: string; Message: Record<string, unknown> }];
            const { at, ...said } = Message;
            assert.deepEqual([region, TopicArn, said, Number.isNaN(Date.parse(String(at)))], ["eu-central-1", topic, { stack: "s", accounts: 1, notSwept: 0 }, false]);
        });
        it("costs no sweep when it fails, and says so", async () => {
            refuse = { Publish: refused("AuthorizationErrorException") };
            await sweep({ ...settings(), accounts: listed })()();
            assert.equal(bodies.length, 1);
            const { level, message, error } = lines.at(-1)!;
            assert.deepEqual([level, message, error], ["ERROR", "heartbeat-failed", "AuthorizationErrorException"]);
        });
        it("tells of a sweep that failed, too", async () => {
            refuse = { SendMessageBatch: refused("InternalError") };
            await assert.rejects(sweep({ ...settings(), accounts: listed })()(), /No trigger for 1 of 1/);
            assert.deepEqual(beats().map(({ Message: { accounts, notSwept } }) => [accounts, notSwept]), [[0, 1]]);
            assert.equal(lines.find(({ message }) => message === "sweep")!.AccountsNotSwept, 1);
        });
    });
    it("finds members in nested units, page by page, and names the units above each", async () => {
        tree = { "ou-a": { units: ["ou-b"], accounts: Array.from({ length: 41 }, (_, n) => account(n)) }, "ou-b": { units: ["ou-c"] }, "ou-c": { accounts: [account(50)] }, "ou-x": { accounts: [account(99)] } };
        await prepare()();
        assert.deepEqual(idsOf(membersSent()), [...Array.from({ length: 41 }, (_, n) => n), 50]);
        assert.deepEqual(membersSent().at(-1), { id: account(50).Id, name: "account-50", units: ["ou-a", "ou-b", "ou-c"], tags: {} });
        assert.equal(calls.filter(({ operation, input }) => operation === "ListAccountsForParent" && input.ParentId === "ou-a").length, 3);
        assert.ok(!calls.some(({ operation }) => operation === "ListTagsForResource"), "no rule asks for tags");
    });
    it("calls of Organizations all that its role allows, and nothing else", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        await prepare({ rules: gold })();
        const called = new Set(calls.map(({ operation }) => `organizations:${operation}`).filter((action) => !/SendMessageBatch|ListObjectsV2/.test(action)));
        assert.deepEqual([...called].sort(), [...(readOrganization.Action as string[])].sort());
    });
    it("leaves out accounts that aren't active, by State or, where it is missing, by Status", async () => {
        const states = ["PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"].map((State, n) => account(n, { State }));
        tree = { "ou-a": { accounts: [...states, account(7, { State: undefined, Status: "ACTIVE" }), account(8, { State: undefined, Status: "SUSPENDED" }), account(9)] } };
        await prepare()();
        assert.deepEqual(idsOf(membersSent()), [7, 9]);
    });
    it("lets a listed account that is a member too stay listed", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        await prepare({}, { [account(1).Id]: { name: "own" }, ...listed })();
        assert.deepEqual(bodies.map(parseTrigger).map(({ account: each, member }) => [each, member]).sort(), [[account(1).Id, undefined], ["111122223333", undefined]].sort());
    });
    it("reads the tags that rules ask for, one call per account, and remembers them while warm", async () => {
        tree = { "ou-a": { accounts: [account(1), account(2)] } };
        tags = { [account(1).Id]: { tier: "gold", owner: "me" } };
        const warm = prepare({ rules: [rule({ tier: ["gold"] })] });
        await warm();
        await warm();
        assert.deepEqual(membersSent().filter(({ id }) => id === account(1).Id).map((each) => each.tags), [{ tier: "gold" }, { tier: "gold" }], "no tag that nobody asks for");
        assert.equal(calls.filter(({ operation }) => operation === "ListTagsForResource").length, 2);
    });
    it("lets members wait whose tags it had no time to read: without them they might be under the wrong rules", async () => {
        tree = { "ou-a": { accounts: Array.from({ length: 30 }, (_, n) => account(n)) } };
        const [read, now] = [answers.ListTagsForResource!, Date.now];
        let asked = 0;
        answers.ListTagsForResource = (input) => {
            if (++asked === 8) Date.now = () => now() + 41_000;
            return read(input);
        };
        try {
            await prepare({ rules: [rule({ tier: ["gold"] })] })();
        } finally {
            [answers.ListTagsForResource, Date.now] = [read, now];
        }
        const sent = membersSent().length;
        assert.ok(sent >= 8 && sent < 30, `${sent} sent`);
        const line = lines.find(({ message }) => message === "sweep")!;
        assert.deepEqual([line.waiting, line.AccountsNotSwept], [30 - sent, 30 - sent]);
        assert.equal(alarms().length, 0);
    });
    it("lets members wait whose tags AWS throttles, and asks the ledger for none of them", async () => {
        tree = { "ou-a": { accounts: [account(1), account(2)] } };
        tags = tagged(1, 2);
        ledger = [account(1).Id];
        refuse = { [`ListTagsForResource ${account(1).Id}`]: throttled(), "ListChildren ou-a": refused("AccessDeniedException") };
        await prepare({ rules: gold })();
        assert.deepEqual([idsOf(membersSent()), sweepLine().waiting], [[2], 1]);
        assert.equal(alarms()[0]!.error, "AccessDeniedException");
    });
    it("isn't alarmed by a throttle of tags alone", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        refuse = { ListTagsForResource: throttled() };
        await prepare({ rules: gold })();
        assert.deepEqual([bodies, sweepLine().waiting, alarms()], [[], 1, []]);
    });
    it("reads tags anew after six hours, not before", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        tags = tagged(1);
        await withClock(async (forward) => {
            const warm = prepare({ rules: gold });
            await warm();
            tags = {};
            forward(6 * hour - 60_000);
            await warm();
            assert.equal(asked("ListTagsForResource"), 1);
            forward(60_000);
            await warm();
        });
        assert.deepEqual(membersSent().map((each) => each.tags), [{ tier: "gold" }, { tier: "gold" }, {}]);
    });
    for (const [why, error, told] of [["throttles", throttled(), 0], ["denies", refused("AccessDeniedException"), 1]] as const) {
        it(`keeps the tags that it remembers when AWS ${why} newer ones`, async () => {
            tree = { "ou-a": { accounts: [account(1)] } };
            tags = tagged(1);
            await withClock(async (forward) => {
                const warm = prepare({ rules: gold });
                await warm();
                forward(7 * hour);
                refuse = { ListTagsForResource: error };
                await warm();
            });
            assert.deepEqual(membersSent().map((each) => each.tags), [{ tier: "gold" }, { tier: "gold" }]);
            assert.equal(alarms().length, told);
        });
    }
    it("keeps the tags that it remembers when there is no time to read newer ones", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        tags = tagged(1);
        const children = answers.ListChildren!;
        try {
            await withClock(async (forward) => {
                const warm = prepare({ rules: gold });
                await warm();
                forward(7 * hour);
                answers.ListChildren = (input) => (forward(41_000), children(input));
                await warm();
            });
        } finally {
            answers.ListChildren = children;
        }
        assert.deepEqual(membersSent().map((each) => each.tags), [{ tier: "gold" }, { tier: "gold" }]);
        assert.deepEqual([asked("ListTagsForResource"), sweepLine().waiting], [1, undefined]);
    });
    it("remembers members that wait for their tags", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        tags = tagged(1);
        refuse = { ListTagsForResource: throttled() };
        const warm = prepare({ rules: gold });
        await warm();
        refuse = { ListAccountsForParent: refused("AccessDeniedException") };
        await warm();
        assert.deepEqual(membersSent().map((each) => each.tags), [{ tier: "gold" }]);
    });
    it("asks for a throttled page again, three calls at once at most, until it has it", async () => {
        const units = Array.from({ length: 10 }, (_, n) => `ou-${n}`);
        tree = { "ou-a": { units }, ...Object.fromEntries(units.map((unit, u) => [unit, { accounts: Array.from({ length: 30 }, (_, n) => account(u * 30 + n)) }])) };
        refuse = { ListAccountsForParent: throttled(6), "ListChildren ou-a": throttled(2) };
        const most: number[] = [];
        const read = answers.ListAccountsForParent!;
        answers.ListAccountsForParent = (input) => (most.push(mostFlying), read(input));
        try {
            await prepare()();
        } finally {
            answers.ListAccountsForParent = read;
        }
        assert.equal(membersSent().length, 300);
        assert.equal(alarms().length, 0);
        assert.ok(Math.max(...most) <= 3, `${Math.max(...most)} at once`);
    });
    it("gives up repeating where the time is over, and says so", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        refuse = { ListAccountsForParent: throttled() };
        await sweep({ ...settings(), accounts: {}, organization }, { ...patience, reading: 50, pause: 40 })()();
        assert.equal(alarms()[0]!.error, "TooManyRequestsException");
        assert.ok(asked("ListAccountsForParent") <= 3, `${asked("ListAccountsForParent")} calls`);
    });
    it("keeps members that a partial reading doesn't show, and remembers those that it does", async () => {
        tree = { "ou-a": { units: ["ou-b"], accounts: [account(1)] }, "ou-b": { accounts: [account(2)] } };
        const warm = prepare();
        await warm();
        tree["ou-a"] = { units: ["ou-b"], accounts: [account(3)] };
        refuse = { "ListAccountsForParent ou-b": refused("AccessDeniedException") };
        bodies = [];
        await warm();
        assert.deepEqual(idsOf(membersSent()), [1, 2, 3]);
        refuse = { ListAccountsForParent: refused("AccessDeniedException"), ListChildren: refused("AccessDeniedException") };
        bodies = [];
        await warm();
        assert.deepEqual(idsOf(membersSent()), [1, 2, 3]);
        assert.equal(asked("ListObjectsV2"), 0, "it has read everybody once");
    });
    it("asks the ledger as long as it has never read all units", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        ledger = [account(5).Id];
        refuse = { ListChildren: refused("AccessDeniedException") };
        const warm = prepare();
        await warm();
        bodies = [];
        await warm();
        assert.deepEqual(idsOf(membersSent()), [1, 5]);
    });
    it("alarms once for each member that has left, was moved out or is suspended", async () => {
        const own = account(4);
        tree = { "ou-a": { accounts: [account(1), account(2), account(3), own] } };
        const warm = prepare({}, { [own.Id]: { name: "own" } });
        await warm();
        tree = { "ou-a": { accounts: [account(1), account(3, { State: "SUSPENDED" })] } };
        await warm();
        await warm();
        assert.deepEqual(alarms("member-left").map(({ account: id, organization: o, name, Alarms }) => [id, o, name, Alarms]), [[account(2).Id, "o-1", "account-2", 1], [account(3).Id, "o-1", "account-3", 1]]);
        assert.match(String(alarms("member-left")[0]!.reason), /left the organization, or was moved out/);
        assert.match(String(alarms("member-left")[1]!.reason), /is SUSPENDED/);
    });
    it("doesn't say that members have left while it can't read all units, but later", async () => {
        tree = { "ou-a": { accounts: [account(1), account(2), account(3)] } };
        const warm = prepare();
        await warm();
        tree = { "ou-a": { accounts: [account(1), account(3, { State: "SUSPENDED" })] } };
        refuse = { ListChildren: refused("AccessDeniedException") };
        bodies = [];
        await warm();
        assert.deepEqual(alarms("member-left").map((each) => each.account), [account(3).Id], "it was seen suspended");
        assert.deepEqual(idsOf(membersSent()), [1, 2]);
        refuse = {};
        await warm();
        assert.deepEqual(alarms("member-left").map((each) => each.account), [account(3).Id, account(2).Id]);
    });
    it("leaves out the management account and the backup account, and says once what to do", async () => {
        management = account(1).Id;
        tree = { "ou-a": { accounts: [account(1), account(2), account(0, { Id: backup })] } };
        const warm = prepare();
        await warm();
        await warm();
        assert.deepEqual(idsOf(membersSent()), [2, 2]);
        const said = lines.filter(({ message }) => message === "member-apart");
        assert.deepEqual(said.map(({ level, account: id }) => [level, id]), [["WARN", management], ["WARN", backup]]);
        assert.match(String(said[0]!.reason), /list it under sourceAccounts/);
        assert.equal(asked("DescribeOrganization"), 1);
    });
    it("says nothing of a management account that is listed", async () => {
        management = account(1).Id;
        tree = { "ou-a": { accounts: [account(1)] } };
        await prepare({}, { [management]: { name: "root" } })();
        assert.deepEqual(bodies.map((body) => JSON.parse(body)), [{ source: "rds-vault.sweep", account: management }]);
        assert.ok(!lines.some(({ message }) => message === "member-apart"));
    });
    it("asks again which is the management account, and doesn't say that it has left", async () => {
        management = account(1).Id;
        tree = { "ou-a": { accounts: [account(1), account(2)] } };
        refuse = { DescribeOrganization: refused("AccessDeniedException") };
        const warm = prepare();
        await warm();
        assert.deepEqual(idsOf(membersSent()), [1, 2], "it is taken for a member");
        refuse = {};
        bodies = [];
        await warm();
        assert.deepEqual([idsOf(membersSent()), alarms("member-left"), alarms()], [[2], [], []]);
    });
    it("alarms when tags can't be read, and goes on without them", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        refuse = { ListTagsForResource: refused("AccessDeniedException") };
        await prepare({ rules: [rule({ tier: ["gold"] })] })();
        assert.deepEqual(membersSent().map((each) => each.tags), [{}]);
        assert.equal(alarms().length, 1);
    });
    it("goes on with listed accounts and those that have manifests when the organization can't be read", async () => {
        ledger = [account(5).Id, "111122223333", "no-account"];
        refuse = { ListAccountsForParent: refused("AccessDeniedException"), ListChildren: refused("AccessDeniedException") };
        await prepare({}, listed)();
        assert.deepEqual(membersSent(), [{ id: account(5).Id, name: "", units: [], tags: {} }]);
        assert.ok(bodies.some((body) => parseTrigger(body).account === "111122223333"));
        assert.equal(asked("ListAccountsForParent"), 1, "what is denied isn't asked for again");
        const [alarm] = alarms();
        assert.deepEqual([alarm!.level, alarm!.error, alarm!.Alarms, alarm!.Stack, alarm!.organization], ["ERROR", "AccessDeniedException", 1, "s", "o-1"]);
    });
    it("a warm function remembers members when the organization can't be read, with all it knew of them", async () => {
        tree = { "ou-a": { accounts: [account(1), account(2)] } };
        const warm = prepare();
        await warm();
        bodies = [];
        ledger = [account(1).Id, account(3).Id];
        refuse = { ListAccountsForParent: refused("TooManyRequestsException") };
        await warm();
        assert.deepEqual(membersSent().map(({ name }) => name).sort(), ["account-1", "account-2"], "who has manifests and was no member has left");
        refuse = {};
        tree = { "ou-a": { accounts: [account(2)] } };
        bodies = [];
        await warm();
        assert.deepEqual(idsOf(membersSent()), [2], "who has left is forgotten once the organization can be read");
    });
    it("a unit that is gone costs the others nothing", async () => {
        tree = { "ou-a": { accounts: [account(1)] } };
        refuse = { "ListAccountsForParent ou-gone": refused("ParentNotFoundException"), "ListChildren ou-gone": refused("ParentNotFoundException") };
        await prepare({ units: ["ou-gone", "ou-a"] })();
        assert.deepEqual(idsOf(membersSent()), [1]);
        assert.equal(alarms().length, 1);
    });
    it("sends what it has when neither organization nor ledger answers", async () => {
        refuse = { ListAccountsForParent: refused("AccessDeniedException"), ListObjectsV2: refused("AccessDenied") };
        await prepare({}, listed)();
        assert.equal(bodies.length, 1);
    });
    it("fails, so that Lambda's metric shows it, when SQS takes a part only; the rest is sent", async () => {
        tree = { "ou-a": { accounts: Array.from({ length: 25 }, (_, n) => account(n)) } };
        const send = answers.SendMessageBatch!;
        let batches = 0;
        answers.SendMessageBatch = (input) => {
            if (++batches === 1) throw refused("InternalError");
            return batches === 2 ? { Failed: [{ Id: "100000000010" }] } : send(input);
        };
        try {
            await assert.rejects(prepare()(), /No trigger for 11 of 25 accounts/);
            assert.equal(bodies.length, 5);
        } finally {
            answers.SendMessageBatch = send;
        }
    });
    it("sweeps 10,000 members in less than a second of its own, with 20 calls at once at most", async () => {
        const units = Array.from({ length: 50 }, (_, n) => `ou-${n}`);
        tree = { "ou-a": { units }, ...Object.fromEntries(units.map((unit, u) => [unit, { accounts: Array.from({ length: 200 }, (_, n) => account(u * 200 + n)) }])) };
        const began = Date.now();
        await prepare()();
        const took = Date.now() - began;
        assert.equal(new Set(membersSent().map(({ id }) => id)).size, 10_000);
        assert.ok(took < 1000, `${took} ms`);
        assert.ok(mostFlying <= 20, `${mostFlying} at once`);
        assert.ok(calls.length <= 500 + 51 * 2 + 1000, `${calls.length} calls`);
    });
});
