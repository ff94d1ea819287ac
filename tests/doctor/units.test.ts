import assert from "node:assert/strict";
import { accountsApart, readUnits, rulesFit, unitsApart, unitsExist, type Below } from "../../doctor/units";
import type { MemberRule } from "../../handlers/lib/types";
import { backup, fails, fake, listed, management, treeOf } from "./fakes";

const [outer, inner, other, gone] = ["ou-ab12-11111111", "ou-ab12-11111133", "ou-ab12-22222222", "ou-ab12-99999999"] as const;
const id = (n: number) => String(100_000_000_000 + n);

const read = (tree: Record<string, readonly string[]>, ...units: string[]) => readUnits({ units }, fake({ organizations: treeOf(tree) }).organizations);
const unread: Below = { unit: other, units: new Set(), accounts: new Set(), error: Object.assign(new Error("no"), { name: "AccessDeniedException" }) };
const statuses = (findings: readonly { status: string }[]) => findings.map(({ status }) => status);

describe("the doctor on units", () => {
    it("reads all pages at every depth", async () => {
        const [below] = await read({ [outer]: [id(1), id(2), id(3), inner, other], [inner]: [id(4)], [other]: [] }, outer);
        assert.deepEqual([[...below!.accounts].sort(), [...below!.units].sort()], [[id(1), id(2), id(3), id(4)], [inner, other]]);
    });
    it("is quiet about units that are there, and complains about one that isn't", async () => {
        const findings = unitsExist([...(await read({ [outer]: [id(1)] }, outer, gone)), unread]);
        assert.deepEqual(statuses(findings), ["ok", "problem", "unseen"]);
        assert.match(findings[0]!.text, /with 1 account in/);
        assert.match(findings[1]!.fix!, /list-organizational-units-for-parent --parent-id r-ab12/);
    });
    it("complains about a unit below another, at any depth, and only then", async () => {
        const tree = { [outer]: [inner], [inner]: [other], [other]: [id(1)], [gone]: [] };
        const findings = unitsApart(await read(tree, outer, other));
        assert.deepEqual(statuses(findings), ["problem"]);
        assert.match(findings[0]!.text, new RegExp(`${other} lies below ${outer}`));
        assert.deepEqual(statuses(unitsApart(await read(tree, outer, gone))), ["ok"]);
        assert.deepEqual(statuses(unitsApart([...(await read(tree, gone)), unread])), ["unseen"]);
    });
    describe("accounts", () => {
        const configured = (...ids: string[]) => ({ backupAccount: { id: backup, deployRoleArn: "" }, sourceAccounts: ids.map((each) => ({ id: each, name: "billing", deployRoleArn: "" })) });
        const check = async (inside: readonly string[], ...ids: string[]) => accountsApart(configured(...ids), await read({ [outer]: [inner], [inner]: inside }, outer), management);
        it("is quiet where listed accounts and the backup account lie outside", async () => assert.deepEqual(statuses(await check([id(1)], listed)), ["ok"]));
        it("complains about a listed account in a unit", async () => {
            const findings = await check([id(1), listed], listed);
            assert.deepEqual(statuses(findings), ["problem"]);
            assert.match(findings[0]!.text, new RegExp(`billing \\(${listed}\\) is listed and lies in ${outer}`));
        });
        it("complains about the backup account in a unit", async () => {
            const findings = await check([backup], listed);
            assert.deepEqual(statuses(findings), ["problem"]);
            assert.match(findings[0]!.fix!, /move-account/);
        });
        it("complains about the management account in a unit, unless it is listed: StackSets leave it out", async () => {
            const findings = await check([management], listed);
            assert.deepEqual(statuses(findings), ["problem"]);
            assert.match(`${findings[0]!.text} ${findings[0]!.fix}`, /StackSets don't deploy there.*List it under rds-vault:sourceAccounts/);
            assert.deepEqual(statuses(await check([management], listed, management)), ["ok"]);
        });
        it("doesn't know where a unit couldn't be read", () => assert.deepEqual(statuses(accountsApart(configured(listed), [unread], management)), ["unseen"]));
    });
    describe("rules", () => {
        const rule = (criteria: Partial<MemberRule>) => ({ rules: [{ text: "organization.rules[0]", ...criteria }] as unknown as MemberRule[] });
        const tree = { [outer]: [inner], [inner]: [id(1)] };
        it("is quiet where they name what is there", async () => {
            for (const criteria of [{ accounts: [id(1)] }, { units: [outer] }, { units: [inner] }, {}]) assert.deepEqual(statuses(rulesFit(rule(criteria), await read(tree, outer))), ["ok"]);
        });
        it("complains about an account and a unit that aren't", async () => {
            const findings = rulesFit(rule({ accounts: [id(1), id(2)], units: [gone] }), await read(tree, outer));
            assert.deepEqual(findings.map(({ text }) => text.slice(0, 70)), [`rds-vault:organization.rules[0] names ${id(2)}, which isn't an acc`, `rds-vault:organization.rules[0] names ${gone}, which isn't an`].map((text) => text.slice(0, 70)));
        });
        it("doesn't know where a unit couldn't be read", async () => assert.deepEqual(statuses(rulesFit(rule({ accounts: [id(7)] }), [...(await read(tree, outer)), unread])), ["unseen"]));
    });
    it("tells what went wrong instead of failing", async () => {
        const findings = await readUnits({ units: [outer] }, fake({ organizations: { listChildren: fails("TooManyRequestsException") } }).organizations);
        assert.equal(findings[0]!.error!.name, "TooManyRequestsException");
    });
});
