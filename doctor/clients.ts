/** The calls that the doctor may make, and no others: all of them read. */
import { Account } from "@aws-sdk/client-account";
import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { SNS } from "@aws-sdk/client-sns";
import { STS } from "@aws-sdk/client-sts";

/** AssumeRole changes nothing, and leaves a line in CloudTrail. */
export const calls = {
    sts: ["getCallerIdentity", "assumeRole"],
    organizations: ["describeOrganization", "listChildren", "listDelegatedAdministrators", "describeResourcePolicy"],
    cloudFormation: ["describeOrganizationsAccess", "describeStackSet"],
    account: ["getRegionOptStatus"],
    lambda: ["getAccountSettings"],
    s3: ["headBucket"],
    cloudTrail: ["describeTrails", "getTrailStatus", "getEventSelectors"],
    iam: ["getRole"],
    eventBridge: ["describeRule"],
    sns: ["listSubscriptionsByTopic"],
} as const;

type Calls = typeof calls;

/** With the credentials of one account. */
export interface Clients {
    readonly sts: Pick<STS, Calls["sts"][number]>;
    readonly organizations: Pick<Organizations, Calls["organizations"][number]>;
    readonly cloudFormation: Pick<CloudFormation, Calls["cloudFormation"][number]>;
    readonly account: Pick<Account, Calls["account"][number]>;
    readonly lambda: Pick<Lambda, Calls["lambda"][number]>;
    readonly s3: Pick<S3, Calls["s3"][number]>;
    readonly cloudTrail: Pick<CloudTrail, Calls["cloudTrail"][number]>;
    readonly iam: Pick<IAM, Calls["iam"][number]>;
    readonly eventBridge: Pick<EventBridge, Calls["eventBridge"][number]>;
    readonly sns: Pick<SNS, Calls["sns"][number]>;
}

export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
}

/** The real ones. Without credentials: the caller's own, wherever the SDK finds them. */
export function awsClients(region: string, credentials?: Credentials): Clients {
    const options = { region, ...(credentials && { credentials }) };
    return {
        sts: only(new STS(options), calls.sts),
        organizations: only(new Organizations(options), calls.organizations),
        cloudFormation: only(new CloudFormation(options), calls.cloudFormation),
        account: only(new Account(options), calls.account),
        lambda: only(new Lambda(options), calls.lambda),
        s3: only(new S3(options), calls.s3),
        cloudTrail: only(new CloudTrail(options), calls.cloudTrail),
        iam: only(new IAM(options), calls.iam),
        eventBridge: only(new EventBridge(options), calls.eventBridge),
        sns: only(new SNS(options), calls.sns),
    };
}

/**
 * The organization as whoever may see it: each call is asked of the viewers in turn, until one isn't refused. The first refusal counts
 * when all refuse.
 */
export const seenByAny = (viewers: readonly Clients["organizations"][]): Clients["organizations"] =>
    Object.fromEntries(
        calls.organizations.map((call) => [call, (input: never) => firstAnswer(viewers, (viewer) => (viewer[call] as (input: never) => Promise<unknown>)(input))]),
    ) as unknown as Clients["organizations"];

/** What the first viewer says who isn't refused. */
export async function firstAnswer<V, T>(viewers: readonly V[], ask: (viewer: V) => Promise<T>): Promise<T> {
    let refusal: unknown = new Error("none of your credentials can ask");
    for (const [index, viewer] of viewers.entries()) {
        try {
            return await ask(viewer);
        } catch (error) {
            if (!/^(AccessDenied|AWSOrganizationsNotInUse)/.test((error as Error).name)) throw error;
            if (index === 0) refusal = error;
        }
    }
    throw refusal;
}

/** Nothing but these methods, so that nothing else can be called even by mistake. */
function only<C extends object, K extends keyof C>(client: C, names: readonly K[]): Pick<C, K> {
    return Object.fromEntries(names.map((name) => [name, (client[name] as (...args: unknown[]) => unknown).bind(client)])) as unknown as Pick<C, K>;
}
