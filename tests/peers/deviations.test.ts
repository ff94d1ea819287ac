// Doesn't prove that a link says what its row says: nobody opens them here.
import assert from "node:assert/strict";
import { deviations as ofLock } from "../lock/deviations";
import { operations } from "../lock/operations";
import { deviations as ofWire } from "../wire/deviations";
import * as dialects from "../wire/dialects";
import { requests } from "../wire/requests";
import { judges } from "../wire/requests/judges";
import type { Deviation } from "./deviation";

const rowsOf = (all: readonly Deviation<unknown>[]) => all.flatMap(({ peer, rows = {} }) => Object.entries(rows).map(([row, outcome]) => ({ peer, row, outcome })));
const expectedOf = (table: Readonly<Record<string, unknown>>, all: readonly Deviation<unknown>[]) => rowsOf(all).map(({ peer, row, outcome }) => ({ peer, row, outcome, expected: table[row] }));

describe("the deviations of servers that we didn't write", () => {
    const tables = {
        "Object Lock": expectedOf(Object.fromEntries(operations.map(({ name, expect }) => [name, expect])), ofLock),
        requests: expectedOf(Object.fromEntries(requests.map(({ name, expected }) => [name, expected])), ofWire),
    };
    for (const [table, rows] of Object.entries(tables)) {
        it(`are of rows that the table of ${table} has, each once and otherwise than expected`, () => {
            assert.deepEqual(rows.filter(({ expected }) => expected === undefined).map(({ row }) => row), []);
            assert.equal(new Set(rows.map(({ peer, row }) => `${peer} ${row}`)).size, rows.length);
            for (const { row, outcome, expected } of rows) assert.notDeepEqual(outcome, expected, row);
        });
    }
    it("are of peers that are asked", () => assert.deepEqual([...ofLock, ...ofWire].filter(({ peer }) => !(peer in judges)), []));
    it("have a source each, by https, of AWS or of the peer", () => {
        const hosts = ["docs.aws.amazon.com", "github.com"];
        for (const { source, peerDoes } of [...ofLock, ...ofWire]) {
            const { protocol, host } = new URL(source);
            assert.ok(protocol === "https:" && hosts.includes(host), `${peerDoes}: ${source}`);
        }
    });
    it("name the translations that are made for them, and leave none without a reason", () => {
        const named = ofWire.flatMap(({ handled }) => [...handled.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
        assert.deepEqual([...new Set(named)].sort(), Object.keys(dialects).sort());
    });
});
