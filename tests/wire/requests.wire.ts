// Doesn't prove what no peer has: limits and life cycle of exports, and rights across accounts.
import assert from "node:assert/strict";
import { RDSClient } from "@aws-sdk/client-rds";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { serve } from "../../rehearsal/aws/http";
import { accessArn, allow, backup, bucket, database, exportArn, keyArn, policy, sessionOf, smallWorld, source, trust } from "../rehearsal/aws/small";
import { addCluster, addClusterSnapshot, addInstance, addSnapshot } from "./databases";
import { startMiniStack, startMoto } from "./emulators";
import { region } from "./hub";
import { clientsOf, rootOf } from "./ministack";
import { outcomeOf, requests, type Judge } from "./requests";

const external = trust({ AWS: `arn:aws:iam::${backup}:root` }, { StringEquals: { "sts:ExternalId": "right" } });

async function simulation(stops: (() => Promise<void>)[]): Promise<Judge> {
    const world = smallWorld();
    const front = await serve(world);
    stops.push(() => front.stop());
    const admin = (account: string) => {
        const arn = `arn:aws:iam::${account}:role/rds-vault/admin`;
        world.iam.addRole({ arn, account, trust: trust({ Service: "lambda.amazonaws.com" }), policies: [policy(allow("*", "*"))] });
        return { endpoint: front.url, region, credentials: { accessKeyId: world.iam.issue(sessionOf(arn)), secretAccessKey: "x" } };
    };
    world.iam.addRole({ arn: accessArn, account: source, trust: external, policies: [] });
    world.sqs.addQueue({ arn: `arn:aws:sqs:${region}:${backup}:queue`, account: backup, retentionMs: 3_600_000, visibilityMs: 60_000 });
    const cluster = database({ kind: "cluster", identifier: "lake", engine: "aurora-postgresql", resourceId: "cluster-LAKE" });
    for (const each of [database(), cluster]) world.rds.addDatabase(each);
    const [snapshotArn, clusterSnapshotArn] = [database(), cluster].map((each) => world.rds.createSnapshot({ database: each, type: "manual", identifier: `${each.identifier}-1`, silent: true }).arn) as [string, string];
    const { sts, sqs, s3 } = clientsOf(front.url, admin(backup).credentials);
    return { name: "simulated AWS", sts, sqs, s3, rds: new RDSClient(admin(source)), roleArn: accessArn, queueUrl: `${front.url}/${backup}/queue`, bucket, snapshotArn, clusterSnapshotArn, exportRoleArn: exportArn, keyArn };
}

/** A peer's own bucket, queue and role, made by its root. */
async function furnished(name: Judge["name"], url: string, role: string): Promise<Omit<Judge, "rds">> {
    const { iam, sts, sqs, s3 } = rootOf(url, backup);
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument: external }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "queue" }));
    await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true, CreateBucketConfiguration: { LocationConstraint: region } }));
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 35 } } } }));
    return { name, sts, sqs, s3, roleArn: Role!.Arn!, queueUrl: `${url}/${QueueUrl!.split("/").slice(-2).join("/")}`, bucket, snapshotArn: "", clusterSnapshotArn: "", exportRoleArn: exportArn, keyArn };
}

async function miniStack(stops: (() => Promise<void>)[]): Promise<Judge> {
    const peer = await startMiniStack(region, process.execPath);
    stops.push(() => peer.stop());
    return furnished("MiniStack 1.5.33", peer.url, "access");
}

async function moto(stops: (() => Promise<void>)[]): Promise<Judge> {
    const peer = await startMoto(source);
    stops.push(() => peer.stop());
    const rds = new RDSClient({ endpoint: peer.url, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    await addInstance(rds, "orders");
    await addCluster(rds, "lake");
    const [snapshotArn, clusterSnapshotArn] = [await addSnapshot(rds, "orders", "orders-1"), await addClusterSnapshot(rds, "lake", "lake-1")];
    return { ...(await furnished("moto 5.2.5", peer.url, "access")), rds, snapshotArn, clusterSnapshotArn };
}

describe("the calls that the functions make, answered by the simulated AWS and by peers", function () {
    this.timeout(300_000);
    for (const [title, judgeOf] of Object.entries({ "the simulated AWS": simulation, MiniStack: miniStack, moto })) {
        describe(title, () => {
            const stops: (() => Promise<void>)[] = [];
            let judge: Judge;
            before(async () => void (judge = await judgeOf(stops)));
            after(async () => {
                for (const stop of stops.reverse()) await stop();
            });
            it("answers as the table says", async () => {
                const wrong: string[] = [];
                for (const request of requests) {
                    if (request.service === "rds" && !judge.rds) continue;
                    const outcome = await outcomeOf(request, judge);
                    const expected = request.otherwise?.[judge.name]?.outcome ?? request.expected;
                    if (outcome !== expected) wrong.push(`${request.name}: ${outcome}, not ${expected}`);
                }
                assert.deepEqual(wrong, []);
            });
        });
    }
});
