/** MinIO, built from the Go module proxy and kept in `.cache/`: the only peer whose Object Lock holds against root. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "../rendered";
import { startPeer } from "./peer";

const release = "v0.0.0-20260212201848-7aac2a2c5b7c";

export async function startMinio() {
    const [accessKeyId, secretAccessKey] = ["wire-root", "not-a-secret"];
    const { url, stop } = await startPeer({
        command: built(),
        arguments: (port, folder) => ["server", "--quiet", "--address", `127.0.0.1:${port}`, join(folder, "data")],
        environment: () => ({ MINIO_ROOT_USER: accessKeyId, MINIO_ROOT_PASSWORD: secretAccessKey }),
        ready: "/minio/health/live",
    });
    return { endpoint: url, accessKeyId, secretAccessKey, stop };
}

/** Takes some minutes the first time. */
function built(): string {
    const folder = join(root, ".cache", "minio");
    const binary = join(folder, "minio");
    if (existsSync(binary)) return binary;
    mkdirSync(folder, { recursive: true });
    try {
        const env = { ...process.env, GOBIN: folder, PATH: `${process.env.PATH}${delimiter}/usr/local/go/bin` };
        execFileSync("go", ["install", `github.com/minio/minio@${release}`], { env, stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
        const { code, stderr = "" } = error as { code?: string; stderr?: Buffer | string };
        if (code === "ENOENT") throw new Error("go isn't there. MinIO is built from its source, which needs Go: https://go.dev/doc/install");
        throw new Error(`MinIO can't be built: ${String(stderr).slice(-2000)}`);
    }
    return binary;
}
