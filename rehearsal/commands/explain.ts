/** `npm run explain`: what the planner would do with given snapshots, and why. Needs no AWS. */
import { readFileSync } from "fs";
import { parseArgs } from "util";
import { createColors } from "picocolors";
import type { Colors } from "picocolors/types";
import { namesOf, partitionOf } from "../../components/arns";
import { enrolmentOf } from "../../components/enrolment";
import type { PlanSettings } from "../../handlers/lib/types";
import { settingsFromFile, stackFile } from "../config";
import { runCommand } from "./options";
import { explain, keyFromTasks, readEvidence, type Input } from "../explain";
import { asJson, asTable } from "../explained";
import { readMemberList } from "../members";

const usage = `Usage: npm run explain -- [FILE…] [--stack NAME | --config FILE] [--members FILE] [--now ISO] [--key-arn ARN] [--json]

Says for every snapshot what the planner would do, and why. FILEs are what these print (any of them, in any order):
  aws rds describe-db-snapshots > snapshots.json
  aws rds describe-db-snapshots --snapshot-type awsbackup > awsbackup.json
  aws rds describe-db-cluster-snapshots > cluster-snapshots.json
  aws rds describe-export-tasks > tasks.json
  aws rds describe-db-instances > instances.json          # for tags
  aws rds describe-db-clusters > clusters.json            # for tags
  aws s3 ls --recursive s3://<vault bucket>/manifests/ > manifests.txt

With organizational units in the configuration --members FILE tells the accounts that nobody lists; RULES says whose rules apply:
  aws organizations list-accounts > members.json
For rules by tag add to each account the "Tags" that this prints:
  aws organizations list-tags-for-resource --resource-id <account id>`;

const refuse = (problem: string): never => {
    throw Object.assign(new Error(problem), { name: "UsageError" });
};

function commandLine(args: string[]) {
    const text = { type: "string" } as const;
    const options = { config: text, stack: text, now: text, members: text, "key-arn": text, json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    try {
        const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
        return { values, files: positionals };
    } catch (error) {
        return refuse(`${(error as Error).message}\n\n${usage}`);
    }
}

function read(file: string): Input {
    try {
        return { file, text: readFileSync(file, "utf8") };
    } catch (error) {
        return refuse(`${file}: can't be read (${(error as NodeJS.ErrnoException).code})`);
    }
}

const membersFrom = ({ file, text }: Input) => readMemberList(file, text, (problem) => refuse(`${file}: ${problem}`));

/** What the command prints. Throws a UsageError or SettingsError. */
export function explainCommand(args: string[], colours: Colors): string {
    const { values, files } = commandLine(args);
    if (values.help) return usage;
    if (!files.length) refuse(usage);
    if (values.config !== undefined && values.stack !== undefined) refuse("--config and --stack exclude each other");
    const now = values.now === undefined ? new Date() : new Date(values.now);
    if (Number.isNaN(now.getTime())) refuse(`--now: received ${values.now}, wanted an ISO time such as 2026-11-23T06:00:00Z`);

    const settings = settingsFromFile(values.config ?? stackFile(values.stack ?? "prod"));
    if (values.members !== undefined && !settings.organization) refuse("--members: the configuration has no rds-vault:organization, so only listed accounts are enrolled");
    const members = values.members === undefined ? undefined : membersFrom(read(values.members));
    const evidence = readEvidence(files.map(read));
    const { region, backupAccount } = settings;
    const { bucket, exportRole } = namesOf({ stack: settings.stack, region, backupAccountId: backupAccount.id });
    const partition = partitionOf(region);
    const unknownKey = `arn:${partition}:kms:${region}:${backupAccount.id}:key/<created by pulumi up>`;
    const planned: PlanSettings = { ...enrolmentOf(settings), destination: { partition, bucket, keyArn: values["key-arn"] ?? unknownKey, exportRole } };
    const keyArn = values["key-arn"] ?? keyFromTasks(evidence, planned) ?? unknownKey;
    const decisions = explain(evidence, { ...planned, destination: { ...planned.destination, keyArn } }, now, members);

    return values.json ? JSON.stringify(asJson(decisions), null, 2) : asTable(decisions, colours).join("\n");
}

if (require.main === module) {
    const colours = createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
    void runCommand(async () => console.log(explainCommand(process.argv.slice(2), colours)));
}
