// Doesn't prove that RDS sends such events; their shapes are AWS's documented samples.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../rendered";

const folder = () => mkdtempSync(join(tmpdir(), "rds-vault-"));
const arn = (account: string, rest: string) => `arn:aws:rds:eu-west-1:${account}:${rest}`;
const event = (account: string, eventId: string, resource: string, detailType = "RDS DB Snapshot Event") => ({
    version: "0", id: "844e2571-85d4-695f-b930-0153b71dcb42", "detail-type": detailType, source: "aws.rds", account, time: "2026-10-05T02:14:15Z", region: "eu-west-1", resources: [resource],
    detail: { EventCategories: ["creation"], SourceType: "SNAPSHOT", SourceArn: resource, Date: "2026-10-05T02:14:15.000Z", Message: "Automated snapshot created", SourceIdentifier: resource.split(":").slice(6).join(":"), EventID: eventId },
});

describe("the rehearsal of a user's own events", function () {
    this.timeout(120_000);

    it("plays a user's own events, each in a fresh world", () => {
        const directory = folder();
        try {
            const write = (name: string, content: unknown) => writeFileSync(join(directory, name), JSON.stringify(content));
            write("1-automated.json", event("111122223333", "RDS-EVENT-0091", arn("111122223333", "snapshot:rds:orders-2026-10-05-02-10")));
            write("2-cluster.json", event("222233334444", "RDS-EVENT-0169", arn("222233334444", "cluster-snapshot:rds:ledger-2026-10-05-02-10"), "RDS DB Cluster Snapshot Event"));
            write("3-excluded.json", event("111122223333", "RDS-EVENT-0042", arn("111122223333", "snapshot:my-scratch")));
            write("4-started.json", event("111122223333", "RDS-EVENT-0090", arn("111122223333", "snapshot:rds:orders-2026-10-05-02-10")));
            write("5-stranger.json", event("999988887777", "RDS-EVENT-0091", arn("999988887777", "snapshot:rds:orders-2026-10-05-02-10")));
            write("6-forged.json", event("111122223333", "RDS-EVENT-0042", arn("222233334444", "snapshot:made-up")));
            const { stdout, status, stderr } = command("start", "--json", "--events", directory);
            assert.equal(status, 0, stderr);
            const { events } = JSON.parse(stdout);
            assert.deepEqual(events.map(({ file, forwarded, decision }: Record<string, unknown>) => [file, forwarded, decision]), [
                ["1-automated.json", true, "export"],
                ["2-cluster.json", true, "export"],
                ["3-excluded.json", true, "skip"],
                ["4-started.json", false, "none"],
                ["5-stranger.json", false, "none"],
                ["6-forged.json", true, "skip"],
            ]);
            assert.equal(events[0].startExportTask.S3Prefix, "exports/111122223333/instance.orders/2026-10-05");
            assert.equal(events[0].alsoStarted, 0);
        } finally {
            rmSync(directory, { recursive: true });
        }
    });

    for (const [name, file, content, expected] of [
        ["isn't JSON", "event.json", "{", /event\.json: isn't JSON/],
        ["lacks its account", "event.json", JSON.stringify({ ...event("111122223333", "RDS-EVENT-0091", "x"), account: "shop" }), /event\.json: account: received "shop", wanted 12 digits/],
    ] as const) {
        it(`refuses an event that ${name}, naming file and field, and starts nothing`, () => {
            const directory = folder();
            try {
                writeFileSync(join(directory, file), content);
                const { status, stderr, stdout } = command("start", "--events", directory);
                assert.equal(status, 2);
                assert.match(stderr, expected);
                assert.equal(stdout, "");
            } finally {
                rmSync(directory, { recursive: true });
            }
        });
    }

    it("refuses a wrong option value with exit 2", () => {
        const { status, stderr } = command("start", "--days", "none");
        assert.equal(status, 2);
        assert.match(stderr, /^--days: received "none", wanted a whole number of at least 1\./);
    });
});
