// The sealer under its own policy, in the simulated S3, which refuses by the documented rules. Doesn't prove that S3 follows them to the letter.
import assert from "node:assert/strict";
import { arnsOf } from "../../../components/arns";
import { sealerPolicy } from "../../../components/policies/seal";
import { parseRequest } from "../../../handlers/lib/sealing/request";
import { sealTask } from "../../../handlers/lib/sealing/sealTask";
import { defaultLimits } from "../../../handlers/lib/sealing/vault";
import { sdkModules } from "../../../rehearsal/aws/lambdaSdk";
import { createWorld } from "../../../rehearsal/aws/world";
import { sessionOf } from "../../rehearsal/aws/small";
import { bucket, ended, fixture, folder, keyArn, minute, pageName, request, stem, taskId } from "./sealing";

const place = { stack: "prod", region: "eu-west-1", backupAccountId: "444455556666" };
const arns = arnsOf(place);
const writer = sessionOf(arns.starterRole);
const sealer = sessionOf(arns.sealerRole);

/** An export in a bucket that locks nothing, so that a version can go at all. */
function vaultWith(gone: string) {
    const world = createWorld({ region: place.region, partition: "aws", start: ended - 10 * minute, seed: 1 });
    const account = place.backupAccountId;
    const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    world.kms.addKey({ arn: keyArn, account, enabled: true });
    world.iam.setResourcePolicy(keyArn, account, policy({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" }));
    world.s3.addBucket({ name: bucket, account, defaultKeyArn: keyArn });
    world.iam.addRole({ arn: arns.starterRole, account, trust: policy({}), policies: [policy({ Effect: "Allow", Action: ["s3:*", "kms:*"], Resource: "*" })] });
    world.iam.addRole({ arn: arns.sealerRole, account, trust: policy({}), policies: [JSON.stringify(sealerPolicy(arns, place.region, keyArn))] });
    for (const table of ["customers", "orders"]) {
        world.s3.put(writer, bucket, `${folder}app/public.${table}/1/part-0`, { size: 10 });
        world.s3.put(writer, bucket, `${folder}app/public.${table}/1/part-00`, { size: 10 });
    }
    world.s3.put(writer, bucket, folder + pageName(1, 2), { body: fixture("tables_postgres.json") });
    world.s3.put(writer, bucket, `${folder}export_info_${taskId}.json`, { body: fixture("export_info.json") });
    const env = { AWS_LAMBDA_FUNCTION_NAME: "sealer", AWS_ACCESS_KEY_ID: world.iam.issue(sealer) };
    const modules = sdkModules(world, {
        env,
        dead: () => false,
        die: () => new Promise<never>(() => undefined),
        around: async ({ operation, input }, run) => {
            const [version] = world.s3.versions(bucket, folder + gone);
            if (operation === "HeadObject" && input.Key === folder + gone && version) world.s3.remove(writer, bucket, version.key, version.versionId);
            return run();
        },
    });
    const s3Module = modules("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    const seal = () =>
        sealTask(parseRequest(JSON.stringify(request()), { bucket, keyArn }), {
            s3Module, s3: new s3Module.S3Client({}), bucket, keyArn, retentionDays: 35, acceptedSkips: [], limits: defaultLimits,
            now: () => new Date(ended + 20 * minute), remaining: () => 900_000, wait: async () => {},
        });
    return { world, seal };
}

describe("the sealer with the rights that it has", () => {
    it("learns from the list of versions that one is gone, of which S3 tells it 403", async () => {
        const print = console.log;
        console.log = () => {};
        const { world, seal } = vaultWith("app/public.orders/1/part-0");
        try {
            await seal();
        } finally {
            console.log = print;
        }
        const refused = world.calls.filter(({ allowed }) => !allowed);
        assert.deepEqual(refused.map(({ action, principal }) => [action, principal.roleArn]), [["s3:ListBucket", arns.sealerRole]], "S3 asked whether it may know");
        const [manifest] = world.s3.versions(bucket, stem);
        const { defects } = JSON.parse(manifest!.body!);
        assert.equal(manifest!.key, `${stem}.partial.json`);
        const gone = defects.first.filter(({ problem }: { problem: string }) => /gone/.test(problem));
        assert.deepEqual(gone.map(({ key }: { key: string }) => key), ["app/public.orders/1/part-0"]);
    });
});
