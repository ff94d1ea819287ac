import type { Rendered } from "./graph";

interface Statement {
    Sid?: string;
    Effect: string;
    Principal?: "*" | Record<string, string | string[]>;
    Condition?: Record<string, Record<string, unknown>>;
}

/** Condition keys that tie a wildcard to an organization or to accounts. */
const anchors = ["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:sourceorgid", "aws:sourceaccount"];
/** Operators that let in what is named; `StringNotEquals` or `Null` would let in everybody else. */
const naming = /^(ForAnyValue:)?(StringEquals|StringLike)$/;

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** What a rendered graph must never hold, in words; empty when all is well. */
export function brokenPromises({ resources }: Rendered): string[] {
    const ambient = resources
        .filter(({ type, account }) => type.startsWith("aws:") && !account)
        .map(({ urn }) => `${urn}: has no explicit provider and would land in the ambient account`);
    const policies = resources.flatMap(({ urn, inputs }) =>
        ["policy", "assumeRolePolicy"]
            .filter((key) => typeof inputs[key] === "string")
            .flatMap((key) => list<Statement>(JSON.parse(inputs[key]).Statement).flatMap((statement) => badPrincipals(urn, statement))),
    );
    return [...ambient, ...policies];
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
        ...(open ? [`${where}: allows everybody, without an organization or account condition`] : []),
    ];
}
