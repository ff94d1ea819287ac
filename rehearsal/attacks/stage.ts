/** What the cases are made from: a rendered stack, and accounts in and outside of it. Pure. */
import { arnsOf, namesOf } from "../../components/arns";
import type { Settings } from "../../components/settings";
import type { Rendered } from "../graph";
import { membersOf } from "./documents";
import type { Source, Stage } from "./types";

export function stageOf(rendered: Rendered, settings: Settings): Stage {
    const { region, partition, sourceAccounts, organization } = settings;
    const backup = settings.backupAccount.id;
    const place = { stack: settings.stack, region, backupAccountId: backup };
    const [listed, other] = sourceAccounts.map(({ id }) => id);
    const [member, tenant] = membersOf(settings);
    const sources: Source[] = [...(listed ? [{ account: listed, kind: "listed" } as const] : []), ...(member ? [{ account: member, kind: "member" } as const] : [])].map((each, i) => ({ ...each, id: i === 0 ? "" : each.kind }));
    const outsider = "888899990000";
    const management = "999900001111";
    const keys = rendered.resources.filter(({ type }) => type === "aws:kms/key:Key").map(({ name, outputs }) => ({ name, arn: outputs!.arn as string }));
    const keyArn = rendered.functions.start!.environment.VAULT_KEY_ARN!;
    const units = organization?.units ?? [];
    const paths = placesIn(organization?.organizationId ?? "o-example0001", {
        [member ?? ""]: units[0],
        [tenant ?? ""]: units[1] ?? units[0],
        ...Object.fromEntries([backup, outsider, management, ...sourceAccounts.map(({ id }) => id)].map((id) => [id, undefined])),
    });
    return {
        settings, rendered, arns: arnsOf(place), names: namesOf(place), keyArn, noticesKeyArn: keys.find(({ arn }) => arn !== keyArn)!.arn, partition, region,
        backup, sources, tenant: tenant ?? other ?? outsider, stranger: "123412341234", outsider, management,
        keysOf: (prefix, account) => {
            const path = paths[account];
            return path ? { [`aws:${prefix}OrgID`]: path.split("/", 1)[0]!, [`aws:${prefix}OrgPaths`]: [path] } : {};
        },
    };
}

/**
 * By account, as `aws:PrincipalOrgPaths` has it; undefined: in a unit that isn't enrolled.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
 */
function placesIn(organization: string, units: Readonly<Record<string, string | undefined>>): Record<string, string> {
    const elsewhere = "ou-ab12-99999999";
    return Object.fromEntries(Object.entries(units).map(([account, unit = elsewhere]) => [account, `${organization}/r-${unit.split("-")[1]}/${unit}/`]));
}
