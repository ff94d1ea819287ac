/** `Pulumi.<stack>.yaml`, or any file of that form, without Pulumi. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { LineCounter, parseDocument, visit, type ErrorCode } from "yaml";
import { settingsError, shown, unknownKey, type Problem } from "../components/problems";
import { checkSettings, settingsKeys, type Settings } from "../components/settings";

const namespace = "rds-vault:";
/** Their keys are for Pulumi and its AWS provider; of them we read `aws:region` only. */
const otherNamespaces = ["aws:", "pulumi:"];

/** The file of a stack, beside index.ts. */
export const stackFile = (name: string): string => join(__dirname, "..", `Pulumi.${name}.yaml`);

/** The stack that a file is for: from `Pulumi.<stack>.yaml`, else from its base name, made to fit a stack name. */
export function stackOf(path: string): string {
    const name = basename(path);
    const [, stack] = /^Pulumi\.(.+)\.ya?ml$/.exec(name) ?? [];
    if (stack) return stack;
    const base = name.replace(/\.[^.]*$/, "").toLowerCase();
    return base.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, 12).replace(/-+$/, "") || "stack";
}

/** @throws SettingsError with every problem of form and content */
export function settingsFromFile(path: string, stack = stackOf(path)): Settings {
    const entries = configEntries(path);
    const strangers = Object.entries(entries).filter(([key]) => !isOurs(key) && !otherNamespaces.some((each) => key.startsWith(each)));
    const ours = Object.entries(entries).filter(([key]) => isOurs(key));
    const raw = Object.fromEntries(ours.map(([key, value]) => [key.replace(namespace, ""), value]));
    const { settings, problems } = checkSettings(stack, raw);
    const all = [...strangers.map(([key, value]) => ({ path: key, received: shown(value), message: strangerRemedy(key) })), ...problems];
    if (!settings || all.length > 0) throw settingsError(path, all);
    return settings;
}

/** Flat, as Pulumi hands configuration to a program: maps and lists as JSON, plain values as text. */
export function rawConfig(path: string): Record<string, string> {
    const flat = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
    return Object.fromEntries(Object.entries(configEntries(path)).map(([key, value]) => [key, flat(value)]));
}

const isOurs = (key: string) => key.startsWith(namespace) || key === "aws:region";

function strangerRemedy(key: string): string {
    if (!key.includes(":")) return settingsKeys.includes(key) ? `Write ${namespace}${key}.` : unknownKey(key, settingsKeys.map((each) => namespace + each));
    return `The namespaces here are rds-vault, aws and pulumi. Mend the key or remove it.`;
}

/** The `config:` map of a file. */
function configEntries(path: string): Record<string, unknown> {
    const lines = new LineCounter();
    const text = textOf(path);
    const document = parseDocument(text, { lineCounter: lines });
    const errors: { at: number; code: ErrorCode }[] = document.errors.map(({ pos, code }) => ({ at: pos[0], code }));
    // Of `*-scratch` without quotes the parser complains only when it is read.
    visit(document, { Alias: (_, alias) => void (alias.resolve(document) ?? errors.push({ at: alias.range?.[0] ?? 0, code: "BAD_ALIAS" })) });
    const [error] = errors;
    if (error) throw settingsError(path, [notYaml(path, text, lines.linePos(error.at).line, error.code)]);
    const content: unknown = document.toJS();
    if ((typeof content !== "object" && content !== undefined) || Array.isArray(content)) {
        const form = Array.isArray(content) ? "a list, " : typeof content === "string" ? "text, " : "";
        throw settingsError(path, [{ path, received: form + shown(content), message: "Write a map with config: at its top, as in Pulumi.prod.yaml." }]);
    }
    const config = (content as { config?: unknown } | null | undefined)?.config;
    if (typeof config !== "object" || config === null || Array.isArray(config)) {
        throw settingsError(path, [{ path: `${path}: config`, received: shown(config), message: "Write a map of namespaced keys under config:, as in Pulumi.prod.yaml." }]);
    }
    return config as Record<string, unknown>;
}

/** One problem, since the first makes the parser stumble over what follows. */
function notYaml(path: string, text: string, found: number, code: ErrorCode): Problem {
    // What is missing at an empty line, or at the end, is missing above.
    const lines = text.split("\n").slice(0, found).join("\n").trimEnd().split("\n");
    const message = yamlRemedies[code] ?? "This isn't YAML: see to quotes, brackets, colons and indentation here and in the line above.";
    return { path: `${path}:${lines.length}`, received: shown(lines.at(-1)), message };
}

const yamlRemedies: Partial<Record<ErrorCode, string>> = {
    BAD_ALIAS: `Text that begins with * needs quotes, such as "*-scratch".`,
    DUPLICATE_KEY: "This key stands here a second time. Remove one of them.",
    TAB_AS_INDENT: "Indent with spaces; YAML takes no tabs there.",
};

function textOf(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? String(error);
        const message = "Name a stack that has a Pulumi.<stack>.yaml with --stack, or a file of that form with --config.";
        throw settingsError(path, [{ path, received: code === "ENOENT" ? "no such file" : code, message }]);
    }
}
