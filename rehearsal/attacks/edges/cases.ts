/** How a call next to a policy is written down. */
import { rootArn } from "../../../components/arns";
import { document } from "../../../components/policies/document";
import { service, type Who } from "../actors";
import { type Tried, tries } from "../build";
import type { Attack, Control, Source, Stage } from "../types";

export type On = Tried["on"];

export const own = ({ account }: Source) => account;

export const context = (key: string, value: string) => ({ [key]: value });

export function refused(stage: Stage, who: Who, action: string, on: On, by: readonly Control[] = ["identity policy"], more: Partial<Tried> = {}): Attack[] {
    return tries(stage, { id: `edge-${action}`, row: "design", harm: "open trust", name: `calls ${action} where it has no business`, action, on, ...more }, { [who]: by });
}

export function allowed(stage: Stage, who: Who, action: string, on: On, more: Partial<Tried> = {}): Attack[] {
    return tries(stage, { id: `edge-${action}`, row: "design", harm: "stop backups silently", name: `calls ${action}`, action, on, ...more }, { [who]: "allowed" });
}

/** A key that leaves all to its account's own policies, as AWS makes it: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
export const keyed = (attacks: readonly Attack[]): Attack[] =>
    attacks.map((attack) => ({ ...attack, resourcePolicy: document({ Sid: "Account", Effect: "Allow", Principal: { AWS: [rootArn("aws", attack.call.resourceAccount)] }, Action: "kms:*", Resource: "*" }) }));

export const placeOf = ({ settings, region, backup }: Stage) => ({ stack: settings.stack, region, backupAccountId: backup });

export function byService(stage: Stage, id: string, who: string, action: string, resource: string, given: Record<string, string>, expected: readonly Control[] | "allowed", owner = stage.backup): Attack {
    const legitimate = expected === "allowed";
    const actor = legitimate ? "pipeline" : "A4";
    return {
        id: `design.${actor}.${id}`, row: "design", harm: legitimate ? "stop backups silently" : "open trust", actor,
        name: legitimate ? `${who} calls ${action}` : `has ${who} call ${action}`,
        call: { principal: service(who), action, resource, resourceAccount: owner, ...(Object.keys(given).length > 0 && { context: given }) },
        expect: legitimate ? { allowed: true } : { stoppedBy: [...expected].sort() },
    };
}
