// Which trails the tamper rules may rest on. Doesn't prove what CloudTrail answers to a member about its organization's trail.
import assert from "node:assert/strict";
import { isSilent, readTrails, trailsLogging, type TrailCalls } from "../../../handlers/lib/watching/trails";

const arn = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/all";
const organization = "arn:aws:cloudtrail:us-east-1:999900001111:trail/organization";
const home = { account: "444455556666", region: "eu-west-1" };
const everything = { EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "All" as const }] };
const advanced = (...fields: object[]) => ({ AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }, ...fields] }] });

describe("a trail that the tamper rules may rest on", () => {
    const cases: readonly [name: string, selectors: object, silent: string | undefined][] = [
        ["all events", everything, undefined],
        ["writes only", { EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "WriteOnly" }] }, undefined],
        ["reads only", { EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "ReadOnly" }] }, "doesn't log all writes of management events"],
        ["data events only", { EventSelectors: [{ IncludeManagementEvents: false, ReadWriteType: "All", DataResources: [{ Type: "AWS::S3::Object" }] }] }, "doesn't log all writes of management events"],
        ["all but KMS", { EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "All", ExcludeManagementEventSources: ["kms.amazonaws.com"] }] }, "doesn't log all writes of management events"],
        ["one selector of two", { EventSelectors: [{ IncludeManagementEvents: false }, ...everything.EventSelectors] }, undefined],
        ["advanced, all management events", advanced(), undefined],
        ["advanced, writes", advanced({ Field: "readOnly", Equals: ["false"] }), undefined],
        ["advanced, reads", advanced({ Field: "readOnly", Equals: ["true"] }), "doesn't log all writes of management events"],
        ["advanced, all but the RDS Data API", advanced({ Field: "eventSource", NotEquals: ["rdsdata.amazonaws.com"] }), undefined],
        ["advanced, all but KMS", advanced({ Field: "eventSource", NotEquals: ["kms.amazonaws.com"] }), "doesn't log all writes of management events"],
        ["advanced, all but what starts with k", advanced({ Field: "eventSource", NotStartsWith: ["k"] }), "doesn't log all writes of management events"],
        ["advanced, some names only", advanced({ Field: "eventName", Equals: ["CreateTrail"] }), "doesn't log all writes of management events"],
        ["advanced, data events", { AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Data"] }] }] }, "doesn't log all writes of management events"],
        ["nothing", {}, "doesn't log all writes of management events"],
    ];
    for (const [name, selectors, silent] of cases) {
        it(`${silent ? "isn't" : "is"} one of ${name}`, () => {
            const found = trailsLogging([{ TrailARN: arn, IsMultiRegionTrail: true }], { [arn]: { IsLogging: true } }, { [arn]: selectors });
            assert.deepEqual([found.logging, found.silent, isSilent(found)], silent ? [[], [`${arn} ${silent}`], true] : [[arn], [], false]);
        });
    }
    it("isn't one of a single Region, nor one that is stopped, nor none", () => {
        const [single, stopped, none] = [
            trailsLogging([{ TrailARN: arn, IsMultiRegionTrail: false }], { [arn]: { IsLogging: true } }, { [arn]: everything }),
            trailsLogging([{ TrailARN: arn, IsMultiRegionTrail: true }], { [arn]: { IsLogging: false } }, { [arn]: everything }), trailsLogging([], {}, {}),
        ];
        assert.deepEqual([single.silent, stopped.silent, stopped.stopped, none.silent], [[`${arn} is of one Region only`], [`${arn} is stopped`], [arn], []]);
        assert.ok([single, stopped, none].every(isSilent));
    });
    it("is enough beside one that isn't", () => {
        const found = trailsLogging([{ TrailARN: "x" }, { TrailARN: arn, IsMultiRegionTrail: true }], { [arn]: { IsLogging: true } }, { [arn]: everything });
        assert.deepEqual([found.logging, isSilent(found)], [[arn], false]);
    });
});

describe("the account's trails", () => {
    const asked: unknown[] = [];
    const calls = (trailList: object[], refused: Readonly<Record<string, string>> = {}) => {
        asked.length = 0;
        const answer = (operation: string, value: object) => async (input: object) => {
            asked.push([operation, input]);
            if (refused[operation]) throw Object.assign(new Error("no"), { name: refused[operation] });
            return value;
        };
        return { describeTrails: answer("describe", { trailList }), getTrailStatus: answer("status", { IsLogging: true }), getEventSelectors: answer("selectors", everything) } as unknown as TrailCalls;
    };
    const [ours, theirs] = [{ TrailARN: arn, IsMultiRegionTrail: true }, { TrailARN: organization, IsMultiRegionTrail: true, IsOrganizationTrail: true }];

    it("are asked for with those of others and of other Regions, by ARN", async () => {
        assert.deepEqual((await readTrails(calls([ours]), home)).logging, [arn]);
        assert.deepEqual(asked, [["describe", { includeShadowTrails: true }], ["status", { Name: arn }], ["selectors", { TrailName: arn }]]);
    });
    it("of the organization count where they may be seen", async () => assert.deepEqual((await readTrails(calls([theirs]), home)).logging, [organization]));
    for (const operation of ["status", "selectors"]) {
        for (const name of ["AccessDeniedException", "TrailNotFoundException"]) {
            it(`of the organization aren't broken because ${operation} says ${name}`, async () => {
                const found = await readTrails(calls([theirs], { [operation]: name }), home);
                assert.deepEqual([found.unseen, found.silent, isSilent(found)], [[organization], [], false]);
            });
        }
        it(`of our own that can't be seen are an error: ${operation}`, () => assert.rejects(readTrails(calls([ours], { [operation]: "AccessDeniedException" }), home), { name: "AccessDeniedException" }));
        it(`an outage isn't a refusal: ${operation}`, () => assert.rejects(readTrails(calls([theirs], { [operation]: "ThrottlingException" }), home), { name: "ThrottlingException" }));
    }
});
