/** MinIO (AGPL-3.0), built from the Go module proxy and run as a process of its own on loopback. Only tests ask it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "../rendered";
import { startPeer } from "./peer";

/** The module's last version before its repository was archived: https://proxy.golang.org/github.com/minio/minio/@latest */
const version = "v0.0.0-20260212201848-7aac2a2c5b7c";
/** Where Go's own installer puts it, for whoever hasn't it on the path: https://go.dev/doc/install */
const path = [process.env.PATH, "/usr/local/go/bin"].join(delimiter);

export interface Minio {
    readonly endpoint: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    stop(): Promise<void>;
}

/** The executable; the first time it is compiled, which takes some minutes. */
function executable(): string {
    const folder = join(root, ".cache", `minio-${version}`);
    const file = join(folder, "minio");
    if (existsSync(file)) return file;
    // The name comes last: what was interrupted is made anew.
    const made = `${folder}.new`;
    mkdirSync(made, { recursive: true });
    const env = { ...process.env, PATH: path, GOBIN: made, GOFLAGS: "-trimpath", CGO_ENABLED: "0" };
    try {
        execFileSync("go", ["install", `github.com/minio/minio@${version}`], { cwd: made, env, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
    } catch (error) {
        const { code, stderr = "" } = error as { code?: string; stderr?: string };
        if (code === "ENOENT") throw new Error("go isn't there. These tests build MinIO with Go 1.24 or newer: https://go.dev/doc/install");
        throw new Error(`go install github.com/minio/minio@${version} failed: ${stderr.slice(-2000)}`);
    }
    renameSync(made, folder);
    return file;
}

/** With a root user that no policy binds. */
export async function startMinio(): Promise<Minio> {
    const [accessKeyId, secretAccessKey] = ["rds-vault-test", "rds-vault-test-secret"];
    const { url, stop } = await startPeer({
        command: executable(),
        arguments: (port, folder) => ["server", "--quiet", "--address", `127.0.0.1:${port}`, "--console-address", "127.0.0.1:0", join(folder, "data")],
        // No look for updates, no telemetry: https://github.com/minio/minio/blob/master/docs/config/README.md
        environment: () => ({ MINIO_ROOT_USER: accessKeyId, MINIO_ROOT_PASSWORD: secretAccessKey, MINIO_BROWSER: "off", MINIO_UPDATE: "off", MINIO_CALLHOME_ENABLE: "off" }),
        ready: "/minio/health/ready",
    });
    return { endpoint: url, accessKeyId, secretAccessKey, stop };
}
