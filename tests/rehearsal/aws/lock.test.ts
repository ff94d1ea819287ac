// Doesn't prove what AWS does: that the simulated S3 answers the table of tests/lock as AWS documents it. `npm run test:lock` asks others the same.
import assert from "node:assert/strict";
import { serve, type HttpFront } from "../../../rehearsal/aws/http";
import type { World } from "../../../rehearsal/aws/types";
import { observe } from "../../lock/observe";
import { operations } from "../../lock/operations";
import { allow, policy, sessionOf, smallWorld, starterArn } from "./small";

describe("Object Lock of the simulated S3", () => {
    let world: World;
    let http: HttpFront;
    before(async () => {
        world = smallWorld();
        world.iam.addRole({ ...world.iam.role(starterArn)!, policies: [policy(allow("*", "*"))] });
        http = await serve(world);
    });
    after(() => http.stop());

    operations.forEach((operation, index) =>
        it(`${operation.name}: ${operation.expect.answer}`, async () => {
            const judge = { endpoint: http.url, accessKeyId: world.iam.issue(sessionOf(starterArn)), secretAccessKey: "x", pass: (seconds: number) => world.clock.run(world.clock.now + seconds * 1000) };
            assert.deepEqual(await observe(judge, operation, `lock-${index}`), operation.expect);
        }),
    );
});
