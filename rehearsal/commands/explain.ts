/** `npm run explain`: what the planner would do with given snapshots, and why. Needs no AWS. */
import { readFileSync } from "fs";
import { createColors } from "picocolors";
import type { Colors } from "picocolors/types";
import { namesOf, partitionOf } from "../../components/arns";
import { enrolmentOf } from "../../components/enrolment";
import type { Settings } from "../../components/settings";
import type { PlanSettings } from "../../handlers/lib/types";
import { settingsFromFile } from "../config";
import { explain, keyFromTasks, readEvidence, type Evidence, type Input } from "../explain";
import { asJson, asTable } from "../explained";
import { misplaced, readMemberList, type Members } from "../members";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `Says for every snapshot what the planner would do, by whose rules, and why; needs no AWS.

npm run explain -- FILE… [--stack NAME | --config FILE] [--members FILE] [--now ISO] [--key-arn ARN] [--json]

FILEs are what these print (any of them, in any order):
  aws rds describe-db-snapshots > snapshots.json
  aws rds describe-db-snapshots --snapshot-type awsbackup > awsbackup.json
  aws rds describe-db-cluster-snapshots > cluster-snapshots.json
  aws rds describe-export-tasks > tasks.json
  aws rds describe-db-instances > instances.json          # for tags
  aws rds describe-db-clusters > clusters.json            # for tags
  aws s3 ls --recursive s3://<vault bucket>/manifests/ > manifests.txt   # of a new vault it is empty

With organizational units in the configuration --members FILE tells the accounts that nobody lists; RULES says whose rules apply:
  aws organizations list-accounts > members.json
For rules by tag add to each account the "Tags" that this prints:
  aws organizations list-tags-for-resource --resource-id <account id>

  --members FILE    the accounts of the organization, see above
  --now ISO         as if it were that time, such as 2026-11-23T06:00:00Z; default: now
  --key-arn ARN     the vault key; default: the one in the tasks`;

const refuse = (problem: string): never => {
    throw usageError(problem);
};

const own = { now: { type: "string" }, members: { type: "string" }, "key-arn": { type: "string" } } as const;

function read(file: string): Input {
    try {
        return { file, text: readFileSync(file, "utf8") };
    } catch (error) {
        return refuse(`${file}: can't be read (${(error as NodeJS.ErrnoException).code})`);
    }
}

const membersFrom = ({ file, text }: Input) => readMemberList(file, text, (problem) => refuse(`${file}: ${problem}`));

/** What would be wrong to overlook. */
function warningsOf({ keys, notes }: Evidence, bucket: string, settings: Settings, members?: Members): string[] {
    const unread = `No manifests were given, so what is sealed already looks unsealed here. Give what aws s3 ls --recursive s3://${bucket}/manifests/ prints, as a file.`;
    return [...(members ? misplaced(settings, members) : []), ...(keys.has("Contents") ? [] : [unread]), ...notes];
}

/** What the command prints. Throws a UsageError, SettingsError or HelpAsked. */
export function explainCommand(args: string[], colours: Colors): string {
    const { file, json, positionals: files, ...values } = parseOptions(usage, own, args, true);
    if (!files.length) refuse(`Give at least one FILE.\n${usage}`);
    const now = values.now === undefined ? new Date() : new Date(values.now);
    if (Number.isNaN(now.getTime())) refuse(`--now: received ${values.now}, wanted an ISO time such as 2026-11-23T06:00:00Z`);

    const settings = settingsFromFile(file);
    if (values.members !== undefined && !settings.organization) refuse("--members: the configuration has no rds-vault:organization, so only listed accounts are enrolled");
    const members = values.members === undefined ? undefined : membersFrom(read(values.members));
    const evidence = readEvidence(files.map(read));
    const { region, backupAccount } = settings;
    const { bucket, exportRole } = namesOf({ stack: settings.stack, region, backupAccountId: backupAccount.id });
    const partition = partitionOf(region);
    const unknownKey = `arn:${partition}:kms:${region}:${backupAccount.id}:key/<created by pulumi up>`;
    const planned: PlanSettings = { ...enrolmentOf(settings), destination: { partition, bucket, keyArn: values["key-arn"] ?? unknownKey, exportRole } };
    const keyArn = values["key-arn"] ?? keyFromTasks(evidence, planned) ?? unknownKey;
    const decisions = explain(evidence, { ...planned, destination: { ...planned.destination, keyArn } }, now, { region, backupAccount: backupAccount.id, members });
    const warnings = warningsOf(evidence, bucket, settings, members);

    return json ? JSON.stringify(asJson(decisions, warnings), null, 2) : asTable(decisions, colours, warnings).join("\n");
}

if (require.main === module) {
    const colours = createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
    void runCommand(async () => console.log(explainCommand(process.argv.slice(2), colours)));
}
