// Doesn't prove that RDS keeps to the identifiers that it documents.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkName, compileFilter } from "../../components/filters";
import { isLike } from "../../handlers/lib/sealing/glob";

const accounts = [
    { id: "111122223333", name: "shop" },
    { id: "222233334444", name: "billing" },
];

function filterOf(text: string) {
    const compiled = compileFilter(text, { accounts });
    assert.ok("filter" in compiled, text);
    return compiled.filter;
}
const matches = (glob: string, identifier: string) => new RegExp(filterOf(glob).pattern).test(identifier);

describe("filters", () => {
    const scopes: [string, { kind?: string; account?: string }][] = [
        ["orders", {}],
        ["instance:orders", { kind: "instance" }],
        ["cluster:*", { kind: "cluster" }],
        ["shop/orders", { account: "111122223333" }],
        ["222233334444/orders", { account: "222233334444" }],
        ["cluster:billing/orders-*", { kind: "cluster", account: "222233334444" }],
    ];
    for (const [text, scope] of scopes) {
        it(`${text} is for ${JSON.stringify(scope)}`, () => {
            const { pattern, ...rest } = filterOf(text);
            assert.deepEqual(rest, { text, ...scope });
            assert.match(pattern, /^\^.*\$$/);
        });
    }

    const globs: [string, string[], string[]][] = [
        ["orders", ["orders"], ["orders-2", "my-orders"]],
        ["*", ["a", "orders-2"], []],
        ["*-scratch", ["shop-scratch"], ["scratch", "shop-scratch-2"]],
        ["tmp-?", ["tmp-1"], ["tmp-", "tmp-12"]],
        ["db-[a-c]", ["db-b"], ["db-d"]],
        ["db-[^a-c]", ["db-d"], ["db-b"]],
        ["{orders,billing}-*", ["orders-1", "billing-1"], ["shop-1"]],
        ["{a,{b,c}-1}", ["a", "b-1", "c-1"], ["a-1"]],
        ["a**z", ["az", "a-z"], ["a"]],
    ];
    for (const [glob, inside, outside] of globs) {
        it(`${glob} matches ${inside.join(", ")} and not ${outside.join(", ") || "nothing"}`, () => {
            for (const identifier of inside) assert.ok(matches(glob, identifier), identifier);
            for (const identifier of outside) assert.ok(!matches(glob, identifier), identifier);
        });
    }

    const impossible = (character: string) => `No RDS identifier contains "${character}": they are lower-case letters, digits and hyphens; a glob adds *, ?, [a-c] and {a,b}.`;
    const empty = 'The glob is empty. Write a database identifier or a glob such as "shop-*"; "*" is every database.';
    const brackets = "The brackets or braces make no sense. Write [abc], [a-c] or [^a] for one character and {a,b} for a choice.";
    const unknown = (name: string) => `There is no source account "${name}". Before the slash goes one of: shop (111122223333), billing (222233334444).`;
    const refused: [string, string][] = [
        ["", empty],
        ["shop/", empty],
        ["instance:", empty],
        ["Orders", `${impossible("O")} Write "orders".`],
        ["my_db", impossible("_")],
        ["db.1", impossible(".")],
        ["db:orders", impossible(":")],
        ["a b", impossible(" ")],
        ["!orders", impossible("!")],
        ["@(a|b)", impossible("@")],
        ["shop/a/b", impossible("/")],
        ["a[", brackets],
        ["a]", brackets],
        ["[]", brackets],
        ["[z-a]", brackets],
        ["{a", brackets],
        ["a}", brackets],
        ["{a}", brackets],
        ["a,b", brackets],
        ["a^b", brackets],
        ["nobody/x", unknown("nobody")],
        ["999988887777/x", unknown("999988887777")],
        ["/x", unknown("")],
    ];
    for (const [text, problem] of refused) {
        it(`refuses "${text}"`, () => assert.deepEqual(compileFilter(text, { accounts }), { problem }));
    }

    it("lets an account's own rules name that account only", () => {
        const rulesOf = (owner: string) => ({ accounts, meets: (id: string) => id === owner });
        assert.ok("filter" in compileFilter("shop/x", rulesOf("111122223333")));
        assert.deepEqual(compileFilter("shop/x", rulesOf("222233334444")), {
            problem: 'These rules aren\'t for that account, so the filter never matches. Leave out "shop/" or move it to rds-vault:databases.',
        });
    });

    it("names members of the organization by id, and only listed accounts by name", () => {
        const compiled = compileFilter("cluster:999988887777/x-*", { accounts, members: true });
        assert.ok("filter" in compiled);
        assert.deepEqual([compiled.filter.kind, compiled.filter.account], ["cluster", "999988887777"]);
        const only = "the 12 digits of a member of the organization; only listed accounts can be named by name.";
        assert.deepEqual(compileFilter("ledger/x", { accounts, members: true }), {
            problem: `There is no source account "ledger". Before the slash goes one of: shop (111122223333), billing (222233334444), or ${only}`,
        });
        assert.deepEqual(compileFilter("/x", { accounts: [], members: true }), { problem: `There is no source account "". Before the slash goes ${only}` });
        assert.ok("problem" in compileFilter("99998888777/x", { accounts, members: true }));
    });

    it("takes every identifier for itself and nothing else", () => {
        const identifier = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,20}$/);
        fc.assert(fc.property(identifier, identifier, (one, other) => matches(one, one) && matches(one, other) === (one === other)));
    });

    it("never lets a pattern through that isn't an anchored RegExp", () => {
        const glob = fc.string({ unit: fc.constantFrom(..."ab1-*?[]{},^") });
        fc.assert(
            fc.property(glob, (text) => {
                const compiled = compileFilter(text, { accounts });
                return "problem" in compiled || (new RegExp(compiled.filter.pattern) && /^\^.*\$$/.test(compiled.filter.pattern) && compiled.filter.pattern !== "$^");
            }),
            { numRuns: 2000 },
        );
    });
});

describe("globs over accounts' names", () => {
    const globs: [string, string[], string[]][] = [
        ["shop-*", ["shop-", "shop-eu/2"], ["my-shop-1", "Shop-1"]],
        ["Team ? (prod)", ["Team A (prod)"], ["Team AB (prod)", "Team A prod"]],
        ["*", ["a", "a.b", "x\\y"], []],
        ["a.b+c", ["a.b+c"], ["axb+c", "a.bbc"]],
    ];
    for (const [glob, inside, outside] of globs) {
        it(`${glob} matches ${inside.join(", ")} and not ${outside.join(", ") || "nothing"}`, () => {
            const checked = checkName(glob);
            assert.ok("glob" in checked);
            for (const name of inside) assert.ok(isLike(name, checked.glob), name);
            for (const name of outside) assert.ok(!isLike(name, checked.glob), name);
        });
    }
    it("refuses choices, which have no meaning there", () =>
        assert.deepEqual(checkName("{a,b}"), { problem: "Of [, ], { and } none has a meaning here; only * and ? have. Write one glob per choice, or ? where a name holds such a character." }));
});
