/** Rights that go and come back, and RDS saying "not now". */
import type { Arns } from "../../components/arns";
import { AwsError, type Role } from "../aws/types";
import { hour, makeDatabase, minute, snapshotAt } from "../nights";
import { accountAt, at, logged, startsOf, unprotected, within, type PlayFault } from "./stage";
import { touchUnguarded } from "./tampering";

export const throttledAccount: PlayFault = (stage) => {
    const account = accountAt(stage, 0);
    const [from, to] = [at(2.5), at(3.25)];
    let count = 0;
    stage.world.interferences.push(({ action, principal }) => {
        const { now } = stage.world.clock;
        if (!action.startsWith("rds:") || principal.account !== account || now < from || now > to) return undefined;
        count++;
        return { error: new AwsError("Throttling", "Rate exceeded"), fault: "throttled account" };
    });
    return {
        name: "throttled account",
        when: from,
        outage: { account, from, to },
        effect: () => {
            const after = stage.world.rds.tasks(account).filter(({ startedAt }) => startedAt > to).length;
            const others = stage.world.rds.tasks().filter((task) => task.account !== account && task.startedAt >= from && task.startedAt <= to).length;
            return count && after ? `${count} calls throttled in 45 minutes; ${others} export${others === 1 ? "" : "s"} of other accounts started meanwhile, ${after} of its own afterwards` : undefined;
        },
    };
};

/** Takes a role away for a while, as an eager cleaner would. */
export const missingRole =
    (name: string, index: number, begin: number, hours: number, arnOf: (arns: Arns, account: string) => string, sign: string): PlayFault =>
    (stage) => {
        const { world, arns } = stage;
        const account = accountAt(stage, index);
        const arn = arnOf(arns, account);
        // In a stack of one account the faults would cover each other.
        const from = begin + (stage.accounts.length > 1 ? 0 : index * 5 * hour);
        const to = from + hours * hour;
        let role: Role | undefined;
        world.clock.at(from, () => {
            role = world.iam.role(arn);
            world.iam.removeRole(arn);
        });
        world.clock.at(to, () => role && world.iam.addRole(role));
        return {
            name,
            when: from,
            outage: { account, from, to },
            alarms: sign === "account-not-ready" ? ["not-ready", "account-lost"] : [sign],
            // Where it is the only account, nobody is looked at.
            mayRing: ["failed", "no-look", ...unprotected],
            until: to,
            about: () => [account],
            // What RDS was writing when its role went may fail too.
            explains: (call) => within(call, from, to) && (call.resource === arn || call.principal.roleArn === arn),
            effect: () => {
                const signs = logged(stage, sign, { account }).filter((line) => line.at >= from && line.at <= to + 15 * minute).length;
                const after = world.rds.tasks(account).filter(({ startedAt }) => startedAt >= to).length;
                return signs && after ? `said ${signs} times; ${after} exports started after the repair` : undefined;
            },
        };
    };

export const lostGrant: PlayFault = (stage) => {
    const { world, arns } = stage;
    const database = makeDatabase(stage, accountAt(stage, 0), { identifier: "audit-trail", kind: "instance", engine: "postgres", sizeGiB: 10 });
    snapshotAt(world, at(14), { database, type: "manual", identifier: "audit-trail-quarter" });
    const [from, to] = [at(13.9), at(14.9)];
    world.clock.at(from, () => {
        const intact = world.iam.resourcePolicy(arns.bucket);
        if (!intact || !touchUnguarded(stage, "s3:PutBucketPolicy", arns.bucket)) return;
        const document = JSON.parse(intact.policy);
        const Statement = document.Statement.filter(({ Effect }: { Effect: string }) => Effect === "Deny");
        world.iam.setResourcePolicy(arns.bucket, intact.account, JSON.stringify({ ...document, Statement }));
        world.clock.at(to, () => world.iam.setResourcePolicy(arns.bucket, intact.account, intact.policy));
    });
    return {
        name: "bucket policy without its grant",
        when: from,
        on: database,
        alarms: ["bucket"],
        mayRing: ["failed"],
        about: () => stage.accounts,
        explains: (call) => within(call, from, to) && call.resource.startsWith(arns.bucket),
        effect: () => {
            const arn = world.rds.snapshots().find((snapshot) => snapshot.database === database)?.arn ?? "";
            const [first, ...later] = startsOf(stage, arn);
            const waited = first?.status === "FAILED" && logged(stage, "backoff", { snapshot: arn }).length;
            return waited && later.some(({ status }) => status === "COMPLETE") ? "the export failed, waited its hour, and succeeded after the repair" : undefined;
        },
    };
};
