// Doesn't prove what each command does: only how they take their options, and how they say what they are.
import assert from "node:assert/strict";
import { join } from "node:path";
import { accountsOf, labelOf } from "../../rehearsal/accounts";
import { parseOptions } from "../../rehearsal/commands/options";
import { settingsFromFile } from "../../rehearsal/config";
import type { Rendered } from "../../rehearsal/graph";
import { tree } from "../../rehearsal/tree";
import { command, root } from "../rendered";

const extra = { runs: { type: "string", default: "200" } } as const;
const runs = (...args: string[]) => parseOptions("usage", extra, args).runs;

describe("options", () => {
    it("hand numbers below zero to whoever checks them", () => {
        assert.deepEqual([runs("--runs", "-1"), runs("--runs=-1"), runs("--runs", "-.5"), runs("--json")], ["-1", "-1", "-.5", "200"]);
    });
    it("that lack their value are refused in one sentence", () => {
        for (const [args, received] of [[["--runs", "--json"], '"--json"'], [["--runs", "-x"], '"-x"']] as const) {
            assert.throws(() => runs(...args), { name: "UsageError", message: `--runs: received ${received}, wanted a value. Write --runs=VALUE if it begins with a hyphen.\nusage` });
        }
    });
    it("name a stack, and no path", () => {
        assert.equal(parseOptions("usage", {}, ["--stack", "prod-use1"]).stack, "prod-use1");
        for (const stack of ["../x", "Prod", "a/b", ""]) assert.throws(() => parseOptions("usage", {}, ["--stack", stack]), { name: "UsageError", message: /^--stack: received ".*", which is no stack name/ });
    });
    it("of chaos refuse a number of runs below one in the words of any other wrong number", () => {
        const { status, stderr } = command("chaos", "--runs", "-1");
        assert.equal(status, 2);
        assert.match(stderr, /^--runs: received "-1", wanted a whole number of at least 1\.\n/);
    });
    for (const name of ["chaos", "deployRoles", "doctor", "organization", "render", "start"]) {
        it(`of ${name} begin with what it does`, () => {
            const { status, stdout } = command(name, "--help");
            assert.equal(status, 0);
            assert.match(stdout, /^[A-Z][^\n]*\.?[^\n]*\n\nnpm (run|start) /);
            assert.match(stdout, name === "chaos" ? /--json +prints/ : /--stack NAME .*default prod\n {2}--config FILE .*\n {2}--json +prints/);
        });
    }
});

describe("accounts", () => {
    const settings = settingsFromFile(join(root, "tests/fixtures/Pulumi.organization.yaml"));
    const known = accountsOf(settings);
    const resource = (account: string) => ({ urn: account, name: account, type: "rds-vault:x", account, inputs: {} });
    it("are told by what they are for", () => {
        assert.deepEqual(known.map((account) => `${account.id}: ${labelOf(account)}`), ["444455556666: the backup account", "111122223333: source account billing", "555566667777: the rollout account", "123443211234: the management account"]);
    });
    it("stand so in the rendered tree, one as both if it is", () => {
        const rendered = { stack: "s", resources: ["444455556666", "111122223333"].map(resource) } as unknown as Rendered;
        const both = [...known, { ...known[2]!, id: "111122223333" }];
        assert.deepEqual(tree(rendered, both).filter((line) => line.startsWith("Account")), ["Account 444455556666, the backup account", "Account 111122223333, source account billing and the rollout account"]);
        assert.equal(tree({ ...rendered, resources: rendered.resources.slice(1) }, known)[0], "Stack s: 1 resource in 1 account");
    });
    it("stand in the list of deploy roles, and the organization's command names the README's chapter", () => {
        const { stdout } = command("deployRoles", "--config", join(root, "tests/fixtures/Pulumi.organization.yaml"));
        assert.match(stdout, /\n111122223333, source account billing: arn:/);
        const { stderr } = command("organization");
        assert.match(stderr, /see README, "A whole organization"\./);
    });
});
