/** What the watcher looks at, in a peer: the vault's bucket, a trail, the functions' logs, and the topic that it writes to. */
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand, StopLoggingCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand, S3Client, type DefaultRetention } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { renderedFunctions } from "./functions";
import { backup, names, region } from "./hub";
import { rootSecret } from "./emulators";
import { installBucket } from "./ministack";

const trail = "all";
export const trailArn = `arn:aws:cloudtrail:${region}:${backup}:trail/${trail}`;

/** @param logsUrl the peer that keeps the logs */
export function watchedIn(url: string, logsUrl: string) {
    const config = { endpoint: url, region, credentials: { accessKeyId: backup, secretAccessKey: rootSecret } };
    const [cloudTrail, s3, sns, sqs] = [new CloudTrailClient(config), new S3Client({ ...config, forcePathStyle: true }), new SNSClient(config), new SQSClient(config)];
    const logs = new CloudWatchLogsClient({ ...config, endpoint: logsUrl });
    const groups = renderedFunctions().rendered.functions["watch"]!.environment;

    /** Returns the URL of a queue that hears the topic. */
    async function addTopic(Name: string): Promise<string> {
        const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
        // https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
        const Policy = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" } });
        const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `${Name}-read`, Attributes: { Policy } }));
        await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: `arn:aws:sqs:${region}:${backup}:${Name}-read` }));
        return QueueUrl!;
    }

    return {
        s3,
        sqs,
        /**
         * Returns the URL of a queue that hears what is mailed.
         * @param retention of the vault's bucket, instead of the rendered one
         */
        async install(retention?: DefaultRetention) {
            await installBucket(s3, retention);
            await s3.send(new CreateBucketCommand({ Bucket: names.trailBucket, CreateBucketConfiguration: { LocationConstraint: region } }));
            await cloudTrail.send(new CreateTrailCommand({ Name: trail, S3BucketName: names.trailBucket, IsMultiRegionTrail: true }));
            await cloudTrail.send(new StartLoggingCommand({ Name: trail }));
            for (const group of ["STARTER_LOGS", "SEALER_LOGS", "SWEEPER_LOGS"] as const) {
                await logs.send(new CreateLogGroupCommand({ logGroupName: groups[group] }));
                await logs.send(new CreateLogStreamCommand({ logGroupName: groups[group], logStreamName: "one" }));
            }
            return addTopic(names.notices);
        },
        stopTrail: async () => void (await cloudTrail.send(new StopLoggingCommand({ Name: trail }))),
        /** As Node's runtime writes it: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
        async say(group: "STARTER_LOGS" | "SEALER_LOGS", lines: readonly object[]): Promise<void> {
            const timestamp = Date.now() - 60_000;
            const logEvents = lines.map((line) => ({ timestamp, message: `${new Date(timestamp).toISOString()}\t00000000-0000-4000-9000-000000000000\tINFO\t${JSON.stringify(line)}\n` }));
            await logs.send(new PutLogEventsCommand({ logGroupName: groups[group], logStreamName: "one", logEvents }));
        },
    };
}
