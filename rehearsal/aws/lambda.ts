/** Functions, their logs, and their queues' mappings. An invocation takes no virtual time: the clock stands while it runs. */
import { LambdaProcess, type Invocation, type Outcome, type ProcessOptions } from "./lambdaProcess";
import { startMapping } from "./queueMapping";
import { AwsError, type Lambda, type LogLine, type Principal, type Run, type World } from "./types";

type FunctionOptions = Parameters<Lambda["addFunction"]>[0];

/** What a function runs in. */
export interface Runtime {
    call(invocation: Invocation): Promise<Outcome>;
    stop(): Promise<void>;
}
export type RuntimeOf = (world: World, options: ProcessOptions) => Runtime;

interface Installed {
    readonly options: FunctionOptions;
    readonly process: Runtime;
    /** The role's session, from the first cold start on. */
    session(): Principal;
    logStream?: string;
}

const inChildProcess: RuntimeOf = (_world, options) => new LambdaProcess(options);

/** @param patienceMs real time after which a hanging invocation is killed */
export function createLambda(world: World, { patienceMs = 20_000, runtime = inChildProcess }: { patienceMs?: number; runtime?: RuntimeOf } = {}): Lambda {
    const functions = new Map<string, Installed>();
    const logs: LogLine[] = [];
    const runs: Run[] = [];
    let requests = 0;
    let streams = 0;

    function functionOf(arn: string): Installed {
        const found = functions.get(arn);
        if (!found) throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
        return found;
    }

    function environment({ options, session }: Pick<Installed, "options" | "session">): Record<string, string> {
        return {
            ...Object.fromEntries(Object.entries(options.environment).map(([name, value]) => [name, reachable(value)])),
            AWS_REGION: world.region,
            AWS_LAMBDA_FUNCTION_NAME: options.name,
            AWS_ACCESS_KEY_ID: world.iam.issue(session()),
            AWS_SECRET_ACCESS_KEY: "secret",
            AWS_SESSION_TOKEN: "token",
            ...(lambda.endpoint && { AWS_ENDPOINT_URL: lambda.endpoint }),
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        };
    }

    /** The SDK takes a queue's URL for its endpoint, whatever AWS_ENDPOINT_URL says. */
    function reachable(value: string): string {
        const sqs = `https://sqs.${world.region}.amazonaws.com/`;
        return lambda.endpoint && value.startsWith(sqs) ? `${lambda.endpoint.replace(/\/$/, "")}/${value.slice(sqs.length)}` : value;
    }

    /** Lines that the role may not write are lost, as on AWS. */
    function write(fn: Installed, lines: readonly string[]): void {
        if (lines.length === 0) return;
        const { options } = fn;
        const call = (action: string, stream: string) =>
            world.authorize({
                principal: fn.session(),
                action,
                resource: `${options.logGroupArn}:log-stream:${stream}`,
                resourceAccount: options.account,
            });
        try {
            if (!fn.logStream) {
                const stream = `${new Date(world.clock.now).toISOString().slice(0, 10).replace(/-/g, "/")}/[$LATEST]${(++streams).toString(16).padStart(32, "0")}`;
                call("logs:CreateLogStream", stream);
                fn.logStream = stream;
            }
            call("logs:PutLogEvents", fn.logStream);
        } catch (error) {
            if (error instanceof AwsError) return;
            throw error;
        }
        logs.push(...lines.map((text) => ({ at: world.clock.now, function: options.name, text, json: jsonOf(text) })));
    }

    const lambda: Lambda = {
        logs,
        runs,
        writerOf: (logGroupArn) => [...functions.values()].find(({ options }) => options.logGroupArn === logGroupArn)?.options.name,
        addFunction(options) {
            let known: Principal | undefined;
            const session = () => (known ??= world.iam.assumeAsService("lambda.amazonaws.com", options.roleArn, { account: options.account }));
            const process = runtime(world, { ...options, environment: () => environment({ options, session }), patienceMs });
            functions.set(options.arn, { options, process, session });
        },
        addMapping(options) {
            const { session } = functionOf(options.functionArn);
            startMapping(world, { ...options, session, invoke: (event) => lambda.invoke(options.functionArn, event) });
        },
        async invoke(functionArn, payload, by) {
            const fn = functionOf(functionArn);
            const { name, account, timeoutMs } = fn.options;
            if (by) world.authorize({ principal: by, action: "lambda:InvokeFunction", resource: functionArn, resourceAccount: account });
            const awsRequestId = `00000000-0000-4000-9000-${(++requests).toString().padStart(12, "0")}`;
            const outcome = await fn.process.call({ now: world.clock.now, event: payload, context: { awsRequestId, functionName: name, timeoutMs } });
            write(fn, outcome.logs);
            runs.push({ at: world.clock.now, function: name, failed: outcome.error !== undefined });
            if (outcome.error) throw Object.assign(new Error(outcome.error.message), { name: outcome.error.name });
            return outcome.result;
        },
        async stop() {
            await Promise.all([...functions.values()].map(({ process }) => process.stop()));
        },
    };
    return lambda;
}

function jsonOf(text: string): Record<string, unknown> | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
    } catch {
        return undefined;
    }
}
