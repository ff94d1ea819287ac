/** The stacks whose documents are judged: every configuration of the project, and the organization of the tests. */
import { join } from "node:path";
import type { Settings } from "../../components/settings";
import { settingsFromFile } from "../../rehearsal/config";
import type { Rendered } from "../../rehearsal/graph";
import { renderedStack, root } from "../rendered";

const files: Readonly<Record<string, string>> = {
    prod: "Pulumi.prod.yaml",
    canary: "Pulumi.canary.yaml",
    "prod-use1": "Pulumi.prod-use1.yaml",
    organization: "tests/fixtures/Pulumi.organization.yaml",
    trail: "tests/documents/Pulumi.trail.yaml",
};

export interface Stack {
    readonly name: string;
    readonly settings: Settings;
    readonly rendered: Rendered;
}

let made: readonly Stack[] | undefined;
export const stacks = (): readonly Stack[] =>
    (made ??= Object.entries(files).map(([name, file]) => ({ name, settings: settingsFromFile(join(root, file)), rendered: renderedStack(file) })));

interface Template {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, any>> }>>; // eslint-disable-line @typescript-eslint/no-explicit-any -- CloudFormation's own
}

/** What the StackSet brings into each account of the enrolled units, as CloudFormation. */
export function memberTemplate({ resources }: Rendered): Template | undefined {
    const set = resources.find(({ type }) => type === "aws:cloudformation/stackSet:StackSet");
    return set && (JSON.parse(set.inputs.templateBody as string) as Template);
}
