// Doesn't prove the key policy, TLS, and that of an account only its export role writes: MiniStack has none of them (deviations/).
import assert from "node:assert/strict";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Peer } from "../peers/peer";
import { startMiniStack } from "./emulators";
import { arns, backup, names, region, source } from "./hub";
import { clientsOf, installBucket, installRoles, rightsNamed, rootOf } from "./ministack";
import { assume } from "./stage";

const denied = { name: "AccessDenied" };
const everything = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } });

describe("the rendered roles and the bucket's policy, translated, in MiniStack", function () {
    this.timeout(300_000);
    let stack: Peer;
    before(async () => {
        stack = await startMiniStack(region, process.execPath);
        await installRoles(stack.url);
        await installBucket(rootOf(stack.url, backup).s3);
    });
    after(() => stack?.stop());

    /** A session that its own policy stops nowhere. */
    async function administratorOf(account: string) {
        const root = rootOf(stack.url, account);
        const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" } });
        await root.iam.send(new CreateRoleCommand({ RoleName: "admin", AssumeRolePolicyDocument }));
        await root.iam.send(new PutRolePolicyCommand({ RoleName: "admin", PolicyName: "everything", PolicyDocument: everything }));
        return clientsOf(stack.url, await assume(root, `arn:aws:iam::${account}:role/admin`));
    }

    it("lend the access role to the starter with the external id, and to nobody else", async () => {
        const ExternalId = names.externalId;
        const access = arns.accessRole(source);
        const starter = clientsOf(stack.url, await assume(rootOf(stack.url, backup), arns.starterRole));
        await assume(starter, access, { ExternalId });
        await assert.rejects(assume(starter, access, { ExternalId: "wrong" }), denied, "a wrong external id");
        await assert.rejects(assume(starter, access), denied, "no external id");
        for (const account of [backup, source, "222233334444"]) {
            await assert.rejects(assume(await administratorOf(account), access, { ExternalId }), denied, `an administrator of ${account}`);
        }
    });

    it("let the export role write under its account's own prefix, and neither under another's nor with AES256, by its own rights and by the bucket's policy", async () => {
        const shop = rootOf(stack.url, source);
        const { s3 } = clientsOf(stack.url, await assume(shop, arns.exportRole(source)));
        const put = (Key: string, more: object = {}) => s3.send(new PutObjectCommand({ Bucket: names.bucket, Key, Body: "x", ...more }));
        const refusals = async () => {
            await put(`exports/${source}/instance.orders/mine`);
            await assert.rejects(put("exports/222233334444/instance.orders/theirs"), denied);
            await assert.rejects(put(`manifests/${source}/forged.json`, { IfNoneMatch: "*" }), denied);
            await assert.rejects(put(`exports/${source}/other`, { ServerSideEncryption: "AES256" }), denied);
        };
        await refusals();
        // The bucket's policy refuses the same without the role's own.
        await shop.iam.send(new PutRolePolicyCommand({ RoleName: rightsNamed("shop-export-role-rights").role, PolicyName: "everything", PolicyDocument: everything }));
        await refusals();
    });
});
