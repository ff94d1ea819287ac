import { isLike } from "./sealing/glob";
import type { DatabaseRules, EnrolledUnits, Enrolment, Member, MemberRule } from "./types";

/** The rule that counts for a member: the last one that fits; `undefined`: none, so the global rules count. */
export const ruleOf = ({ rules }: EnrolledUnits, member: Member): MemberRule | undefined => rules.filter((rule) => fits(rule, member)).pop();

/** Which snapshots of a member are wanted. A listed account isn't asked for here: its own rules are in the enrolment. */
export const rulesOfMember = ({ organization, databases }: Enrolment, member: Member): DatabaseRules =>
    (organization && ruleOf(organization, member)?.databases) ?? databases;

/** Every criterion that is given holds. */
function fits({ accounts, names, units, tags }: MemberRule, member: Member): boolean {
    if (accounts && !accounts.includes(member.id)) return false;
    if (names && !names.some((glob) => isLike(member.name, glob))) return false;
    if (units && !units.some((unit) => member.units.includes(unit))) return false;
    return !tags || Object.entries(tags).some(([key, values]) => values.includes(member.tags[key] ?? "\0"));
}
