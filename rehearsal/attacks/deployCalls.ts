/** What `pulumi up` asks for in the backup account: every action of the policy that `npm run deploy-roles` prints, on every kind of resource that it names. Pure. */
import { backupDeployPolicy } from "../../components/policies/deployRole";
import type { Call } from "../aws/types";
import type { Plain } from "./mutants";
import type { Stage } from "./types";

/** Held by the guardrails: a change of these needs a window (two policies taken off) or the break-glass role. README, "Guardrails". */
export const needsWindow: ReadonlySet<string> = new Set([
    ...["BucketVersioning", "BucketOwnershipControls", "BucketPublicAccessBlock", "EncryptionConfiguration", "BucketObjectLockConfiguration", "LifecycleConfiguration", "BucketPolicy", "AccountPublicAccessBlock"].map((each) => `s3:Put${each}`),
    ...["PutKeyPolicy", "CreateAlias", "UpdateAlias", "DeleteAlias"].map((each) => `kms:${each}`),
]);

/** Where the policy has a wildcard: what it is for. */
const reads = ["Policy", "Versioning", "ObjectLockConfiguration", "PublicAccessBlock", "OwnershipControls", "Location"].map((each) => `s3:GetBucket${each}`);

type DeployCall = Pick<Call, "action" | "resource" | "context">;

export function deployCalls(stage: Stage): DeployCall[] {
    const { Statement } = backupDeployPolicy({ stack: stage.settings.stack, region: stage.region, backupAccountId: stage.backup }) as unknown as { Statement: readonly Plain[] };
    return Statement.flatMap((statement) => {
        const context = contextOf(statement);
        return listed(statement.Action).flatMap((action) => (action === "s3:GetBucket*" ? reads : [action])).flatMap((action) =>
            listed(statement.Resource).map((pattern): DeployCall => ({ action, resource: concrete(stage, action, pattern), ...(context && { context }) })));
    });
}

const listed = (value: string | readonly string[] | undefined): readonly string[] => (value === undefined ? [] : typeof value === "string" ? [value] : value);

function concrete({ keyArn, noticesKeyArn, names }: Stage, action: string, pattern: string): string {
    if (pattern === "*" && action.startsWith("cloudtrail:Get")) return keyArn.replace(/^(arn:[^:]+):kms:(.*):key\/.*$/, "$1:cloudtrail:$2:trail/all");
    // Only the notices' key has an alias.
    if (pattern.endsWith(":key/*")) return /Alias$/.test(action) ? noticesKeyArn : keyArn;
    const [, kind] = /:(rule\/|alarm:|event-source-mapping:|schedule\/)[^:]*\*$/.exec(pattern) ?? [];
    if (!kind) return pattern;
    const name = { "rule/": "key", "alarm:": "rpo", "event-source-mapping:": "00000000-0000-4000-8000-000000000000", "schedule/": names.schedule }[kind]!;
    return pattern.replace(/\*$/, name);
}

/** The narrowest that the statement's conditions let through. */
function contextOf({ Condition: condition }: Plain): Record<string, string> | undefined {
    if (!condition) return undefined;
    return Object.fromEntries(Object.values(condition).flatMap((keys) => Object.entries(keys).map(([key, value]) => [key, listed(value)[0]!])));
}
