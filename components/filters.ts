/** Database filters, `[instance:|cluster:][<account id or name>/]<glob>`, compiled at deployment. Pure. */
import picomatch from "picomatch";
import type { Filter, Kind } from "../handlers/lib/types";
import { listed } from "./problems";

interface Account {
    readonly id: string;
    readonly name: string;
}

/** The filter, or a sentence that says what to write instead. */
export type Compiled = { readonly filter: Filter } | { readonly problem: string };

const shape = /^(?:(instance|cluster):)?(?:([^/]*)\/)?(.*)$/s;
/** RDS stores identifiers as lower-case letters, digits and hyphens; the rest is glob syntax. */
const impossible = /[^a-z0-9*?[\]{},^-]/;

/**
 * @param accounts the source accounts, by whose id or name a filter may be narrowed
 * @param owner id of the account in whose own rules the filter stands
 */
export function compileFilter(text: string, accounts: readonly Account[], owner?: string): Compiled {
    const [, kind, account, glob = ""] = shape.exec(text) ?? [];
    const badGlob = globProblem(glob);
    if (badGlob) return { problem: badGlob };

    const named = account === undefined ? undefined : accounts.find(({ id, name }) => id === account || name === account);
    if (account !== undefined && !named) {
        const known = accounts.map(({ id, name }) => `${name} (${id})`);
        return { problem: `There is no source account "${account}". Before the slash goes one of: ${listed(known)}.` };
    }
    if (named && owner && named.id !== owner) {
        return { problem: `These are the rules of another account, so the filter never matches. Leave out "${account}/" or move it to rds-vault:databases.` };
    }
    const filter: Filter = {
        text,
        ...(kind && { kind: kind as Kind }),
        ...(named && { account: named.id }),
        pattern: patternOf(glob),
    };
    return { filter };
}

function globProblem(glob: string): string | undefined {
    if (glob === "") return `The glob is empty. Write a database identifier or a glob such as "shop-*"; "*" is every database.`;
    const found = impossible.exec(glob)?.[0];
    if (found) {
        const lower = /[A-Z]/.test(found) ? ` Write "${glob.toLowerCase()}".` : "";
        return `No RDS identifier contains "${found}": they are lower-case letters, digits and hyphens; a glob adds *, ?, [a-c] and {a,b}.${lower}`;
    }
    if (!balanced(glob) || patternOf(glob) === "$^") {
        return "The brackets or braces make no sense. Write [abc], [a-c] or [^a] for one character and {a,b} for a choice.";
    }
    return undefined;
}

/** picomatch takes a stray bracket for a letter and an impossible range for "never", silently. */
function balanced(glob: string): boolean {
    let rest = glob.replace(/\[\^?[a-z0-9-]+\]/g, "x");
    for (let before = ""; before !== rest; ) {
        before = rest;
        rest = rest.replace(/\{[^{}]*,[^{}]*\}/g, "x");
    }
    return !/[[\]{},^]/.test(rest);
}

const patternOf = (glob: string) => picomatch.makeRe(glob, { dot: true }).source;
