/** What the watching's part of the configuration says together with the rest. Pure. */
import { partitionOf } from "./arns";
import { accountsOf, type Add, type Path, type Usable } from "./settingsGlobs";
import type { Written } from "./settingsSchema";

/** Problems of `rds-vault:monitoring` beyond its form. */
export function checkMonitoring({ monitoring, ...written }: Written, usable: Usable, add: Add): void {
    if (typeof monitoring !== "object" || monitoring === null) return;
    // Mail programs hardly tell upper from lower case before the @ either.
    checkDistinct(monitoring.alertEmails, ["monitoring", "alertEmails"], (email) => email.toLowerCase(), "address", usable, add);
    checkRpo(written.databases, monitoring.rpoHours, usable, add);
    const { heartbeatTopicArn: arn } = monitoring;
    const path = ["monitoring", "heartbeatTopicArn"];
    if (arn === undefined || !usable(...path)) return;
    const [, partition, , , account] = arn.split(":");
    const region = usable("aws:region") ? written["aws:region"] : undefined;
    if (region && partition !== partitionOf(region)) {
        add(path, arn, `Topics that ${region} can publish to start with arn:${partitionOf(region)}:. Mend the ARN or aws:region.`);
    }
    if (usable("backupAccount", "id") && account === written.backupAccount.id) {
        const why = "This topic is in the backup account. The heartbeat is for a watcher outside, who notices when that account falls silent as a whole.";
        add(path, arn, `${why} Write a topic of another account, or leave it out.`);
    }
    const source = accountsOf(written).find((each) => each.id === account);
    if (usable("sourceAccounts") && source) {
        add(path, arn, `This topic is in the source account ${source.name}. Whoever takes that account over could keep the heartbeat going. Write a topic of an account that isn't saved here, or leave it out.`);
    }
}

/** RDS takes automated snapshots once a day, and one that is thinned to a day is exported once in it. */
function checkRpo(databases: Written["databases"], rpoHours: unknown, usable: Usable, add: Add): void {
    const path = ["monitoring", "rpoHours"];
    if (typeof rpoHours !== "number" || !usable(...path) || databases?.frequency === "every" || rpoHours >= 25) return;
    add(path, rpoHours, "With one export a day every database would be beyond it each day. Write at least 25 (a day, and an hour for the export itself; 36 is the default), or databases.frequency: every.");
}

/** The kill switch is thrown in a hurry: an id that stops nobody must not pass. Which members there are, only the organization knows. */
export function checkSuspended(written: Written, usable: Usable, add: Add): void {
    const ids = written.vault?.suspendedAccounts;
    const path = ["vault", "suspendedAccounts"];
    checkDistinct(ids, path, (id) => id, "account", usable, add);
    if (!Array.isArray(ids)) return;
    const accounts = accountsOf(written);
    ids.forEach((id, i) => {
        if (!usable(...path, i)) return;
        if (usable("backupAccount", "id") && id === written.backupAccount.id) {
            add([...path, i], id, "This is the backup account, whose sealer writes the manifests: without it nothing counts as saved. Name the account that floods.");
        } else if (written.organization === undefined && usable("sourceAccounts") && !accounts.some((account) => account.id === id)) {
            add([...path, i], id, `This account isn't saved here, so there is nothing to stop. Write one of: ${accounts.map((account) => `${account.id} (${account.name})`).join(", ")}.`);
        }
    });
}

function checkDistinct(values: unknown, path: Path, same: (value: string) => string, what: string, usable: Usable, add: Add): void {
    if (!Array.isArray(values)) return;
    const seen: string[] = [];
    values.forEach((value: string, i) => {
        if (!usable(...path, i)) return;
        const first = seen.indexOf(same(value));
        if (first >= 0) add([...path, i], value, `This ${what} is already ${path[path.length - 1]}[${first}]. Remove one of them.`);
        seen[i] = same(value);
    });
}
