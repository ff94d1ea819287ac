/** The verdict of every attack, found in a thread of its own: the rehearsal plays its nights meanwhile. */
import { join } from "node:path";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { documentsOf } from "./documents";
import { attacksOf } from "./index";
import { judgeAttack, type AttackVerdict } from "./judge";
import { stageOf } from "./stage";
import type { Settings } from "../../components/settings";
import type { Rendered } from "../graph";

interface Asked {
    readonly judgeAll: { readonly rendered: Rendered; readonly settings: Settings };
}

/** By the attack's id. */
export type Verdicts = ReadonlyMap<string, AttackVerdict>;

/** `stop` ends it early, where nobody will ask for the verdicts any more. */
export function judgeAll(rendered: Rendered, settings: Settings): { verdicts: Promise<Verdicts>; stop(): Promise<unknown> } {
    const worker = new Worker(__filename, { execArgv: ["-r", join(__dirname, "../../register.cjs")], workerData: { judgeAll: { rendered, settings } } satisfies Asked });
    const verdicts = new Promise<Verdicts>((resolve, reject) => {
        worker.once("message", resolve).once("error", reject).once("exit", () => reject(new Error("The attacks' thread ended without its verdicts")));
    });
    // Whoever plays the nights asks for them later; until then a failure of the thread is no unhandled one.
    verdicts.catch(() => undefined);
    return { verdicts, stop: () => worker.terminate() };
}

const asked = (workerData as Partial<Asked> | null)?.judgeAll;
if (asked) {
    const { rendered, settings } = asked;
    const documents = documentsOf(rendered, settings);
    const stage = stageOf(rendered, settings);
    parentPort!.postMessage(new Map(attacksOf(stage).map((attack) => [attack.id, judgeAttack(documents, stage, attack, { guardrails: true })])));
}
