/** The program at several sizes, each run under Pulumi's mocks in a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseSettings, type Settings } from "../components/settings";
import type { Rendered } from "../rehearsal/graph";

export const unit = "ou-ab12-11111111";

/** Account ids that nobody else has here. */
export const accountIds = (count: number): string[] => Array.from({ length: count }, (_, index) => String(600_000_000_000 + index));

/** What is measured: so many listed accounts, and whether a unit is enrolled beside them. */
export interface Size {
    readonly name: string;
    readonly listed: number;
    readonly unit: boolean;
}

export const sizes: readonly Size[] = [
    ...[1, 10, 100].map((listed) => ({ name: `${listed} listed`, listed, unit: false })),
    { name: "unit", listed: 0, unit: true },
    { name: "unit + 100 listed", listed: 100, unit: true },
];

/** Configuration by key, as `parseSettings` takes it. */
export type Raw = Readonly<Record<string, unknown>>;

export function rawOf({ listed, unit: enrolled }: Size): Raw {
    const account = (id: string) => ({ id, deployRoleArn: `arn:aws:iam::${id}:role/rds-vault-deploy` });
    return {
        "aws:region": "eu-west-1",
        backupAccount: account("444455556666"),
        ...(listed && { sourceAccounts: accountIds(listed).map((id, index) => ({ ...account(id), name: `account-${index}` })) }),
        ...(enrolled && { organization: { id: "o-a1b2c3d4e5", organizationalUnits: [unit], rolloutAccount: account("555566667777") } }),
        vault: { retentionDays: 35, confirmCompliance: true },
    };
}

export const settingsOf = (size: Size): Settings => parseSettings("prod", rawOf(size));

/** What a run of the program took, and what came of it. */
export interface Run {
    /** Of the whole process, loading included. */
    readonly seconds: number;
    /** Of them those of a processor, which other processes disturb least. */
    readonly processorSeconds: number;
    /** The process at its largest. */
    readonly memoryMiB: number;
    readonly rendered: Rendered;
}

/** Runs the program: one per process, because Pulumi's SDK keeps its state in globals. */
export const runProgram = (size: Size): Promise<Run> => runConfigured(rawOf(size));

export async function runConfigured(raw: Raw): Promise<Run> {
    const config = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key.includes(":") ? key : `rds-vault:${key}`, typeof value === "string" ? value : JSON.stringify(value)]));
    return childJson<Run>(["programChild.ts"], JSON.stringify(config));
}

/** What a TypeScript script of this folder prints: JSON on stdout. */
export const childJson = <T>(script: readonly string[], input = "", flags: readonly string[] = []): Promise<T> =>
    node<T>(script, { input, flags: [...flags, "--expose-gc", "-r", "ts-node/register/transpile-only"], env: process.env });

interface Child {
    readonly input: string;
    readonly env: NodeJS.ProcessEnv;
    readonly flags?: readonly string[];
}

/** The same of any script. Its stderr is shown only when it fails. */
export function node<T>([script = "", ...rest]: readonly string[], { input, env, flags = [] }: Child): Promise<T> {
    const child = spawn(process.execPath, [...flags, join(__dirname, script), ...rest], { cwd: join(__dirname, ".."), env: { PATH: process.env.PATH, ...env }, stdio: "pipe" });
    const [out, err]: Buffer[][] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out!.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err!.push(chunk));
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (status) => {
            if (status === 0 && out!.length) resolve(JSON.parse(Buffer.concat(out!).toString()) as T);
            else reject(new Error(`bench/${script} exited with ${status}: ${Buffer.concat(err!).toString()}`));
        });
    });
}

/** Resources that `pulumi up` would send: AWS's own, and the providers (a process of 200 to 400 MB each). */
export function countsOf({ resources }: Rendered): { resources: number; providers: number } {
    return {
        resources: resources.filter(({ type }) => type.startsWith("aws:")).length,
        providers: resources.filter(({ type }) => type === "pulumi:providers:aws").length,
    };
}
