/** Who answers the table: the simulated AWS and the peers, each with what the requests are about. */
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateOrganizationCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { RDSClient } from "@aws-sdk/client-rds";
import { CreateBucketCommand, PutBucketEncryptionCommand, PutObjectLockConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import { serve } from "../../../rehearsal/aws/http";
import type { PeerName } from "../../peers/deviation";
import { startMinio } from "../../peers/minio";
import { accessArn, allow, backup, bucket, database, exportArn, keyArn, policy, sessionOf, smallWorld, source, trust } from "../../rehearsal/aws/small";
import { addCluster, addClusterSnapshot, addInstance, addSnapshot } from "../databases";
import { rootSecret, startMiniStack, startMoto } from "../emulators";
import { region } from "../hub";
import { changesOf, rootIdOf } from "../organization";
import type { Clients, Judge, Service } from "./request";

const external = trust({ AWS: `arn:aws:iam::${backup}:root` }, { StringEquals: { "sts:ExternalId": "right" } });
const openBucket = "open";
const line = (message: string) => JSON.stringify({ level: "INFO", message });
const all: readonly Service[] = ["sts", "sqs", "s3", "rds", "organizations", "sns", "cloudTrail", "logs"];

function clientsOf(endpoint: string, accessKeyId: string, secretAccessKey = rootSecret): Clients {
    const config = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    return {
        sts: new STSClient(config), sqs: new SQSClient(config), s3: new S3Client({ ...config, forcePathStyle: true }), rds: new RDSClient(config), organizations: new OrganizationsClient(config),
        sns: new SNSClient(config), cloudTrail: new CloudTrailClient(config), logs: new CloudWatchLogsClient(config),
    };
}

type Stops = (() => Promise<void>)[];

async function simulation(stops: Stops): Promise<Judge> {
    const world = smallWorld();
    const front = await serve(world);
    stops.push(() => front.stop(), () => world.lambda.stop());
    const admin = (account: string) => {
        const arn = `arn:aws:iam::${account}:role/rds-vault/admin`;
        world.iam.addRole({ arn, account, trust: trust({ Service: "lambda.amazonaws.com" }), policies: [policy(allow("*", "*"))] });
        return { arn, key: world.iam.issue(sessionOf(arn)) };
    };
    const [hub, shop] = [admin(backup), admin(source)];
    const inBackup = (service: string, name: string) => `arn:aws:${service}:${region}:${backup}:${name}`;
    world.iam.addRole({ arn: accessArn, account: source, trust: external, policies: [] });
    world.sqs.addQueue({ arn: inBackup("sqs", "queue"), account: backup, retentionMs: 3_600_000, visibilityMs: 60_000 });
    world.sns.addTopic({ arn: inBackup("sns", "topic"), account: backup });
    world.s3.addBucket({ name: openBucket, account: backup });

    const cluster = database({ kind: "cluster", identifier: "lake", engine: "aurora-postgresql", resourceId: "cluster-LAKE" });
    for (const each of [database(), cluster]) world.rds.addDatabase(each);
    const snapshot = (of: typeof cluster, n: number) => world.rds.createSnapshot({ database: of, type: "manual", identifier: `${of.identifier}-${n}`, silent: true }).arn;
    const [snapshotArns, clusterSnapshotArn] = [[1, 2, 3, 4, 5].map((n) => snapshot(database(), n)), snapshot(cluster, 1)];

    world.organization.found({ id: "o-a1b2c3d4e5", rootId: "r-ab12", managementAccount: backup });
    const [unit, account] = ["ou-ab12-11111111", "222233334444"];
    world.organization.addUnit(unit);
    world.organization.addUnit("ou-ab12-22222222", unit);
    world.organization.join({ id: account, name: "shop", unit, tags: { backup: "gold" } });
    world.organization.join({ id: "333344445555", name: "billing", unit });

    const logGroup = "/aws/lambda/talker";
    const files = { "index.js": `exports.handler = async () => [${JSON.stringify(line("sealed"))}, ${JSON.stringify(line("look"))}].forEach((line) => console.log(line));` };
    world.lambda.addFunction({ name: "talker", arn: inBackup("lambda", "function:talker"), account: backup, roleArn: hub.arn, logGroupArn: inBackup("logs", `log-group:${logGroup}`), timeoutMs: 5000, environment: {}, files, handler: "index.handler" });
    for (let i = 0; i < 2; i++) await world.lambda.invoke(inBackup("lambda", "function:talker"), {});

    return {
        ...clientsOf(front.url, hub.key), rds: clientsOf(front.url, shop.key).rds, name: "simulated AWS", services: all, roleArn: accessArn, queueUrl: `${front.url}/${backup}/queue`, bucket, openBucket, snapshotArns, clusterSnapshotArn,
        exportRoleArn: exportArn, keyArn, unit, account, topicArn: inBackup("sns", "topic"), trailArn: inBackup("cloudtrail", "trail/simulated"), logGroup,
    };
}

/** What a server has that nothing was made in. */
const bare = { roleArn: "", queueUrl: "", bucket, openBucket, snapshotArns: [], clusterSnapshotArn: "", exportRoleArn: exportArn, keyArn, unit: "", account: "", topicArn: "", trailArn: "", logGroup: "" };

async function addBuckets({ s3 }: Clients): Promise<void> {
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await s3.send(new CreateBucketCommand({ Bucket: openBucket, CreateBucketConfiguration }));
    await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true, CreateBucketConfiguration }));
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 35 } } } }));
}

/** A peer with one of each, made by its root. */
async function furnished(name: PeerName, url: string): Promise<Judge> {
    const clients = clientsOf(url, backup);
    const { sqs, s3, sns, cloudTrail, logs, organizations } = clients;
    await addBuckets(clients);
    await s3.send(new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn } }] } }));
    const { Role } = await new IAMClient({ endpoint: url, region, credentials: { accessKeyId: backup, secretAccessKey: rootSecret } }).send(new CreateRoleCommand({ RoleName: "access", AssumeRolePolicyDocument: external }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "queue" }));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "topic" }));
    const { TrailARN } = await cloudTrail.send(new CreateTrailCommand({ Name: "trail", S3BucketName: openBucket, IsMultiRegionTrail: true }));
    await cloudTrail.send(new StartLoggingCommand({ Name: "trail" }));

    const logGroup = "/aws/lambda/talker";
    const timestamp = Date.now();
    await logs.send(new CreateLogGroupCommand({ logGroupName: logGroup }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: logGroup, logStreamName: "one" }));
    await logs.send(new PutLogEventsCommand({ logGroupName: logGroup, logStreamName: "one", logEvents: ["sealed", "look", "sealed", "look"].map((message) => ({ timestamp, message: line(message) })) }));

    // MiniStack has one already.
    if (name !== "MiniStack 1.5.33") await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { addUnit, addAccount } = changesOf(organizations, await rootIdOf(organizations));
    const unit = await addUnit("workloads");
    await addUnit("staging", unit);
    const account = await addAccount("shop", unit, { backup: "gold" });
    await addAccount("billing", unit);

    const queueUrl = `${url}${new URL(QueueUrl!).pathname}`;
    return { ...bare, ...clients, name, services: all.filter((service) => service !== "rds"), roleArn: Role!.Arn!, queueUrl, topicArn: TopicArn!, trailArn: TrailARN!, logGroup, unit, account };
}

async function miniStack(stops: Stops): Promise<Judge> {
    const peer = await startMiniStack(region, process.execPath);
    stops.push(() => peer.stop());
    return furnished("MiniStack 1.5.33", peer.url);
}

async function moto(stops: Stops): Promise<Judge> {
    const peer = await startMoto(source);
    stops.push(() => peer.stop());
    const judge = await furnished("moto 5.2.5", peer.url);
    await addInstance(judge.rds, "orders");
    await addCluster(judge.rds, "lake");
    const snapshotArns: string[] = [];
    for (let n = 1; n <= 5; n++) snapshotArns.push(await addSnapshot(judge.rds, "orders", `orders-${n}`));
    return { ...judge, services: all, snapshotArns, clusterSnapshotArn: await addClusterSnapshot(judge.rds, "lake", "lake-1") };
}

async function minio(stops: Stops): Promise<Judge> {
    const { endpoint, accessKeyId, secretAccessKey, stop } = await startMinio();
    stops.push(stop);
    const clients = clientsOf(endpoint, accessKeyId, secretAccessKey);
    await addBuckets(clients);
    return { ...bare, ...clients, name: "MinIO", services: ["s3"] };
}

export const judges: Readonly<Record<Judge["name"], (stops: Stops) => Promise<Judge>>> = { "simulated AWS": simulation, "MiniStack 1.5.33": miniStack, "moto 5.2.5": moto, MinIO: minio };
