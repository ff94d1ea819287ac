import { namesOf, type Place } from "../arns";
import type { Document } from "../policies/document";

/** As sent: names, and text without white space, which counts. */
export const policiesOf = (part: string, place: Place, documents: readonly Document[]) =>
    documents.map((document, i) => ({
        policyName: `${namesOf(place).prefix}-${part}${documents.length > 1 ? `-${i + 1}` : ""}`,
        description: `Guardrails of rds-vault, stack ${place.stack}`,
        content: JSON.stringify(document),
    }));
