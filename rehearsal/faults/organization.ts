/** Accounts that come, go, come back and aren't ready, and an organization that can't be read. */
import { rulesOfMember } from "../../handlers/lib/member";
import type { Member } from "../../handlers/lib/types";
import { stackSetOf } from "../aws/cloudFormation";
import { AwsError, type JudgedCall, type SimTask } from "../aws/types";
import { manifestsIn } from "../fates";
import { hour, minute } from "../nights";
import { enter, joiners, type Population } from "../population";
import { at, bucketOf, logged, unprotected, within, withSnapshot, type Fault, type FaultStage, type PlayFault } from "./stage";

/** An account's own calls and roles, or a service's on its behalf. */
const isOf = ({ principal, resourceAccount, context }: JudgedCall, account: string) => [principal.account, resourceAccount, context?.["aws:SourceAccount"]].includes(account);

const looksAt = (stage: FaultStage, account: string) => logged(stage, "look", { account }).map((line) => line.at);

const joining = ({ members }: Population): PlayFault => (stage) => {
    const { world, arns } = stage;
    const when = at(6);
    // Some by day, one just before a night.
    const coming = members.slice(-joiners).map((member, index) => ({ member, time: when + index * 4 * hour }));
    for (const { member, time } of coming) world.clock.at(time, () => enter(world, member));
    return {
        name: `${coming.length} accounts join, one after another`,
        when,
        mayRing: ["not-ready"],
        until: coming.at(-1)!.time + hour,
        // Until the StackSet has reached it, it can't be assumed.
        explains: (call) => coming.some(({ member: { id }, time }) => call.resource === arns.accessRole(id) && within(call, time, time + 15 * minute)),
        effect() {
            const here = coming.filter(({ time }) => time < world.clock.now - hour);
            const minutes = here.map(({ member: { id }, time }) => Math.round(((looksAt(stage, id)[0] ?? Infinity) - time) / minute));
            const unready = here.reduce((sum, { member: { id } }) => sum + logged(stage, "account-not-ready", { account: id }).length, 0);
            const exported = here.filter(({ member: { id } }) => world.rds.tasks(id).length).length;
            return Math.max(...minutes) <= 30 && unready && exported ? `looked at within ${Math.max(...minutes)} minutes, ${unready} times too early for the account's stack; ${exported} had something to export` : undefined;
        },
    };
};

const leaving = ({ members }: Population): PlayFault => (stage) => {
    const { world, arns } = stage;
    const going = [at(9), at(15)].map((time, index) => ({ id: members[5 + index]!.id, time }));
    for (const { id, time } of going) world.clock.at(time, () => world.organization.leave(id));
    // A third as soon as one of these writes its export.
    const others = members.slice(9, -joiners).map(({ id }) => id);
    let broken: SimTask | undefined;
    const before = world.rds.exportTimes;
    world.rds.exportTimes = (task, snapshot) => {
        const times = before(task, snapshot);
        if (!broken && others.includes(task.account) && times.running > 2 * minute) {
            broken = task;
            const time = world.clock.now + times.starting + minute;
            going.push({ id: task.account, time });
            world.clock.at(time, () => world.organization.leave(task.account));
        }
        return times;
    };
    return {
        name: "3 accounts leave, one while it exports",
        when: at(2),
        alarms: ["member-left"],
        mayRing: ["failed"],
        until: at(15) + hour,
        about: () => going.map(({ id }) => id),
        explains: (call) => going.some(({ id, time }) => isOf(call, id) && call.at >= time),
        effect() {
            const late = going.flatMap(({ id, time }) => looksAt(stage, id).filter((each) => each > time + 15 * minute));
            const kept = manifestsIn(world, bucketOf({ arns })).filter(({ name }) => going.some(({ id }) => id === name.account)).length;
            return broken?.status === "FAILED" && late.length === 0 && kept ? `the export under way failed; ${kept} manifests stay, and nobody looked at them any more` : undefined;
        },
    };
};

/** Where the rules are the same: the rehearsal is judged by one set of rules per account. */
function elsewhere({ enrolment }: FaultStage, members: readonly Member[], { id, name, tags, units: [unit] }: Member): readonly string[] | undefined {
    const rules = (units: readonly string[]) => JSON.stringify(rulesOfMember(enrolment, { id, name, tags, units }));
    return members.find(({ units }) => units[0] !== unit && rules(units) === rules([unit!]))?.units;
}

/** Into another unit: the set's new stack finds the roles of the old one, which still work. */
const returning = (population: Population): PlayFault => (stage) => {
    const { world } = stage;
    const member = population.members[2]!;
    const { id } = member;
    const units = elsewhere(stage, population.members, member) ?? member.units;
    const [left, back] = [at(7), at(12)];
    world.clock.at(left, () => world.organization.leave(id));
    world.clock.at(back, () => enter(world, { ...member, units }));
    const { database, tasks } = withSnapshot(stage, stage.accounts.indexOf(id), 14, { identifier: "homecoming", kind: "instance", engine: "postgres", sizeGiB: 3 });
    return {
        name: "account comes back into another unit",
        when: left,
        alarms: ["member-left"],
        on: database,
        until: back,
        about: () => [id],
        explains: (call) => isOf(call, id) && within(call, left, back),
        effect() {
            const failed = stackSetOf(world).operations.some(({ status, outcomes }) => status === "FAILED" && outcomes[id] === "FAILED");
            const away = looksAt(stage, id).filter((each) => each > left + 15 * minute && each < back).length;
            const [first = Infinity] = looksAt(stage, id).filter((each) => each >= back);
            const exported = tasks().some(({ status }) => status === "COMPLETE");
            return failed && !away && exported ? `its new stack failed, because the retained roles stood there; they served ${Math.round((first - back) / minute)} minutes after its return, and what came then was exported` : undefined;
        },
    };
};

/** The unit's deployment tolerates it; the others have theirs. */
const squatting = ({ squatted }: Population): PlayFault[] => !squatted ? [] : [(stage) => {
    const { world, arns } = stage;
    const { id } = squatted;
    const [removed, again] = [at(11), at(11) + 10 * minute];
    world.clock.at(removed, () => world.iam.removeRole(arns.accessRole(id)));
    world.clock.at(again, () => void stackSetOf(world).create([id]));
    const { database, tasks } = withSnapshot(stage, stage.accounts.indexOf(id), 3, { identifier: "late-start", kind: "instance", engine: "postgres", sizeGiB: 3 });
    return {
        name: "role of the name stands in a member",
        alarms: ["not-ready"],
        when: at(0),
        on: database,
        until: again,
        outage: { account: id, from: at(0), to: again },
        explains: (call) => call.resource === arns.accessRole(id) && call.at <= again,
        effect() {
            const rollout = stackSetOf(world).operations.find(({ outcomes }) => outcomes[id] === "FAILED");
            const others = Object.entries(rollout?.outcomes ?? {}).filter(([account]) => account !== id);
            const said = logged(stage, "account-not-ready", { account: id });
            const begun = tasks().some(({ startedAt, status }) => startedAt >= again && status === "COMPLETE");
            if (rollout?.status !== "SUCCEEDED" || !others.every(([, outcome]) => outcome === "SUCCEEDED") || !begun || said.some((line) => line.at > again)) return undefined;
            return said.length ? `its stack failed, the unit's ${others.length} others have theirs; said ${said.length} times, until the role was removed and the stack deployed again` : undefined;
        },
    };
}];

const ownerTakesRoleAway = ({ members }: Population): PlayFault => (stage) => {
    const { world, arns } = stage;
    const { id } = members[8]!;
    const when = at(7);
    world.clock.at(when, () => world.iam.removeRole(arns.accessRole(id)));
    return {
        name: "owner removes the access role for good",
        when,
        alarms: ["not-ready", "account-lost"],
        mayRing: unprotected,
        until: Infinity,
        about: () => [id],
        explains: (call) => [call.resource, call.principal.roleArn].includes(arns.accessRole(id)) && call.at >= when,
        effect() {
            const said = logged(stage, "account-not-ready", { account: id }).length;
            const counted = logged(stage, "batch").filter(({ at: time, json }) => time >= when && Number(json?.AccountsNotReady) > 0).length;
            return said && counted ? `said by each look, counted as not ready; the others went on` : undefined;
        },
    };
};

const unreadable: PlayFault = (stage) => {
    const { world } = stage;
    const [from, to] = [at(20), at(21)];
    world.interferences.push(({ action }) =>
        action.startsWith("organizations:") && world.clock.now >= from && world.clock.now < to ? { error: new AwsError("TooManyRequestsException", "You have sent too many requests in too short a period of time."), fault: "organization unreadable" } : undefined,
    );
    return {
        name: "organization unreadable for an hour",
        when: from,
        alarms: ["organization-unreadable"],
        until: to,
        effect() {
            const alarms = logged(stage, "organization-unreadable").length;
            const looked = new Set(logged(stage, "look").filter((line) => line.at >= from && line.at < to).map(({ json }) => json?.account)).size;
            return alarms && looked > stage.accounts.length / 2 ? `alarmed ${alarms} times; the sweep went on with the ${looked} accounts that it remembered` : undefined;
        },
    };
};

/** A role of the right name isn't enough. */
const outsider = ({ outsiders, members }: Population): PlayFault => (stage) => {
    const { world, arns } = stage;
    const [account] = outsiders as [string];
    const known = members[0]!.id;
    const when = at(10);
    let refused = false;
    world.clock.at(when, () => {
        const role = world.iam.role(arns.forwarderRole(known));
        if (!role) return;
        const copied = (text: string) => text.replaceAll(known, account);
        world.iam.addRole({ arn: arns.forwarderRole(account), account, trust: copied(role.trust), policies: role.policies.map(copied) });
        const session = world.iam.assumeAsService("events.amazonaws.com", arns.forwarderRole(account), { account, arn: arns.forwarderRule(account) });
        try {
            world.events.putEvents(session, arns.bus, {
                version: "0", id: "0e0e0e0e-0000-4000-8000-000000000000", "detail-type": "RDS DB Snapshot Event", source: "aws.rds", account,
                time: new Date(when).toISOString(), region: world.region, resources: [], detail: { EventID: "RDS-EVENT-0042" },
            }, { trustSource: true });
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            refused = true;
        }
    });
    return {
        name: "event from an account outside the units",
        when,
        explains: (call) => isOf(call, account) && call.at === when,
        effect: () => (refused && !looksAt(stage, account).length ? "refused by the bus, though its role has the right name" : undefined),
    };
};

/** Puts what only an organization knows on stage. */
export const playOrganization = (stage: FaultStage, population: Population): Fault[] =>
    [joining(population), leaving(population), returning(population), ...squatting(population), ownerTakesRoleAway(population), unreadable, outsider(population)].map((play) => play(stage));
