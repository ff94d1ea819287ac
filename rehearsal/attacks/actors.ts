/** Who attacks: principals with what they hold. */
import { roleArn } from "../../components/arns";
import { backupDeployPolicy, sourceDeployPolicy } from "../../components/policies/deployRole";
import type { Document } from "../../components/policies/document";
import type { Call, Principal } from "../aws/types";
import type { Actor, Attack, Source, Stage } from "./types";

export const actorNames: Readonly<Record<Attack["actor"], string>> = {
    A1: "administrator or root of a source account",
    A2: "holder of the export role's credentials",
    A3: "holder of the access role's credentials",
    A4: "administrator of the backup account",
    A5: "root of the backup account",
    A6: "administrator of the management account",
    A7: "outsider",
    A8: "poisoned code of the program's functions",
    A9: "operator or CI, who holds the deploy role",
    A10: "another tenant",
    pipeline: "the program itself",
    deploy: "pulumi up",
    restore: "whoever restores",
};

export interface Holder {
    readonly actor: Attack["actor"];
    readonly principal: Principal;
    readonly identity?: readonly Document[];
    /** Comes with each of its calls. */
    readonly context?: Call["context"];
}

export const anything: Document = { Version: "2012-10-17", Statement: [{ Sid: "Administrator", Effect: "Allow", Action: "*", Resource: "*" }] };

/** A session of a role. */
export function session(arn: string): Principal {
    const [, partition, , , account = "", resource = ""] = arn.split(":");
    return { arn: `arn:${partition}:sts::${account}:assumed-role/${resource.slice(resource.lastIndexOf("/") + 1)}/session`, roleArn: arn, account };
}

export const service = (name: string): Principal => ({ arn: name, service: name });

/** Whom a case names; with " wide" and an administrator's rights: what it could do, had somebody widened its policy. */
export const holders = {
    "A1": ({ partition }: Stage, { account }: Source) => ({ actor: "A1", principal: admin(partition, account) }),
    "A1 root": ({ partition }: Stage, { account }: Source) => ({ actor: "A1", principal: root(partition, account) }),
    "A1 as export role": ({ arns }: Stage, { account }: Source) => wide("A1", arns.exportRole(account)),
    "A2": ({ arns }: Stage, { account }: Source) => ({ actor: "A2", principal: session(arns.exportRole(account)) }),
    "A2 wide": ({ arns }: Stage, { account }: Source) => wide("A2", arns.exportRole(account)),
    "A3": ({ arns }: Stage, { account }: Source) => ({ actor: "A3", principal: session(arns.accessRole(account)) }),
    "A3 wide": ({ arns }: Stage, { account }: Source) => wide("A3", arns.accessRole(account)),
    "A4": ({ partition, backup }: Stage) => ({ actor: "A4", principal: admin(partition, backup) }),
    "A5": ({ partition, backup }: Stage) => ({ actor: "A5", principal: root(partition, backup) }),
    "A6": ({ partition, management }: Stage) => ({ actor: "A6", principal: admin(partition, management) }),
    "A6 root": ({ partition, management }: Stage) => ({ actor: "A6", principal: root(partition, management) }),
    /** After sts:AssumeRoot: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html */
    "A6 root session": ({ partition, backup }: Stage) => ({ actor: "A6", principal: root(partition, backup), context: { "aws:AssumedRoot": "true" } }),
    "A7": ({ partition, stranger }: Stage) => ({ actor: "A7", principal: admin(partition, stranger) }),
    /** A role of the right name in an account of nobody's. */
    "A7 export role": ({ arns, stranger }: Stage) => wide("A7", arns.exportRole(stranger)),
    "A7 access role": ({ arns, stranger }: Stage) => wide("A7", arns.accessRole(stranger)),
    "A7 forwarder": ({ arns, stranger }: Stage) => wide("A7", arns.forwarderRole(stranger)),
    "A8 starter": ({ arns }: Stage) => ({ actor: "A8", principal: session(arns.starterRole) }),
    "A8 sealer": ({ arns }: Stage) => ({ actor: "A8", principal: session(arns.sealerRole) }),
    "A8 sweeper": ({ partition, backup, names }: Stage) => ({ actor: "A8", principal: session(roleArn(partition, backup, names.sweeper)) }),
    "A8 watcher": ({ arns }: Stage) => ({ actor: "A8", principal: session(arns.watcherRole) }),
    "A8 starter wide": ({ arns }: Stage) => wide("A8", arns.starterRole),
    "A8 sealer wide": ({ arns }: Stage) => wide("A8", arns.sealerRole),
    "A8 watcher wide": ({ arns }: Stage) => wide("A8", arns.watcherRole),
    /** As somebody may have it who was given too much. */
    "A9": ({ settings }: Stage) => wide("A9", settings.backupAccount.deployRoleArn),
    /** With the policy that `npm run deploy-roles` prints. */
    "A9 printed": (stage: Stage) => printed("A9", stage),
    "A9 source": (stage: Stage, { account }: Source) => ({ actor: "A9", principal: session(stage.settings.sourceAccounts.find(({ id }) => id === account)?.deployRoleArn ?? stackSetRole(stage, account)), identity: [anything] }),
    "A9 source printed": (stage: Stage, { account }: Source) => sourcePrinted("A9", stage, account),
    "A10": ({ arns, tenant }: Stage) => ({ actor: "A10", principal: session(arns.exportRole(tenant)) }),
    "A10 wide": ({ arns, tenant }: Stage) => wide("A10", arns.exportRole(tenant)),
    "A10 access": ({ arns, tenant }: Stage) => wide("A10", arns.accessRole(tenant)),
    "A10 admin": ({ partition, tenant }: Stage) => ({ actor: "A10", principal: admin(partition, tenant) }),
    /** Of the organization, but in no enrolled unit and not listed. */
    "A10 outside": ({ arns, outsider }: Stage) => wide("A10", arns.exportRole(outsider)),
    "A10 outside access": ({ arns, outsider }: Stage) => wide("A10", arns.accessRole(outsider)),
    "A10 outside forwarder": ({ arns, outsider }: Stage) => wide("A10", arns.forwarderRole(outsider)),
    "break-glass": ({ settings }: Stage) => wide("A4", settings.guardrails.breakGlassRoleArn!),
    "break-glass in need": ({ settings }: Stage) => ({ actor: "deploy", principal: session(settings.guardrails.breakGlassRoleArn!), identity: [anything] }),
    "deploy": (stage: Stage) => printed("deploy", stage),
    "deploy source": (stage: Stage, { account }: Source) => sourcePrinted("deploy", stage, account),
    "export role": ({ arns }: Stage, { account }: Source) => ({ actor: "pipeline", principal: session(arns.exportRole(account)) }),
    "access role": ({ arns }: Stage, { account }: Source) => ({ actor: "pipeline", principal: session(arns.accessRole(account)) }),
    "forwarder": ({ arns }: Stage, { account }: Source) => ({ actor: "pipeline", principal: session(arns.forwarderRole(account)) }),
    "starter": ({ arns }: Stage) => ({ actor: "pipeline", principal: session(arns.starterRole) }),
    "sealer": ({ arns }: Stage) => ({ actor: "pipeline", principal: session(arns.sealerRole) }),
    "sweeper": ({ partition, backup, names }: Stage) => ({ actor: "pipeline", principal: session(roleArn(partition, backup, names.sweeper)) }),
    "watcher": ({ arns }: Stage) => ({ actor: "pipeline", principal: session(arns.watcherRole) }),
    "schedule": ({ partition, backup, names }: Stage) => ({ actor: "pipeline", principal: session(roleArn(partition, backup, names.scheduleRole)) }),
    "watch schedule": ({ partition, backup, names }: Stage) => ({ actor: "pipeline", principal: session(roleArn(partition, backup, names.watchScheduleRole)) }),
    "iam forwarder": ({ partition, backup, names }: Stage) => ({ actor: "pipeline", principal: session(roleArn(partition, backup, names.iamForwarder)) }),
    "team": ({ partition }: Stage, { account }: Source) => ({ actor: "restore", principal: admin(partition, account), identity: [anything] }),
    "reader": ({ arns }: Stage) => ({ actor: "restore", principal: session(arns.readerRole) }),
    "restorer": ({ partition, backup }: Stage) => ({ actor: "restore", principal: session(`arn:${partition}:iam::${backup}:role/restore`), identity: [anything] }),
} satisfies Record<string, (stage: Stage, source: Source) => Holder>;

export type Who = keyof typeof holders;

const admin = (partition: string, account: string) => session(`arn:${partition}:iam::${account}:role/admin`);
const root = (partition: string, account: string): Principal => ({ arn: `arn:${partition}:iam::${account}:root`, account });
const wide = <A extends Actor>(actor: A, arn: string) => ({ actor, principal: session(arn), identity: [anything] });
const placeOf = ({ settings, region, backup }: Stage) => ({ stack: settings.stack, region, backupAccountId: backup });
const printed = <A extends "A9" | "deploy">(actor: A, stage: Stage) => ({ actor, principal: session(stage.settings.backupAccount.deployRoleArn), identity: [backupDeployPolicy(placeOf(stage))] });

/** What a service-managed StackSet acts as: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html */
const stackSetRole = ({ partition }: Stage, account: string) => `arn:${partition}:iam::${account}:role/stacksets-exec-0123456789abcdef0123456789abcdef`;

function sourcePrinted<A extends "A9" | "deploy">(actor: A, stage: Stage, account: string) {
    const listed = stage.settings.sourceAccounts.find(({ id }) => id === account);
    return listed
        ? { actor, principal: session(listed.deployRoleArn), identity: [sourceDeployPolicy(placeOf(stage), account)] }
        : { actor, principal: session(stackSetRole(stage, account)), identity: [anything] };
}
