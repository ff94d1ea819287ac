/** The filters and table globs of the configuration: what can't be compiled, or accepts too much. Pure. */
import { checkName, compileFilter, type Scope } from "./filters";
import { acceptsEverything, checkTable } from "./skips";
import type { WrittenRules } from "./databaseSchema";
import type { Written } from "./settingsSchema";

export type Path = (string | number)[];
export type Add = (path: Path, received: unknown, message: string) => void;
/** Whether the value at a path is there as the schema wants it; an unknown key beside it doesn't matter. */
export type Usable = (...path: Path) => boolean;

/** The source accounts as far as they could be read. */
export const accountsOf = (written: Pick<Written, "sourceAccounts">) => (Array.isArray(written.sourceAccounts) ? written.sourceAccounts : []);
/** Of the organization as far as they could be read. */
export const memberRulesOf = ({ organization }: Written) => (Array.isArray(organization?.rules) ? organization.rules : []);
const scopeOf = (written: Written): Scope => ({
    accounts: accountsOf(written).map((account) => ({ id: String(account?.id), name: String(account?.name) })),
    members: written.organization !== undefined,
});

/** @param meets whether the rules are for an account; default: for all */
export function checkFilters(rules: WrittenRules, path: Path, written: Written, meets: Scope["meets"], usable: Usable, add: Add): void {
    const compile = (text: string) => compileFilter(text, { ...scopeOf(written), meets });
    const check = (texts: unknown, listPath: Path) => void compiled(texts, listPath, compile, usable, add);
    check(rules.include, [...path, "include"]);
    check(rules.exclude, [...path, "exclude"]);
    if (!Array.isArray(rules.overrides)) return;
    rules.overrides.forEach((each, i) => check(each?.databases, [...path, "overrides", i, "databases"]));
}

/** The globs over members' names. */
export function checkNames(written: Written, usable: Usable, add: Add): void {
    memberRulesOf(written).forEach((rule, i) => void compiled(rule?.names, ["organization", "rules", i, "names"], checkName, usable, add));
}

/** Skips that everything would pass make every export complete, and no one would hear of a table that is missing. */
export function checkSkips(written: Written, usable: Usable, add: Add): void {
    const { acceptedSkips } = written.exports ?? {};
    if (!Array.isArray(acceptedSkips)) return;
    acceptedSkips.forEach((skip, i) => {
        const path = ["exports", "acceptedSkips", i];
        const databases = compiled(skip?.databases, [...path, "databases"], (text) => compileFilter(text, scopeOf(written)), usable, add);
        const tables = compiled(skip?.tables, [...path, "tables"], checkTable, usable, add);
        if (!acceptsEverything(databases.map(({ filter }) => filter.pattern), tables.map(({ glob }) => glob))) return;
        add(path, skip, "This accepts every table of every database: whatever RDS leaves out, exports would count as complete. Name the databases or the tables.");
    });
}

/** What could be compiled; the rest is reported, unless the schema has done so. */
function compiled<C extends object>(texts: unknown, path: Path, compile: (text: string) => C, usable: Usable, add: Add) {
    const results = Array.isArray(texts) ? texts.flatMap((text: string, i) => (usable(...path, i) ? [{ text, i, result: compile(text) }] : [])) : [];
    return results.flatMap(({ text, i, result }) => {
        if (!("problem" in result)) return [result as Exclude<C, { problem: string }>];
        add([...path, i], text, String(result.problem));
        return [];
    });
}
