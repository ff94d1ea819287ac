// Doesn't prove that Pulumi's CLI reads these files as the `yaml` package does.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../components/config";
import type { SettingsError } from "../../components/settings";
import { rawConfig, settingsFromFile, stackFile, stackOf } from "../../rehearsal/config";

const folder = mkdtempSync(join(tmpdir(), "rds-vault-"));
const root = join(__dirname, "..", "..");

function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
}
function messagesOf(path: string): string[] {
    try {
        settingsFromFile(path);
    } catch (error) {
        const { name, message } = error as SettingsError;
        assert.equal(name, "SettingsError");
        return message.split("\n").slice(1).map((line) => line.trim().replaceAll(path, "FILE"));
    }
    return [];
}

describe("configuration files", () => {
    after(() => rmSync(folder, { recursive: true }));

    it("name their stack, or one is made of the base name", () => {
        const names = { "Pulumi.prod.yaml": "prod", "a/Pulumi.eu-2.yml": "eu-2", "My Config (new).yaml": "my-config-ne", "-.yaml": "stack", "tenth-stack-x.yaml": "tenth-stack" };
        for (const [path, stack] of Object.entries(names)) assert.equal(stackOf(path), stack, path);
    });

    it("that are missing", () =>
        assert.deepEqual(messagesOf(join(folder, "none.yaml")), [
            "FILE: received no such file. Name a stack that has a Pulumi.<stack>.yaml with --stack, or a file of that form with --config.",
        ]));

    it("that aren't YAML, with the line", () => {
        const [message, ...more] = messagesOf(file("broken.yaml", 'config:\n  aws:region: eu-west-1\n  rds-vault:vault: { retentionDays: 1\n'));
        assert.equal(message, 'FILE:3: received "  rds-vault:vault: { retentionDays: 1". This isn\'t YAML: see to quotes, brackets, colons and indentation here and in the line above.');
        assert.deepEqual(more, []);
    });
    for (const [what, text, problem] of [
        ["a key twice, and more that is wrong", "config:\n  a: 1\n  a: 2\n  c: d: e\n", '3: received "  a: 2". This key stands here a second time. Remove one of them.'],
        ["a tab", "config:\n\taws:region: x\n", '2: received "\\taws:region: x". Indent with spaces; YAML takes no tabs there.'],
        ["a glob without quotes", "config:\n  rds-vault:databases: { exclude: [*-scratch] }\n", '2: received "  rds-vault:databases: { exclude: [*-scratch] }". Text that begins with * needs quotes, such as "*-scratch".'],
    ] as const) {
        it(`that have ${what}: the first problem alone, with its line`, () => assert.deepEqual(messagesOf(file("first.yaml", text)), [`FILE:${problem}`]));
    }
    for (const [what, text, received] of [["text", "hello world", 'text, "hello world"'], ["a list", "- a\n- b\n", 'a list, ["a","b"]']] as const) {
        it(`that are ${what}`, () => assert.deepEqual(messagesOf(file("top.yaml", text)), [`FILE: received ${received}. Write a map with config: at its top, as in Pulumi.prod.yaml.`]));
    }

    for (const [what, text, received] of [["empty", "", "nothing"], ["without config", "a: 1", "nothing"], ["with a list", "config: [1]", "[1]"]] as const) {
        it(`that are ${what}`, () =>
            assert.deepEqual(messagesOf(file("form.yaml", text)), [`FILE: config: received ${received}. Write a map of namespaced keys under config:, as in Pulumi.prod.yaml.`]));
    }

    it("with strange namespaces or none, together with all other problems", () => {
        const path = file("strange.yaml", "config:\n  gcp:project: x\n  vault: {}\n  rdsvault: 1\n  aws:profile: p\n  pulumi:tags: {}\n  aws:region: eu-west-1\n");
        assert.deepEqual(messagesOf(path).map((line) => line.split(" Write {")[0]!.split(" Write a list")[0]), [
            'gcp:project: received "x". The namespaces here are rds-vault, aws and pulumi. Mend the key or remove it.',
            "vault: received {}. Write rds-vault:vault.",
            "rdsvault: received 1 (a number). This key is unknown. Known here: rds-vault:backupAccount, rds-vault:sourceAccounts, rds-vault:organization, rds-vault:databases, rds-vault:vault, rds-vault:exports, rds-vault:monitoring, rds-vault:guardrails.",
            "rds-vault:backupAccount: received nothing.",
            "rds-vault:vault: received nothing.",
            "rds-vault:sourceAccounts: received nothing.",
        ]);
    });

    it("reach the program through Pulumi as they stand, unknown keys included", () => {
        const before = pulumi.runtime.allConfig();
        try {
            pulumi.runtime.setAllConfig(rawConfig(stackFile("prod")));
            assert.deepEqual({ ...loadSettings(), stack: "prod" }, settingsFromFile(stackFile("prod")));
            pulumi.runtime.setAllConfig({ ...rawConfig(stackFile("prod")), "rds-vault:vualt": "{}" });
            assert.throws(loadSettings, { name: "SettingsError", message: /rds-vault:vualt: received {}\. This key is unknown\. Did you mean "vault"\?/ });
        } finally {
            pulumi.runtime.setAllConfig(before);
        }
    });
});

describe("npm run deploy-roles", () => {
    const run = (...args: string[]) =>
        spawnSync(process.execPath, ["-r", "./register.cjs", "rehearsal/commands/deployRoles.ts", ...args], { cwd: root, encoding: "utf8" });

    it("prints one JSON document with --json", () => {
        const { status, stdout, stderr } = run("--json", "--principal", "arn:aws:iam::999988887777:role/pipeline");
        const { roles } = JSON.parse(stdout) as { roles: { account: string; part: string }[] };
        assert.deepEqual(roles.map(({ part }) => part), ["backup", "source", "source", "source"]);
        assert.deepEqual([status, stderr, roles.map(({ account }) => account)], [0, "", ["444455556666", "111122223333", "222233334444", "333344445555"]]);
    });

    for (const [what, args, message] of [
        ["an unknown option", ["--foo"], /^Unknown option '--foo'/],
        ["two configurations", ["--stack", "a", "--config", "b"], /^Give --stack or --config, not both\./],
        ["an unknown stack", ["--stack", "none"], /received no such file\./],
        ["a path for a stack", ["--stack", "../x"], /^--stack: received "\.\.\/x", which is no stack name: at most 12 lower-case letters, digits and hyphens\. Name a file with --config\./],
        ["a principal that isn't one", ["--principal", "me"], /^--principal: received me\. Write the ARN/],
        ["a principal of the backup account", ["--principal", "arn:aws:iam::444455556666:role/pipeline"], /^--principal: received .*role\/pipeline\. Whoever administers the backup account 444455556666 could make himself/],
    ] as [string, string[], RegExp][]) {
        it(`refuses ${what} with status 2, in words`, () => {
            const { status, stdout, stderr } = run(...args);
            assert.deepEqual([status, stdout], [2, ""]);
            assert.match(stderr, message);
            assert.doesNotMatch(stderr, /\n {4}at /);
        });
    }
});
