// Doesn't prove how Organizations or StackSets behave beyond their documentation, nor how soon a stack reaches a new account.
import assert from "node:assert/strict";
import { DescribeOrganizationCommand, ListTagsForResourceCommand, OrganizationsClient, paginateListAccountsForParent, paginateListChildren } from "@aws-sdk/client-organizations";
import { S3Client, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { installStackSet, stackSetOf, type Operation } from "../../../rehearsal/aws/cloudFormation";
import { serve, type HttpFront } from "../../../rehearsal/aws/http";
import type { World } from "../../../rehearsal/aws/types";
import { allow, backup, bucket, bucketArn, code, hour, policy, sessionOf, smallWorld, source, start, starterArn, trust } from "./small";

const management = "999900001111";
const reads = ["organizations:DescribeOrganization", "organizations:ListAccountsForParent", "organizations:ListChildren", "organizations:ListTagsForResource"];
const delegation = policy({ Sid: "Reads", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${backup}:root` }, Action: reads, Resource: "*" });
const sweeperArn = `arn:aws:iam::${backup}:role/rds-vault/sweeper`;
const [org, root, outer, inner, other] = ["o-abcdefghij", "r-ab12", "ou-ab12-11111111", "ou-ab12-22222222", "ou-ab12-33333333"];
const id = (n: number) => String(100_000_000_000 + n);

function organizationWorld(delegated: string | undefined = delegation): World {
    const world = smallWorld();
    world.organization.found({ id: org, rootId: root, managementAccount: management, delegation: delegated });
    world.organization.addUnit(outer);
    world.organization.addUnit(inner, outer);
    world.organization.addUnit(other);
    world.iam.addRole({ arn: sweeperArn, account: backup, trust: trust({ Service: "lambda.amazonaws.com" }), policies: [policy(allow(reads, "*"))] });
    return world;
}

describe("the simulated Organizations", () => {
    let world: World;
    let http: HttpFront;
    const client = (roleArn = sweeperArn) => ({ client: new OrganizationsClient({ endpoint: http.url, region: "eu-west-1", credentials: { accessKeyId: world.iam.issue(sessionOf(roleArn)), secretAccessKey: "x" }, maxAttempts: 1 }) });
    const all = async <P, T>(pages: AsyncIterable<P>, of: (page: P) => T[] | undefined): Promise<T[]> => {
        const items: T[] = [];
        for await (const page of pages) items.push(...(of(page) ?? []));
        return items;
    };
    beforeEach(async () => {
        world = organizationWorld();
        http = await serve(world);
    });
    afterEach(() => http.stop());

    it("lists accounts and units of a parent to the real SDK, page by page, and an account's tags", async () => {
        for (let n = 0; n < 45; n++) world.organization.join({ id: id(n), name: `a${n}`, unit: outer, state: n ? "ACTIVE" : "SUSPENDED", tags: { tier: "gold" } });
        world.organization.join({ id: id(50), name: "below", unit: inner });
        const accounts = await all(paginateListAccountsForParent(client(), { ParentId: outer }), ({ Accounts }) => Accounts);
        assert.deepEqual(accounts.map(({ Id, Name, State }) => [Id, Name, State]).slice(0, 2), [[id(0), "a0", "SUSPENDED"], [id(1), "a1", "ACTIVE"]]);
        assert.equal(accounts.length, 45);
        const units = (ParentId: string) => all(paginateListChildren(client(), { ParentId, ChildType: "ORGANIZATIONAL_UNIT" }), ({ Children }) => Children?.map(({ Id }) => Id));
        assert.deepEqual([await units(root), await units(outer), await units(inner)], [[outer, other], [inner], []]);
        assert.deepEqual((await client().client.send(new ListTagsForResourceCommand({ ResourceId: id(1) }))).Tags, [{ Key: "tier", Value: "gold" }]);
        assert.equal((await client().client.send(new DescribeOrganizationCommand({}))).Organization!.Id, org);
    });
    it("needs both halves: the caller's own policy and the delegation", async () => {
        const ask = async (roleArn?: string) => all(paginateListAccountsForParent(client(roleArn), { ParentId: outer }), ({ Accounts }) => Accounts);
        await ask();
        await assert.rejects(ask(starterArn), { name: "AccessDeniedException" });
        await http.stop();
        world = organizationWorld(policy({ Sid: "Reads", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${source}:root` }, Action: reads, Resource: "*" }));
        http = await serve(world);
        await assert.rejects(ask(), { name: "AccessDeniedException" });
    });
    it("knows no unit and no account that isn't there", async () => {
        await assert.rejects(all(paginateListChildren(client(), { ParentId: "ou-ab12-99999999", ChildType: "ACCOUNT" }), ({ Children }) => Children), { name: "ParentNotFoundException" });
        await assert.rejects(client().client.send(new ListTagsForResourceCommand({ ResourceId: id(7) })), { name: "TargetNotFoundException" });
    });
    it("puts a member's place into the context of its calls, and of those that a service makes for its resources", () => {
        world.organization.join({ id: source, name: "shop", unit: inner });
        const inUnit = (of: string) => ({ StringEquals: { [`aws:${of}OrgID`]: org }, "ForAnyValue:StringLike": { [`aws:${of}OrgPaths`]: [`${org}/${root}/*${outer}/*`] } });
        world.iam.addRole({ arn: `arn:aws:iam::${source}:role/rds-vault/idle`, account: source, trust: trust({ AWS: "*" }), policies: [policy(allow("s3:ListBucket", bucketArn))] });
        world.iam.setResourcePolicy(bucketArn, backup, policy({ Sid: "In", Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:ListBucket", Resource: bucketArn, Condition: inUnit("Principal") }));
        const list = () => world.s3.list(sessionOf(`arn:aws:iam::${source}:role/rds-vault/idle`), bucket, {});
        list();
        const queue = `arn:aws:sqs:eu-west-1:${backup}:undelivered`;
        world.sqs.addQueue({ arn: queue, account: backup, visibilityMs: 1000, retentionMs: hour });
        world.iam.setResourcePolicy(queue, backup, policy({ Sid: "In", Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queue, Condition: inUnit("Source") }));
        const send = () => world.sqs.send({ arn: "events.amazonaws.com", service: "events.amazonaws.com" }, queue, "x", { "aws:SourceAccount": source });
        send();
        world.organization.join({ id: source, name: "shop", unit: other });
        assert.throws(list, code("AccessDenied"), "moved to a unit that isn't enrolled");
        assert.throws(send, code("AccessDenied"));
        world.organization.leave(source);
        assert.throws(list, code("AccessDenied"), "left");
        assert.equal(world.organization.leftAt(source), start);
    });
    it("rolls names up at a delimiter, over pages", async () => {
        const writer = sessionOf(starterArn);
        for (const name of ["a", "manifests/1/x", "manifests/1/y", "manifests/2/z", "manifests/3", "manifests/4/5/6", "z"]) world.s3.put(writer, bucket, name, { body: "{}" });
        const s3 = new S3Client({ endpoint: http.url, region: "eu-west-1", credentials: { accessKeyId: world.iam.issue(writer), secretAccessKey: "x" }, forcePathStyle: true });
        for (const MaxKeys of [1, 2, 1000]) {
            const pages = await all(paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: "manifests/", Delimiter: "/", MaxKeys }), (page) => [...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix), ...(page.Contents ?? []).map(({ Key }) => Key)]);
            assert.deepEqual(pages.sort(), ["manifests/1/", "manifests/2/", "manifests/3", "manifests/4/"], `${MaxKeys} a page`);
        }
    });
});

describe("the simulated StackSet", () => {
    const accountId = { Ref: "AWS::AccountId" };
    const templateBody = JSON.stringify({
        Resources: {
            Role: {
                Type: "AWS::IAM::Role",
                Properties: {
                    RoleName: "export", Path: "/rds-vault/", AssumeRolePolicyDocument: JSON.parse(trust({ Service: "export.rds.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": "ACCOUNT" } })),
                    Policies: [{ PolicyName: "rights", PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: { "Fn::Sub": `${bucketArn}/\${AWS::AccountId}/\${!aws:username}` } }] } }],
                },
            },
        },
    }).replace('"ACCOUNT"', JSON.stringify(accountId));
    const roleOf = (world: World, account: string) => world.iam.role(`arn:aws:iam::${account}:role/rds-vault/export`);
    const set = { templateBody, deployments: [{ units: [outer], failureTolerancePercentage: 10 }], autoDeployment: { enabled: true, retainStacksOnAccountRemoval: true } };
    const own = (world: World, account: string) => world.iam.addRole({ arn: `arn:aws:iam::${account}:role/rds-vault/export`, account, trust: trust({ AWS: "*" }), policies: [] });
    const isOurs = (world: World, account: string) => /export\.rds/.test(roleOf(world, account)?.trust ?? "");
    const crowd = (world: World, count: number) => {
        const accounts = Array.from({ length: count }, (_, n) => id(n));
        for (const account of accounts) world.organization.join({ id: account, name: "n", unit: outer });
        return accounts;
    };

    it("deploys into members in and below its units, with their account in place, and not into the management account", () => {
        const world = organizationWorld();
        for (const [account, unit] of [[id(1), outer], [id(2), inner], [id(3), other], [management, outer]] as const) world.organization.join({ id: account, name: "n", unit });
        world.organization.join({ id: id(4), name: "n", unit: outer, state: "SUSPENDED" });
        installStackSet(world, set);
        assert.deepEqual([id(1), id(2), id(3), id(4), management].map((account) => Boolean(roleOf(world, account))), [true, true, false, false, false]);
        assert.equal(JSON.parse(roleOf(world, id(2))!.trust).Statement[0].Condition.StringEquals["aws:SourceAccount"], id(2));
        assert.equal(JSON.parse(roleOf(world, id(2))!.policies[0]!).Statement[0].Resource, `${bucketArn}/${id(2)}/\${aws:username}`);
    });
    it("reaches an account some minutes after it joined, unless it has left by then, and takes nothing back", async () => {
        const world = organizationWorld();
        installStackSet(world, set);
        world.organization.join({ id: id(1), name: "n", unit: inner });
        world.organization.join({ id: id(2), name: "n", unit: inner });
        world.organization.leave(id(2));
        await world.clock.run(start + 60_000);
        assert.equal(roleOf(world, id(1)), undefined);
        await world.clock.run(start + hour);
        assert.deepEqual([Boolean(roleOf(world, id(1))), roleOf(world, id(2))], [true, undefined]);
        world.organization.leave(id(1));
        await world.clock.run(start + 2 * hour);
        assert.ok(roleOf(world, id(1)));
    });
    it("fails where a role of the name stands, whatever its path, and goes on with the others as long as that is tolerated", () => {
        const world = organizationWorld();
        const accounts = crowd(world, 20);
        own(world, id(3));
        world.iam.addRole({ arn: `arn:aws:iam::${id(5)}:role/export`, account: id(5), trust: trust({ AWS: "*" }), policies: [] });
        installStackSet(world, set);
        const [{ status, outcomes }] = stackSetOf(world).operations as [Operation];
        assert.deepEqual([status, accounts.filter((account) => !isOurs(world, account)), outcomes[id(3)], outcomes[id(5)]], ["SUCCEEDED", [id(3), id(5)], "FAILED", "FAILED"]);
        assert.ok(roleOf(world, id(3)), "it isn't overwritten");
        assert.equal(stackSetOf(world).create([id(3)]).status, "FAILED", "the role is still there");
        world.iam.removeRole(roleOf(world, id(3))!.arn);
        assert.deepEqual([stackSetOf(world).create([id(3)]).status, isOurs(world, id(3))], ["SUCCEEDED", true]);
    });
    it("stops when more fail: in a unit of nine the first failure is too much, and the rest is cancelled; another unit isn't concerned", () => {
        const world = organizationWorld();
        crowd(world, 9);
        own(world, id(3));
        world.organization.join({ id: id(50), name: "n", unit: other });
        installStackSet(world, { ...set, deployments: [...set.deployments, { units: [other] }] });
        const [{ status, outcomes }, elsewhere] = stackSetOf(world).operations as [Operation, Operation];
        assert.deepEqual([status, Object.values(outcomes)], ["FAILED", [...Array(3).fill("SUCCEEDED"), "FAILED", ...Array(5).fill("CANCELLED")]]);
        assert.deepEqual([elsewhere.status, isOurs(world, id(50))], ["SUCCEEDED", true]);
        const rest = Object.keys(outcomes).filter((account) => outcomes[account] === "CANCELLED");
        assert.deepEqual([stackSetOf(world).create(rest).status, rest.every((account) => isOurs(world, account))], ["SUCCEEDED", true]);
    });
    it("deploys into each account that joins by an operation of its own", async () => {
        const world = organizationWorld();
        installStackSet(world, set);
        own(world, id(0));
        crowd(world, 3);
        await world.clock.run(start + hour);
        const [, ...joins] = stackSetOf(world).operations;
        assert.deepEqual(joins.map(({ status }) => status), ["FAILED", "SUCCEEDED", "SUCCEEDED"]);
    });
    it("retains the stack of an account that goes, which is in the way when it comes back; a move below the same unit changes nothing", async () => {
        const world = organizationWorld();
        crowd(world, 2);
        installStackSet(world, { ...set, deployments: [{ units: [outer] }, { units: [other] }] });
        world.organization.join({ id: id(0), name: "n", unit: inner });
        await world.clock.run(start + hour);
        assert.equal(stackSetOf(world).operations.length, 2);
        world.organization.join({ id: id(0), name: "n", unit: other });
        world.organization.leave(id(1));
        await world.clock.run(start + 2 * hour);
        world.organization.join({ id: id(1), name: "n", unit: outer });
        await world.clock.run(start + 3 * hour);
        assert.deepEqual(stackSetOf(world).operations.slice(2).map(({ outcomes }) => outcomes), [{ [id(0)]: "FAILED" }, { [id(1)]: "FAILED" }]);
        assert.deepEqual([isOurs(world, id(0)), isOurs(world, id(1))], [true, true], "their roles stay");
    });
    it("takes the stack of an account that goes away with it, where nothing is retained", async () => {
        const world = organizationWorld();
        crowd(world, 1);
        installStackSet(world, { ...set, autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false } });
        world.organization.leave(id(0));
        assert.equal(roleOf(world, id(0)), undefined);
        crowd(world, 1);
        await world.clock.run(start + hour);
        assert.ok(isOurs(world, id(0)));
    });
    it("puts a role that its owner took away nowhere again", () => {
        const world = organizationWorld();
        crowd(world, 1);
        installStackSet(world, set);
        world.iam.removeRole(roleOf(world, id(0))!.arn);
        assert.deepEqual([stackSetOf(world).create([id(0)]).status, roleOf(world, id(0))], ["SUCCEEDED", undefined]);
    });
    it("refuses what it doesn't know", () => {
        const world = organizationWorld();
        world.organization.join({ id: id(1), name: "n", unit: outer });
        const install = (Properties: object, Type = "AWS::IAM::Role") => installStackSet(world, { ...set, templateBody: JSON.stringify({ Resources: { X: { Type, Properties } } }) });
        assert.throws(() => install({}, "AWS::S3::Bucket"), /doesn't know the type AWS::S3::Bucket/);
        assert.throws(() => install({ RoleName: { "Fn::Join": ["", []] } }), /Fn::Join .* isn't simulated/);
        assert.throws(() => install({ RoleName: { Ref: "Y" } }), /refers to Y/);
    });
});
