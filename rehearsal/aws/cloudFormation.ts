/**
 * A service-managed StackSet: its template, deployed into each member of the target units, some minutes after it joined.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 */
import { AwsError, type SimMember, type World } from "./types";

/** Ours: AWS says "automatically" and names no time (README: not yet proven). */
const deployMs = 8 * 60_000;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Properties = Readonly<Record<string, Json>>;

interface Template {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
}

/** Stacks for the members in and below some units; an operation of its own. */
export interface Deployment {
    readonly units: readonly string[];
    /** Of the members there that may fail. Default 0. */
    readonly failureTolerancePercentage?: number;
}

export interface StackSet {
    /** JSON. */
    readonly templateBody: string;
    readonly deployments: readonly Deployment[];
    /** Whether members that join later get it too, and whether those that go keep their stack. */
    readonly autoDeployment: { readonly enabled: boolean; readonly retainStacksOnAccountRemoval: boolean };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackInstanceComprehensiveStatus.html */
export type Outcome = "SUCCEEDED" | "FAILED" | "CANCELLED";

export interface Operation {
    /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperation.html */
    readonly status: "SUCCEEDED" | "FAILED";
    /** By account. */
    readonly outcomes: Readonly<Record<string, Outcome>>;
}

export interface InstalledStackSet {
    /** Oldest first. */
    readonly operations: readonly Operation[];
    /** `create-stack-instances` for single accounts of the units. */
    create(accounts: readonly string[]): Operation;
}

const installed = new WeakMap<World, InstalledStackSet>();

/** The StackSet that was last installed in a world. */
export function stackSetOf(world: World): InstalledStackSet {
    const set = installed.get(world);
    if (!set) throw new Error("This world has no StackSet");
    return set;
}

/** Members of now have it at once, as after `pulumi up`, which ends well here whatever became of single accounts. */
export function installStackSet(world: World, { templateBody, deployments, autoDeployment }: StackSet): void {
    const template = JSON.parse(templateBody) as Template;
    const units = deployments.flatMap((each) => each.units);
    /** What the set knows of an account: the unit by which it is a target, and whether its stack stands. */
    const instances = new Map<string, { readonly unit: string; readonly current: boolean }>();
    const operations: Operation[] = [];

    /** The enrolled unit that makes a member a target. */
    function unitOf(id: string): string | undefined {
        // Never into the management account: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
        if (world.organization.member(id)?.state !== "ACTIVE" || world.organization.isManagement(id)) return undefined;
        return world.organization.unitsOf(id).find((unit) => units.includes(unit));
    }

    function deploy(id: string, unit: string): Outcome {
        // An update that changes nothing: a role that somebody took away stays away.
        if (instances.get(id)?.current) return "SUCCEEDED";
        try {
            stackIn(world, template, id).create();
            instances.set(id, { unit, current: true });
            return "SUCCEEDED";
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            instances.set(id, { unit, current: false });
            return "FAILED";
        }
    }

    /**
     * One account after another; AWS has some under way at once, which end as they may. Percentages are rounded down:
     * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
     */
    function operate(accounts: readonly string[], failureTolerancePercentage = 0): Operation {
        const tolerated = Math.floor((accounts.length * failureTolerancePercentage) / 100);
        const outcomes: Record<string, Outcome> = {};
        let failed = 0;
        for (const id of accounts) {
            const unit = unitOf(id);
            if (!unit) throw new Error(`${id} isn't in a unit of the StackSet`);
            if (failed > tolerated) {
                instances.set(id, instances.get(id) ?? { unit, current: false });
                outcomes[id] = "CANCELLED";
            } else if ((outcomes[id] = deploy(id, unit)) === "FAILED") failed++;
        }
        const operation = { status: failed > tolerated ? "FAILED" : "SUCCEEDED", outcomes } as const;
        operations.push(operation);
        return operation;
    }

    /** The set forgets an account that is no target by its unit any more; a stack that is retained is nobody's from then on. */
    function forget(id: string): void {
        const known = instances.get(id);
        if (!known || known.unit === unitOf(id)) return;
        instances.delete(id);
        if (known.current && !autoDeployment.retainStacksOnAccountRemoval) stackIn(world, template, id).remove();
    }

    /**
     * For each account an operation of its own; preferences don't apply:
     * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
     */
    function deployLater({ id }: SimMember): void {
        forget(id);
        world.clock.at(world.clock.now + deployMs, () => void (unitOf(id) && !instances.has(id) && operate([id])));
    }

    for (const { units: own, failureTolerancePercentage } of deployments) {
        const targets = world.organization.members().map(({ id }) => id).filter((id) => own.includes(unitOf(id) ?? ""));
        operate(targets, failureTolerancePercentage);
    }
    if (autoDeployment.enabled) {
        world.organization.onJoin(deployLater);
        world.organization.onLeave(forget);
    }
    installed.set(world, { operations, create: (accounts) => operate(accounts) });
}

/** An account's stack. The resource types that the template uses; any other is an error. */
function stackIn(world: World, { Resources }: Template, account: string) {
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

    const roles = Object.entries(Resources).filter(([, { Type }]) => Type === "AWS::IAM::Role").map(([name]) => attribute(name, "Arn"));

    /**
     * All or nothing, as after the rollback. What has the name already isn't taken over, not even from a retained stack of the same template:
     * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html,
     * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2427
     */
    function create(): void {
        for (const arn of roles) {
            // A role's name is taken whatever the path: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
            if ([arn, arn.replace(/:role\/.*\//, ":role/")].some((each) => world.iam.role(each))) throw new AwsError("AlreadyExists", `${arn} already exists`);
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

    /** Its rule stays in the simulation: without its role it sends nothing. */
    const remove = () => roles.forEach((arn) => world.iam.removeRole(arn));
    return { create, remove };
}
