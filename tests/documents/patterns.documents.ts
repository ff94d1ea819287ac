// Doesn't prove which events AWS sends, nor what is in them: RDS's ids are those of its documentation.
import assert from "node:assert/strict";
import { compilePattern } from "../../rehearsal/aws/pattern";
import { rdsEvents, type RdsEvent } from "./rdsEvents";
import { ruler } from "./ruler";
import { memberTemplate, stacks } from "./stacks";
import { manyCalls, rings, trailEvent } from "./trailEvents";

const shop = "111122223333";
const stranger = "999988887777";

const rdsEvent = ({ detailType, sourceType, id }: RdsEvent, account: string, source = "aws.rds") => ({
    version: "0", id: "e", source, account, region: "eu-west-1", time: "2026-10-05T00:00:00Z", resources: ["arn:aws:rds:eu-west-1:111122223333:snapshot:s"], "detail-type": detailType,
    detail: { EventCategories: ["notification"], SourceType: sourceType, SourceArn: "arn:aws:rds:eu-west-1:111122223333:snapshot:s", Date: "2026-10-05T00:00:00Z", SourceIdentifier: "s", Message: "m", EventID: id },
});

/** `<stack> <account> <rule>` to pattern. */
function patterns(passes: (rule: string) => boolean): Record<string, object> {
    const all = stacks().flatMap(({ name, rendered }): [string, object][] => [
        ...rendered.resources.filter(({ type }) => type === "aws:cloudwatch/eventRule:EventRule").map(({ account, inputs }): [string, object] => [`${name} ${account} ${inputs.name}`, JSON.parse(inputs.eventPattern as string)]),
        ...Object.values(memberTemplate(rendered)?.Resources ?? {}).filter(({ Type }) => Type === "AWS::Events::Rule").map(({ Properties }): [string, object] => [`${name} member ${Properties.Name}`, Properties.EventPattern]),
    ]);
    return Object.fromEntries(all.filter(([rule]) => passes(rule)));
}

/** By event, the rules that match it. Our matcher must agree before what AWS's says is looked at. */
function judged(asked: Readonly<Record<string, object>>, events: readonly object[]): ReadonlySet<string>[] {
    const answers = ruler(asked, events);
    const ours = Object.entries(asked).map(([rule, pattern]) => ({ rule, matches: compilePattern(JSON.stringify(pattern)) }));
    events.forEach((event, i) => {
        for (const { rule, matches } of ours) if (matches(event) !== answers[i]!.has(rule)) assert.fail(`${rule}: AWS's matcher says ${answers[i]!.has(rule)} and ours ${matches(event)} to ${JSON.stringify(event)}`);
    });
    return answers;
}

describe("event patterns by AWS's own matcher", () => {
    it("forwarders and hub rules take the RDS events that must travel, of enrolled accounts, and no others", () => {
        const asked = patterns((rule) => /-(forwarder|trigger)$/.test(rule));
        // By stack, forwarders and the hub's rule: prod, canary, prod-use1, the organization's listed account and members, and trail.
        assert.equal(Object.keys(asked).length, 3 + 1 + (1 + 1) + (3 + 1) + (1 + 1 + 1) + (1 + 1));
        const cases = [
            ...rdsEvents.flatMap((told) => [{ told, by: shop, source: "aws.rds" }, { told, by: stranger, source: "aws.rds" }, { told, by: shop, source: "my.rds" }]),
            // An id that travels, in an event of another kind.
            ...rdsEvents.filter(({ travels }) => travels).map((told) => ({ told: { ...told, detailType: "RDS DB Instance Event", travels: false }, by: shop, source: "aws.rds" })),
        ];
        judged(asked, cases.map(({ told, by, source }) => rdsEvent(told, by, source))).forEach((matching, i) => {
            const { told, by, source } = cases[i]!;
            for (const rule of Object.keys(asked)) {
                // With units the bus policy keeps strangers out, and the pattern names no account.
                const namesAccounts = rule.endsWith("-trigger") && !rule.startsWith("organization ");
                assert.equal(matching.has(rule), told.travels && source === "aws.rds" && (by === shop || !namesAccounts), `${rule}: ${told.id} as ${told.detailType} of ${source} in ${by}`);
            }
        });
    });

    it("tamper rules ring for what they are for", () => {
        const asked = patterns((rule) => rule.startsWith("prod ") && rule.includes("-watch-"));
        assert.equal(Object.keys(asked).length, 10);
        judged(asked, rings.map(([call]) => trailEvent(call))).forEach((matching, i) => {
            const [call, expected] = rings[i]!;
            assert.deepEqual([...matching].map((rule) => rule.slice(rule.indexOf("-watch-") + 7)).sort(), [...expected].sort(), JSON.stringify(call));
        });
    });

    it("every rule of every stack is matched alike by AWS's matcher and ours", () => {
        judged(patterns(() => true), [...manyCalls.map(trailEvent), ...rdsEvents.map((told) => rdsEvent(told, shop))]);
    });
});
