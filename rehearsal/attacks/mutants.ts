/** Every small weakening or widening of a policy document: what the attack table must notice. Pure. */
import type { Document } from "../../components/policies/document";

type Values = string | readonly string[];

/** A statement, as it lies in a rendered document. */
export interface Plain {
    readonly Sid: string;
    readonly Effect: "Allow" | "Deny";
    readonly Principal?: "*" | Readonly<Record<string, Values>>;
    readonly Action?: Values;
    readonly NotAction?: Values;
    readonly Resource?: Values;
    readonly NotResource?: Values;
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

export interface Mutant {
    /** Stable: `DenyPlainHttp / without Bool aws:SecureTransport`. */
    readonly name: string;
    /** Position in the document. */
    readonly index: number;
    readonly before: Plain;
    /** Absent: removed. */
    readonly after?: Plain;
    /** Whether the statement then fits fewer calls, or more. */
    readonly fits: "fewer" | "more";
}

const listed = (values: Values): readonly string[] => (typeof values === "string" ? [values] : values);
const without = <T extends object>(from: T, key: string): T => Object.fromEntries(Object.entries(from).filter(([each]) => each !== key)) as T;

export const statementsOf = (document: Document): readonly Plain[] => document.Statement as unknown as readonly Plain[];

export const mutated = (document: Document, { index, after }: Mutant): Document =>
    ({ ...document, Statement: statementsOf(document).flatMap((each, i) => (i !== index ? [each] : after ? [after] : [])) }) as unknown as Document;

/**
 * @param widest what a resource is widened to; absent where the policy can only speak of the one resource that it lies on
 */
export function mutantsOf(document: Document, widest?: string): Mutant[] {
    return statementsOf(document).flatMap((before, index) => {
        const mutant = (how: string, fits: Mutant["fits"], after?: Plain): Mutant => ({ name: `${before.Sid} / ${how}`, index, before, ...(after && { after }), fits });
        return [
            mutant("removed", "fewer"),
            ...ofList(before, "Action").map(([how, after]) => mutant(how, "fewer", after)),
            ...ofList(before, "NotAction").map(([how, after]) => mutant(how, "more", after)),
            ...ofList(before, "Resource").map(([how, after]) => mutant(how, "fewer", after)),
            ...ofList(before, "NotResource").map(([how, after]) => mutant(how, "more", after)),
            ...widenedActions(before).map(([how, after]) => mutant(how, "more", after)),
            ...widenedResource(before, widest).map(([how, after]) => mutant(how, "more", after)),
            ...ofConditions(before).map(([how, fits, after]) => mutant(how, fits, after)),
            ...ofPrincipal(before).map(([how, fits, after]) => mutant(how, fits, after)),
        ];
    });
}

type Changed = [how: string, after: Plain];
type Fitting = [how: string, fits: Mutant["fits"], after: Plain];

/** Without one of several; without the only one there is no statement. */
function ofList(statement: Plain, key: "Action" | "NotAction" | "Resource" | "NotResource"): Changed[] {
    const values = listed(statement[key] ?? []);
    return values.length < 2 ? [] : values.map((value) => [`without ${value}`, { ...statement, [key]: values.filter((each) => each !== value) }]);
}

/** All actions of a service for those that are named; once for each service. */
function widenedActions(statement: Plain): Changed[] {
    const actions = listed(statement.Action ?? []);
    const services = new Set(actions.filter((action) => action !== "*").map((action) => action.slice(0, action.indexOf(":"))));
    return [...services].filter((service) => !actions.includes(`${service}:*`)).map((service) => [`${service}:*`, { ...statement, Action: [...actions.filter((action) => !action.startsWith(`${service}:`)), `${service}:*`] }]);
}

function widenedResource(statement: Plain, widest: string | undefined): Changed[] {
    if (widest === undefined) return [];
    if (statement.NotResource) return [[`resource ${widest}`, { ...without(statement, "NotResource"), Resource: widest }]];
    const resources = listed(statement.Resource ?? []);
    if (resources.length === 0 || resources.includes(widest)) return [];
    return [[`resource ${widest}`, { ...statement, Resource: widest === "*" ? "*" : [...resources, widest] }]];
}

function ofConditions(statement: Plain): Fitting[] {
    const conditions = statement.Condition ?? {};
    return Object.entries(conditions).flatMap(([operator, keys]) =>
        Object.entries(keys).flatMap(([key, given]): Fitting[] => {
            const bare = without(keys, key);
            const rest = Object.keys(bare).length > 0 ? { ...conditions, [operator]: bare } : without(conditions, operator);
            const unconditioned = Object.keys(rest).length > 0 ? { ...statement, Condition: rest } : without(statement, "Condition");
            const values = listed(given);
            // A value fewer of "is one of" fits fewer calls, of "is none of" more.
            const fits = /Not/.test(operator) ? "more" : "fewer";
            const fewer = values.length < 2 ? [] : values.map((value): Fitting => [`${operator} ${key} without ${value}`, fits, { ...statement, Condition: { ...conditions, [operator]: { ...keys, [key]: values.filter((each) => each !== value) } } }]);
            return [[`without ${operator} ${key}`, "more", unconditioned], ...fewer];
        }),
    );
}

function ofPrincipal(statement: Plain): Fitting[] {
    const { Principal: principal } = statement;
    if (principal === undefined || principal === "*") return [];
    const kinds = Object.entries(principal);
    const everybody = principal.AWS === "*" ? [] : [["principal *", "more", { ...statement, Principal: { AWS: "*" } }] satisfies Fitting];
    return [
        ...everybody,
        ...kinds.flatMap(([kind, given]): Fitting[] => {
            const values = listed(given);
            if (values.length < 2) return kinds.length < 2 ? [] : [[`without principal ${values[0]}`, "fewer", { ...statement, Principal: without(principal, kind) }]];
            return values.map((value): Fitting => [`without principal ${value}`, "fewer", { ...statement, Principal: { ...principal, [kind]: values.filter((each) => each !== value) } }]);
        }),
    ];
}
