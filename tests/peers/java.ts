/** Java libraries from Maven's central repository, kept in `.cache/`. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../rendered";

interface Library {
    readonly group: string;
    readonly artifact: string;
    readonly version: string;
}

/** The folder of the library's jar and of those that it needs. */
export function jars({ group, artifact, version }: Library): string {
    const folder = join(root, ".cache", `${artifact}-${version}`);
    // The mark comes last: what was interrupted is made anew.
    const mark = join(folder, "done");
    if (!existsSync(mark)) {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        const pom = join(folder, "pom.xml");
        writeFileSync(pom, `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>tests</artifactId><version>1</version>
            <dependencies><dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency></dependencies></project>`);
        run("mvn", ["--quiet", "--batch-mode", "--file", pom, "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies", `-DoutputDirectory=${folder}`]);
        mkdirSync(mark);
    }
    return folder;
}

/** Runs a program of one source file: https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html */
export const java = (folder: string, source: string, input: string): string => run("java", ["-Xss16m", "-cp", join(folder, "*"), source], input);

function run(command: string, parameters: readonly string[], input = ""): string {
    try {
        return execFileSync(command, parameters, { input, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] });
    } catch (error) {
        const { code, stdout = "", stderr = "" } = error as { code?: string; stdout?: string; stderr?: string };
        if (code === "ENOENT") throw new Error(`${command} isn't there. The judge of event patterns needs a Java development kit, 17 or newer, and Maven: https://adoptium.net and https://maven.apache.org/install.html`);
        throw new Error(`${command} ${parameters.join(" ")} failed: ${(stderr + stdout).slice(-2000)}`);
    }
}
