import * as pulumi from "@pulumi/pulumi";
import { accountProvider } from "./components/accounts";
import { namesOf } from "./components/arns";
import { loadSettings } from "./components/config";
import { enrolmentOf } from "./components/enrolment";
import { Guardrails } from "./components/guardrails";
import { guardrailsOf } from "./components/guardrails/documents";
import { unheldTargets } from "./components/guardrails/unheld";
import { Hub } from "./components/hub";
import { assertWithinLimits } from "./components/limits";
import { Rollout } from "./components/rollout";
import { Source } from "./components/source";
import { Vault } from "./components/vault";
import { vaultTimes } from "./components/vault/lifecycle";
import { Watch } from "./components/watch";
import { nobodyTold } from "./components/watch/topic";

const settings = loadSettings();
assertWithinLimits(settings, (message) => void pulumi.log.warn(message));

const silence = nobodyTold(settings.monitoring.alertEmails);
if (silence) void pulumi.log.warn(silence);
for (const unheld of unheldTargets(settings)) void pulumi.log.warn(unheld);

const { stack, region, backupAccount, sourceAccounts, organization, monitoring, guardrails } = settings;
const { breakGlassRoleArn, managementRoleArn, targets } = guardrails;
const { retentionDays, suspendedAccounts } = settings.vault;
const place = { stack, region, backupAccountId: backupAccount.id };
const sources = { accounts: sourceAccounts.map(({ id }) => id), organization };
const enrolment = enrolmentOf(settings);
const inBackupAccount = { providers: { aws: accountProvider("backup", backupAccount, region) } };

// Creation runs against the flow of the data: vault, hub, then who watches them, sources. Listed accounts get a provider each, enrolled units one StackSet.
const vault = new Vault(
    "vault",
    { place, deployRoleArn: backupAccount.deployRoleArn, breakGlassRoleArn, sources, times: vaultTimes(settings), suspendedAccounts },
    inBackupAccount,
);
const hub = new Hub(
    "hub",
    {
        place,
        enrolment,
        acceptedSkips: settings.exports.acceptedSkips,
        retentionDays,
        keyArn: vault.keyArn,
        monitoring,
    },
    { ...inBackupAccount, dependsOn: vault.ready },
);
const watch = new Watch(
    "watch",
    { place, monitoring, deployRoleArn: backupAccount.deployRoleArn, breakGlassRoleArn, keyArn: vault.keyArn, enrolment, retentionDays },
    { ...inBackupAccount, dependsOn: hub.ready },
);
const listed = sourceAccounts.map(
    (account) =>
        new Source(
            account.name,
            { place, accountId: account.id, keyArn: vault.keyArn, hubReady: hub.ready },
            { providers: { aws: accountProvider(account.name, account, region) } },
        ),
);

const rollouts = organization
    ? [
          new Rollout(
              "rollout",
              { place, units: organization.units, keyArn: vault.keyArn, hubReady: hub.ready },
              { providers: { aws: accountProvider("rollout", organization.rolloutAccount, region) } },
          ),
      ]
    : [];

// Last: once they are attached, nobody changes what they hold.
if (managementRoleArn) {
    const management = { id: managementRoleArn.split(":")[4]!, deployRoleArn: managementRoleArn };
    new Guardrails(
        "guardrails",
        { place, documents: guardrailsOf(settings), targets },
        { providers: { aws: accountProvider("management", management, region) }, dependsOn: [vault, hub, watch, ...listed, ...rollouts] },
    );
}

export const vaultBucket = namesOf(place).bucket;
export const vaultKeyArn = vault.keyArn;
