import { createHash } from "crypto";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../components/arns";
import { loadSettings } from "../components/config";
import { guardrailsOf } from "../components/guardrails/documents";
import type { Rendered, RenderedFunction, RenderedResource } from "./graph";

type Inputs = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- inputs are as various as AWS

const project = "rds-vault";

/**
 * Runs the program under Pulumi's mocks and returns the resource graph that `pulumi up` would send, outputs resolved.
 * One program per process: the SDK keeps its state in globals.
 * @param config flat stack configuration, `rds-vault:…` and `aws:region`, objects as JSON strings
 */
export async function render(stack: string, config: Record<string, string>): Promise<Rendered> {
    const region = config["aws:region"] ?? "";
    // Pulumi takes a stack trace for each promise, and finding the TypeScript lines to them would be a seventh of the time.
    Reflect.deleteProperty(Error, "prepareStackTrace");
    pulumi.runtime.setAllConfig(config);
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs, provider }) => ({
                id: resourceId(type, name, inputs),
                state: { ...inputs, ...computed(type, name, inputs, accountOf(provider), region) },
            }),
            call: ({ token }) => {
                throw new Error(`The program asks AWS during deployment (${token}); it must know everything from its settings.`);
            },
        },
        project,
        stack,
    );
    const resources = recordRegistrations(region);
    require("../index");
    await waitForRegistrations();
    return { stack, resources: resources(), functions: functionsOf(resources()), guardrails: guardrailsOf(loadSettings()) };
}

/** `waitForRPCs` is internal, but the only thing that waits for late registrations too. */
const waitForRegistrations = () => (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();

/** Account ids of providers by `<urn>::<id>`, as resources refer to them. */
const providers: Record<string, string> = {};
const accountOf = (provider?: string) => (provider ? providers[provider] : undefined);

/**
 * What mocks don't show (parent, protect, dependencies) is read off the registration requests. The monitor is internal:
 * nowhere else do we touch it.
 */
function recordRegistrations(region: string): () => RenderedResource[] {
    const seen: RenderedResource[] = [];
    const monitor = (pulumi.runtime as unknown as { getMonitor(): Record<string, (request: any, callback: any) => void> }).getMonitor(); // eslint-disable-line @typescript-eslint/no-explicit-any
    const register = monitor.registerResource!.bind(monitor);
    monitor.registerResource = (request, callback) =>
        register(request, (error: unknown, response: { getUrn(): string; getId(): string; getObject(): { toJavaScript(): Inputs } }) => {
            if (!error) {
                const urn = response.getUrn();
                const inputs = withoutMarkers(request.getObject().toJavaScript()) as Inputs;
                if (request.getType() === "pulumi:providers:aws") {
                    providers[`${urn}::${response.getId()}`] = JSON.parse(inputs.allowedAccountIds)[0];
                }
                const account = accountOf(request.getProvider());
                seen.push({
                    urn,
                    type: request.getType(),
                    name: request.getName(),
                    account,
                    region: account && region,
                    inputs,
                    outputs: request.getCustom() ? (withoutMarkers({ ...response.getObject().toJavaScript(), id: response.getId() }) as Inputs) : undefined,
                    protect: request.getProtect() ?? false,
                    retainOnDelete: request.getRetainondelete() ?? false,
                    parent: request.getParent() || undefined,
                    dependsOn: [...request.getDependenciesList()].sort(),
                    timeouts: timeoutsOf(request.getCustomtimeouts()),
                    deleteBeforeReplace: request.getDeletebeforereplace() ? true : undefined,
                });
            }
            callback(error, response);
        });
    return () => seen;
}

const timeoutsOf = (given?: { getCreate(): string; getUpdate(): string; getDelete(): string }) =>
    given && { create: given.getCreate(), update: given.getUpdate(), delete: given.getDelete() };

const assetSignature = "4dabf18193072939515e22adb298388d";

/** Assets travel with a type signature; the graph keeps their content only. */
function withoutMarkers(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutMarkers);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
        Object.entries(value)
            .filter(([key]) => key !== assetSignature)
            .map(([key, each]) => [key, withoutMarkers(each)]),
    );
}

/** AWS chooses a key's id; everything else is known by name. Deterministic, so that two renders are equal. */
function uuidOf(name: string): string {
    const hex = createHash("sha256").update(name).digest("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

function resourceId(type: string, name: string, inputs: Inputs): string {
    if (type === "aws:kms/key:Key" || type.startsWith("pulumi:providers:")) return uuidOf(name);
    return inputs.bucket ?? inputs.name ?? `${name}-id`;
}

/** The outputs that other resources of the program use, in AWS's form. */
function computed(type: string, name: string, inputs: Inputs, account: string | undefined, region: string): Inputs {
    const partition = partitionOf(region);
    const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
    switch (type) {
        case "aws:kms/key:Key":
            return { arn: arn("kms", `key/${uuidOf(name)}`), keyId: uuidOf(name) };
        case "aws:sns/topic:Topic":
            return { arn: arn("sns", inputs.name) };
        case "aws:s3/bucket:Bucket":
            return { arn: `arn:${partition}:s3:::${inputs.bucket}` };
        case "aws:iam/role:Role":
            return { arn: `arn:${partition}:iam::${account}:role${inputs.path}${inputs.name}` };
        case "aws:sqs/queue:Queue":
            return { arn: arn("sqs", inputs.name), url: `https://sqs.${region}.amazonaws.com/${account}/${inputs.name}` };
        case "aws:lambda/function:Function":
            return { arn: arn("lambda", `function:${inputs.name}`) };
        case "aws:cloudwatch/eventBus:EventBus":
            return { arn: arn("events", `event-bus/${inputs.name}`) };
        case "aws:cloudwatch/eventRule:EventRule":
            return { arn: arn("events", `rule/${inputs.eventBusName ? `${inputs.eventBusName}/` : ""}${inputs.name}`) };
        case "aws:scheduler/scheduleGroup:ScheduleGroup":
            return { arn: arn("scheduler", `schedule-group/${inputs.name}`) };
        case "aws:scheduler/schedule:Schedule":
            return { arn: arn("scheduler", `schedule/${inputs.groupName}/${inputs.name}`) };
        case "aws:cloudwatch/logGroup:LogGroup":
            return { arn: arn("logs", `log-group:${inputs.name}`) };
        default:
            return {};
    }
}

const functionKeys: Record<string, string> = { "hub-starter": "start", "hub-sealer": "seal", "hub-sweeper": "sweep", "watch-watcher": "watch" };

function functionsOf(resources: RenderedResource[]): Record<string, RenderedFunction> {
    const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
    return Object.fromEntries(
        functions.map(({ name, inputs }) => {
            const assets: Record<string, { text?: string }> = inputs.code.assets;
            const files = Object.fromEntries(Object.entries(assets).map(([path, { text }]) => [path, text ?? ""]));
            return [functionKeys[name] ?? name, { handler: inputs.handler, environment: inputs.environment.variables, files }];
        }),
    );
}
