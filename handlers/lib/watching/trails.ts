import type { AdvancedEventSelector, CloudTrail, EventSelector, GetEventSelectorsCommandOutput, GetTrailStatusCommandOutput, Trail } from "@aws-sdk/client-cloudtrail";
import { alarm } from "../log";

/** What the account's trails are worth to the tamper rules. */
export interface Trails {
    /** ARNs of those that log all writes of management events in all Regions. One is enough. */
    readonly logging: readonly string[];
    /** ARNs of those that others own and that couldn't be looked at. */
    readonly unseen: readonly string[];
    /** `<ARN> <why it isn't enough>`. */
    readonly silent: readonly string[];
    /** The ARNs of those that are enough but for being stopped. */
    readonly stopped: readonly string[];
}

type Status = Pick<GetTrailStatusCommandOutput, "IsLogging">;
type Selectors = Pick<GetEventSelectorsCommandOutput, "EventSelectors" | "AdvancedEventSelectors">;

/** CloudTrail's reading calls, in the home Region. */
export type TrailCalls = Pick<CloudTrail, "describeTrails" | "getTrailStatus" | "getEventSelectors">;

/**
 * Pure. Statuses and selectors by ARN; one that is absent couldn't be looked at. Only a trail of all Regions counts: calls of IAM are
 * logged in another one than those of S3, KMS and Lambda.
 */
export function trailsLogging(trails: readonly Trail[], statuses: Readonly<Record<string, Status | undefined>>, selectors: Readonly<Record<string, Selectors | undefined>>): Trails {
    const found = { logging: [] as string[], unseen: [] as string[], silent: [] as string[], stopped: [] as string[] };
    for (const { TrailARN: arn = "", IsMultiRegionTrail } of trails) {
        const [status, selected] = [statuses[arn], selectors[arn]];
        if (!IsMultiRegionTrail) found.silent.push(`${arn} is of one Region only`);
        else if (status && !status.IsLogging) {
            found.silent.push(`${arn} is stopped`);
            found.stopped.push(arn);
        } else if (selected && !logsWrites(selected)) found.silent.push(`${arn} doesn't log all writes of management events`);
        else if (!status || !selected) found.unseen.push(arn);
        else found.logging.push(arn);
    }
    return found;
}

/** Whether nobody would see tampering, as far as can be seen. */
export const isSilent = ({ logging, unseen }: Trails): boolean => !logging.length && !unseen.length;

/** One of them is enough: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html */
const logsWrites = ({ EventSelectors = [], AdvancedEventSelectors = [] }: Selectors): boolean => EventSelectors.some(isWrites) || AdvancedEventSelectors.some(isAdvancedWrites);

/** KMS's calls may be left out, and they are what most of the rules wait for: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html */
const isWrites = ({ IncludeManagementEvents, ReadWriteType, ExcludeManagementEventSources = [] }: EventSelector): boolean =>
    IncludeManagementEvents === true && ReadWriteType !== "ReadOnly" && !ExcludeManagementEventSources.includes("kms.amazonaws.com");

/** Any field but these narrows it further: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html */
function isAdvancedWrites({ FieldSelectors = [] }: AdvancedEventSelector): boolean {
    const isCategory = FieldSelectors.some(({ Field, Equals = [] }) => Field === "eventCategory" && Equals.includes("Management"));
    return isCategory && FieldSelectors.every(({ Field, Equals = [], NotEquals = [], ...others }) => {
        if (Object.values(others).some((values) => values?.length)) return false;
        if (Field === "eventCategory") return true;
        if (Field === "readOnly") return Equals.includes("false");
        return Field === "eventSource" && !Equals.length && !NotEquals.includes("kms.amazonaws.com");
    });
}

/** Looks at all trails of the account. What others own may be refused; AWS's other errors reject. */
export async function readTrails(calls: TrailCalls, { account, region }: { readonly account: string; readonly region: string }): Promise<Trails> {
    // With shadows: an organization's trail and one of another Region count here too. Theirs is known by ARN only.
    const { trailList = [] } = await calls.describeTrails({ includeShadowTrails: true });
    const statuses: Record<string, Status | undefined> = {};
    const selectors: Record<string, Selectors | undefined> = {};
    for (const { TrailARN: arn = "", IsMultiRegionTrail } of trailList) {
        if (!IsMultiRegionTrail) continue;
        const [, , , home, owner] = arn.split(":");
        const isOurs = owner === account && home === region;
        statuses[arn] = await unlessRefused(isOurs, calls.getTrailStatus({ Name: arn }));
        selectors[arn] = await unlessRefused(isOurs, calls.getEventSelectors({ TrailName: arn }));
    }
    return trailsLogging(trailList, statuses, selectors);
}

/** A member may see its organization's trail, and needn't: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html */
async function unlessRefused<T>(isOurs: boolean, call: Promise<T>): Promise<T | undefined> {
    try {
        return await call;
    } catch (error) {
        if (!isOurs && /^(AccessDenied|TrailNotFound|UnsupportedOperation|OperationNotPermitted)/.test((error as Error).name)) return undefined;
        throw error;
    }
}

/** Daily: the tamper rules hear nothing without a trail, and nobody else would notice. */
export async function checkTrails(calls: TrailCalls, home: { readonly account: string; readonly region: string }): Promise<Trails> {
    const trails = await readTrails(calls, home);
    if (isSilent(trails)) alarm("trail-silent", { account: home.account, reason: silence(trails) });
    return trails;
}

/** One sentence for a person. */
export const silence = ({ silent }: Trails): string => `No trail logs the writes of management events in all Regions, so the tamper rules hear nothing: ${silent.join("; ") || "there is no trail"}`;
