// Doesn't prove that CloudWatch takes the alarms and the dashboard, nor that SNS delivers (README: the canary stack does).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../components/arns";
import { arnsOf, namesOf } from "../../components/arns";
import type { Statement } from "../../components/policies/document";
import { alarmArn, noticesKeyPolicy, noticesTopicPolicy } from "../../components/policies/notices";
import { keyDenies } from "../../components/policies/vaultKey";
import { alarmCodes } from "../../components/watch/alarmCodes";
import { alarmTable, type AlarmSpec } from "../../components/watch/alarmTable";
import { description } from "../../components/watch/alarms";
import { dashboardBody } from "../../components/watch/dashboard";
import { nobodyTold } from "../../components/watch/topic";
import { consoleUrl, queryNames, queryText, savedQuery } from "../../components/watch/queries";
import { foreignGrantsName } from "../../components/watch/tamperCalls";

const prod: Place = { stack: "prod", region: "eu-west-1", backupAccountId: "444455556666" };
/** The longest names that there are. */
const longest: Place = { stack: "abcdefghijkl", region: "ap-southeast-1", backupAccountId: "444455556666" };
const names = namesOf(prod);
const table = alarmTable(prod, { rpoHours: 36 });
const named = (topic: string): AlarmSpec => {
    const found = table.find(({ name }) => name === `${names.watch}-${topic}`);
    assert.ok(found, `there is an alarm ${topic}`);
    return found;
};
const source = (...path: string[]) => readFileSync(join(__dirname, "..", "..", ...path), "utf8");

/** Every code that a function can say, read from the type. */
const codes = [...source("handlers", "lib", "log.ts").split("export type AlarmCode =")[1]!.split(";")[0]!.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code!);

describe("the alarms", () => {
    it("have one for every code that a function can say, or a reason for none", () => {
        assert.ok(codes.length >= 20);
        assert.deepEqual(Object.keys(alarmCodes(names)).sort(), [...codes].sort());
        const instead = codes.filter((code) => "instead" in alarmCodes(names)[code as keyof ReturnType<typeof alarmCodes>]);
        assert.deepEqual(instead, ["account-not-ready"]);
        for (const code of codes.filter((each) => !instead.includes(each))) {
            const { metric, statistic } = named(code);
            assert.deepEqual([metric, statistic], [{ namespace: "rds-vault", name: "Alarms", dimensions: { Stack: names.prefix, Alarm: code } }, "Sum"]);
        }
    });

    it("go off within minutes once a code is said", () => {
        for (const code of codes.filter((each) => each !== "account-not-ready")) {
            const { threshold, period, periods, comparison, missing } = named(code);
            assert.deepEqual([threshold, comparison, missing, period, periods], [1, "GreaterThanOrEqualToThreshold", "notBreaching", 300, 1], code);
        }
    });

    it("watch all else by this table", () => {
        const rows = table
            .filter(({ metric }) => metric.name !== "Alarms")
            .map(({ name, metric, statistic, comparison, threshold, period, periods, missing, warmUp }) => {
                const sign = { GreaterThanOrEqualToThreshold: ">=", GreaterThanThreshold: ">", LessThanThreshold: "<" }[comparison];
                const when = [`${metric.namespace} ${metric.name}`, `${statistic} ${sign} ${threshold}`, `${periods} x ${period / 60} min`, missing, ...(warmUp ? [warmUp] : [])];
                return [name.slice(names.watch.length + 1), ...when].join(", ");
            });
        assert.deepEqual(rows, [
            "rpo, rds-vault BeyondRpo, Maximum >= 1, 6 x 30 min, breaching, 180",
            "not-ready, rds-vault AccountsNotReady, Maximum >= 1, 4 x 30 min, notBreaching",
            "no-sweep, rds-vault AccountsNotSwept, SampleCount < 1, 3 x 15 min, breaching, 60",
            "not-swept, rds-vault AccountsNotSwept, Maximum >= 1, 2 x 15 min, notBreaching",
            "no-look, rds-vault Waiting, SampleCount < 1, 2 x 30 min, breaching, 120",
            "seal-lag, rds-vault SealLagMinutes, Maximum > 420, 1 x 15 min, notBreaching",
            "not-watched, rds-vault Watched, SampleCount < 1, 26 x 60 min, breaching, 1560",
            "trigger-age, AWS/SQS ApproximateAgeOfOldestMessage, Maximum >= 3000, 1 x 5 min, notBreaching",
            "seal-age, AWS/SQS ApproximateAgeOfOldestMessage, Maximum >= 10800, 1 x 5 min, notBreaching",
            "trigger-dlq, AWS/SQS ApproximateNumberOfMessagesVisible, Maximum >= 1, 1 x 5 min, notBreaching",
            "seal-dlq, AWS/SQS ApproximateNumberOfMessagesVisible, Maximum >= 1, 1 x 5 min, notBreaching",
            "undelivered, AWS/SQS ApproximateNumberOfMessagesVisible, Maximum >= 1, 1 x 5 min, notBreaching",
            "foreign-grants, AWS/Events MatchedEvents, Sum >= 1, 1 x 60 min, notBreaching",
            ...["starter", "sealer", "sweeper", "watcher"].flatMap((part) =>
                ["Errors", "Throttles"].map((metric) => `${part}-${metric.toLowerCase()}, AWS/Lambda ${metric}, Sum >= 1, ${part === "watcher" ? 1 : 2} x 15 min, notBreaching`)),
        ]);
    });

    it("never count by account", () => {
        const dimensions = new Set(table.flatMap(({ metric }) => Object.keys(metric.dimensions)));
        assert.deepEqual([...dimensions].sort(), ["Alarm", "FunctionName", "QueueName", "RuleName", "Stack"]);
    });

    it("watch functions, queues and metrics that there are", () => {
        const physical: string[] = [...Object.values(names), foreignGrantsName(prod)];
        for (const { metric } of table) {
            const { Stack, Alarm, ...rest } = metric.dimensions as Record<string, string>;
            for (const value of Object.values(rest)) assert.ok(physical.includes(value), value);
            if (Stack !== undefined) assert.equal(Stack, names.prefix);
            assert.equal(Alarm === undefined, metric.name !== "Alarms");
        }
    });

    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    it("keep to CloudWatch's limits, with the longest names as well", () => {
        for (const place of [prod, longest]) {
            const all = alarmTable(place, { rpoHours: 8760 });
            assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
            for (const spec of all) {
                const { name, period, periods, warmUp } = spec;
                const text = description(place, spec);
                assert.match(name, /^rds-vault-[a-z0-9-]{1,245}$/);
                assert.ok(text.length <= 1024, `${name}: ${text.length} characters`);
                assert.ok(period % 60 === 0 && period * periods <= (period < 3600 ? 86_400 : 604_800), `${name} looks back too far`);
                assert.ok(warmUp === undefined || (warmUp >= 1 && warmUp <= 2880), `${name} warms up too long`);
            }
        }
    });

    it("say what they mean in one or two sentences, what to run, and which saved query to open", () => {
        for (const spec of table) {
            assert.match(spec.means, /^[A-Z].*\.$/, spec.name);
            assert.ok(spec.means.split(/[.;] (?=[A-Z])/).length <= 3, spec.name);
            assert.match(spec.run, /npm run |aws |pulumi up/, `${spec.name} names a command`);
            assert.ok(queryNames.includes(spec.query), spec.name);
            const commands = description(prod, spec).split("\n\n")[1]!;
            assert.doesNotMatch(commands, /\baws (?!--region (eu-west-1|us-east-1) )[a-z0-9]+ [a-z]|npm run \w+(?! -- --stack prod)\b/, spec.name);
            assert.match(description(prod, spec), /Run: .*console\.aws\.amazon\.com\/cloudwatch\/home\?region=eu-west-1 > Logs Insights > saved query rds-vault\/prod\/[a-z]+$/s);
        }
        assert.match(named("rpo").means, /\b36 hours\b/);
    });

    it("take silence for trouble where something must be heard, with a while to begin; elsewhere not", () => {
        const breaching = table.filter(({ missing }) => missing === "breaching");
        assert.deepEqual(breaching.map(({ name, warmUp }) => [name.slice(names.watch.length + 1), warmUp! > 0]), ["rpo", "no-sweep", "no-look", "not-watched"].map((topic) => [topic, true]));
        assert.equal(table.some(({ missing, warmUp }) => missing === "notBreaching" && warmUp !== undefined), false);
    });
});

describe("the saved queries", () => {
    it("ask for fields and messages that the functions write", () => {
        const files = ["start.ts", "seal.ts", "sweep.ts", "lib/log.ts", "lib/look.ts", "lib/report.ts", "lib/refused.ts", "lib/alarms.ts", "lib/sealing/sealTask.ts"];
        const written = files.map((file) => source("handlers", file)).join("\n");
        for (const query of queryNames) {
            const text = queryText(query);
            const fields = /fields (.*?)\s*\|/.exec(text)![1]!.split(", ").filter((field) => !field.startsWith("@"));
            const messages = [...text.matchAll(/"([a-z-]+)"/g)].map(([, message]) => message!);
            for (const word of [...fields, ...messages]) assert.match(written, new RegExp(`\\b${word}\\b`), `${query}: ${word}`);
            assert.match(text, /\| sort @timestamp desc\n\| limit 500$/);
        }
    });

    it("lie in a folder of their stack, and are found by the console of the partition", () => {
        assert.equal(savedQuery(prod, "looks"), "rds-vault/prod/looks");
        assert.equal(consoleUrl({ ...prod, region: "cn-north-1" }), "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1");
        assert.equal(consoleUrl({ ...prod, region: "us-gov-west-1" }), "https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1");
    });
});

describe("the dashboard", () => {
    const { widgets } = dashboardBody(prod, { rpoHours: 36 });

    it("fills a grid of 24 without overlaps", () => {
        const cells = new Set<string>();
        for (const { x, y, width, height } of widgets) {
            assert.ok(x >= 0 && width >= 1 && x + width <= 24 && height >= 1 && height <= 1000);
            for (let column = x; column < x + width; column++) {
                for (let row = y; row < y + height; row++) {
                    const cell = `${column} ${row}`;
                    assert.ok(!cells.has(cell), `two widgets at ${cell}`);
                    cells.add(cell);
                }
            }
        }
        assert.equal(cells.size, 24 * Math.max(...widgets.map(({ y, height }) => y + height)));
    });

    it("names a Region, a title and lines in every graph, each line with its dimensions in pairs", () => {
        const graphs = widgets.filter(({ type }) => type === "metric");
        assert.equal(graphs.length, 9);
        for (const { properties } of graphs) {
            const { region, title, metrics } = properties as { region: string; title: string; metrics: (string | object)[][] };
            assert.ok(region === "eu-west-1" && title.length > 0 && metrics.length > 0 && metrics.length <= 100);
            for (const line of metrics) {
                assert.ok(line.length % 2 === 1 && line.slice(0, -1).every((each) => typeof each === "string"), JSON.stringify(line));
                assert.ok(typeof line[line.length - 1] === "object");
            }
        }
    });

    it("shows every metric that an alarm watches", () => {
        const drawn = JSON.stringify(widgets.filter(({ type }) => type === "metric"));
        const unseen = new Set(table.map(({ metric }) => metric.name).filter((name) => !drawn.includes(`"${name}"`)));
        assert.deepEqual([...unseen], ["Alarms", "Watched", "MatchedEvents"]);
    });

    it("shows the state of every alarm, and what to do about each", () => {
        const [states] = widgets.filter(({ type }) => type === "alarm").map(({ properties }) => properties.alarms as string[]);
        assert.deepEqual(states, table.map(({ name }) => alarmArn(prod, name)));
        assert.ok(states!.length <= 100);
        const texts = widgets.filter(({ type }) => type === "text").map(({ properties }) => String(properties.markdown));
        for (const { name, means } of table) assert.ok(texts.some((text) => text.includes(`| ${name.slice(names.watch.length + 1)} | ${means} |`)), name);
    });
});

describe("the notices", () => {
    const arns = arnsOf(prod);
    const deployRoleArn = "arn:aws:iam::444455556666:role/deploy";
    const topic = noticesTopicPolicy(prod, ["rds-vault-prod-eu-west-1-watch-key"]).Statement as Statement[];
    const key = noticesKeyPolicy(prod, `arn:aws:iam::${prod.backupAccountId}:role/deploy`).Statement as Statement[];
    const by = (statements: Statement[], sid: string) => statements.find(({ Sid }) => Sid === sid)!;

    it("that reach nobody are said at pulumi up", () => {
        assert.match(nobodyTold([]) ?? "", /alertEmails is empty: .* reach nobody/);
        assert.equal(nobodyTold(["ops@example.com"]), undefined);
        assert.match(source("index.ts"), /nobodyTold\(settings\.monitoring\.alertEmails\);\nif \(silence\) void pulumi\.log\.warn\(silence\);/);
    });
    it("are published by our alarms and EventBridge alone, over TLS", () => {
        assert.deepEqual(topic.map(({ Sid, Effect, Resource }) => [Sid, Effect, Resource]), [
            ["Alarms", "Allow", arns.notices], ["TamperRules", "Allow", arns.notices], ["DenyOtherRules", "Deny", arns.notices], ["DenyPlainHttp", "Deny", arns.notices],
        ]);
        assert.deepEqual(by(topic, "Alarms").Condition, {
            StringEquals: { "aws:SourceAccount": prod.backupAccountId },
            ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:eu-west-1:444455556666:alarm:${names.watch}-*` },
        });
        assert.equal(topic.some(({ Effect, Principal }) => Effect === "Allow" && JSON.stringify(Principal).includes("*")), false);
    });

    it("come from our rules where EventBridge says its source, and come at all where it doesn't", () => {
        assert.equal(by(topic, "TamperRules").Condition, undefined);
        assert.deepEqual(by(topic, "DenyOtherRules").Condition, {
            Null: { "aws:SourceArn": "false" },
            ArnNotEquals: { "aws:SourceArn": ["arn:aws:events:eu-west-1:444455556666:rule/rds-vault-prod-eu-west-1-watch-key"] },
        });
    });

    it("are encrypted for CloudWatch of this account and for EventBridge, which supports no condition there", () => {
        assert.deepEqual(key.filter(({ Effect }) => Effect === "Allow").map(({ Sid, Principal, Condition }) => [Sid, Principal, Condition]), [
            ["Account", { AWS: ["arn:aws:iam::444455556666:root"] }, undefined],
            ["Alarms", { Service: "cloudwatch.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": prod.backupAccountId } }],
            ["TamperRules", { Service: "events.amazonaws.com" }, undefined],
        ]);
        assert.deepEqual(key.filter(({ Effect }) => Effect === "Deny"), keyDenies({ deployRoleArn }));
        for (const sid of ["Alarms", "TamperRules"]) assert.deepEqual(by(key, sid).Action, ["kms:Decrypt", "kms:GenerateDataKey*"]);
    });
});
