/** The whole table. */
import { accountAttacks } from "./accounts";
import { besideAttacks } from "./beside";
import { bucketAttacks } from "./bucket";
import { deliveryAttacks } from "./delivery";
import { designAttacks } from "./design";
import type { Documents } from "./documents";
import { edgeCases } from "./edges";
import { furtherAttacks } from "./further";
import { judgeAttack } from "./judge";
import { keyAttacks } from "./keys";
import { legitimateCalls } from "./legitimate";
import { objectAttacks } from "./objects";
import type { Attack, Stage } from "./types";

export const attacksOf = (stage: Stage): Attack[] => [
    ...objectAttacks(stage),
    ...bucketAttacks(stage),
    ...keyAttacks(stage),
    ...deliveryAttacks(stage),
    ...accountAttacks(stage),
    ...designAttacks(stage),
    ...furtherAttacks(stage),
    ...besideAttacks(stage),
    ...edgeCases(stage),
    ...legitimateCalls(stage),
];

/** What no policy but the guardrails stops: open for whoever can't attach them, or left to the lock alone (grid.ts). "aws" stops it all the same. */
export const openWithoutGuardrails = (stage: Stage, documents: Documents, attacks: readonly Attack[] = attacksOf(stage)): Attack[] =>
    attacks.filter((attack) => "stoppedBy" in attack.expect && judgeAttack(documents, stage, attack, { guardrails: false }).allowed);
