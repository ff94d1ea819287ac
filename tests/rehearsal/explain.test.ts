// Doesn't prove that the planner is right (tests/handlers does): only that the command reads, plans and prints.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createColors } from "picocolors";
import { explainCommand } from "../../rehearsal/commands/explain";
import { explain, readEvidence } from "../../rehearsal/explain";
import { asTable } from "../../rehearsal/explained";
import { manifestName } from "../../handlers/lib/manifestName";
import { command, root } from "../rendered";
import { manifest, now, ownTask, settings, snapshot } from "../handlers/planning";

const fixture = (name: string) => join(root, "tests/fixtures/explain", name);
const config = ["--config", fixture("Pulumi.explain.yaml"), "--now", "2026-11-18T12:00:00Z"];
const snapshots = [fixture("snapshots.json"), fixture("cluster-snapshots.json")];

/** In this process: a new one costs more than a second. What a caller sees of a mistake is tested once, below. */
function run(...args: string[]) {
    try {
        return { status: 0, stdout: explainCommand(args, createColors(false)), stderr: "" };
    } catch (error) {
        return { status: 2, stdout: "", stderr: (error as Error).message };
    }
}

type Line = { snapshotArn: string; account: string; database: string; decision: string; rules?: string; reason: string; startExportTask?: Record<string, string> };
const json = (...args: string[]): Line[] => {
    const { status, stdout, stderr } = run(...config, "--json", ...args);
    assert.equal(status, 0, stderr);
    return (JSON.parse(stdout) as Printed).decisions;
};
type Printed = { warnings: string[]; decisions: Line[] };
const folder = mkdtempSync(join(tmpdir(), "explain-"));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
};
const of = (lines: Line[], end: string) => lines.find(({ snapshotArn }) => snapshotArn.endsWith(end));

describe("npm run explain", () => {
    it("decides about every snapshot of every account", () => {
        const lines = json(...snapshots, fixture("tasks.json"));
        assert.equal(lines.length, 5);
        assert.deepEqual(
            ["rds:orders-2026-11-17-03-04", "tuning-scratch-1", "orders-before-upgrade", "rds:hr-2026-11-17-03-04", "210fedcba987"].map((end) => of(lines, end)?.decision),
            ["export", "skip", "wait", "skip", "wait"],
        );
        assert.match(of(lines, "tuning-scratch-1")?.reason ?? "", /\*-scratch/);
        assert.match(of(lines, "rds:hr-2026-11-17-03-04")?.reason ?? "", /999900001111 isn't enrolled/);
        assert.equal(of(lines, "210fedcba987")?.database, "cluster.catalogue");
        const { startExportTask } = of(lines, "rds:orders-2026-11-17-03-04") ?? {};
        assert.equal(startExportTask?.S3Prefix, "exports/111122223333/instance.orders/2026-11-17");
        assert.equal(startExportTask.KmsKeyId, "arn:aws:kms:eu-west-1:444455556666:key/<created by pulumi up>");
        assert.match(startExportTask.S3BucketName ?? "", /^rds-vault-[a-z0-9-]+-eu-west-1-444455556666$/);
    });
    it("says what is missing without the tasks", () => {
        const orders = of(json(...snapshots), "rds:orders-2026-11-17-03-04");
        assert.equal(orders?.decision, "unknown");
        assert.match(orders.reason, /describe-export-tasks: give that file$/);
        assert.ok(!("startExportTask" in orders));
    });
    it("takes the key's ARN", () => assert.equal(of(json(...snapshots, fixture("tasks.json"), "--key-arn", "arn:aws:kms:eu-west-1:444455556666:key/k"), "03-04")?.startExportTask?.KmsKeyId, "arn:aws:kms:eu-west-1:444455556666:key/k"));
    it("prints a table without colours into a pipe", () => {
        const { stdout, status } = run(...config, ...snapshots, fixture("tasks.json"));
        assert.equal(status, 0);
        assert.ok(!stdout.includes("\u001b"));
        assert.match(stdout, /^SNAPSHOT +DATABASE +DECISION +RULES +REASON$/m);
        assert.match(stdout, /^ {6}"S3Prefix": "exports\/111122223333\/instance\.orders\/2026-11-17"/m);
        assert.match(stdout, /5 snapshots: 1 export, 2 skip, 2 wait/);
    });

    it("warns on top that no manifests were given", () => {
        const { stdout } = run(...config, ...snapshots);
        assert.match(stdout, /^! No manifests were given, .* aws s3 ls --recursive s3:\/\/rds-vault-[a-z0-9-]+-eu-west-1-444455556666\/manifests\/ prints, as a file\.\n\nSNAPSHOT/);
        assert.match((JSON.parse(run(...config, "--json", ...snapshots).stdout) as Printed).warnings.join(), /^No manifests/);
    });
    it("takes an empty list of manifests for a new vault, and says so", () => {
        const { stdout } = run(...config, "--json", ...snapshots, fixture("tasks.json"), write("manifests.txt", ""));
        const { warnings, decisions } = JSON.parse(stdout) as Printed;
        assert.equal(decisions.length, 5);
        assert.deepEqual(warnings.map((each) => each.replace(folder, "")), ["/manifests.txt is empty and counts as the list of a vault without manifests. If the command that should have filled it failed, what is sealed looks unsealed here."]);
        const name = manifestName(manifest(snapshot("s1", "2026-11-17T03:00:00.000Z"), 1));
        assert.deepEqual((JSON.parse(run(...config, "--json", ...snapshots, write("manifests.txt", name)).stdout) as Printed).warnings, []);
    });
    it("leaves what lies in another Region to another stack", () => {
        const abroad = { DBSnapshotArn: "arn:aws:rds:eu-central-1:111122223333:snapshot:rds:far-2026-11-17", DBInstanceIdentifier: "far", Status: "available", Engine: "postgres", SnapshotType: "automated", DbiResourceId: "db-X", SnapshotCreateTime: "2026-11-17T03:00:00+00:00" };
        const lines = json(...snapshots, fixture("tasks.json"), write("abroad.json", JSON.stringify({ DBSnapshots: [abroad, abroad] })));
        assert.deepEqual([lines.length, lines.at(-1)?.decision, lines.at(-1)?.reason], [6, "skip", "lies in eu-central-1, this stack saves eu-west-1"]);
    });
    it("says first what it does, and what the options are that every command has", () => {
        const { status, stdout } = command("explain", "--help");
        assert.equal(status, 0);
        assert.match(stdout, /^Says for every snapshot what the planner would do.*\n\nnpm run explain -- [^]*--stack NAME .*default prod\n {2}--config FILE .*\n {2}--json /);
    });

    it("ends with 0 and the answer, or 2 and nothing on stdout", () => {
        const good = command("explain", ...config, "--json", ...snapshots);
        assert.deepEqual([good.status, JSON.parse(good.stdout).decisions.length, good.stderr], [0, 5, ""]);
        const bad = command("explain", ...config, "nowhere.json");
        assert.deepEqual([bad.status, bad.stdout], [2, ""]);
        assert.match(bad.stderr, /^nowhere\.json: can't be read/);
    });
    describe("refuses, with status 2 and nothing on stdout,", () => {
        const cases: [string, () => string[], RegExp][] = [
            ["no file", () => [...config], /aws rds describe-db-snapshots/],
            ["an unknown option", () => [...config, "--jsn"], /--jsn/],
            ["a bad time", () => [...snapshots, "--now", "soon"], /--now: received soon/],
            ["a missing file", () => [...config, "nowhere.json"], /nowhere\.json: can't be read/],
            ["a missing configuration", () => ["--config", "nowhere.yaml", ...snapshots], /nowhere\.yaml/],
            ["members of no organization", () => [...config, ...snapshots, "--members", write("m.json", "[]")], /--members: the configuration has no rds-vault:organization/],
            ["broken JSON", () => [...config, write("broken.json", "{ 1")], /broken\.json: isn't JSON/],
            ["another answer", () => [...config, write("other.json", '{"Buckets": []}')], /other\.json: has none of the keys DBSnapshots.*found Buckets/],
            ["an item without its ARN", () => [...config, write("item.json", '{"DBSnapshots": [{"Status": "available"}]}')], /item\.json: DBSnapshots\[0\]: DBSnapshotArn is missing/],
            ["a bad time in an item", () => [...config, write("time.json", '{"DBClusterSnapshots": [{"DBClusterSnapshotArn": "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:x", "DBClusterIdentifier": "c", "Status": "available", "SnapshotCreateTime": "soon"}]}')], /SnapshotCreateTime is no time: soon/],
            ["a list of something else", () => [...config, write("names.txt", "manifests/x\nexports/y\n")], /names\.txt: line 2/],
        ];
        for (const [name, args, wanted] of cases) {
            it(name, () => {
                const { status, stdout, stderr } = run(...args());
                assert.deepEqual([status, stdout], [2, ""], stderr);
                assert.match(stderr, wanted);
                assert.doesNotMatch(stderr, /\n {4}at /);
            });
        }
    });
});

describe("npm run explain in an organization", () => {
    const path = (units: string) => [`o-a1b2c3d4e5/r-ab12/${units}`];
    const [workloads, staging, data] = ["ou-ab12-11111111/", "ou-ab12-00000000/ou-ab12-11111111/ou-ab12-11111133/", "ou-ab12-22222222/"];
    const silver = [{ Key: "backup", Value: "silver" }];
    const accounts = [
        { Id: "900000000001", Name: "shop", State: "ACTIVE", Paths: path(workloads), Tags: silver },
        { Id: "900000000002", Name: "shop-staging", State: "ACTIVE", Paths: path(staging), Tags: silver },
        { Id: "900000000003", Name: "data-lake", Status: "ACTIVE", Paths: path(data), Tags: [] },
        { Id: "900000000004", Name: "data-gold", State: "ACTIVE", Paths: path(data), Tags: [{ Key: "backup", Value: "gold" }] },
        { Id: "900000000005", Name: "sandbox", State: "ACTIVE", Paths: path("ou-ab12-33333333/"), Tags: [] },
        { Id: "900000000006", Name: "closed", State: "SUSPENDED", Paths: path(workloads), Tags: [] },
        { Id: "900000000007", Name: "old-cli", Status: "ACTIVE" },
        { Id: "900000000008", Name: "no-tags", State: "ACTIVE", Paths: path(workloads) },
    ];
    const ids = ["111122223333", ...accounts.map(({ Id }) => Id), "900000000009"];
    const DBSnapshots = ids.map((id) => ({
        DBSnapshotArn: `arn:aws:rds:eu-west-1:${id}:snapshot:rds:orders-2026-11-17`, DBInstanceIdentifier: "orders", Status: "available", Engine: "postgres", SnapshotType: "automated",
        DbiResourceId: "db-ABCDEFGHIJKLMNOPQRSTUVWX01", SnapshotCreateTime: "2026-11-17T03:00:00+00:00",
    }));
    const inOrganization = ["--config", join(root, "tests/fixtures/Pulumi.organization.yaml"), "--now", "2026-11-18T12:00:00Z"];
    function linesWith(...args: string[]) {
        const { status, stdout, stderr } = run(...inOrganization, "--json", write("orders.json", JSON.stringify({ DBSnapshots, ExportTasks: [], DBInstances: [] })), ...args);
        assert.equal(status, 0, stderr);
        return (JSON.parse(stdout) as Printed).decisions.map(({ account, decision, rules, reason }) => ({ account, decision, rules, reason }));
    }
    const members = (list: unknown = { Accounts: accounts }) => ["--members", write("members.json", JSON.stringify(list))];

    it("plans members under their rule and says which", () => {
        const lines = linesWith(...members());
        assert.deepEqual(lines.slice(0, 5).map(({ account, decision, rules }) => [account, decision, rules]), [
            ["111122223333", "export", "sourceAccounts[0].databases"],
            ["900000000001", "export", "global databases"],
            ["900000000002", "export", "organization.rules[0]"],
            ["900000000003", "export", "organization.rules[1]"],
            ["900000000004", "export", "organization.rules[2]"],
        ]);
    });
    it("says of the others why not", () => {
        const file = join(folder, "members.json");
        assert.deepEqual(linesWith(...members()).slice(5).map(({ account, rules, ...rest }) => (assert.equal(rules, undefined, account), Object.values(rest).join(": "))), [
            "skip: account 900000000005 isn't enrolled: it lies in none of the enrolled units (ou-ab12-11111111, ou-ab12-22222222)",
            "skip: account 900000000006 isn't enrolled: its state is SUSPENDED",
            `unknown: ${file} doesn't tell in which units account 900000000007 lies: newer versions of the AWS CLI print its Paths`,
            `unknown: organization.rules[2] asks for tags that ${file} doesn't tell: add to the account what aws organizations list-tags-for-resource --resource-id 900000000008 prints`,
            `skip: account 900000000009 isn't enrolled: it is neither listed nor in ${file}`,
        ]);
    });
    it("without members says how to give them, and plans the listed account", () => {
        const [listed, ...others] = linesWith();
        assert.deepEqual([listed?.decision, listed?.rules], ["export", "sourceAccounts[0].databases"]);
        for (const { account, decision, rules, reason } of others) {
            assert.deepEqual([decision, rules], ["unknown", undefined]);
            assert.equal(reason, `account ${account} isn't listed; whether it lies in an enrolled unit is in aws organizations list-accounts: give that with --members`);
        }
    });
    describe("when members lie where they mustn't", () => {
        const moved = (more: object[]) => ({ Accounts: [...accounts, ...more] });
        const listed = { Id: "111122223333", Name: "billing", State: "ACTIVE", Paths: path(staging), Tags: [] };
        const backup = { Id: "444455556666", Name: "vault", State: "ACTIVE", Paths: path(data), Tags: [] };
        function printed(list: object): Printed {
            const ofBackup = [{ ...DBSnapshots[0], DBSnapshotArn: "arn:aws:rds:eu-west-1:444455556666:snapshot:rds:orders-2026-11-17" }];
            const files = [write("orders.json", JSON.stringify({ DBSnapshots, ExportTasks: [], DBInstances: [] })), write("own.json", JSON.stringify({ DBSnapshots: ofBackup })), write("none.txt", "")];
            const { status, stdout, stderr } = run(...inOrganization, "--json", ...files, ...members(list));
            assert.equal(status, 0, stderr);
            return JSON.parse(stdout) as Printed;
        }
        it("warns loudly of a listed account and of the backup account in an enrolled unit, and says it with their decisions", () => {
            const { warnings, decisions } = printed(moved([listed, backup]));
            assert.match(warnings[0]!, /^billing \(111122223333\) is listed and lies in ou-ab12-11111111: the StackSet would find its roles there already and fail for it\. Remove 111122223333/);
            assert.match(warnings[1]!, /^the backup account 444455556666 lies in ou-ab12-22222222, .* aws organizations move-account/);
            assert.equal(warnings.length, 3);
            const reasonOf = (id: string) => decisions.find(({ account }) => account === id)!;
            assert.match(reasonOf(listed.Id).reason, /; but the account is listed and lies in an enrolled unit: see the warning$/);
            assert.deepEqual([reasonOf(backup.Id).decision, reasonOf(backup.Id).reason], ["skip", "this is the backup account, which saves others and is no source"]);
            assert.match(run(...inOrganization, join(folder, "orders.json"), ...members(moved([listed]))).stdout, /^! billing \(111122223333\) is listed/);
        });
        it("says nothing of those outside, and nothing of a listed management account, which no StackSet reaches", () => {
            assert.equal(printed(moved([])).warnings.length, 1);
            const { warnings, decisions } = printed(moved([{ ...listed, Arn: "arn:aws:organizations::111122223333:account/o-a1b2c3d4e5/111122223333" }]));
            assert.equal(warnings.length, 1);
            assert.doesNotMatch(decisions[0]!.reason, /warning/);
        });
    });
    it("takes a bare list of accounts too, and prints a column of rules", () => {
        const { stdout } = run(...inOrganization, join(folder, "orders.json"), ...members(accounts));
        assert.match(stdout, /^rds:orders-2026-11-17  900000000002\/instance\.orders  export    organization\.rules\[0\] {8}/m);
        assert.match(stdout, /^rds:orders-2026-11-17  900000000005\/instance\.orders  skip      - /m);
    });
    for (const [what, list, problem] of [
        ["another answer", { Roots: [] }, /members\.json: has no list of Accounts/],
        ["nothing", null, /members\.json: has no list of Accounts/],
        ["an account without id", [{ Name: "x" }, null], /members\.json: Accounts\[0\]: Id is no text of 12 digits: undefined/],
        ["paths that are text", [{ Id: "900000000001", Paths: "o-a1b2c3d4e5" }], /Accounts\[0\]: Paths is no list/],
        ["tags as a map", [{ Id: "900000000001", Tags: { backup: "gold" } }], /Accounts\[0\]: Tags is no list of \{ "Key", "Value" \}/],
    ] as [string, unknown, RegExp][]) {
        it(`refuses members that are ${what}`, () => {
            const { status, stderr } = run(...inOrganization, join(folder, "orders.json"), ...members(list));
            assert.equal(status, 2);
            assert.match(stderr, problem);
        });
    }
});

describe("evidence", () => {
    const orders = snapshot("s1", "2026-11-17T03:00:00.000Z");
    const asAws = { DBSnapshots: [{ DBSnapshotArn: orders.arn, DBInstanceIdentifier: "orders", Status: "available", Engine: "postgres", SnapshotType: "automated", DbiResourceId: orders.resourceId, SnapshotCreateTime: "2026-11-17T03:00:00+00:00" }] };
    const name = manifestName(manifest(orders, 1));
    const lists = { "lines of aws s3 ls": `2026-11-18 01:02:03       1234 ${name}\n`, "a JSON array": JSON.stringify([name]), "list-objects-v2": JSON.stringify({ Contents: [{ Key: name }] }) };
    for (const [form, text] of Object.entries(lists)) {
        it(`takes manifests from ${form}`, () => {
            const evidence = readEvidence([{ file: "s", text: JSON.stringify(asAws) }, { file: "m", text }]);
            assert.deepEqual(explain(evidence, settings(), now).map(({ code }) => code), ["sealed"]);
        });
    }
    it("takes several answers from one file", () => {
        const task = ownTask(orders, 1);
        const ExportTasks = [{ ExportTaskIdentifier: task.id, SourceArn: task.sourceArn, Status: "in_progress", S3Bucket: task.bucket, S3Prefix: task.prefix, IamRoleArn: task.roleArn, KmsKeyId: task.keyArn }];
        const evidence = readEvidence([{ file: "all", text: JSON.stringify({ ...asAws, ExportTasks, DBInstances: [] }) }]);
        assert.deepEqual(explain(evidence, settings(), now).map(({ code }) => code), ["running"]);
    });
    it("prints an empty table", () => assert.deepEqual(asTable([], createColors(false)), ["SNAPSHOT  DATABASE  DECISION  RULES  REASON", "", "0 snapshots"]));
});
