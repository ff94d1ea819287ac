// Doesn't prove what AWS does: that servers that we didn't write answer the table as we read AWS's documentation, but for what deviations.ts lists.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { startMinio } from "../peers/minio";
import { startMoto } from "../wire/emulators";
import { deviationOf, type PeerName } from "../peers/deviation";
import { deviations, unconfirmed } from "./deviations";
import { observe, type Judge } from "./observe";
import { operations, type Outcome } from "./operations";

const pass = (seconds: number) => setTimeout(seconds * 1000);
const judges: Readonly<Partial<Record<PeerName, () => Promise<Judge & { stop(): Promise<void> }>>>> = {
    MinIO: async () => ({ ...(await startMinio()), pass }),
    async "moto 5.2.5"() {
        const { url, stop } = await startMoto("111122223333");
        return { endpoint: url, accessKeyId: "test", secretAccessKey: "test", stop, pass };
    },
};

/** By server and row. */
const observed: Record<string, Record<string, Outcome>> = {};

for (const [name, start] of Object.entries(judges)) {
    describe(`Object Lock of ${name}`, function () {
        // The first time MinIO is compiled.
        this.timeout(1_800_000);
        let judge: Awaited<ReturnType<typeof start>>;
        before(async () => void (judge = await start()));
        after(() => judge?.stop());

        operations.forEach((operation, index) => {
            const deviation = deviationOf(deviations, name, operation.name);
            it(`${operation.name}: ${deviation ? `otherwise than AWS, ${deviation.peerDoes}` : operation.expect.answer}`, async () => {
                const outcome = await observe(judge, operation, `lock-${index}`);
                (observed[name] ??= {})[operation.name] = outcome;
                assert.deepEqual(outcome, deviation?.rows![operation.name] ?? operation.expect);
            });
        });
    });
}

describe("the table of Object Lock", () => {
    const names = operations.map((operation) => operation.name);
    const verdict = (judge: string, { name, expect }: (typeof operations)[number]) => {
        const outcome = observed[judge]?.[name];
        return outcome === undefined ? "not asked" : isDeepStrictEqual(outcome, expect) ? "agrees" : "differs";
    };
    const agreesOn = (judge: string) => operations.filter((operation) => verdict(judge, operation) === "agrees").map(({ name }) => name);

    it("has every row but the named ones confirmed by another server", () => {
        assert.equal(new Set(names).size, names.length);
        const confirmed = Object.keys(judges).flatMap(agreesOn);
        assert.deepEqual(names.filter((row) => !confirmed.includes(row)), Object.keys(unconfirmed));
    });

    after(() => {
        const width = Math.max(...names.map(({ length }) => length)) + 2;
        const columns = Object.keys(judges);
        const lines = operations.map((operation) => operation.name.padEnd(width) + columns.map((judge) => verdict(judge, operation).padEnd(12)).join(""));
        const sums = columns.map((judge) => `${judge} agrees on ${agreesOn(judge).length} of ${names.length}`);
        console.log(["", "".padEnd(width) + columns.map((judge) => judge.padEnd(12)).join(""), ...lines, "", `${sums.join(", ")}; what the simulated S3 answers to the same table is in npm test.`].join("\n"));
    });
});
