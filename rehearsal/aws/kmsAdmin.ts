/** Calls that change a key, and grants. https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html */
import { guardsOn, withAwsKeys } from "./context";
import { hex } from "./ids";
import { judge } from "./judge";
import { record } from "./trail";
import { AwsError, type Call, type Grant, type Key, type KeyState, type Kms, type Principal, type World } from "./types";

const dayMs = 86_400_000;

/** A key, and what KMS keeps of it besides. */
export interface Held extends Key {
    readonly grants: Map<string, Grant>;
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
export function stateOf({ enabled, deletionAt }: Key, now: number): KeyState {
    if (deletionAt !== undefined) return deletionAt > now ? "PendingDeletion" : "Deleted";
    return enabled ? "Enabled" : "Disabled";
}

/** What another account may call at all, of what isn't cryptographic: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html */
const crossing = new Set(["kms:CreateGrant", "kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:GetPublicKey", "kms:ListGrants", "kms:RetireGrant", "kms:RevokeGrant"]);

const allowing = (principal: string, actions: readonly string[]) => ({ Effect: "Allow", Principal: { AWS: principal }, Action: actions, Resource: "*" });

/** Judges under another policy of the key than the one that it has, which comes back. */
function under<T>(world: World, { arn, account }: Held, policy: string, what: () => T): T {
    const own = world.iam.resourcePolicy(arn)?.policy ?? JSON.stringify({ Version: "2012-10-17", Statement: [] });
    world.iam.setResourcePolicy(arn, account, policy);
    try {
        return what();
    } finally {
        world.iam.setResourcePolicy(arn, account, own);
    }
}

const isOne = ({ arn, roleArn, account }: Principal, named: string | undefined) => named !== undefined && (named === arn || named === roleArn || (named.endsWith(":root") && named.split(":")[4] === account));

/**
 * A grant allows as the key policy does, and a denial beats it: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html. So it is judged
 * as one more statement of the key policy. Whether a grantee of another account needs his own account's leave too isn't said there; here he does.
 */
export function lent(world: World, key: Held, principal: Principal, action: string, judged: () => void): void {
    const grants = [...key.grants.values()].filter(({ grantee, operations }) => isOne(principal, grantee) && operations.includes(action.slice("kms:".length)));
    if (grants.length === 0) return judged();
    const { Statement = [], ...rest } = JSON.parse(world.iam.resourcePolicy(key.arn)?.policy ?? '{"Version":"2012-10-17"}') as { Statement?: unknown[] };
    under(world, key, JSON.stringify({ ...rest, Statement: [...Statement, ...grants.map(({ grantee }) => allowing(grantee, [action]))] }), judged);
}

type Administration = Omit<Kms, "addKey" | "key" | "state" | "use">;

export function administration(world: World, open: (keyArn: string) => Held): Administration {
    function callOn(key: Held, principal: Principal, action: string, context?: Call["context"]): Call {
        return { principal, action, resource: key.arn, resourceAccount: key.account, context: { ...(principal.account && { "kms:CallerAccount": principal.account }), ...context } };
    }

    /** What no policy decides: seen by the trail as any refusal. */
    function refuse(call: Call, why: string): never {
        const refused = { ...call, at: world.clock.now, allowed: false, error: "AccessDenied", why };
        world.calls.push(refused);
        record(world, refused);
        throw new AwsError("AccessDenied", `${call.principal.arn} is not authorized to perform: ${call.action} on resource: ${call.resource} (${why})`, 403);
    }

    function judged(principal: Principal, action: string, keyArn: string, context?: Call["context"]): Held {
        const key = open(keyArn);
        const call = callOn(key, principal, action, context);
        if (principal.account !== key.account && !crossing.has(action)) refuse(call, "key administration never crosses accounts, whatever the key policy says");
        world.authorize(call);
        return key;
    }

    /** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
    function inState(key: Held, isFit: boolean): void {
        if (!isFit) throw new AwsError("KMSInvalidStateException", `${key.arn} is ${stateOf(key, world.clock.now)}.`);
    }
    const isPending = (key: Held) => stateOf(key, world.clock.now) === "PendingDeletion";

    function enable(principal: Principal, action: string, keyArn: string, enabled: boolean): void {
        const key = judged(principal, action, keyArn);
        inState(key, !isPending(key));
        key.enabled = enabled;
    }

    function grantOf(key: Held, id: string) {
        const grant = key.grants.get(id);
        if (!grant) throw new AwsError("NotFoundException", `Grant ${id} does not exist`);
        return grant;
    }

    return {
        // 7 to 30 days, 30 by default: https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
        scheduleKeyDeletion(principal, keyArn, days = 30) {
            const key = judged(principal, "kms:ScheduleKeyDeletion", keyArn, { "kms:ScheduleKeyDeletionPendingWindowInDays": String(days) });
            if (!(days >= 7 && days <= 30)) throw new AwsError("ValidationException", `PendingWindowInDays must be 7 to 30, and is ${days}`);
            inState(key, !isPending(key));
            Object.assign(key, { enabled: false, deletionAt: world.clock.now + days * dayMs });
        },
        cancelKeyDeletion(principal, keyArn) {
            const key = judged(principal, "kms:CancelKeyDeletion", keyArn);
            inState(key, isPending(key));
            // It comes back disabled: https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
            delete key.deletionAt;
        },
        disableKey: (principal, keyArn) => enable(principal, "kms:DisableKey", keyArn, false),
        enableKey: (principal, keyArn) => enable(principal, "kms:EnableKey", keyArn, true),

        putKeyPolicy(principal, keyArn, policy, { bypassSafetyCheck = false } = {}) {
            const key = judged(principal, "kms:PutKeyPolicy", keyArn, { "kms:BypassPolicyLockoutSafetyCheck": String(bypassSafetyCheck) });
            // Whoever puts it must be able to put the next one: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
            if (!bypassSafetyCheck && !wouldLet(callOn(key, principal, "kms:PutKeyPolicy", { "kms:BypassPolicyLockoutSafetyCheck": "false" }), policy)) {
                throw new AwsError("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.");
            }
            world.iam.setResourcePolicy(keyArn, key.account, policy);
        },
        administer: (principal, action, keyArn, context) => void judged(principal, action, keyArn, context),

        /** Without kms:GrantIsForAWSResource, which only a service's request has: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
        createGrant(principal, keyArn, { grantee, operations, retiring }) {
            const context = { "kms:GranteePrincipal": grantee, "kms:GrantOperations": operations, ...(retiring !== undefined && { "kms:RetiringPrincipal": retiring }) };
            const key = judged(principal, "kms:CreateGrant", keyArn, context);
            inState(key, !isPending(key));
            const id = hex(world.random, 64);
            key.grants.set(id, { id, grantee, operations, madeBy: principal.account ?? "", ...(retiring !== undefined && { retiring }) });
            return id;
        },
        revokeGrant(principal, keyArn, id) {
            const key = judged(principal, "kms:RevokeGrant", keyArn);
            key.grants.delete(grantOf(key, id).id);
        },
        /** The grant says who may, not the key policy: https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html */
        retireGrant(principal, keyArn, id) {
            const key = open(keyArn);
            const { grantee, operations, retiring, madeBy } = grantOf(key, id);
            const call = callOn(key, principal, "kms:RetireGrant");
            const isEntitled = isOne(principal, retiring) || (isOne(principal, grantee) && operations.includes("RetireGrant")) || principal.account === madeBy;
            if (!isEntitled) refuse(call, "neither named by the grant nor of the account that made it");
            const anyone = allowing(`arn:${world.partition}:iam::${principal.account}:root`, ["kms:RetireGrant"]);
            under(world, key, JSON.stringify({ Version: "2012-10-17", Statement: [anyone] }), () => world.authorize(call));
            key.grants.delete(id);
        },
        grants: (keyArn) => [...open(keyArn).grants.values()],
    };

    /** Not a call: KMS only looks ahead. */
    function wouldLet(call: Call, policy: string): boolean {
        const { roleArn } = call.principal;
        const context = withAwsKeys(call, world.region, world.organization);
        const guards = guardsOn(call, world.iam.guardrails, (account) => world.organization.isManagement(account));
        return judge({ ...call, context }, roleArn ? (world.iam.role(roleArn)?.policies ?? []) : [], policy, guards).allowed;
    }
}
