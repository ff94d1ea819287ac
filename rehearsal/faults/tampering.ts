/** Somebody with an administrator's rights in the backup account. */
import { AwsError, type Principal } from "../aws/types";
import { hour, minute } from "../nights";
import { accountAt, at, bucketOf, logged, policyOf, type FaultStage, type PlayFault } from "./stage";

const roleName = "visitor";

/** A session of a role that may do everything that its own policy can say. */
function visitor({ world, arns }: FaultStage): Principal {
    const account = arns.sealerRole.split(":")[4]!;
    const roleArn = `arn:${arns.partition}:iam::${account}:role/${roleName}`;
    world.iam.addRole({ arn: roleArn, account, trust: policyOf({ Effect: "Allow", Principal: { AWS: `arn:${arns.partition}:iam::${account}:root` }, Action: "sts:AssumeRole" }), policies: [policyOf({ Effect: "Allow", Action: "*", Resource: "*" })] });
    return { arn: `arn:${arns.partition}:sts::${account}:assumed-role/${roleName}/hand`, account, roleArn };
}

/** Calls AWS as the visitor; whether it was let. */
function touch(stage: FaultStage, action: string, resource: string): boolean {
    const principal = visitor(stage);
    try {
        stage.world.authorize({ principal, action, resource, resourceAccount: principal.account! });
        return true;
    } catch (error) {
        if (error instanceof AwsError) return false;
        throw error;
    }
}

/** With the organization's guardrails taken off the backup account: what then goes wrong must ring all the same. */
function unguarded<R>({ world: { iam }, arns }: FaultStage, act: () => R): R {
    const account = arns.sealerRole.split(":")[4]!;
    const attached = iam.guardrails(account);
    iam.setGuardrails(account, { scps: [], rcps: [] });
    try {
        return act();
    } finally {
        iam.setGuardrails(account, attached);
    }
}

export const touchUnguarded = (stage: FaultStage, action: string, resource: string): boolean => unguarded(stage, () => touch(stage, action, resource));

const byVisitor = (call: { principal: Principal }) => call.principal.roleArn?.endsWith(`:role/${roleName}`) === true;

const handOnTheVault: PlayFault = (stage) => {
    const { world, arns, keyArn } = stage;
    const when = at(13);
    const tried: [call: string, isLet: boolean][] = [];
    world.clock.at(when, () => {
        for (const [action, resource] of [["kms:ScheduleKeyDeletion", keyArn], ["s3:PutBucketPolicy", arns.bucket], ["lambda:UpdateFunctionCode", arns.starter]] as const) {
            const isLet = touch(stage, action, resource);
            tried.push([action, isLet]);
            const key = world.kms.key(keyArn);
            if (isLet && action === "kms:ScheduleKeyDeletion" && key) key.enabled = false;
        }
    });
    const words = (isLet: boolean) => tried.filter(([, each]) => each === isLet).map(([action]) => action.split(":")[1]).join(", ") || "nothing";
    return {
        name: "hand on the vault",
        when,
        alarms: ["key", "bucket", "delivery"],
        explains: byVisitor,
        effect: () => (tried.length === 3 && world.kms.key(keyArn)?.enabled ? `refused: ${words(false)}; allowed: ${words(true)}; each was told within minutes` : undefined),
    };
};

const stoppedSchedule: PlayFault = (stage) => {
    const { world, arns } = stage;
    // Between those hours in which accounts join and the organization can't be read.
    const [from, to] = [at(18.55), at(19.9)];
    const arn = [...world.schedules.keys()].find((each) => each.includes(`:schedule/${arns.scheduleGroup.split("/")[1]}/`)) ?? "";
    const schedule = world.schedules.get(arn);
    world.clock.at(from, () => {
        if (schedule && touchUnguarded(stage, "scheduler:UpdateSchedule", arn)) schedule.enabled = false;
    });
    world.clock.at(to, () => {
        if (schedule) schedule.enabled = true;
    });
    const sweeps = (since: number, until: number) => logged(stage, "sweep").filter((line) => line.at > since && line.at <= until).length;
    return {
        name: "schedule of the sweep stopped",
        when: from,
        alarms: ["delivery", "no-sweep"],
        // Looks come with the sweeps; what waited meanwhile is late.
        mayRing: ["no-look"],
        explains: byVisitor,
        effect: () => (sweeps(from, to) === 0 && sweeps(to, to + hour) > 0 ? "no sweep for an hour and a half; the first one after it went on as if nothing had been" : undefined),
    };
};

/** For the moment in which the canary is put: what exports write meanwhile would be theirs to lose. */
const brokenLock: PlayFault = (stage) => {
    const { world, arns } = stage;
    const [from, to] = [at(31) - 1, at(31) + 1];
    world.clock.at(from, () => {
        const { retention } = world.s3.bucket(bucketOf(stage)) ?? {};
        if (!touchUnguarded(stage, "s3:PutBucketObjectLockConfiguration", arns.bucket)) return;
        world.s3.setRetention(bucketOf(stage), undefined);
        world.clock.at(to, () => world.s3.setRetention(bucketOf(stage), retention));
    });
    return {
        name: "default lock of the bucket removed",
        when: from,
        alarms: ["bucket", "lock-broken"],
        unlocked: { from, to },
        explains: byVisitor,
        effect: () => {
            const said = logged(stage, "lock-broken").find((line) => line.at >= from && line.at <= to + 15 * minute);
            return said ? `the canary of ${new Date(said.at).toISOString().slice(11, 16)} had no lock, and said so` : undefined;
        },
    };
};

/** Its access role lends itself the vault key, call after call, as somebody would who wants a tamper notice to drown. */
const floodOfGrants: PlayFault = (stage) => {
    const { world, arns, keyArn } = stage;
    const when = at(33);
    const count = 200;
    const account = accountAt(stage, 0);
    const roleArn = arns.accessRole(account);
    const hand: Principal = { arn: `arn:${arns.partition}:sts::${account}:assumed-role/${roleArn.slice(roleArn.lastIndexOf("/") + 1)}/flood`, account, roleArn };
    let lent = 0;
    for (let index = 0; index < count; index++) {
        world.clock.at(when + index * 1000, () => {
            unguarded(stage, () => world.authorize({ principal: hand, action: "kms:CreateGrant", resource: keyArn, resourceAccount: arns.sealerRole.split(":")[4]! }));
            lent++;
        });
    }
    const mailed = () => world.sns.messages.filter(({ event }) => (event?.detail.userIdentity as { accountId?: string } | undefined)?.accountId === account).length;
    return {
        name: "flood of grants by a source account",
        when,
        alarms: ["foreign-grants"],
        effect: () => (lent === count && mailed() === 0 ? `${lent} grants of ${account}, none of which was mailed by itself` : undefined),
    };
};

export const tamperingFaults: readonly PlayFault[] = [handOnTheVault, stoppedSchedule, brokenLock, floodOfGrants];
