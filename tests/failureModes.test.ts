// Doesn't prove that the tests show what the page says; only that they are there under those names.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./rendered";

const page = readFileSync(join(root, "docs/failure-modes.md"), "utf8");
const faults = readdirSync(join(root, "rehearsal/faults")).map((file) => readFileSync(join(root, "rehearsal/faults", file), "utf8")).join("\n");
const history = readFileSync(join(root, "rehearsal/chaos/history.ts"), "utf8");

describe("docs/failure-modes.md", () => {
    const quoted = (text: string) => [...text.matchAll(/"([^"]+)"/g)].map(([, title]) => title!);
    for (const [, file, rest] of page.matchAll(/`((?:tests|rehearsal)\/[^`]+)`((?: ?,? ?"[^"]+")*)/g)) {
        it(`${file} has what the page names`, () => {
            const text = readFileSync(join(root, file!), "utf8");
            for (const title of quoted(rest ?? "")) assert.ok(text.includes(title), `${file} has no "${title}"`);
        });
    }
    it("names a test by its title in every row, or says why there is none", () => {
        const rows = page.split("\n").filter((line) => /^\| (?!failure \||-)/.test(line));
        assert.ok(rows.length > 30, `${rows.length} rows`);
        // A planted mistake is a test of that name.
        const titled = /`(?:tests\/[^`]+\.test\.ts|rehearsal\/chaos\/bugs\.ts)` "[^"]+"/;
        for (const row of rows) {
            const shown = row.split(" | ").at(-1) ?? "";
            assert.ok(titled.test(shown) || shown.includes("no test:"), `no title: ${row}`);
            assert.doesNotMatch(shown, /\.test\.ts`(?! ")/, `a file without a title: ${row}`);
        }
    });
    it("names faults of the rehearsal and of chaos as they are", () => {
        for (const [, list] of page.matchAll(/the rehearsal,((?: ?,? ?"[^"]+")+)/g)) for (const name of quoted(list!)) assert.ok(faults.includes(`"${name}"`), `no fault is named "${name}"`);
        for (const [, list] of page.matchAll(/chaos((?:, `[^`]+`)+)/g)) {
            for (const [, name] of list!.matchAll(/`([^`]+)`/g)) for (const part of name!.split(".")) assert.ok(history.includes(part), `chaos knows no ${part}`);
        }
    });
});
