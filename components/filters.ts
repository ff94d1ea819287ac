/** Database filters, `[instance:|cluster:][<account id or name>/]<glob>`, compiled at deployment; globs over accounts' names, checked. Pure. */
import picomatch from "picomatch";
import type { Filter, Kind } from "../handlers/lib/types";
import { listed } from "./problems";
import { checkTable, type CheckedTable } from "./skips";

interface Account {
    readonly id: string;
    readonly name: string;
}

/** Which accounts a filter may name before its slash. */
export interface Scope {
    /** The listed accounts, by id or name. */
    readonly accounts: readonly Account[];
    /** Whether members of the organization may be named too: by id, since nobody knows their names before the deployment. */
    readonly members?: boolean;
    /** Whether the rules in which the filter stands are for an account; default: for all. */
    readonly meets?: (id: string) => boolean;
}

/** The filter, or a sentence that says what to write instead. */
export type Compiled = { readonly filter: Filter } | { readonly problem: string };

const shape = /^(?:(instance|cluster):)?(?:([^/]*)\/)?(.*)$/s;
/** RDS stores identifiers as lower-case letters, digits and hyphens; the rest is glob syntax. */
const impossible = /[^a-z0-9*?[\]{},^-]/;

/** Compiles a filter for the place where it stands. */
export function compileFilter(text: string, { accounts, members = false, meets = () => true }: Scope): Compiled {
    const [, kind, account, glob = ""] = shape.exec(text) ?? [];
    const badGlob = globProblem(glob);
    if (badGlob) return { problem: badGlob };

    const listedId = accounts.find(({ id, name }) => id === account || name === account)?.id;
    const named = listedId ?? (members && /^\d{12}$/.test(account ?? "") ? account : undefined);
    if (account !== undefined && named === undefined) return { problem: `There is no source account "${account}". ${known(accounts, members)}` };
    if (named !== undefined && !meets(named)) {
        return { problem: `These rules aren't for that account, so the filter never matches. Leave out "${account}/" or move it to rds-vault:databases.` };
    }
    const filter: Filter = {
        text,
        ...(kind && { kind: kind as Kind }),
        ...(named !== undefined && { account: named }),
        pattern: patternOf(glob),
    };
    return { filter };
}

function known(accounts: readonly Account[], members: boolean): string {
    const names = accounts.map(({ id, name }) => `${name} (${id})`);
    const oneOf = names.length > 0 ? ` one of: ${listed(names)}` : "";
    if (!members) return `Before the slash goes${oneOf}.`;
    return `Before the slash goes${oneOf && `${oneOf}, or`} the 12 digits of a member of the organization; only listed accounts can be named by name.`;
}

/**
 * A glob over the names of the organization's accounts. They may hold any printable character, as RDS's names of tables may, so
 * it is read as those are: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
 */
export function checkName(glob: string): CheckedTable {
    const checked = checkTable(glob);
    if ("glob" in checked) return checked;
    return { problem: "Of [, ], { and } none has a meaning here; only * and ? have. Write one glob per choice, or ? where a name holds such a character." };
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
