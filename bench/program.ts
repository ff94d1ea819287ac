/** `npm run bench -- program`: time and memory of a render, by the number of listed accounts. */
import { interleaved, quartiles, ratioOf, spreadOf, type Benchmark, type How, type Spread } from "./benchmark";
import { countsOf, runProgram, sizes } from "./programs";
import { number, table } from "./table";

interface Rendering {
    readonly listed: number;
    readonly resources: number;
    readonly seconds: Spread;
    /** Of the first size's in the same round, in time of a processor. */
    readonly ofFirst: Spread;
    readonly memoryMiB: Spread;
}

async function measure({ quick, progress }: How): Promise<Rendering[]> {
    const shown = sizes.filter(({ listed, unit }) => !unit && (!quick || listed < 100));
    const names = shown.map(({ name }) => name);
    const runs = await interleaved(names, quick ? 1 : 3, async (name, round) => {
        progress(`program: ${name}, round ${round + 1}`);
        const { rendered, ...took } = await runProgram(shown.find((size) => size.name === name)!);
        return { ...took, ...countsOf(rendered) };
    });
    const processor = (name: string) => runs[name]!.map(({ processorSeconds }) => processorSeconds);
    return shown.map(({ name, listed }) => ({
        listed,
        resources: runs[name]![0]!.resources,
        seconds: spreadOf(runs[name]!.map(({ seconds }) => seconds)),
        ofFirst: ratioOf(processor(name), processor(names[0]!)),
        memoryMiB: spreadOf(runs[name]!.map(({ memoryMiB }) => memoryMiB)),
    }));
}

export const program: Benchmark<Rendering[]> = {
    name: "program",
    about: "time and memory of a render",
    measure,
    section: (renderings) => `The whole program under Pulumi's mocks, a process each, loading and serializing the functions included; ${renderings[0]!.seconds.runs} of each size in turn. What grows beside it are the provider processes of \`pulumi up\`: [scale.md](scale.md).

${table(
    ["listed accounts", "resources", "seconds", "quartiles", "of one account's processor time", "quartiles ", "MiB"],
    renderings.map(({ listed, resources, seconds, ofFirst, memoryMiB }) => [number(listed), number(resources), number(seconds.median, 1), quartiles(seconds, 1), `× ${number(ofFirst.median, 2)}`, quartiles(ofFirst, 2), number(memoryMiB.median)]),
)}`,
    rows(renderings) {
        const largest = renderings[renderings.length - 1]!;
        return [{ what: `render for ${number(largest.listed)} listed accounts`, measured: `${number(largest.seconds.median, 1)} s, ${number(largest.memoryMiB.median)} MiB`, beside: `for 1: ${number(renderings[0]!.seconds.median, 1)} s, ${number(renderings[0]!.memoryMiB.median)} MiB`, goal: "-" }];
    },
};
