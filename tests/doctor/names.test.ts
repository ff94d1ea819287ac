// Doesn't prove under which names AWS answers that there is nothing of a name: they are those of the API references.
import assert from "node:assert/strict";
import { join } from "node:path";
import { toldAnybody } from "../../doctor/backupAccount";
import { hubNames, sourceNames, stackSetName } from "../../doctor/names";
import { settingsFromFile } from "../../rehearsal/config";
import { renderedStack, root } from "../rendered";
import { awsError, backup, fake, fails, listed, rollout } from "./fakes";

const file = "tests/fixtures/Pulumi.organization.yaml";
const settings = settingsFromFile(join(root, file));

/** Answers that the names in `taken` are there; collects what it was asked for. */
function holding(taken: (name: string) => boolean, asked: string[] = []) {
    const answer = (error: string, field: string) => (input: Record<string, string>) => {
        asked.push(input[field]!);
        if (!taken(input[field]!)) throw awsError(error, 404);
        return {};
    };
    return fake({
        iam: { getRole: answer("NoSuchEntityException", "RoleName") },
        eventBridge: { describeRule: answer("ResourceNotFoundException", "Name") },
        cloudFormation: { describeStackSet: answer("StackSetNotFoundException", "StackSetName") },
    } as never);
}

describe("the doctor on names", () => {
    const looks = {
        "the backup account": { account: backup, ask: (clients: ReturnType<typeof fake>) => hubNames(settings, clients) },
        "a listed account": { account: listed, ask: (clients: ReturnType<typeof fake>) => sourceNames(settings, "billing", clients) },
        "the rollout account": { account: rollout, ask: (clients: ReturnType<typeof fake>) => stackSetName(settings, clients) },
    };
    for (const [where, { account, ask }] of Object.entries(looks)) {
        it(`asks for what the program creates in ${where}, and is content when it is free or all there`, async () => {
            const asked: string[] = [];
            const [free] = await ask(holding(() => false, asked));
            const [there] = await ask(holding(() => true));
            assert.deepEqual([free!.status, there!.status], ["ok", "ok"]);
            assert.match(there!.text, /fine if this stack took them/);
            const types = ["aws:iam/role:Role", "aws:cloudformation/stackSet:StackSet", ...(account === listed ? ["aws:cloudwatch/eventRule:EventRule"] : [])];
            const created = renderedStack(file).resources.filter((resource) => resource.account === account && types.includes(resource.type));
            assert.deepEqual(asked.sort(), created.map(({ inputs }) => inputs.name as string).sort());
        });
    }
    it("complains about names of which some are taken", async () => {
        const [finding] = await sourceNames(settings, "billing", holding((name) => name.endsWith("-export")));
        assert.equal(finding!.status, "problem");
        assert.match(finding!.text, /^role rds-vault-.*-export is there already, the other 3 names are free/);
        assert.match(finding!.fix!, /aws iam get-role --role-name rds-vault-.*-export$/);
    });
    it("doesn't take a refusal for a free name", async () => assert.equal((await hubNames(settings, fake({})))[0]!.status, "unseen"));
});

describe("the doctor on who is told", () => {
    const ask = async (subscriptions: readonly object[] | undefined, alertEmails: readonly string[] = ["backup-team@example.com"]) => {
        const listSubscriptionsByTopic = subscriptions ? () => ({ Subscriptions: subscriptions }) : fails("NotFoundException", 404);
        return (await toldAnybody({ ...settings, monitoring: { ...settings.monitoring, alertEmails } }, fake({ sns: { listSubscriptionsByTopic } } as never)))[0]!;
    };
    const confirmed = { SubscriptionArn: "arn:aws:sns:eu-west-1:444455556666:notices:1", Endpoint: "a@example.com" };
    it("is content once an address has confirmed, and before the first pulumi up", async () => {
        assert.match((await ask([confirmed])).text, /^1 subscription is confirmed$/);
        assert.match((await ask(undefined)).text, /^no topic yet; .* backup-team@example.com must confirm/);
        assert.deepEqual([(await ask([confirmed])).status, (await ask(undefined)).status], ["ok", "ok"]);
    });
    it("complains about an address that hasn't confirmed, and where nobody would be told", async () => {
        const waits = await ask([confirmed, { SubscriptionArn: "PendingConfirmation", Endpoint: "b@example.com" }]);
        assert.deepEqual([waits.status, waits.text], ["problem", "b@example.com hasn't confirmed and hears nothing."]);
        for (const finding of [await ask([], []), await ask(undefined, [])]) assert.match(`${finding.status} ${finding.fix}`, /^problem Add an address to rds-vault:monitoring.alertEmails/);
    });
    it("says so where it may not look", async () => assert.equal((await toldAnybody(settings, fake({})))[0]!.status, "unseen"));
});
