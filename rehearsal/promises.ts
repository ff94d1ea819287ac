import type { Rendered } from "./graph";

interface Statement {
    Sid?: string;
    Effect: string;
    Principal?: "*" | Record<string, string | string[]>;
    Condition?: Record<string, Record<string, unknown>>;
}

/** Condition keys that tie a wildcard to units of an organization or to accounts; an organization's id alone would let in accounts that nobody enrolled. */
const anchors = ["aws:principalorgpaths", "aws:principalaccount", "aws:sourceorgpaths", "aws:sourceaccount"];
/** Operators that let in what is named; `StringNotEquals` or `Null` would let in everybody else. */
const naming = /^(ForAnyValue:)?(StringEquals|StringLike)$/;

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** What a rendered graph must never hold, in words; empty when all is well. */
export function brokenPromises({ resources }: Rendered): string[] {
    const ambient = resources
        .filter(({ type, account }) => type.startsWith("aws:") && !account)
        .map(({ urn }) => `${urn}: has no explicit provider and would land in the ambient account`);
    const policies = resources.flatMap(({ urn, inputs }) =>
        ["policy", "assumeRolePolicy", "templateBody"]
            .filter((key) => typeof inputs[key] === "string")
            .flatMap((key) => statementsIn(JSON.parse(inputs[key])).flatMap((statement) => badPrincipals(urn, statement))),
    );
    return [...ambient, ...policies];
}

/** Of a policy, or of every policy in a CloudFormation template, with CloudFormation's functions as the text that they hold. */
function statementsIn(value: unknown): Statement[] {
    if (Array.isArray(value)) return value.flatMap(statementsIn);
    if (typeof value !== "object" || value === null) return [];
    const { Statement: statements, ...rest } = value as { Statement?: Statement | Statement[] };
    return [...list(statements ?? []).map((each) => plain(each) as Statement), ...Object.values(rest).flatMap(statementsIn)];
}

function plain(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    const { "Fn::Sub": text } = value as { "Fn::Sub"?: string };
    return text ?? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function badPrincipals(urn: string, { Sid, Effect, Principal, Condition }: Statement): string[] {
    if (!Principal) return Sid ? [] : [`${urn}: a statement without Sid`];
    const where = `${urn}, statement ${Sid}`;
    const named = Principal === "*" ? ["*"] : list(Principal.AWS ?? []);
    const roles = named.filter((arn) => /:(role|assumed-role|user)\//.test(arn));
    const anchored = Object.entries(Condition ?? {}).some(
        ([operator, tests]) => naming.test(operator) && Object.entries(tests).some(([key, value]) => anchors.includes(key.toLowerCase()) && !list(value).includes("*")),
    );
    const open = Effect === "Allow" && named.includes("*") && !anchored;
    return [
        ...(Sid ? [] : [`${urn}: a statement without Sid`]),
        ...roles.map((arn) => `${where}: names the role ${arn} as Principal, which goes dead when it is re-created`),
        ...(open ? [`${where}: allows everybody, without a condition on units (aws:PrincipalOrgPaths) or accounts`] : []),
    ];
}
