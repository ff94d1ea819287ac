/**
 * A service-managed StackSet: its template, deployed into each member of the target units, some minutes after it joined.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 */
import type { SimMember, World } from "./types";

/** Ours: AWS says "automatically" and names no time (README: not yet proven). */
const deployMs = 8 * 60_000;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Properties = Readonly<Record<string, Json>>;

interface Template {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
}

export interface StackSet {
    /** JSON. */
    readonly templateBody: string;
    /** Members in and below these. */
    readonly units: readonly string[];
    /** Whether members that join later get it too. */
    readonly autoDeployment: boolean;
}

/** Members of now have it at once, as after `pulumi up`. Nothing is removed from one that leaves: the set retains its stacks. */
export function installStackSet(world: World, { templateBody, units, autoDeployment }: StackSet): void {
    const template = JSON.parse(templateBody) as Template;
    const deployed = new Set<string>();
    const isTarget = ({ id, state }: SimMember) =>
        // Never into the management account: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
        state === "ACTIVE" && !world.organization.isManagement(id) && world.organization.unitsOf(id).some((unit) => units.includes(unit));

    function deploy(id: string): void {
        const member = world.organization.member(id);
        if (!member || !isTarget(member) || deployed.has(id)) return;
        deployed.add(id);
        installStack(world, template, id);
    }

    for (const { id } of world.organization.members()) deploy(id);
    if (autoDeployment) world.organization.onJoin(({ id }) => world.clock.at(world.clock.now + deployMs, () => deploy(id)));
}

/** The resource types that the template uses; any other is an error. */
function installStack(world: World, { Resources }: Template, account: string): void {
    const { partition, region } = world;
    const pseudo: Record<string, string> = { "AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": partition };

    /** `Ref`: what a resource is called; `Arn`: its ARN. */
    function attribute(name: string, which: "Ref" | "Arn"): string {
        const resource = Resources[name];
        if (!resource) throw new Error(`The template refers to ${name} and has no such resource`);
        const { RoleName, Path = "/", Name } = resource.Properties as Record<string, string>;
        if (resource.Type === "AWS::IAM::Role") return which === "Ref" ? String(RoleName) : `arn:${partition}:iam::${account}:role${Path}${RoleName}`;
        if (resource.Type === "AWS::Events::Rule") return which === "Ref" ? String(Name) : `arn:${partition}:events:${region}:${account}:rule/${Name}`;
        throw new Error(`${which} of a ${resource.Type} isn't simulated`);
    }

    const named = (name: string) => pseudo[name] ?? attribute(name, "Ref");

    /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
    function resolve(value: Json): Json {
        if (Array.isArray(value)) return value.map(resolve);
        if (typeof value !== "object" || value === null) return value;
        const [[name, argument] = [], ...more] = Object.entries(value);
        if (more.length === 0 && (name === "Ref" || name?.startsWith("Fn::"))) {
            if (name === "Ref") return named(String(argument));
            if (name === "Fn::Sub" && typeof argument === "string") return argument.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, what: string) => (literal ? `\${${what}}` : named(what)));
            if (name === "Fn::GetAtt" && Array.isArray(argument) && argument[1] === "Arn") return attribute(String(argument[0]), "Arn");
            throw new Error(`${name} of ${JSON.stringify(argument)} isn't simulated`);
        }
        return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
    }

    for (const [name, { Type, Properties }] of Object.entries(Resources)) {
        const properties = resolve(Properties) as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- as various as CloudFormation
        if (Type === "AWS::IAM::Role") {
            const policies = ((properties.Policies ?? []) as { PolicyDocument: Json }[]).map(({ PolicyDocument }) => JSON.stringify(PolicyDocument));
            world.iam.addRole({ arn: attribute(name, "Arn"), account, trust: JSON.stringify(properties.AssumeRolePolicyDocument), policies });
        } else if (Type === "AWS::Events::Rule") {
            if (properties.State !== undefined && properties.State !== "ENABLED") continue;
            const targets = (properties.Targets as { Arn: string; RoleArn?: string; DeadLetterConfig?: { Arn: string } }[]).map(({ Arn, RoleArn, DeadLetterConfig }) => ({ arn: Arn, roleArn: RoleArn, deadLetterArn: DeadLetterConfig?.Arn }));
            const busArn = `arn:${partition}:events:${region}:${account}:event-bus/${properties.EventBusName ?? "default"}`;
            world.events.addRule({ arn: attribute(name, "Arn"), account, busArn, pattern: JSON.stringify(properties.EventPattern), targets });
        } else throw new Error(`${name}: the simulated CloudFormation doesn't know the type ${Type}`);
    }
}
