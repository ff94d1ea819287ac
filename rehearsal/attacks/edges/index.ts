/**
 * Where each policy ends: the call next to each that it allows, by another action, on another thing, by another service, and what next to
 * each that it denies must go on. Without these a statement that is wider than it need be would go unnoticed (score.ts).
 */
import { anotherOrganization, suspended, trailBucket } from "./elsewhere";
import { administration, brokenGlass, destruction, neighbours, rootSession } from "./guardrails";
import { assumed, beyondTask, everySource, inOurName } from "./roles";
import type { Attack, Stage } from "../types";

export const edgeCases = (stage: Stage): Attack[] => unique([...beyondTask(stage), ...assumed(stage), ...inOurName(stage), ...everySource(stage), ...administration(stage), ...neighbours(stage), ...destruction(stage), ...rootSession(stage), ...brokenGlass(stage), ...anotherOrganization(stage), ...trailBucket(stage), ...suspended(stage)]);

/** Ids by who, action and resource; a second case of the same is numbered. */
function unique(attacks: readonly Attack[]): Attack[] {
    const seen = new Map<string, number>();
    return attacks.map((attack) => {
        const count = (seen.get(attack.id) ?? 0) + 1;
        seen.set(attack.id, count);
        return count === 1 ? attack : { ...attack, id: `${attack.id}.${count}` };
    });
}
