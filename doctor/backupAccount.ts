/** What the backup account must have before anything is created in it: Region, concurrency, the bucket's name, a trail. */
import { arnsOf, namesOf } from "../components/arns";
import type { Settings } from "../components/settings";
import { isSilent, readTrails, silence } from "../handlers/lib/watching/trails";
import { subscribers } from "../reports/told";
import type { Clients } from "./clients";
import { look, ok, problem, unseen, type Finding } from "./finding";

/** At once at most: two starters, four sealers (their mappings' maximumConcurrency), and the sweep. */
export const hubConcurrency = 2 + 4 + 1;

type Stack = Pick<Settings, "stack" | "region" | "backupAccount">;

/** An opt-in Region is closed until the account enables it. https://docs.aws.amazon.com/accounts/latest/reference/API_GetRegionOptStatus.html */
export const regionEnabled = ({ region, backupAccount }: Stack, { account }: Pick<Clients, "account">) =>
    look(`Region ${region}`, `In the backup account: aws account get-region-opt-status --region-name ${region}`, async () => {
        const { RegionOptStatus } = await account.getRegionOptStatus({ RegionName: region });
        const about = `Region ${region}`;
        if (RegionOptStatus === "ENABLED" || RegionOptStatus === "ENABLED_BY_DEFAULT") return ok(about, "is enabled in the backup account");
        const text = `is ${RegionOptStatus} in the backup account ${backupAccount.id}. Enabling takes minutes to hours; source accounts need it too.`;
        return problem(about, text, `In the backup account: aws account enable-region --region-name ${region}`);
    });

/** A fresh account has ten. What others reserved is gone for the hub. https://docs.aws.amazon.com/lambda/latest/api/API_AccountLimit.html */
export const enoughConcurrency = ({ region }: Stack, { lambda }: Pick<Clients, "lambda">) =>
    look("Lambda concurrency", `In the backup account: aws lambda get-account-settings --region ${region}`, async () => {
        const { AccountLimit } = await lambda.getAccountSettings({});
        const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
        if (free >= hubConcurrency) return ok("Lambda concurrency", `${free} executions at once are free, and the hub needs ${hubConcurrency}`);
        const text = `${free} executions at once are free in the backup account, and the hub needs ${hubConcurrency}: it would be throttled, and snapshots wait.`;
        return problem("Lambda concurrency", text, `In the backup account: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region ${region}`);
    });

/**
 * Bucket names are global and ours can be foretold, so somebody may have been there first. Asked for our own: anybody else's
 * bucket is 403, as is one that the credentials may not list. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
 */
export function bucketFree({ stack, region, backupAccount }: Stack, { s3 }: Pick<Clients, "s3">): Promise<readonly Finding[]> {
    const { bucket } = namesOf({ stack, region, backupAccountId: backupAccount.id });
    const about = `bucket ${bucket}`;
    const how = `In the backup account: aws s3api head-bucket --bucket ${bucket} --expected-bucket-owner ${backupAccount.id}`;
    return look(about, how, async () => {
        try {
            const { BucketRegion } = await s3.headBucket({ Bucket: bucket, ExpectedBucketOwner: backupAccount.id });
            if (BucketRegion !== undefined && BucketRegion !== region) return problem(about, `is the backup account's, but in ${BucketRegion}: another stack's name is needed.`, "pulumi stack init <another name>");
            return ok(about, "is the backup account's already: fine if this stack created it, else pulumi up says so");
        } catch (error) {
            const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
            if (status === 404) return ok(about, "the name is free");
            if (status !== 403 && status !== 301) throw error;
            const text =
                status === 301
                    ? `exists in another Region than ${region}. Remove it if it is yours and empty, or give the stack another name.`
                    : "exists and belongs to another account, or your credentials may not list it (s3:ListBucket). Look as an administrator; if it isn't yours, give the stack another name.";
            return problem(about, text, how);
        }
    });
}

/** Without a trail nobody sees who touches the key. The watcher looks again each day. */
export const trailLogs = ({ region, backupAccount: { id: account } }: Stack, { cloudTrail }: Pick<Clients, "cloudTrail">) =>
    look("CloudTrail", `In the backup account: aws cloudtrail describe-trails --region ${region}`, async () => {
        const trails = await readTrails(cloudTrail, { account, region });
        const { logging, unseen: others, silent, stopped } = trails;
        if (logging.length) return ok("CloudTrail", `${logging.join(", ")} logs`);
        if (!isSilent(trails)) return unseen("CloudTrail", `whether ${others.join(", ")} logs can't be seen from the backup account`, `In the trail's account: aws cloudtrail get-trail-status --name ${others[0]!} and get-event-selectors --trail-name ${others[0]!}`);
        const text = `nobody would see an attempt on the key or the bucket. ${silence(trails)}.`;
        const create = "In the management account: aws cloudtrail create-trail --name <name> --s3-bucket-name <bucket of a log account> --is-multi-region-trail --is-organization-trail; then start-logging";
        const mend = silent.length ? `Let one of them log all writes in all Regions (aws cloudtrail update-trail, put-event-selectors). Or: ${create}` : create;
        return problem("CloudTrail", text, stopped[0] ? `In the trail's account: aws cloudtrail start-logging --name ${stopped[0]}` : mend);
    });

/** Each address confirms its subscription once, and hears nothing before. */
export function toldAnybody({ stack, region, backupAccount, monitoring }: Stack & Pick<Settings, "monitoring">, { sns }: Pick<Clients, "sns">): Promise<readonly Finding[]> {
    const topic = arnsOf({ stack, region, backupAccountId: backupAccount.id }).notices;
    const about = "notices";
    const how = `In the backup account: aws sns list-subscriptions-by-topic --topic-arn ${topic} --region ${region}`;
    return look(about, how, async () => {
        const { confirmed, pending } = await subscribers(sns, topic).catch((error: Error) => {
            if (error.name !== "NotFoundException") throw error;
            return { confirmed: undefined, pending: [] };
        });
        const add = "Add an address to rds-vault:monitoring.alertEmails, or subscribe to the topic yourself";
        if (confirmed === undefined && monitoring.alertEmails.length) return ok(about, `no topic yet; pulumi up makes it, and then ${monitoring.alertEmails.join(", ")} must confirm by mail`);
        if (pending.length) return problem(about, `${pending.join(", ")} ${pending.length === 1 ? "hasn't" : "haven't"} confirmed and ${pending.length === 1 ? "hears" : "hear"} nothing.`, "Follow the link in the mail from AWS Notifications; AWS sends another if you subscribe the address again");
        return confirmed ? ok(about, `${confirmed} subscription${confirmed === 1 ? " is" : "s are"} confirmed`) : problem(about, "nobody would be told of alarms, tampering and the daily digest.", add);
    });
}
