/** `npm run render`: the resource graph that `pulumi up` would send, without AWS. */
import { mkdirSync, writeFileSync } from "fs";
import { dirname, join } from "path";
import { accountsOf } from "../accounts";
import { brokenPromises } from "../promises";
import { render } from "../render";
import { tree } from "../tree";
import { rawConfig, settingsFromFile } from "../config";
import { parseOptions, runCommand, usageError } from "./options";

const usage = `Shows by account what pulumi up would send, without AWS.

npm run render -- [--stack NAME | --config FILE] [--functions DIR] [--json]
  --functions DIR   writes each Lambda archive as a folder`;

void runCommand(async () => {
    const { functions, json, file, stack } = parseOptions(usage, { functions: { type: "string" } });
    // Read and check first: under the mocks a configuration error would come with Pulumi's own noise.
    const settings = settingsFromFile(file);
    const rendered = await render(stack, rawConfig(file));
    if (functions) {
        for (const [name, { files }] of Object.entries(rendered.functions)) {
            for (const [path, text] of Object.entries(files)) {
                const file = join(functions, name, path);
                try {
                    mkdirSync(dirname(file), { recursive: true });
                    writeFileSync(file, text);
                } catch (error) {
                    throw usageError(`--functions: ${file} can't be written (${(error as NodeJS.ErrnoException).code}). Give a folder.`);
                }
            }
        }
    }
    console.log(json ? JSON.stringify(rendered, null, 2) : tree(rendered, accountsOf(settings)).join("\n"));
    const broken = brokenPromises(rendered);
    for (const promise of broken) console.error(`broken: ${promise}`);
    return broken.length ? 1 : 0;
});
