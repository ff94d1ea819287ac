// A folder for what all test processes of one run share. Mocha loads this in its own process first, and the others inherit it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

if (!process.env.RDS_VAULT_RENDERED) {
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-tests-"));
    process.env.RDS_VAULT_RENDERED = folder;
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}
