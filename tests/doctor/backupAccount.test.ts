// Doesn't prove what AWS answers for a bucket that the caller may not list, nor what an opt-in Region answers while it is being enabled.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bucketFree, enoughConcurrency, hubConcurrency, regionEnabled, trailLogs } from "../../doctor/backupAccount";
import { root } from "../rendered";
import { backup, briefly, fails, fake } from "./fakes";

const stack = { stack: "prod", region: "eu-south-2", backupAccount: { id: backup, deployRoleArn: "" } };
const bucket = `rds-vault-prod-eu-south-2-${backup}`;

describe("the doctor on the backup account", () => {
    describe("the Region", () => {
        const region = async (RegionOptStatus: string) => (await regionEnabled(stack, fake({ account: { getRegionOptStatus: () => ({ RegionOptStatus }) } })))[0]!;
        it("is quiet where it is enabled", async () => {
            for (const status of ["ENABLED", "ENABLED_BY_DEFAULT"]) assert.equal((await region(status)).status, "ok");
        });
        it("complains where it isn't, or not yet", async () => {
            for (const status of ["DISABLED", "DISABLING", "ENABLING"]) {
                const finding = await region(status);
                assert.equal(finding.status, "problem");
                assert.match(finding.fix!, /aws account enable-region --region-name eu-south-2/);
            }
        });
    });
    describe("Lambda's concurrency", () => {
        const concurrency = async (free: number) => (await enoughConcurrency(stack, fake({ lambda: { getAccountSettings: () => ({ AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: free } }) } })))[0]!;
        it("is quiet about a fresh account's ten", async () => assert.equal((await concurrency(10)).status, "ok"));
        it("complains where others reserved it", async () => {
            const finding = await concurrency(hubConcurrency - 1);
            assert.equal(finding.status, "problem");
            assert.match(finding.fix!, /request-service-quota-increase .* --region eu-south-2/);
        });
        it("counts as the program deploys", () => {
            // From their text: rendering the program for one number would cost seconds.
            const hub = join(root, "components/hub");
            const text = readdirSync(hub).map((file) => readFileSync(join(hub, file), "utf8")).join("\n");
            const atOnce = [...text.matchAll(/maximumConcurrency: (\d+)/g)].map(([, number]) => Number(number));
            assert.equal(atOnce.length, 2);
            assert.equal(atOnce.reduce((sum, each) => sum + each, 1), hubConcurrency);
        });
    });
    describe("the bucket's name", () => {
        const ask = async (headBucket: (input: never) => unknown) => (await bucketFree(stack, fake({ s3: { headBucket } })))[0]!;
        it("is quiet where it is free or ours, and asks for ours", async () => {
            assert.equal((await ask(fails("NotFound", 404))).status, "ok");
            const asked: unknown[] = [];
            assert.equal((await ask((input) => (asked.push(input), { BucketRegion: "eu-south-2" }))).status, "ok");
            assert.deepEqual(asked, [{ Bucket: bucket, ExpectedBucketOwner: backup }]);
        });
        it("complains where somebody else has it, or we have it elsewhere", async () => {
            assert.match((await ask(fails("Forbidden", 403))).text, /belongs to another account, or your credentials may not list it/);
            for (const answer of [fails("Forbidden", 403), fails("PermanentRedirect", 301), () => ({ BucketRegion: "eu-west-1" })]) assert.equal((await ask(answer)).status, "problem");
        });
        it("doesn't take an outage for an answer", async () => assert.equal((await ask(fails("InternalError", 500))).status, "unseen"));
    });
    describe("CloudTrail", () => {
        const trail = async (logging: Record<string, boolean>, selectors: object = { EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "All" }] }, IsMultiRegionTrail = true) =>
            (
                await trailLogs(
                    stack,
                    fake({
                        cloudTrail: {
                            describeTrails: () => ({ trailList: Object.keys(logging).map((TrailARN) => ({ TrailARN, IsMultiRegionTrail })) }),
                            getTrailStatus: ({ Name }: { Name: string }) => ({ IsLogging: logging[Name] }),
                            getEventSelectors: () => selectors,
                        },
                    }),
                )
            )[0]!;
        it("is quiet where one of the trails logs", async () => assert.equal((await trail({ "arn:1": false, "arn:2": true })).status, "ok"));
        it("complains about one that logs no writes, or one Region only", async () => {
            for (const finding of [await trail({ "arn:1": true }, { EventSelectors: [{ IncludeManagementEvents: false }] }), await trail({ "arn:1": true }, undefined, false)]) {
                assert.equal(finding.status, "problem");
                assert.match(`${finding.text} ${finding.fix}`, /arn:1 .* update-trail, put-event-selectors/);
            }
        });
        it("doesn't take an organization's trail that it may not look at for a broken one", async () => {
            const describeTrails = () => ({ trailList: [{ TrailARN: "arn:aws:cloudtrail:eu-south-2:999900001111:trail/o", IsMultiRegionTrail: true }] });
            const [finding] = await trailLogs(stack, fake({ cloudTrail: { describeTrails } }));
            assert.equal(finding!.status, "unseen");
            assert.match(finding!.fix!, /In the trail's account: aws cloudtrail get-trail-status --name arn:aws:cloudtrail:eu-south-2:999900001111:trail\/o/);
        });
        it("complains where there is none, or none that logs", async () => {
            assert.match((await trail({})).fix!, /create-trail/);
            const stopped = await trail({ "arn:1": false });
            assert.equal(stopped.status, "problem");
            assert.match(stopped.fix!, /start-logging --name arn:1/);
        });
    });
    it("says so where it may not look", async () => {
        const denied = fake({});
        const findings = (await Promise.all([regionEnabled(stack, denied), enoughConcurrency(stack, denied), trailLogs(stack, denied)])).flat();
        assert.deepEqual(briefly(findings), ["Region eu-south-2: unseen", "Lambda concurrency: unseen", "CloudTrail: unseen"]);
        for (const { text, fix } of findings) assert.match(`${text} ${fix}`, /AccessDeniedException.* In the backup account: aws /);
    });
});
