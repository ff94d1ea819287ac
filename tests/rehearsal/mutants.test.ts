// Doesn't prove that the table notices every mutant of the real policies: npm run proof does, and takes longer.
import assert from "node:assert/strict";
import { document, type Document } from "../../components/policies/document";
import type { Documents } from "../../rehearsal/attacks/documents";
import { cellsOf, countsOf, findingsOf } from "../../rehearsal/attacks/grid";
import { judgeAttack } from "../../rehearsal/attacks/judge";
import { mutantsOf, mutated } from "../../rehearsal/attacks/mutants";
import { scoresOf } from "../../rehearsal/attacks/score";
import { explain } from "../../rehearsal/attacks/survivors";
import type { Attack, Control, Stage } from "../../rehearsal/attacks/types";

const bucket = "arn:aws:s3:::vault";
const account = "444455556666";
const admin = { arn: `arn:aws:sts::${account}:assumed-role/admin/session`, roleArn: `arn:aws:iam::${account}:role/admin`, account };

/** As much of a stage as one bucket needs. */
const stage = {
    arns: { bucket, bus: "-", triggerQueue: "-", undeliveredQueue: "-", notices: "-" }, names: { prefix: "rds-vault", trailBucket: "trail" }, keyArn: "-", noticesKeyArn: "-",
    sources: [], backup: account, partition: "aws", region: "eu-west-1", tenant: "222233334444", settings: { sourceAccounts: [] }, keysOf: () => ({}),
} as unknown as Stage;

function documentsOf(policy: Document): Documents {
    const id = `resource ${bucket}`;
    return {
        byId: new Map([[id, policy]]),
        text: (each) => (each === id ? JSON.stringify(policy) : undefined),
        resourceId: () => id,
        identityId: (role) => `identity ${role}`,
        guardrailIds: () => ({ scps: [], rcps: [] }),
        replace: (_, other) => documentsOf(other),
    };
}

const attack = (id: string, action: string, stoppedBy: readonly Control[]): Attack => ({
    id, row: 1, harm: "delete or shorten", actor: "A4", name: id, call: { principal: admin, action, resource: `${bucket}/x`, resourceAccount: account },
    expect: stoppedBy.length > 0 ? { stoppedBy } : { allowed: true },
});

const deny = (Sid: string, Action: string | string[]) => ({ Sid, Effect: "Deny" as const, Principal: "*", Action, Resource: `${bucket}/*` });
const attacks = [attack("version", "s3:DeleteObjectVersion", ["bucket policy"]), attack("read", "s3:GetObject", [])];
const survivorsOf = (policy: Document) => scoresOf({ name: "small", stage, documents: documentsOf(policy), attacks }).flatMap(({ survivors }) => survivors);

describe("mutants of a policy", () => {
    const names = (policy: Document, widest?: string) => mutantsOf(policy, widest).map(({ name }) => name);

    it("take away each statement, action, resource, condition, value and principal, and widen what can be widened", () => {
        const policy = document({
            Sid: "Some", Effect: "Allow", Principal: { AWS: ["arn:aws:iam::111122223333:root", "arn:aws:iam::222233334444:root"], Service: "s3.amazonaws.com" },
            Action: ["s3:GetObject", "s3:PutObject"], Resource: [`${bucket}/a/*`, `${bucket}/b/*`], Condition: { StringEquals: { "aws:PrincipalOrgID": ["o-1", "o-2"] }, Null: { "aws:PrincipalArn": "false" } },
        });
        assert.deepEqual(names(policy, `${bucket}/*`), [
            "Some / removed", "Some / without s3:GetObject", "Some / without s3:PutObject", `Some / without ${bucket}/a/*`, `Some / without ${bucket}/b/*`, "Some / s3:*", `Some / resource ${bucket}/*`,
            "Some / without StringEquals aws:PrincipalOrgID", "Some / StringEquals aws:PrincipalOrgID without o-1", "Some / StringEquals aws:PrincipalOrgID without o-2", "Some / without Null aws:PrincipalArn",
            "Some / principal *", "Some / without principal arn:aws:iam::111122223333:root", "Some / without principal arn:aws:iam::222233334444:root", "Some / without principal s3.amazonaws.com",
        ]);
    });

    it("take away what is excepted", () => {
        const policy = document({ Sid: "Rest", Effect: "Deny", NotAction: ["iam:*", "sts:*"], NotResource: ["a", "b"], Condition: { ArnNotLike: { "aws:PrincipalArn": ["a", "b"] } } });
        assert.deepEqual(mutantsOf(policy, "*").map(({ name, fits }) => `${name}: ${fits}`), [
            "Rest / removed: fewer", "Rest / without iam:*: more", "Rest / without sts:*: more", "Rest / without a: more", "Rest / without b: more", "Rest / resource *: more",
            "Rest / without ArnNotLike aws:PrincipalArn: more", "Rest / ArnNotLike aws:PrincipalArn without a: more", "Rest / ArnNotLike aws:PrincipalArn without b: more",
        ]);
    });

    it("leave the rest of the document as it is", () => {
        const policy = document(deny("One", ["s3:DeleteObjectVersion", "s3:GetObject"]), deny("Two", "s3:PutObject"));
        const [removed, without] = mutantsOf(policy).map((mutant) => mutated(policy, mutant));
        assert.deepEqual(removed, document(deny("Two", "s3:PutObject")));
        assert.deepEqual(without, document({ ...deny("One", "s3:GetObject"), Action: ["s3:GetObject"] }, deny("Two", "s3:PutObject")));
    });
});

describe("the attack table notices", function () {
    this.timeout(60_000);

    it("every mutant of a statement that it tries, and of a dead statement none", () => {
        assert.deepEqual(survivorsOf(document(deny("Held", "s3:DeleteObjectVersion"))), []);
        assert.deepEqual(survivorsOf(document(deny("Held", "s3:DeleteObjectVersion"), deny("Dead", "s3:PutObjectAcl"))), ["vault bucket policy / Dead / removed"]);
    });

    it("a statement that says twice what is said once", () => {
        const twice = document(deny("Held", "s3:DeleteObjectVersion"), deny("Again", "s3:DeleteObjectVersion"));
        assert.deepEqual(survivorsOf(twice), ["vault bucket policy / Held / removed", "vault bucket policy / Again / removed"]);
    });

    it("a policy that is weaker than the table says: as a finding, and as a success in the grid", () => {
        const judged = (policy: Document) => attacks.map((each) => ({ attack: each, verdict: judgeAttack(documentsOf(policy), stage, each, { guardrails: false }) }));
        const held = judged(document(deny("Held", "s3:DeleteObjectVersion")));
        assert.deepEqual(findingsOf(held), []);
        assert.deepEqual(countsOf(held), { tried: 1, stopped: 1, succeeded: 0, notPreventable: 0, legitimate: 1 });
        assert.deepEqual(cellsOf(held).map(({ actor, harm, stopped, by }) => ({ actor, harm, stopped, by })), [{ actor: "A4", harm: "delete or shorten", stopped: 1, by: [{ control: "bucket policy", cases: 1 }] }]);
        const weak = judged(document(deny("Held", "s3:PutObjectAcl")));
        assert.deepEqual(findingsOf(weak), ["version (s3:DeleteObjectVersion) is stopped by nobody; the table says bucket policy"]);
        assert.equal(countsOf(weak).succeeded, 1);
    });
});

describe("survivors", () => {
    const given = [{ mutants: ["a policy / * / removed"], reason: "so it is" }];

    it("without a reason are told from those with one, and a reason without a survivor from the rest", () => {
        assert.deepEqual(explain(["a policy / X / removed", "a policy / X / s3:*"], given), {
            unexplained: ["a policy / X / s3:*"], stale: [], reasons: [{ reason: "so it is", survivors: ["a policy / X / removed"] }],
        });
        assert.deepEqual(explain([], given).stale, ["a policy / * / removed"]);
    });
});
