/** `Pulumi.<stack>.yaml`, or any file of that form, without Pulumi. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
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
    const document = parseDocument(textOf(path), { lineCounter: lines });
    if (document.errors.length > 0) {
        const problems = document.errors.map(({ pos, message }): Problem => ({
            path: `${path}:${lines.linePos(pos[0]).line}`,
            received: "text that isn't YAML",
            message: `Mend it: ${message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "")}.`,
        }));
        throw settingsError(path, problems);
    }
    const config = (document.toJS() as { config?: unknown } | null)?.config;
    if (typeof config !== "object" || config === null || Array.isArray(config)) {
        throw settingsError(path, [{ path: `${path}: config`, received: shown(config), message: "Write a map of namespaced keys under config:, as in Pulumi.prod.yaml." }]);
    }
    return config as Record<string, unknown>;
}

function textOf(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? String(error);
        const message = "Name a stack that has a Pulumi.<stack>.yaml with --stack, or a file of that form with --config.";
        throw settingsError(path, [{ path, received: code === "ENOENT" ? "no such file" : code, message }]);
    }
}
