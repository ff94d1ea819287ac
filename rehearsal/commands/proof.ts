/** `npm run proof`: what was tried against the backups, and whether every statement of every policy earns its place. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { attacksOf, openWithoutGuardrails } from "../attacks";
import { documentsOf } from "../attacks/documents";
import { playedElsewhere } from "../attacks/elsewhere";
import { cellsOf, countsOf, declaresLock, findingsOf, rowsOf } from "../attacks/grid";
import { judgeAttack } from "../attacks/judge";
import { gridTable, page, type Proof, type Proven } from "../attacks/page";
import { scoresOf, type Score, type Shape } from "../attacks/score";
import { stageOf } from "../attacks/stage";
import { explain } from "../attacks/survivors";
import { settingsFromFile } from "../config";
import type { Rendered } from "../graph";
import { parseOptions, runCommand } from "./options";

const usage = `Tries every attack of the table, weakens every policy to see whether the table notices, and compares docs/proof.md.

npm run proof -- [--write] [--json]
  --write           writes docs/proof.md`;

const root = join(__dirname, "..", "..");
const proofFile = join(root, "docs", "proof.md");
const progress = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`));

/** In a process of its own: Pulumi's SDK keeps its state in globals. */
async function rendered(file: string): Promise<Rendered> {
    const { stdout } = await promisify(execFile)(process.execPath, ["-r", "./register.cjs", join(__dirname, "render.ts"), "--json", "--config", file], { cwd: root, maxBuffer: 1 << 28 });
    return JSON.parse(stdout) as Rendered;
}

async function shapeOf(name: string, file: string): Promise<Shape> {
    progress(`rendering ${name}`);
    const [graph, settings] = [await rendered(file), settingsFromFile(file)];
    const stage = stageOf(graph, settings);
    return { name, stage, documents: documentsOf(graph, settings), attacks: attacksOf(stage) };
}

/** Pulumi.prod.yaml with a trail of its own and a suspended account: statements that no other configuration here has. */
async function hardened(file: string): Promise<Shape> {
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-proof-"));
    try {
        const content = parse(readFileSync(file, "utf8")) as { config: Record<string, Record<string, unknown>> };
        content.config["rds-vault:monitoring"]!.trail = "create";
        content.config["rds-vault:vault"]!.suspendedAccounts = ["111122223333"];
        const written = join(folder, "Pulumi.prod.yaml");
        writeFileSync(written, stringify(content));
        const shape = await shapeOf("a trail of its own and a suspended account", written);
        return { ...shape, attacks: shape.attacks.filter(({ id }) => /trail|suspended/.test(id)) };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

function proven(shape: Shape, file: string, known?: ReadonlySet<string>): Proven {
    const { name, stage, documents, attacks } = shape;
    progress(`attacks: ${name}`);
    const judged = attacks.map((attack) => ({ attack, verdict: judgeAttack(documents, stage, attack, { guardrails: true }) }));
    // The cases of a table that was counted before aren't counted again.
    const counted = known ? [] : judged;
    const without = known ? [] : openWithoutGuardrails(stage, documents, attacks);
    return {
        name, file: relative(root, file), counts: countsOf(counted), cells: cellsOf(counted), rows: rowsOf(counted), findings: findingsOf(judged).map((finding) => `${name}: ${finding}`),
        withoutGuardrails: without.filter((attack) => !declaresLock(attack)),
        leftToLock: without.filter(declaresLock).length,
        scores: scoresOf(shape, known, (document) => progress(`${name}: ${document}`)),
    };
}

const noticedIn = (shapes: readonly Proven[]): ReadonlySet<string> => new Set(shapes.flatMap(({ scores }) => scores.flatMap(({ noticed }: Score) => noticed)));

void runCommand(async () => {
    const { write, json } = parseOptions(usage, { write: { type: "boolean", default: false } });
    const files = { prod: join(root, "Pulumi.prod.yaml"), organization: join(root, "tests", "fixtures", "Pulumi.organization.yaml") };
    const listed = await shapeOf("listed accounts", files.prod);
    const organization = await shapeOf("an organization", files.organization);
    const third = await hardened(files.prod);
    const two = [proven(listed, files.prod), proven(organization, files.organization)];
    const shapes = [...two, proven(third, files.prod, noticedIn(two))];
    progress("");
    // One function writes a statement for all configurations: what one table notices isn't dead weight in the others.
    const noticed = noticedIn(shapes);
    const explanation = explain(shapes.flatMap(({ scores }) => scores.flatMap(({ survivors }) => survivors)).filter((name) => !noticed.has(name)));
    const proof: Proof = { shapes, explanation, elsewhere: playedElsewhere };
    const text = page(proof);
    if (write) writeFileSync(proofFile, text);
    const problems = [
        ...shapes.flatMap(({ findings }) => findings),
        ...explanation.unexplained.map((name) => `survives without a reason: ${name}. Add a case that notices it, take it out of the policy, or give the reason in rehearsal/attacks/survivors.ts.`),
        ...explanation.stale.map((name) => `explained, and no survivor: ${name}. Take it out of rehearsal/attacks/survivors.ts.`),
        ...(current() === text ? [] : ["docs/proof.md isn't current. Run npm run proof -- --write."]),
    ];
    console.log(json ? JSON.stringify({ shapes: shapes.map(({ withoutGuardrails, ...rest }) => ({ ...rest, stoppedWithoutGuardrails: rest.counts.stopped - withoutGuardrails.length, withoutGuardrails: withoutGuardrails.map(({ id }) => id) })), explanation, problems }, null, 2) : summary(proof));
    if (!json) for (const problem of problems) console.error(problem);
    return problems.length > 0 ? 1 : 0;
});

function current(): string | undefined {
    try {
        return readFileSync(proofFile, "utf8");
    } catch {
        return undefined;
    }
}

function summary({ shapes, explanation }: Proof): string {
    const counted = shapes.map(({ name, counts: { tried, stopped, notPreventable, succeeded }, withoutGuardrails, scores }) => {
        const mutants = scores.reduce((sum, each) => sum + each.mutants, 0);
        const survived = scores.reduce((sum, each) => sum + each.survivors.length, 0);
        const attacks = tried > 0 ? `${tried} attacks, ${stopped} stopped with the guardrails attached, ${stopped - withoutGuardrails.length} without, ${notPreventable} not preventable, ${succeeded} succeeded; ` : "";
        return `${name}: ${attacks}${mutants} changes of policies, ${mutants - survived} noticed`;
    });
    const explained = explanation.reasons.reduce((sum, { survivors }) => sum + survivors.length, 0);
    return [gridTable(shapes[0]!.cells), "A number: stopped, with the guardrails attached. D: not preventable, detected. X: neither.", "", ...counted, `${explained} survivors with a reason, ${explanation.unexplained.length} without`].join("\n");
}
