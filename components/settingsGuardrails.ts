/** What the guardrails' part of the configuration says together with the rest. Pure. */
import { partitionOf, rolePath } from "./arns";
import { accountsOf, type Add, type Path, type Usable } from "./settingsGlobs";
import type { Written } from "./settingsSchema";

/** Problems of `rds-vault:guardrails` beyond its form. */
export function checkGuardrails(written: Written, usable: Usable, add: Add): void {
    const { guardrails } = written;
    if (typeof guardrails !== "object" || guardrails === null) return;
    checkRoles(written, usable, add);
    checkTargets(written, usable, add);
    checkOtherSources(written, usable, add);
    const { otherRegions } = guardrails;
    if (!Array.isArray(otherRegions) || !usable("aws:region")) return;
    otherRegions.forEach((region: string, i) => {
        const path = ["guardrails", "otherRegions", i];
        if (!usable(...path)) return;
        if (region === written["aws:region"]) add(path, region, "This is the stack's own Region. Remove it.");
        else if (otherRegions.indexOf(region) < i) add(path, region, `This Region is already otherRegions[${otherRegions.indexOf(region)}]. Remove one of them.`);
        else if (partitionOf(region) !== partitionOf(written["aws:region"])) add(path, region, `No account has both this Region and ${written["aws:region"]}. Remove it.`);
    });
}

function checkOtherSources(written: Written, usable: Usable, add: Add): void {
    const { guardrails: { otherSources }, backupAccount, organization } = written;
    if (!Array.isArray(otherSources)) return;
    const own = [backupAccount, organization, ...accountsOf(written)].map((each) => each?.id);
    otherSources.forEach((source: string, i) => {
        const path = ["guardrails", "otherSources", i];
        if (usable(...path) && (own.includes(source) || otherSources.indexOf(source) < i)) add(path, source, "This one is already in. Remove it.");
    });
}

function checkRoles({ guardrails, backupAccount, ...written }: Written, usable: Usable, add: Add): void {
    const { breakGlassRoleArn, managementRoleArn } = guardrails;
    const breakGlass = ["guardrails", "breakGlassRoleArn"];
    const management = ["guardrails", "managementRoleArn"];
    const checkPartition = (path: Path, arn: string) => {
        if (usable("aws:region") && arn.split(":")[1] !== partitionOf(written["aws:region"])) add(path, arn, `Roles for ${written["aws:region"]} start with arn:${partitionOf(written["aws:region"])}:. Mend the ARN or aws:region.`);
    };
    if (breakGlassRoleArn !== undefined && usable(...breakGlass)) {
        checkPartition(breakGlass, breakGlassRoleArn);
        if (usable("backupAccount", "id") && breakGlassRoleArn.split(":")[4] !== backupAccount.id) {
            add(breakGlass, breakGlassRoleArn, `A key's policy can be changed from its own account only. Write a role of the backup account ${backupAccount.id}, which is assumed from another one.`);
        }
        if (usable("backupAccount", "deployRoleArn") && breakGlassRoleArn === backupAccount.deployRoleArn) {
            add(breakGlass, breakGlassRoleArn, "This is the deploy role, which the guardrails are to hold as well. Write another role, or leave it out.");
        }
        if (breakGlassRoleArn.includes(`:role${rolePath}`)) {
            add(breakGlass, breakGlassRoleArn, `The roles under ${rolePath} are the program's own, which the deploy role may change. Write a role of another path, or leave it out.`);
        }
    }
    if (managementRoleArn === undefined || !usable(...management)) return;
    checkPartition(management, managementRoleArn);
    const account = managementRoleArn.split(":")[4];
    const held = [backupAccount, ...accountsOf(written)].some((each) => each?.id === account);
    if (held) add(management, managementRoleArn, "This account is held by the guardrails: whoever has it could take them off. Write a role of the organization's management account.");
}

function checkTargets(written: Written, usable: Usable, add: Add): void {
    const { guardrails, backupAccount, organization } = written;
    const { managementRoleArn, targets } = guardrails;
    const at = ["guardrails", "targets"];
    if (!Array.isArray(targets)) return;
    if (managementRoleArn !== undefined && targets.length === 0) {
        add(at, targets, `With a managementRoleArn, write what the policies are attached to, such as ["${backupAccount?.id}"]. Or leave both out and attach by hand: npm run guardrails.`);
    }
    if (managementRoleArn === undefined && targets.length > 0) {
        add(["guardrails", "managementRoleArn"], managementRoleArn, "Write the role of the management account that attaches to the targets, or leave both out and attach by hand: npm run guardrails.");
    }
    const accounts = [backupAccount, ...accountsOf(written)].map((account) => account?.id);
    const units: readonly string[] = Array.isArray(organization?.organizationalUnits) ? organization.organizationalUnits : [];
    // What else is wrong with an account or unit doesn't matter here; whose id can't be read may be the target.
    const listed = accountsOf(written);
    const known = usable("backupAccount", "id") && (listed.length > 0 ? listed.every((_, i) => usable("sourceAccounts", i, "id")) : usable("sourceAccounts")) && usable("organization", "organizationalUnits");
    targets.forEach((target: string, i) => {
        if (!usable(...at, i)) return;
        if (targets.indexOf(target) < i) add([...at, i], target, `This target is already targets[${targets.indexOf(target)}]. Remove one of them.`);
        else if (known && ![...accounts, ...units].includes(target)) {
            add([...at, i], target, `The policies are for this stack's own accounts. Write one of: ${[...accounts, ...units].join(", ")}.`);
        }
    });
}
