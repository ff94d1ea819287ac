/** The calls that live reports may make, and no others: all of them read. As the reader role, unless the caller is it already. */
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { S3 } from "@aws-sdk/client-s3";
import { SNS } from "@aws-sdk/client-sns";
import { STS } from "@aws-sdk/client-sts";
import { arnsOf, namesOf } from "../components/arns";
import type { Settings } from "../components/settings";
import { said } from "../doctor/finding";
import { usageError } from "../rehearsal/commands/options";

export interface Clients {
    readonly s3: Pick<S3, "listObjectsV2" | "getObject">;
    readonly logs: Pick<CloudWatchLogs, "filterLogEvents">;
    readonly cloudWatch: Pick<CloudWatch, "describeAlarms">;
    readonly sns: Pick<SNS, "listSubscriptionsByTopic">;
}

export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
}

export type Asks = Pick<STS, "getCallerIdentity" | "assumeRole">;

export const awsClients = (region: string, credentials?: Credentials): Clients => {
    const options = { region, ...(credentials && { credentials }) };
    return { s3: new S3(options), logs: new CloudWatchLogs(options), cloudWatch: new CloudWatch(options), sns: new SNS(options) };
};

/**
 * Credentials of the reader role's session; `undefined`: the caller's own are that already.
 * @throws UsageError: without them nothing can be read
 */
export async function readerCredentials(settings: Settings, sts: Asks): Promise<Credentials | undefined> {
    const place = { stack: settings.stack, region: settings.region, backupAccountId: settings.backupAccount.id };
    const { readerRole, partition } = arnsOf(place);
    // A session's ARN tells the role's name without its path: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    const session = `arn:${partition}:sts::${place.backupAccountId}:assumed-role/${namesOf(place).reader}/`;
    const { Arn = "" } = await sts.getCallerIdentity({}).catch((error: unknown) => {
        throw usageError(`Your AWS credentials can't be used in ${settings.region}: ${said(error)}. Give some (AWS_PROFILE, …), or files with --vault DIR.`);
    });
    if (Arn.startsWith(session)) return undefined;
    // 3,600 seconds: the longest for a caller who is a role himself. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    const { Credentials: given } = await sts.assumeRole({ RoleArn: readerRole, RoleSessionName: "rds-vault-report", DurationSeconds: 3600 }).catch((error: unknown) => {
        throw usageError(`${readerRole} can't be assumed by ${Arn}: ${said(error)}. Allow that principal of account ${place.backupAccountId} sts:AssumeRole on it in its own policy, or give files with --vault DIR.`);
    });
    return { accessKeyId: given?.AccessKeyId ?? "", secretAccessKey: given?.SecretAccessKey ?? "", ...(given?.SessionToken !== undefined && { sessionToken: given.SessionToken }) };
}

/** @throws UsageError */
export async function readerClients(settings: Settings): Promise<Clients> {
    return awsClients(settings.region, await readerCredentials(settings, new STS({ region: settings.region })));
}
