/** The packages that the tutorials' handler needs, which nothing else here does: installed below .cache for the bench alone. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The last version of SDK v2 (end of support September 2025), and the last of the others that `require` can load. */
const packages = ["aws-sdk@2.1693.0", "@middy/core@3.6.2", "uuid@9.0.1"];

/** The folder that holds `node_modules`; the first time npm fetches them. */
export function tutorialFolder(root: string): string {
    const folder = join(root, ".cache", `bench-${packages.join("-").replace(/[@/]/g, "_")}`);
    if (existsSync(folder)) return folder;
    // The name comes last: what was interrupted is made anew.
    const made = `${folder}.new`;
    rmSync(made, { recursive: true, force: true });
    mkdirSync(made, { recursive: true });
    try {
        execFileSync("npm", ["install", "--prefix", made, "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", ...packages], { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
    } catch (error) {
        throw new Error(`npm can't install what the tutorials' handler needs (${packages.join(", ")}): ${((error as { stderr?: string }).stderr ?? "").slice(-1000)}`);
    }
    renameSync(made, folder);
    return folder;
}
