/** What each alarm that the functions say means, and what to do about it. Pure data. */
import type { AlarmCode } from "../../handlers/lib/log";
import type { Names } from "../arns";

export interface CodeText {
    /** One or two sentences for a person. */
    readonly means: string;
    /** The command to run first, with what it is for. */
    readonly run: string;
}

const upgrade = "pulumi up puts back what is missing; then see who changed it:";
const lookup = (event: string, where = "that account") => `in ${where}: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=${event}`;
const report = "npm run report, which lists every database with its last sealed snapshot.";

/** One per code, or why there is none. */
export const alarmCodes = ({ bucket, sealer, sealDeadLetters, watcher }: Names): Readonly<Record<AlarmCode, CodeText | { readonly instead: string }>> => ({
    "beyond-rpo": { means: "A database has just gone longer without a sealed export than it may.", run: `npm run status, which says why; ${report}` },
    "given-up": {
        means: "An export failed by itself as often as maxAttempts allows, and its snapshot isn't tried again. The next snapshot is.",
        run: "npm run status; the reason is RDS's own.",
    },
    "expired-unprotected": {
        means: "A wanted snapshot has left the lookback window without an export.",
        run: "npm run explain on the account's inventory; databases.catchUpFrom in the configuration widens the window once.",
    },
    stranger: {
        means: "Somebody else started exports into the vault under identifiers of our form. They are never sealed and protect nothing; treat it as an intrusion.",
        run: lookup("StartExportTask"),
    },
    failed: {
        means: "An export failed. It is tried again; if the last attempt fails, given-up says so.",
        run: "npm run doctor; the class in the query's result says whether the deployment or the export was at fault.",
    },
    canceled: {
        means: "Somebody in a source account canceled an export. It is tried again after an hour; unless it was you, treat it as an intrusion.",
        run: lookup("CancelExportTask"),
    },
    stuck: {
        means: "An export has been starting or canceling for hours. It holds one of five slots and isn't started a second time.",
        run: "aws rds cancel-export-task in that account, or a case with AWS Support.",
    },
    vanished: { means: "A snapshot was deleted before its export began.", run: `${lookup("DeleteDBSnapshot")} (and DeleteDBClusterSnapshot)` },
    disappeared: {
        means: "A database that has exports is no longer in its account. Unless it was dropped on purpose, it is the attack that this is for; its exports are safe.",
        run: `${lookup("DeleteDBInstance")} (and DeleteDBCluster); to restore: README, How to restore.`,
    },
    unsealed: {
        means: "An export is complete for 12 hours and has no manifest, so it doesn't count as protection.",
        run: `aws logs tail /aws/lambda/${sealer} --since 12h; then the dead letters in ${sealDeadLetters}.`,
    },
    "account-not-ready": { instead: "account-lost, and not-ready, which gives the stack of a new member two hours to come" },
    "account-lost": {
        means: "An account that was under protection couldn't be looked at for an hour: its access role is gone or lacks a right, or RDS throttles every call. Nothing of it is saved or watched; unless you did it, treat it as an intrusion.",
        run: `npm run doctor; ${lookup("DeleteRole")} (and UpdateAssumeRolePolicy, DeleteRolePolicy); where the reason is throttling, EventName DescribeDBSnapshots says who asks RDS so often.`,
    },
    "export-refused": {
        means: "RDS refused to start an export, for the role's, the key's or the deployment's sake.",
        run: `npm run doctor; ${upgrade} the reason names it.`,
    },
    partial: {
        means: "An export lacks tables or its files aren't as promised. It is kept and locked, but it is no protection.",
        run: `aws s3 ls --recursive s3://${bucket}/manifests/ACCOUNT/; the manifest's problems name the tables. Mend them, or accept them in exports.acceptedSkips.`,
    },
    tampering: {
        means: "Objects of an export were written over or hidden. The manifest pins the versions that were there first; treat it as an intrusion.",
        run: `${lookup("AssumeRole")}: who used the export role? Restore by manifest only.`,
    },
    flood: {
        means: "More than 200,000 versions lie under one export: somebody fills the vault, and every byte is locked and billed.",
        run: "Put the account into vault.suspendedAccounts and run pulumi up.",
    },
    unreadable: {
        means: "What RDS or the sealer wrote about an export can't be read, so it can't be sealed as complete.",
        run: `aws s3 ls --recursive s3://${bucket}/manifests/ACCOUNT/; npm run status.`,
    },
    "vault-not-ready": {
        means: "The sealer lacks a right on the vault, so nothing is sealed. Exports go on and are locked as they come.",
        run: `${upgrade} ${lookup("PutBucketPolicy", "the backup account")}`,
    },
    "organization-unreadable": {
        means: "The sweep can't read the organization or a unit. Accounts known before go on, new ones aren't found.",
        run: "npm run doctor, which says what the management account must do.",
    },
    "member-left": {
        means: "A member left the organization, was moved out of the enrolled units, or isn't active any more. Nothing of it is saved from now on; its exports stay.",
        run: `unless it was meant, move it back, or list it; ${lookup("MoveAccount", "the management account")} (and LeaveOrganization, RemoveAccountFromOrganization)`,
    },
    "lock-broken": {
        means: "Today's canary object in the vault doesn't carry the lock, date or key that every export must carry. What is written now may not be protected.",
        run: `aws s3api get-object-lock-configuration --bucket ${bucket}; ${upgrade} ${lookup("PutBucketObjectLockConfiguration", "the backup account")}`,
    },
    volume: {
        means: "An account wrote far more in a day than the median of its last 14 days. It is locked and billed until its date.",
        run: `aws logs tail /aws/lambda/${watcher} --since 2d; if it is a flood: vault.suspendedAccounts, pulumi up.`,
    },
    "trail-silent": {
        means: "No CloudTrail trail logs the writes of management events in all Regions, so the tamper rules hear nothing. Treat it as an intrusion.",
        run: `npm run doctor, which names the trails; ${lookup("StopLogging", "the trail's account")}`,
    },
});
