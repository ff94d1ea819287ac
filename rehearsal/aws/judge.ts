/**
 * Does AWS allow this call? Answered by @cloud-copilot/iam-simulate in Strict mode, never by code of ours.
 *
 * The evaluator is asynchronous and `World.authorize` isn't, so it runs in a worker thread that the main thread waits for.
 * Only Strict `runSimulation` is used: its synchronous sibling checks neither action names nor context keys.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import type { Call, Guards } from "./types";

/** Which kind of policy refused. */
export type Control = "scp" | "rcp" | "resource policy" | "trust" | "identity policy" | "boundary" | "endpoint policy" | "public access block";

export interface Verdict {
    readonly allowed: boolean;
    readonly why: string;
    /** Everything that refuses: each statement that denies, or, where none does, each policy that doesn't allow (`sid` ""). */
    readonly deniedBy: readonly { readonly control: Control; readonly sid: string }[];
}

interface Question {
    readonly principal: string;
    readonly action: string;
    readonly resource: string;
    readonly account: string;
    readonly context: Record<string, string | string[]>;
    readonly identity: readonly string[];
    readonly resourcePolicy?: string;
    readonly scps: readonly string[];
    readonly rcps: readonly string[];
}

/** Runs in the worker: self-contained, because its text is what the worker gets. */
function evaluate(): void {
    const { workerData, parentPort } = require("node:worker_threads") as typeof import("node:worker_threads");
    const simulate = require(workerData.simulate) as typeof import("@cloud-copilot/iam-simulate");
    const policies = require(workerData.policy) as typeof import("@cloud-copilot/iam-policy");
    const port = workerData.port as MessagePort;
    const flag = new Int32Array(workerData.flag as SharedArrayBuffer);
    const validated = new Map<string, unknown>();

    // The evaluator compares long names letter by letter, and localeCompare with options makes a new collator for each pair.
    // One collator answers the same (https://tc39.es/ecma402/#sup-String.prototype.localeCompare) in a tenth of the time.
    const { compare } = new Intl.Collator(undefined, { sensitivity: "accent" });
    const { localeCompare } = String.prototype;
    String.prototype.localeCompare = function (this: string, that: string, locales?: Intl.LocalesArgument, options?: Intl.CollatorOptions): number {
        const ours = locales === undefined && options?.sensitivity === "accent" && Object.keys(options).length === 1;
        return ours ? compare(String(this), String(that)) : localeCompare.call(this, that, locales as string, options);
    };

    /** Validating costs far more than judging: once per document. */
    function load(text: string, kind: "Identity" | "Resource" | "Trust" | "ServiceControl" | "ResourceControl"): unknown {
        let policy = validated.get(kind + text);
        if (!policy) {
            const created = policies.createValidatedPolicy(JSON.parse(text), policies[`validate${kind}Policy`]);
            if (created.errors.length > 0) throw new Error(`invalid ${kind} policy: ${JSON.stringify(created.errors)} in ${text}`);
            validated.set(kind + text, (policy = created));
        }
        return policy;
    }

    const controls = { scp: "scp", rcp: "rcp", identity: "identity policy", pb: "boundary", vpce: "endpoint policy", "s3-bpa": "public access block" } as const;
    // Attached to everything by AWS; what is attached besides only denies.
    const fullAccess = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
    const level = (orgIdentifier: string, texts: readonly string[], kind: "ServiceControl" | "ResourceControl") =>
        texts.length > 0 ? [{ orgIdentifier, policies: texts.map((text, i) => ({ name: `${kind} ${i + 1}`, policy: load(text, kind) })) }] : [];

    async function answer(q: Question): Promise<Verdict> {
        const isTrust = q.action === "sts:AssumeRole" || q.action === "sts:TagSession";
        const result = await simulate.runSimulation(
            {
                request: {
                    principal: q.principal,
                    action: q.action,
                    resource: { resource: q.resource, accountId: q.account },
                    contextVariables: q.context,
                },
                identityPolicies: q.identity.map((text, i) => ({ name: `policy ${i + 1}`, policy: load(text, "Identity") })),
                resourcePolicy: q.resourcePolicy && load(q.resourcePolicy, isTrust ? "Trust" : "Resource"),
                serviceControlPolicies: level("account", q.scps.length > 0 ? [fullAccess, ...q.scps] : [], "ServiceControl"),
                // The evaluator adds RCPFullAWSAccess by itself.
                resourceControlPolicies: level("account", q.rcps, "ResourceControl"),
            },
            { simulationMode: "Strict" },
        );
        if (result.resultType === "error") throw new Error(`can't judge ${q.action} on ${q.resource}: ${JSON.stringify(result.errors)}`);
        const all = result.resultType === "single" ? [result.result] : result.results;
        // A key that the evaluator drops would make a condition on it look tested when it isn't.
        const ignored = all.flatMap((each) => each.ignoredContextKeys ?? []);
        if (ignored.length > 0) throw new Error(`${q.action} on ${q.resource} never has the context keys ${[...new Set(ignored)].join(", ")}`);
        // For the resource "*" the evaluator also tries the narrower ARNs of the policies; what counts is the request as a whole.
        const whole = result.resultType === "single" ? all : result.results.filter((each) => each.resourcePattern === q.resource);
        const denied = all.find((each) => each.analysis.result === "ExplicitlyDenied");
        const allowed = denied ? undefined : whole.find((each) => each.analysis.result === "Allowed");
        const name = (r: { statementId?: string; statementIndex: number }) => r.statementId ?? `statement ${r.statementIndex}`;
        if (allowed) {
            const grants = simulate.getGrantReasons(allowed.analysis).map((r) => `${r.policyType}: ${name(r)}`);
            return { allowed: true, why: `allowed by ${grants.join(", ") || "the principal's own account"}`, deniedBy: [] };
        }
        const analysis = (denied ?? all[0])?.analysis;
        const denials = analysis ? simulate.getDenialReasons(analysis) : [];
        const reasons = denials.map((r) => (r.denialType === "Explicit" ? `${r.policyType}: denied by ${name(r)}` : `${r.policyType}: no statement allows it`));
        const deniedBy = denials.map((r) => ({
            control: r.policyType === "resource" ? (isTrust ? ("trust" as const) : ("resource policy" as const)) : controls[r.policyType],
            sid: r.denialType === "Explicit" ? name(r) : "",
        }));
        // Allowed on narrower ARNs only: the caller's own policy has nothing for the request as a whole.
        const missing = deniedBy.length > 0 || whole.length > 0 ? deniedBy : [{ control: "identity policy" as const, sid: "" }];
        return { allowed: false, why: reasons.join("; ") || "no policy allows it", deniedBy: missing };
    }

    parentPort!.on("message", (question: Question) => {
        answer(question)
            .then((verdict) => port.postMessage(verdict), (error: Error) => port.postMessage({ error: error.message }))
            .finally(() => {
                Atomics.store(flag, 0, 1);
                Atomics.notify(flag, 0);
            });
    });
}

function startEvaluator(): (question: Question) => Verdict {
    const { port1, port2 } = new MessageChannel();
    const flag = new SharedArrayBuffer(4);
    const simulate = require.resolve("@cloud-copilot/iam-simulate");
    const policy = require.resolve("@cloud-copilot/iam-policy", { paths: [simulate] });
    const worker = new Worker(`(${evaluate.toString()})()`, { eval: true, workerData: { simulate, policy, port: port2, flag }, transferList: [port2] });
    worker.unref();
    const state = new Int32Array(flag);
    return (question) => {
        Atomics.store(state, 0, 0);
        worker.postMessage(question);
        // Until it is set: the notification of the answer before may come late, and would end this wait with nothing to receive.
        while (Atomics.load(state, 0) === 0) {
            if (Atomics.wait(state, 0, 0, 30_000) === "timed-out") throw new Error("The policy evaluator doesn't answer");
        }
        const answer = receiveMessageOnPort(port1)!.message as Verdict | { error: string };
        if ("error" in answer) throw new Error(answer.error);
        return answer;
    };
}

let ask: ((question: Question) => Verdict) | undefined;
const verdicts = new Map<string, Verdict>();
const documentIds = new Map<string, number>();

/** Keeps cache keys short without losing exactness. */
function idOf(document: string): number {
    let id = documentIds.get(document);
    if (id === undefined) documentIds.set(document, (id = documentIds.size));
    return id;
}

/**
 * Verdicts are cached on everything that they depend on, never on a pattern. `context` includes the principal's own keys.
 * @param guards the control policies that bind this very call: `guardsOn`
 */
export function judge(call: Call, identity: readonly string[], resourcePolicy?: string, { scps, rcps }: Guards = { scps: [], rcps: [] }): Verdict {
    const context = Object.fromEntries(
        Object.entries(call.context ?? {})
            .map(([key, value]): [string, string | string[]] => [key, typeof value === "string" ? value : [...value]])
            .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const { action, resource, resourceAccount: account } = call;
    const principal = call.principal.arn;
    const key = JSON.stringify([principal, action, resource, account, context, identity.map(idOf), resourcePolicy === undefined ? null : idOf(resourcePolicy), scps.map(idOf), rcps.map(idOf)]);
    let verdict = verdicts.get(key);
    if (!verdict) {
        ask ??= startEvaluator();
        verdict = ask({ principal, action, resource, account, context, identity, scps, rcps, ...(resourcePolicy !== undefined && { resourcePolicy }) });
        if (verdicts.size >= 200_000) verdicts.clear();
        verdicts.set(key, verdict);
    }
    return verdict;
}
