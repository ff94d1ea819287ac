/** The simulated AWS: one Region, many accounts, one clock. Services call each other only through this object. */
import { createClock } from "./clock";
import { guardsOn, withAwsKeys } from "./context";
import { createEventBridge } from "./eventBridge";
import { createIam } from "./iam";
import { judge } from "./judge";
import { createKms } from "./kms";
import { createLambda, type RuntimeOf } from "./lambda";
import { createLogs } from "./logs";
import { createOrganization } from "./organization";
import { createRds } from "./rds";
import { createS3 } from "./s3";
import { createSns } from "./sns";
import { createSqs } from "./sqs";
import { record } from "./trail";
import { AwsError, type Call, type JudgedCall, type World } from "./types";

export interface WorldOptions {
    readonly region: string;
    readonly partition: string;
    /** Virtual time at which the world begins, in ms. */
    readonly start: number;
    /** The same seed gives the same run. */
    readonly seed: number;
    /** Judges each call instead of IAM's rules: thousands of worlds a minute can't pay for these. */
    readonly judge?: () => { allowed: boolean; why: string };
    /** What the functions run in instead of a child process each. */
    readonly runtime?: RuntimeOf;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function createWorld({ region, partition, start, seed, judge: instead, runtime }: WorldOptions): World {
    const world = {
        clock: createClock(start),
        region,
        partition,
        calls: [],
        interferences: [],
        schedules: new Map(),
        random: mulberry32(seed),
        authorize: (call) => authorize(world, call, instead),
    } as Partial<Mutable<World>> as Mutable<World>;
    world.iam = createIam(world);
    world.organization = createOrganization(world);
    world.kms = createKms(world);
    world.s3 = createS3(world);
    world.events = createEventBridge(world);
    world.sqs = createSqs(world);
    world.sns = createSns(world);
    world.logs = createLogs(world);
    world.rds = createRds(world);
    world.lambda = createLambda(world, { runtime });
    return world;
}

function authorize(world: World, call: Call, instead: WorldOptions["judge"]): void {
    const at = world.clock.now;
    for (const interfere of world.interferences) {
        const played = interfere(call);
        if (played) {
            const { error, fault } = played;
            note(world, { ...call, at, allowed: false, error: error.code, fault, why: `played fault: ${fault}` });
            throw error;
        }
    }
    const { principal, action, resource } = call;
    const { allowed, why } = instead ? instead() : judgeByPolicies(world, call);
    note(world, { ...call, at, allowed, why, ...(!allowed && { error: "AccessDenied" }) });
    if (!allowed) throw new AwsError("AccessDenied", `${principal.arn} is not authorized to perform: ${action} on resource: ${resource} (${why})`, 403);
}

function note(world: World, call: JudgedCall): void {
    world.calls.push(call);
    record(world, call);
}

const everything = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });

function judgeByPolicies(world: World, call: Call): { allowed: boolean; why: string } {
    const { principal, action, resource } = call;
    const context = withAwsKeys(call, world.region, world.organization);
    // A root has every right in its account that nobody denies: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
    const identity = principal.roleArn ? (world.iam.role(principal.roleArn)?.policies ?? []) : principal.arn.endsWith(":root") ? [everything] : [];
    const guards = guardsOn(call, world.iam.guardrails, world.organization.isManagement);
    return judge({ ...call, context }, identity, resourcePolicyOf(world, action, resource), guards);
}

/** The policy on the resource's side: a role's trust, or what is attached to the bucket, key, queue or bus. */
function resourcePolicyOf(world: World, action: string, resource: string): string | undefined {
    if (action === "sts:AssumeRole") return world.iam.role(resource)?.trust;
    // One policy for the whole organization: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
    if (action.startsWith("organizations:")) return world.iam.resourcePolicy("organization")?.policy;
    // An object is guarded by its bucket's policy.
    const owner = action.startsWith("s3:") ? resource.split("/", 1)[0]! : resource;
    return world.iam.resourcePolicy(owner)?.policy;
}

/** A small seeded generator in the public domain (Tommy Ettinger); good enough for weather, not for secrets. */
export function mulberry32(seed: number): () => number {
    let state = seed | 0;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}
