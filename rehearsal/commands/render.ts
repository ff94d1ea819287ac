/** `npm run render`: the resource graph that `pulumi up` would send, without AWS. */
import { mkdirSync, writeFileSync } from "fs";
import { dirname, join } from "path";
import { brokenPromises } from "../promises";
import { render } from "../render";
import { tree } from "../tree";
import { commandLine, runCommand } from "./options";

runCommand(async () => {
    const { values, config, stack } = commandLine({ functions: { type: "string" } });
    const rendered = await render(stack, config);
    if (values.functions) {
        for (const [name, { files }] of Object.entries(rendered.functions)) {
            for (const [path, text] of Object.entries(files)) {
                const file = join(values.functions as string, name, path);
                mkdirSync(dirname(file), { recursive: true });
                writeFileSync(file, text);
            }
        }
    }
    console.log(values.json ? JSON.stringify(rendered, null, 2) : tree(rendered).join("\n"));
    const broken = brokenPromises(rendered);
    for (const promise of broken) console.error(`broken: ${promise}`);
    return broken.length ? 1 : 0;
});
