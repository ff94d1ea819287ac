/** `npm run bench -- package`: the starter's archive and cold start beside a tutorial's, bare SDK clients and nothing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolePath } from "../components/arns";
import { deploy } from "../rehearsal/aws/deploy";
import { serve } from "../rehearsal/aws/http";
import { inProcess } from "../rehearsal/aws/lambdaInProcess";
import { createWorld } from "../rehearsal/aws/world";
import type { Rendered } from "../rehearsal/graph";
import { anatomy, filesIn, zipBytes, type Files } from "./archive";
import { interleaved, quartiles, ratioOf, spreadOf, type Benchmark, type How, type Spread } from "./benchmark";
import { accountIds, node, runProgram, settingsOf, sizes } from "./programs";
import { number, table } from "./table";
import { tutorialFolder } from "./tutorialPackages";

const functions = ["rds-vault", "bare", "tutorial", "empty"] as const;
type Name = (typeof functions)[number];

/** One cold start, in milliseconds and MiB. */
interface Start {
    readonly modules: number;
    readonly load: number;
    readonly first: number;
    readonly memory: number;
    readonly failures: number;
}

interface Measured {
    readonly name: Name;
    readonly archiveBytes: number;
    readonly modules: number;
    readonly load: Spread;
    readonly first: Spread;
    readonly memory: Spread;
    /** Of the bare clients' in the same round. */
    readonly loadOfBare: Spread;
    readonly allOfBare: Spread;
    readonly memoryOfBare: Spread;
    /** Judged calls of the first invocation. */
    readonly calls: number;
}

export interface ColdStarts {
    readonly measured: Measured[];
    readonly anatomy: ReturnType<typeof anatomy>;
    readonly textBytes: number;
    readonly archives: Readonly<Record<string, number>>;
}

const root = join(__dirname, "..");
const [account] = accountIds(1) as [string];
const size = sizes[0]!;

/** A simulated AWS with one snapshot that is due, and one cold start against it. */
async function coldStart(rendered: Rendered, name: Name, handler: string, modules: string): Promise<Start & { readonly calls: number }> {
    const { region, partition } = settingsOf(size);
    const start = Date.now();
    const world = createWorld({ region, partition, start, seed: 1, judge: () => ({ allowed: true, why: "not judged" }), runtime: inProcess() });
    deploy(rendered, world);
    const database = { account, identifier: "orders", kind: "instance" as const, engine: "postgres", sizeGiB: 1, resourceId: "db-ABCDEFGHIJKLMNOPQRSTUVWX01", tags: {} };
    world.rds.addDatabase(database);
    const { arn } = world.rds.createSnapshot({ database, type: "automated", availableAt: start });
    // The snapshot becomes available; whom its event wakes comes after the queue's window, which doesn't end here.
    await world.clock.run(start);
    const front = await serve(world);
    const { environment } = rendered.functions.start!;
    const functionName = `${environment.STACK}-starter`;
    const role = world.iam.assumeAsService("lambda.amazonaws.com", `arn:${partition}:iam::444455556666:role${rolePath}${functionName}`, { account: "444455556666" });
    const before = world.calls.length;
    try {
        const started = await node<Start>(["package/child.cjs"], { env: {
            ...environment, AWS_REGION: region, AWS_ENDPOINT_URL: front.url, AWS_LAMBDA_FUNCTION_NAME: functionName,
            AWS_ACCESS_KEY_ID: world.iam.issue(role), AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token", NODE_PATH: modules,
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: "1",
            SEAL_QUEUE_URL: `${front.url}/444455556666/${environment.STACK}-seal`, HANDLER: handler,
        }, input: JSON.stringify({ Records: [{ messageId: "1", body: JSON.stringify({ source: "aws.rds", account, resources: [arn], detail: { SourceArn: arn } }) }] }) });
        const tasks = world.rds.tasks(account).length;
        if (started.failures || tasks !== (name === "empty" ? 0 : 1)) throw new Error(`${name} started ${tasks} exports and gave ${started.failures} messages back`);
        return { ...started, calls: world.calls.length - before };
    } finally {
        await front.stop();
    }
}

async function measure({ quick, progress }: How): Promise<ColdStarts> {
    progress("package: the program");
    const { rendered } = await runProgram(size);
    const tutorial = tutorialFolder(root);
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-bench-"));
    const text = rendered.functions.start!.files["__index.js"]!;
    writeFileSync(join(folder, "starter.js"), text);
    const own = (name: string) => join(__dirname, "package", `${name}.cjs`);
    const handlers: Record<Name, [handler: string, modules: string]> = {
        "rds-vault": [join(folder, "starter.js"), join(root, "node_modules")],
        "bare": [own("bare"), join(root, "node_modules")],
        "tutorial": [own("tutorial"), join(tutorial, "node_modules")],
        "empty": [own("empty"), join(root, "node_modules")],
    };
    try {
        let round = 0;
        const starts = await interleaved(functions, quick ? 3 : 21, (name, at) => {
            if (at >= round) progress(`package: round ${(round = at + 1)}`);
            return coldStart(rendered, name, ...handlers[name]);
        });
        const archives: Record<Name, Files> = {
            "rds-vault": { "__index.js": text },
            "bare": { "index.cjs": readFileSync(own("bare")) },
            // SDK v2 is in no runtime since nodejs18.x, so it travels along: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
            "tutorial": { "index.cjs": readFileSync(own("tutorial")), ...filesIn(tutorial) },
            "empty": { "index.cjs": readFileSync(own("empty")) },
        };
        const of = (name: Name, what: (start: Start) => number) => starts[name].map(what);
        const measured = functions.map((name): Measured => {
            const beside = (what: (start: Start) => number) => ratioOf(of(name, what), of("bare", what));
            return {
                name,
                archiveBytes: zipBytes(archives[name]),
                modules: starts[name][0]!.modules,
                calls: starts[name][0]!.calls,
                load: spreadOf(of(name, ({ load }) => load)),
                first: spreadOf(of(name, ({ first }) => first)),
                memory: spreadOf(of(name, ({ memory }) => memory)),
                loadOfBare: beside(({ load }) => load),
                allOfBare: beside(({ load, first }) => load + first),
                memoryOfBare: beside(({ memory }) => memory),
            };
        });
        const names = Object.entries(rendered.functions).map(([name, { files }]) => [name, zipBytes(files)] as const);
        return { measured, anatomy: anatomy(text), textBytes: Buffer.byteLength(text), archives: Object.fromEntries(names) };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

const told: Record<Name, string> = { "rds-vault": "rds-vault's starter", "bare": "bare SDK clients", "tutorial": "tutorial (SDK v2, middy, uuid)", "empty": "empty handler" };
const kB = (bytes: number) => number(bytes / 1000, 1);

export const coldStarts: Benchmark<ColdStarts> = {
    name: "package",
    about: "the starter's archive and cold start",
    measure,
    section: ({ measured, anatomy: parts, textBytes, archives }) => `A process per cold start, ${measured[0]!.load.runs} of each in turn: loading until there is a handler, then its first invocation, which finds one snapshot due at the simulated AWS over HTTP and starts its export. The bare clients are the starter's four, with one of each of its calls and no decision. The SDK v3 is the runtime's own, so it is in no archive; the tutorials' v2 must be. The bare clients list snapshots and exports as ours does; the tutorial (bench/package/tutorial.cjs, written after what public tutorials print) starts without a look, which is why it calls less.

${table(
    ["function", "archive, kB", "modules", "load, ms", "quartiles", "of bare", "quartiles ", "first invocation, ms", "quartiles  ", "calls", "memory, MiB"],
    measured.map(({ name, archiveBytes, modules, load, loadOfBare, first, calls, memory }) => [told[name], kB(archiveBytes), number(modules), number(load.median, 1), quartiles(load, 1), `× ${number(loadOfBare.median, 2)}`, quartiles(loadOfBare, 2), number(first.median, 1), quartiles(first, 1), number(calls), number(memory.median, 1)]),
)}

Archives of all functions, in kB: ${Object.entries(archives).map(([name, bytes]) => `${name}er ${kB(bytes)}`).join(", ")}. The starter's text has ${number(textBytes)} characters. What its archive is made of, taken away one after the other:

${table(["part", "bytes"], parts.map(({ what, bytes }) => [what, number(bytes)]))}

The text is deployed as it is read in the repository, so that anybody can compare it on AWS line by line: nothing is minified.`,
    rows({ measured }) {
        const [own, , tutorial] = measured as [Measured, Measured, Measured];
        return [
            { what: "starter's archive", measured: `${kB(own.archiveBytes)} kB`, beside: `tutorial: ${kB(tutorial.archiveBytes)} kB`, goal: "20 kB" },
            {
                what: "starter's load, of bare SDK clients'", measured: `× ${number(own.loadOfBare.median, 2)} (${quartiles(own.loadOfBare, 2)})`,
                beside: `tutorial: × ${number(tutorial.loadOfBare.median, 2)} (${quartiles(tutorial.loadOfBare, 2)})`, goal: "× 1.1",
            },
        ];
    },
};
