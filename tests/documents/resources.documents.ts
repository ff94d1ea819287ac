// Doesn't prove that Pulumi's provider sends what it is given, nor types that CloudFormation lacks (an account's block of public access).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { venv } from "../peers/python";
import { templatesOf } from "./cloudFormation";
import { checkFindings, type Explanation, type Finding } from "./findings";
import { memberTemplate, stacks } from "./stacks";

const explanations: readonly Explanation[] = [
    {
        rule: "I3011", where: /HubQueues(Trigger|Seal|Undelivered|DeadLetters|SealDeadLetters)$/, says: /(Deletion|UpdateReplace)Policy/,
        reason: "a queue holds no backup: its work is found again by the next sweep, and nobody but the deploy role may delete it",
    },
    {
        rule: "I3011", where: /(Hub|Watch)\w*Logs$/, says: /(Deletion|UpdateReplace)Policy/,
        reason: "logs of our functions go with the stack; what must stay of an export is in its manifest, in the locked bucket",
    },
];

interface Match {
    readonly Rule: { readonly Id: string };
    readonly Message: string;
    readonly Filename: string;
    readonly Location: { readonly Path?: readonly (string | number)[] | null };
}

/** https://github.com/aws-cloudformation/cfn-lint: AWS's own linter, which has CloudFormation's schemas of resources, and knows policies too. */
async function cfnLint(templates: Readonly<Record<string, object>>, regions: readonly string[]): Promise<Finding[]> {
    // One version, so that a new rule doesn't stop somebody else's change.
    const executable = join(await venv(["cfn-lint==1.58.0"]), "cfn-lint");
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-templates-"));
    try {
        const files = Object.entries(templates).map(([name, template]) => {
            const file = join(folder, `${name}.json`);
            writeFileSync(file, JSON.stringify(template, null, 2));
            return file;
        });
        // Informational rules too.
        const { stdout, stderr, error } = spawnSync(executable, ["--include-checks", "I", "--format", "json", "--regions", ...regions, "--", ...files], { encoding: "utf8", maxBuffer: 1 << 28 });
        if (error || stderr.trim()) throw new Error(`cfn-lint: ${error?.message ?? stderr}`);
        return (JSON.parse(stdout) as Match[]).map(({ Rule, Message, Filename, Location }) => ({ rule: Rule.Id, where: `${basename(Filename, ".json")} ${(Location.Path ?? []).slice(1).join("/")}`, says: Message }));
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

describe("rendered resources by CloudFormation's schemas", () => {
    const templates = () => Object.fromEntries(stacks().flatMap(({ name, rendered }) => {
        const member = memberTemplate(rendered);
        return [...Object.entries(templatesOf(rendered)).map(([where, template]) => [`${name} ${where}`, template] as const), ...(member ? [[`${name} member`, member] as const] : [])];
    }));

    it("every finding of cfn-lint is mended or explained", async () => {
        const all = templates();
        assert.ok(Object.values(all).flatMap(({ Resources }) => Object.keys(Resources)).length > 400, "templates of all stacks");
        checkFindings(await cfnLint(all, ["eu-west-1", "us-east-1"]), explanations);
    });

    it("cfn-lint sees a wrong property, value and action", async () => {
        const [name, template] = Object.entries(templates()).find(([name]) => name.startsWith("prod 444455556666 eu-west-1"))!;
        const broken = JSON.parse(JSON.stringify(template).replace(/"QueueName"/, '"QueueNam"').replace('"arm64"', '"arm65"').replace("s3:ListBucket", "s3:ListBuckett")) as object;
        const rules = new Set((await cfnLint({ [name]: broken }, ["eu-west-1"])).map(({ rule }) => rule));
        assert.deepEqual([...rules].sort(), ["E3002", "E3030", "I3011", "W3037"]);
    });
});
