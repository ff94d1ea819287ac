/** Every document in a rendered graph that AWS bounds, with its size. Pure. */
import { documentSizes } from "../components/limits";
import type { Rendered, RenderedResource } from "../rehearsal/graph";
import { accountIds, settingsOf, unit } from "./programs";

/** A bound of AWS's, in characters, and where it says so. */
interface Bound {
    readonly limit: number;
    readonly source: string;
    readonly text: (inputs: RenderedResource["inputs"]) => unknown;
}

const iam = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const eventBridge = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html";

/** By type of the resource. A role's inline policies count together; each role of ours has one. */
const bounds: Readonly<Record<string, Bound>> = {
    "aws:cloudwatch/eventRule:EventRule": { limit: 2048, source: eventBridge, text: ({ eventPattern }) => eventPattern },
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": { limit: 10240, source: eventBridge, text: ({ policy }) => policy },
    "aws:iam/role:Role": { limit: 2048, source: iam, text: ({ assumeRolePolicy }) => assumeRolePolicy },
    "aws:iam/rolePolicy:RolePolicy": { limit: 10240, source: iam, text: ({ policy }) => policy },
    "aws:sqs/queuePolicy:QueuePolicy": { limit: 8192, source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html", text: ({ policy }) => policy },
    "aws:s3/bucketPolicy:BucketPolicy": { limit: 20480, source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html", text: ({ policy }) => policy },
    "aws:kms/key:Key": { limit: 32768, source: "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html", text: ({ policy }) => policy },
    "aws:lambda/function:Function": { limit: 4096, source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html", text: ({ environment }) => JSON.stringify(environment.variables) },
    "aws:cloudformation/stackSet:StackSet": { limit: 51200, source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html", text: ({ templateBody }) => templateBody },
};

export interface Sized {
    /** Name of the resource; those of a source account without the account's. */
    readonly what: string;
    readonly kind: string;
    readonly size: number;
    readonly limit: number;
    readonly source: string;
}

/** Of documents that every source account has the largest. */
export function documentsOf({ resources }: Rendered): Sized[] {
    const largest = new Map<string, Sized>();
    for (const { type, name, inputs } of resources) {
        const bound = bounds[type];
        if (!bound) continue;
        const text = bound.text(inputs);
        if (typeof text !== "string") throw new Error(`${name}: its document isn't text in the graph`);
        const { limit, source } = bound;
        const sized: Sized = { what: name.replace(/^account-\d+-/, "source "), kind: type.split(":").pop()!, size: text.length, limit, source };
        const key = `${sized.kind} ${sized.what}`;
        if ((largest.get(key)?.size ?? -1) < sized.size) largest.set(key, sized);
    }
    return [...largest.values()];
}

/** How many fit, and what ends it. */
export function ends(what: "listed" | "listed beside a unit" | "units"): { count: number; by: string } {
    const { stack, region, backupAccount } = settingsOf({ name: "", listed: 1, unit: false });
    const units = (count: number) => Array.from({ length: count }, (_, index) => `${unit.slice(0, 8)}${String(index).padStart(8, "0")}`);
    const place = { stack, region, backupAccountId: backupAccount.id };
    for (let count = 1; ; count++) {
        const organization = what === "listed" ? undefined : { organizationId: "o-a1b2c3d4e5", units: units(what === "units" ? count : 1) };
        const sources = { accounts: accountIds(what === "units" ? 0 : count), ...(organization && { organization }) };
        const over = documentSizes(place, sources, backupAccount.deployRoleArn).find(({ size, limit }) => size > limit);
        if (over) return { count: count - 1, by: over.what };
    }
}
